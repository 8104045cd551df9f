"""Tables as pandas writes and reads them.

    python tables.py write ROWS.json FILE …     rows, as a list of records, to .csv, .jsonl or .parquet
    python tables.py read FILE …                prints the records of each file, as JSON
"""

import json
import sys

import pandas as pd

WRITERS = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "parquet": lambda frame, path: frame.to_parquet(path),
}
READERS = {
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, orient="records", lines=True),
    "parquet": pd.read_parquet,
}


def kind(path):
    return path.rsplit(".", 1)[1]


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    if command == "write":
        with open(paths[0]) as file:
            frame = pd.DataFrame(json.load(file))
        for path in paths[1:]:
            WRITERS[kind(path)](frame, path)
        print("null")
    else:
        print(json.dumps([READERS[kind(path)](path).to_dict("records") for path in paths]))

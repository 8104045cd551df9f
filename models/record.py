"""Records what the real `mlflow models serve` answers for the bundled models: `python models/record.py [name …]`.

Beside each model's `MLmodel`, `golden.jsonl`: a few requests with their answers, checked whenever the model is loaded.
Beside the folder, `<version>.recordings.jsonl`: many more, mistakes among them, which the protocol tests replay.
"""

import argparse
import json
from pathlib import Path

from recording.recorder import Recording, record
from training.trained_model import MODELS


def main() -> None:
    parser = argparse.ArgumentParser(description="Record MLflow's answers for the bundled models.")
    parser.add_argument("names", nargs="*", metavar="name", help="folders in models/; default: all")
    names = parser.parse_args().names
    for folder in sorted(file.parent for file in MODELS.glob("*/*/MLmodel")):
        name = f"{folder.parent.name}/{folder.name}"
        if names and folder.parent.name not in names:
            continue
        recordings, golden = record(name, folder)
        _write(folder.with_name(f"{folder.name}.recordings.jsonl"), recordings)
        _write(folder / "golden.jsonl", golden)
        answered = sum(recording["status"] == 200 for recording in recordings)
        print(f"{name}: {len(recordings)} recorded, {answered} of them answered, {len(golden)} golden")


def _write(file: Path, recordings: list[Recording]) -> None:
    lines = (json.dumps(recording, ensure_ascii=False) + "\n" for recording in recordings)
    file.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

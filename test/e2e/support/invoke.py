"""Sends a model's input example through MLflow's own scoring client:  python invoke.py EXAMPLE.json URL …

Prints the predictions that each URL answered with, as JSON.
"""

import json
import sys
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
from mlflow.pyfunc.scoring_server.client import ScoringServerClient


def as_python(example):
    """What a client has in hand before it is made into JSON.

    Arrays by name go as text, since MLflow 3.17.2's client fails on a dict of them (`dump_input_data` walks its keys
    as if they were pairs).
    """
    if "dataframe_split" in example:
        split = example["dataframe_split"]
        return pd.DataFrame(split["data"], columns=split["columns"])
    inputs = example["inputs"]
    if isinstance(inputs, dict):
        return json.dumps(example)
    return np.array(inputs)


def invoke(url, example):
    host, port = urlsplit(url).hostname, urlsplit(url).port
    client = ScoringServerClient(host=host, port=port)
    client.ping()
    return client.invoke(as_python(example), params=example.get("params"))["predictions"]


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        example = json.load(file)
    print(json.dumps([invoke(url, example) for url in sys.argv[2:]]))

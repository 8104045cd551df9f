"""Answers golden requests with models that MLflow loads from a registry:  python answer_golden.py URI=GOLDEN.jsonl …

Prints, as JSON, the list of replies of each model, made by the scoring server's own functions.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
from mlflow.pyfunc.scoring_server import invocations


def answer(uri, golden):
    model = mlflow.pyfunc.load_model(uri)
    schema = model.metadata.get_input_schema()
    with open(golden) as file:
        requests = [json.loads(line) for line in file]
    return [
        invocations(request["body"], request["content_type"], model, schema).response
        for request in requests
    ]


if __name__ == "__main__":
    pairs = [argument.split("=", 1) for argument in sys.argv[1:]]
    print(json.dumps([answer(uri, golden) for uri, golden in pairs]))

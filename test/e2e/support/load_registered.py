"""Loads a registered ONNX model as MLflow does:  python load_registered.py TRACKING_URI NAME ALIAS

Prints, as JSON, what it answers to a row of iris flowers, and what the server knows of it.
"""

import json
import sys

import mlflow
import pandas as pd
from mlflow import MlflowClient

ROW = {
    "sepal length (cm)": [5.1],
    "sepal width (cm)": [3.5],
    "petal length (cm)": [1.4],
    "petal width (cm)": [0.2],
}


def describe(tracking_uri, name, alias):
    mlflow.set_tracking_uri(tracking_uri)
    client = MlflowClient()
    uri = f"models:/{name}@{alias}"
    version = client.get_model_version_by_alias(name, alias)
    loaded = mlflow.pyfunc.load_model(uri)
    logged = client.get_logged_model(version.source.removeprefix("models:/"))
    answer = loaded.predict(pd.DataFrame(ROW))
    return {
        "label": [str(label) for label in answer["output_label"]],
        "nodes": len(mlflow.onnx.load_model(uri).graph.node),
        "model_id": loaded.metadata.model_id,
        "source": version.source,
        "status": str(logged.status),
        "versions": logged.tags["mlflow.modelVersions"],
        "description": version.description,
        "tags": sorted(version.tags),
    }


if __name__ == "__main__":
    print(json.dumps(describe(*sys.argv[1:])))

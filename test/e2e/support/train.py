"""What a team does with MLflow's Python client: trains, logs as ONNX, registers, names and tags.

    python train.py TRACKING_URI

Prints, as JSON on the last line, the ids and, for each registered version, what the model answers in Python.
"""

import json
import sys
import tempfile
import warnings
from io import StringIO
from pathlib import Path

warnings.filterwarnings("ignore")

import mlflow
import numpy as np
from mlflow.models import infer_signature
from mlflow.pyfunc.scoring_server import predictions_to_json
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

NAME = "iris"
#: Given, so that MLflow does not load each model in a process of its own to find them.
REQUIREMENTS = ["onnxruntime"]
#: Names that URLs and shells mind.
ODD_NAME = "Blüte & Co. 100%"
ODD_FILE = "notes/ü 100% a+b&c.txt"


def train(strength):
    """A model whose probabilities depend on `strength`, so that versions are told apart by their answers."""
    data = load_iris(as_frame=True)
    features = data.data.to_numpy(np.float32)
    labels = data.target_names[data.target]
    model = LogisticRegression(C=strength, max_iter=1000).fit(features, labels)
    example = data.data.iloc[[0, 60, 120]].reset_index(drop=True)
    return to_onnx(model, features[:1]), example


def answer(uri, example):
    text = StringIO()
    predictions_to_json(mlflow.pyfunc.load_model(uri).predict(example), text)
    return json.loads(text.getvalue())


def log(strength, **options):
    graph, example = train(strength)
    with mlflow.start_run() as run:
        model = mlflow.onnx.log_model(graph, name=NAME, **described(graph, example), **options)
    return run.info.run_id, model


def log_plain_artifacts(strength, folder):
    """The way of MLflow 2: the model is among the artifacts of its run, and no logged model of its own."""
    graph, example = train(strength)
    with tempfile.TemporaryDirectory() as scratch, mlflow.start_run() as run:
        path = Path(scratch) / "model"
        mlflow.onnx.save_model(graph, path, **described(graph, example))
        (path / ODD_FILE).parent.mkdir()
        (path / ODD_FILE).write_text("a name that has to be escaped")
        mlflow.log_artifacts(str(path), folder)
    return run.info.run_id


def described(graph, example):
    """Signature and input example. The outputs of the signature are what the model answers."""
    with tempfile.TemporaryDirectory() as scratch:
        path = str(Path(scratch) / "model")
        mlflow.onnx.save_model(graph, path, pip_requirements=REQUIREMENTS)
        signature = infer_signature(example, mlflow.pyfunc.load_model(path).predict(example))
    return {"signature": signature, "input_example": example, "pip_requirements": REQUIREMENTS}


def main(tracking_uri):
    mlflow.set_tracking_uri(tracking_uri)
    client = mlflow.MlflowClient()
    run_1, model_1 = log(0.1, registered_model_name=NAME)
    run_2, model_2 = log(1.0)
    mlflow.register_model(model_2.model_uri, NAME, tags={"checked": "yes"})
    mlflow.register_model(f"runs:/{run_1}/{NAME}", NAME)
    plain_run = log_plain_artifacts(10.0, "old/model")
    mlflow.register_model(f"runs:/{plain_run}/old/model", NAME)
    client.set_registered_model_alias(NAME, "champion", "2")
    client.set_registered_model_alias(NAME, "challenger", "1")
    client.set_registered_model_tag(NAME, "team", "botany")
    client.transition_model_version_stage(NAME, "1", "Staging")
    client.transition_model_version_stage(NAME, "3", "Production")
    mlflow.register_model(model_1.model_uri, ODD_NAME)
    client.set_registered_model_alias(ODD_NAME, "größer", "1")
    _, example = train(1.0)
    print(
        json.dumps(
            {
                "name": NAME,
                "oddName": ODD_NAME,
                "oddFile": ODD_FILE,
                "runs": [run_1, run_2],
                "models": [model_1.model_id, model_2.model_id],
                "plainRun": plain_run,
                "plainPath": "old/model",
                "experiment": client.get_run(run_1).info.experiment_id,
                "example": example.to_dict("split", index=False),
                "answers": [answer(f"models:/{NAME}/{version}", example) for version in range(1, 5)],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])

"""A flavor of MLflow for TF.js models: what `mlflow.models.Model.log` needs to log one, and nothing to load it with."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.models import Model, ModelSignature
from mlflow.models.utils import _save_example
from mlflow.types import Schema, TensorSpec
from training.trained_model import EXPERIMENT, MODELS

TFJS_VERSION = "4.22.0"
FLAVOR_NAME = "tfjs"

SIGNATURE = ModelSignature(
    inputs=Schema([TensorSpec(np.dtype("float32"), (-1, 8, 8, 1))]),
    outputs=Schema([TensorSpec(np.dtype("float32"), (-1, 10), "probabilities")]),
)


def save_model(path: str, mlflow_model: Model, source: Path, form: str, example: np.ndarray, **_: Any) -> None:
    """Called by MLflow with the folder that becomes the model's artifacts."""
    shutil.copytree(source, path, dirs_exist_ok=True)
    mlflow_model.signature = SIGNATURE
    _save_example(mlflow_model, example, path)
    mlflow_model.add_flavor(FLAVOR_NAME, data="model.json", format=form, tfjs_version=TFJS_VERSION)
    mlflow_model.save(str(Path(path) / "MLmodel"))


def log(
    name: str, source: Path, form: str, example: np.ndarray, accuracy: float, tracking_uri: str
) -> None:
    """Logs the model to the tracking server and puts what the server then holds into the model's folder."""
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=f"{name}-1"):
        mlflow.log_metric("held_out_accuracy", accuracy)
        logged = Model.log(
            None, name=name, flavor=sys.modules[__name__], source=source, form=form, example=example
        )
    folder = MODELS / name / "1"
    with tempfile.TemporaryDirectory() as scratch:
        downloaded = mlflow.artifacts.download_artifacts(logged.artifact_path, dst_path=scratch)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(downloaded, folder)

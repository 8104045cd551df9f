"""What a training script hands over, and how it becomes an MLflow model folder."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import onnx
import pandas as pd
from mlflow.models import infer_signature

MODELS = Path(__file__).resolve().parent.parent
SEED = 20261121
EXPERIMENT = "headrace-bundled-models"


@dataclass(frozen=True)
class TrainedModel:
    """One version of a bundled model, before MLflow has logged it.

    `input_example` holds at least four different rows (or elements); MLflow infers the signature from it,
    the outputs by running the graph on it. `params` are the defaults of the signature's params.
    `metrics` are what the model reaches on data that it was not trained on.
    """

    name: str
    version: str
    graph: onnx.ModelProto
    input_example: pd.DataFrame | np.ndarray | dict[str, np.ndarray]
    metrics: dict[str, float]
    params: dict[str, Any] | None = field(default=None)

    @property
    def folder(self) -> Path:
        return MODELS / self.name / self.version


def log(model: TrainedModel, tracking_uri: str) -> Path:
    """Logs the model to the tracking server and puts what the server then holds into the model's folder.

    Going through a server, not `save_model` alone, gives the folder that a team gets from its own registry: with run
    and model id, and an artifact location (`mlflow-artifacts:/…`) that names no machine.
    """
    _sort_opsets(model.graph)
    onnx.checker.check_model(model.graph)
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_experiment(EXPERIMENT)
    example = model.input_example if model.params is None else (model.input_example, model.params)
    with mlflow.start_run(run_name=f"{model.name}-{model.version}"):
        mlflow.log_metrics(model.metrics)
        logged = mlflow.onnx.log_model(
            model.graph,
            name=model.name,
            signature=infer_signature(model.input_example, _answer(model), model.params),
            input_example=example,
            save_as_external_data=False,
        )
    with tempfile.TemporaryDirectory() as scratch:
        downloaded = mlflow.artifacts.download_artifacts(logged.artifact_path, dst_path=scratch)
        shutil.rmtree(model.folder, ignore_errors=True)
        shutil.copytree(downloaded, model.folder)
    return model.folder


def _sort_opsets(graph: onnx.ModelProto) -> None:
    """skl2onnx writes them in the order of a set, which differs from run to run."""
    opsets = sorted(graph.opset_import, key=lambda opset: opset.domain)
    del graph.opset_import[:]
    graph.opset_import.extend(opsets)


def _answer(model: TrainedModel) -> Any:
    """What MLflow itself answers to the input example: the shape of it is the output half of the signature."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = str(Path(scratch) / "model")
        mlflow.onnx.save_model(model.graph, folder, pip_requirements=[], save_as_external_data=False)
        return mlflow.pyfunc.load_model(folder).predict(model.input_example)

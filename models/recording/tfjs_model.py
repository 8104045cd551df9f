"""A TF.js model in a form that `mlflow models serve` serves: MLflow's code for ONNX models, with TF.js for its engine.

MLflow has no flavor for TF.js. What its scoring server would do with one is taken to be what it does with an ONNX
model of the same signature: the same class, whose session is a process of TF.js.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from mlflow.models import Model
from mlflow.onnx import _OnnxModelWrapper

MODELS = Path(__file__).resolve().parent.parent
NODE = "HEADRACE_NODE"


@contextmanager
def servable(folder: Path) -> Iterator[Path]:
    """The model's own folder, or for a TF.js model a copy of it that MLflow serves."""
    if "tfjs" not in Model.load(folder).flavors:
        yield folder
        return
    os.environ.setdefault(NODE, str(MODELS.parent / "node_modules/.bin/node"))
    os.environ["PYTHONPATH"] = str(MODELS)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "model"
        shutil.copytree(folder, copy)
        model = Model.load(copy)
        model.add_flavor("python_function", loader_module="recording.tfjs_model", data=".", python_version="3.11")
        model.save(str(copy / "MLmodel"))
        yield copy


class TfjsSession:
    """What MLflow asks of `onnxruntime.InferenceSession`, answered by TF.js in Node.js."""

    def __init__(self, folder: str) -> None:
        answer = str(MODELS / "tfjs/answer.ts")
        self._process = subprocess.Popen(
            [os.environ[NODE], answer, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        signature = Model.load(folder).signature
        self._row_shape = signature.inputs.inputs[0].shape[1:]
        self.output_names = signature.outputs.input_names()

    def run(self, names: list[str], feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        request = json.dumps({name: self._written(tensor) for name, tensor in feeds.items()})
        print(request, file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        return [_read(answer[name]) for name in names]

    def _written(self, tensor: np.ndarray) -> dict[str, object]:
        """Refuses what an engine refuses: another dtype, another shape."""
        if tensor.dtype != np.float32 or tensor.shape[1:] != self._row_shape:
            raise ValueError(f"got {tensor.dtype} {tensor.shape}, expected float32 {('rows', *self._row_shape)}")
        return {"shape": tensor.shape, "data": base64.b64encode(tensor.tobytes()).decode()}


def _read(tensor: dict[str, object]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(tensor["data"]), np.float32).reshape(tensor["shape"])


class TfjsModelWrapper(_OnnxModelWrapper):
    def __init__(self, folder: str) -> None:
        self.rt = TfjsSession(folder)
        self.inputs = [("image", "tensor(float)")]
        self.output_names = self.rt.output_names


def _load_pyfunc(path: str) -> TfjsModelWrapper:
    """Called by MLflow."""
    return TfjsModelWrapper(path)

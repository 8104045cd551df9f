"""Makes the models that the benchmarks serve: seeded weights, MLmodel files written by MLflow itself.

    python benchmarks/models/make_models.py        # needs test/e2e/requirements.txt

tiny         4 floats in one tensor -> softmax of 3, TensorSpec signature: what a request costs beside the model
columns-100  100 double columns -> softmax of 3, ColSpec signature: what enforcing a signature costs
"""
import json
import shutil
from pathlib import Path

import mlflow.onnx
import numpy as np
import onnx
from mlflow.models import ModelSignature
from mlflow.types.schema import ColSpec, Schema, TensorSpec
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent


def linear(width: int, dtype: type, element: int) -> onnx.ModelProto:
    """softmax(x W + b) with 3 classes."""
    rng = np.random.default_rng(width)
    weights = numpy_helper.from_array((rng.standard_normal((width, 3)) * 0.1).astype(dtype), "w")
    bias = numpy_helper.from_array((rng.standard_normal(3) * 0.1).astype(dtype), "b")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["xw"]),
        helper.make_node("Add", ["xw", "b"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("x", element, ["rows", width])],
        [helper.make_tensor_value_info("probabilities", element, ["rows", 3])],
        [weights, bias],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def save(name: str, model: onnx.ModelProto, inputs: Schema, body: dict) -> None:
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    signature = ModelSignature(inputs=inputs)
    mlflow.onnx.save_model(model, str(folder), signature=signature, save_as_external_data=False)
    for unused in ("conda.yaml", "python_env.yaml", "requirements.txt"):
        (folder / unused).unlink()
    (HERE / f"{name}.body.json").write_text(json.dumps(body) + "\n")


def main() -> None:
    rng = np.random.default_rng(1)
    save(
        "tiny",
        linear(4, np.float32, TensorProto.FLOAT),
        Schema([TensorSpec(np.dtype("float32"), (-1, 4), "x")]),
        {"inputs": [[5.1, 3.5, 1.4, 0.2]]},
    )
    columns = [f"c{i:02d}" for i in range(100)]
    save(
        "columns-100",
        linear(100, np.float64, TensorProto.DOUBLE),
        Schema([ColSpec("double", name) for name in columns]),
        {"dataframe_split": {"columns": columns, "data": [rng.standard_normal(100).round(6).tolist()]}},
    )


main()

"""Models logged, registered, found and loaded."""

import warnings

import mlflow
import numpy as np
import onnx
from observations import observe
from onnx import TensorProto, helper

warnings.filterwarnings("ignore")


class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2


def small_onnx():
    node = helper.make_node("Add", ["x", "x"], ["y"])
    graph = helper.make_graph(
        [node],
        "doubled",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 2])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def log_models(seen):
    rows = np.array([[1.0, 2.0]], dtype=np.float32)
    signature = mlflow.models.infer_signature(rows, rows)
    with mlflow.start_run(run_name="training"):
        mlflow.log_param("rate", "0.1")
        mlflow.log_metric("before", 1.0)
        first = mlflow.onnx.log_model(
            small_onnx(), name="doubled", signature=signature, registered_model_name="doubled", pip_requirements=["onnx"]
        )
        second = mlflow.pyfunc.log_model(
            name="python", python_model=Doubled(), signature=signature, params={"p": 1}, tags={"t": "1"}, pip_requirements=["mlflow"]
        )
        data = mlflow.data.from_numpy(rows, name="rows")
        mlflow.log_metric("after", 2.0, model_id=first.model_id, dataset=data)
        mlflow.log_metric("after", 3.0, step=1, model_id=second.model_id)
    return first, second


def look_up(seen, first, second):
    client = mlflow.MlflowClient()
    for info in (first, second):
        model = mlflow.get_logged_model(info.model_id)
        seen.note(model.name, {**dict(model), "tags": {key: value for key, value in model.tags.items() if "user" not in key}})
    experiment = [mlflow.get_logged_model(first.model_id).experiment_id]
    for text in ("name = 'doubled'", "metrics.after > 2.5", "params.rate = '0.1' AND tags.t = '1'", "source_run_id != 'x'"):
        found = mlflow.search_logged_models(experiment, filter_string=text, output_format="list")
        seen.note(text, sorted(model.name for model in found))
    ordered = client.search_logged_models(experiment, order_by=[{"field_name": "metrics.after", "ascending": False}])
    seen.note("ordered", [model.name for model in ordered])
    outputs = client.get_run(first.run_id).outputs.model_outputs
    seen.note("outputs", sorted(mlflow.get_logged_model(item.model_id).name for item in outputs))
    seen.note("files", sorted(item.path for item in client.list_logged_model_artifacts(second.model_id)))


def load(seen, first, second):
    rows = np.array([[1.0, 2.0]], dtype=np.float32)
    client = mlflow.MlflowClient()
    version = mlflow.register_model(second.model_uri, "python", tags={"by": "hand"})
    client.set_registered_model_alias("python", "champion", version.version)
    seen.note("version", version)
    uris = [first.model_uri, "models:/doubled/1", "models:/doubled/latest", "models:/python@champion", f"runs:/{first.run_id}/doubled"]
    for uri in uris:
        predicted = mlflow.pyfunc.load_model(uri).predict(rows)
        seen.note(uri, (predicted["y"] if isinstance(predicted, dict) else predicted).tolist())
    seen.refused("no such alias", mlflow.pyfunc.load_model, "models:/python@nobody")
    seen.refused("no such version", mlflow.pyfunc.load_model, "models:/doubled/9")
    seen.note("info", mlflow.models.get_model_info("models:/python@champion").signature.to_dict())


def change(seen, second):
    client = mlflow.MlflowClient()
    client.set_logged_model_tags(second.model_id, {"u": "2"})
    client.delete_logged_model_tag(second.model_id, "t")
    tags = mlflow.get_logged_model(second.model_id).tags
    seen.note("tags", {key: tags[key] for key in tags if not key.startswith("mlflow.")})
    model = mlflow.create_external_model("external", params={"a": "b"}, model_type="agent")
    seen.note("external", [model.status, model.model_type, model.params])
    pending = client.create_logged_model("0", name="pending")
    seen.note("pending", pending.status)
    seen.note("failed", client.finalize_logged_model(pending.model_id, "FAILED").status)
    client.delete_logged_model(pending.model_id)
    seen.refused("deleted", client.get_logged_model, pending.model_id)


def script(seen):
    mlflow.set_experiment("models")
    first, second = log_models(seen)
    look_up(seen, first, second)
    load(seen, first, second)
    change(seen, second)


observe(script)

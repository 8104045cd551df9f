"""What the first clients of MLflow 2 do: runs, files, models with stages, searches."""

import os
import warnings

import mlflow
from observations import observe

warnings.filterwarnings("ignore")


class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return model_input * 2


def run(seen):
    with mlflow.start_run(run_name="old") as active:
        mlflow.log_params({"rate": 0.1, "depth": 3})
        for step in range(3):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"nan": float("nan"), "inf": float("inf")})
        mlflow.set_tags({"a": "b"})
        mlflow.log_text("hello", "notes/hello world.txt")
        mlflow.pyfunc.log_model("model", python_model=Doubled(), pip_requirements=["mlflow"])
    return active.info.run_id


def look_up(seen, run_id):
    client = mlflow.MlflowClient()
    found = client.get_run(run_id)
    seen.note("params", found.data.params)
    seen.note("metrics", found.data.metrics)
    seen.note("history", [[item.value, item.step] for item in client.get_metric_history(run_id, "loss")])
    seen.note("files", [[item.path, item.is_dir, item.file_size] for item in client.list_artifacts(run_id)])
    seen.note("model", sorted(os.path.basename(item.path) for item in client.list_artifacts(run_id, "model")))
    with open(client.download_artifacts(run_id, "notes/hello world.txt")) as file:
        seen.note("text", file.read())
    frame = mlflow.search_runs(filter_string="metrics.loss < 1 and params.rate = '0.1'", order_by=["metrics.loss"])
    seen.note("names", list(frame["tags.mlflow.runName"]))
    seen.refused("filter", mlflow.search_runs, filter_string="bogus = 1 or 2")


def register(seen, run_id):
    client = mlflow.MlflowClient()
    for _ in range(2):
        mlflow.register_model(f"runs:/{run_id}/model", "old-model", tags={"t": "1"})
    client.transition_model_version_stage("old-model", 1, "Production")
    client.update_model_version("old-model", 2, "the second")
    seen.note("versions", sorted([v.version, v.current_stage, v.status] for v in client.get_latest_versions("old-model")))
    seen.note("found", [v.version for v in client.search_model_versions("name='old-model'")])
    seen.note("models", [m.name for m in client.search_registered_models("name = 'old-model'")])
    for uri in ("models:/old-model/Production", "models:/old-model/2", f"runs:/{run_id}/model"):
        seen.note(uri, mlflow.pyfunc.load_model(uri).predict(21))
    client.delete_model_version("old-model", 2)
    seen.refused("deleted", client.get_model_version, "old-model", 2)
    client.delete_registered_model("old-model")


def script(seen):
    experiment = mlflow.set_experiment("old clients")
    seen.note("experiment", experiment.name)
    run_id = run(seen)
    look_up(seen, run_id)
    register(seen, run_id)
    mlflow.delete_run(run_id)
    seen.note("deleted", len(mlflow.search_runs()))
    mlflow.delete_experiment(experiment.experiment_id)
    seen.note("gone", [found.name for found in mlflow.search_experiments() if "old" in found.name])


observe(script)

"""Experiments and runs through the fluent API."""

import mlflow
import numpy as np
import pandas as pd
from observations import observe


def log_run(seen):
    with mlflow.start_run(run_name="parent", tags={"team": "blue"}, description="the first") as parent:
        mlflow.log_param("rate", 0.1)
        mlflow.log_params({"depth": 3, "empty": "", "long": "x" * 7000})
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"accuracy": 0.5, "nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}, step=2)
        mlflow.log_metric("early", 1.0, step=-3, timestamp=1_700_000_000_000)
        mlflow.log_metric("late", 2.0, synchronous=False).wait()
        mlflow.set_tags({"stage": "trial", "größe": "ü"} if False else {"stage": "trial", "size": "größer ü"})
        mlflow.set_tag("gone", "soon")
        mlflow.delete_tag("gone")
        mlflow.log_dict({"a": [1, 2]}, "nested/data.json")
        mlflow.log_text("hello ü", "notes/hello world.txt")
        with mlflow.start_run(run_name="child", nested=True) as child:
            mlflow.log_metric("loss", 0.25)
    seen.note("parent of the child", mlflow.get_parent_run(child.info.run_id).info.run_name)
    return parent.info.run_id, child.info.run_id


def log_data(seen, run_id):
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})
    with mlflow.start_run(run_id=run_id):
        data = mlflow.data.from_pandas(frame, source="https://example.com/data.csv", name="iris", targets="y")
        mlflow.log_input(data, context="training", tags={"split": "a"})
        mlflow.log_input(mlflow.data.from_numpy(np.arange(6).reshape(2, 3), name="array"), context="validation")
        mlflow.log_table({"question": ["a", "b"], "answer": [1, 2]}, "table.json")
    inputs = mlflow.get_run(run_id).inputs.dataset_inputs
    seen.note("datasets", sorted([item.dataset.name, item.dataset.digest, item.dataset.source_type] for item in inputs))
    seen.note("tags of datasets", sorted([tag.key, tag.value] for item in inputs for tag in item.tags))
    seen.note("profile", sorted(str(item.dataset.profile) for item in inputs))
    seen.note("table", mlflow.load_table("table.json", run_ids=[run_id]).to_dict("list"))


def find_runs(seen, parent, child):
    seen.note("run", mlflow.get_run(parent))
    seen.note("history", mlflow.MlflowClient().get_metric_history(parent, "loss"))
    frame = mlflow.search_runs(order_by=["attributes.run_name DESC"])
    seen.note("columns", sorted(frame.columns))
    seen.note("names", list(frame["tags.mlflow.runName"]))
    found = mlflow.search_runs(
        filter_string="metrics.loss < 0.22 AND params.rate = '0.1' AND tags.team ILIKE 'B%'", output_format="list"
    )
    seen.note("found", [run.info.run_name for run in found])
    mlflow.delete_run(child)
    seen.note("without the deleted", [run.info.run_name for run in mlflow.search_runs(output_format="list")])
    seen.note("artifacts", mlflow.artifacts.list_artifacts(run_id=parent))
    seen.note("text", mlflow.artifacts.load_text(f"runs:/{parent}/notes/hello world.txt"))
    seen.note("dict", mlflow.artifacts.load_dict(f"runs:/{parent}/nested/data.json"))


def end_runs(seen):
    try:
        with mlflow.start_run(run_name="broken"):
            raise ValueError("no luck")
    except ValueError:
        seen.note("status of the broken", mlflow.last_active_run().info.status)
    run = mlflow.start_run()
    seen.note("has a name", len(run.info.run_name.split("-")) == 3)
    mlflow.end_run("KILLED")
    seen.note("status of the killed", mlflow.get_run(run.info.run_id).info.status)


def script(seen):
    seen.note("experiment", mlflow.set_experiment("flowers").name)
    mlflow.set_experiment_tags({"owner": "me", "purpose": "none"})
    parent, child = log_run(seen)
    log_data(seen, parent)
    find_runs(seen, parent, child)
    end_runs(seen)
    seen.note("experiments", mlflow.search_experiments(order_by=["name"]))
    other = mlflow.create_experiment("trees", tags={"a": "b"})
    mlflow.delete_experiment(other)
    seen.note("deleted", mlflow.get_experiment(other))
    seen.refused("set a deleted one", mlflow.set_experiment, "trees")


observe(script)

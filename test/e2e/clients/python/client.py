"""Experiments, runs and their files through MlflowClient."""

import os

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from observations import observe


def experiments(seen, client):
    first = client.create_experiment("first", artifact_location="mlflow-artifacts:/elsewhere", tags={"a": "1"})
    client.set_experiment_tag(first, "b", "2")
    client.delete_experiment_tag(first, "a")
    client.rename_experiment(first, "renamed")
    seen.note("experiment", client.get_experiment(first))
    seen.note("by name", client.get_experiment_by_name("renamed"))
    seen.note("no such name", client.get_experiment_by_name("nobody"))
    client.delete_experiment(first)
    for view in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        seen.note(f"view {view}", [found.name for found in client.search_experiments(view_type=view)])
    client.restore_experiment(first)
    seen.note("restored", client.get_experiment(first).lifecycle_stage)
    return first


def runs(seen, client, experiment):
    run = client.create_run(experiment, start_time=1_700_000_000_000, tags={"k": "v"}, run_name="one")
    run_id = run.info.run_id
    metrics = [Metric(f"m{i}", i * 0.5, 1_700_000_000_000 + i, i) for i in range(1000)]
    client.log_batch(run_id, metrics=metrics)
    client.log_batch(run_id, params=[Param(f"p{i}", str(i)) for i in range(100)], tags=[RunTag("t", "1")])
    client.log_batch(run_id, metrics=[Metric("m1", value, 1_700_000_000_000, 7) for value in (3.0, 1.0, 2.0)])
    client.set_tag(run_id, "mlflow.note.content", "a *note*")
    client.delete_tag(run_id, "k")
    client.update_run(run_id, status="FINISHED", name="renamed")
    client.set_terminated(run_id, "FAILED", end_time=1_700_000_009_000)
    seen.note("run", client.get_run(run_id))
    seen.note("history", client.get_metric_history(run_id, "m1"))
    client.delete_run(run_id)
    seen.refused("a deleted run", client.log_metric, run_id, "m", 1)
    client.restore_run(run_id)
    return run_id


def inputs(seen, client, run_id):
    dataset = Dataset("d", "0123", "local", '{"uri": "x"}', schema="{}", profile="{}")
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "eval")])])
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])])
    seen.note("inputs", client.get_run(run_id).inputs)


def files(seen, client, run_id):
    os.makedirs("files/deep er", exist_ok=True)
    for name, content in {"a.txt": b"a", "deep er/b c+d.bin": bytes(range(256)), "deep er/ü.txt": b"", "e.html": b"<p>"}.items():
        with open(os.path.join("files", name), "wb") as file:
            file.write(content)
    client.log_artifacts(run_id, "files", "tree")
    client.log_artifact(run_id, "files/a.txt")
    client.log_text(run_id, "x" * 3_000_000, "big.txt")
    for path in (None, "tree", "tree/deep er", "tree/a.txt", "nothing"):
        seen.note(f"list {path}", [[item.path, item.is_dir, item.file_size] for item in client.list_artifacts(run_id, path)])
    folder = client.download_artifacts(run_id, "tree")
    found = sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)
    seen.note("downloaded", found)
    with open(os.path.join(folder, "deep er/b c+d.bin"), "rb") as file:
        seen.note("bytes", file.read())
    seen.note("size", os.path.getsize(client.download_artifacts(run_id, "big.txt")))
    seen.refused("download nothing", client.download_artifacts, run_id, "nothing")
    repository = mlflow.store.artifact.artifact_repository_registry.get_artifact_repository(client.get_run(run_id).info.artifact_uri)
    repository.delete_artifacts("tree/deep er")
    seen.note("after deleting", [item.path for item in client.list_artifacts(run_id, "tree")])


def pages(seen, client, experiment):
    for number in range(7):
        client.create_run(experiment, start_time=number, run_name=f"page {number}")
    token, names = None, []
    while True:
        page = client.search_runs([experiment], max_results=3, order_by=["attributes.start_time ASC"], page_token=token)
        names.append([run.info.run_name for run in page])
        token = page.token
        if not token:
            break
    seen.note("pages", names)


def script(seen):
    client = mlflow.MlflowClient()
    experiment = experiments(seen, client)
    run_id = runs(seen, client, experiment)
    inputs(seen, client, run_id)
    files(seen, client, run_id)
    pages(seen, client, experiment)


observe(script)

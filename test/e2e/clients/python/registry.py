"""Registered models, versions, aliases, stages and tags through MlflowClient."""

import warnings

import mlflow
from observations import observe

warnings.filterwarnings("ignore")


def source(client, seen):
    run = client.create_run("0", run_name="trained")
    client.log_text(run.info.run_id, "model", "model/MLmodel")
    return run.info.run_id, f"{run.info.artifact_uri}/model"


def versions(seen, client):
    run_id, uri = source(client, seen)
    first = client.create_model_version("iris", uri, run_id, tags={"a": "1"}, description="first")
    second = client.create_model_version("iris", uri, run_id, run_link="http://example.com")
    seen.note("first", first)
    seen.note("second", second)
    client.update_model_version("iris", "1", "better")
    client.set_model_version_tag("iris", "1", "b", "2")
    client.delete_model_version_tag("iris", "1", "a")
    seen.note("version", client.get_model_version("iris", "1"))
    seen.note("uri", client.get_model_version_download_uri("iris", "1"))
    seen.note("found", client.search_model_versions("name = 'iris'"))
    seen.note("of the run", [found.version for found in client.search_model_versions(f"run_id = '{run_id}'")])


def aliases(seen, client):
    client.set_registered_model_alias("iris", "champion", "1")
    client.set_registered_model_alias("iris", "champion", 2)
    client.set_registered_model_alias("iris", "old", "1")
    seen.note("by alias", client.get_model_version_by_alias("iris", "champion"))
    seen.note("aliases", client.get_registered_model("iris").aliases)
    client.delete_registered_model_alias("iris", "old")
    client.delete_registered_model_alias("iris", "never")
    seen.refused("a deleted alias", client.get_model_version_by_alias, "iris", "old")


def stages(seen, client):
    client.transition_model_version_stage("iris", "1", "Production")
    client.transition_model_version_stage("iris", "2", "production", archive_existing_versions=True)
    seen.note("archived", client.get_model_version("iris", "1").current_stage)
    seen.note("latest", sorted([v.version, v.current_stage] for v in client.get_latest_versions("iris")))
    seen.note("production", [v.version for v in client.get_latest_versions("iris", ["Production"])])


def models(seen, client):
    for name in ("trees", "größe x", "a-b.c"):
        client.create_registered_model(name, tags={"kind": name}, description="one")
    seen.note("names", [found.name for found in client.search_registered_models()])
    seen.note("descending", [found.name for found in client.search_registered_models(order_by=["name DESC"], max_results=2)])
    seen.note("like", [found.name for found in client.search_registered_models("name ILIKE '%E%'")])
    client.rename_registered_model("trees", "woods")
    client.update_registered_model("woods", "many trees")
    client.set_registered_model_tag("woods", "size", "1")
    client.delete_registered_model_tag("woods", "kind")
    seen.note("woods", client.get_registered_model("woods"))
    client.delete_registered_model("woods")


def script(seen):
    client = mlflow.MlflowClient()
    seen.note("created", client.create_registered_model("iris", {"x": "y"}, "flowers"))
    seen.refused("created twice", client.create_registered_model, "iris")
    versions(seen, client)
    aliases(seen, client)
    stages(seen, client)
    models(seen, client)
    client.delete_model_version("iris", "1")
    seen.refused("a deleted version", client.get_model_version, "iris", "1")
    seen.refused("a deleted model", client.get_registered_model, "woods")
    copied = client.copy_model_version("models:/iris/2", "copied")
    seen.note("copied", copied)
    client.delete_registered_model("iris")
    seen.note("left", [found.name for found in client.search_registered_models()])


observe(script)

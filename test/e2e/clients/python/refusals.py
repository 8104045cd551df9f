"""Mistakes, and the exceptions that the client makes of what the server answers."""

import mlflow
from mlflow.entities import Metric, Param
from observations import observe


def of_runs(seen, client):
    run_id = client.create_run("0", run_name="one").info.run_id
    client.log_param(run_id, "p", "1")
    seen.refused("another value", client.log_param, run_id, "p", "2")
    seen.refused("two values", client.log_batch, run_id, params=[Param("q", "1"), Param("q", "2")])
    seen.refused("too many metrics", client._tracking_client.store.log_batch, run_id, [Metric("m", 1, 1, 0)] * 1001, [], [])
    seen.refused("bad key", client._tracking_client.store.log_metric, run_id, Metric("../m", 1, 1, 0))
    seen.refused("long key", client._tracking_client.store.log_metric, run_id, Metric("m" * 300, 1, 1, 0))
    seen.refused("no run", client.get_run, "0" * 32)
    seen.refused("strange run", client.get_run, "a b")
    seen.refused("no tag", client.delete_tag, run_id, "nothing")
    seen.refused("no metric", client.get_metric_history, run_id, "nothing")
    for text in ("metrics.m = 'x'", "params.p > '1'", "bogus.x = 1", "attributes.nothing = 'x'", "metrics.m ==", "a OR b", "(metrics.m > 1)"):
        seen.refused(text, client.search_runs, ["0"], text)
    seen.refused("bad order", client.search_runs, ["0"], order_by=["metrics.m SIDEWAYS"])
    seen.refused("bad token", client.search_runs, ["0"], page_token="nonsense")
    seen.refused("too many", client.search_runs, ["0"], max_results=50_001)


def of_experiments(seen, client):
    seen.refused("no experiment", client.get_experiment, "77")
    seen.refused("no number", client.get_experiment, "abc")
    client.create_experiment("one")
    seen.refused("same name", client.create_experiment, "one")
    seen.refused("empty name", client.create_experiment, "")
    seen.refused("long name", client._tracking_client.store.create_experiment, "x" * 501)
    seen.refused("traversal", client.create_experiment, "t", artifact_location="mlflow-artifacts:/../x")
    seen.refused("default", client.delete_experiment, "77")
    seen.refused("restore an active one", client.restore_experiment, "1")
    seen.refused("filter", client.search_experiments, filter_string="name IN ('a')")
    seen.refused("run in none", client.create_run, "77")


def of_models(seen, client):
    seen.refused("no model", client.get_registered_model, "nothing")
    seen.refused("empty name", client._get_registry_client().store.create_registered_model, "")
    seen.refused("slash", client.create_registered_model, "a/b")
    client.create_registered_model("m")
    for source in ("file:///etc", "/etc/passwd", "http://example.com/x", "mlflow-artifacts:/../../x", "runs:/nothing/m"):
        seen.refused(source, client._get_registry_client().store.create_model_version, "m", source)
    seen.refused("no version", client.get_model_version, "m", "1")
    seen.refused("version x", client._get_registry_client().store.get_model_version, "m", "x")
    seen.refused("alias latest", client.set_registered_model_alias, "m", "latest", "1")
    seen.refused("alias v1", client.set_registered_model_alias, "m", "v1", "1")
    seen.refused("alias to nothing", client.set_registered_model_alias, "m", "a", "7")
    seen.refused("stage", client.transition_model_version_stage, "m", "1", "Nowhere")
    seen.refused("rename to itself", client.rename_registered_model, "m", "m")
    seen.refused("filter", client.search_registered_models, "bogus = 'x'")
    seen.refused("versions filter", client.search_model_versions, "bogus = 'x'")
    seen.refused("no logged model", client.get_logged_model, "m-" + "0" * 32)
    seen.refused("logged model name", client.create_logged_model, "0", name="a/b")
    seen.refused("logged models filter", client.search_logged_models, ["0"], filter_string="name ~ 'x'")


def script(seen):
    client = mlflow.MlflowClient()
    of_runs(seen, client)
    of_experiments(seen, client)
    of_models(seen, client)


observe(script)

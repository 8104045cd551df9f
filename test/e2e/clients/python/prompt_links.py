"""Prompts with all that clients tie to them: runs, logged models, experiments, formats of answers, settings of models."""

import threading
import warnings

import mlflow
from observations import observe

warnings.filterwarnings("ignore")

MINE = threading.current_thread()


def settle():
    """Waits for what the client does in threads of its own."""
    for thread in threading.enumerate():
        if thread is not MINE and thread.name.startswith("link_prompt"):
            thread.join(30)


def linked(tags):
    return tags.get("mlflow.linkedPrompts")


def runs_and_models(seen, client):
    genai = mlflow.genai
    mlflow.set_experiment("of prompts")
    with mlflow.start_run() as run:
        for number in (1, 2):
            genai.register_prompt("linked", "Say {{what}} %d" % number)
            settle()
        genai.load_prompt("prompts:/linked/1", link_to_model=False)
        settle()
        client.link_prompt_version_to_run(run.info.run_id, "prompts:/linked/2")
        client.link_prompt_version_to_run(run.info.run_id, "prompts:/linked/2")
    seen.note("of the run", linked(client.get_run(run.info.run_id).data.tags))
    model = mlflow.initialize_logged_model(name="agent")
    client.link_prompt_version_to_model("linked", "1", model.model_id)
    genai.load_prompt("prompts:/linked/2", link_to_model=True, model_id=model.model_id)
    settle()
    seen.note("of the model", linked(mlflow.get_logged_model(model.model_id).tags))
    experiment = run.info.experiment_id
    found = client.search_prompts(f"tags.`_mlflow_experiment_ids` LIKE '%,{experiment},%'")
    seen.note("of the experiment", [prompt.name for prompt in found])
    seen.note("of an experiment", [prompt.name for prompt in client.search_prompts(f"experiment_id = '{experiment}'")])
    seen.note("of no experiment", [prompt.name for prompt in client.search_prompts("experiment_id = '987654'")])


def formats(seen, client):
    genai = mlflow.genai
    answer = {"type": "object", "properties": {"text": {"type": "string"}}}
    settings = {"provider": "openai", "model_name": "m", "temperature": 0.5, "max_tokens": 10}
    made = genai.register_prompt("formats", "{{question}}", response_format=answer, model_config=settings)
    settle()
    seen.note("response format", made.response_format)
    seen.note("model config", made.model_config)
    genai.set_prompt_model_config("formats", 1, {"temperature": 1.0})
    seen.note("other model config", client.get_prompt_version("formats", "1").model_config)
    genai.delete_prompt_model_config("formats", 1)
    seen.note("no model config", client.get_prompt_version("formats", "1").model_config)


def pages(seen, client):
    for number in range(5):
        mlflow.genai.register_prompt(f"page-{number}", "é 日本 \\ \" '\n{{x}}", tags={"even": str(number % 2 == 0)})
    settle()
    first = client.search_prompts("name LIKE 'page-%'", max_results=3)
    second = client.search_prompts("name LIKE 'page-%'", max_results=3, page_token=first.token)
    seen.note("pages", [[prompt.name for prompt in page] for page in (first, second)])
    seen.note("last page", second.token)
    seen.note("descending", [p.name for p in mlflow.genai.search_prompts("name LIKE 'page-%'", order_by=["name DESC"])])
    versions = client.search_prompt_versions("page-1")
    seen.note("versions", [[found.version, found.template, dict(found.tags)] for found in versions])


def refusals(seen, client):
    genai = mlflow.genai
    seen.refused("name", genai.register_prompt, "a b", "x")
    seen.refused("too long", genai.register_prompt, "long", "x" * 100_001)
    seen.refused("nothing left of it", client.get_registered_model, "long")
    seen.refused("latest", genai.set_prompt_alias, "linked", "latest", 1)
    seen.refused("version alias", genai.set_prompt_alias, "linked", "v1", 1)
    seen.refused("no version", genai.set_prompt_alias, "linked", "a", 9)
    seen.refused("as a model", mlflow.register_model, "models:/linked/1", "taken")
    seen.refused("a file as a prompt", client.create_model_version, "linked", "/etc", tags={"mlflow.prompt.is_prompt": "true"})


def removal(seen, client):
    for number in (1, 2):
        client.delete_prompt_version("linked", str(number))
    client.delete_prompt("linked")
    seen.refused("deleted", mlflow.genai.load_prompt, "prompts:/linked@latest")
    mlflow.genai.register_prompt("linked", "anew")
    settle()
    seen.note("anew", mlflow.genai.load_prompt("prompts:/linked@latest").version)


def script(seen):
    client = mlflow.MlflowClient()
    for part in (runs_and_models, formats, pages, refusals, removal):
        part(seen, client)


observe(script)

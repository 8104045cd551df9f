"""Prompts, which are registered models to the server."""

import warnings

import mlflow
from observations import observe

warnings.filterwarnings("ignore")


def shown(prompt):
    return [prompt.name, prompt.version, prompt.template, prompt.commit_message, dict(prompt.tags), sorted(prompt.aliases)]


def script(seen):
    genai = mlflow.genai
    seen.note("first", shown(genai.register_prompt("greeting", "Hello {{name}}", commit_message="one", tags={"a": "1"})))
    chat = [{"role": "system", "content": "Be {{mood}}"}, {"role": "user", "content": "{{question}}"}]
    seen.note("second", shown(genai.register_prompt("greeting", chat)))
    genai.register_prompt("other", "x" * 4000)
    genai.set_prompt_alias("greeting", "production", 1)
    seen.note("by number", shown(genai.load_prompt("prompts:/greeting/2")))
    seen.note("by alias", shown(genai.load_prompt("prompts:/greeting@production")))
    seen.note("latest", shown(genai.load_prompt("prompts:/greeting@latest")))
    seen.note("formatted", genai.load_prompt("prompts:/greeting/1").format(name="you"))
    seen.note("nothing", genai.load_prompt("prompts:/nothing/1", allow_missing=True))
    seen.refused("missing", genai.load_prompt, "prompts:/nothing/1")
    genai.set_prompt_tag("greeting", "team", "blue")
    genai.set_prompt_version_tag("greeting", 1, "reviewed", "yes")
    genai.delete_prompt_version_tag("greeting", 1, "a")
    seen.note("tags", genai.get_prompt_tags("greeting"))
    seen.note("version", shown(genai.load_prompt("prompts:/greeting/1")))
    seen.note("found", sorted([prompt.name, dict(prompt.tags)] for prompt in genai.search_prompts()))
    client = mlflow.MlflowClient()
    seen.note("filtered", [prompt.name for prompt in client.search_prompts("name LIKE 'greet%'")])
    seen.note("versions", sorted(int(found.version) for found in client.search_prompt_versions("greeting")))
    seen.note("no models", [model.name for model in client.search_registered_models()])
    seen.refused("as a model", client.get_registered_model, "nothing")
    genai.delete_prompt_alias("greeting", "production")
    seen.refused("deleted alias", genai.load_prompt, "prompts:/greeting@production")
    client.create_registered_model("model")
    seen.refused("name of a model", genai.register_prompt, "model", "x")
    client.delete_prompt_version("greeting", "1")
    seen.refused("deleted version", genai.load_prompt, "prompts:/greeting/1")
    seen.refused("with versions", client.delete_prompt, "greeting")


observe(script)

"""tritonclient, REST or gRPC: the model repository extension, against a server of the models `fp32` and `int64`."""

import numpy as np
from scenarios import expect, run, scenario
from triton import BAD, MISSING, UNSUPPORTED, client, document, given, refusal
from values import EDGES, same

VALUES = EDGES["FP32"].reshape(1, 4)


def states(server, one):
    index = document(server, one.get_model_repository_index)
    models = index.get("models", []) if server.transport == "grpc" else index
    return {each["name"]: each.get("state", "") for each in models}


def is_served(server, one):
    try:
        return same(VALUES, one.infer("fp32", [given(server, "x", "FP32", VALUES)]).as_numpy("y"))
    except Exception as error:
        expect(error.status() in MISSING, error.status(), error.message())
        return False


@scenario
def index_of_what_is_served(server):
    with client(server) as one:
        expect(states(server, one) == {"fp32": "READY", "int64": "READY"}, states(server, one))


@scenario
def unloaded_and_loaded(server):
    with client(server) as one:
        expect(is_served(server, one), "not served at first")
        for _ in range(2):
            one.unload_model("fp32")
            expect(states(server, one).get("fp32") == "UNAVAILABLE", states(server, one))
            expect(not is_ready(one, "fp32") and not is_served(server, one), "served though unloaded")
            expect(one.is_server_ready() and is_ready(one, "int64"), "others are not")
            one.load_model("fp32")
            expect(states(server, one).get("fp32") == "READY", states(server, one))
            expect(is_ready(one, "fp32") and is_served(server, one), "not served though loaded")


def is_ready(one, model):
    try:
        return one.is_model_ready(model)
    except Exception as error:
        expect(error.status() in MISSING, error.status(), error.message())
        return False


@scenario
def loaded_anew_while_it_is_served(server):
    with client(server) as one:
        one.load_model("int64")
        values = np.array([[7]], dtype=np.int64)
        expect(same(values, one.infer("int64", [given(server, "x", "INT64", values)]).as_numpy("y")), "not served")


@scenario
def mistakes_are_told(server):
    with client(server) as one:
        expect("nobody" in refusal(lambda: one.load_model("nobody"), *BAD, *MISSING), "does not name it")
        expect("nobody" in refusal(lambda: one.unload_model("nobody"), *BAD, *MISSING), "does not name it")
        files = {"file:1/model.onnx": b"nothing"}
        refusal(lambda: one.load_model("fp32", config="{}", files=files), *UNSUPPORTED)
        expect(is_served(server, one), "not served any more")


if __name__ == "__main__":
    run()

"""tritonclient, REST or gRPC: a server with TLS that asks for a key, at `localhost`."""

import tritonclient.grpc
import tritonclient.grpc.auth
import tritonclient.http
import tritonclient.http.auth
from scenarios import expect, run, scenario
from triton import given, refusal
from values import EDGES, same

VALUES = EDGES["FP32"].reshape(1, 4)
UNKNOWN_CALLER = ("401", "StatusCode.UNAUTHENTICATED")


def client(server):
    if server.transport == "grpc":
        options = dict(ssl=True, root_certificates=server.certificate)
        return tritonclient.grpc.InferenceServerClient(server.grpc, **options)
    options = dict(ssl=True, ssl_options={"ca_certs": server.certificate})
    return tritonclient.http.InferenceServerClient(server.rest, **options)


class KeyOfEveryCall(tritonclient.http.InferenceServerClientPlugin):
    """A plugin, as for basic authentication, with what this server asks for."""

    def __init__(self, key):
        super().__init__()
        self._key = key

    def __call__(self, request):
        request.headers["authorization"] = f"Bearer {self._key}"


def infer(server, one, **options):
    return one.infer("fp32", [given(server, "x", "FP32", VALUES)], **options).as_numpy("y")


@scenario
def health_needs_no_key(server):
    with client(server) as one:
        expect(one.is_server_live() and one.is_server_ready(), "not ready")


@scenario
def key_in_a_header(server):
    with client(server) as one:
        for headers in ({"authorization": f"Bearer {server.api_key}"}, {"x-api-key": server.api_key}):
            expect(same(VALUES, infer(server, one, headers=headers)), headers)
            expect(one.is_model_ready("fp32", headers=headers), headers)


@scenario
def key_by_a_plugin(server):
    with client(server) as one:
        one.register_plugin(KeyOfEveryCall(server.api_key))
        expect(same(VALUES, infer(server, one)), "not answered")


@scenario
def wrong_keys(server):
    with client(server) as one:
        for headers in (None, {"authorization": "Bearer wrong"}, {"x-api-key": ""}):
            refusal(lambda: infer(server, one, headers=headers), *UNKNOWN_CALLER)
            refusal(lambda: one.get_model_metadata("fp32", headers=headers), *UNKNOWN_CALLER)
        module = tritonclient.grpc.auth if server.transport == "grpc" else tritonclient.http.auth
        one.register_plugin(module.BasicAuth("somebody", "password"))
        refusal(lambda: infer(server, one), *UNKNOWN_CALLER)


if __name__ == "__main__":
    run()

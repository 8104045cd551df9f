"""tritonclient.http: what only REST has."""

import urllib.request

import numpy as np
import tritonclient.http
from scenarios import expect, run, scenario
from triton import client, given
from values import EDGES, same


@scenario
def bodies_made_and_read_apart(server):
    values = EDGES["INT64"].reshape(1, 4)
    inputs = [given(server, "x", "INT64", values)]
    body, header_length = tritonclient.http.InferenceServerClient.generate_request_body(inputs)
    result = posted(server, "int64", body, header_length)
    expect(same(values, result.as_numpy("y")), result.get_response())


@scenario
def raw_request(server):
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    result = posted(server, "fixed", values.tobytes(), 0)
    expect(same(values, result.as_numpy("y")), result.get_response())


def posted(server, model, body, header_length):
    request = urllib.request.Request(f"http://{server.rest}/v2/models/{model}/infer", data=body, method="POST")
    request.add_header("Content-Type", "application/octet-stream")
    request.add_header("Inference-Header-Content-Length", str(header_length))
    with urllib.request.urlopen(request) as reply:
        length = int(reply.headers["Inference-Header-Content-Length"])
        read = tritonclient.http.InferenceServerClient.parse_response_body
        return read(reply.read(), header_length=length)


@scenario
def queries_and_headers(server):
    values = EDGES["FP32"].reshape(1, 4)
    with client(server) as one:
        more = dict(query_params={"any": "query", "list": [1, 2]}, headers={"X-Any": "header"})
        expect(one.is_server_live(**more) and one.is_model_ready("fp32", **more), "not ready")
        expect(one.get_model_metadata("fp32", **more)["name"] == "fp32", "no metadata")
        result = one.infer("fp32", [given(server, "x", "FP32", values)], **more)
        expect(same(values, result.as_numpy("y")), result.get_response())


@scenario
def asynchronous(server):
    with client(server, concurrency=8) as one:
        values = [np.full((1, 4), index, np.float32) for index in range(32)]
        pending = [
            one.async_infer("fp32", [given(server, "x", "FP32", each)], request_id=str(index))
            for index, each in enumerate(values)
        ]
        for index, each in enumerate(pending):
            result = each.get_result()
            expect(same(values[index], result.as_numpy("y")), index)
            expect(result.get_response()["id"] == str(index), result.get_response())


if __name__ == "__main__":
    run()

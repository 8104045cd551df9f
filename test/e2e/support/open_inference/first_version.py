"""The first version of the protocol, as clients of TF Serving's REST API send it: plain HTTP."""

import json
import urllib.error
import urllib.request

from scenarios import expect, run, scenario


def ask(server, path, body=None, **headers):
    """Status and JSON of the reply; a body is posted."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{server.rest}/v1/models/{path}", data=data)
    for name, value in headers.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@scenario
def status(server):
    code, reply = ask(server, "fp32")
    [version] = reply["model_version_status"]
    expect(code == 200 and version["state"] == "AVAILABLE", code, reply)
    expect(ask(server, f"fp32/versions/{version['version']}")[0] == 200, version)
    code, reply = ask(server, "nobody")
    expect(code == 404 and reply["error"], code, reply)


@scenario
def metadata(server):
    code, reply = ask(server, "add-sub/metadata")
    expect(code == 200 and reply["model_spec"]["name"] == "add-sub", code, reply)
    signature = reply["metadata"]["signature_def"]["signature_def"]["serving_default"]
    expect(set(signature["inputs"]) == {"a", "b"} and set(signature["outputs"]) == {"sum", "difference"}, signature)


@scenario
def instances(server):
    rows = [[1.5, 2.0], [3.0, 4.0]]
    for body in ({"instances": rows}, {"instances": rows, "signature_name": "serving_default"}):
        code, reply = ask(server, "fp32:predict", body)
        expect(code == 200 and reply == {"predictions": rows}, code, reply)
    code, reply = ask(server, "fp32:predict", {"instances": [{"x": row} for row in rows]})
    expect(code == 200 and reply == {"predictions": rows}, code, reply)


@scenario
def instances_of_several_tensors(server):
    row = {"a": [5] * 16, "b": [3] * 16}
    code, reply = ask(server, "add-sub:predict", {"instances": [row, row]})
    answer = {"sum": [8] * 16, "difference": [2] * 16}
    expect(code == 200 and reply == {"predictions": [answer, answer]}, code, reply)


@scenario
def columns(server):
    rows = [[1.5, 2.0], [3.0, 4.0]]
    for body in ({"inputs": rows}, {"inputs": {"x": rows}}):
        code, reply = ask(server, "fp32:predict", body)
        expect(code == 200 and reply == {"outputs": rows}, code, reply)
    code, reply = ask(server, "add-sub:predict", {"inputs": {"a": [[5] * 16], "b": [[3] * 16]}})
    expect(code == 200 and reply == {"outputs": {"sum": [[8] * 16], "difference": [[2] * 16]}}, code, reply)


@scenario
def texts(server):
    code, reply = ask(server, "bytes:predict", {"instances": [["größer", ""], ["a", {"b64": "YWJj"}]]})
    expect(code == 200 and reply == {"predictions": [["größer", ""], ["a", "abc"]]}, code, reply)


@scenario
def mistakes_are_told(server):
    for body in ({}, {"rows": []}, {"instances": [[1, 2]], "inputs": [[1, 2]]}, {"instances": "text"}, [1, 2]):
        code, reply = ask(server, "fp32:predict", body)
        expect(code == 400 and isinstance(reply["error"], str), body, code, reply)
    code, reply = ask(server, "fp32:predict", {"instances": [[1, 2]], "signature_name": "another"})
    expect(code == 400 and "another" in reply["error"], code, reply)
    for path in ("nobody:predict", "fp32/versions/99:predict"):
        code, reply = ask(server, path, {"instances": [[1, 2]]})
        expect(code == 404 and isinstance(reply["error"], str), code, reply)


if __name__ == "__main__":
    run()

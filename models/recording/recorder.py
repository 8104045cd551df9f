"""Puts a model's requests to the real `mlflow models serve` and keeps the answers."""

import hashlib
import json
import os
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import Model
from training.servers import scoring_server

from .common_requests import envelope_requests, params_requests
from .scoring_request import ScoringRequest
from .table_requests import table_requests
from .tensor_requests import tensor_requests
from .tfjs_model import servable

Recording = dict[str, Any]

REQUEST_TIMEOUT_SECONDS = 30


def requests_for(folder: Path) -> list[ScoringRequest]:
    """All different requests for the model in `folder`, made from its signature and its input example alone."""
    model = Model.load(folder)
    defaults = {param.name: _plain(param.default) for param in model.signature.params or []}
    body = json.loads((folder / "serving_input_example.json").read_text())
    body.pop("params", None)
    requests = [
        *_input_requests(model, folder),
        *envelope_requests(body),
        *(params_requests(body, defaults) if defaults else []),
    ]
    if "tfjs" in model.flavors:
        # What comes of NaN (a null) and of infinity depends on the engine: TF.js on WebAssembly answers with numbers.
        requests = [
            request for request in requests if not any(word in request.wire_body for word in (b"null", b"1e+39"))
        ]
    different: dict[tuple[str, str | bytes], ScoringRequest] = {}
    for request in requests:
        different.setdefault((request.content_type, request.body), request)
    return list(different.values())


def _input_requests(model: Model, folder: Path) -> Iterator[ScoringRequest]:
    example = model.load_input_example(str(folder))
    match example:
        case pd.DataFrame():
            return table_requests(example)
        case np.ndarray():
            return tensor_requests(example, None)
        case dict() if len(example) == 1:
            name, tensor = next(iter(example.items()))
            return tensor_requests(np.asarray(tensor), name)
        case _:
            raise TypeError(f"{folder}: no requests are known for an input example of {type(example)}")


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def record(name: str, folder: Path) -> tuple[list[Recording], list[Recording]]:
    """Asks MLflow. Returns all recordings, and the golden ones of them: answered, and fit to be asked at each load."""
    recordings, golden = [], []
    with servable(folder) as served, scoring_server(served) as address:
        for request in requests_for(folder):
            recording = _recording(name, request, *_post(address, request))
            _refuse_traces_of_this_machine(recording, folder)
            recordings.append(recording)
            if request.golden and recording["status"] == 200:
                golden.append({key: recording[key] for key in ("content_type", "body", "status", "resp")})
    return recordings, golden


def _post(address: str, request: ScoringRequest) -> tuple[int, str, str]:
    headers = {"Content-Type": request.content_type}
    wire = urllib.request.Request(f"{address}/invocations", request.wire_body, headers, method="POST")
    try:
        with urllib.request.urlopen(wire, timeout=REQUEST_TIMEOUT_SECONDS) as response:
            return response.status, response.headers["content-type"], response.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers["content-type"], refusal.read().decode()


def _recording(name: str, request: ScoringRequest, status: int, content_type: str, answer: str) -> Recording:
    body = request.written_body
    identity = json.dumps([name, request.content_type, body])
    return {
        "id": hashlib.sha256(identity.encode()).hexdigest()[:12],
        "model": name,
        "kind": f"{request.form}:{_outcome(status, content_type, answer)}",
        "content_type": request.content_type,
        "body": body,
        "status": status,
        "resp_type": content_type,
        "resp": _without_trace(answer) if status != 200 else answer,
    }


def _outcome(status: int, content_type: str, answer: str) -> str:
    if status == 200:
        return "ok"
    return json.loads(answer)["error_code"] if content_type == "application/json" else str(status)


def _without_trace(answer: str) -> str:
    try:
        error = json.loads(answer)
    except ValueError:
        return answer
    return json.dumps({**error, "stack_trace": "<trace>"}) if "stack_trace" in error else answer


def _refuse_traces_of_this_machine(recording: Recording, folder: Path) -> None:
    answer = recording["resp"]
    paths = (str(folder.parents[2]), os.path.expanduser("~/"), "site-packages")
    if any(path in answer for path in paths) or re.search(rf"\b{re.escape(socket.gethostname())}\b", answer):
        raise ValueError(f"recording {recording['id']} names this machine: {answer}")

"""Requests that any model gets: mistakes in the envelope and in the content type, and params."""

import json
from collections.abc import Iterator
from typing import Any

from .scoring_request import JSON, ScoringRequest, json_request


def envelope_requests(body: dict[str, Any]) -> Iterator[ScoringRequest]:
    """`body` is one that the model answers."""
    text = json.dumps(body, ensure_ascii=False)
    yield ScoringRequest("envelope", text[:-1])
    yield ScoringRequest("envelope", "")
    yield ScoringRequest("envelope", "[1, 2]")
    yield json_request("envelope", {"rows": 1})
    yield ScoringRequest("content-type", text, f"{JSON}; charset=utf-8")
    yield ScoringRequest("content-type", text, f"{JSON}; charset=latin-1")
    yield ScoringRequest("content-type", text, f"{JSON}; format=pandas-split")
    yield ScoringRequest("content-type", text, "text/plain")


def params_requests(body: dict[str, Any], defaults: dict[str, Any]) -> Iterator[ScoringRequest]:
    """`defaults` are the params of the signature; each is sent alone with its own value and with a wrong one."""
    yield json_request("params", {**body, "params": defaults}, golden=True)
    yield json_request("params", {**body, "params": {}}, golden=True)
    yield json_request("params", {**body, "params": {"unknown": 1}})
    yield json_request("params", {**body, "params": None})
    yield json_request("params", {**body, "params": [1, 2]})
    for name, value in defaults.items():
        yield json_request("params", {**body, "params": {name: value}})
        yield json_request("params", {**body, "params": {name: _wrong(value)}})
        yield json_request("params", {**body, "params": {name: None}})
    for name, value in defaults.items():
        if isinstance(value, float):
            yield json_request("params", {**body, "params": {name: 1}})
        if isinstance(value, list):
            yield json_request("params", {**body, "params": {name: []}})


def _wrong(value: object) -> object:
    match value:
        case str():
            return 1
        case list():
            return value[0]
        case _:
            return "x"

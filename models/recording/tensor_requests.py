"""Requests for a model with one input tensor: every form, and the mistakes that clients make in each."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .scoring_request import CSV, ScoringRequest, json_request


def tensor_requests(tensor: np.ndarray, name: str | None) -> Iterator[ScoringRequest]:
    """`tensor` is the input example; `name` is None where the signature leaves the tensor without one."""
    rows = tensor.tolist()
    yield from _list_requests(tensor)
    yield json_request("inputs-list", {"inputs": _as_text(rows)})
    yield json_request("inputs-object", {"inputs": {name or "tensor": rows}}, golden=name is not None)
    yield json_request("inputs-object", {"inputs": {"other": rows}})
    yield json_request("inputs-scalar", {"inputs": 1.5})
    yield json_request("inputs-scalar", {"inputs": "many"})
    yield json_request("instances-list", {"instances": rows}, golden=True)
    yield json_request("instances-records", {"instances": [{name or "tensor": row} for row in rows]})
    yield from _frame_requests(tensor, name)


def _list_requests(tensor: np.ndarray) -> Iterator[ScoringRequest]:
    form, rows = "inputs-list", tensor.tolist()
    yield json_request(form, {"inputs": rows}, golden=True)
    yield json_request(form, {"inputs": rows[:1]}, golden=True)
    yield json_request(form, {"inputs": rows[::-1]}, golden=True)
    yield json_request(form, {"inputs": np.rint(tensor).astype(int).tolist()}, golden=True)
    yield json_request(form, {"inputs": (tensor > 0).tolist()})
    yield json_request(form, {"inputs": [rows]})
    yield json_request(form, {"inputs": tensor.reshape(-1)[:3].tolist()})
    yield json_request(form, {"inputs": []})
    yield json_request(form, {"inputs": [*rows, [1.0]]})
    yield json_request(form, {"inputs": _with_first(rows, "many")})
    yield json_request(form, {"inputs": _with_first(rows, None)})
    yield json_request(form, {"inputs": _with_first(rows, 1e39)})
    if tensor.ndim > 1:
        yield json_request(form, {"inputs": tensor[..., :-1].tolist()})


def _frame_requests(tensor: np.ndarray, name: str | None) -> Iterator[ScoringRequest]:
    flat_rows = tensor.reshape(len(tensor), -1).tolist()
    column = name or "tensor"
    yield json_request("dataframe_split", {"dataframe_split": {"data": flat_rows}})
    yield json_request(
        "dataframe_split", {"dataframe_split": {"columns": [column], "data": [[row] for row in flat_rows]}}
    )
    yield json_request("dataframe_records", {"dataframe_records": [{column: row} for row in flat_rows]})
    yield ScoringRequest("csv", f"{column}\n1.5\n", CSV)


def _as_text(value: Any) -> Any:
    return [_as_text(item) for item in value] if isinstance(value, list) else str(value)


def _with_first(value: Any, first: object) -> Any:
    """`value` with its very first number replaced."""
    return [_with_first(value[0], first), *value[1:]] if isinstance(value, list) else first

"""Requests for a model with named columns: every form, and the mistakes that clients make in each."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from .scoring_request import ScoringRequest, csv_request, json_request, parquet_request

TEXTS = [
    "",
    "Größe, naïve, 主成分分析 😀",
    'says "yes", twice\nand a new line',
    "UPPER and lower case of k-means",
]


def table_requests(rows: pd.DataFrame) -> Iterator[ScoringRequest]:
    """`rows` are the input example, of the dtypes that the model was logged with."""
    yield from _split_requests(rows)
    yield from _record_requests(rows)
    yield from _column_requests(rows)
    yield from _file_requests(rows)
    for name in rows.columns[rows.dtypes == object]:
        yield from _text_requests(rows[: len(TEXTS)].assign(**{name: TEXTS}))
        yield json_request("dataframe_records", {"dataframe_records": _records(rows[:1].assign(**{name: [5]}))})
        yield json_request("inputs-object", {"inputs": _columns(rows[:1].assign(**{name: [5]}))})


def _split_requests(rows: pd.DataFrame) -> Iterator[ScoringRequest]:
    form = "dataframe_split"
    split = _split(rows)
    first = split["columns"][0]
    yield json_request(form, {form: split}, golden=True)
    yield json_request(form, {form: _split(rows[:1])}, golden=True)
    yield json_request(form, {form: _split(rows[rows.columns[::-1]])})
    yield json_request(form, {form: _split(rows.assign(remark="not a column of the model"))})
    yield json_request(form, {form: {**split, "index": list(range(10, 10 + len(rows)))}})
    yield json_request(form, {form: {"columns": split["columns"], "data": []}})
    yield json_request(form, {form: _split(rows.drop(columns=first))})
    yield json_request(form, {form: {"data": split["data"]}})
    yield json_request(form, {form: {**split, "data": [row[:-1] for row in split["data"]]}})
    yield json_request(form, {form: split["data"]})
    yield json_request(form, {form: _with_cell(rows[:2], "many")})
    if rows[first].dtype != object:
        # Among texts, the answer to a null depends on the release of pandas: None with 2, NaN with 3.
        yield json_request(form, {form: _with_cell(rows[:2], None)})
    yield json_request(form, {form: _with_cell(rows[:2], "3")})
    yield json_request(form, {form: split, "params": {"unknown": 1}})
    yield json_request(form, {form: split, "inputs": split["data"]})


def _record_requests(rows: pd.DataFrame) -> Iterator[ScoringRequest]:
    form = "dataframe_records"
    records = _records(rows)
    first = rows.columns[0]
    yield json_request(form, {form: records}, golden=True)
    yield json_request(form, {form: records[-1:]})
    yield json_request(form, {form: [records[0], _without(records[1], first)]})
    yield json_request(form, {form: [_without(record, first) for record in records]})
    yield json_request(form, {form: records[0]})
    yield json_request(form, {form: []})


def _column_requests(rows: pd.DataFrame) -> Iterator[ScoringRequest]:
    columns, records = _columns(rows), _records(rows)
    first = rows.columns[0]
    yield json_request("inputs-object", {"inputs": columns}, golden=True)
    yield json_request("inputs-object", {"inputs": _columns(rows[1:2])})
    yield json_request("inputs-object", {"inputs": _without(columns, first)})
    yield json_request("inputs-records", {"inputs": records})
    yield json_request("inputs-list", {"inputs": [list(record.values()) for record in records]})
    yield json_request("instances-records", {"instances": records}, golden=True)
    yield json_request("instances-object", {"instances": columns})
    if len(columns) > 1:
        yield json_request("instances-object", {"instances": {**columns, first: columns[first][:1]}})


def _file_requests(rows: pd.DataFrame) -> Iterator[ScoringRequest]:
    first = rows.columns[0]
    yield csv_request(rows, golden=True)
    yield csv_request(rows[rows.columns[::-1]].assign(remark="not a column of the model"))
    yield csv_request(rows.drop(columns=first).assign(remark="not a column of the model"))
    yield csv_request(rows[:0])
    yield csv_request(rows.astype({first: object}).replace({first: {rows[first].iloc[0]: None}}))
    yield ScoringRequest("csv", "", "text/csv")
    yield parquet_request(rows)
    yield parquet_request(rows.drop(columns=first).assign(remark="not a column of the model"))
    yield parquet_request(rows.assign(**{first: pd.Series(["many"] * len(rows), dtype=object)}))


def _text_requests(rows: pd.DataFrame) -> Iterator[ScoringRequest]:
    yield json_request("dataframe_split", {"dataframe_split": _split(rows)}, golden=True)
    yield json_request("inputs-object", {"inputs": _columns(rows)})
    yield json_request("instances-records", {"instances": _records(rows)})
    yield csv_request(rows)
    yield parquet_request(rows)


def _split(rows: pd.DataFrame) -> dict[str, Any]:
    split = rows.to_dict(orient="split")
    return {"columns": split["columns"], "data": split["data"]}


def _with_cell(rows: pd.DataFrame, value: object) -> dict[str, Any]:
    split = _split(rows)
    return {**split, "data": [[value, *split["data"][0][1:]], *split["data"][1:]]}


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return rows.to_dict(orient="records")


def _columns(rows: pd.DataFrame) -> dict[str, list[Any]]:
    return rows.to_dict(orient="list")


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}

"""MLflow's `predict`, and pandas as the reader and writer of files, in this process.

Reads one question a line from standard input and writes one answer a line to standard output. Kinds of questions:

    {"kind": "predict", "model": folder, "path": file, "format": "csv" | "json" | "parquet", "parquet": spec?}
        -> [{"status", "body"}]: `mlflow models predict` first, then what its scoring server makes of the same body;
        each twice where ONNX Runtime refuses pandas' new text type. With `parquet` the file is written first.
    {"kind": "read", "path": file, "format": "csv" | "jsonl" | "parquet"}
        -> {"rows", "columns": [{"name", "dtype", "cells"}]} or {"error"}: what pandas reads
    {"kind": "write", "path": file, "spec": {"seed", "rows"}}
        -> {"how"}: a parquet file of random columns and a random layout

Cells are text, so that integers keep all digits: `i5`, `f<hex>`, `b1`, `sabc`, `t<ns>`, `n` for a missing one, `o…` for others.
"""

import io
import json
import logging
import os
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "mlflow-differential"))
warnings.filterwarnings("ignore")

import mlflow_answers
import numpy as np
import pandas as pd
import parquet_files
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import scoring_server

CONTENT_TYPES = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}


def predict(question):
    if "parquet" in question:
        Path(question["path"]).write_bytes(mlflow_answers.parquet_body(question["parquet"]))
    model = mlflow_answers.model_at(question["model"])
    answers = both_ways(model, question)
    refused = any("unexpected error while evaluating" in answer["body"] for answer in answers)
    if refused and mlflow_answers.has_text_among_inputs(model):
        with pd.option_context("future.infer_string", False):
            answers += both_ways(model, question)
    return answers


def both_ways(model, question):
    path, kind = question["path"], question["format"]
    served = mlflow_answers.answer(model, CONTENT_TYPES[kind], Path(path).read_bytes())
    return [by_command(model, path), served] if kind == "csv" else [served]


def by_command(model, path):
    """`scoring_server._predict` of CSV (MLflow 3.17.2) without loading the model each time."""
    try:
        raw = model.predict(scoring_server.parse_csv_input(path), params=None)
        out = io.StringIO()
        scoring_server.predictions_to_json(raw, out)
        return {"status": 200, "body": out.getvalue()}
    except Exception as error:
        return {"status": 400, "body": f"{type(error).__name__}: {error}"}


def read(question):
    try:
        return frame_text(READERS[question["format"]](question["path"]))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


READERS = {
    "csv": lambda path: pd.read_csv(path, low_memory=False),
    "jsonl": lambda path: pd.read_json(path, lines=True, convert_dates=False, dtype=False),
    "parquet": pd.read_parquet,
}


def frame_text(frame):
    columns = [frame.iloc[:, i] for i in range(frame.shape[1])]
    return {
        "rows": len(frame),
        "columns": [{"name": str(c.name), "dtype": str(c.dtype), "cells": cells_of(c)} for c in columns],
    }


def cells_of(column):
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if column.dtype.kind == "M":
        return ["n" if cell == np.iinfo("int64").min else f"t{cell}" for cell in column.astype("datetime64[ns]").astype("int64")]
    return [cell_text(cell) for cell in column.tolist()]


def cell_text(cell):
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and cell != cell):
        return "n"
    if isinstance(cell, (bool, np.bool_)):
        return f"b{int(cell)}"
    if isinstance(cell, (int, np.integer)):
        return f"i{cell}"
    if isinstance(cell, (float, np.floating)):
        return f"f{float(cell)!r}"
    if isinstance(cell, str):
        return f"s{cell}"
    return f"o{type(cell).__name__}"


def write(question):
    return {"how": parquet_files.write(question["path"], **question["spec"])}


KINDS = {"predict": predict, "read": read, "write": write}


def main():
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        out.write(json.dumps(KINDS[question["kind"]](question)) + "\n")
        out.flush()


if __name__ == "__main__":
    main()

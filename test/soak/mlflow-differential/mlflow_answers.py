"""Answers scoring requests with MLflow's own scoring server, in this process.

Reads one request a line from standard input and writes one answer a line to standard output:

    {"model": folder, "contentType": text, "body": text}
    {"model": folder, "contentType": text, "parquet": {"columns": [{"name", "type", "values"}], "index", "pandas"}}
    {"status", "body"}, with "parquetBody" (base64) where the body was written here, and "also" (a second answer)

`also` is the answer with pandas' older text type, where ONNX Runtime refuses the new one: models with several inputs of
which one is text, see the README of test/protocol/mlflow-scoring.
"""

import base64
import io
import json
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["_MLFLOW_IS_IN_SERVING_ENVIRONMENT"] = "true"

import mlflow.pyfunc
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import scoring_server

MODELS = {}


def model_at(folder):
    if folder not in MODELS:
        MODELS[folder] = mlflow.pyfunc.load_model(folder)
    return MODELS[folder]


def answer(model, content_type, body):
    """What the route `/invocations` makes of the outcome of `invocations`."""
    try:
        result = scoring_server.invocations(body, content_type, model, model.metadata.get_input_schema())
        return {"status": result.status, "body": result.response}
    except MlflowException as error:
        text = json.loads(error.serialize_as_json())
        text.pop("stack_trace", None)
        return {"status": error.get_http_status_code(), "body": json.dumps(text)}
    except Exception as error:
        return {"status": 500, "body": f"Internal Server Error ({type(error).__name__}: {error})"}


def has_text_among_inputs(model):
    types = [entry.type for entry in model._model_impl.rt.get_inputs()]
    return len(types) > 1 and "tensor(string)" in types


def parquet_body(spec):
    arrays = [column_array(column) for column in spec["columns"]]
    names = [column["name"] for column in spec["columns"]]
    table = pa.Table.from_arrays(arrays, names=names)
    if spec.get("pandas"):
        frame = table.to_pandas()
        if spec.get("index"):
            frame.index = pd.Index(spec["index"], name=spec.get("indexName"))
        table = pa.Table.from_pandas(frame)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression=spec.get("compression", "snappy"), use_dictionary=spec.get("dictionary", True))
    return sink.getvalue()


def column_array(column):
    kind = column["type"]
    if kind == "dictionary":
        return pa.array(column["values"], pa.string()).dictionary_encode()
    if kind == "list":
        return pa.array(column["values"], pa.list_(pa.float64()))
    if kind == "struct":
        return pa.array(column["values"], pa.struct([("a", pa.int64())]))
    if kind == "decimal":
        return pa.array(column["values"], pa.float64()).cast(pa.decimal128(20, 4))
    if kind.startswith("timestamp"):
        return pa.array(column["values"], pa.int64()).cast(TIMESTAMPS[kind])
    if kind in ("date32", "time64"):
        narrow = pa.int32() if kind == "date32" else pa.int64()
        return pa.array(column["values"], narrow).cast(pa.date32() if kind == "date32" else pa.time64("us"))
    if kind == "float16":
        import numpy as np

        return pa.array([None if v is None else np.float16(v) for v in column["values"]], pa.float16())
    if kind == "binary":
        return pa.array([None if v is None else v.encode() for v in column["values"]], pa.binary())
    return pa.array(column["values"], getattr(pa, kind)())


TIMESTAMPS = {
    "timestamp_ns": pa.timestamp("ns"),
    "timestamp_us": pa.timestamp("us"),
    "timestamp_tz": pa.timestamp("ms", tz="UTC"),
}


def respond(request):
    model = model_at(request["model"])
    written = "parquet" in request
    body = parquet_body(request["parquet"]) if written else request["body"].encode("utf-8", "surrogatepass")
    reply = answer(model, request["contentType"], body)
    if written:
        reply["parquetBody"] = base64.b64encode(body).decode()
    if "unexpected error while evaluating" in reply["body"] and has_text_among_inputs(model):
        with pd.option_context("future.infer_string", False):
            reply["also"] = answer(model, request["contentType"], body)
    return reply


def main():
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        out.write(json.dumps(respond(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()

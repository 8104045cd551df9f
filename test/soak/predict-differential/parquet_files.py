"""Parquet files of random columns, written by pyarrow and pandas with random options."""

import datetime
import decimal
import json
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

WORDS = ["", "a", "é", "日本", "x,y", 'say "hi"', "line\nbreak", "1.5", "True", "😀", "long " * 40]
ZONES = ["UTC", "Europe/Berlin", "+02:00", "America/New_York"]


def write(path, seed, rows):
    """Returns what was written, in words."""
    rng = random.Random(seed)
    count = rng.choice([1, 2, 4, 8])
    kinds = [rng.choice(list(COLUMNS)) for _ in range(count)]
    arrays = [column(rng, COLUMNS[kind], rows) for kind in kinds]
    table = pa.table(dict(zip([f"{kind}_{i}" for i, kind in enumerate(kinds)], arrays)))
    table, index = with_index(rng, table, rows)
    options = writer_options(rng, table, rows)
    with pq.ParquetWriter(path, table.schema, **options["file"]) as writer:
        writer.write_table(table, row_group_size=options["row_group_size"])
    return json.dumps({"kinds": kinds, "index": index, **options}, default=str)


def with_index(rng, table, rows):
    """pandas' own metadata in half of the files, and indexes of all sorts in some of them."""
    if rng.random() < 0.5:
        return table, "no pandas metadata"
    frame = table.to_pandas()
    index = rng.choice(["range", "step", "numbers", "text", "named", "two levels"])
    if index == "step":
        frame.index = pd.RangeIndex(5, 5 + 2 * rows, 2)
    elif index == "numbers":
        frame.index = pd.Index([rng.randrange(9) for _ in range(rows)])
    elif index == "text":
        frame.index = pd.Index([f"r{i}" for i in range(rows)], dtype=object)
    elif index == "named":
        frame.index = pd.Index(range(rows), name="id")
    elif index == "two levels":
        frame.index = pd.MultiIndex.from_arrays([range(rows), ["k"] * rows], names=["a", "b"])
    return pa.Table.from_pandas(frame, preserve_index=None if rng.random() < 0.7 else True), index


def writer_options(rng, table, rows):
    options = {
        "compression": rng.choice(["none", "snappy", "gzip", "brotli", "zstd", "lz4"]),
        "data_page_version": rng.choice(["1.0", "2.0"]),
        "data_page_size": rng.choice([1, 20, 100, 1000, 1 << 20]),
        "write_batch_size": rng.choice([1, 3, 16, 1024]),
        "write_statistics": rng.random() < 0.6,
        "write_page_index": rng.random() < 0.3,
        "write_page_checksum": rng.random() < 0.2,
        "version": rng.choice(["1.0", "2.4", "2.6"]),
    }
    encodings = column_encodings(rng, table)
    if encodings:
        options |= {"use_dictionary": False, "column_encoding": encodings}
    else:
        options["use_dictionary"] = rng.random() < 0.7
        options["dictionary_pagesize_limit"] = rng.choice([10, 100, 1 << 20])
    if rng.random() < 0.15:
        options["use_deprecated_int96_timestamps"] = True
    return {"file": options, "row_group_size": rng.choice([1, 7, 50, max(1, rows)])}


def column_encodings(rng, table):
    if rng.random() < 0.6:
        return {}
    chosen = {}
    for field in table.schema:
        encoding = rng.choice(encodings_for(field.type))
        if encoding is not None:
            chosen[field.name] = encoding
    return chosen


def encodings_for(kind):
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return ["PLAIN", "BYTE_STREAM_SPLIT"]
    if pa.types.is_integer(kind):
        return ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"]
    if pa.types.is_boolean(kind):
        return ["PLAIN", "RLE"]
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        return ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
    return [None]


def column(rng, kind, rows):
    missing = rng.choice([0, 0, 0.05, 0.5, 1])
    few = [kind.value(rng) for _ in range(3)]
    repeated = rng.random() < 0.4
    cells = [rng.choice(few) if repeated else kind.value(rng) for _ in range(rows)]
    return kind.array([None if rng.random() < missing else cell for cell in cells])


class Kind:
    def __init__(self, value, type):
        self.value = value
        self.type = type

    def array(self, cells):
        return pa.array(cells, self.type)


class Category(Kind):
    def array(self, cells):
        return pa.array(cells, self.type).dictionary_encode()


class Half(Kind):
    def array(self, cells):
        return pa.array([None if cell is None else np.float16(cell) for cell in cells], self.type)


def integer(bits, signed=True):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return lambda rng: rng.choice([0, 1, low, high, rng.randint(low, high)])


def floating(rng):
    return rng.choice([0.0, -0.0, 1.5, 0.1, float("inf"), float("nan"), rng.uniform(-1e6, 1e6), rng.gauss(0, 1e-6)])


def small_floating(rng):
    return rng.choice([0.0, 1.5, -2.25, 0.5, 65504.0])


def word(rng):
    return rng.choice(WORDS) if rng.random() < 0.7 else f"text {rng.random()}"


def moment(rng):
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=rng.randint(-(2**50), 2**51))


def money(rng):
    return decimal.Decimal(rng.randint(-(10**9), 10**9)).scaleb(-4)


COLUMNS = {
    "int8": Kind(integer(8), pa.int8()),
    "int16": Kind(integer(16), pa.int16()),
    "int32": Kind(integer(32), pa.int32()),
    "int64": Kind(integer(64), pa.int64()),
    "uint8": Kind(integer(8, False), pa.uint8()),
    "uint16": Kind(integer(16, False), pa.uint16()),
    "uint32": Kind(integer(32, False), pa.uint32()),
    "uint64": Kind(integer(64, False), pa.uint64()),
    "float16": Half(small_floating, pa.float16()),
    "float32": Kind(floating, pa.float32()),
    "float64": Kind(floating, pa.float64()),
    "bool": Kind(lambda rng: rng.random() < 0.5, pa.bool_()),
    "text": Kind(word, pa.string()),
    "large_text": Kind(word, pa.large_string()),
    "category": Category(word, pa.string()),
    "binary": Kind(lambda rng: word(rng).encode(), pa.binary()),
    "time_s": Kind(lambda rng: moment(rng).replace(microsecond=0), pa.timestamp("s")),
    "time_ms": Kind(lambda rng: moment(rng).replace(microsecond=0), pa.timestamp("ms")),
    "time_us": Kind(moment, pa.timestamp("us")),
    "time_ns": Kind(moment, pa.timestamp("ns")),
    "zoned_us": Kind(moment, pa.timestamp("us", tz="Europe/Berlin")),
    "zoned_ns": Kind(moment, pa.timestamp("ns", tz="UTC")),
    "date": Kind(lambda rng: moment(rng).date(), pa.date32()),
    "decimal": Kind(money, pa.decimal128(20, 4)),
    "list": Kind(lambda rng: [rng.random() for _ in range(rng.randrange(4))], pa.list_(pa.float64())),
    "struct": Kind(lambda rng: {"a": rng.randrange(9)}, pa.struct([("a", pa.int64())])),
}

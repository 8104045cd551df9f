"""Records what Python 3.11, NumPy 2.4 and pandas 3.1 answer; writes the JSON lines beside it.

Values stand as JSON text, so that 1 and 1.0 stay apart. Run: python record.py
"""

import json
import random
import struct
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
random.seed(7)
HERE = Path(__file__).parent


def write(name, rows):
    (HERE / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def floats():
    for value in [0.0, -0.0, 5.0, 0.1, 1e16, 1e15, 123456789012345680.0, 9999999999999998.0, 1e22, 1e21, 1e-5, 1e-4]:
        yield value
    for value in [1e-7, 1.5e-7, 5e-324, 1.7976931348623157e308, 0.30000001192092896, 2.5e-5, 1e100, 1e-10, 0.00012]:
        yield value
    while True:
        (value,) = struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))
        if np.isfinite(value):
            yield value


def record_floats():
    source = floats()
    values = [next(source) for _ in range(250)] + [random.uniform(-1e5, 1e5) for _ in range(50)]
    values += [float(np.float32(random.uniform(-1, 1))) for _ in range(50)]
    write("floats.jsonl", [[struct.pack(">d", value).hex(), repr(value)] for value in values])


ELEMENTS = [
    "1", "1.7", "-1.7", '"5"', '" 8 "', '"1.5"', '"x"', '""', "null", "true", "false", "NaN", "Infinity", "1e10",
    "1e30", "1e39", "300", "-1", "3000000000", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "-9223372036854775809", '"1_0"', '"nan"', '"1e400"', '"0x10"', "65504.0", "65520.0", "1e-8",
    "16777217", "{}", "[1]", "2049", "6e-8", "-0", "-0.0",
]
DTYPES = ["bool", "int8", "int32", "int64", "uint8", "uint64", "float16", "float32", "float64"]


def clean(dtype):
    return "str" if dtype.startswith("<U") else dtype


def record_arrays():
    rows = []
    lists = [f"[{element}]" for element in ELEMENTS]
    lists += ["[1, 2.5]", "[true, 1]", "[1, null]", "[9223372036854775808, -1]", "[]", "[[1, 2], [3, 4]]", "[[1], [2, 3]]"]
    for text in lists:
        for dtype in [None, *DTYPES]:
            try:
                array = np.array(json.loads(text), dtype)
                rows.append([text, dtype, clean(str(array.dtype)), list(array.shape), json.dumps(array.tolist())])
            except Exception as error:  # the answer is the refusal
                rows.append([text, dtype, type(error).__name__, None, None])
    write("arrays.jsonl", rows)


def record_columns():
    rows = []
    lists = [f"[{element}]" for element in ELEMENTS]
    lists += [f"[{random.choice(ELEMENTS)}, {random.choice(ELEMENTS)}]" for _ in range(150)]
    for text in lists:
        try:
            column = pd.DataFrame([[cell] for cell in json.loads(text)])[0]
        except Exception:
            continue
        rows.append([text, None, str(column.dtype), json.dumps(column.tolist())])
        for dtype in DTYPES:
            try:
                cast = column.astype(np.dtype(dtype))
                rows.append([text, dtype, str(cast.dtype), json.dumps(cast.tolist())])
            except Exception as error:  # the answer is the refusal
                rows.append([text, dtype, type(error).__name__, None])
    write("columns.jsonl", rows)


record_floats()
record_arrays()
record_columns()

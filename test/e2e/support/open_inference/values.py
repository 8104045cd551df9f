"""Values of every datatype that are lost where a server takes a shortcut, and how to tell that they came back."""

import numpy as np

INFINITY, NOT_A_NUMBER = float("inf"), float("nan")

EDGES = {
    "BOOL": np.array([True, False, False, True], dtype=np.bool_),
    "INT8": np.array([-128, 127, 0, -1], dtype=np.int8),
    "INT16": np.array([-(2**15), 2**15 - 1, 0, -1], dtype=np.int16),
    "INT32": np.array([-(2**31), 2**31 - 1, 0, -1], dtype=np.int32),
    "INT64": np.array([-(2**63), 2**63 - 1, 2**53 + 1, -(2**53) - 1], dtype=np.int64),
    "UINT8": np.array([255, 128, 0, 1], dtype=np.uint8),
    "UINT16": np.array([2**16 - 1, 2**15, 0, 1], dtype=np.uint16),
    "UINT32": np.array([2**32 - 1, 2**31, 0, 1], dtype=np.uint32),
    "UINT64": np.array([2**64 - 1, 2**63, 2**53 + 1, 0], dtype=np.uint64),
    # The smallest subnormal, the largest subnormal, the largest number.
    "FP16": np.array([2**-24, 1023 * 2**-24, 65504, -0.0], dtype=np.float16),
    "FP32": np.array([1e-45, 3.4028235e38, 0.1, -0.0], dtype=np.float32),
    "FP64": np.array([5e-324, 1.7976931348623157e308, 0.1, -0.0], dtype=np.float64),
    "BYTES": np.array([b"", "größer 🌊".encode(), b"abc", b'"\\\n\xe2\x80\xa8'], dtype=np.object_),
}

DATATYPES = list(EDGES)

# Numbers that JSON has no tokens for.
BEYOND_JSON = {
    datatype: np.array([NOT_A_NUMBER, INFINITY, -INFINITY, 1.5], dtype=EDGES[datatype].dtype)
    for datatype in ("FP16", "FP32", "FP64")
}


def model_of(datatype):
    """The model that answers with what it is sent in a datatype: its input is `x`, its output `y`."""
    return datatype.lower()


def same(left, right):
    """Whether two arrays are alike to the last bit; any NaN is like any other."""
    if left is None or right is None or left.shape != right.shape:
        return False
    if left.dtype == np.object_ or right.dtype == np.object_:
        return [as_bytes(each) for each in left.ravel()] == [as_bytes(each) for each in right.ravel()]
    if left.dtype != right.dtype:
        return False
    if left.dtype.kind != "f":
        return bool((left == right).all())
    numbers = ~np.isnan(left)
    return bool(
        np.array_equal(left, right, equal_nan=True) and (np.signbit(left) == np.signbit(right))[numbers].all()
    )


def as_bytes(text):
    return text.encode() if isinstance(text, str) else bytes(text)

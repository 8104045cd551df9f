"""Triton with models of the names, inputs and outputs of `test/fixtures/onnx/datatype-models.ts`:

    python reference_server.py 18000 18001

with nvidia-pytriton 0.7.0 (Triton 2.51) and numpy < 2.
"""

import sys

import numpy as np
from pytriton.model_config import ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

DATATYPES = {
    "bool": np.bool_,
    "int8": np.int8,
    "int16": np.int16,
    "int32": np.int32,
    "int64": np.int64,
    "uint8": np.uint8,
    "uint16": np.uint16,
    "uint32": np.uint32,
    "uint64": np.uint64,
    "fp16": np.float16,
    "fp32": np.float32,
    "fp64": np.float64,
    "bytes": np.bytes_,
}
BATCHED = ModelConfig(batching=True, max_batch_size=4096)


def same(requests):
    return [{"y": request.data["x"]} for request in requests]


def sum_and_difference(requests):
    return [
        {"sum": request.data["a"] + request.data["b"], "difference": request.data["a"] - request.data["b"]}
        for request in requests
    ]


def both(requests):
    return [{"same_number": request.data["number"], "same_text": request.data["text"]} for request in requests]


def tensors(shape, **dtypes):
    return [Tensor(name=name, dtype=dtype, shape=shape) for name, dtype in dtypes.items()]


rest, grpc = map(int, sys.argv[1:])
with Triton(config=TritonConfig(http_port=rest, grpc_port=grpc, allow_metrics=False)) as triton:
    for name, dtype in DATATYPES.items():
        triton.bind(name, same, tensors((-1,), x=dtype), tensors((-1,), y=dtype), config=BATCHED)
    sixteen = tensors((16,), a=np.int32, b=np.int32), tensors((16,), sum=np.int32, difference=np.int32)
    triton.bind("add-sub", sum_and_difference, *sixteen, config=BATCHED)
    single = (
        tensors((1,), number=np.int64) + tensors((1,), text=np.bytes_),
        tensors((1,), same_number=np.int64) + tensors((1,), same_text=np.bytes_),
    )
    triton.bind("number-and-text", both, *single, config=BATCHED)
    fixed = tensors((2, 3), x=np.float32), tensors((2, 3), y=np.float32)
    triton.bind("fixed", same, *fixed, config=ModelConfig(batching=False))
    triton.serve()

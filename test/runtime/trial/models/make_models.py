"""Writes the ONNX files beside this script: models that harm whoever runs them.

    python -m pip install -r ../../../fixtures/onnx/requirements.txt && python make_models.py

quotient.onnx  -2^63 / (x - 1): for a zero onnxruntime lets the processor divide, which ends the process (SIGFPE)
endless.onnx   counts to 2^62
swelling.onnx  doubles a tensor thirty times: 4 KB become 4 TB
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent


def save(name, nodes, inputs, outputs, initializers):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, initializers)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(built, full_check=True)
    onnx.save(built, HERE / name)


def rows(name, element_type):
    return helper.make_tensor_value_info(name, element_type, ["N"])


def loop_over(step, carried_shape):
    """A Loop whose one carried value goes through `step` from `before` to `after`."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go_on"], ["go_on_out"]), step],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, carried_shape),
        ],
        [
            helper.make_tensor_value_info("go_on_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, carried_shape),
        ],
    )
    return helper.make_node("Loop", ["turns", "", "x"], ["y"], body=body)


def main():
    number = TensorProto.FLOAT
    least = numpy_helper.from_array(np.array([-(2**63)], dtype=np.int64), "least")
    one = numpy_helper.from_array(np.array([1], dtype=np.int64), "one")
    nodes = [helper.make_node("Sub", ["x", "one"], ["z"]), helper.make_node("Div", ["least", "z"], ["y"])]
    save("quotient.onnx", nodes, [rows("x", TensorProto.INT64)], [rows("y", TensorProto.INT64)], [least, one])

    turns = numpy_helper.from_array(np.array(2**62, dtype=np.int64), "turns")
    count = loop_over(helper.make_node("Sqrt", ["before"], ["after"]), ["N"])
    save("endless.onnx", [count], [rows("x", number)], [rows("y", number)], [turns])

    thirty = numpy_helper.from_array(np.array(30, dtype=np.int64), "turns")
    start = numpy_helper.from_array(np.zeros(1024, dtype=np.float32), "start")
    double = loop_over(helper.make_node("Concat", ["before", "before"], ["after"], axis=0), [None])
    nodes = [
        helper.make_node("Add", ["start", "one"], ["begin"]),
        helper.make_node("Loop", ["turns", "", "begin"], ["swollen"], body=double.attribute[0].g),
        helper.make_node("ReduceMax", ["swollen"], ["largest"], keepdims=1),
        helper.make_node("Add", ["one", "largest"], ["y"]),
    ]
    save("swelling.onnx", nodes, [rows("one", number)], [rows("y", number)], [thirty, start])


main()

"""Small helpers to write ONNX graphs by hand."""

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

# Both are older than the ONNX release used, so that released runtimes can read the graphs.
OPSET = 21
IR_VERSION = 10

Tensors = dict[str, np.ndarray]


def tensor_info(name: str, dtype: type, shape: list[str | int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)


def write_graph(
    name: str,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    weights: Tensors,
) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(np.asarray(array), key) for key, array in weights.items()]
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    return helper.make_model(
        graph,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="headrace-models",
    )


def take_vectors(model: onnx.ModelProto) -> None:
    """Lets every (rows, 1) input be (rows,) instead: what MLflow feeds to a graph with several inputs."""
    axis = "vector_axis"
    model.graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), axis))
    for value in model.graph.input:
        column = f"{value.name}_column"
        for node in model.graph.node:
            node.input[:] = [column if name == value.name else name for name in node.input]
        model.graph.node.insert(0, helper.make_node("Unsqueeze", [value.name, axis], [column]))
        del value.type.tensor_type.shape.dim[1:]


def replace_outputs(
    model: onnx.ModelProto, nodes: list[onnx.NodeProto], outputs: list[onnx.ValueInfoProto], weights: Tensors
) -> None:
    """Appends `nodes` and makes `outputs` the only ones of the graph."""
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(numpy_helper.from_array(array, key) for key, array in weights.items())
    del model.graph.output[:]
    model.graph.output.extend(outputs)


def run(model: onnx.ModelProto, inputs: Tensors) -> Tensors:
    """The outputs by name, as ONNX Runtime computes them: what is measured is what is served."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))

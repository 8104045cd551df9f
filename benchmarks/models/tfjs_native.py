"""Writes layers models of TF.js as an exporter writes the same network natively to ONNX: channels first throughout.

    python tfjs_native.py FOLDER MODEL.onnx [FOLDER MODEL.onnx …]

What torch's exporter does with such networks: images come channels first, so nothing is transposed anywhere, and weights
of a dense layer behind a flattened image are put in that order. It shares no code with Headrace's compiler, which the
benchmarks compare with it. Only the layers that the benchmarks' networks have are known.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Native:
    """One network on its way into ONNX. Images are (rows, channels, height, width)."""

    def __init__(self, folder: Path) -> None:
        model = json.loads((folder / "model.json").read_text())
        self.config = model["modelTopology"]["config"]
        self.weights = _weights(folder, model["weightsManifest"])
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.shapes: dict[str, tuple[int, ...]] = {}

    def model(self) -> onnx.ModelProto:
        for layer in self.config["layers"]:
            self._layer(layer["class_name"], layer["config"], _sources(layer["inbound_nodes"]))
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", *self.shapes[name]])
            for name, *_ in self.config["output_layers"]
        ]
        graph = helper.make_graph(self.nodes, "native", self.inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        onnx.checker.check_model(model)
        return model

    def _layer(self, kind: str, config: dict, sources: list[str]) -> None:
        getattr(self, f"_{kind.lower()}")(config["name"], config, *sources)

    def _inputlayer(self, name: str, config: dict) -> None:
        *sizes, channels = config["batch_input_shape"][1:]
        self.shapes[name] = (channels, *sizes)
        shape = ["rows", *self.shapes[name]]
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def _zeropadding2d(self, name: str, config: dict, x: str) -> None:
        (top, bottom), (left, right) = config["padding"]
        pads = self._constant(f"{name}/pads", np.array([0, 0, top, left, 0, 0, bottom, right]))
        channels, height, width = self.shapes[x]
        self._node("Pad", [x, pads], name, (channels, height + top + bottom, width + left + right))

    def _conv2d(self, name: str, config: dict, x: str) -> None:
        kernel = self.weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
        self._convolution(name, config, x, kernel)

    def _depthwiseconv2d(self, name: str, config: dict, x: str) -> None:
        height, width, channels, multiplier = self.weights[f"{name}/depthwise_kernel"].shape
        kernel = self.weights[f"{name}/depthwise_kernel"].transpose(2, 3, 0, 1)
        kernel = kernel.reshape(channels * multiplier, 1, height, width)
        self._convolution(name, config, x, kernel, group=channels)

    def _convolution(self, name: str, config: dict, x: str, kernel: np.ndarray, group: int = 1) -> None:
        operands = [x, self._constant(f"{name}/kernel", kernel)]
        if config["use_bias"]:
            operands.append(self._constant(f"{name}/bias", self.weights[f"{name}/bias"]))
        sizes, pads = _windows(self.shapes[x][1:], kernel.shape[2:], config["strides"], config["padding"])
        attributes = {"kernel_shape": kernel.shape[2:], "strides": config["strides"], "pads": pads, "group": group}
        self._node("Conv", operands, name, (kernel.shape[0], *sizes), **attributes)

    def _maxpooling2d(self, name: str, config: dict, x: str) -> None:
        window, strides = config["pool_size"], config["strides"]
        sizes, pads = _windows(self.shapes[x][1:], window, strides, config["padding"])
        shape = (self.shapes[x][0], *sizes)
        self._node("MaxPool", [x], name, shape, kernel_shape=window, strides=strides, pads=pads)

    def _batchnormalization(self, name: str, config: dict, x: str) -> None:
        parts = ("gamma", "beta", "moving_mean", "moving_variance")
        operands = [self._constant(f"{name}/{part}", self.weights[f"{name}/{part}"]) for part in parts]
        self._node("BatchNormalization", [x, *operands], name, self.shapes[x], epsilon=config["epsilon"])

    def _relu(self, name: str, config: dict, x: str) -> None:
        if config["max_value"] is None:
            self._node("Relu", [x], name, self.shapes[x])
            return
        bounds = [self._constant(f"{name}/{bound}", np.float32(bound)) for bound in (0, config["max_value"])]
        self._node("Clip", [x, *bounds], name, self.shapes[x])

    def _globalaveragepooling2d(self, name: str, config: dict, x: str) -> None:
        channels = self.shapes[x][0]
        self._node("GlobalAveragePool", [x], f"{name}/kept", (channels, 1, 1))
        self._node("Flatten", [f"{name}/kept"], name, (channels,))

    def _flatten(self, name: str, config: dict, x: str) -> None:
        self._node("Flatten", [x], name, (int(np.prod(self.shapes[x])),))
        self.flattened = {name: self.shapes[x]}

    def _dense(self, name: str, config: dict, x: str) -> None:
        kernel = self.weights[f"{name}/kernel"]
        if x in getattr(self, "flattened", {}):
            channels, *sizes = self.flattened[x]
            kernel = kernel.reshape(*sizes, channels, -1)
            kernel = np.moveaxis(kernel, -2, 0).reshape(-1, kernel.shape[-1])
        operands = [x, self._constant(f"{name}/kernel", kernel)]
        operands.append(self._constant(f"{name}/bias", self.weights[f"{name}/bias"]))
        shape = (kernel.shape[1],)
        if config["activation"] == "linear":
            self._node("Gemm", operands, name, shape)
            return
        if config["activation"] != "relu":
            raise NotImplementedError(config["activation"])
        self._node("Gemm", operands, f"{name}/sum", shape)
        self._node("Relu", [f"{name}/sum"], name, shape)

    def _add(self, name: str, config: dict, *operands: str) -> None:
        self._node("Add", list(operands), name, self.shapes[operands[0]])

    def _softmax(self, name: str, config: dict, x: str) -> None:
        self._node("Softmax", [x], name, self.shapes[x], axis=1)

    def _node(self, kind: str, operands: list[str], result: str, shape: tuple[int, ...], **attributes) -> None:
        self.nodes.append(helper.make_node(kind, operands, [result], **attributes))
        self.shapes[result] = shape

    def _constant(self, name: str, values: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def _sources(inbound_nodes: list) -> list[str]:
    return [name for name, *_ in inbound_nodes[0]] if inbound_nodes else []


def _windows(sizes, kernel, strides, padding: str) -> tuple[list[int], list[int]]:
    """Sizes of what a window slides to, and pads as ONNX lists them. The smaller half of `same` comes first."""
    if padding == "valid":
        return [(size - k) // s + 1 for size, k, s in zip(sizes, kernel, strides)], [0, 0, 0, 0]
    results = [-(-size // s) for size, s in zip(sizes, strides)]
    totals = [max(0, (r - 1) * s + k - size) for r, s, k, size in zip(results, strides, kernel, sizes)]
    return results, [total // 2 for total in totals] + [total - total // 2 for total in totals]


def _weights(folder: Path, manifest: list) -> dict[str, np.ndarray]:
    weights = {}
    for group in manifest:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for spec in group["weights"]:
            count = int(np.prod(spec["shape"]))
            weights[spec["name"]] = np.frombuffer(data, np.float32, count, offset).reshape(spec["shape"])
            offset += 4 * count
    return weights


def main() -> None:
    arguments = sys.argv[1:]
    for folder, target in zip(arguments[::2], arguments[1::2], strict=True):
        onnx.save_model(Native(Path(folder)).model(), target)


main()

"""Which digit an 8x8 image shows, in half precision: a perceptron with one hidden layer, all of it float16.

Data: handwritten digits of UCI (scikit-learn `load_digits`), 1797 images of 64 pixels from 0 to 16.
"""

import numpy as np
import onnx
from onnx import helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from .graphs import run, tensor_info, write_graph
from .trained_model import SEED, TrainedModel

HIDDEN = 32
BRIGHTEST = 16
EXAMPLE_ROWS = [1, 22, 53, 88]


def train() -> list[TrainedModel]:
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data, digits.target, test_size=0.3, stratify=digits.target, random_state=SEED
    )
    perceptron = MLPClassifier((HIDDEN,), alpha=0.01, max_iter=1000, random_state=SEED)
    perceptron.fit(train_x / BRIGHTEST, train_y)
    graph = _graph(perceptron)
    guesses = run(graph, {"pixels": test_x.astype(np.float16)})["digit"]
    return [
        TrainedModel(
            name="half",
            version="1",
            graph=graph,
            input_example={"pixels": digits.data[EXAMPLE_ROWS].astype(np.float16)},
            metrics={"held_out_accuracy": float((guesses == test_y).mean())},
        )
    ]


def _graph(perceptron: MLPClassifier) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Div", ["pixels", "brightest"], ["scaled"]),
        helper.make_node("Gemm", ["scaled", "weights1", "bias1"], ["summed"]),
        helper.make_node("Relu", ["summed"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "weights2", "bias2"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["digit"], axis=1, keepdims=0),
    ]
    weights = {
        "brightest": BRIGHTEST,
        "weights1": perceptron.coefs_[0],
        "bias1": perceptron.intercepts_[0],
        "weights2": perceptron.coefs_[1],
        "bias2": perceptron.intercepts_[1],
    }
    return write_graph(
        "half_1",
        nodes,
        [tensor_info("pixels", np.float16, ["rows", 64])],
        [tensor_info("digit", np.int64, ["rows"]), tensor_info("probabilities", np.float16, ["rows", 10])],
        {name: np.asarray(value, np.float16) for name, value in weights.items()},
    )

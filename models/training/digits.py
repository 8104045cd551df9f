"""Which digit an 8x8 grey-scale image shows: a small convolutional network, image tensor in.

Data: handwritten digits of UCI (scikit-learn `load_digits`), 1797 images with pixels from 0 to 16.
"""

import numpy as np
import onnx
from onnx import helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from . import convolution
from .graphs import run, tensor_info, write_graph
from .trained_model import SEED, TrainedModel

EPOCHS = 40
BATCH_ROWS = 32
LEARNING_RATE = 0.003
BRIGHTEST = np.float32(16)
EXAMPLE_ROWS = [0, 11, 42, 97]


def train() -> list[TrainedModel]:
    digits = load_digits()
    images = digits.images.astype(np.float32)[:, None]
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target, test_size=0.3, stratify=digits.target, random_state=SEED
    )
    weights = _fit(train_x / BRIGHTEST, train_y)
    graph = _graph(weights)
    guesses = run(graph, {"image": test_x})["digit"]
    return [
        TrainedModel(
            name="digits",
            version="1",
            graph=graph,
            input_example=images[EXAMPLE_ROWS],
            metrics={"held_out_accuracy": float((guesses == test_y).mean())},
        )
    ]


def _fit(images: np.ndarray, labels: np.ndarray) -> convolution.Weights:
    """Adam, with the moments' usual decays, and a learning rate that falls to zero along a cosine."""
    random = np.random.default_rng(SEED)
    weights = convolution.initial_weights(random)
    mean = {name: np.zeros_like(array) for name, array in weights.items()}
    square = {name: np.zeros_like(array) for name, array in weights.items()}
    steps = EPOCHS * (len(images) // BATCH_ROWS)
    for step in range(1, steps + 1):
        rows = random.choice(len(images), BATCH_ROWS, replace=False)
        rate = LEARNING_RATE * (1 + np.cos(np.pi * step / steps)) / 2
        for name, gradient in convolution.gradients(weights, images[rows], labels[rows]).items():
            mean[name] += 0.1 * (gradient - mean[name])
            square[name] += 0.001 * (gradient**2 - square[name])
            unbiased_mean = mean[name] / (1 - 0.9**step)
            unbiased_square = square[name] / (1 - 0.999**step)
            stride = rate * unbiased_mean / (np.sqrt(unbiased_square) + 1e-8)
            weights[name] = (weights[name] - stride).astype(np.float32)
    return weights


def _graph(weights: convolution.Weights) -> onnx.ModelProto:
    same_size = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    halved = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        helper.make_node("Div", ["image", "brightest"], ["scaled"]),
        helper.make_node("Conv", ["scaled", "kernel1", "bias1"], ["convolved1"], **same_size),
        helper.make_node("Relu", ["convolved1"], ["hidden1"]),
        helper.make_node("MaxPool", ["hidden1"], ["pooled1"], **halved),
        helper.make_node("Conv", ["pooled1", "kernel2", "bias2"], ["convolved2"], **same_size),
        helper.make_node("Relu", ["convolved2"], ["hidden2"]),
        helper.make_node("MaxPool", ["hidden2"], ["pooled2"], **halved),
        helper.make_node("Flatten", ["pooled2"], ["features"]),
        helper.make_node("Gemm", ["features", "dense", "bias3"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["logits"], ["digit"], axis=1, keepdims=0),
    ]
    return write_graph(
        "digits_1",
        nodes,
        [tensor_info("image", np.float32, ["rows", 1, 8, 8])],
        [tensor_info("digit", np.int64, ["rows"]), tensor_info("probabilities", np.float32, ["rows", 10])],
        {**weights, "brightest": BRIGHTEST},
    )

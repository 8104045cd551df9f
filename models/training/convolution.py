"""A small convolutional network in plain NumPy: two 3x3 convolutions, each halved by max pooling, then one dense layer.

Written out forward and backward, so that training it needs no deep learning framework.
"""

from dataclasses import dataclass

import numpy as np

CHANNELS = (8, 16)
KERNEL = 3
POOL = 2
CLASSES = 10
FEATURES = CHANNELS[1] * 2 * 2

Weights = dict[str, np.ndarray]


def initial_weights(random: np.random.Generator) -> Weights:
    """He initialisation: variance 2 / fan-in."""
    first, second = CHANNELS
    return {
        "kernel1": _he(random, (first, 1, KERNEL, KERNEL), KERNEL**2),
        "bias1": np.zeros(first, np.float32),
        "kernel2": _he(random, (second, first, KERNEL, KERNEL), first * KERNEL**2),
        "bias2": np.zeros(second, np.float32),
        "dense": _he(random, (FEATURES, CLASSES), FEATURES),
        "bias3": np.zeros(CLASSES, np.float32),
    }


def gradients(weights: Weights, images: np.ndarray, labels: np.ndarray) -> Weights:
    """Of the mean cross entropy over the rows."""
    pass_ = _forward(weights, images)
    d_logits = _softmax(pass_.logits)
    d_logits[np.arange(len(labels)), labels] -= 1
    d_logits /= len(labels)
    d_features = d_logits @ weights["dense"].T
    d_hidden2 = _unpool(d_features.reshape(pass_.pooled2.shape), pass_.hidden2, pass_.pooled2)
    d_kernel2, d_bias2, d_pooled1 = _convolution_backward(pass_.pooled1, weights["kernel2"], d_hidden2)
    d_hidden1 = _unpool(d_pooled1, pass_.hidden1, pass_.pooled1)
    d_kernel1, d_bias1, _ = _convolution_backward(images, weights["kernel1"], d_hidden1)
    return {
        "kernel1": d_kernel1,
        "bias1": d_bias1,
        "kernel2": d_kernel2,
        "bias2": d_bias2,
        "dense": pass_.pooled2.reshape(len(images), -1).T @ d_logits,
        "bias3": d_logits.sum(axis=0),
    }


@dataclass(frozen=True)
class _Pass:
    hidden1: np.ndarray
    pooled1: np.ndarray
    hidden2: np.ndarray
    pooled2: np.ndarray
    logits: np.ndarray


def _forward(weights: Weights, images: np.ndarray) -> _Pass:
    hidden1 = np.maximum(_convolution(images, weights["kernel1"]) + weights["bias1"][:, None, None], 0)
    pooled1 = _pool(hidden1)
    hidden2 = np.maximum(_convolution(pooled1, weights["kernel2"]) + weights["bias2"][:, None, None], 0)
    pooled2 = _pool(hidden2)
    scores = pooled2.reshape(len(images), -1) @ weights["dense"] + weights["bias3"]
    return _Pass(hidden1, pooled1, hidden2, pooled2, scores)


def _he(random: np.random.Generator, shape: tuple[int, ...], fan_in: int) -> np.ndarray:
    return (random.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32)


def _softmax(scores: np.ndarray) -> np.ndarray:
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _windows(images: np.ndarray) -> np.ndarray:
    """The 3x3 neighbourhood of each pixel, zeros beyond the edge: (rows, channels, height, width, 3, 3)."""
    margin = KERNEL // 2
    padded = np.pad(images, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    return np.lib.stride_tricks.sliding_window_view(padded, (KERNEL, KERNEL), axis=(2, 3))


def _convolution(images: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return np.einsum("nchwij,ocij->nohw", _windows(images), kernel, optimize=True)


def _convolution_backward(
    images: np.ndarray, kernel: np.ndarray, d_output: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the kernel, of the bias and of the images."""
    d_kernel = np.einsum("nchwij,nohw->ocij", _windows(images), d_output, optimize=True)
    # The gradient of a convolution is the convolution with the kernel turned by 180 degrees.
    turned = kernel[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    return d_kernel, d_output.sum(axis=(0, 2, 3)), _convolution(d_output, turned)


def _pool(images: np.ndarray) -> np.ndarray:
    rows, channels, height, width = images.shape
    return images.reshape(rows, channels, height // POOL, POOL, width // POOL, POOL).max(axis=(3, 5))


def _unpool(d_pooled: np.ndarray, images: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """The gradient goes to the pixel that was the maximum; where that is zero, the rectifier before it stops it."""
    is_maximum = (images == _enlarge(pooled)) & (images > 0)
    return np.where(is_maximum, _enlarge(d_pooled), 0).astype(np.float32)


def _enlarge(pooled: np.ndarray) -> np.ndarray:
    return pooled.repeat(POOL, axis=2).repeat(POOL, axis=3)

"""Calibrated probabilities for a series of raw scores, and how many positives to expect in it: float64, one axis.

A support vector machine gives scores, not probabilities; isotonic regression learns the curve between them. The second
output adds the probabilities up, so an answer depends on the whole series: series of two callers must not be joined.
Data: Wisconsin diagnostic breast cancer (scikit-learn `load_breast_cancer`), 569 samples; positive is malignant.
"""

import numpy as np
import onnx
from onnx import helper
from sklearn.datasets import load_breast_cancer
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from .graphs import tensor_info, write_graph
from .trained_model import SEED, TrainedModel

EXAMPLE_ELEMENTS = 8
DECIMALS = 3


def train() -> list[TrainedModel]:
    samples = load_breast_cancer()
    malignant = (samples.target == 0).astype(np.int64)
    train_x, rest_x, train_y, rest_y = train_test_split(
        samples.data, malignant, test_size=0.5, stratify=malignant, random_state=SEED
    )
    machine = make_pipeline(StandardScaler(), LinearSVC(C=0.01, random_state=SEED)).fit(train_x, train_y)
    scores = machine.decision_function(rest_x)
    curve_x, test_x, curve_y, test_y = train_test_split(
        scores, rest_y, test_size=0.5, stratify=rest_y, random_state=SEED
    )
    curve = IsotonicRegression(out_of_bounds="clip").fit(curve_x, curve_y)
    return [
        TrainedModel(
            name="series",
            version="1",
            graph=_graph(curve),
            input_example={"scores": np.round(test_x[:EXAMPLE_ELEMENTS], DECIMALS)},
            metrics={
                "held_out_brier_score": brier_score_loss(test_y, curve.predict(test_x)),
                "held_out_brier_score_of_base_rate": brier_score_loss(test_y, np.full(len(test_y), curve_y.mean())),
            },
        )
    ]


def _graph(curve: IsotonicRegression) -> onnx.ModelProto:
    """The curve as a sum of ramps: each knot adds its slope times the way that the score goes beyond it."""
    knots, heights = curve.X_thresholds_, curve.y_thresholds_
    widths = np.diff(knots)
    weights = {
        "knots": knots[:-1],
        "widths": widths,
        "slopes": np.diff(heights) / widths,
        "lowest": heights[0],
        "zero": 0.0,
    }
    nodes = [
        helper.make_node("Unsqueeze", ["scores", "last_axis"], ["column"]),
        helper.make_node("Sub", ["column", "knots"], ["beyond"]),
        helper.make_node("Max", ["beyond", "zero"], ["positive"]),
        helper.make_node("Min", ["positive", "widths"], ["ramps"]),
        helper.make_node("MatMul", ["ramps", "slopes"], ["risen"]),
        helper.make_node("Add", ["risen", "lowest"], ["probabilities"]),
        helper.make_node("ReduceSum", ["probabilities"], ["expected_positives"], keepdims=1),
    ]
    return write_graph(
        "series_1",
        nodes,
        [tensor_info("scores", np.float64, ["elements"])],
        [tensor_info("probabilities", np.float64, ["elements"]), tensor_info("expected_positives", np.float64, [1])],
        {**{name: np.asarray(value, np.float64) for name, value in weights.items()}, "last_axis": np.array([1])},
    )

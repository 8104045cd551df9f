"""The species of an iris flower from four measurements: a scaler and a logistic regression, with ZipMap.

Version 1 sees the sepal only; version 2 sees the petal too and is clearly better. Both take the same four columns.
Data: Fisher's iris (scikit-learn `load_iris`), 150 flowers.
"""

import numpy as np
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from .trained_model import SEED, TrainedModel

SEPAL_COLUMNS = [0, 1]
ALL_COLUMNS = [0, 1, 2, 3]
EXAMPLE_ROWS = [0, 18, 50, 77, 106, 149]


def train() -> list[TrainedModel]:
    return [_version("1", SEPAL_COLUMNS), _version("2", ALL_COLUMNS)]


def _version(version: str, columns: list[int]) -> TrainedModel:
    iris = load_iris(as_frame=True)
    measurements = iris.data.to_numpy(np.float32)
    species = iris.target_names[iris.target]
    train_x, test_x, train_y, test_y = train_test_split(
        measurements, species, test_size=0.3, stratify=species, random_state=SEED
    )
    pipeline = _pipeline(columns).fit(train_x, train_y)
    graph = to_onnx(pipeline, train_x[:1])
    graph.graph.name = f"iris_{version}"
    return TrainedModel(
        name="iris",
        version=version,
        graph=graph,
        input_example=iris.data.iloc[EXAMPLE_ROWS].reset_index(drop=True),
        metrics={
            "held_out_accuracy": pipeline.score(test_x, test_y),
            "held_out_log_loss": log_loss(test_y, pipeline.predict_proba(test_x)),
        },
    )


def _pipeline(columns: list[int]) -> Pipeline:
    scaled_columns = ColumnTransformer([("scale", StandardScaler(), columns)])
    return make_pipeline(scaled_columns, LogisticRegression())

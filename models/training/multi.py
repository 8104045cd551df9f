"""How fast diabetes progresses, from a mixed table: int64, float32 and text in; text, float32 and int64 out.

Each column is an input of the graph. Data: Efron et al. (scikit-learn `load_diabetes`), 442 patients; the text column
is the WHO weight class of the body mass index, the answer the third of the patients that the progression falls in.
"""

import numpy as np
import onnx
import pandas as pd
from onnx import helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .graphs import replace_outputs, take_vectors, tensor_info
from .trained_model import SEED, TrainedModel

# The columns used, under the names that the documentation of `load_diabetes` gives them.
MEASUREMENTS = {"bp": "blood_pressure", "s3": "hdl", "s5": "log_triglycerides"}
WEIGHT_CLASSES = ["underweight", "normal", "overweight", "obese"]
WHO_LIMITS = [-np.inf, 18.5, 25, 30, np.inf]
SPEEDS = ["slow", "medium", "fast"]
EXAMPLE_ROWS = [0, 1, 3, 44, 58, 130]


def train() -> list[TrainedModel]:
    table, speed = _table_and_speed()
    train_x, test_x, train_y, test_y = train_test_split(
        table, speed, test_size=0.3, stratify=speed, random_state=SEED
    )
    pipeline = _pipeline().fit(train_x, train_y)
    return [
        TrainedModel(
            name="multi",
            version="1",
            graph=_graph(pipeline, table),
            input_example=table.iloc[EXAMPLE_ROWS].reset_index(drop=True),
            metrics={"held_out_accuracy": pipeline.score(test_x, test_y)},
        )
    ]


def _table_and_speed() -> tuple[pd.DataFrame, np.ndarray]:
    patients = load_diabetes(as_frame=True, scaled=False)
    table = patients.data.rename(columns=MEASUREMENTS)[list(MEASUREMENTS.values())].astype(np.float32)
    table.insert(0, "age", patients.data["age"].astype(np.int64))
    weight_class = pd.cut(patients.data["bmi"], WHO_LIMITS, right=False, labels=WEIGHT_CLASSES)
    table["weight_class"] = weight_class.astype(object)
    return table, pd.qcut(patients.target, len(SPEEDS), labels=SPEEDS).to_numpy(dtype=object)


def _pipeline() -> Pipeline:
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["age", *MEASUREMENTS.values()]),
            ("texts", OneHotEncoder(handle_unknown="ignore"), ["weight_class"]),
        ]
    )
    return make_pipeline(columns, LogisticRegression())


def _graph(pipeline: Pipeline, table: pd.DataFrame) -> onnx.ModelProto:
    column_types = {"int64": Int64TensorType, "float32": FloatTensorType, "object": StringTensorType}
    inputs = [(name, column_types[str(dtype)]([None, 1])) for name, dtype in table.dtypes.items()]
    model = to_onnx(pipeline, initial_types=inputs, options={"zipmap": False})
    model.graph.name = "multi_1"
    take_vectors(model)
    ranks = np.array([SPEEDS.index(speed) for speed in pipeline.classes_], np.int64)
    replace_outputs(
        model,
        [
            helper.make_node("Identity", ["label"], ["speed"]),
            helper.make_node("ReduceMax", ["probabilities"], ["probability"], axes=[1], keepdims=0),
            helper.make_node("ArgMax", ["probabilities"], ["class"], axis=1, keepdims=0),
            helper.make_node("Gather", ["ranks", "class"], ["rank"]),
        ],
        [
            tensor_info("speed", object, [None]),
            tensor_info("probability", np.float32, [None]),
            tensor_info("rank", np.int64, [None]),
        ],
        {"ranks": ranks},
    )
    return model

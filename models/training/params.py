"""How far diabetes has progressed after a year: a ridge regression whose signature declares params.

The params are checked against the signature and then not used: MLflow's ONNX flavor passes none to the graph.
Data: Efron et al. (scikit-learn `load_diabetes`, unscaled), 442 patients, 10 columns.
"""

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .trained_model import SEED, TrainedModel

EXAMPLE_ROWS = [0, 1, 2, 3]
PARAMS = {
    "confidence": 0.9,
    "horizon_months": 12,
    "unit": "score",
    "explain": False,
    "quantiles": [0.1, 0.5, 0.9],
}


def train() -> list[TrainedModel]:
    patients = load_diabetes(as_frame=True, scaled=False)
    train_x, test_x, train_y, test_y = train_test_split(
        patients.data.to_numpy(np.float32), patients.target.to_numpy(np.float32), test_size=0.3, random_state=SEED
    )
    regression = make_pipeline(StandardScaler(), Ridge(alpha=10)).fit(train_x, train_y)
    graph = to_onnx(regression, train_x[:1])
    graph.graph.name = "params_1"
    return [
        TrainedModel(
            name="params",
            version="1",
            graph=graph,
            input_example=patients.data.iloc[EXAMPLE_ROWS].reset_index(drop=True),
            params=PARAMS,
            metrics={
                "held_out_r2": regression.score(test_x, test_y),
                "held_out_mean_absolute_error": float(mean_absolute_error(test_y, regression.predict(test_x))),
            },
        )
    ]

"""Malignant or benign from 30 measurements of cell nuclei: gradient-boosted trees, with ZipMap over integer labels.

Data: Wisconsin diagnostic breast cancer (scikit-learn `load_breast_cancer`), 569 samples; 0 malignant, 1 benign.
"""

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from .trained_model import SEED, TrainedModel

EXAMPLE_ROWS = [0, 19, 40, 73, 101, 568]


def train() -> list[TrainedModel]:
    samples = load_breast_cancer(as_frame=True)
    train_x, test_x, train_y, test_y = train_test_split(
        samples.data.to_numpy(np.float32),
        samples.target.to_numpy(np.int64),
        test_size=0.3,
        stratify=samples.target,
        random_state=SEED,
    )
    trees = GradientBoostingClassifier(n_estimators=120, max_depth=3, subsample=0.8, random_state=SEED)
    trees.fit(train_x, train_y)
    graph = to_onnx(trees, train_x[:1])
    graph.graph.name = "breast_cancer_1"
    return [
        TrainedModel(
            name="breast-cancer",
            version="1",
            graph=graph,
            input_example=samples.data.iloc[EXAMPLE_ROWS].reset_index(drop=True),
            metrics={
                "held_out_accuracy": trees.score(test_x, test_y),
                "held_out_roc_auc": roc_auc_score(test_y, trees.predict_proba(test_x)[:, 1]),
            },
        )
    ]

"""Trains `digits-layers` in TF.js, converts it to `digits-graph` and logs both with MLflow.

    python models/tfjs/train.py --node node_modules/.bin/node --converter-python .venv-converter/bin/python

MLflow has no flavor for TF.js models; it takes any (`Model.log` with a module that saves one), so ids, signature and
input example are its own. Recorded answers go with the old folders, so run `record.py` afterwards.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Read when MLflow is imported.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import tfjs_flavor
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from training.servers import tracking_server
from training.trained_model import SEED

EXAMPLE_ROWS = [0, 11, 42, 97]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the bundled TF.js models and log them with MLflow.")
    parser.add_argument("--node", required=True, help="the repository's own Node")
    parser.add_argument("--converter-python", required=True, help="a Python with models/tfjs/requirements.txt")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        layers, graph = scratch / "layers", scratch / "graph"
        (scratch / "digits.json").write_text(json.dumps(_digits()))
        train = [arguments.node, str(HERE / "train-digits.ts"), str(scratch / "digits.json"), str(layers)]
        accuracy = float(subprocess.run(train, check=True, stdout=subprocess.PIPE, text=True).stdout)
        convert = [arguments.converter_python, str(HERE / "to_graph_model.py"), str(layers), str(graph)]
        subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
        example = load_digits().images[EXAMPLE_ROWS].astype("float32")[..., None]
        with tracking_server(scratch) as tracking_uri:
            for model, source, form in (
                ("digits-layers", layers, "layers-model"),
                ("digits-graph", graph, "graph-model"),
            ):
                tfjs_flavor.log(model, source, form, example, accuracy, tracking_uri)
        print(f"held-out accuracy {accuracy:.4f}")


def _digits() -> dict[str, dict[str, list]]:
    """The same split as that of `digits`."""
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data, digits.target, test_size=0.3, stratify=digits.target, random_state=SEED
    )
    return {
        "train": {"images": train_x.tolist(), "digits": train_y.tolist()},
        "test": {"images": test_x.tolist(), "digits": test_y.tolist()},
    }


if __name__ == "__main__":
    main()

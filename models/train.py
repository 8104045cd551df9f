"""Trains the bundled models anew and logs each with MLflow: `python models/train.py [name …]`.

Without names, all of them. The weights come out the same each time; MLflow's ids and times in `MLmodel` do not.
Recorded answers go with the old folder, so run `record.py` afterwards.
"""

import argparse
import importlib
import os
import tempfile
from pathlib import Path

# Read when MLflow is imported.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from threadpoolctl import threadpool_limits
from training.servers import tracking_server
from training.trained_model import log

NAMES = ["iris", "breast-cancer", "digits", "text", "multi", "params", "half", "series"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the bundled models and log them with MLflow.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; default: all")
    names = parser.parse_args().names or NAMES
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as scratch, tracking_server(Path(scratch)) as tracking_uri:
        for name in names:
            module = importlib.import_module(f"training.{name.replace('-', '_')}")
            # Sums made by several threads differ in the last bits from run to run.
            with threadpool_limits(limits=1):
                trained = module.train()
            for model in trained:
                folder = log(model, tracking_uri)
                size = sum(file.stat().st_size for file in folder.iterdir())
                metrics = ", ".join(f"{key} {value:.4f}" for key, value in model.metrics.items())
                print(f"{model.name} {model.version}: {metrics}; {size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

"""Runs what `mlflow models predict --env-manager local` runs, for several inputs in one process.

    python predict.py FOLDER=TYPE=INPUT=OUTPUT …

Prints, as JSON, what each failed with; null where it wrote its output.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

from mlflow.pyfunc.scoring_server import _predict


def predict(folder, content_type, input_path, output_path):
    try:
        _predict(folder, input_path, output_path, content_type)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    print(json.dumps([predict(*argument.split("=")) for argument in sys.argv[1:]]))

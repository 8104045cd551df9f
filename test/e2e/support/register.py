"""Registers model folders on an MLflow server, files and all:  python register.py TRACKING_URI NAME=FOLDER …

Prints the ids of their runs, as JSON. A name that comes again gets one more version.
"""

import json
import sys

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


def register(client, name, folder):
    run = client.create_run("0")
    client.log_artifacts(run.info.run_id, folder, "model")
    client.set_terminated(run.info.run_id)
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    version = client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id)
    client.set_registered_model_alias(name, "champion", version.version)
    return run.info.run_id


if __name__ == "__main__":
    client = MlflowClient(sys.argv[1])
    pairs = [argument.split("=", 1) for argument in sys.argv[2:]]
    print(json.dumps([register(client, name, folder) for name, folder in pairs]))

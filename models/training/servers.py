"""Starts the real MLflow servers as child processes on a free port, and ends them again."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 15


@contextmanager
def tracking_server(folder: Path) -> Iterator[str]:
    """`mlflow server` with its database and artifacts in `folder`. Yields its address."""
    arguments = [
        "server",
        "--backend-store-uri",
        f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination",
        str(folder / "artifacts"),
        "--workers",
        "1",
    ]
    with _mlflow(arguments, health_path="/health") as address:
        yield address


@contextmanager
def scoring_server(model: Path) -> Iterator[str]:
    """`mlflow models serve` of the model folder `model`. Yields its address."""
    arguments = ["models", "serve", "--env-manager", "local", "--model-uri", str(model)]
    with _mlflow(arguments, health_path="/ping") as address:
        yield address


@contextmanager
def _mlflow(arguments: list[str], health_path: str) -> Iterator[str]:
    port = _free_port()
    address = f"http://{HOST}:{port}"
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # Messages quote sets: with a fixed seed their order is the same in each recording.
        "PYTHONHASHSEED": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", *arguments, "--host", HOST, "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_healthy(process, address + health_path)
        yield address
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_until_healthy(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"{process.args} gave no answer within {START_TIMEOUT_SECONDS} s")


def _stop(process: subprocess.Popen) -> None:
    """Ends the whole process group: the command starts the server as a child of its own."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        process.wait()

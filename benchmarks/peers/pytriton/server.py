"""nvidia-pytriton: a tritonserver, its HTTP front and dynamic batcher, that asks functions in this process for each batch."""
import os
import sys
from collections.abc import Callable

import numpy as np
from onnx_session import OnnxSession
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

HOST = "127.0.0.1"
PORT = int(os.environ["PORT"])


def inference(session: OnnxSession) -> Callable[..., dict[str, np.ndarray]]:
    @batch
    def infer(**inputs: np.ndarray) -> dict[str, np.ndarray]:
        return {session.output_name: session.run(inputs[session.input_name])}

    return infer


def serve(sessions: list[OnnxSession]) -> None:
    model = sessions[0]
    addresses = {"http_address": HOST, "grpc_address": HOST, "metrics_address": HOST}
    ports = {"http_port": PORT, "grpc_port": PORT + 1, "metrics_port": PORT + 2}
    with Triton(config=TritonConfig(**addresses, **ports)) as triton:
        triton.bind(
            model_name=os.environ["MODEL_NAME"],
            infer_func=[inference(session) for session in sessions],
            inputs=[Tensor(name=model.input_name, dtype=model.dtype, shape=model.row_shape)],
            outputs=[Tensor(name=model.output_name, dtype=model.output_dtype, shape=model.output_row_shape)],
            config=ModelConfig(max_batch_size=int(os.environ["MAX_BATCH_ROWS"]), batcher=DynamicBatcher()),
        )
        triton.serve()


try:
    serve([OnnxSession() for _ in range(int(os.environ["INSTANCES"]))])
except Exception as error:
    # On a busy machine an instance may ask for its configuration after the socket for that was bound and before anybody
    # listens there, which ends the server: start once more, as whoever supervises it would.
    if os.environ.get("STARTED_AGAIN"):
        raise
    print(f"starting again: {error}", file=sys.stderr)
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "STARTED_AGAIN": "1"})

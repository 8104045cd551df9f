"""nvidia-pytriton: a tritonserver, its HTTP front and dynamic batcher, that asks functions in this process for each batch."""
import os
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


sessions = [OnnxSession() for _ in range(int(os.environ["INSTANCES"]))]
model = sessions[0]
config = TritonConfig(
    http_address=HOST,
    http_port=PORT,
    grpc_address=HOST,
    grpc_port=PORT + 1,
    metrics_address=HOST,
    metrics_port=PORT + 2,
)
with Triton(config=config) as triton:
    triton.bind(
        model_name=os.environ["MODEL_NAME"],
        infer_func=[inference(session) for session in sessions],
        inputs=[Tensor(name=model.input_name, dtype=model.dtype, shape=model.row_shape)],
        outputs=[Tensor(name=model.output_name, dtype=model.output_dtype, shape=model.output_row_shape)],
        config=ModelConfig(max_batch_size=int(os.environ["MAX_BATCH_ROWS"]), batcher=DynamicBatcher()),
    )
    triton.serve()

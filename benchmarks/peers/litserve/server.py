"""LitServe: API servers put requests in a queue, workers take one or a batch from it, decode, run and encode."""
import os
from typing import Annotated

import litserve
import numpy as np
from fastapi import Body, Response
from onnx_session import OnnxSession


class JsonModel(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.session = OnnxSession()

    def decode_request(self, request):
        return np.asarray(request["x"], self.session.dtype)

    def batch(self, inputs: list[np.ndarray]) -> np.ndarray:
        self.ends = np.cumsum([len(rows) for rows in inputs])
        return np.concatenate(inputs)

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.session.run(x)

    def unbatch(self, output: np.ndarray) -> list[np.ndarray]:
        return np.split(output, self.ends[:-1])

    def encode_response(self, output: np.ndarray):
        return {"y": output.tolist()}


class RawModel(JsonModel):
    def decode_request(self, request: Annotated[bytes, Body(media_type="application/octet-stream")]):
        return self.session.rows_of(request)

    def encode_response(self, output: np.ndarray):
        return Response(output.tobytes(), media_type="application/octet-stream")


if __name__ == "__main__":
    tuned = os.environ["CONFIG"] == "tuned"
    model = RawModel if os.environ["DIALECT"] == "raw" else JsonModel
    server = litserve.LitServer(
        model(max_batch_size=32, batch_timeout=0.001) if tuned else model(),
        accelerator="cpu",
        workers_per_device=int(os.environ["WORKERS"]),
    )
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        num_api_servers=int(os.environ["API_SERVERS"]),
        generate_client_file=False,
        **({"log_level": "warning"} if tuned else {}),
    )

"""mosec: its front in Rust reads HTTP, processes in Python get the bodies as they came, a batch at a time where one is asked for."""
import os

import numpy as np
import orjson
from mosec import Server, Worker
from onnx_session import OnnxSession


class Model(Worker):
    def __init__(self) -> None:
        self.session = OnnxSession()

    def forward(self, data: np.ndarray | list[np.ndarray]) -> np.ndarray | list[np.ndarray]:
        """Gets a list where batches are allowed, however short, and answers with one of the same length."""
        if not isinstance(data, list):
            return self.session.run(data)
        ends = np.cumsum([len(rows) for rows in data])
        return np.split(self.session.run(np.concatenate(data)), ends[:-1])


class JsonModel(Model):
    def deserialize(self, data: bytes) -> np.ndarray:
        return np.asarray(orjson.loads(data)["x"], self.session.dtype)

    def serialize(self, data: np.ndarray) -> bytes:
        return orjson.dumps({"y": data}, option=orjson.OPT_SERIALIZE_NUMPY)


class RawModel(Model):
    resp_mime_type = "application/octet-stream"

    def deserialize(self, data: bytes) -> np.ndarray:
        return self.session.rows_of(data)

    def serialize(self, data: np.ndarray) -> bytes:
        return data.tobytes()


if __name__ == "__main__":
    server = Server()
    server.append_worker(
        RawModel if os.environ["DIALECT"] == "raw" else JsonModel,
        num=int(os.environ["WORKERS"]),
        max_batch_size=int(os.environ["MAX_BATCH"]),
        max_wait_time=int(os.environ["MAX_WAIT_MS"]),
    )
    server.run()

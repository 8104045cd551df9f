"""The engine of the peers in Python: the same file by the same onnxruntime, with one thread, as every peer has it."""
import os
from pathlib import Path

import numpy as np
import onnxruntime

DTYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64}


class OnnxSession:
    """A model with one input and one output, by the path that MODEL_PATH names unless another is given."""

    def __init__(self, path: str | Path | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(path or os.environ["MODEL_PATH"]), options, providers=["CPUExecutionProvider"]
        )
        given, wanted = self._session.get_inputs()[0], self._session.get_outputs()[0]
        self.input_name: str = given.name
        self.output_name: str = wanted.name
        self.dtype = DTYPES[given.type]
        self.output_dtype = DTYPES[wanted.type]
        self.row_shape = tuple(given.shape[1:])
        self.output_row_shape = tuple(wanted.shape[1:])

    def run(self, rows: np.ndarray) -> np.ndarray:
        return self._session.run([self.output_name], {self.input_name: rows})[0]

    def rows_of(self, data: bytes) -> np.ndarray:
        """Little-endian elements, one row after another; not to be written to."""
        return np.frombuffer(data, self.dtype).reshape(-1, *self.row_shape)

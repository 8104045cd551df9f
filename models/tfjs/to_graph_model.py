"""Converts layers models to graph models with TF.js's official converter.

    python models/tfjs/to_graph_model.py [--quantization uint8|uint16|float16] [--flat-names] FROM TO [FROM TO …]

FROM is the folder of a layers model, TO becomes the folder of the same network as a graph model: Keras reads the one,
TensorFlow saves it and folds it, the converter writes what is left. Outputs are called as the network calls them, or
with `--flat-names` as the converter calls them by itself: `Identity:0`, `Identity_1:0`. For its Python, see
requirements.txt beside this file.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np

# The converter is of 2024: it imports packages that only other conversions need, and names that NumPy has dropped.
np.object = object
np.bool = bool
for name in ("tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf", "flax"):
    sys.modules[name] = ModuleType(name)
sys.modules["jax"].experimental = sys.modules["jax.experimental"]
sys.modules["jax.experimental"].jax2tf = sys.modules["jax.experimental.jax2tf"]

import tensorflow as tf
import tf_keras
from tensorflowjs.converters import keras_tfjs_loader
from tensorflowjs.converters import tf_saved_model_conversion_v2 as conversion


def main() -> None:
    parser = argparse.ArgumentParser(description="Convert TF.js layers models to graph models.")
    parser.add_argument("folders", nargs="+", metavar="FROM TO")
    parser.add_argument("--quantization", choices=["uint8", "uint16", "float16"])
    parser.add_argument("--flat-names", action="store_true")
    arguments = parser.parse_args()
    for source, target in zip(arguments.folders[::2], arguments.folders[1::2], strict=True):
        convert(Path(source), Path(target), arguments.quantization, not arguments.flat_names)
        print(target, flush=True)


def convert(source: Path, target: Path, quantization: str | None, structured_names: bool) -> None:
    tf_keras.backend.clear_session()
    model = keras_tfjs_loader.load_keras_model(str(source / "model.json"))
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        tf.saved_model.save(model, scratch)
        conversion.convert_tf_saved_model(
            scratch,
            str(target),
            quantization_dtype_map=None if quantization is None else {quantization: True},
            use_structured_outputs_names=structured_names,
        )


if __name__ == "__main__":
    main()

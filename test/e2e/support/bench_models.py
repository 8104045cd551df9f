"""Saves models of the kinds that differ in what they tell of their inputs, each in a folder of the one that is given."""

import json
import sys

import mlflow
import numpy as np
import pydantic
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import Array, Map, Object, ParamSchema, ParamSpec, Property
from mlflow.types.responses import ResponsesAgentResponse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline


class CountRows(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return list(range(len(model_input)))


class TextLengths(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[str], params=None) -> list[int]:
        return [len(text) for text in model_input]


class Message(pydantic.BaseModel):
    role: str
    content: str | None = None


class Roles(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[Message], params=None) -> list[str]:
        return [message.role for message in model_input]


class Parrot(mlflow.pyfunc.ResponsesAgent):
    def predict(self, request):
        said = request.input[-1].content
        return ResponsesAgentResponse(output=[self.create_text_output_item(text=said, id="1")])


COLUMNS = [
    ColSpec(DataType.boolean, "b"),
    ColSpec(DataType.integer, "i"),
    ColSpec(DataType.long, "l"),
    ColSpec(DataType.float, "f"),
    ColSpec(DataType.double, "d"),
    ColSpec(DataType.string, "it's"),
    ColSpec(DataType.binary, "octets"),
    ColSpec(DataType.datetime, "time"),
    ColSpec(Array(DataType.string), "list"),
    ColSpec(Map(DataType.double), "map"),
    ColSpec(Object([Property("x", DataType.double), Property("y", Array(DataType.long), required=False)]), "object"),
    ColSpec(DataType.double, "optional", required=False),
]

folder = sys.argv[1]
rows = np.random.default_rng(1).random((20, 6))
sums = rows.sum(axis=1)
regression = LinearRegression().fit(rows, sums)
mlflow.sklearn.save_model(regression, f"{folder}/unsigned", pip_requirements=[])
mlflow.sklearn.save_model(regression, f"{folder}/tensor", signature=infer_signature(rows, sums), pip_requirements=[])
signature = ModelSignature(Schema(COLUMNS), params=ParamSchema([ParamSpec("t", DataType.double, 0.5)]))
mlflow.pyfunc.save_model(f"{folder}/columns", python_model=CountRows(), signature=signature, pip_requirements=[])
mlflow.pyfunc.save_model(f"{folder}/hinted", python_model=TextLengths(), pip_requirements=[])
mlflow.pyfunc.save_model(f"{folder}/pydantic", python_model=Roles(), pip_requirements=[])
mlflow.pyfunc.save_model(f"{folder}/chat", python_model=Parrot(), pip_requirements=[])
words = make_pipeline(TfidfVectorizer(), LinearRegression()).fit(["a good film", "a bad film"], [1, 0])
mlflow.sklearn.save_model(words, f"{folder}/text", pip_requirements=[])
print(json.dumps(["unsigned", "tensor", "columns", "hinted", "pydantic", "chat", "text"]))

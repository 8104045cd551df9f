"""tritonclient, REST or gRPC: models with an MLflow signature, by its columns and by the model's own tensors.

What is right is what MLflow's own route of the same server answers.
"""

import json
import urllib.request

import numpy as np
from scenarios import expect, run, scenario
from triton import BAD, client, given, refusal, wanted

FLOWERS = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
MEASURED = np.array([[5.1, 3.5, 1.4, 0.2], [5.7, 3.8, 1.7, 0.3], [6.3, 2.5, 5.0, 1.9]])
PATIENT = {
    "age": np.array([59, 48], dtype=np.int64),
    "blood_pressure": np.array([101, 87], dtype=np.float32),
    "hdl": np.array([38, 70], dtype=np.float32),
    "log_triglycerides": np.array([4.86, 3.89], dtype=np.float32),
    "weight_class": np.array(["obese", "normal"], dtype=np.object_),
}
DATATYPES = {"int64": "INT64", "float32": "FP32", "float64": "FP64", "object": "BYTES"}


def predictions(server, model, columns, data, **more):
    body = json.dumps({"dataframe_split": {"columns": columns, "data": data}, **more}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{server.rest}/models/{model}/invocations", body, headers)
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.loads(reply.read())["predictions"]


def tensor(server, name, values, binary=True):
    return given(server, name, DATATYPES[str(values.dtype)], values, binary)


def label(value):
    return value.decode() if isinstance(value, bytes) else value


@scenario
def columns_and_tensors_are_answered_alike(server):
    flowers = predictions(server, "iris", FLOWERS, MEASURED.tolist())
    names = [each["output_label"] for each in flowers]
    probabilities = np.array([list(each["output_probability"].values()) for each in flowers])
    with client(server) as one:
        for shape in ((3,), (3, 1)):
            columns = [tensor(server, name, MEASURED[:, at].reshape(shape)) for at, name in enumerate(FLOWERS)]
            for inputs in (columns, columns[::-1], [tensor(server, "X", MEASURED.astype(np.float32))]):
                result = one.infer("iris", inputs)
                expect([label(each) for each in result.as_numpy("output_label").ravel()] == names, names)
                expect(np.allclose(result.as_numpy("output_probability"), probabilities, atol=1e-5), probabilities)


@scenario
def columns_of_several_types(server):
    rows = [list(row) for row in zip(*(values.tolist() for values in PATIENT.values()))]
    expected = predictions(server, "multi", list(PATIENT), rows)
    with client(server) as one:
        for binary in (True, False):
            result = one.infer("multi", [tensor(server, name, values, binary) for name, values in PATIENT.items()])
            expect([label(each) for each in result.as_numpy("speed")] == [each["speed"] for each in expected], expected)
            expect(result.as_numpy("rank").tolist() == [each["rank"] for each in expected], expected)
            near = np.allclose(result.as_numpy("probability"), [each["probability"] for each in expected], atol=1e-5)
            expect(near, expected)


@scenario
def signatures_are_enforced(server):
    columns = {name: MEASURED[:, at] for at, name in enumerate(FLOWERS)}

    def text(**changed):
        given_columns = {name: values for name, values in {**columns, **changed}.items() if values is not None}
        inputs = [tensor(server, name, values) for name, values in given_columns.items()]
        return refusal(lambda: one.infer("iris", inputs), *BAD)

    with client(server) as one:
        name = FLOWERS[2]
        expect(name in text(**{name: None}), "does not name the column that is missing")
        text(**{name: np.array(["a", "b", "c"], dtype=np.object_)})
        text(**{name: np.array([1.0, 2.0])})
        ages = {**PATIENT, "age": np.array([59.5, 48.0])}
        inputs = [tensor(server, each, values) for each, values in ages.items()]
        expect("age" in refusal(lambda: one.infer("multi", inputs), *BAD), "does not name the column")


@scenario
def parameters_are_those_of_the_signature(server):
    features = np.array([[59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.86, 87]], dtype=np.float32)
    inputs = [tensor(server, "X", features)]
    with client(server) as one:
        plain = one.infer("params", inputs).as_numpy("variable")
        result = one.infer("params", inputs, parameters={"horizon_months": 6, "unit": "score", "nobody": "knows"})
        expect(plain.shape == result.as_numpy("variable").shape, result.as_numpy("variable"))
        wrong = {"horizon_months": "soon"}
        text = refusal(lambda: one.infer("params", inputs, parameters=wrong), *BAD)
        expect("horizon_months" in text, text)


@scenario
def classes_have_their_labels(server):
    with client(server) as one:
        outputs = [wanted(server, "output_probability", classes=1)]
        result = one.infer("iris", [tensor(server, "X", MEASURED.astype(np.float32))], outputs=outputs)
        best = [label(each).split(":") for each in result.as_numpy("output_probability").ravel()]
        expect([each[1:] for each in best] == [["0", "setosa"], ["0", "setosa"], ["2", "virginica"]], best)


if __name__ == "__main__":
    run()

"""tritonclient, REST or gRPC: tensors go to the models of `test/fixtures/onnx/datatype-models.ts` and come back."""

import numpy as np
from scenarios import expect, run, scenario
from triton import BAD, client, given, refusal, response, wanted
from values import BEYOND_JSON, DATATYPES, EDGES, model_of, same


def answer(server, datatype, values, binary_input=True, binary_output=True):
    """What the identity model of a datatype answers with."""
    with client(server) as one:
        inputs = [given(server, "x", datatype, values, binary_input)]
        outputs = [wanted(server, "y", binary_output)]
        return one.infer(model_of(datatype), inputs, outputs=outputs).as_numpy("y")


def forms(server, datatype):
    """Whether inputs and outputs are bytes. The client itself refuses FP16 as JSON."""
    as_bytes = [(True, True)]
    if server.transport == "grpc" or datatype == "FP16":
        return as_bytes
    return [*as_bytes, (True, False), (False, True), (False, False)]


@scenario
def every_datatype(server):
    for datatype in DATATYPES:
        for form in forms(server, datatype):
            for shape in ((1, 4), (4, 1), (2, 2)):
                values = EDGES[datatype].reshape(shape)
                back = answer(server, datatype, values, *form)
                expect(same(values, back), datatype, form, values, back)


@scenario
def numbers_that_json_has_not(server):
    for datatype, numbers in BEYOND_JSON.items():
        values = numbers.reshape(1, 4)
        for form in [(True, True)] if datatype == "FP16" else [(True, True), (False, True)]:
            # In JSON the client writes NaN, Infinity and -Infinity.
            back = answer(server, datatype, values, *form)
            expect(same(values, back), datatype, form, back)


@scenario
def no_elements(server):
    for datatype in DATATYPES:
        for shape in ((0, 4), (2, 0), (0, 0)):
            values = np.empty(shape, dtype=EDGES[datatype].dtype)
            for form in forms(server, datatype):
                back = answer(server, datatype, values, *form)
                expect(back.shape == shape, datatype, shape, form, back.shape)


@scenario
def many_texts(server):
    texts = [f"{'ä' * (index % 50)}{index}".encode() for index in range(20_000)]
    values = np.array(texts, dtype=np.object_).reshape(-1, 20)
    for form in forms(server, "BYTES"):
        expect(same(values, answer(server, "BYTES", values, *form)), "texts differ", form)
    python_texts = np.array([["one", "two"], ["three", "größer"]], dtype=np.object_)
    expect(same(python_texts, answer(server, "BYTES", python_texts)), "texts of Python differ")
    equally_long = np.array([[b"one", b"two"]], dtype=np.bytes_)
    back = answer(server, "BYTES", equally_long)
    expect(same(equally_long.astype(np.object_), back), back)


@scenario
def texts_that_cannot_be_carried(server):
    """onnxruntime's texts end at a NUL, and are UTF-8: others are refused, not cut."""
    with client(server) as one:
        for octets, words in ((b"a\x00b", "NUL"), (b"\xff\xfe", "UTF-8")):
            values = np.array([[octets]], dtype=np.object_)
            text = refusal(lambda: one.infer("bytes", [given(server, "x", "BYTES", values)]), *BAD)
            expect(words in text, text)


@scenario
def half_precision_of_the_other_kind(server):
    """BF16 is carried as the FP32 that it is."""
    import ml_dtypes

    numbers = np.array([[1.0, -2.5, 3.0e38, float("inf")]], dtype=ml_dtypes.bfloat16)
    with client(server) as one:
        back = one.infer("fp32", [given(server, "x", "BF16", numbers)], outputs=[wanted(server, "y")]).as_numpy("y")
    expect(same(numbers.astype(np.float32), back), back)


@scenario
def no_dimensions(server):
    values = np.array(1.25, dtype=np.float32)
    with client(server) as one:
        for binary in (True, False):
            inputs, outputs = [given(server, "x", "FP32", values, binary)], [wanted(server, "y", binary)]
            back = one.infer("scalar", inputs, outputs=outputs).as_numpy("y")
            expect(same(values, back), values, back)


@scenario
def fixed_dimensions(server):
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    with client(server) as one:
        for binary in (True, False):
            inputs, outputs = [given(server, "x", "FP32", values, binary)], [wanted(server, "y", binary)]
            back = one.infer("fixed", inputs, outputs=outputs).as_numpy("y")
            expect(same(values, back), values, back)
        turned = given(server, "x", "FP32", np.ascontiguousarray(values.T))
        text = refusal(lambda: one.infer("fixed", [turned]), *BAD)
        expect("'x'" in text.replace('"', "'") or " x " in text, text)
        expect("[3,2]" in text.replace(" ", "") and "[2,3]" in text.replace(" ", ""), text)


@scenario
def two_inputs_and_two_outputs(server):
    a, b = np.arange(32, dtype=np.int32).reshape(2, 16), np.full((2, 16), -7, dtype=np.int32)
    with client(server) as one:
        for binary_a, binary_b in ((True, True), (False, False), (True, False), (False, True)):
            # In the other order than the model has them.
            inputs = [given(server, "b", "INT32", b, binary_b), given(server, "a", "INT32", a, binary_a)]
            both = [wanted(server, "difference", binary_a), wanted(server, "sum", binary_b)]
            for outputs in (None, both):
                result = one.infer("add-sub", inputs, outputs=outputs)
                expect(same(a + b, result.as_numpy("sum")), response(server, result))
                expect(same(a - b, result.as_numpy("difference")), response(server, result))
        result = one.infer("add-sub", inputs, outputs=[wanted(server, "difference")])
        names = [each["name"] for each in response(server, result)["outputs"]]
        expect(names == ["difference"], names)
        expect(result.as_numpy("sum") is None, "an output that nobody asked for")


@scenario
def numbers_and_texts_together(server):
    numbers = np.array([[2**63 - 1], [-(2**63)]], dtype=np.int64)
    texts = np.array([[b""], ["größer".encode()]], dtype=np.object_)
    with client(server) as one:
        for binary_number, binary_text in ((True, True), (False, True), (True, False)):
            inputs = [
                given(server, "number", "INT64", numbers, binary_number),
                given(server, "text", "BYTES", texts, binary_text),
            ]
            outputs = [wanted(server, "same_text", binary_number), wanted(server, "same_number", binary_text)]
            result = one.infer("number-and-text", inputs, outputs=outputs)
            expect(same(numbers, result.as_numpy("same_number")), response(server, result))
            expect(same(texts, result.as_numpy("same_text")), response(server, result))


@scenario
def large_payloads(server):
    """64 MB of bytes; by REST also more than 20 MB of JSON."""
    numbers = np.arange(16 * 1024 * 1024, dtype=np.float32).reshape(1024, -1)
    expect(same(numbers, answer(server, "FP32", numbers)), "64 MB of bytes differ")
    if server.transport == "rest":
        integers = np.arange(2_000_000, dtype=np.int64).reshape(1000, -1) + 10**9
        expect(same(integers, answer(server, "INT64", integers, False, False)), "20 MB of JSON differ")


if __name__ == "__main__":
    run()

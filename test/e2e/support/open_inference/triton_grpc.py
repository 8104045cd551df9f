"""tritonclient.grpc: what only gRPC has."""

import queue
import threading

import numpy as np
import tritonclient.grpc
from scenarios import expect, run, scenario
from triton import PATIENCE_SECONDS, client, given, wanted
from tritonclient.grpc import service_pb2, service_pb2_grpc
from values import EDGES, same

VALUES = EDGES["FP32"].reshape(1, 4)

# The member of InferTensorContents that carries each datatype.
CONTENTS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}


@scenario
def typed_contents(server):
    """Values in `contents`, which the client itself never sends, are answered by `contents`."""
    with client(server) as one:
        for datatype, member in CONTENTS.items():
            values = EDGES[datatype].reshape(2, 2)
            request = service_pb2.ModelInferRequest(model_name=datatype.lower(), id="typed")
            tensor = request.inputs.add(name="x", datatype=datatype, shape=[2, 2])
            getattr(tensor.contents, member).extend(values.ravel().tolist())
            reply = one._client_stub.ModelInfer(request)
            answered = list(getattr(reply.outputs[0].contents, member))
            back = np.array(answered, dtype=values.dtype).reshape(2, 2)
            expect(reply.id == "typed" and same(values, back), datatype, values, back)


@scenario
def asynchronous(server):
    answers = queue.Queue()
    with client(server) as one:
        for index in range(32):
            values = np.full((1, 4), index, np.float32)
            inputs = [given(server, "x", "FP32", values)]
            keep = lambda result, error: answers.put((result, error))
            one.async_infer("fp32", inputs, request_id=str(index), callback=keep)
        seen = set()
        for _ in range(32):
            result, error = answers.get(timeout=PATIENCE_SECONDS)
            expect(error is None, error)
            index = int(result.get_response().id)
            expect(same(np.full((1, 4), index, np.float32), result.as_numpy("y")), index)
            seen.add(index)
        expect(len(seen) == 32, seen)


@scenario
def stream(server):
    """Requests on one stream are answered in their order; one that is wrong is told alone."""
    answers = queue.Queue()
    with client(server) as one:
        one.start_stream(callback=lambda result, error: answers.put((result, error)))
        for index in range(64):
            model = "nobody" if index == 40 else "fp32"
            inputs = [given(server, "x", "FP32", np.full((1, 4), index, np.float32))]
            one.async_stream_infer(model, inputs, request_id=str(index))
        for index in range(64):
            result, error = answers.get(timeout=PATIENCE_SECONDS)
            if index == 40:
                expect(error is not None and "nobody" in error.message(), error)
                continue
            expect(error is None, index, error)
            expect(result.get_response().id == str(index), index, result.get_response().id)
            expect(same(np.full((1, 4), index, np.float32), result.as_numpy("y")), index)
        one.stop_stream()


@scenario
def stream_with_final_responses(server):
    answers = queue.Queue()
    with client(server) as one:
        one.start_stream(callback=lambda result, error: answers.put((result, error)))
        inputs = [given(server, "x", "FP32", VALUES)]
        one.async_stream_infer("fp32", inputs, request_id="last", enable_empty_final_response=True)
        result, error = answers.get(timeout=PATIENCE_SECONDS)
        expect(error is None, error)
        expect(result.get_response().parameters["triton_final_response"].bool_param, result.get_response())
        one.stop_stream()


@scenario
def several_streams(server):
    def converse(number, problems):
        try:
            answers = queue.Queue()
            with client(server) as one:
                one.start_stream(callback=lambda result, error: answers.put((result, error)))
                for index in range(50):
                    values = np.full((1, 4), 1000 * number + index, np.float32)
                    one.async_stream_infer("fp32", [given(server, "x", "FP32", values)], request_id=f"{number}-{index}")
                for index in range(50):
                    result, error = answers.get(timeout=PATIENCE_SECONDS)
                    expect(error is None and result.get_response().id == f"{number}-{index}", number, index, error)
                    expect(result.as_numpy("y")[0, 0] == 1000 * number + index, number, index)
                one.stop_stream()
        except Exception as error:
            problems.append(repr(error))

    problems = []
    threads = [threading.Thread(target=converse, args=(number, problems)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not problems, problems)


@scenario
def outputs_in_the_order_in_which_they_are_wanted(server):
    a, b = np.full((1, 16), 5, np.int32), np.full((1, 16), 3, np.int32)
    inputs = [given(server, "a", "INT32", a), given(server, "b", "INT32", b)]
    with client(server) as one:
        result = one.infer("add-sub", inputs, outputs=[wanted(server, "difference"), wanted(server, "sum")])
        names = [each.name for each in result.get_response().outputs]
        expect(names == ["difference", "sum"], names)


if __name__ == "__main__":
    run()

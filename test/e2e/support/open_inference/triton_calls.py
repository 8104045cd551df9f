"""tritonclient, REST or gRPC: every call that is no tensor's matter, and what comes with an inference beside tensors."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scenarios import expect, run, scenario
from triton import (
    BAD,
    MISSING,
    PATIENCE_SECONDS,
    UNSUPPORTED,
    client,
    document,
    given,
    refusal,
    response,
    shape_of,
    shared_memory_input,
    wanted,
)
from values import DATATYPES, EDGES, model_of, same

VALUES = EDGES["FP32"].reshape(1, 4)


@scenario
def health(server):
    with client(server) as one:
        expect(one.is_server_live(), "not live")
        expect(one.is_server_ready(), "not ready")
        expect(one.is_model_ready("fp32"), "model not ready")
        version = document(server, one.get_model_metadata, "fp32")["versions"][0]
        expect(one.is_model_ready("fp32", version), "version not ready", version)
        for absent in (("nobody",), ("fp32", "99")):
            expect(not is_ready(one, *absent), "ready", absent)


def is_ready(one, *model):
    """Triton says no, by gRPC as well; a status that says that there is no such model is as clear."""
    try:
        return one.is_model_ready(*model)
    except Exception as error:
        expect(error.status() in MISSING, error.status(), error.message())
        return False


@scenario
def server_metadata(server):
    with client(server) as one:
        metadata = document(server, one.get_server_metadata)
        expect(metadata["name"] and metadata["version"], metadata)
        expect("binary_tensor_data" in metadata["extensions"], metadata)


@scenario
def model_metadata(server):
    with client(server) as one:
        for datatype in DATATYPES:
            metadata = document(server, one.get_model_metadata, model_of(datatype))
            versioned = document(server, one.get_model_metadata, model_of(datatype), metadata["versions"][0])
            for each in (metadata, versioned):
                expect(each["name"] == model_of(datatype) and each["platform"], each)
                for [tensor], name in ((each["inputs"], "x"), (each["outputs"], "y")):
                    expect((tensor["name"], tensor["datatype"]) == (name, datatype), tensor)
                    expect(shape_of(tensor) == [-1, -1], tensor)
        refusal(lambda: one.get_model_metadata("nobody"), *MISSING)
        refusal(lambda: one.get_model_metadata("fp32", "99"), *MISSING)


@scenario
def model_config(server):
    with client(server) as one:
        config = config_of(server, one, "add-sub")
        expect(config["name"] == "add-sub" and int(config.get("max_batch_size", 0)) >= 0, config)
        expect([each["name"] for each in config["input"]] == ["a", "b"], config)
        expect([each["name"] for each in config["output"]] == ["sum", "difference"], config)
        expect({each["data_type"] for each in config["input"]} == {"TYPE_INT32"}, config)
        expect(config_of(server, one, "bytes")["input"][0]["data_type"] == "TYPE_STRING", config)
        refusal(lambda: one.get_model_config("nobody"), *MISSING)


def config_of(server, one, model):
    config = document(server, one.get_model_config, model)
    return config["config"] if server.transport == "grpc" else config


@scenario
def statistics(server):
    with client(server) as one:
        before = document(server, one.get_inference_statistics, "uint8")["model_stats"][0]
        numbers = EDGES["UINT8"].reshape(2, 2)
        for _ in range(3):
            one.infer("uint8", [given(server, "x", "UINT8", numbers)])
        after = document(server, one.get_inference_statistics, "uint8")["model_stats"][0]
        expect(after["name"] == "uint8" and after["version"] == before["version"], after)
        expect(successes(after, "count") - successes(before, "count") == 3, before, after)
        expect(successes(after, "ns") > successes(before, "ns"), before, after)
        # Rows.
        expect(int(after["inference_count"]) - int(before.get("inference_count", 0)) == 6, before, after)
        everyone = document(server, one.get_inference_statistics)["model_stats"]
        expect({"uint8", "add-sub"} <= {each["name"] for each in everyone}, everyone)


def successes(statistics_of_model, figure):
    """gRPC's JSON leaves out what is 0."""
    return int(statistics_of_model["inference_stats"].get("success", {}).get(figure, 0))


@scenario
def ids_and_parameters(server):
    inputs = [given(server, "x", "FP32", VALUES)]
    parameters = {"text": "a", "number": 2**40, "yes": True}
    with client(server) as one:
        for request_id in ("one", "größer 🌊", "x" * 300):
            result = one.infer("fp32", inputs, request_id=request_id, priority=2, parameters=parameters)
            reply = response(server, result)
            expect(reply["id"] == request_id, reply)
            expect(reply["model_name"] == "fp32" and reply["model_version"], reply)
        reply = response(server, one.infer("fp32", inputs))
        expect(reply.get("id", "") == "", reply)
        for sequence in (3, "three"):
            result = one.infer("fp32", inputs, sequence_id=sequence, sequence_start=True, sequence_end=True)
            expect(same(VALUES, result.as_numpy("y")), response(server, result))


@scenario
def versions(server):
    inputs = [given(server, "x", "FP32", VALUES)]
    with client(server) as one:
        version = document(server, one.get_model_metadata, "fp32")["versions"][0]
        reply = response(server, one.infer("fp32", inputs, model_version=version))
        expect(reply["model_version"] == version, reply)
        refusal(lambda: one.infer("fp32", inputs, model_version="99"), *MISSING)


@scenario
def mistakes_are_told(server):
    zeros = np.zeros((1, 16), np.int32)
    a, b = given(server, "a", "INT32", zeros), given(server, "b", "INT32", zeros)
    with client(server) as one:

        def text(*inputs, **options):
            return refusal(lambda: one.infer("add-sub", list(inputs), **options), *BAD)

        refusal(lambda: one.infer("nobody", [a, b]), *MISSING)
        expect("b" in text(a), "does not name what is missing")
        expect("extra" in text(a, b, given(server, "extra", "INT32", zeros)), "does not name what is too much")
        text(a, a, b)
        told = text(a, given(server, "b", "FP32", zeros.astype(np.float32)))
        expect("INT32" in told and "FP32" in told, told)
        for shape in ((2, 16), (1, 15), (16,), (1, 16, 1)):
            text(a, given(server, "b", "INT32", np.zeros(shape, np.int32)))
        expect("product" in text(a, b, outputs=[wanted(server, "product")]), "does not name the output")
        shared = shared_memory_input(server, "b", "INT32", [1, 16])
        refusal(lambda: one.infer("add-sub", [a, shared]), *UNSUPPORTED)
        refusal(one.get_system_shared_memory_status, *UNSUPPORTED)
        refusal(one.get_trace_settings, *UNSUPPORTED)
        refusal(one.get_log_settings, *UNSUPPORTED)
        expect(same(zeros, one.infer("add-sub", [a, b]).as_numpy("sum")), "does not go on")


@scenario
def classification(server):
    rows = np.array([[0.5, 4, -1, 3], [9, 8, 7, 6]], dtype=np.float32)
    with client(server) as one:
        for binary in (True, False):
            outputs = [wanted(server, "y", binary, classes=2)]
            result = one.infer("fp32", [given(server, "x", "FP32", rows)], outputs=outputs)
            best = [[as_text(each).split(":")[:2] for each in row] for row in result.as_numpy("y")]
            expect([[int(place) for _, place in row] for row in best] == [[1, 3], [0, 1]], best)
            expect([[float(value) for value, _ in row] for row in best] == [[4, 3], [9, 8]], best)


def as_text(value):
    return value.decode() if isinstance(value, bytes) else value


@scenario
def compression_both_ways(server):
    rows = np.tile(np.arange(1000, dtype=np.float32), (64, 1))
    inputs = [given(server, "x", "FP32", rows)]
    with client(server) as one:
        for request in (None, "gzip", "deflate"):
            if server.transport == "grpc":
                result = one.infer("fp32", inputs, compression_algorithm=request)
                expect(same(rows, result.as_numpy("y")), request)
                continue
            for answer in (None, "gzip", "deflate"):
                algorithms = dict(request_compression_algorithm=request, response_compression_algorithm=answer)
                for binary in (True, False):
                    outputs = [wanted(server, "y", binary)]
                    body = [given(server, "x", "FP32", rows, binary)]
                    result = one.infer("fp32", body, outputs=outputs, **algorithms)
                    expect(same(rows, result.as_numpy("y")), request, answer, binary)


@scenario
def generous_time_limits(server):
    limits = dict(client_timeout=PATIENCE_SECONDS) if server.transport == "grpc" else {}
    with client(server) as one:
        result = one.infer("fp32", [given(server, "x", "FP32", VALUES)], timeout=PATIENCE_SECONDS * 10**6, **limits)
        expect(same(VALUES, result.as_numpy("y")), response(server, result))


@scenario
def each_of_many_gets_its_own(server):
    def ask(index):
        a = np.full((1 + index % 3, 16), index, np.int32)
        b = 1000 * a
        binary = index % 2 == 0
        output = ("sum", "difference")[index % 5 % 2]
        inputs = [given(server, "a", "INT32", a, binary), given(server, "b", "INT32", b, not binary)]
        with client(server) as one:
            for turn in range(4):
                options = dict(request_id=f"{index}-{turn}", parameters={"index": index})
                result = one.infer("add-sub", inputs, outputs=[wanted(server, output, binary)], **options)
                reply = response(server, result)
                expect(same(a + b if output == "sum" else a - b, result.as_numpy(output)), index, reply)
                expect(reply["id"] == f"{index}-{turn}" and len(reply["outputs"]) == 1, reply)

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(ask, range(64)))


if __name__ == "__main__":
    run()

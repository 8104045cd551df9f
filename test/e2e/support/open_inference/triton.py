"""tritonclient's two transports behind one face, so that what holds for both is written once."""

import tritonclient.grpc
import tritonclient.http
from scenarios import expect
from tritonclient.utils import InferenceServerException

# Statuses of mistakes, as each transport has them.
BAD = ("400", "StatusCode.INVALID_ARGUMENT")
MISSING = ("404", "StatusCode.NOT_FOUND")
UNSUPPORTED = ("400", "404", "501", "StatusCode.INVALID_ARGUMENT", "StatusCode.NOT_FOUND", "StatusCode.UNIMPLEMENTED")

PATIENCE_SECONDS = 120


def client(server, concurrency=1):
    if server.transport == "grpc":
        return tritonclient.grpc.InferenceServerClient(server.grpc)
    options = dict(network_timeout=PATIENCE_SECONDS, connection_timeout=PATIENCE_SECONDS)
    return tritonclient.http.InferenceServerClient(server.rest, concurrency=concurrency, **options)


def given(server, name, datatype, values, binary=True):
    """An input with its values. @param binary: REST alone: as bytes, not in the JSON."""
    shape = list(values.shape)
    if server.transport == "grpc":
        return tritonclient.grpc.InferInput(name, shape, datatype).set_data_from_numpy(values)
    return tritonclient.http.InferInput(name, shape, datatype).set_data_from_numpy(values, binary_data=binary)


def wanted(server, name, binary=True, classes=0):
    if server.transport == "grpc":
        return tritonclient.grpc.InferRequestedOutput(name, class_count=classes)
    return tritonclient.http.InferRequestedOutput(name, binary_data=binary, class_count=classes)


def shared_memory_input(server, name, datatype, shape):
    module = tritonclient.grpc if server.transport == "grpc" else tritonclient.http
    tensor = module.InferInput(name, shape, datatype)
    tensor.set_shared_memory("region", 64)
    return tensor


def document(server, call, *arguments):
    """What a call that asks about server or model answers with, as plain values."""
    return call(*arguments, as_json=True) if server.transport == "grpc" else call(*arguments)


def response(server, result):
    return result.get_response(as_json=True) if server.transport == "grpc" else result.get_response()


def shape_of(tensor):
    """gRPC's JSON has 64-bit integers as texts."""
    return [int(size) for size in tensor["shape"]]


def refusal(call, *statuses):
    """The text of the error that a call ends with."""
    try:
        outcome = call()
    except InferenceServerException as error:
        expect(error.status() in statuses, error.status(), error.message())
        expect(error.message() and "decoding the response" not in error.message(), error.message())
        return error.message()
    raise AssertionError(f"was answered: {outcome!r}"[:600])

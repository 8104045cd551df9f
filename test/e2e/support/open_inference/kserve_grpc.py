"""kserve's InferenceGRPCClient. In a process of its own: its messages have the names of tritonclient's."""

import asyncio

import grpc
import numpy as np
from kserve import InferenceGRPCClient, InferInput, InferRequest
from scenarios import expect, run, scenario
from values import DATATYPES, EDGES, model_of, same


def client(server):
    return InferenceGRPCClient(server.grpc, timeout=120)


def given(name, datatype, values, binary=True):
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


@scenario
async def health(server):
    async with client(server) as one:
        expect(await one.is_server_live() is True, "not live")
        expect(await one.is_server_ready() is True, "not ready")
        expect(await one.is_model_ready("fp32") is True, "model not ready")
        try:
            expect(await one.is_model_ready("nobody") is False, "ready without a model")
        except grpc.RpcError as error:
            expect(error.code() == grpc.StatusCode.NOT_FOUND, error.code())


@scenario
async def every_datatype(server):
    async with client(server) as one:
        for datatype in DATATYPES:
            for binary in (True, False):
                if datatype == "FP16" and not binary:
                    continue  # There are no typed contents for it.
                values = EDGES[datatype].reshape(2, 2)
                tensor = given("x", datatype, values, binary)
                if datatype == "BYTES" and not binary:
                    tensor = InferInput("x", [2, 2], "BYTES", data=values.ravel().tolist())
                request = InferRequest(model_of(datatype), [tensor], request_id="id")
                reply = await one.infer(request)
                expect(reply.id == "id" and reply.model_name == model_of(datatype), reply)
                back = reply.outputs[0].as_numpy().reshape(2, 2)
                expect(same(values, back), datatype, binary, values, back)


@scenario
async def no_elements(server):
    async with client(server) as one:
        request = InferRequest("fp32", [given("x", "FP32", np.empty((0, 4), np.float32))])
        reply = await one.infer(request)
        expect(list(reply.outputs[0].shape) == [0, 4], reply)


@scenario
async def mistakes_are_told(server):
    async with client(server) as one:
        for model, code in (("fp32", grpc.StatusCode.INVALID_ARGUMENT), ("nobody", grpc.StatusCode.NOT_FOUND)):
            try:
                await one.infer(InferRequest(model, [given("x", "INT32", np.zeros((1, 4), np.int32))]))
            except grpc.RpcError as error:
                expect(error.code() == code and error.details(), error.code(), error.details())
            else:
                raise AssertionError("integers were taken for numbers")


@scenario
async def many_together(server):
    async def ask(one, index):
        values = np.full((1, 4), index, np.float32)
        reply = await one.infer(InferRequest("fp32", [given("x", "FP32", values)], request_id=str(index)))
        expect(reply.id == str(index) and reply.outputs[0].as_numpy().ravel()[0] == index, index, reply)

    async with client(server) as one:
        await asyncio.gather(*(ask(one, index) for index in range(64)))


if __name__ == "__main__":
    run()

"""tritonclient.http.aio and tritonclient.grpc.aio: many calls of one event loop."""

import asyncio

import numpy as np
import tritonclient.grpc.aio
import tritonclient.http.aio
from scenarios import expect, run, scenario
from triton import BAD, given, response, wanted
from tritonclient.utils import InferenceServerException
from values import DATATYPES, EDGES, model_of, same


def client(server):
    if server.transport == "grpc":
        return tritonclient.grpc.aio.InferenceServerClient(server.grpc)
    return tritonclient.http.aio.InferenceServerClient(server.rest, conn_limit=100)


@scenario
async def health_and_metadata(server):
    async with client(server) as one:
        expect(await one.is_server_live() and await one.is_server_ready(), "not ready")
        expect(await one.is_model_ready("fp32"), "model not ready")
        more = dict(as_json=True) if server.transport == "grpc" else {}
        expect((await one.get_model_metadata("fp32", **more))["name"] == "fp32", "no metadata")
        expect((await one.get_server_metadata(**more))["name"], "no metadata of the server")


@scenario
async def every_datatype(server):
    async with client(server) as one:
        for datatype in DATATYPES:
            values = EDGES[datatype].reshape(2, 2)
            result = await one.infer(model_of(datatype), [given(server, "x", datatype, values)])
            expect(same(values, result.as_numpy("y")), datatype, result.as_numpy("y"))


@scenario
async def each_of_many_gets_its_own(server):
    async def ask(one, index):
        a = np.full((1, 16), index, np.int32)
        inputs = [given(server, "a", "INT32", a), given(server, "b", "INT32", 2 * a)]
        output = ("sum", "difference")[index % 2]
        result = await one.infer("add-sub", inputs, outputs=[wanted(server, output)], request_id=str(index))
        expect(same(3 * a if output == "sum" else -a, result.as_numpy(output)), index)
        expect(response(server, result)["id"] == str(index), index)

    async with client(server) as one:
        await asyncio.gather(*(ask(one, index) for index in range(200)))


@scenario
async def mistakes_are_told(server):
    async with client(server) as one:
        try:
            await one.infer("fp32", [given(server, "x", "INT32", np.zeros((1, 4), np.int32))])
        except InferenceServerException as error:
            expect(error.status() in BAD and "INT32" in error.message(), error.status(), error.message())
        else:
            raise AssertionError("integers were taken for numbers")


@scenario
async def stream(server):
    if server.transport != "grpc":
        return

    async def requests():
        for index in range(20):
            values = np.full((1, 4), index, np.float32)
            yield dict(model_name="fp32", inputs=[given(server, "x", "FP32", values)], request_id=str(index))

    async with client(server) as one:
        index = 0
        async for result, error in one.stream_infer(requests()):
            expect(error is None, error)
            expect(result.get_response().id == str(index) and result.as_numpy("y")[0, 0] == index, index)
            index += 1
        expect(index == 20, index)


if __name__ == "__main__":
    run()

"""kserve's InferenceRESTClient: V2 and V1."""

import asyncio

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from scenarios import expect, run, scenario
from values import DATATYPES, EDGES, model_of, same


def client(version):
    return InferenceRESTClient(RESTConfig(protocol=version, timeout=120))


def base(server):
    return f"http://{server.rest}"


def given(name, datatype, values, binary=True):
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


async def status_of(call):
    try:
        await call
    except httpx.HTTPStatusError as error:
        return error.response.status_code, str(error)
    return 200, ""


@scenario
async def health(server):
    async with client("v2") as one:
        expect(await one.is_server_live(base(server)) is True, "not live")
        expect(await one.is_server_ready(base(server)) is True, "not ready")
        expect(await one.is_model_ready(base(server), "fp32") is True, "model not ready")
        expect(await one.is_model_ready(base(server), "nobody") is False, "ready without a model")


@scenario
async def every_datatype(server):
    async with client("v2") as one:
        for datatype in DATATYPES:
            for binary in (True, False):
                if datatype == "FP16" and not binary:
                    continue  # The client refuses to write it as JSON.
                values = EDGES[datatype].reshape(2, 2)
                request = InferRequest(model_of(datatype), [given("x", datatype, values, binary)], request_id="id")
                reply = await one.infer(base(server), request, model_name=model_of(datatype))
                expect(reply.id == "id" and reply.model_name == model_of(datatype), reply)
                back = np.array(reply.outputs[0].as_numpy()).reshape(2, 2)
                expect(same(values, back), datatype, binary, values, back)


@scenario
async def no_elements(server):
    """With no bytes to send, the client sends `data: null` and a size of 0."""
    async with client("v2") as one:
        for binary in (True, False):
            values = np.empty((0, 4), np.float32)
            request = InferRequest("fp32", [given("x", "FP32", values, binary)])
            reply = await one.infer(base(server), request, model_name="fp32")
            expect(list(reply.outputs[0].shape) == [0, 4], reply)


@scenario
async def wanted_outputs(server):
    a = np.arange(16, dtype=np.int32).reshape(1, 16)
    for binary in (True, False):
        outputs = [RequestedOutput("difference", {"binary_data": binary})]
        inputs = [given("a", "INT32", a, binary), given("b", "INT32", 2 * a, not binary)]
        request = InferRequest("add-sub", inputs, request_outputs=outputs, parameters={"any": "parameter"})
        async with client("v2") as one:
            reply = await one.infer(base(server), request, model_name="add-sub")
        expect([each.name for each in reply.outputs] == ["difference"], reply)
        expect(np.array(reply.outputs[0].as_numpy()).ravel().tolist() == (-a).ravel().tolist(), reply)


@scenario
async def mistakes_are_told(server):
    values = np.zeros((1, 4), np.int32)
    request = InferRequest("fp32", [given("x", "INT32", values, False)])
    async with client("v2") as one:
        status, text = await status_of(one.infer(base(server), request, model_name="fp32"))
        expect(status == 400 and "INT32" in text, status, text)
        status, text = await status_of(one.infer(base(server), request, model_name="nobody"))
        expect(status == 404 and "nobody" in text, status, text)


@scenario
async def many_together(server):
    async def ask(one, index):
        values = np.full((1, 4), index, np.float32)
        request = InferRequest("fp32", [given("x", "FP32", values, index % 2 == 0)], request_id=str(index))
        reply = await one.infer(base(server), request, model_name="fp32")
        expect(reply.id == str(index) and reply.outputs[0].as_numpy().ravel()[0] == index, index, reply)

    async with client("v2") as one:
        await asyncio.gather(*(ask(one, index) for index in range(64)))


@scenario
async def first_version_of_the_protocol(server):
    async with client("v1") as one:
        expect(await one.is_model_ready(base(server), "fp32") is True, "model not ready")
        status, _ = await status_of(one.is_model_ready(base(server), "nobody"))
        expect(status == 404, status)
        rows = [[1.5, 2.5], [3.5, 4.5]]
        reply = await one.infer(base(server), {"instances": rows}, model_name="fp32")
        expect(reply == {"predictions": rows}, reply)
        status, text = await status_of(one.infer(base(server), {"rows": rows}, model_name="fp32"))
        expect(status == 400 and "400" in text, status, text)


if __name__ == "__main__":
    run()

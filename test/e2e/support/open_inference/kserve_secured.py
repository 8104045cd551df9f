"""kserve's clients, REST and gRPC: a server with TLS that asks for a key, at `localhost`."""

import ssl

import grpc
import httpx
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig
from scenarios import expect, run, scenario
from values import EDGES, same

VALUES = EDGES["FP32"].reshape(1, 4)


def request():
    tensor = InferInput("x", [1, 4], "FP32")
    tensor.set_data_from_numpy(VALUES, binary_data=True)
    return InferRequest("fp32", [tensor])


@scenario
async def by_rest(server):
    url = f"https://{server.rest}"
    config = RESTConfig(protocol="v2", verify=ssl.create_default_context(cafile=server.certificate), timeout=120)
    async with InferenceRESTClient(config) as one:
        expect(await one.is_server_ready(url) is True, "not ready")
        key = {"authorization": f"Bearer {server.api_key}"}
        reply = await one.infer(url, request(), model_name="fp32", headers=key)
        expect(same(VALUES, reply.outputs[0].as_numpy().reshape(1, 4)), reply)
        try:
            await one.infer(url, request(), model_name="fp32")
        except httpx.HTTPStatusError as error:
            expect(error.response.status_code == 401, error)
        else:
            raise AssertionError("answered without a key")


@scenario
async def by_grpc(server):
    if server.grpc is None:
        return
    async with InferenceGRPCClient(server.grpc, use_ssl=True, root_certificates=server.certificate, timeout=120) as one:
        expect(await one.is_server_ready() is True, "not ready")
        reply = await one.infer(request(), headers=(("authorization", f"Bearer {server.api_key}"),))
        expect(same(VALUES, reply.outputs[0].as_numpy().reshape(1, 4)), reply)
        try:
            await one.infer(request())
        except grpc.RpcError as error:
            expect(error.code() == grpc.StatusCode.UNAUTHENTICATED, error.code())
        else:
            raise AssertionError("answered without a key")


if __name__ == "__main__":
    run()

"""BentoML: tensors as JSON with adaptive batching, as its documentation shows; and as bytes by an app that is mounted beside."""
import os
from typing import Annotated

import bentoml
import numpy as np
from bentoml.validators import DType
from onnx_session import OnnxSession
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

WORKERS = int(os.environ["WORKERS"])
Tensor = Annotated[np.ndarray, DType(os.environ["DTYPE"])]


async def raw(request: Request) -> Response:
    session = bentoml.get_current_service().session
    rows = session.rows_of(await request.body())
    answer = await run_in_threadpool(session.run, rows)
    return Response(answer.tobytes(), media_type="application/octet-stream")


@bentoml.asgi_app(Starlette(routes=[Route("/", raw, methods=["POST"])]), path="/raw")
@bentoml.service(name="bench", workers=WORKERS)
class Model:
    def __init__(self) -> None:
        self.session = OnnxSession()

    @bentoml.api(batchable=True)
    def predict(self, x: Tensor) -> np.ndarray:
        return self.session.run(x)

"""FastAPI as most people put a model behind it: numpy, orjson, one session in each worker, run in the event loop."""
import numpy as np
import orjson
from fastapi import FastAPI, Request, Response
from onnx_session import OnnxSession

session = OnnxSession()
app = FastAPI()


@app.post("/predict")
async def predict(request: Request) -> Response:
    rows = np.asarray(orjson.loads(await request.body())["x"], session.dtype)
    answer = orjson.dumps({"y": session.run(rows)}, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(answer, media_type="application/json")


@app.post("/raw")
async def raw(request: Request) -> Response:
    rows = session.rows_of(await request.body())
    return Response(session.run(rows).tobytes(), media_type="application/octet-stream")

"""tritonclient, REST or gRPC: requests that wait behind a long run in the only thread of the model `loop`."""

import http.client
import time

import gevent
import numpy as np
import tritonclient.http
from scenarios import expect, run, scenario
from triton import client, given, response
from tritonclient.utils import InferenceServerException

# One to five microseconds each: so many keep the thread for a few seconds, on a fast machine too.
LONG = 2_500_000
# What a deadline ends with: of the client itself, or of the server that knows of it.
LATE = ("504", "StatusCode.DEADLINE_EXCEEDED")


def turns(server, count):
    return [
        given(server, "turns", "INT64", np.array(count, dtype=np.int64)),
        given(server, "x", "FP32", np.ones(1, dtype=np.float32)),
    ]


def begin(server, one, count, answers, **options):
    """Asks without waiting. @returns what can be waited for."""
    if server.transport == "rest":
        return one.async_infer("loop", turns(server, count), **options)
    keep = lambda result, error: answers.append((result, error))
    return one.async_infer("loop", turns(server, count), callback=keep, **options)


def pause(server):
    """Until what was begun has reached the server. Of the two clients one has threads, the other greenlets."""
    (time if server.transport == "grpc" else gevent).sleep(0.3)


def outcome(call):
    try:
        return call()
    except InferenceServerException as error:
        return error.status()


@scenario
def time_limit_of_the_request(server):
    """Triton's `timeout`, in microseconds, ends the waiting of one request and of no other."""
    answers = []
    with client(server, concurrency=4) as busy, client(server) as one:
        long = begin(server, busy, LONG, answers)
        pause(server)
        started = time.monotonic()
        status = outcome(lambda: one.infer("loop", turns(server, 1), timeout=300_000))
        expect(status in LATE, status)
        expect(time.monotonic() - started < 60, "waited for the run")
        expect(finished(server, long, answers) is None, "the run that was waited for failed")


def finished(server, long, answers):
    """The error of a request that was begun; none where it was answered."""
    if server.transport == "rest":
        return None if long.get_result() is not None else "no result"
    until = time.monotonic() + 60
    while not answers and time.monotonic() < until:
        time.sleep(0.05)
    return answers[0][1] if answers else "no answer"


@scenario
def clients_that_leave(server):
    """What waits for nobody is dropped; the next request is answered."""
    answers = []
    with client(server, concurrency=4) as busy, client(server) as one:
        long = begin(server, busy, LONG, answers)
        pause(server)
        ask_and_leave(server)
        expect(finished(server, long, answers) is None, "the run that was waited for failed")
        result = one.infer("loop", turns(server, 1), request_id="after")
        expect(response(server, result)["id"] == "after", response(server, result))


def ask_and_leave(server):
    if server.transport == "grpc":
        with client(server) as leaving:
            call = begin(server, leaving, 1, [])
            time.sleep(0.3)
            call.cancel()
        return
    body, header_length = tritonclient.http.InferenceServerClient.generate_request_body(turns(server, 1))
    connection = http.client.HTTPConnection(server.rest)
    connection.request("POST", "/v2/models/loop/infer", body, {"Inference-Header-Content-Length": str(header_length)})
    time.sleep(0.3)
    connection.close()


@scenario
def time_limit_of_the_client(server):
    if server.transport != "grpc":
        return
    answers = []
    with client(server) as busy, client(server) as one:
        long = begin(server, busy, LONG, answers)
        pause(server)
        status = outcome(lambda: one.infer("loop", turns(server, 1), client_timeout=0.3))
        expect(status in LATE, status)
        expect(finished(server, long, answers) is None, "the run that was waited for failed")


if __name__ == "__main__":
    run()

"""What a program of this folder does with one client, in parts that are reported one by one.

A program is told the server's addresses and prints one line of JSON: the names of the scenarios that held, and the
error of each that did not.
"""

import asyncio
import inspect
import json
import os
import traceback
from types import SimpleNamespace

SCENARIOS = []


def scenario(function):
    """A part of a program: a function, or a coroutine, of the server's addresses."""
    SCENARIOS.append(function)
    return function


def addresses():
    """Of the server, from the environment, since kserve reads the arguments of any program that imports it.

    `rest` and `grpc` are `host:port`. `transport` is the one of them that is meant where a program knows both.
    """
    absent = dict(rest=None, grpc=None, transport=None, api_key=None, certificate=None, only=None)
    return SimpleNamespace(**{**absent, **json.loads(os.environ["HEADRACE_TEST_SERVER"])})


def run():
    """Runs all scenarios of the program and prints the report."""
    server = addresses()
    chosen = [each for each in SCENARIOS if server.only in (None, each.__name__)]
    print(json.dumps(asyncio.run(report(chosen, server))))


async def report(chosen, server):
    held, failed = [], {}
    for function in chosen:
        try:
            outcome = function(server)
            if inspect.isawaitable(outcome):
                await outcome
            held.append(function.__name__)
        except Exception:
            failed[function.__name__] = traceback.format_exc(limit=-4)[-2000:]
    return {"held": held, "failed": failed}


def expect(condition, *seen):
    """Fails with what was seen instead."""
    if not condition:
        raise AssertionError(" ".join(repr(each)[:600] for each in seen))

"""What a client sees, written down so that two servers can be compared: whatever is made up anew each time has a name instead."""

import enum
import json
import math
import os
import re
import sys
import tempfile
import time

from mlflow.entities import Run

# The class of what a server answers is private, and has changed its name.
Entity = Run.__base__
DAY_MS = 24 * 60 * 60 * 1000
IDENTIFIER = re.compile(r"\bm-[0-9a-f]{32}\b|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
TIME = re.compile(r"\b1[789]\d{11}\b")
# Sets, which Python prints in any order.
SET = re.compile(r"\{('[^{}]*')\}")
# What the driver of a database says.
DATABASE = re.compile(r"(?s)(\(raised as a result of .*?)?(\((sqlite3|psycopg2|pymysql)\.|UNIQUE constraint failed).*")


# Lists that the API gives in no particular order.
UNORDERED = {"dataset_inputs", "model_inputs", "model_outputs", "metrics", "latest_versions"}


class Observations:
    def __init__(self, server):
        self._server = server
        self._identifiers = {}
        self._notes = []

    def note(self, label, value=None):
        self._notes.append([self._text(label), self._plain(value)])

    def refused(self, label, call, *args, **kwargs):
        """Notes the exception of a call that must fail."""
        try:
            result = call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001
            code = getattr(error, "error_code", None)
            self.note(label, {"exception": type(error).__name__, "code": code, "message": str(error)})
        else:
            self.note(label, {"no exception": result})

    def write(self):
        print(json.dumps(self._notes))

    def _plain(self, value):
        if isinstance(value, Entity):
            return {str(name): self._field(name, inner) for name, inner in value}
        if isinstance(value, enum.Enum):
            return value.name
        if isinstance(value, dict):
            return {self._text(str(key)): self._field(key, value[key]) for key in sorted(value, key=str)}
        if isinstance(value, (list, tuple)):
            return [self._plain(item) for item in value]
        if isinstance(value, bytes):
            return {"bytes": value.hex()}
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return "<time>" if abs(value - time.time() * 1000) < DAY_MS else value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        return self._text(str(value))

    def _field(self, name, value):
        plain = self._plain(value)
        return sorted(plain, key=json.dumps) if name in UNORDERED and isinstance(plain, list) else plain

    def _text(self, text):
        text = text.replace(self._server, "<server>").replace(os.getcwd(), "<folder>")
        text = text.replace(tempfile.gettempdir(), "<temporary>")
        text = IDENTIFIER.sub(lambda found: self._identifier(found.group()), text)
        text = SET.sub(lambda found: "{%s}" % ", ".join(sorted(found.group(1).split(", "))), text)
        text = DATABASE.sub("(database error)", text)
        return TIME.sub("<time>", text)

    def _identifier(self, text):
        return self._identifiers.setdefault(text, f"<id {len(self._identifiers) + 1}>")


def observe(script):
    """Runs a script with the server that the command line names, and prints what it noted."""
    import mlflow

    server = sys.argv[1]
    mlflow.set_tracking_uri(server)
    observations = Observations(server)
    script(observations)
    observations.write()

"""One request to `/invocations`, and how bodies are written."""

import base64
import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class ScoringRequest:
    """`form` names the shape of the request; `golden` asks for it to be repeated whenever the model is loaded."""

    form: str
    body: str | bytes
    content_type: str = JSON
    golden: bool = False

    @property
    def wire_body(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else self.body.encode()

    @property
    def written_body(self) -> str | dict[str, str]:
        """As it stands in a recording: text, or base64 where the body is not text."""
        return self.body if isinstance(self.body, str) else {"b64": base64.b64encode(self.body).decode()}


def json_request(form: str, value: dict[str, Any], *, golden: bool = False) -> ScoringRequest:
    return ScoringRequest(form, json.dumps(value, ensure_ascii=False), golden=golden)


def csv_request(frame: pd.DataFrame, *, golden: bool = False) -> ScoringRequest:
    return ScoringRequest("csv", frame.to_csv(index=False), CSV, golden)


def parquet_request(frame: pd.DataFrame) -> ScoringRequest:
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return ScoringRequest("parquet", buffer.getvalue(), PARQUET)

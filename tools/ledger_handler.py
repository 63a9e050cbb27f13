"""The handler behind the triggers of the bench and the soak: it tells what reached it, and when.

Each invocation appends one line to the ledger of its environment: the moment it began (Unix
nanoseconds), its request id, whether it is about to fail, and the ids in its event. An id that ends
with `-once` fails the first time, one that ends with `-never` always. With the variable REPORTS it
reports failed messages one by one, and otherwise raises an exception; HOLDS makes it take so many
seconds.
"""

from __future__ import annotations

import base64
import json
import os
import re
import time
import uuid
from functools import cache
from typing import Any

FOLDER = os.environ.get("LEDGER", "")
IDS = re.compile(r"[a-z]+\.[a-z0-9]+--\d{6}(?:-once|-never)?")


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Write down what came, then do what the ids say."""
    began = time.time_ns()
    ids = ids_in(event)
    failing = [one for one in ids if fails(one)]
    reports = "REPORTS" in os.environ
    bad = [one for one in ids if one in failing] if reports else ids if failing else []
    line = json.dumps([began, context.aws_request_id, bad, ids]) + "\n"
    os.write(_book(), line.encode())
    time.sleep(float(os.environ.get("HOLDS", "0")))
    if failing and not reports:
        raise ValueError(f"asked to fail by {failing[0]}")
    return {"statusCode": 200, "body": "ok"} | failures(event, failing)


@cache
def _book() -> int:
    """Open this environment's own ledger."""
    return os.open(f"{FOLDER}/{uuid.uuid4().hex}.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY)


def ids_in(event: Any) -> list[str]:
    """Return the ids in an event of any source, in order, each once."""
    records = event.get("Records", ()) if isinstance(event, dict) else ()
    data = [base64.b64decode(r["kinesis"]["data"]).decode() for r in records if "kinesis" in r]
    return list(dict.fromkeys(IDS.findall(" ".join(data) or json.dumps(event))))


def fails(one: str) -> bool:
    """Tell whether this id's event is to fail now; the first attempt leaves a mark."""
    if not one.endswith("-once"):
        return one.endswith("-never")
    try:
        os.close(os.open(f"{FOLDER}/{one}.tried", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def failures(event: Any, failing: list[str]) -> dict[str, Any]:
    """Return the report of failed messages, nothing where none failed."""
    if not failing:
        return {}
    failed = [r["messageId"] for r in event["Records"] if any(one in r["body"] for one in failing)]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}

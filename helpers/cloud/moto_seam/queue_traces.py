"""SQS keeps the trace header of whoever sends a message: X-Amzn-Trace-Id becomes AWSTraceHeader.

AWS's SDKs send the header from inside a function by themselves; moto passes over it.

Source: docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html.
"""

from __future__ import annotations

import threading
from functools import wraps
from typing import Any
from urllib.parse import unquote

from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

HEADER, ATTRIBUTE = "X-Amzn-Trace-Id", "AWSTraceHeader"
SENDING = ("send_message", "send_message_batch")
OWN = "as_moto_does"


def install() -> None:
    """Bind what remembers the header of a request while its messages are stored."""
    sending = threading.local()
    stores = getattr(SQSBackend.send_message, OWN, SQSBackend.send_message)

    @wraps(stores)
    def send_message(backend: Any, *given: Any, **named: Any) -> Any:
        header = getattr(sending, "header", "")
        if header:
            own = named.get("system_attributes") or {}
            told = {"DataType": "String", "StringValue": header}
            named["system_attributes"] = {ATTRIBUTE: told, **own}
        return stores(backend, *given, **named)

    setattr(send_message, OWN, stores)
    SQSBackend.send_message = send_message
    for name in SENDING:
        answers = getattr(SQSResponse, name)
        setattr(SQSResponse, name, _remembering(getattr(answers, OWN, answers), sending))


def _remembering(answers: Any, sending: threading.local) -> Any:
    @wraps(answers)
    def answer(response: Any) -> Any:
        sending.header = unquote(response.headers.get(HEADER) or "")
        try:
            return answers(response)
        finally:
            sending.header = ""

    setattr(answer, OWN, answers)
    return answer

"""What SQS refuses of messages, of names and of consumers' wishes, where moto takes it.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (the
characters of a message), API_ReceiveMessage.html, API_CreateQueue.html (FifoQueue), and
SQSDeveloperGuide/sqs-message-metadata.html (attributes).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.sqs import responses as sqs_responses
from moto.sqs.exceptions import InvalidParameterValue, MissingParameter, SQSException
from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

from helpers.cloud.moto_seam.message_attributes import is_number
from helpers.cloud.moto_seam.wrapping import first_time

UNALLOWED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CHARACTERS = (
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
    "#xE000 to #xFFFD | #x10000 to #x10FFFF"
)
MOST_ATTRIBUTES = 10
RECEIVING = {
    "MaxNumberOfMessages": (1, 10, "Must be between 1 and 10, if provided."),
    "WaitTimeSeconds": (0, 20, "Must be >= 0 and <= 20, if provided."),
    "VisibilityTimeout": (0, 43_200, "Must be between 0 and 43200, if provided."),
}
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
NOT_A_NAME = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
NOT_A_FIFO_NAME = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)


def install() -> None:
    """Bind the checks; a second call changes nothing."""
    if not first_time(SQSBackend, "refuses_messages"):
        return
    SQSBackend._validate_message = _after(_check_body, SQSBackend._validate_message)
    SQSResponse.receive_message = _after(_check_wishes, SQSResponse.receive_message)
    own = sqs_responses.validate_message_attributes
    sqs_responses.validate_message_attributes = _after(_check_attributes, own)


def check_queue_name(name: str, *, fifo: bool) -> None:
    """Refuse a name that does not fit the kind of queue; its suffix counts to the 80."""
    if fifo and not (name.endswith(".fifo") and len(name) <= 80 and NAME.fullmatch(name[:-5])):
        raise InvalidParameterValue(NOT_A_FIFO_NAME)
    if not fifo and not NAME.fullmatch(name):
        raise InvalidParameterValue(NOT_A_NAME)


def _after(check: Callable[..., None], original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def operation(*arguments: Any, **named: Any) -> Any:
        check(*arguments, **named)
        return original(*arguments, **named)

    return operation


def _check_body(_backend: Any, queue: Any, message_body: str, *_rest: Any, **_named: Any) -> None:
    if not message_body:
        raise MissingParameter("MessageBody")
    if UNALLOWED.search(message_body):
        raise SQSException("InvalidMessageContents", CHARACTERS)
    if len(message_body.encode()) > queue.maximum_message_size:
        raise InvalidParameterValue(
            "One or more parameters are invalid. Reason: Message must be shorter than "
            f"{queue.maximum_message_size} bytes."
        )


def _check_wishes(response: Any) -> None:
    for name, (least, most, words) in RECEIVING.items():
        value = response._get_param(name)
        if isinstance(value, int) and not least <= value <= most:
            raise InvalidParameterValue(
                f"Value {value} for parameter {name} is invalid. Reason: {words}"
            )


def _check_attributes(attributes: Mapping[str, Mapping[str, Any]] | None) -> None:
    given = attributes or {}
    if len(given) > MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(given)}] exceeds the allowed maximum "
            f"[{MOST_ATTRIBUTES}]."
        )
    for name, attribute in given.items():
        kind = str(attribute.get("DataType") or "").partition(".")[0]
        value = attribute.get("BinaryValue" if kind == "Binary" else "StringValue")
        if kind in ("String", "Number", "Binary") and not value:
            raise InvalidParameterValue(
                f"Message (user) attribute '{name}' must contain a non-empty value of type "
                f"'{kind}'."
            )
        if kind == "Number" and not is_number(str(value)):
            raise InvalidParameterValue(
                f"Can't cast the value of message (user) attribute '{name}' to a number."
            )

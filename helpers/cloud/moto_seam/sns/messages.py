"""What SNS checks of a message before it publishes, in its own words; moto checks little.

Source: docs.aws.amazon.com/sns/latest/api/API_Publish.html, API_PublishBatch.html and
docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import (
    BatchEntryIdsNotDistinct,
    InvalidParameterValue,
    SNSException,
    TooManyEntriesInBatchRequest,
)
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.message_attributes import is_number
from helpers.cloud.moto_seam.sns.delivery import PublishedId
from helpers.cloud.moto_seam.wrapping import wrapped

MAX_BYTES = 256 * 1024
MAX_NAME = 256
MAX_ENTRIES = 10
ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
TYPES = {"String": "String", "Number": "String", "Binary": "Binary"}
"""The first part of an attribute's type → the field that its value must be given in."""
NO_GROUP = "The MessageGroupId parameter is required for FIFO topics"
NO_DEDUPLICATION = (
    "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
    "provided explicitly"
)


class InvalidAttribute(SNSException):  # type: ignore[misc]
    """A message attribute that SNS refuses."""

    code = "ParameterValueInvalid"


class EmptyBatchRequest(SNSException):  # type: ignore[misc]
    """A batch of nothing."""

    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class InvalidBatchEntryId(SNSException):  # type: ignore[misc]
    """An entry whose id has other characters, or too many."""

    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class BatchRequestTooLong(SNSException):  # type: ignore[misc]
    """Entries that are too large together."""

    code = "BatchRequestTooLong"
    message = "The length of all the batch messages put together is more than the limit."


def install() -> None:
    """Bind the checks; harmless when called again."""
    SNSBackend.publish = wrapped(SNSBackend.publish, _publish)
    SNSBackend.publish_batch = wrapped(SNSBackend.publish_batch, _publish_batch)
    SNSResponse.publish = wrapped(SNSResponse.publish, _numbered)
    SNSResponse._transform_message_attributes = _read_attributes


def invalid(reason: str) -> Exception:
    """Return the error of SNS for a parameter."""
    error: Exception = InvalidParameterValue(f"Invalid parameter: {reason}")
    return error


def check_arn(arn: object) -> None:
    """Refuse what cannot be the ARN of a topic."""
    parts = str(arn or "").split(":")
    if len(parts) < 6:
        raise invalid(f"TopicArn Reason: An ARN must have at least 6 elements, not {len(parts)}")


def _publish(
    original: Any, backend: Any, message: str, arn: Any = None, *rest: Any, **more: Any
) -> Any:
    names = ("phone_number", "subject", "message_attributes", "group_id", "deduplication_id")
    given = dict(zip((*names, "message_structure"), rest, strict=False)) | more
    if arn is not None:
        _check_topic(backend, str(arn))
    elif not given.get("phone_number"):
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")
    subject, attributes = given.get("subject"), given.get("message_attributes") or {}
    if subject is not None and not _is_subject(subject):
        raise invalid("Subject")
    if not message:
        raise invalid("Empty message")
    if _size(message, attributes) > MAX_BYTES:
        raise invalid("Message too long")
    if given.get("message_structure") == "json":
        _check_structure(message)
    if str(arn) in backend.topics:
        _check_order(backend.topics[str(arn)], given)
    return original(backend, message, arn, **given)


def _publish_batch(
    original: Any, backend: Any, topic_arn: str, publish_batch_request_entries: Any
) -> Any:
    """Check what fails the request as a whole; add the numbers of a FIFO topic."""
    check_arn(topic_arn)
    topic = backend.get_topic(topic_arn)
    entries: Sequence[Mapping[str, Any]] = publish_batch_request_entries
    _check_entries(entries)
    for entry in entries:
        if entry.get("MessageStructure") == "json":
            _check_structure(entry["Message"])
        _check_order(
            topic,
            {
                "group_id": entry.get("MessageGroupId"),
                "deduplication_id": entry.get("MessageDeduplicationId"),
            },
        )
    successful, failed = original(backend, topic_arn, publish_batch_request_entries)
    return [{**each, **_number(each["MessageId"])} for each in successful], failed


def _check_entries(entries: Sequence[Mapping[str, Any]]) -> None:
    if not entries:
        raise EmptyBatchRequest()
    if len(entries) > MAX_ENTRIES:
        raise TooManyEntriesInBatchRequest()
    ids = [str(entry["Id"]) for entry in entries]
    if len(set(ids)) < len(ids):
        raise BatchEntryIdsNotDistinct()
    if not all(ENTRY_ID.fullmatch(each) for each in ids):
        raise InvalidBatchEntryId()
    sizes = (_size(entry["Message"], entry.get("MessageAttributes") or {}) for entry in entries)
    if sum(sizes) > MAX_BYTES:
        raise BatchRequestTooLong()


def _check_order(topic: Any, given: Mapping[str, Any]) -> None:
    """Check group and deduplication: a FIFO topic wants both, another one wants no second."""
    if not topic.fifo_topic:
        return  # moto refuses the deduplication id
    if not given.get("group_id"):
        raise invalid(NO_GROUP)
    if not given.get("deduplication_id") and not topic.content_based_deduplication:
        raise invalid(NO_DEDUPLICATION)


def _numbered(original: Any, response: Any) -> Any:
    answer = original(response)
    return ActionResult({**answer.result, **_number(answer.result["MessageId"])})


def _number(message_id: str) -> dict[str, str]:
    found = isinstance(message_id, PublishedId) and message_id.sequence_number
    return {"SequenceNumber": found} if found else {}


def _check_topic(backend: Any, arn: str) -> None:
    check_arn(arn)
    parts = arn.split(":")
    if parts[3] != backend.region_name:
        raise invalid("TopicArn")
    if not parts[5].startswith("endpoint/"):
        backend.get_topic(arn)  # else moto would look for a phone


def _read_attributes(
    _response: Any, given: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """Return message attributes as deliveries know them: Type and Value, bytes in base64."""
    read = {}
    for name, attribute in given.items():
        for problem in _problems(name, attribute):
            raise InvalidAttribute(problem)
        binary = attribute["DataType"].startswith("Binary")
        value = attribute["BinaryValue" if binary else "StringValue"]
        text = base64.b64encode(value).decode() if binary else value
        read[name] = {"Type": attribute["DataType"], "Value": text}
    return read


def _problems(name: str, attribute: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an attribute; the first is what SNS says."""
    if len(name.encode()) > MAX_NAME:
        yield "Length of message attribute name must be less than 256 bytes."
    strange = re.search(r"[^a-zA-Z0-9_.\-]", name)
    if strange:
        yield (
            f"Invalid non-alphanumeric character '#x{ord(strange[0]):X}' was found in the message "
            "attribute name. Can only include alphanumeric characters, hyphens, underscores, or "
            "dots."
        )
    if name.startswith("."):
        yield "Invalid message attribute name starting with character '.' was found."
    if name.endswith("."):
        yield "Invalid message attribute name ending with character '.' was found."
    if ".." in name:
        yield "Message attribute name can not have successive '.' character."
    kind = str(attribute.get("DataType") or "")
    wanted = TYPES.get(kind.partition(".")[0])
    if wanted is None:
        yield (
            f"The message attribute '{name}' has an invalid message attribute type, the set of "
            "supported type prefixes is Binary, Number, and String."
        )
    present = [field for field in ("String", "Binary") if attribute.get(f"{field}Value")]
    if not present:
        yield (
            f"The message attribute '{name}' must contain non-empty message attribute value for "
            f"message attribute type '{kind}'."
        )
    if wanted not in present:
        yield f"The message attribute '{name}' with type '{kind}' must use field '{wanted}'."
    if kind == "Number" and not is_number(attribute["StringValue"]):
        yield f"Could not cast message attribute '{name}' value to number."


def _is_subject(subject: str) -> bool:
    printable = subject.isprintable() and subject.isascii()
    return 0 < len(subject) <= 100 and printable and not subject[0].isspace()


def _check_structure(message: str) -> None:
    try:
        texts = read_json(message)
    except ValueError as error:
        raise invalid("Message Structure - JSON message body failed to parse") from error
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")


def _size(message: str, attributes: Mapping[str, Any]) -> int:
    """Return what counts against 256 KB: the text, and names, types and values of attributes."""
    size = len(message.encode())
    for name, given in attributes.items():
        size += len(name.encode()) + len(given["Type"]) + len(str(given["Value"]).encode())
    return size

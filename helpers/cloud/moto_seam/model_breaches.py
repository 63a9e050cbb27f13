"""What a request that moto stumbled over breaks of its model, in AWS's words.

AWS's services compare each request with their model before they look at it. moto takes what it is
given, and where a member is missing or of another type it stops in the middle, with an error of
Python's. Such a request is compared here, after the fact: if it is not as its model wants it, the
fault is the caller's, and the answer says which member it is.

Source: botocore's service-2.json of each service (required, types);
docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html (MissingParameter).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.control.constraints import detected, sentence
from helpers.cloud.errors import AwsError
from helpers.cloud.moto_seam import operations
from helpers.cloud.moto_seam.broken_expressions import broken_expression
from helpers.cloud.moto_seam.member_constraints import broken_constraints
from helpers.cloud.moto_seam.operations.routing import service_model

CODES: Mapping[str, str] = {
    "logs": "InvalidParameterException",
    "s3": "InvalidArgument",
    "sqs": "MissingParameter",
    **dict.fromkeys(("cloudwatch", "elbv2", "iam", "sns", "sts"), "ValidationError"),
}
"""How a service names what breaks its model, where it is not ValidationException."""
TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
}
TOKENS = ("NextToken", "nextToken", "Marker", "marker", "position")
"""Members with which a caller asks for the next page."""
TOKEN_ERRORS: Mapping[str, tuple[str, str]] = {
    "iam": ("ValidationError", "Invalid Marker."),
    "logs": ("InvalidParameterException", "The specified nextToken is invalid."),
    "secretsmanager": ("InvalidNextTokenException", "The NextToken value is invalid."),
    "sns": ("InvalidParameter", "Invalid parameter: NextToken"),
    "ssm": ("InvalidNextToken", "The specified token isn't valid."),
}
ARN_PARTS = 6
TEXT_PROTOCOLS = ("query", "rest-xml")
"""Protocols in which every scalar is text on the wire."""


@dataclass(frozen=True, slots=True)
class _Breach:
    """A member that is of another type than `wanted`, or whose fault the `sentence` says."""

    member: str
    wanted: str = ""
    sentence: str = ""


def breach_of(asked: operations.ScopedRequest) -> AwsError | None:
    """Return the error of a request that is not as its model wants it; None if it is."""
    try:
        call = operations.recognise(asked)
    except operations.UnreadableRequest:
        return _unreadable("The request's body cannot be read.")
    model = service_model(call.service) if call is not None else None
    if call is None or model is None:
        return None
    shape = model.operation_model(call.operation).input_shape
    found = [] if shape is None else [*_breaches("", call.params, shape)]
    wrong = next((breach for breach in found if breach.wanted), None)
    if wrong is not None and call.protocol not in TEXT_PROTOCOLS:
        return _unreadable(f"{wrong.member} is not of the type {wrong.wanted}.")
    told = [breach for breach in found if breach.sentence]
    return _refused(call.service, told) if told else _unmodelled(call.service, call.params)


def _unreadable(message: str) -> AwsError:
    return AwsError(message, code="SerializationException", http_status=400)


def _refused(service: str, breaches: list[_Breach]) -> AwsError:
    if service == "sqs":
        message = f"The request must contain the parameter {breaches[0].member}."
    else:
        message = detected([breach.sentence for breach in breaches])
    code = CODES.get(service, "ValidationException")
    return AwsError(message, code=code, http_status=400)


def _unmodelled(service: str, params: Mapping[str, Any]) -> AwsError | None:
    """Return the error of what no model says: an ARN, an expression, the token of a page."""
    parts = str(params.get("TopicArn", "")).count(":") + 1
    if service == "sns" and "TopicArn" in params and parts < ARN_PARTS:
        reason = f"An ARN must have at least {ARN_PARTS} elements, not {parts}"
        message = f"Invalid parameter: TopicArn Reason: {reason}"
        return AwsError(message, code="InvalidParameter", http_status=400)
    expression = broken_expression(params) if service == "dynamodb" else None
    if expression is not None:
        return AwsError(expression, code="ValidationException", http_status=400)
    if any(params.get(name) for name in TOKENS):
        code, message = TOKEN_ERRORS.get(service, ("ValidationException", "Invalid token."))
        return AwsError(message, code=code, http_status=400)
    return None


def _shown(path: str) -> str:
    """Return a member's path as AWS writes it: each part begins with a small letter."""
    return ".".join(part[:1].lower() + part[1:] for part in path.split("."))


def _breaches(path: str, value: Any, shape: Any) -> Iterator[_Breach]:
    kind, wanted = shape.type_name, TYPES.get(shape.type_name)
    is_number = kind in ("integer", "long") and isinstance(value, bool)
    if wanted is not None and (is_number or not isinstance(value, wanted)):
        yield _Breach(path, wanted=kind)
    elif kind == "structure":
        yield from _of_members(path, value, shape)
    elif kind == "list":
        for place, item in enumerate(value, 1):
            yield from _breaches(f"{path}.{place}.member", item, shape.member)
    elif kind == "map":
        for key, item in value.items():
            yield from _breaches(f"{path}.{key}.member", item, shape.value)
    else:
        for text in broken_constraints(_shown(path), value, shape):
            yield _Breach(path, sentence=text)


def _of_members(path: str, value: Mapping[str, Any], shape: Any) -> Iterator[_Breach]:
    for name, member in shape.members.items():
        within = f"{path}.{name}" if path else name
        if value.get(name) is not None:
            yield from _breaches(within, value[name], member)
        elif name in shape.required_members:
            text = sentence(_shown(within), None, "Member must not be null")
            yield _Breach(within, sentence=text)

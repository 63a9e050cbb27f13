"""API Gateway, both generations: actions are HTTP verbs, and resources are paths.

A call of ``GET /restapis/{id}`` needs ``apigateway:GET`` on
``arn:aws:apigateway:REGION::/restapis/ID``, so the rows are read off botocore's models. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from helpers.cloud.moto_seam.operations.call import Call, Resources, Row, no_keys, pass_role, row
from helpers.cloud.moto_seam.operations.routing import service_model

_LABEL = re.compile(r"\{(\w+)\+?\}")


class VerbTable(Mapping[str, Row]):
    """The rows of one generation; made when first asked for, for the models are large."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getitem__(self, operation: str) -> Row:
        """Give the row of an operation of the model."""
        return _rows(self._service)[operation]

    def __iter__(self) -> Iterator[str]:
        """Give the names of all operations."""
        return iter(_rows(self._service))

    def __len__(self) -> int:
        """Count the operations."""
        return len(_rows(self._service))


@cache
def _rows(service: str) -> dict[str, Row]:
    model = service_model(service)
    if model is None:
        return {}
    made: dict[str, Row] = {}
    for operation in map(model.operation_model, model.operation_names):
        trait, shape = operation.http_trait, operation.input_shape
        members = shape.members if shape else {}
        names = {member.serialization.get("name", name): name for name, member in members.items()}
        needs = [_PASSED[member] for member in members if member in _PASSED]
        needs += [_PATCHED] if "patchOperations" in members else []
        needs += [_IMPORTED] if "body" in members or "Body" in members else []
        arn = _arn(trait.path, names)
        made[operation.name] = row(f"apigateway:{trait.method}", arn, no_keys, *needs)
    return made


def _passed(member: str) -> Row:
    """Write the need of iam:PassRole for a role; other values mean the caller's credentials."""

    def roles(call: Call) -> list[str]:
        value = str(call.params.get(member) or "")
        return [value] if ":role/" in value else []

    return pass_role("apigateway.amazonaws.com", roles)


_PASSED = {
    member: _passed(member)
    for member in (
        "AuthorizerCredentialsArn",
        "CredentialsArn",
        "authorizerCredentials",
        "credentials",
    )
}
"""Members that hand a role to API Gateway."""


def _patched(call: Call) -> list[str]:
    patches = call.params.get("patchOperations") or []
    values = [str(each.get("value") or "") for each in patches if each.get("path") in ROLE_PATHS]
    return [value for value in values if ":role/" in value]


def _imported(call: Call) -> list[str]:
    """Give the roles that an OpenAPI description names, wherever it does."""
    body = call.params.get("body") or call.params.get("Body") or ""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    return _ROLE.findall(text)


ROLE_PATHS = ("/credentials", "/authorizerCredentials", "/cloudwatchRoleArn")
_ROLE = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+")
_PATCHED = pass_role("apigateway.amazonaws.com", _patched)
_IMPORTED = pass_role("apigateway.amazonaws.com", _imported)


def _arn(template: str, names: Mapping[str, str]) -> Resources:
    path = template.removeprefix("/v2")

    def arn(call: Call) -> str:
        filled = _LABEL.sub(lambda label: str(call.params[names[label.group(1)]]), path)
        return f"arn:aws:apigateway:{call.region}::{filled}"

    return arn


REST = VerbTable("apigateway")
HTTP = VerbTable("apigatewayv2")

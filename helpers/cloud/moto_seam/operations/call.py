"""One AWS API call, and what IAM has to be asked before it goes on.

A `Call` is an HTTP request understood with botocore's model; a `Row` of a service's table says
which actions on which resources, under which condition keys, it needs. Source of the rows:
docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Params = Mapping[str, Any]


class Facts(Protocol):
    """What only the services themselves know, and a request does not tell."""

    def arn_of(self, kind: str, name: str, region: str) -> str | None:
        """Give the full ARN behind a name, or None.

        Kinds: role, user, group, instance-profile, secret, key (of an alias), stack,
        shard-iterator (the stream that it reads), function-of-mapping, and the customer keys of
        what is encrypted: key-of-secret, key-of-parameter.
        """

    def hash_key(self, table_arn: str) -> str | None:
        """Give the name of the partition key of a DynamoDB table."""


class NoFacts:
    """Facts where nobody is asked: ARNs follow from names alone."""

    def arn_of(self, kind: str, name: str, region: str) -> str | None:
        """Know no ARN."""

    def hash_key(self, table_arn: str) -> str | None:
        """Know no table."""


@dataclass(frozen=True, slots=True)
class Call:
    """An API call: the service and operation in botocore's names, and its parameters."""

    service: str
    operation: str
    params: Params
    region: str
    account: str = "123456789012"
    protocol: str = "json"
    facts: Facts = field(default_factory=NoFacts, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One question for IAM."""

    action: str
    resource: str
    context: Mapping[str, object]


Resources = Callable[[Call], str | Iterable[str]]
Keys = Callable[[Call], Mapping[str, object]]


def everything(_call: Call) -> str:
    """Give the resource of operations that IAM cannot limit to one."""
    return "*"


def nothing(_call: Call) -> tuple[str, ...]:
    """Give no resource: the operation needs no permission."""
    return ()


def no_keys(_call: Call) -> Mapping[str, object]:
    """Give no condition keys."""
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """What one operation needs; ``also`` are further needs, where their resources are named."""

    action: str | Callable[[Call], str]
    resources: Resources
    keys: Keys
    also: tuple[Row, ...] = ()

    def requirements(self, call: Call) -> list[Requirement]:
        """Give the questions for IAM. A resource the call does not name is everything."""
        mine = self._mine(call) + [need for row in self.also for need in row._mine(call)]
        if mine or self.resources is nothing:
            return mine
        return [Requirement(self._action(call), "*", {})]

    def _action(self, call: Call) -> str:
        return self.action if isinstance(self.action, str) else self.action(call)

    def _mine(self, call: Call) -> list[Requirement]:
        try:
            found = self.resources(call)
            arns = [found] if isinstance(found, str) else list(dict.fromkeys(found))
            context = {**self.keys(call), **_tag_keys(call.params)} if arns else {}
        except (KeyError, TypeError, AttributeError, IndexError, ValueError):
            arns, context = ["*"], {}  # a malformed call: its service will refuse it
        return [Requirement(self._action(call), arn, context) for arn in arns]


Table = Mapping[str, Row]


def row(
    action: str | Callable[[Call], str],
    resources: Resources = everything,
    keys: Keys = no_keys,
    *also: Row,
) -> Row:
    """Write a row of a table."""
    return Row(action, resources, keys, also)


def rows(service: str, resources: Resources, operations: str, keys: Keys = no_keys) -> Table:
    """Write one row for each operation whose action has its name and whose resource is alike."""
    return {name: row(f"{service}:{name}", resources, keys) for name in operations.split()}


def pass_role(service: str, roles: Callable[[Call], str | Iterable[str]]) -> Row:
    """Write the need of iam:PassRole for the roles that a call hands to a service."""
    return row("iam:PassRole", roles, lambda _call: {"iam:PassedToService": service})


def _tag_keys(params: Params) -> dict[str, object]:
    """Give aws:RequestTag and aws:TagKeys of a call that brings tags, in any service's spelling."""
    tags = params.get("Tags") or params.get("tags") or {}
    if not isinstance(tags, Mapping):
        pairs = [tag for tag in tags if isinstance(tag, Mapping)]
        tags = {
            tag.get("Key", tag.get("TagKey", "")): tag.get("Value", tag.get("TagValue", ""))
            for tag in pairs
        }
    names = list(tags) or params.get("TagKeys") or params.get("tagKeys") or []
    context: dict[str, object] = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    return context | {"aws:TagKeys": list(names)} if names else context

"""The least policy for calls that were made: exact statements, as few as that allows.

A wildcard in a name is written so that IAM takes it literally. Only the names of log streams stay
open (`:*`), because each execution environment has a new one.
Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (special
characters) and docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Call = tuple[str, str]
"""An action and the ARN it was asked for, or `*` where an action has no resource."""
VERSION = "2012-10-17"
SPECIAL = re.compile(r"[*?]|\$(?=\{)")
LOG_STREAM = re.compile(r"(arn:[^:]*:logs:[^:]*:[^:]*:log-group:[^:*]+):log-stream:.*", re.DOTALL)
NOT_IN_SID = re.compile(r"[^A-Za-z0-9]")


def exact(resource: str) -> str:
    """Return a resource as a pattern that matches nothing else.

    >>> exact("arn:aws:s3:::photos/a*.jpg")
    'arn:aws:s3:::photos/a${*}.jpg'
    """
    return resource if resource == "*" else SPECIAL.sub(r"${\g<0>}", resource)


def without_stream(resource: str) -> str:
    """Return the ARN of a log stream as a pattern for all streams of its group."""
    found = LOG_STREAM.fullmatch(resource)
    return f"{exact(found[1])}:*" if found else exact(resource)


def statement(actions: Iterable[str], resources: Iterable[str], sid: str = "") -> dict[str, Any]:
    """Return an Allow for these actions on these patterns, one as text and more as a list."""
    named = {"Sid": sid} if sid else {}
    return {
        **named,
        "Effect": "Allow",
        "Action": _one_or_all(sorted(actions)),
        "Resource": _one_or_all(sorted(resources)),
    }


def least_statements(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Return the statements that allow these calls and no others, service by service.

    Actions share a statement when they were asked for the same resources, or resources when they
    were asked with the same actions: whichever needs fewer statements.
    """
    services: dict[str, dict[str, set[str]]] = {}
    for action, resource in calls:
        service = action.partition(":")[0].lower()
        services.setdefault(service, {}).setdefault(action, set()).add(without_stream(resource))
    taken: set[str] = set()
    found = []
    for _, used in sorted(services.items()):
        for actions, resources in _merged(used):
            sid = _sid(actions, taken)
            found.append(statement(actions, resources, sid))
    return found


def document(statements: Iterable[Mapping[str, Any]]) -> str:
    """Return a policy document as JSON text, ready for PutRolePolicy; empty without statements."""
    listed = list(statements)
    if not listed:
        return ""
    return json.dumps({"Version": VERSION, "Statement": listed}, indent=2, ensure_ascii=False)


def _merged(used: Mapping[str, set[str]]) -> list[tuple[list[str], list[str]]]:
    by_resources: dict[frozenset[str], list[str]] = {}
    for action, resources in used.items():
        by_resources.setdefault(frozenset(resources), []).append(action)
    actions_of: dict[str, set[str]] = {}
    for action, resources in used.items():
        for resource in resources:
            actions_of.setdefault(resource, set()).add(action)
    by_actions: dict[frozenset[str], list[str]] = {}
    for resource, actions in actions_of.items():
        by_actions.setdefault(frozenset(actions), []).append(resource)
    one = [(sorted(actions), sorted(resources)) for resources, actions in by_resources.items()]
    other = [(sorted(actions), sorted(resources)) for actions, resources in by_actions.items()]
    return sorted(one if len(one) <= len(other) else other)


def _sid(actions: list[str], taken: set[str]) -> str:
    service, _, first = actions[0].partition(":")
    what = first if len(actions) == 1 else "Access"
    wanted = NOT_IN_SID.sub("", f"{service.capitalize()}{what}") or "Access"
    sid, number = wanted, 1
    while sid in taken:
        number += 1
        sid = f"{wanted}{number}"
    taken.add(sid)
    return sid


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values

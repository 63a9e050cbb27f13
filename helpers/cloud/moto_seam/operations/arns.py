"""Functions that make the ARN of a resource from the parameters of a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpers.cloud.moto_seam.operations.call import Call

_FIELD = re.compile(r"\{(\w+)\}")


def regional(service: str, call: Call, resource: str) -> str:
    """Write an ARN of the call's Region and account."""
    return f"arn:aws:{service}:{call.region}:{call.account}:{resource}"


def named(service: str, template: str, *, everywhere: bool = False) -> Callable[[Call], str]:
    """Make ARNs by a template like ``table/{TableName}``; a parameter may be the ARN itself.

    ``everywhere`` leaves the Region out, as IAM does.
    """
    first = _FIELD.search(template)
    if first is None:
        raise ValueError(f"the template {template!r} names no parameter, like {{TableName}}")
    key = first.group(1)

    def arn(call: Call) -> str:
        value = str(call.params[key])
        if value.startswith("arn:"):
            return value
        resource = _FIELD.sub(lambda found: str(call.params[found.group(1)]), template)
        region = "" if everywhere else call.region
        return f"arn:aws:{service}:{region}:{call.account}:{resource}"

    return arn


def param(name: str) -> Callable[[Call], str]:
    """Take a parameter that is an ARN."""
    return lambda call: str(call.params[name])


def optional(name: str) -> Callable[[Call], list[str]]:
    """Take a parameter that is an ARN, if the call has it."""
    return lambda call: [str(call.params[name])] if call.params.get(name) else []


def known(kind: str, key: str, otherwise: Callable[[Call], str]) -> Callable[[Call], str]:
    """Ask the service for the full ARN behind a name, and guess it where nobody knows."""

    def arn(call: Call) -> str:
        value = str(call.params[key])
        if value.startswith("arn:"):
            return value
        return call.facts.arn_of(kind, value, call.region) or otherwise(call)

    return arn


def keys_from(**names: str) -> Callable[[Call], dict[str, object]]:
    """Make condition keys from parameters: ``s3_prefix="Prefix"`` gives ``s3:prefix``.

    The first underscore of a name stands for the colon and each further one for a hyphen.
    """

    def context(call: Call) -> dict[str, object]:
        values: dict[str, Any] = {
            key.replace("_", ":", 1).replace("_", "-"): call.params.get(name)
            for key, name in names.items()
        }
        return {key: value for key, value in values.items() if value is not None}

    return context

"""What PutTargets may ask of a rule's targets.

Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html and
docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.eventbridge.delivery import ACTIONS, MAX_AGE_S, MAX_RETRIES
from helpers.cloud.errors import ValidationException
from helpers.cloud.events.inputs import RESERVED, is_path, variables
from helpers.cloud.json_text import read_json

NAME = r"[\.\-_A-Za-z0-9]+"
MAX_TEMPLATE = 8192
_WITHOUT_ROLE = ("lambda", "logs")
_WITH_ROLE = ("states", "kinesis")


def check_targets(targets: Sequence[Mapping[str, Any]]) -> None:
    """Refuse targets that could never be delivered to, in AWS's words."""
    constraints = Constraints()
    for number, target in enumerate(targets, 1):
        _check_model(constraints, f"targets.{number}.member", target)
    constraints.raise_if_broken()
    for target in targets:
        _check_target(target)


def _check_model(constraints: Constraints, member: str, target: Mapping[str, Any]) -> None:
    constraints.pattern(f"{member}.id", target.get("Id"), NAME)
    constraints.length(f"{member}.id", target.get("Id"), at_least=1, at_most=64)
    template = (target.get("InputTransformer") or {}).get("InputTemplate")
    constraints.length(
        f"{member}.inputTransformer.inputTemplate", template, at_least=1, at_most=MAX_TEMPLATE
    )
    policy = target.get("RetryPolicy") or {}
    constraints.number(
        f"{member}.retryPolicy.maximumEventAgeInSeconds",
        policy.get("MaximumEventAgeInSeconds"),
        at_least=60,
        at_most=MAX_AGE_S,
    )
    constraints.number(
        f"{member}.retryPolicy.maximumRetryAttempts",
        policy.get("MaximumRetryAttempts"),
        at_least=0,
        at_most=MAX_RETRIES,
    )


def _check_target(target: Mapping[str, Any]) -> None:
    name, arn = target.get("Id"), str(target.get("Arn"))
    fields = arn.split(":")
    if len(fields) < 6 or fields[0] != "arn":
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    if fields[2] not in ACTIONS or "api-destination" in arn:
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: The local account does not deliver to targets"
            f" of this kind, only to {', '.join(sorted(ACTIONS))}."
        )
    if fields[2] in _WITHOUT_ROLE and target.get("RoleArn"):
        raise ValidationException(f"RoleArn is not supported for target {arn}.")
    if fields[2] in _WITH_ROLE and not target.get("RoleArn"):
        raise ValidationException(f"RoleArn is required for target {arn}.")
    inputs = [n for n in ("Input", "InputPath", "InputTransformer") if target.get(n)]
    if len(inputs) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
        )
    _check_input(target)


def _check_input(target: Mapping[str, Any]) -> None:
    name = target.get("Id")
    paths = {"InputPath": target.get("InputPath")}
    paths |= (target.get("InputTransformer") or {}).get("InputPathsMap") or {}
    paths |= target.get("KinesisParameters") or {}
    _check_template(target)
    for path in paths.values():
        if path and not is_path(str(path)):
            raise ValidationException(f"Invalid JsonPath: {path} for target {name}.")
    if target.get("Input"):
        try:
            read_json(target["Input"])
        except ValueError as error:
            raise ValidationException(
                f"JSON syntax error in input for target {name} : {error}"
            ) from None


def _check_template(target: Mapping[str, Any]) -> None:
    transformer = target.get("InputTransformer") or {}
    known = {*(transformer.get("InputPathsMap") or {}), *RESERVED}
    for variable in variables(str(transformer.get("InputTemplate") or "")):
        if variable not in known:
            raise ValidationException(
                f"InputTemplate for target {target.get('Id')} contains invalid placeholder "
                f"{variable}."
            )

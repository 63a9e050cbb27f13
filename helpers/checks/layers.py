"""What a check asks about a learner's layers: is this a version, who has it, what is in it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import shown

LOOK = """
import os
import sys

def handler(event, context):
    top = os.path.dirname(next(p for p in sys.path if os.path.basename(p) == "python"))
    return sorted(
        "/opt/" + os.path.relpath(os.path.join(folder, name), top).replace(os.sep, "/")
        for folder, _, names in os.walk(top)
        for name in names
        if not name.endswith(".pyc")
    )
"""
"""Tells which files the layers of a function have brought, as Lambda's paths."""


def layer_version(session: Session, arn: Any, *, variable: str) -> Mapping[str, Any]:
    """Return the description of a layer version; NotYet when `arn` is not the ARN of one."""
    expected = "the LayerVersionArn of publish_layer_version's answer: it ends in a number."
    if not isinstance(arn, str) or ":layer:" not in arn:
        raise NotYet(f"{variable} is {shown(arn)}", expected=expected, hint=1)
    if not arn.rpartition(":")[2].isdigit():
        raise NotYet(
            f"{variable} names a layer and no version: {arn}",
            expected=expected,
            advice="A function names the version it uses. LayerArn lacks it.",
            hint=2,
        )
    try:
        version: Mapping[str, Any] = session.client("lambda").get_layer_version_by_arn(Arn=arn)
    except ClientError as refusal:
        raise NotYet(
            f"AWS knows no {arn}: {refusal.response['Error']['Message']}",
            expected=expected,
            advice="Publish the layer, and keep what the answer says.",
            hint=2,
        ) from None
    return version


def layers_of(session: Session, function: str) -> list[str]:
    """Return the ARNs of a function's layers, in their order."""
    aws = session.client("lambda")

    def settled() -> Mapping[str, Any] | None:
        found: Mapping[str, Any] = aws.get_function_configuration(FunctionName=function)
        return None if found.get("LastUpdateStatus") == "InProgress" else found

    configuration = session.wait_until(settled, 30, f"{function} is still being updated.")
    return [layer["Arn"] for layer in configuration.get("Layers", [])]


def files_in(session: Session, *arns: str) -> list[str]:
    """Return the paths under /opt that layer versions bring."""
    name = "check-look"
    session.deploy(LOOK, name, Layers=list(arns), Timeout=10)
    found: list[str] = session.invoke(name, {}).payload
    session.delete(name)
    return found

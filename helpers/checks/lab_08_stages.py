"""Exercise 8.1: one code, two stages, as two aliases of published versions.

The check lets the learner's function work on a function of its own, calls both aliases, then
changes that function and calls them again. Source: docs.aws.amazon.com/lambda/latest/dg/
configuration-versions.html and configuration-aliases.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, call, payload_of, shown

FUNCTION = "check-place-order"
STAGES = ("test", "live")
KEPT = {"SHOP": "Halftone", "ORDERS_TABLE": "orders", "LOG_LEVEL": "INFO"}
LATEST = "$LATEST"
SOURCE = """
import os

def handler(event, context):
    return {name: os.environ.get(name) for name in event}
"""


def check_8_1(session: Session, did: Did, two_stages: Callable[..., Any]) -> None:
    """Make two stages of a function with four variables, call both, change the function."""
    variables = {**KEPT, "STAGE": "dev"}
    session.deploy(SOURCE, FUNCTION, Environment={"Variables": variables})
    call(two_stages, FUNCTION)
    did("ran two_stages on a function with 4 variables, looked at its aliases")
    versions = {stage: _version_of(session, stage) for stage in STAGES}
    did("ran two_stages on a function with 4 variables, called it as test and as live")
    for stage in STAGES:
        _expect_variables(session, stage, versions)
    did("called the function as test and as live, changed it, and called both again")
    session.deploy(SOURCE, FUNCTION, Environment={"Variables": {"STAGE": "changed"}})
    for stage in STAGES:
        _expect_variables(session, stage, versions)
    _expect_same_code(session)


def _version_of(session: Session, stage: str) -> str:
    lambda_ = session.client("lambda")
    try:
        alias = lambda_.get_alias(FunctionName=FUNCTION, Name=stage)
    except lambda_.exceptions.ResourceNotFoundException:
        names = [alias["Name"] for alias in lambda_.list_aliases(FunctionName=FUNCTION)["Aliases"]]
        others = f" The function has: {', '.join(names)}." if names else ""
        raise NotYet(
            f"There is no alias {stage}.{others}",
            expected="two aliases, test and live: a version has a number, an alias gives it a "
            "name.",
            advice="create_alias(FunctionName=…, Name=…, FunctionVersion=…) after publishing.",
            hint=2,
        ) from None
    version = str(alias["FunctionVersion"])
    if version == LATEST:
        raise NotYet(
            f"The alias {stage} points to {LATEST}.",
            expected=f"a published version: {LATEST} is what you edit, and moves with every "
            "change.",
            advice="Publish a version for each stage, and point the alias at its number.",
            hint=2,
        )
    return version


def _expect_variables(session: Session, stage: str, versions: Mapping[str, str]) -> None:
    wanted = {**KEPT, "STAGE": stage}
    answer = session.invoke(f"{FUNCTION}:{stage}", list(wanted))
    found = payload_of(answer, f"{FUNCTION}:{stage}", hint=1)
    lost = [name for name in KEPT if found[name] != KEPT[name]]
    if lost:
        raise NotYet(
            f"Called as {stage}, the function no longer has {', '.join(lost)}.",
            expected="every variable but STAGE as it was.",
            advice="What you send replaces the map that was there. Read it, change STAGE in it, "
            "send it whole.",
            hint=2,
        )
    if found != wanted:
        advice = "Set STAGE, wait until the update is done, and only then publish."
        if len(set(versions.values())) == 1:
            advice = (
                f"Both aliases point to version {versions[stage]}. A version is a picture of the "
                "settings too: what is set after publishing does not reach it. "
                "Set STAGE, then publish, once for each stage."
            )
        raise NotYet(
            f"Called as {stage}, the function reads STAGE as {shown(found['STAGE'])}.",
            expected=f"{shown(stage)}.",
            advice=advice,
            hint=2,
        )


def _expect_same_code(session: Session) -> None:
    lambda_ = session.client("lambda")
    codes = {
        lambda_.get_function_configuration(FunctionName=FUNCTION, Qualifier=stage)["CodeSha256"]
        for stage in STAGES
    }
    if len(codes) > 1:
        raise NotYet(
            "test and live run different code.",
            expected="one code for both; only STAGE differs.",
            advice="Change the configuration between the two versions, not the code.",
            hint=1,
        )

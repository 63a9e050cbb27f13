"""What each part of Lambda's API says about functions, versions and aliases that are not there.

The sentences differ from operation to operation, on AWS too; code branches on them all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.conftest import Account
from tests.conformance.refusals import refused

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
FINE = "def handler(event, context):\n    return 'fine'\n"
INVOKE = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "StatementId": "s3"}
MISMATCH = "The derived qualifier from the function name does not match the specified qualifier."
NO_CONFIG = "The function {arn} doesn't have an EventInvokeConfig"

SAID: dict[str, tuple[str, dict[str, Any], str]] = {
    "put reserved": (
        "put_function_concurrency",
        {"ReservedConcurrentExecutions": 1},
        f"Function not found: {ARN}nobody:$LATEST",
    ),
    "get reserved": ("get_function_concurrency", {}, f"Function not found: {ARN}nobody"),
    "create alias": (
        "create_alias",
        {"Name": "live", "FunctionVersion": "7"},
        f"Function not found: {ARN}nobody:7",
    ),
    "put settings": (
        "put_function_event_invoke_config",
        {"MaximumRetryAttempts": 1},
        "The function doesn't exist.",
    ),
    "update settings": (
        "update_function_event_invoke_config",
        {"MaximumRetryAttempts": 1},
        "The function doesn't exist.",
    ),
    "list settings": ("list_function_event_invoke_configs", {}, "The function doesn't exist."),
    "get settings": (
        "get_function_event_invoke_config",
        {},
        NO_CONFIG.format(arn=f"{ARN}nobody:$LATEST"),
    ),
    "delete settings": (
        "delete_function_event_invoke_config",
        {"Qualifier": "live"},
        NO_CONFIG.format(arn=f"{ARN}nobody:live"),
    ),
    "remove permission": (
        "remove_permission",
        {"StatementId": "s3"},
        f"No policy found for: {ARN}nobody",
    ),
    "add permission": ("add_permission", INVOKE, f"Function not found: {ARN}nobody"),
    "get URL": ("get_function_url_config", {}, "The resource you requested does not exist."),
}


@pytest.mark.parametrize("case", SAID)
def test_a_missing_function_is_told_in_the_operations_own_words(case: str, cloud: Account) -> None:
    """Every one is a ResourceNotFoundException."""
    operation, members, message = SAID[case]
    call = getattr(cloud.functions, operation)
    assert (404, "ResourceNotFoundException", message) == refused(
        call, FunctionName="nobody", **members
    )


def test_a_missing_version_or_alias_is_told_in_words_of_its_own(cloud: Account) -> None:
    """Policies miss aliases as such, and tell nothing of versions when they are read."""
    f, name = cloud.functions, cloud.deploy(FINE)

    def said(call: Callable[..., Any], **members: Any) -> str:
        status, code, message = refused(call, FunctionName=name, **members)
        assert (404, "ResourceNotFoundException") == (status, code)
        return message

    no_alias = f"Cannot find alias arn: {ARN}{name}:live"
    assert no_alias == said(f.add_permission, Qualifier="live", **INVOKE)
    assert no_alias == said(f.remove_permission, Qualifier="live", StatementId="s3")
    no_version = f"Function not found: {ARN}{name}:42"
    assert no_version == said(f.add_permission, Qualifier="42", **INVOKE)
    assert "The resource you requested does not exist." == said(f.get_policy, Qualifier="42")
    assert "The function doesn't exist." == said(
        f.put_function_event_invoke_config, Qualifier="live", MaximumRetryAttempts=1
    )


def test_a_name_and_an_argument_that_differ_are_refused(cloud: Account) -> None:
    """A function's ARN may name a version, and the Qualifier argument may only repeat it."""
    f, name = cloud.functions, cloud.deploy(FINE)
    f.publish_version(FunctionName=name)
    for call, members in (
        (f.get_function, {}),
        (f.get_policy, {}),
        (f.add_permission, INVOKE),
        (f.put_function_event_invoke_config, {"MaximumRetryAttempts": 1}),
    ):
        refusal = refused(call, FunctionName=f"{name}:1", Qualifier="2", **members)
        assert (400, "InvalidParameterValueException", MISMATCH) == refusal


def test_what_changes_a_function_takes_latest_in_its_name(cloud: Account) -> None:
    """Updates may name $LATEST, reserved concurrency may not; a version is refused by both."""
    f, name = cloud.functions, cloud.deploy(FINE)
    updated = f.update_function_configuration(FunctionName=f"{name}:$LATEST", Timeout=9)
    assert 9 == updated["Timeout"]
    for call, members, qualifier in (
        (f.update_function_configuration, {"Timeout": 9}, "1"),
        (f.put_function_concurrency, {"ReservedConcurrentExecutions": 1}, "1"),
        (f.put_function_concurrency, {"ReservedConcurrentExecutions": 1}, "$LATEST"),
    ):
        status, code, message = refused(call, FunctionName=f"{name}:{qualifier}", **members)
        assert (400, "InvalidParameterValueException") == (status, code)
        assert message.startswith("This operation is permitted on Lambda functions only.")

"""`aws cloudformation deploy` of the AWS CLI against the local account."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stacking import Stack
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)  # each call of the CLI starts a Python

TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
TEMPLATE = {
    "Parameters": {"Name": {"Type": "String", "Default": "first"}},
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]},
                "Description": {"Ref": "Name"},
            },
        }
    },
    "Outputs": {"Name": {"Value": {"Ref": "Name"}}},
}


@pytest.fixture
def stack(cloud: Any) -> Iterator[Stack]:
    """A stack with a name of its own, deleted afterwards."""
    made = Stack(cloud, f"stack-{secrets.token_hex(4)}")
    yield made
    made.client.delete_stack(StackName=made.name)


def aws(cloud: Any, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the AWS CLI with what `kit.py serve` prints, in a second of its own.

    The CLI names its change sets by the second.
    """
    began = int(time.time())
    until(lambda: int(time.time()) > began)
    account = cloud.cloud
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": account.endpoint,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [sys.executable, "-m", "awscli", *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


def test_the_aws_cli_deploys_a_template(cloud: Any, stack: Stack, tmp_path: Path):
    """It needs the capability; it creates, then updates, then says that nothing changes."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(TEMPLATE))
    words = ("cloudformation", "deploy", "--stack-name", stack.name, "--template-file", str(file))
    allowed = (*words, "--capabilities", "CAPABILITY_IAM")

    refused, created = aws(cloud, *words), aws(cloud, *allowed)
    updated = aws(cloud, *allowed, "--parameter-overrides", "Name=second")
    unchanged = aws(cloud, *allowed)

    assert "Requires capabilities : [CAPABILITY_IAM]" in refused.stderr
    assert "Successfully created/updated stack" in created.stdout, created.stderr
    assert 0 == updated.returncode, updated.stderr
    assert "second" == stack.outputs["Name"]
    assert "No changes to deploy" in unchanged.stdout + unchanged.stderr


def test_change_sets_are_found_by_stack_and_name(stack: Stack):
    """Unknown ones are refused or, when deleted, passed over; an executed one is used up."""
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    named = {"StackName": stack.name, "ChangeSetName": "one"}
    stack.client.create_change_set(
        **named, ChangeSetType="CREATE", TemplateBody=json.dumps(template)
    )
    stack.client.execute_change_set(**named)

    with pytest.raises(ClientError, match="does not exist") as refused:
        stack.client.describe_change_set(StackName=stack.name, ChangeSetName="two")
    assert "ChangeSetNotFound" == refused.value.response["Error"]["Code"]
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        stack.client.execute_change_set(**named)
    stack.client.delete_change_set(StackName=stack.name, ChangeSetName="two")
    stack.client.delete_stack(StackName="nobody")

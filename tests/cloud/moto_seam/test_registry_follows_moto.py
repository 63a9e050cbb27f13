"""moto holds the API's state, the registry what runs: after each mutation both say the same."""

from __future__ import annotations

import base64
import copy
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import moto.awslambda.models as lambda_models
import moto.awslambda_simple.models as simple_models
import pytest
from botocore.config import Config
from moto.awslambda.utils import get_backend
from moto.core.config import default_user_config
from moto.iam.models import IAMBackend

from helpers.cloud.server import CloudServer
from helpers.cloud.settings import Settings

ACCOUNT, REGION = "123456789012", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


class Account:
    """A cloud in this process, so that its registry can be read."""

    def __init__(self) -> None:
        self.server = CloudServer(Settings(file_level="A"))
        self.server.serve()
        self.functions = self.client("lambda")
        self.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.server.endpoint,
            region_name=REGION,
            aws_access_key_id=self.server.access_key_id,
            aws_secret_access_key=self.server.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def create(self, name: str = "charge-card", **settings: Any) -> None:
        self.functions.create_function(
            FunctionName=name,
            Role=ROLE,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": zipped("1")},
            **settings,
        )

    def in_registry(self) -> dict[str, Any]:
        """Return what the data plane would run."""
        found = {}
        registry = self.server.registry
        for key in sorted(registry.keys()):
            function = registry.get(key)
            assert function is not None
            found[key[2]] = {
                "versions": {
                    name: {
                        "MemorySize": version.memory_mb,
                        "Timeout": version.timeout_s,
                        "Handler": version.handler,
                        "Role": version.role_arn,
                        "Runtime": version.runtime,
                        "CodeSha256": in_base64(version.code.sha256),
                        "Environment": dict(version.variables),
                        "EphemeralStorage": version.ephemeral_mb,
                        "LogGroup": version.logging.group,
                    }
                    for name, version in function.versions.items()
                },
                "aliases": {
                    alias.name: (alias.version, dict(alias.weights))
                    for alias in function.aliases.values()
                },
                "reserved": function.reserved,
            }
        return found

    def in_moto(self) -> dict[str, Any]:
        """Return the same as the API tells it."""
        return {
            function["FunctionName"]: self._function_in_moto(function["FunctionName"])
            for function in self.functions.list_functions()["Functions"]
        }

    def _function_in_moto(self, name: str) -> dict[str, Any]:
        versions = self.functions.list_versions_by_function(FunctionName=name)["Versions"]
        aliases = self.functions.list_aliases(FunctionName=name)["Aliases"]
        concurrency = self.functions.get_function_concurrency(FunctionName=name)
        plain = ("MemorySize", "Timeout", "Handler", "Role", "Runtime", "CodeSha256")
        return {
            "versions": {
                version["Version"]: {
                    **{member: version[member] for member in plain},
                    "Environment": version.get("Environment", {}).get("Variables", {}),
                    "EphemeralStorage": version["EphemeralStorage"]["Size"],
                    "LogGroup": version["LoggingConfig"]["LogGroup"],
                }
                for version in versions
            },
            "aliases": {
                alias["Name"]: (
                    alias["FunctionVersion"],
                    alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}),
                )
                for alias in aliases
            },
            "reserved": concurrency.get("ReservedConcurrentExecutions"),
        }

    def assert_same(self, names: set[str]) -> None:
        """Compare both, and see that they know these functions."""
        assert names == {*self.in_registry()}
        assert self.in_moto() == self.in_registry()


def in_base64(hex_digest: str) -> str:
    """Return a digest as Lambda shows it."""
    return base64.b64encode(bytes.fromhex(hex_digest)).decode()


def zipped(text: str) -> bytes:
    """Return a deployment package that returns this text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {text!r}\n")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def running() -> Iterator[Account]:
    """One account for this module; moto is as it was afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_PORT", "1")
        for service in ("lambda", "stepfunctions"):
            patch.setitem(default_user_config, service, {})
        patch.setattr(lambda_models, "LambdaFunction", lambda_models.LambdaFunction)
        patch.setattr(simple_models, "lambda_simple_backends", simple_models.lambda_simple_backends)
        for name in ("create_from_cloudformation_json", "update_from_cloudformation_json"):
            patch.setattr(
                lambda_models.LambdaFunction, name, lambda_models.LambdaFunction.__dict__[name]
            )
        patch.setattr(IAMBackend, "_init_aws_policies", IAMBackend._init_aws_policies)
        account = Account()
        yield account
        account.server.reset()
        account.server.close()


@pytest.fixture
def account(running: Account) -> Account:
    """The account, emptied, with its role."""
    running.server.reset()
    running.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    return running


def test_boto3_creates_changes_and_deletes(account: Account):
    """Configuration, code and deletion arrive."""
    account.create(Environment={"Variables": {"STAGE": "test"}})
    account.assert_same({"charge-card"})

    account.functions.update_function_configuration(
        FunctionName="charge-card",
        MemorySize=512,
        Timeout=7,
        Handler="app.other",
        Environment={"Variables": {"STAGE": "live", "DEBUG": ""}},
        EphemeralStorage={"Size": 1024},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/halftone"},
    )
    account.assert_same({"charge-card"})

    before = account.in_registry()["charge-card"]["versions"]["$LATEST"]
    account.functions.update_function_code(FunctionName="charge-card", ZipFile=zipped("2"))
    account.assert_same({"charge-card"})
    after = account.in_registry()["charge-card"]["versions"]["$LATEST"]
    assert before["CodeSha256"] != after["CodeSha256"]

    account.functions.delete_function(FunctionName="charge-card")
    account.assert_same(set())


def test_boto3_publishes_versions_and_moves_aliases(account: Account):
    """Versions stay as they were published; aliases carry their weights; both can be deleted."""
    account.create(Publish=True)
    account.assert_same({"charge-card"})
    account.functions.update_function_code(
        FunctionName="charge-card", ZipFile=zipped("2"), Publish=True
    )
    account.functions.update_function_configuration(FunctionName="charge-card", MemorySize=256)
    account.functions.publish_version(FunctionName="charge-card")
    account.assert_same({"charge-card"})
    assert {"$LATEST", "1", "2", "3"} == {*account.in_registry()["charge-card"]["versions"]}

    account.functions.create_alias(FunctionName="charge-card", Name="live", FunctionVersion="1")
    account.assert_same({"charge-card"})
    account.functions.update_alias(
        FunctionName="charge-card",
        Name="live",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}},
    )
    account.assert_same({"charge-card"})
    assert {"live": ("2", {"3": 0.1})} == account.in_registry()["charge-card"]["aliases"]

    account.functions.delete_alias(FunctionName="charge-card", Name="live")
    account.functions.delete_function(FunctionName="charge-card", Qualifier="1")
    account.assert_same({"charge-card"})


def test_boto3_reserves_concurrency(account: Account):
    """A reservation arrives, zero too, and goes again."""
    account.create()
    for reserved in (5, 0):
        account.functions.put_function_concurrency(
            FunctionName="charge-card", ReservedConcurrentExecutions=reserved
        )
        account.assert_same({"charge-card"})
    account.functions.delete_function_concurrency(FunctionName="charge-card")
    account.assert_same({"charge-card"})
    assert None is account.in_registry()["charge-card"]["reserved"]


def template(memory_mb: int) -> str:
    """Return a template of one function with a version."""
    function = {
        "FunctionName": "ship-order",
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "MemorySize": str(memory_mb),
        "EphemeralStorage": {"Size": 1024},
        "ReservedConcurrentExecutions": 5,
        "Code": {"ZipFile": "def handler(event, context):\n    return 'shipped'\n"},
    }
    version = {"FunctionName": {"Ref": "Function"}}
    resources = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Version": {"Type": "AWS::Lambda::Version", "Properties": version},
    }
    return json.dumps({"Resources": resources})


def test_cloudformation_creates_changes_and_deletes(account: Account):
    """A stack's function and version are known, changed and gone with it."""
    stacks = account.client("cloudformation")
    stacks.create_stack(StackName="shop", TemplateBody=template(128))
    account.assert_same({"ship-order"})
    function = account.in_registry()["ship-order"]
    assert {"$LATEST", "1"} == {*function["versions"]}
    assert (1024, 5) == (function["versions"]["1"]["EphemeralStorage"], function["reserved"])

    stacks.update_stack(StackName="shop", TemplateBody=template(256))
    account.assert_same({"ship-order"})
    latest = account.in_registry()["ship-order"]["versions"]["$LATEST"]
    assert 256 == latest["MemorySize"]

    stacks.delete_stack(StackName="shop")
    account.assert_same(set())


def test_reset_empties_both(account: Account):
    """After reset neither knows a function, in any Region."""
    account.create()
    account.create("ship-order")

    account.server.reset()

    account.assert_same(set())
    assert [] == account.server.registry.keys()


def test_a_failed_change_changes_neither(account: Account):
    """What Lambda refuses leaves code, configuration and revision as they were."""
    account.create()
    before = account.in_registry()
    asked = account.functions.get_function_configuration
    revision = asked(FunctionName="charge-card")["RevisionId"]

    with pytest.raises(account.functions.exceptions.InvalidParameterValueException):
        account.functions.update_function_configuration(
            FunctionName="charge-card", Environment={"Variables": {"AWS_REGION": "x"}}
        )

    with pytest.raises(account.functions.exceptions.PreconditionFailedException):
        account.functions.update_function_configuration(
            FunctionName="charge-card", RevisionId="an-older-one", MemorySize=256
        )

    assert before == account.in_registry() == account.in_moto()
    assert revision == asked(FunctionName="charge-card")["RevisionId"]


def test_a_copy_of_a_function_copies_no_logs(account: Account):
    """moto copies a function that is published with its creation; the account's logs change on."""
    account.create()
    function = get_backend(ACCOUNT, REGION).get_function("charge-card")
    copied = copy.deepcopy(function)
    assert function.logs_backend is copied.logs_backend
    assert function.policy is not copied.policy
    assert (function.function_arn, function.revision_id) == (
        copied.function_arn,
        copied.revision_id,
    )

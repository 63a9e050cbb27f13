"""The context object and the environment variables a handler sees."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

CONTEXT = """import os


def handler(event, context):
    return {
        "aws_request_id": context.aws_request_id,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "log_group_name": context.log_group_name,
        "log_stream_name": context.log_stream_name,
        "identity": [
            context.identity.cognito_identity_id,
            context.identity.cognito_identity_pool_id,
        ],
        "client_context": context.client_context,
        "tenant_id": context.tenant_id,
        "remaining": context.get_remaining_time_in_millis(),
    }
"""
VARIABLES = "import os\n\n\ndef handler(event, context):\n    return dict(os.environ)\n"
GOLDEN = {
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
    "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_RUNTIME_API",
    "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_PORT", "_X_AMZN_TRACE_ID", "_HANDLER", "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PWD", "PYTHONPATH",
    "SHLVL", "TZ",
}  # fmt: skip
"""What a managed Python runtime sets."""
KIT = {
    "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_EC2_METADATA_DISABLED", "TMPDIR",
}  # fmt: skip
"""What the kit adds: the local endpoint, and what keeps boto3 away from the host's settings."""


def test_context_of_the_unqualified_function(account: Any) -> None:
    """The context object tells what was invoked, with memory as text, as on AWS."""
    name = account.deploy(CONTEXT, Timeout=3, MemorySize=256)
    answer = account.invoke(name)
    context = answer.value
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    (stream,) = account.streams(name)
    assert 2000 < context.pop("remaining") <= 3000
    assert context == {
        "aws_request_id": answer.request_id,
        "function_name": name,
        "function_version": "$LATEST",
        "invoked_function_arn": arn,
        "memory_limit_in_mb": "256",
        "log_group_name": f"/aws/lambda/{name}",
        "log_stream_name": stream,
        "identity": [None, None],
        "client_context": None,
        "tenant_id": None,
    }


@pytest.mark.parametrize("qualifier", ["$LATEST", "1", "live"])
def test_arn_is_the_invoked_one(qualifier: str, cloud: Any) -> None:
    """invoked_function_arn ends in the qualifier of the call; function_version is what ran."""
    name = cloud.deploy(CONTEXT)
    cloud.functions.publish_version(FunctionName=name)
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answer = cloud.invoke(name, Qualifier=qualifier)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}:{qualifier}"
    version = "$LATEST" if qualifier == "$LATEST" else "1"
    context = answer.value
    assert (arn, version) == (context["invoked_function_arn"], context["function_version"])
    assert answer.executed_version == version


def test_client_context_arrives(account: Any) -> None:
    """ClientContext reaches the handler as an object, in any language."""
    source = (
        "def handler(event, context):\n    given = context.client_context\n"
        "    return [given.custom, given.env, given.client.app_title]\n"
    )
    given = {"custom": {"name": "Zoë 世界"}, "env": {"a": "b"}, "client": {"app_title": "shop"}}
    encoded = base64.b64encode(json.dumps(given, ensure_ascii=False).encode()).decode()
    answer = account.invoke(account.deploy(source), ClientContext=encoded)
    assert answer.value == [given["custom"], given["env"], "shop"]


def test_a_python_path_of_ones_own_is_searched_too(account: Any) -> None:
    """A function may set PYTHONPATH; the runtime is found all the same, and so are layers."""
    name = account.deploy(
        "import boto3, mine\ndef handler(event, context):\n    return mine.NAME\n",
        files={"lib/mine.py": "NAME = 'of lib'\n"},
        Timeout=30,
        MemorySize=512,
    )
    first = account.invoke(name)
    assert "Runtime.ImportModuleError" == first.error["errorType"]
    root = account.run("import os\ndef handler(event, context): return os.getcwd()\n").value
    folder = "/var/task/lib" if root == "/var/task" else "lib"
    account.change(name, Environment={"Variables": {"PYTHONPATH": folder}})
    assert "of lib" == account.invoke(name).value


def test_remaining_time_falls(account: Any) -> None:
    """get_remaining_time_in_millis counts down to the timeout."""
    source = (
        "import time\n\n\ndef handler(event, context):\n"
        "    before = context.get_remaining_time_in_millis()\n    time.sleep(0.05)\n"
        "    return before - context.get_remaining_time_in_millis()\n"
    )
    assert 45 <= account.run(source).value < 1000


def test_request_id_is_new_each_time(cloud: Any) -> None:
    """Every invocation has an id of its own, equal to the response's."""
    name = cloud.deploy("def handler(event, context):\n    return context.aws_request_id\n")
    answers = [cloud.invoke(name) for _ in range(3)]
    assert [a.request_id for a in answers] == [a.value for a in answers]
    assert len({a.value for a in answers}) == 3


def test_variables_are_built_from_scratch(account: Any) -> None:
    """A handler sees the variables of a managed runtime and five of the kit's, and no others."""
    assert set(account.run(VARIABLES).value) == GOLDEN | KIT


def test_values_of_the_variables(account: Any) -> None:
    """The variables hold what AWS puts there."""
    name = account.deploy(VARIABLES, MemorySize=512)
    seen = account.invoke(name).value
    expected = {
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "_HANDLER": "app.handler",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PWD": seen["LAMBDA_TASK_ROOT"],
        "PYTHONPATH": seen["LAMBDA_RUNTIME_DIR"],
    }
    assert {key: seen[key] for key in expected} == expected
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert "Root=1-" in seen["_X_AMZN_TRACE_ID"]


def test_real_paths_where_the_machine_allows_them(open_account: Any) -> None:
    """At file level B the paths are Lambda's own."""
    seen = open_account("native-B").run(VARIABLES).value
    places = {key: seen[key] for key in ("LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "TMPDIR")}
    assert places == {
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "TMPDIR": "/tmp",
    }


def test_variables_of_ones_own(account: Any) -> None:
    """A function's variables are there before its module is loaded, and win over defaults."""
    source = (
        "import os\n\nAT_INIT = os.environ['TABLE_NAME']\n\n\ndef handler(event, context):\n"
        "    return [AT_INIT, os.environ['TZ']]\n"
    )
    variables = {"Variables": {"TABLE_NAME": "orders $HOME", "TZ": "Europe/Paris"}}
    assert account.run(source, Environment=variables).value == ["orders $HOME", "Europe/Paris"]


def test_host_variables_stay_outside(cloud: Any) -> None:
    """Nothing of the host's environment reaches a handler."""
    seen = cloud.run(VARIABLES).value
    assert not {"HOME", "USER", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"} & set(seen)


def test_time_zone_is_utc(cloud: Any) -> None:
    """A handler's local time is UTC."""
    source = "import time\n\n\ndef handler(event, context):\n    return time.strftime('%z %Z')\n"
    assert cloud.run(source).value == "+0000 UTC"


def test_boto3_works_with_the_roles_credentials(account: Any) -> None:
    """A plain client calls the local account as the execution role, without any setting."""
    source = (
        "import boto3\n\n\ndef handler(event, context):\n"
        "    return boto3.client('sts').get_caller_identity()['Arn']\n"
    )
    name = account.deploy(source, Timeout=30, MemorySize=256)
    arn = f"arn:aws:sts::123456789012:assumed-role/conformance/{name}"
    assert account.invoke(name).value == arn


def test_role_may_what_its_policy_allows(cloud: Any) -> None:
    """What the role allows works inside a handler, and what it does not allow is denied."""
    source = (
        "import boto3\n\n\ndef handler(event, context):\n    s3 = boto3.client('s3')\n"
        "    s3.create_bucket(Bucket=event['bucket'])\n"
        "    s3.put_object(Bucket=event['bucket'], Key='a', Body=b'hello')\n"
        "    read = s3.get_object(Bucket=event['bucket'], Key='a')['Body'].read().decode()\n"
        "    try:\n        boto3.client('sqs').list_queues()\n"
        "    except Exception as error:\n        return [read, error.response['Error']['Code']]\n"
    )
    name = cloud.deploy(source, Timeout=30, MemorySize=256)
    assert cloud.invoke(name, {"bucket": name}).value == ["hello", "AccessDenied"]

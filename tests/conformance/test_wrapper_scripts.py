"""AWS_LAMBDA_EXEC_WRAPPER: a script of a layer or of the package starts the managed runtime."""

from __future__ import annotations

import secrets
import shutil
import sys
from typing import Any

import pytest

from tests.conformance.test_custom_runtimes import package
from tests.waiting import until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="wrapper scripts are POSIX programs"
)

HANDLER = """\
import os, sys

def handler(event, context):
    return [sys.flags.dont_write_bytecode, os.environ.get("ADDED"), context.function_name]

def other(event, context):
    return ["other", "tool" in sys.modules]
"""
INSERT = """\
args=("$@")
extra_args=("-B")
args=("${args[@]:0:$#-1}" "${extra_args[@]}" "${args[@]: -1}")
export ADDED=yes
exec "${args[@]}"
"""
REPLACE = """\
#!/bin/sh
export PYTHONPATH="$(dirname "$0")/more:$PYTHONPATH"
export _HANDLER=app.other
exec "$@"
"""


def layer(account: Any, files: dict[str, str], mode: int = 0o755) -> str:
    """Publish a layer of these files; return its ARN."""
    return str(
        account.functions.publish_layer_version(
            LayerName=f"l-{secrets.token_hex(4)}", Content={"ZipFile": package(files, mode)}
        )["LayerVersionArn"]
    )


def deploy(account: Any, wrapper: str, *layers: str) -> str:
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": wrapper}
    return str(account.deploy(HANDLER, Layers=layers, Environment={"Variables": variables}))


def logged(account: Any, name: str) -> str:
    """Return what a function's log group holds by now."""
    found = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")
    return "\n".join(event["message"] for event in found["events"])


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_a_wrapper_adds_arguments_and_variables(account: Any) -> None:
    """A script like that of AWS's guide puts an option before the last argument."""
    arn = layer(account, {"wrapper": f"#!{shutil.which('bash')}\n{INSERT}"})
    name = deploy(account, "/opt/wrapper", arn)

    assert [1, "yes", name] == account.invoke(name).value


def test_a_wrapper_puts_a_tool_and_another_handler_in_front(account: Any) -> None:
    """What it leaves in _HANDLER is run, after the sitecustomize that it put on PYTHONPATH."""
    files = {"bin/wrap": REPLACE, "bin/more/sitecustomize.py": "import tool\n"}
    arn = layer(account, {**files, "bin/more/tool.py": ""})

    assert ["other", True] == account.invoke(deploy(account, "/opt/bin/wrap", arn)).value


@pytest.mark.parametrize(
    ("mode", "wrapper", "status", "sentence"),
    [
        (0o755, "/opt/none", 127, "none: does not exist"),
        (0o644, "/opt/wrapper", 126, "wrapper: is not an executable"),
        (0o755, "/opt/wrapper", 3, ""),
    ],
    ids=["missing", "no program", "ends"],
)
def test_a_wrapper_that_starts_no_runtime_fails_the_invocation(
    cloud: Any, mode: int, wrapper: str, status: int, sentence: str
) -> None:
    """The log says what is wrong with the file, and the error is Runtime.ExitError."""
    name = deploy(cloud, wrapper, layer(cloud, {"wrapper": "#!/bin/sh\nexit 3\n"}, mode))
    answer = cloud.invoke(name)

    assert "Runtime.ExitError" == answer.error["errorType"]
    assert f"exit status {status}" in answer.error["errorMessage"]
    until(lambda: sentence in logged(cloud, name))


def test_an_os_only_runtime_has_no_wrapper(cloud: Any) -> None:
    """AWS supports wrapper scripts on managed runtimes alone: the bootstrap starts by itself."""
    bootstrap = "#!/bin/sh\nexit 4\n"
    name = f"f-{secrets.token_hex(6)}"
    cloud.functions.create_function(
        FunctionName=name, Role=cloud.role_arn, Runtime="provided.al2023", Handler="h",
        Code={"ZipFile": package({"bootstrap": bootstrap, "wrapper": "#!/bin/sh\nexit 3\n"})},
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}},
    )  # fmt: skip

    assert "exit status 4" in cloud.invoke(name).error["errorMessage"]

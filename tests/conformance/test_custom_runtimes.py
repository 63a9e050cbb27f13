"""OS-only runtimes: a bootstrap of one's own over the Runtime API; and images, which do not run."""

from __future__ import annotations

import io
import secrets
import shutil
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.environment.runtime_folder import interpreter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bootstraps are POSIX programs")

LOOP = """\
import json, os, urllib.request


api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
count = 0
while True:
    with urllib.request.urlopen(api + "invocation/next") as got:
        event, request_id = json.load(got), got.headers["Lambda-Runtime-Aws-Request-Id"]
        deadline_ms = int(got.headers["Lambda-Runtime-Deadline-Ms"])
    count += 1
    print("serving", count, flush=True)
    kind, answer = "response", {"event": event, "count": count, "deadline": deadline_ms > 0}
    if event == "variables":
        answer = dict(os.environ)
    if event == "raise":
        kind, answer = "error", {"errorType": "Custom.Error", "errorMessage": "as asked"}
    urllib.request.urlopen(api + f"invocation/{request_id}/{kind}", json.dumps(answer).encode())
"""
SHELL_LOOP = """\
API=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while true; do
  HEADERS=$(mktemp)
  EVENT=$(curl -sS -LD "$HEADERS" "$API/next")
  ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  curl -sS -o /dev/null "$API/$ID/response" \\
    -d "{\\"task\\": \\"$LAMBDA_TASK_ROOT\\", \\"event\\": $EVENT}"
done
"""
PYTHON = f"#!{interpreter()} -S\n"


def package(files: Mapping[str, str], mode: int = 0o755) -> bytes:
    """Return a zip whose files carry these permission bits."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


def deploy(account: Any, code: bytes, **settings: Any) -> str:
    """Create a function of an OS-only runtime; return its name."""
    name = f"f-{secrets.token_hex(6)}"
    settings = {"Runtime": "provided.al2023", "Handler": "any.handler", "Timeout": 10} | settings
    account.functions.create_function(
        FunctionName=name, Role=account.role_arn, Code={"ZipFile": code}, **settings
    )
    return name


def test_a_python_bootstrap_serves_events_and_keeps_its_memory(account: Any) -> None:
    """A program named bootstrap is the runtime, and the same process serves the next event."""
    name = deploy(account, package({"bootstrap": PYTHON + LOOP}))
    assert account.invoke(name, {"a": 1}).value == {"event": {"a": 1}, "count": 1, "deadline": True}
    second = account.invoke(name, [2])
    assert second.value == {"event": [2], "count": 2, "deadline": True}
    assert "serving 2" in second.printed


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="no bash or curl")
def test_a_bash_bootstrap_serves_events(account: Any) -> None:
    """The shell script of AWS's tutorial is a runtime."""
    name = deploy(account, package({"bootstrap": f"#!{shutil.which('bash')}\n{SHELL_LOOP}"}))
    for number in (1, 2):
        answer = account.invoke(name, {"n": number}).value
        assert answer["event"] == {"n": number}
        assert answer["task"]


def test_a_bootstrap_posts_errors_of_its_own(cloud: Any) -> None:
    """What a custom runtime posts as an error is the function's error, and it goes on."""
    name = deploy(cloud, package({"bootstrap": PYTHON + LOOP}))
    failed = cloud.invoke(name, "raise")
    assert failed.function_error == "Unhandled"
    assert failed.value == {"errorType": "Custom.Error", "errorMessage": "as asked"}
    assert cloud.invoke(name, 0).value["count"] == 2


def test_an_os_only_runtime_has_no_variables_of_python(account: Any) -> None:
    """PYTHONPATH and AWS_EXECUTION_ENV are missing; the task root, handler and API are there."""
    name = deploy(account, package({"bootstrap": PYTHON + LOOP}), Handler="my.handler")
    variables = account.invoke(name, "variables").value
    assert not {"PYTHONPATH", "AWS_EXECUTION_ENV", "_LAMBDA_TELEMETRY_LOG_FD"} & variables.keys()
    assert variables["_HANDLER"] == "my.handler"
    assert variables["PATH"].startswith("/usr/local/bin:/usr/bin/:/bin:")
    assert variables["LD_LIBRARY_PATH"].startswith("/lib64:/usr/lib64:")
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert {"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_RUNTIME_API"} <= variables.keys()


def test_a_layer_brings_the_bootstrap(account: Any) -> None:
    """Without one in the package, the bootstrap of a layer is the runtime."""
    layer = account.functions.publish_layer_version(
        LayerName=f"l-{secrets.token_hex(4)}",
        Content={"ZipFile": package({"bootstrap": PYTHON + LOOP})},
    )
    name = deploy(account, package({"data.txt": "x"}), Layers=[layer["LayerVersionArn"]])
    assert account.invoke(name, 7).value["event"] == 7


@pytest.mark.parametrize(
    ("files", "mode", "message"),
    [
        (
            {"other": "x"},
            0o755,
            "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
        ),
        (
            {"bootstrap": PYTHON + LOOP},
            0o644,
            "fork/exec /var/task/bootstrap: permission denied",
        ),
        (
            {"bootstrap": "echo no first line"},
            0o755,
            "fork/exec /var/task/bootstrap: exec format error",
        ),
        (
            {"bootstrap": "#!/bin/sh\r\necho made on Windows\r\n"},
            0o755,
            "fork/exec /var/task/bootstrap: no such file or directory",
        ),
    ],
    ids=["missing", "not executable", "no program", "carriage returns"],
)
def test_a_bootstrap_that_cannot_start_is_an_invalid_entrypoint(
    account: Any, files: Mapping[str, str], mode: int, message: str
) -> None:
    """A function error names the entry point; init and the invocation are in the log."""
    name = deploy(account, package(files, mode))
    answer = account.invoke(name)
    assert answer.function_error == "Unhandled"
    assert answer.error == {
        "errorType": "Runtime.InvalidEntrypoint",
        "errorMessage": f"RequestId: <id> Error: {message}",
    }
    assert "Status: error\tError Type: Runtime.InvalidEntrypoint" in answer.log


def test_a_bootstrap_that_exits_is_an_exit_error(cloud: Any) -> None:
    """A runtime that ends without asking for an event fails as Runtime.ExitError."""
    answer = cloud.invoke(deploy(cloud, package({"bootstrap": "#!/bin/sh\nexit 3\n"})))
    assert answer.error == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: <id> Error: Runtime exited with error: exit status 3",
    }


def test_a_bootstrap_that_fails_in_init_and_stays_is_ended(cloud: Any) -> None:
    """Whoever reports an error of init is ended soon: nobody waits for init's ten seconds."""
    fails = (
        "import json, os, time, urllib.request\n"
        "api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/'\n"
        "told = json.dumps({'errorType': 'Mine', 'errorMessage': 'no'}).encode()\n"
        "urllib.request.urlopen(api + 'init/error', told)\n"
        "time.sleep(600)\n"
    )
    name = deploy(cloud, package({"bootstrap": PYTHON + fails}))
    answer = cloud.invoke(name)
    assert {"errorType": "Mine", "errorMessage": "no"} == answer.value
    assert "\tStatus: error\tError Type: Runtime.Unknown\n" in answer.log
    (first, second) = cloud.records(name, "environment.init")
    assert ["init", "invoke"] == [first["phase"], second["phase"]]
    assert ["error", "error"] == [first["status"], second["status"]]


def test_an_image_function_is_stored_and_says_on_invoke_what_to_do(cloud: Any) -> None:
    """PackageType Image is accepted by the API; invoking it names the way out."""
    name = f"f-{secrets.token_hex(6)}"
    image = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}:1"
    created = cloud.functions.create_function(
        FunctionName=name, Role=cloud.role_arn, PackageType="Image", Code={"ImageUri": image}
    )
    assert created["PackageType"] == "Image"
    assert cloud.functions.get_function(FunctionName=name)["Code"]["ImageUri"] == image
    with pytest.raises(ClientError, match="Deploy the same handler as a zip") as refused:
        cloud.invoke(name)
    assert refused.value.response["Error"]["Code"] == "InvalidRuntimeException"


def test_another_language_says_on_invoke_what_to_do(cloud: Any) -> None:
    """A runtime that is not here is accepted by the API and refused by name on invoke."""
    name = deploy(cloud, package({"index.js": "x"}), Runtime="nodejs24.x", Handler="index.handler")
    with pytest.raises(ClientError, match=r"nodejs24\.x does not run on this machine"):
        cloud.invoke(name)

"""The AWS CLI lines of the lessons, run verbatim against a running cloud."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.checks.roles import TRUST
from helpers.cloud.client import Cloud, start_cloud
from helpers.course.packaging import zip_of
from helpers.course.roles import Place, policy_for

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^# ```bash\n(?P<lines>.*?)^# ```$", re.MULTILINE | re.DOTALL)
ORDER = {"order_id": "o-1007", "items": [{"sku": "poster-a2", "qty": 2, "unit_cents": 1950}]}
ECHO = "def handler(event, context):\n    return event\n"
PLACE = Place("us-east-1", "123456789012")
POLLS = {
    "Effect": "Allow",
    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "Resource": "arn:aws:sqs:us-east-1:123456789012:print-jobs",
}
READS = {
    "Effect": "Allow",
    "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
    "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/*",
}
SENDS = {
    "Effect": "Allow",
    "Action": "sqs:SendMessage",
    "Resource": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo",
}
INVOKES = {
    "Effect": "Allow",
    "Action": "lambda:InvokeFunction",
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:nightly-report",
}
ROLE = "aws iam create-role --role-name r --assume-role-policy-document file://trust.json"


def may(file: str) -> str:
    """Return the line that gives the role what a file allows."""
    return f"aws iam put-role-policy --role-name r --policy-name p --policy-document file://{file}"


def created(name: str, more: str = "") -> str:
    """Return the line that creates a function with the role."""
    return (
        f"aws lambda create-function --function-name {name} --runtime python3.13"
        " --handler app.handler --role arn:aws:iam::123456789012:role/r"
        f" --zip-file fileb://function.zip{more}"
    )


ALIAS = "aws lambda create-alias --function-name place-order --name live --function-version"
BEFORE = {
    "04-push": (ROLE, *map(created, ("thumbnail", "print-job", "nightly-report"))),
    "05-queues": (ROLE, may("polls.json"), created("print-job")),
    "06-streams": (
        ROLE,
        may("reads.json"),
        created("stock-watch"),
        "aws dynamodb create-table --table-name orders --billing-mode PAY_PER_REQUEST"
        " --attribute-definitions AttributeName=order_id,AttributeType=S"
        " --key-schema AttributeName=order_id,KeyType=HASH",
    ),
    "07-layers": (ROLE, created("place-order")),
    "08-configuration": (ROLE, created("place-order"), f"{ALIAS} '$LATEST'"),
    "09-concurrency": (ROLE, created("place-order", " --publish"), f"{ALIAS} 1"),
    "10-errors": (
        "aws sqs create-queue --queue-name failed-charges-demo",
        ROLE,
        may("sends.json"),
        created("charge-card"),
    ),
    "11-security": (ROLE, created("upload-demo")),
}
"""What a lesson's lines find in the account: made by the cells before them."""
FILES = {
    "polls.json": json.dumps(policy_for("print-job", PLACE, (POLLS,))).encode(),
    "reads.json": json.dumps(policy_for("stock-watch", PLACE, (READS,))).encode(),
    "sends.json": json.dumps(policy_for("charge-card", PLACE, (SENDS,))).encode(),
    "trust.json": json.dumps(TRUST).encode(),
    "scheduler-trust.json": json.dumps(TRUST).replace("lambda", "scheduler").encode(),
    "may-invoke.json": json.dumps({"Version": "2012-10-17", "Statement": [INVOKES]}).encode(),
    "own-log.json": json.dumps(policy_for("place-order", PLACE, ())).encode(),
    "event.json": json.dumps(ORDER).encode(),
    "function.zip": zip_of({"app.py": ECHO}),
    "layer.zip": zip_of({"python/pricing.py": "CENTS = {}\n"}),
}


def cli_lines(lesson: Path) -> list[str]:
    """Return the lines of a lesson's bash fences that call the AWS CLI, in order."""
    fences = FENCE.finditer(lesson.read_text("utf-8"))
    lines = [line.removeprefix("# ") for fence in fences for line in fence["lines"].splitlines()]
    return [line for line in lines if line.startswith("aws ")]


LESSONS = [path for path in sorted((ROOT / "lessons").glob("[0-9]*.py")) if cli_lines(path)]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Give a cloud of the test's own."""
    cloud = start_cloud()
    yield cloud
    cloud.stop()


@pytest.fixture
def shell(cloud: Cloud, tmp_path: Path) -> Path:
    """Give a folder with the files that the lines name, and a script that runs one line in it."""
    beside_python = Path(sys.executable).with_name("aws")
    aws = str(beside_python) if beside_python.exists() else shutil.which("aws")
    if aws is None:
        pytest.skip("no AWS CLI here; it comes with: pip install -r requirements-dev.txt")
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    programs = _starter(Path(aws), tmp_path) if beside_python.exists() else Path(aws).parent
    settings = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_ACCESS_KEY_ID": cloud.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.secret_access_key,
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1",
    }
    (tmp_path / "environment.json").write_text(json.dumps(settings), "utf-8")
    return tmp_path


def _starter(aws: Path, folder: Path) -> Path:
    """Give a folder with an `aws` that starts even where the path of Python holds a space."""
    programs = folder / "programs"
    programs.mkdir()
    starter = programs / "aws"
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(aws))}"
    # version 1 asks queue.amazonaws.com for SQS, unless the endpoint stands in the line
    line = f'exec {command} "$@" --endpoint-url "$AWS_ENDPOINT_URL"'
    starter.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    starter.chmod(0o755)
    return programs


def run(line: str, folder: Path) -> str:
    """Run one line as a terminal would, and return what it printed; it must succeed."""
    environment = json.loads((folder / "environment.json").read_text("utf-8"))
    done = subprocess.run(
        ["bash", "-c", line],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert 0 == done.returncode, f"{line}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lines_of_a_lesson_run_as_they_stand(lesson: Path, shell: Path) -> None:
    """Every line succeeds in both CLI versions' common form, and no function fails behind a 200."""
    for line in BEFORE.get(lesson.stem, ()):
        run(line, shell)

    printed = [run(line, shell) for line in cli_lines(lesson)]

    assert not [text for text in printed if '"FunctionError"' in text]
    if any("response.json" in line and "Event" not in line for line in cli_lines(lesson)):
        assert ORDER == json.loads((shell / "response.json").read_text("utf-8"))


def test_lines_are_found_in_fences_only(tmp_path: Path) -> None:
    """Only lines that call the CLI inside a bash fence count; prose and other tools do not."""
    lesson = tmp_path / "01-any.py"
    lesson.write_text(
        "# %% [markdown]\n# Type `aws s3 ls`.\n#\n# ```bash\n# zip f.zip app.py\n"
        "# aws s3 ls\n# ```\n# aws sts get-caller-identity\n",
        "utf-8",
    )

    assert ["aws s3 ls"] == cli_lines(lesson)


def test_the_first_lambda_lab_has_lines() -> None:
    """The search works: the lab that deploys by hand shows the CLI's way too."""
    assert "01-handlers" in [lesson.stem for lesson in LESSONS]

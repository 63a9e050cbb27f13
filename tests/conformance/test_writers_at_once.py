"""Two writers at once: where one condition cannot hold for both, one of them wins."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.conftest import zipped
from tests.conformance.roles import make_role

WRITERS, ROUNDS = 6, 6
SOURCE = "def handler(event, context):\n    return 1\n"


def at_once(call: Callable[[int], Any]) -> tuple[list[Any], set[str]]:
    """Let every writer call at the same moment; return the answers, and the refusals' codes."""
    gate = threading.Barrier(WRITERS)

    def write(number: int) -> Any:
        gate.wait()
        try:
            return call(number)
        except ClientError as error:
            return error

    with ThreadPoolExecutor(WRITERS) as writers:
        came = list(writers.map(write, range(WRITERS)))
    errors = [one for one in came if isinstance(one, ClientError)]
    return [one for one in came if one not in errors], {e.response["Error"]["Code"] for e in errors}


def objects(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a writer of objects that must not be there yet."""
    s3, bucket = cloud.client("s3"), f"b-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)

    def put(name: str, number: int) -> Any:
        return s3.put_object(Bucket=bucket, Key=name, Body=b"%d" % number, IfNoneMatch="*")

    return put, "PreconditionFailed"


def replacements(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a writer of objects that must be as they were."""
    s3, bucket = cloud.client("s3"), f"b-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    tags: dict[str, str] = {}
    lock = threading.Lock()

    def put(name: str, number: int) -> Any:
        with lock:
            if name not in tags:
                tags[name] = s3.put_object(Bucket=bucket, Key=name, Body=b"first")["ETag"]
        return s3.put_object(Bucket=bucket, Key=name, Body=b"%d" % number, IfMatch=tags[name])

    return put, "PreconditionFailed"


def functions(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a maker of functions."""
    package, role = zipped({"app.py": SOURCE}), cloud.role_arn

    def create(name: str, _number: int) -> Any:
        return cloud.functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.11",
            Handler="app.handler",
            Code={"ZipFile": package},
        )

    return create, "ResourceConflictException"


def aliases(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a writer of an alias's description, of the revision that it knows."""
    name, revisions, lock = cloud.deploy(SOURCE), {}, threading.Lock()
    cloud.functions.publish_version(FunctionName=name)
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    asked = {"FunctionName": name, "Name": "live"}

    def update(round_: str, number: int) -> Any:
        with lock:
            if round_ not in revisions:
                revisions[round_] = cloud.functions.get_alias(**asked)["RevisionId"]
        return cloud.functions.update_alias(
            **asked, Description=f"{round_} {number}", RevisionId=revisions[round_]
        )

    return update, "PreconditionFailedException"


def mappings(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a maker of mappings between one function and a queue."""
    name = cloud.deploy(SOURCE, Role=make_role(cloud.client("iam"), ["sqs:*", "logs:*"]))
    sqs, queues, lock = cloud.client("sqs"), set(), threading.Lock()

    def create(queue: str, _number: int) -> Any:
        with lock:
            if queue not in queues:
                sqs.create_queue(QueueName=queue)
                queues.add(queue)
        return cloud.functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=f"arn:aws:sqs:us-east-1:123456789012:{queue}"
        )

    return create, "ResourceConflictException"


def parameters(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a maker of parameters."""
    ssm = cloud.client("ssm")
    return lambda name, number: ssm.put_parameter(
        Name=f"/{name}", Value=str(number), Type="String"
    ), "ParameterAlreadyExists"


def secrets_(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a maker of secrets."""
    manager = cloud.client("secretsmanager")
    return lambda name, number: manager.create_secret(
        Name=name, SecretString=str(number)
    ), "ResourceExistsException"


def executions(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a starter of executions, each with another input."""
    states = cloud.client("stepfunctions")
    machine = states.create_state_machine(
        name=f"m-{secrets.token_hex(5)}",
        roleArn=cloud.role_arn,
        definition=json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}),
    )["stateMachineArn"]

    def start(name: str, number: int) -> Any:
        return states.start_execution(stateMachineArn=machine, name=name, input=f'{{"n":{number}}}')

    return start, "ExecutionAlreadyExists"


def stacks(cloud: Any) -> tuple[Callable[[str, int], Any], str]:
    """Give a maker of stacks."""
    client = cloud.client("cloudformation")
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    return lambda name, _number: client.create_stack(
        StackName=name, TemplateBody=template
    ), "AlreadyExistsException"


@pytest.mark.parametrize(
    "kind",
    [objects, replacements, functions, aliases, mappings, parameters, secrets_, executions, stacks],
)
def test_one_of_many_writers_wins(cloud: Any, kind: Any):
    """All others get the service's own refusal, round after round."""
    write, code = kind(cloud)

    for _ in range(ROUNDS):
        name = f"w-{secrets.token_hex(6)}"
        won, refused = at_once(lambda number, name=name: write(name, number))
        assert (1, {code}) == (len(won), refused)


def test_every_writer_of_a_parameter_gets_a_version_of_its_own(cloud: Any):
    """None is lost, and the history knows them all."""
    ssm, name = cloud.client("ssm"), f"/v-{secrets.token_hex(6)}"

    won, refused = at_once(
        lambda number: ssm.put_parameter(
            Name=name, Value=str(number), Type="String", Overwrite=True
        )["Version"]
    )

    every = list(range(1, WRITERS + 1))
    assert (every, set()) == (sorted(won), refused)
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert every == sorted(kept["Version"] for kept in history)


def test_no_statement_of_a_policy_gets_lost(cloud: Any):
    """Each permission that was added is in the function's policy."""
    name = cloud.deploy(SOURCE)

    won, refused = at_once(
        lambda number: cloud.functions.add_permission(
            FunctionName=name,
            StatementId=f"s{number}",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
        )
    )

    assert (WRITERS, set()) == (len(won), refused)
    policy = json.loads(cloud.functions.get_policy(FunctionName=name)["Policy"])
    assert {f"s{number}" for number in range(WRITERS)} == {s["Sid"] for s in policy["Statement"]}

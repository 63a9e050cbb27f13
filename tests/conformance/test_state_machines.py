"""Step Functions: state machines that call functions and services of the account."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.refusals import refused
from tests.waiting import until

HANDLER = """
class Busy(Exception):
    pass

tries = []

def handler(event, context):
    if event.get("flaky"):
        tries.append(1)
        if len(tries) < 3:
            raise Busy("not yet")
    if event.get("fail"):
        raise ValueError("as asked")
    return {"got": event, "tries": len(tries)}
"""


class Machines:
    """Makes state machines that may do anything, and runs them."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.states = account.client("stepfunctions")
        self.function = account.deploy(HANDLER)
        self.role_arn = self.role("*")
        self.made: list[str] = []

    def role(self, action: str) -> str:
        """Make a role that Step Functions may take."""
        iam, name = self.account.client("iam"), f"states-{secrets.token_hex(4)}"
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        allowed = {"Effect": "Allow", "Action": action, "Resource": "*"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=_policy(allowed))
        return str(made["Role"]["Arn"])

    def machine(self, states: dict[str, Any], **more: Any) -> str:
        """Make a state machine of these states, the first one first; return its ARN."""
        definition = {"StartAt": next(iter(states)), "States": states}
        made = self.states.create_state_machine(
            name=f"machine-{secrets.token_hex(4)}",
            definition=json.dumps(definition),
            **{"roleArn": self.role_arn, **more},
        )
        self.made.append(made["stateMachineArn"])
        return str(made["stateMachineArn"])

    def start(self, arn: str, event: Any) -> str:
        """Start an execution; return its ARN."""
        started = self.states.start_execution(stateMachineArn=arn, input=json.dumps(event))
        return str(started["executionArn"])

    def ended(self, execution: str) -> dict[str, Any]:
        """Wait until an execution has ended; return what it is."""

        def found() -> Any:
            described = self.states.describe_execution(executionArn=execution)
            return described if described["status"] != "RUNNING" else None

        return dict(until(found))

    def run(self, states: dict[str, Any], event: Any = None, **more: Any) -> Any:
        """Run states to their end; return the output."""
        ended = self.ended(self.start(self.machine(states, **more), event or {}))
        assert "SUCCEEDED" == ended["status"], ended
        return json.loads(ended["output"])

    def kinds(self, execution: str) -> list[str]:
        """Return the types of an execution's events."""
        events = self.states.get_execution_history(executionArn=execution)["events"]
        return [event["type"] for event in events]

    def invoke(self, payload: Any = None, **more: Any) -> dict[str, Any]:
        """Return a task that calls the function."""
        given = {"Payload.$": "$"} if payload is None else {"Payload": payload}
        parameters = {"FunctionName": self.function, **given}
        resource = "arn:aws:states:::lambda:invoke"
        task = {"Type": "Task", "Resource": resource, "Parameters": parameters}
        return {**task, "OutputPath": "$.Payload", **more}


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture(scope="module")
def machines(cloud: Any) -> Iterator[Machines]:
    """State machines of this module, deleted afterwards."""
    made = Machines(cloud)
    yield made
    for arn in made.made:
        made.states.delete_state_machine(stateMachineArn=arn)


def test_a_function_named_by_its_arn_gives_its_answer_as_it_is(machines: Machines):
    """Resource may be the function itself; then there is no envelope."""
    function = machines.account.functions.get_function_configuration(FunctionName=machines.function)
    task = {"Type": "Task", "Resource": function["FunctionArn"], "End": True}

    assert {"a": 1} == machines.run({"Ask": task}, {"a": 1})["got"]


def test_a_task_is_tried_again_until_the_function_answers(machines: Machines):
    """Retry names the function's own exception; its waits are real seconds."""
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 3}]
    arn = machines.machine({"Ask": machines.invoke(Retry=retry, End=True)})

    execution = machines.start(arn, {"flaky": True})

    assert 3 == json.loads(machines.ended(execution)["output"])["tries"]
    assert 2 == machines.kinds(execution).count("TaskFailed")


@pytest.mark.parametrize("error", ["ValueError", "States.TaskFailed", "States.ALL"])
def test_a_failure_of_a_function_is_caught_by_its_name(machines: Machines, error: str):
    """The exception's class, States.TaskFailed and States.ALL all match."""
    catch = [{"ErrorEquals": [error], "ResultPath": "$.error", "Next": "Caught"}]
    states = {
        "Ask": machines.invoke(Catch=catch, End=True),
        "Caught": {"Type": "Pass", "End": True},
    }

    caught = machines.run(states, {"fail": True})["error"]

    assert "ValueError" == caught["Error"]
    assert "as asked" == json.loads(caught["Cause"])["errorMessage"]


def test_a_throttled_function_fails_the_task_with_lambdas_name(machines: Machines):
    """Lambda.TooManyRequestsException, which AWS's own retry advice names."""
    closed = machines.account.deploy(HANDLER)
    machines.account.functions.put_function_concurrency(
        FunctionName=closed, ReservedConcurrentExecutions=0
    )
    task = machines.invoke(End=True)
    task["Parameters"]["FunctionName"] = closed

    ended = machines.ended(machines.start(machines.machine({"Ask": task}), {}))

    assert "FAILED" == ended["status"]
    assert "Lambda.TooManyRequestsException" == ended["error"]


def test_states_shape_branch_and_wait(machines: Machines):
    """Pass, Choice, Wait, Parallel and Map, with ResultPath, ResultSelector and intrinsics."""
    doubled = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($, $)"}, "End": True}
    side = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": "side", "End": True}}}
    each = {"StartAt": "D", "States": {"D": doubled}, "ProcessorConfig": {"Mode": "INLINE"}}
    called = {
        "StartAt": "Ask",
        "States": {
            "Ask": machines.invoke(
                {"word": "tea"}, ResultSelector={"Payload.$": "$.Payload.got.word"}, End=True
            )
        },
    }
    big = [{"Variable": "$.size", "NumericGreaterThan": 2, "Next": "Wait"}]
    states = {
        "Begin": {"Type": "Pass", "Result": "yes", "ResultPath": "$.begun", "Next": "Choose"},
        "Choose": {"Type": "Choice", "Choices": big, "Default": "Small"},
        "Small": {"Type": "Fail", "Error": "Small", "Cause": "too small"},
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Branches": [side, called],
            "ResultPath": "$.both",
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": each,
            "ResultPath": "$.each",
            "End": True,
        },
    }
    arn = machines.machine(states)
    fine, small = (
        machines.start(arn, {"size": 3, "items": [1, 2]}),
        machines.start(arn, {"size": 1}),
    )

    output = json.loads(machines.ended(fine)["output"])
    assert ["side", "tea"] == output["both"]
    assert [{"n": 2}, {"n": 4}] == output["each"]
    assert "yes" == output["begun"]
    assert ("Small", "too small") == tuple(machines.ended(small)[k] for k in ("error", "cause"))


def test_a_task_waits_until_somebody_sends_its_token(machines: Machines):
    """.waitForTaskToken with SQS: SendTaskSuccess gives the output, SendTaskFailure the error."""
    sqs = machines.account.client("sqs")
    url = sqs.create_queue(QueueName=f"tokens-{secrets.token_hex(4)}")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    arn = machines.machine({"Ask": task})

    def token() -> str:
        [message] = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return str(json.loads(message["Body"])["token"])

    fine = machines.start(arn, {})
    machines.states.send_task_success(taskToken=token(), output='{"done": true}')
    failed = machines.start(arn, {})
    machines.states.send_task_failure(taskToken=token(), error="Refused", cause="no")

    assert {"done": True} == json.loads(machines.ended(fine)["output"])
    assert "Refused" == machines.ended(failed)["error"]
    sqs.delete_queue(QueueUrl=url)


def test_tasks_call_other_services_with_the_role(machines: Machines):
    """sqs:sendMessage, sns:publish, dynamodb:putItem, events:putEvents and aws-sdk integrations."""
    account, name = machines.account, f"t-{secrets.token_hex(4)}"
    dynamodb, sqs, sns = (account.client(each) for each in ("dynamodb", "sqs", "sns"))
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    url, topic = sqs.create_queue(QueueName=name)["QueueUrl"], sns.create_topic(Name=name)

    def task(resource: str, after: str, **parameters: Any) -> dict[str, Any]:
        end = {"Next": after} if after else {"End": True}
        return {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{resource}",
            **end,
            "Parameters": parameters,
        }

    entry = {"Source": "shop", "DetailType": "sold", "Detail": {"n": 1}, "EventBusName": "default"}
    counted = machines.run(
        {
            "Put": task("dynamodb:putItem", "Send", TableName=name, Item={"id": {"S": "a"}}),
            "Send": task("sqs:sendMessage", "Publish", QueueUrl=url, MessageBody={"n": 1}),
            "Publish": task("sns:publish", "Event", TopicArn=topic["TopicArn"], Message="hi"),
            "Event": task("events:putEvents", "Scan", Entries=[entry]),
            "Scan": task("aws-sdk:dynamodb:scan", "", TableName=name),
        }
    )

    assert 1 == counted["Count"]
    [message] = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    assert {"n": 1} == json.loads(message["Body"])
    dynamodb.delete_table(TableName=name)
    sqs.delete_queue(QueueUrl=url)
    sns.delete_topic(TopicArn=topic["TopicArn"])


def test_what_the_role_may_not_fails_the_task(machines: Machines):
    """The refusal is the service's own and names the action."""
    role = machines.role("lambda:InvokeFunction")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:listTables",
        "Parameters": {},
        "End": True,
    }

    ended = machines.ended(machines.start(machines.machine({"List": task}, roleArn=role), {}))

    assert "FAILED" == ended["status"]
    assert "dynamodb:ListTables" in ended["cause"]


def test_a_nested_execution_is_waited_for(machines: Machines):
    """states:startExecution.sync:2 gives the inner output as JSON."""
    inner = machines.machine({"Say": {"Type": "Pass", "Result": {"said": "hi"}, "End": True}})
    outer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": inner, "Input": {}},
        "OutputPath": "$.Output",
        "End": True,
    }

    assert {"said": "hi"} == machines.run({"Outer": outer})


def test_an_express_workflow_answers_at_once(machines: Machines):
    """StartSyncExecution returns the output, or the error, of an EXPRESS state machine."""
    arn = machines.machine({"Ask": machines.invoke(End=True)}, type="EXPRESS")

    def started(event: Any) -> dict[str, Any]:
        text = json.dumps(event)
        states = machines.account.client("stepfunctions", inject_host_prefix=False)
        return dict(states.start_sync_execution(stateMachineArn=arn, input=text))

    fine, failed = started({"a": 1}), started({"fail": True})

    assert {"a": 1} == json.loads(fine["output"])["got"]
    assert ("FAILED", "ValueError") == (failed["status"], failed["error"])


def test_a_rule_starts_an_execution(machines: Machines):
    """EventBridge hands the event to the state machine with the role of the target."""
    arn = machines.machine({"Say": {"Type": "Pass", "End": True}})
    events, name = machines.account.client("events"), f"rule-{secrets.token_hex(4)}"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    iam = machines.account.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=_policy(may))
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "machine", "Arn": arn, "RoleArn": role}])

    events.put_events(Entries=[{"Source": name, "DetailType": "sold", "Detail": '{"n": 1}'}])

    [execution] = until(lambda: machines.states.list_executions(stateMachineArn=arn)["executions"])
    output = json.loads(machines.ended(execution["executionArn"])["output"])
    assert {"n": 1} == output["detail"]
    events.remove_targets(Rule=name, Ids=["machine"])
    events.delete_rule(Name=name)


def test_lambda_invoke_gives_the_whole_answer_of_the_call(machines: Machines):
    """Payload, version and what the SDK was told; without OutputPath a state sees all of it."""
    whole = machines.run({"Ask": machines.invoke(OutputPath="$", End=True)}, {"a": 1})

    assert [
        "ExecutedVersion",
        "Payload",
        "SdkHttpMetadata",
        "SdkResponseMetadata",
        "StatusCode",
    ] == sorted(whole)
    assert ("$LATEST", 200, {"a": 1}) == (
        whole["ExecutedVersion"],
        whole["StatusCode"],
        whole["Payload"]["got"],
    )
    told = whole["SdkHttpMetadata"]
    assert (200, "$LATEST", ["$LATEST"]) == (
        told["HttpStatusCode"],
        told["HttpHeaders"]["X-Amz-Executed-Version"],
        told["AllHttpHeaders"]["X-Amz-Executed-Version"],
    )
    assert told["HttpHeaders"]["x-amzn-RequestId"] == whole["SdkResponseMetadata"]["RequestId"]


def test_an_event_invocation_is_not_waited_for(machines: Machines):
    """InvocationType Event: 202, and an empty payload."""
    task = machines.invoke(OutputPath="$", End=True)
    task["Parameters"]["InvocationType"] = "Event"

    whole = machines.run({"Ask": task}, {"a": 1})
    assert (202, "") == (whole["StatusCode"], whole["Payload"])
    assert "ExecutedVersion" not in whole


@pytest.mark.parametrize("direct", [True, False])
def test_what_lambda_refuses_has_lambdas_error_name(machines: Machines, direct: bool):
    """Whether the state names the function itself or the integration."""
    task = machines.invoke(End=True)
    missing = "arn:aws:lambda:us-east-1:123456789012:function:nobody-made-it"
    if direct:
        task = {"Type": "Task", "Resource": missing, "End": True}
    else:
        task["Parameters"]["FunctionName"] = missing

    ended = machines.ended(machines.start(machines.machine({"Ask": task}), {}))
    assert ("FAILED", "Lambda.ResourceNotFoundException") == (ended["status"], ended["error"])
    assert ended["cause"].startswith(f"Function not found: {missing}")
    assert "(Service: AWSLambda; Status Code: 404; " in ended["cause"]


def test_a_choice_that_nothing_matches_says_so(machines: Machines):
    """As on AWS it is a runtime error, with its own cause."""
    choice = {"Variable": "$.a", "NumericEquals": 1, "Next": "Done"}
    states = {"Pick": {"Type": "Choice", "Choices": [choice]}, "Done": {"Type": "Succeed"}}

    ended = machines.ended(machines.start(machines.machine(states), {"a": 2}))
    assert ("States.Runtime", True) == (
        ended["error"],
        ended["cause"].endswith(
            "executing the state 'Pick' (entered at the event id #2). Failed to transition out of "
            "the state. The state does not point to a next state."
        ),
    )


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        ("no json", "INVALID_JSON_DESCRIPTION"),
        ('{"States": {}}', "SCHEMA_VALIDATION_FAILED"),
        (
            '{"StartAt": "X", "States": {"A": {"Type": "Succeed"}}}',
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt",
        ),
        (
            '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}',
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
        ),
    ],
)
def test_a_definition_that_is_none_is_refused(machines: Machines, definition: str, why: str):
    """InvalidDefinition, when it is made and when it is changed."""
    make, change = machines.states.create_state_machine, machines.states.update_state_machine
    known = machines.machine({"Done": {"Type": "Succeed"}})

    for status, code, message in (
        refused(make, name="broken", definition=definition, roleArn=machines.role_arn),
        refused(change, stateMachineArn=known, definition=definition),
    ):
        assert (400, "InvalidDefinition") == (status, code)
        assert message.startswith(f"Invalid State Machine Definition: '{why}")


def test_a_name_stands_for_one_state_machine(machines: Machines):
    """The same request again gives the same machine; another definition is refused."""
    arn = machines.machine({"Done": {"Type": "Succeed"}})
    name, states = arn.rpartition(":")[2], machines.states
    definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
    call = {"name": name, "roleArn": machines.role_arn}

    again = states.create_state_machine(definition=definition, **call)
    assert arn == again["stateMachineArn"]
    other = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    assert refused(states.create_state_machine, definition=other, **call) == (
        400,
        "StateMachineAlreadyExists",
        f"State Machine Already Exists: '{arn}'",
    )
    assert (
        "InvalidExecutionInput"
        == refused(states.start_execution, stateMachineArn=arn, input="{")[1]
    )


def test_a_broken_definition_spoils_no_other(machines: Machines):
    """What was read in JSONata and failed leaves the next machine its JSONPath."""
    task = machines.invoke(End=True)  # with Parameters, which JSONata has not
    broken = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": task}}
    make = machines.states.create_state_machine

    _, code, _ = refused(
        make, name="broken", definition=json.dumps(broken), roleArn=machines.role_arn
    )
    assert "InvalidDefinition" == code
    assert {"a": 1} == machines.run({"A": task}, {"a": 1})["got"]

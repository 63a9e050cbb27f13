"""CloudFormation and Step Functions: which types and waits are known."""

from __future__ import annotations

import json
import time
from typing import Any

from tools.fidelity.account import ProbedAccount, outcome, until
from tools.fidelity.rows import Area

AREA = Area("CloudFormation and Step Functions")
STACKS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
STATES = "https://docs.aws.amazon.com/step-functions/latest/dg/"


def _template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


@AREA.row(
    "stack-synchronous",
    "CreateStack returns at once; the stack is CREATE_IN_PROGRESS for a while.",
    f"{STACKS}view-stack-events.html",
)
def stack_synchronous(account: ProbedAccount) -> str:
    """Create a stack, and read its status right after the call."""
    client, name = account.client("cloudformation"), account.name()
    client.create_stack(StackName=name, TemplateBody=_template(Queue={"Type": "AWS::SQS::Queue"}))
    status = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    return f"The call returns when all is done: {status} right after it."


@AREA.row(
    "stack-types",
    "More than a thousand types of resources, and types of your own.",
    f"{STACKS}aws-template-resource-type-ref.html",
)
def stack_types(account: ProbedAccount) -> str:
    """Create stacks with types that are known, and with others."""
    client = account.client("cloudformation")
    answers = [
        kind
        + " "
        + outcome(
            client.create_stack,
            StackName=account.name(),
            TemplateBody=_template(It={"Type": kind}),
        )
        for kind in ("AWS::SNS::Topic", "AWS::Braket::SpendingLimit", "My::Own::Type")
    ]
    return f"Those that the kit and moto know: {'; '.join(answers)}."


@AREA.row(
    "stack-drift",
    "CloudFormation has stack sets, drift detection, hooks and macros.",
    f"{STACKS}using-cfn-stack-drift.html",
)
def stack_drift(account: ProbedAccount) -> str:
    """Ask for drift, and for a macro of one's own."""
    client, name = account.client("cloudformation"), account.name()
    client.create_stack(StackName=name, TemplateBody=_template(Topic={"Type": "AWS::SNS::Topic"}))
    drift = outcome(client.detect_stack_drift, StackName=name)
    body = json.dumps({"Transform": "MyMacro", "Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    macro = outcome(client.create_stack, StackName=account.name(), TemplateBody=body)
    return f"Drift detection {drift}; a template with a macro of one's own {macro}."


@AREA.row(
    "state-waits",
    "A Wait state waits as long as it says.",
    f"{STATES}state-wait.html",
)
def state_waits(account: ProbedAccount) -> str:
    """Run a machine that waits for a second where waits are short."""
    far = account.lapsed
    states = far.client("stepfunctions")
    machine = states.create_state_machine(
        name=far.name(),
        roleArn=far.make_role(far.name(), service="states"),
        definition=json.dumps(
            {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}
        ),
    )["stateMachineArn"]
    began = time.monotonic()
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING")
    took = time.monotonic() - began
    return (
        "Real, whatever the time lapse: a second took a second."
        if took >= 0.9
        else "Shortened by the time lapse."
    )


@AREA.row(
    "state-integrations",
    "Step Functions calls more than 200 services.",
    f"{STATES}integrate-services.html",
)
def state_integrations(account: ProbedAccount) -> str:
    """Run a machine that sends a message, and one that starts an ECS task."""
    url, _ = account.queue()
    answers = []
    for resource, parameters in (
        ("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": "x"}),
        ("arn:aws:states:::batch:submitJob", {"JobName": "j", "JobQueue": "q"}),
    ):
        state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
        answers.append(_run(account, {"StartAt": "T", "States": {"T": state}}))
    return (
        f"Those of moto's interpreter: sqs:sendMessage {answers[0]}, batch:submitJob {answers[1]}."
    )


@AREA.row(
    "state-jsonata",
    "A state machine can be written in JSONata, with Arguments and Output.",
    f"{STATES}transforming-data.html",
)
def state_jsonata(account: ProbedAccount) -> str:
    """Run a machine whose one state writes its output in JSONata."""
    state = {"Type": "Pass", "Output": "{% $states.input %}", "End": True}
    machine = {"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": state}}
    return (
        f"JSONPath only: a machine in JSONata can be made; its execution {_run(account, machine)}."
    )


@AREA.row(
    "state-design",
    "ValidateStateMachineDefinition looks for mistakes before a state machine is made.",
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html",
)
def state_design(account: ProbedAccount) -> str:
    """Have a definition checked, and make one that leads nowhere."""
    client, lost = account.client("stepfunctions"), {"Type": "Pass", "Next": "Nowhere"}
    definition = json.dumps({"StartAt": "T", "States": {"T": lost}})
    checked = outcome(client.validate_state_machine_definition, definition=definition)
    role = account.make_role(account.name(), service="states")
    made = outcome(
        client.create_state_machine, name=account.name(), definition=definition, roleArn=role
    )
    return f"That call {checked}; CreateStateMachine of what leads nowhere {made}."


@AREA.row(
    "pipes",
    "EventBridge Pipes connect sources to targets.",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html",
)
def pipes(account: ProbedAccount) -> str:
    """Ask for a pipe between two queues, send a message, and look for it."""
    source, target = account.queue(), account.queue()
    answer = outcome(
        account.client("pipes").create_pipe,
        Name=account.name(),
        Source=source[1],
        Target=target[1],
        RoleArn=account.make_role(account.name(), service="pipes"),
    )
    account.client("sqs").send_message(QueueUrl=source[0], MessageBody="x")
    came = account.client("sqs").receive_message(QueueUrl=target[0], WaitTimeSeconds=1)
    moved = "moves messages" if came.get("Messages") else "moves nothing"
    return f"To make one {answer}; it {moved}."


def _run(account: ProbedAccount, definition: dict[str, Any]) -> str:
    states = account.client("stepfunctions")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    role = account.make_role(account.name(), everything, service="states")
    machine = states.create_state_machine(
        name=account.name(), roleArn=role, definition=json.dumps(definition)
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]

    def ended() -> str | None:
        status = str(states.describe_execution(executionArn=execution)["status"])
        return None if status == "RUNNING" else status

    return str(until(ended))

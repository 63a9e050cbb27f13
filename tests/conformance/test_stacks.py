"""CloudFormation, SAM and Step Functions on the account's own data plane."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stacking import ALLOWED, Stack, text
from tests.waiting import until

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}
HANDLER = """
import json, os

def handler(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    return {"said": os.environ["WORD"], "version": context.function_version}
"""
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Word": {"Type": "String", "Default": "hello"}},
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "ManagedPolicyArns": [
                    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
                ],
                "Policies": [
                    {
                        "PolicyName": "send",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": {
                                "Effect": "Allow",
                                "Action": "sqs:SendMessage",
                                "Resource": {"Fn::GetAtt": ["Failed", "Arn"]},
                            },
                        },
                    }
                ],
            },
        },
        "Failed": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "30"}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": HANDLER},
                "Environment": {"Variables": {"WORD": {"Ref": "Word"}}},
            },
        },
        "Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Function"}},
        },
        "Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                "Name": "live",
            },
        },
        "Retries": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": 0,
                "DestinationConfig": {
                    "OnFailure": {"Destination": {"Fn::GetAtt": ["Failed", "Arn"]}}
                },
            },
        },
    },
    "Outputs": {
        "Alias": {"Value": {"Ref": "Live"}},
        "Queue": {"Value": {"Ref": "Failed"}},
        "Function": {"Value": {"Ref": "Function"}},
    },
}


@pytest.fixture
def stack(cloud: Any) -> Iterator[Stack]:
    """A stack with a name of its own, deleted afterwards."""
    made = Stack(cloud, f"stack-{secrets.token_hex(4)}")
    yield made
    made.client.delete_stack(StackName=made.name)


def changed(**properties: Any) -> dict[str, Any]:
    """Return the template with other properties of the function."""
    copy = json.loads(json.dumps(TEMPLATE))
    copy["Resources"]["Function"]["Properties"].update(properties)
    return dict(copy)


def test_a_template_brings_up_a_function_that_runs_behind_its_alias(stack: Stack):
    """Role, function, version, alias and destination are made by the same calls as by hand."""
    assert "CREATE_COMPLETE" == stack.create(
        TEMPLATE, Parameters=[{"ParameterKey": "Word", "ParameterValue": "hi"}]
    )

    assert {"said": "hi", "version": "1"} == stack.invoke(stack.outputs["Alias"])
    function = stack.outputs["Function"]
    config = stack.cloud.client("lambda").get_function_event_invoke_config(FunctionName=function)
    assert 0 == config["MaximumRetryAttempts"]


def test_every_resource_of_a_stack_has_its_events(stack: Stack):
    """In progress and complete, in the order of what needs what."""
    stack.create(TEMPLATE)

    events = stack.events()
    assert (stack.name, "CREATE_COMPLETE") == events[-1]
    complete = [name for name, status in events if status == "CREATE_COMPLETE"]
    assert complete.index("Role") < complete.index("Function") < complete.index("Version")
    assert complete.index("Version") < complete.index("Live")


def test_a_resource_that_fails_rolls_the_stack_back(stack: Stack):
    """The call is answered; the events name the resource and the reason; nothing is left."""
    status = stack.create(changed(MemorySize=1))

    assert "ROLLBACK_COMPLETE" == status
    assert ("Function", "CREATE_FAILED") in stack.events()
    assert "MemorySize, value: 1, valid min value: 128" in stack.reason("CREATE_FAILED")
    roles = stack.cloud.client("iam").list_roles()["Roles"]
    assert not [role for role in roles if role["RoleName"].startswith(stack.name)]


def test_an_update_that_fails_goes_back_to_the_old_template(stack: Stack):
    """The stack ends as UPDATE_ROLLBACK_COMPLETE and the function as it was."""
    stack.create(TEMPLATE)

    stack.update(changed(Timeout=5000))

    assert "UPDATE_ROLLBACK_COMPLETE" == stack.status
    function = stack.cloud.client("lambda").get_function_configuration(
        FunctionName=stack.outputs["Function"]
    )
    assert 3 == function["Timeout"]


def test_what_does_not_change_is_refused_and_what_failed_is_forgotten(stack: Stack):
    """A resource without properties is unchanged too; GetTemplate shows what the stack is."""
    plain = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    wrong = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1_000_000}}
    assert "CREATE_COMPLETE" == stack.create(plain)

    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.update(plain)
    failing = {"Resources": {**plain["Resources"], "Other": wrong}}
    assert "UPDATE_ROLLBACK_COMPLETE" == stack.update(failing)
    assert plain == stack.client.get_template(StackName=stack.name)["TemplateBody"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.update(plain)


def test_a_parameter_without_a_name_gets_one(stack: Stack):
    """CloudFormation names it after the resource."""
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v"}}

    assert "CREATE_COMPLETE" == stack.create({"Resources": {"Colour": parameter}})
    name = stack.physical_id("Colour")
    assert name.startswith("CFN-Colour")
    ssm = stack.cloud.client("ssm")
    assert "v" == ssm.get_parameter(Name=name)["Parameter"]["Value"]


def test_an_update_changes_what_the_template_changed(stack: Stack):
    """A second update with the same template is refused, as there is nothing to do."""
    stack.create(TEMPLATE)
    template = changed(Timeout=7)

    stack.update(template)

    assert "UPDATE_COMPLETE" == stack.status
    function = stack.cloud.client("lambda").get_function_configuration(
        FunctionName=stack.outputs["Function"]
    )
    assert 7 == function["Timeout"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.update(template)


def test_a_deleted_stack_leaves_nothing(stack: Stack):
    """Function, queue and role are gone with it."""
    stack.create(TEMPLATE)
    function = stack.outputs["Function"]

    stack.client.delete_stack(StackName=stack.name)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        stack.cloud.client("lambda").get_function(FunctionName=function)
    queues = stack.cloud.client("sqs").list_queues(QueueNamePrefix=stack.name)
    assert [] == queues.get("QueueUrls", [])


def test_a_change_set_shows_and_makes_what_a_deploy_command_asks_for(stack: Stack):
    """`aws cloudformation deploy` and `sam deploy` make change sets; outputs stand afterwards."""
    stack.client.create_change_set(
        StackName=stack.name,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=text(TEMPLATE),
        Capabilities=ALLOWED,
    )
    described = stack.client.describe_change_set(StackName=stack.name, ChangeSetName="first")
    stack.client.execute_change_set(StackName=stack.name, ChangeSetName="first")

    added = {change["ResourceChange"]["LogicalResourceId"] for change in described["Changes"]}
    assert set(TEMPLATE["Resources"]) == added
    assert "CREATE_COMPLETE" == stack.status
    assert {"said": "hello", "version": "1"} == stack.invoke(stack.outputs["Alias"])


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("Resources: [", "YAML not well-formed"),
        ("!!python/object/apply:os.system ['true']", "Template format error"),
        ({"Resources": {"X": {"Type": "AWS::No::Such"}}}, "Unrecognized resource types"),
        ({"Transform": "Nobody::Knows", "Resources": {}}, "No transform named"),
        ({"Description": "nothing"}, "At least one Resources member"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused_at_the_call(
    cloud: Any, template: Any, words: str
):
    """CloudFormation's ValidationError says what is wrong; nothing in a template is executed."""
    with pytest.raises(ClientError, match=words) as refused:
        Stack(cloud, f"stack-{secrets.token_hex(4)}").create(template)

    assert "ValidationError" == refused.value.response["Error"]["Code"]


SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Word: {Type: String, Default: hello}
Globals:
  Function: {Runtime: python3.13, Timeout: 10}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      InlineCode: |
        import os
        def handler(event, context):
            return [os.environ["WORD"], context.function_version]
      AutoPublishAlias: live
      Environment: {Variables: {WORD: !Ref Word}}
      Policies:
        - SQSSendMessagePolicy: {QueueName: !GetAtt Letters.QueueName}
  Letters: {Type: AWS::SQS::Queue}
Outputs:
  Alias: {Value: !Ref Greeter.Alias}
"""


def test_a_sam_template_makes_a_function_with_its_role_and_alias(stack: Stack):
    """The SAM translator's output works; the template shown is the one that was given."""
    status = stack.create(SAM, Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"])

    assert "CREATE_COMPLETE" == status
    assert ["hello", "1"] == stack.invoke(stack.outputs["Alias"])
    assert SAM == stack.client.get_template(StackName=stack.name)["TemplateBody"]


def test_a_changed_sam_function_gets_a_new_version_and_the_alias_moves(stack: Stack):
    """The old version stays, as SAM retains it, and the alias points at the new one."""
    stack.create(SAM)

    stack.update(SAM.replace('os.environ["WORD"]', '"changed"'))

    assert "UPDATE_COMPLETE" == stack.status
    assert ["changed", "2"] == stack.invoke(stack.outputs["Alias"])


def test_a_sam_template_with_a_mistake_says_where(cloud: Any):
    """The translator's own words come back as a ValidationError."""
    wrong = SAM.replace("Handler: index.handler", "Nonsense: 1")

    with pytest.raises(ClientError, match="Greeter") as refused:
        Stack(cloud, f"stack-{secrets.token_hex(4)}").create(wrong)

    assert "ValidationError" == refused.value.response["Error"]["Code"]


def test_an_operation_that_the_account_does_not_have_is_refused_by_name(cloud: Any):
    """CloudFormation's errors are XML; boto3 reads this one too."""
    with pytest.raises(ClientError) as caught:
        cloud.client("cloudformation").detect_stack_drift(StackName="any")

    assert "NotImplementedException" == caught.value.response["Error"]["Code"]
    assert "does not have" in caught.value.response["Error"]["Message"]


# Step Functions


MACHINE = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "", "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["ValueError"], "Next": "Caught", "ResultPath": "$.error"}],
            "End": True,
        },
        "Caught": {"Type": "Pass", "End": True},
    },
}


def machine(stack: Stack, *, allowed: bool) -> str:
    """Make a state machine that calls the stack's function; return its ARN."""
    iam, function = stack.cloud.client("iam"), stack.outputs["Function"]
    trust = json.dumps(TRUST).replace("lambda.amazonaws.com", "states.amazonaws.com")
    role = iam.create_role(
        RoleName=f"states-{secrets.token_hex(4)}", AssumeRolePolicyDocument=trust
    )["Role"]
    if allowed:
        statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName="call", PolicyDocument=policy)
    definition = json.dumps(MACHINE).replace('"FunctionName": ""', f'"FunctionName": "{function}"')
    made = stack.cloud.client("stepfunctions").create_state_machine(
        name=f"machine-{secrets.token_hex(4)}", definition=definition, roleArn=role["Arn"]
    )
    return str(made["stateMachineArn"])


def run(stack: Stack, arn: str, event: Any) -> dict[str, Any]:
    """Run a state machine to its end."""
    states = stack.cloud.client("stepfunctions")
    started = states.start_execution(stateMachineArn=arn, input=json.dumps(event))

    def ended() -> Any:
        described = states.describe_execution(executionArn=started["executionArn"])
        return described if described["status"] != "RUNNING" else None

    return dict(until(ended))


def test_a_state_machine_runs_functions_with_its_role(stack: Stack):
    """The task's result is the function's; an error of the function is caught by its type."""
    stack.create(TEMPLATE)
    arn = machine(stack, allowed=True)

    fine, failed = run(stack, arn, {}), run(stack, arn, {"fail": True})

    assert {"said": "hello", "version": "$LATEST"} == json.loads(fine["output"])
    assert "ValueError" == json.loads(failed["output"])["error"]["Error"]


def test_a_state_machine_may_only_what_its_role_may(stack: Stack):
    """A role that may not invoke fails the task with Lambda's own refusal."""
    stack.create(TEMPLATE)

    ended = run(stack, machine(stack, allowed=False), {})

    assert "FAILED" == ended["status"]
    assert "Lambda.AccessDeniedException" == ended["error"]
    assert "not authorized to perform: lambda:InvokeFunction" in ended["cause"]

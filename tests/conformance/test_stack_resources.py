"""What a template may say, and what happens to resources: functions, replacement, custom ones."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stacking import Stack, post
from tests.waiting import until

TEMPLATES = Path(__file__).parent / "templates"
ROLE = "arn:aws:iam::123456789012:role/conformance"


@pytest.fixture
def stack(cloud: Any) -> Iterator[Stack]:
    """A stack with a name of its own, deleted afterwards."""
    _ = cloud.role_arn
    made = Stack(cloud, f"stack-{secrets.token_hex(4)}")
    yield made
    made.client.delete_stack(StackName=made.name)


def queue(**properties: Any) -> dict[str, Any]:
    """Return a queue for a template."""
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


SUBSTITUTED = [
    ({"Fn::Sub": "${AWS::StackName}/${Word}/${!Literal}"}, "{stack}/tea/${{Literal}}"),
    ({"Fn::Sub": ["${own}-${Word}", {"own": {"Ref": "AWS::Region"}}]}, "us-east-1-tea"),
    ({"Fn::Join": ["-", {"Fn::Split": [",", "a,b"]}]}, "a-b"),
    ({"Fn::Select": ["1", {"Ref": "Listed"}]}, "y"),
    ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
    ({"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/24", 2, 5]}]}, "10.0.0.32/27"),
    ({"Fn::FindInMap": ["Sizes", {"Ref": "Word"}, "cup"]}, "250"),
    ({"Fn::Base64": "hi"}, "aGk="),
    ({"Fn::ToJsonString": {"a": {"Ref": "Word"}}}, '{{"a": "tea"}}'),
    ({"Fn::Length": [1, 2, 3]}, "3"),
    ({"Fn::If": ["IsTea", "leaf", {"Ref": "AWS::NoValue"}]}, "leaf"),
]
PARTS = {
    "Parameters": {
        "Word": {"Type": "String", "Default": "tea"},
        "Listed": {"Type": "CommaDelimitedList", "Default": "x,y"},
    },
    "Mappings": {"Sizes": {"tea": {"cup": 250}}},
    "Conditions": {
        "IsTea": {"Fn::Equals": [{"Ref": "Word"}, "tea"]},
        "IsNot": {"Fn::Not": [{"Condition": "IsTea"}]},
    },
}


def test_intrinsic_functions_stand_for_what_aws_says(stack: Stack):
    """Ref, Sub in both forms, Join, Split, Select, FindInMap, If, Cidr, GetAZs and the others."""
    outputs = {f"O{n}": {"Value": value} for n, (value, _) in enumerate(SUBSTITUTED)}
    resources = {"Queue": queue(), "Not": {**queue(), "Condition": "IsNot"}}

    stack.create({**PARTS, "Resources": resources, "Outputs": outputs})

    expected = [wanted.format(stack=stack.name) for _, wanted in SUBSTITUTED]
    assert expected == [stack.outputs[f"O{n}"] for n in range(len(SUBSTITUTED))]
    shown = stack.client.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]
    assert ["Queue"] == [each["LogicalResourceId"] for each in shown]


REFUSED = [
    ({"A": queue(QueueName={"Ref": "Nobody"})}, r"Unresolved resource dependencies \[Nobody\]"),
    ({"A": {**queue(), "DependsOn": "B"}, "B": {**queue(), "DependsOn": "A"}}, "Circular"),
    ({"A-B": queue()}, "non alphanumeric"),
    ({"A": {"Properties": {}}}, "must contain a Type member"),
    ({"A": {**queue(), "Condition": "No"}}, "Unresolved condition dependency"),
]


@pytest.mark.parametrize(("resources", "words"), REFUSED)
def test_a_template_that_cannot_become_a_stack_is_refused(stack: Stack, resources: Any, words: str):
    """Unknown names, circles and missing types are found before anything is made."""
    with pytest.raises(ClientError, match=words) as refused:
        stack.create({"Resources": resources})

    assert "ValidationError" == refused.value.response["Error"]["Code"]


GIVEN = [
    ({}, r"Parameters: \[Size\] must have values"),
    ({"Size": "1", "Nobody": "1"}, r"Parameters: \[Nobody\] do not exist in the template"),
    ({"Size": "9"}, "Parameter 'Size' must be one of AllowedValues"),
    ({"Size": "1", "Name": "B"}, "Parameter 'Name' must match pattern"),
]


@pytest.mark.parametrize(("given", "words"), GIVEN)
def test_parameters_are_checked_at_the_call(stack: Stack, given: dict[str, str], words: str):
    """Missing, unknown and not allowed values, in CloudFormation's words."""
    template = {
        "Parameters": {
            "Size": {"Type": "Number", "AllowedValues": [1, 2]},
            "Name": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "a"},
        },
        "Resources": {"Queue": queue()},
    }

    with pytest.raises(ClientError, match=words):
        stack.create(
            template,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        )


def test_roles_need_a_capability(stack: Stack):
    """InsufficientCapabilitiesException names the one that the template needs."""
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    named = {**role, "Properties": {**role["Properties"], "RoleName": "mine"}}  # type: ignore[dict-item]

    for resource, wanted in ((role, "CAPABILITY_IAM"), (named, "CAPABILITY_NAMED_IAM")):
        with pytest.raises(ClientError, match=rf"Requires capabilities : \[{wanted}\]") as refused:
            stack.create({"Resources": {"Role": resource}}, Capabilities=[])
        assert "InsufficientCapabilitiesException" == refused.value.response["Error"]["Code"]


def test_no_echo_hides_a_value_and_termination_protection_keeps_a_stack(stack: Stack):
    """Four stars for a secret; a protected stack is not deleted."""
    template = {
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "quiet"}},
        "Resources": {"Queue": queue()},
    }
    stack.create(template, EnableTerminationProtection=True)
    [described] = stack.client.describe_stacks(StackName=stack.name)["Stacks"]
    assert "****" == described["Parameters"][0]["ParameterValue"]

    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        stack.client.delete_stack(StackName=stack.name)

    stack.client.update_termination_protection(
        StackName=stack.name, EnableTerminationProtection=False
    )


def test_templates_are_summarised_and_validated_without_being_run(cloud: Any):
    """Parameters, resource types and capabilities; a template's tags never run code."""
    client = cloud.client("cloudformation")
    template = (TEMPLATES / "orders.yaml").read_text()

    summary = client.get_template_summary(TemplateBody=template)
    valid = client.validate_template(TemplateBody=template)

    assert ["CAPABILITY_IAM"] == summary["Capabilities"] == valid["Capabilities"]
    assert "AWS::ApiGateway::RestApi" in summary["ResourceTypes"]
    assert "7" == valid["Parameters"][0]["DefaultValue"]
    with pytest.raises(ClientError, match="Template format error"):
        client.validate_template(TemplateBody="!!python/object/apply:os.system ['true']")
    with pytest.raises(ClientError, match="YAML aliases are not allowed"):
        client.get_template_summary(TemplateBody="a: &a {b: *a}\nResources: {}")


def test_a_replaced_resource_gets_its_dependants_and_then_goes(stack: Stack):
    """A queue with another name is a new queue; what refers to it follows; the old one is gone."""
    first, second = (f"q-{secrets.token_hex(4)}" for _ in range(2))
    rest = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Queue"}}}
    stack.create({"Resources": {"Queue": queue(QueueName=first), "Topic": rest}})
    topic = stack.physical_id("Topic")

    assert "UPDATE_COMPLETE" == stack.update(
        {"Resources": {"Queue": queue(QueueName=second), "Topic": rest}}
    )

    urls = stack.cloud.client("sqs").list_queues(QueueNamePrefix="q-").get("QueueUrls", [])
    assert [second] == [u.rsplit("/", 1)[1] for u in urls if u.endswith((first, second))]
    shown = stack.cloud.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert shown["DisplayName"].endswith(second)
    events = stack.events()
    assert events.index(("Topic", "UPDATE_COMPLETE")) < events.index(("Queue", "DELETE_COMPLETE"))


def test_an_update_that_fails_after_a_replacement_keeps_the_old_resource(stack: Stack):
    """The new queue goes again, and the reference to the old one comes back."""
    first, second = (f"q-{secrets.token_hex(4)}" for _ in range(2))
    broken = {"Type": "AWS::SNS::Topic", "Properties": {"Nonsense": {"Ref": "Queue"}}}
    stack.create({"Resources": {"Queue": queue(QueueName=first)}})

    status = stack.update({"Resources": {"Queue": queue(QueueName=second), "Topic": broken}})

    assert "UPDATE_ROLLBACK_COMPLETE" == status
    assert stack.physical_id("Queue").endswith(first)
    urls = stack.cloud.client("sqs").list_queues(QueueNamePrefix=second).get("QueueUrls", [])
    assert [] == urls


def test_a_table_keeps_its_items_when_a_stream_is_added(stack: Stack):
    """UpdateTable, not another table."""
    properties: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    table = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
    stack.create({"Resources": {"Table": table}})
    name = stack.physical_id("Table")
    dynamodb = stack.cloud.client("dynamodb")
    dynamodb.put_item(TableName=name, Item={"id": {"S": "kept"}})
    properties["StreamSpecification"] = {"StreamViewType": "NEW_IMAGE"}

    stack.update(
        {
            "Resources": {"Table": table},
            "Outputs": {"Stream": {"Value": {"Fn::GetAtt": ["Table", "StreamArn"]}}},
        }
    )

    assert name in stack.outputs["Stream"]
    assert 1 == dynamodb.scan(TableName=name)["Count"]


def test_deletion_policies_keep_resources(stack: Stack):
    """Retain keeps the queue of a deleted stack; it is skipped in the events."""
    name = f"q-{secrets.token_hex(4)}"
    kept = {**queue(QueueName=name), "DeletionPolicy": "Retain"}
    stack.create({"Resources": {"Queue": kept}})
    arn = stack.client.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]

    stack.client.delete_stack(StackName=stack.name)

    events = stack.client.describe_stack_events(StackName=arn)["StackEvents"]
    assert "DELETE_SKIPPED" in [event["ResourceStatus"] for event in events]
    sqs = stack.cloud.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def test_a_failure_may_leave_the_stack_as_it_is_or_delete_it(cloud: Any):
    """OnFailure DO_NOTHING keeps what was made; DELETE leaves no stack."""
    broken = {"Type": "AWS::SNS::Topic", "Properties": {"Nonsense": {"Ref": "Queue"}}}
    template = {"Resources": {"Queue": queue(), "Topic": broken}}
    kept, gone = (Stack(cloud, f"stack-{secrets.token_hex(4)}") for _ in range(2))

    assert "CREATE_FAILED" == kept.create(template, OnFailure="DO_NOTHING")
    assert kept.physical_id("Queue")
    kept.client.delete_stack(StackName=kept.name)
    with pytest.raises(ClientError, match="does not exist"):
        gone.create(template, OnFailure="DELETE")


def test_exports_are_imported_and_held(cloud: Any, stack: Stack):
    """An export in use holds its stack; without users it goes."""
    word = f"word-{secrets.token_hex(4)}"
    exporting = {
        "Resources": {"Queue": queue()},
        "Outputs": {"Out": {"Value": "tea", "Export": {"Name": word}}},
    }
    stack.create(exporting)
    other = Stack(cloud, f"stack-{secrets.token_hex(4)}")
    other.create(
        {
            "Resources": {"Queue": queue(QueueName={"Fn::Sub": "x-${AWS::StackName}"})},
            "Outputs": {"In": {"Value": {"Fn::ImportValue": word}}},
        }
    )

    assert "tea" == other.outputs["In"]
    assert [other.name] == stack.client.list_imports(ExportName=word)["Imports"]
    stack.client.delete_stack(StackName=stack.name)
    assert "DELETE_FAILED" == stack.status
    other.client.delete_stack(StackName=other.name)
    stack.client.delete_stack(StackName=stack.name)
    with pytest.raises(ClientError, match="does not exist"):
        _ = stack.status


def test_a_nested_stack_gives_its_outputs(cloud: Any, stack: Stack):
    """Its template is in S3; parameters go in, outputs come out, and it is deleted with it."""
    bucket = f"templates-{secrets.token_hex(4)}"
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=bucket)
    inner = {
        "Parameters": {"Word": {"Type": "String"}},
        "Resources": {"Queue": queue()},
        "Outputs": {"Said": {"Value": {"Ref": "Word"}}},
    }
    s3.put_object(Bucket=bucket, Key="inner.json", Body=json.dumps(inner))
    url = f"https://{bucket}.s3.us-east-1.amazonaws.com/inner.json"
    nested = {"TemplateURL": url, "Parameters": {"Word": "tea"}}

    stack.create(
        {
            "Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": nested}},
            "Outputs": {"Said": {"Value": {"Fn::GetAtt": ["Inner", "Outputs.Said"]}}},
        }
    )

    assert "tea" == stack.outputs["Said"]
    inner_id = stack.physical_id("Inner")
    stack.client.delete_stack(StackName=stack.name)
    [described] = stack.client.describe_stacks(StackName=inner_id)["Stacks"]
    assert "DELETE_COMPLETE" == described["StackStatus"]
    s3.delete_object(Bucket=bucket, Key="inner.json")
    s3.delete_bucket(Bucket=bucket)


CUSTOM = """
import json
import cfnresponse

def handler(event, context):
    print("ASKED", json.dumps(event))
    given = event["ResourceProperties"]
    if given.get("Silent") == "true":
        return
    status = "FAILED" if given.get("Fail") == event["RequestType"] else "SUCCESS"
    identifier = "thing-" + given.get("Name", "")
    cfnresponse.send(event, context, status, {"Doubled": given["Name"] * 2}, identifier,
                     reason="as asked")
"""


def custom(**properties: Any) -> dict[str, Any]:
    """Return a template with a function and a resource that it makes."""
    token = {"Fn::GetAtt": ["Maker", "Arn"]}
    return {
        "Resources": {
            "Maker": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Role": ROLE,
                    "Code": {"ZipFile": CUSTOM},
                },
            },
            "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token, **properties}},
        },
        "Outputs": {
            "Doubled": {"Value": {"Fn::GetAtt": ["Thing", "Doubled"]}},
            "Maker": {"Value": {"Ref": "Maker"}},
            "Thing": {"Value": {"Ref": "Thing"}},
        },
    }


def asked(stack: Stack, function: str, count: int) -> list[dict[str, Any]]:
    """Return the requests that a maker has had, once there are so many."""
    logs = stack.cloud.client("logs")

    def found() -> Any:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        lines = [e["message"] for e in events if e["message"].startswith("ASKED ")]
        return len(lines) >= count and [json.loads(line[6:]) for line in lines]

    return list(until(found))


def test_a_custom_resource_is_made_changed_and_deleted_by_its_function(stack: Stack):
    """Create, Update and, for the physical id that an update left, Delete; values are text."""
    assert "CREATE_COMPLETE" == stack.create(custom(Name="a", Count=3))
    assert ("aa", "thing-a") == (stack.outputs["Doubled"], stack.outputs["Thing"])
    maker = stack.outputs["Maker"]

    assert "UPDATE_COMPLETE" == stack.update(custom(Name="b", Count=3))
    assert "bb" == stack.outputs["Doubled"]
    stack.client.delete_stack(StackName=stack.name)

    requests = asked(stack, maker, 4)
    assert ["Create", "Update", "Delete", "Delete"] == [each["RequestType"] for each in requests]
    assert "3" == requests[0]["ResourceProperties"]["Count"]
    assert "a" == requests[1]["OldResourceProperties"]["Name"]
    assert ["thing-a", "thing-b"] == [each["PhysicalResourceId"] for each in requests[2:]]


def test_a_custom_resource_that_fails_rolls_the_stack_back(stack: Stack):
    """The reason is the function's own; the update goes back with another request."""
    assert "ROLLBACK_COMPLETE" == stack.create(custom(Name="a", Fail="Create"))

    reason = stack.reason("CREATE_FAILED")
    assert "Received response status [FAILED] from custom resource" in reason
    assert "as asked" in reason


def test_a_custom_resource_that_says_nothing_times_out(stack: Stack):
    """After ServiceTimeout seconds the stack rolls back and says whom to ask."""
    template = custom(Name="a", Silent=True, ServiceTimeout=1)

    assert "ROLLBACK_COMPLETE" == stack.create(template)

    assert "did not receive a response" in stack.reason("CREATE_FAILED")


def layer(cloud: Any) -> None:
    """Put the layer of the SAM template where it says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/shared.py", 'WORD = "shared"')
    account = cloud.client("sts").get_caller_identity()["Account"]
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=f"layers-{account}")
    s3.put_object(Bucket=f"layers-{account}", Key="shared.zip", Body=buffer.getvalue())


@pytest.mark.parametrize("template", ["orders", "orders-sam"])
def test_a_template_brings_up_an_api_with_a_queue_and_a_table_behind_it(
    cloud: Any, stack: Stack, template: str
):
    """A request goes in, an item comes out; deleting the stack leaves nothing."""
    if template == "orders-sam":
        layer(cloud)
    assert "CREATE_COMPLETE" == stack.create((TEMPLATES / f"{template}.yaml").read_text())
    outputs = stack.outputs

    status, body = post(
        f"{cloud.cloud.endpoint}/_aws/execute-api/{outputs['Url']}/v1/orders", {"what": "tea"}
    )

    assert 202 == status
    dynamodb = cloud.client("dynamodb")
    [item] = until(lambda: dynamodb.scan(TableName=outputs["Table"])["Items"])
    assert {"id": {"S": body["id"]}, "what": {"S": "tea"}} == item
    if "Count" in outputs:
        assert "shared" == stack.invoke(outputs["Count"])
    stack.client.delete_stack(StackName=stack.name)
    assert left(cloud, stack.name) == []


def left(cloud: Any, prefix: str) -> list[str]:
    """Return functions, roles, queues, tables, layers and schedules named after a stack."""
    pages = [
        [each["FunctionName"] for each in cloud.functions.list_functions()["Functions"]],
        [each["RoleName"] for each in cloud.client("iam").list_roles()["Roles"]],
        cloud.client("dynamodb").list_tables()["TableNames"],
        [each["LayerName"] for each in cloud.functions.list_layers()["Layers"]],
        [each["Name"] for each in cloud.client("scheduler").list_schedules()["Schedules"]],
        cloud.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", []),
    ]
    return [name for page in pages for name in page if prefix in name]

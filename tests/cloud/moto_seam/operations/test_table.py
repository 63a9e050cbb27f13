"""What IAM is asked about a call: actions, ARNs and condition keys, call by call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpers.cloud.moto_seam.operations import Call, requirements

HERE = "us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/thumbnail"
TABLE = f"arn:aws:dynamodb:{HERE}:table/orders"
FUNCTION = f"arn:aws:lambda:{HERE}:function:thumbnail"
LAYER = f"arn:aws:lambda:{HERE}:layer:pricing:3"
QUEUE = f"arn:aws:sqs:{HERE}:print-jobs"
URL = "http://127.0.0.1:9/123456789012/print-jobs"
TOPIC = f"arn:aws:sns:{HERE}:orders"
GROUP = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/thumbnail:log-stream:"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{HERE}:key/{KEY_ID}"
CODE = {"Role": ROLE, "Handler": "app.handler", "Runtime": "python3.13"}
UPLOADED = {"S3Bucket": "code", "S3Key": "k"}
ITEM = {"order_id": {"S": "o-1007"}}
MACHINE = f"arn:aws:states:{HERE}:stateMachine:m"
PUT = {"PutRequest": {"Item": ITEM}}
STREAM = f"{TABLE}/stream/1-2026-11-21T08:00:00.000"

ASKED: list[tuple[str, str, dict[str, Any], list[str]]] = [
    # S3
    ("s3", "GetObject", {"Bucket": "b", "Key": "a/k"}, ["s3:GetObject arn:aws:s3:::b/a/k"]),
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, ["s3:GetObject arn:aws:s3:::b/k"]),
    ("s3", "GetObject", {"Bucket": "b", "Key": "k", "VersionId": "1"},
     ["s3:GetObjectVersion arn:aws:s3:::b/k"]),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b"x"},
     ["s3:PutObject arn:aws:s3:::b/k"]),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Tagging": "a=b", "ACL": "private"},
     ["s3:PutObject arn:aws:s3:::b/k", "s3:PutObjectTagging arn:aws:s3:::b/k",
      "s3:PutObjectAcl arn:aws:s3:::b/k"]),
    ("s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": {"Bucket": "c", "Key": "ä b"}},
     ["s3:PutObject arn:aws:s3:::b/k", "s3:GetObject arn:aws:s3:::c/ä b"]),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y"}]}},
     ["s3:DeleteObject arn:aws:s3:::b/x", "s3:DeleteObject arn:aws:s3:::b/y"]),
    ("s3", "ListObjectsV2", {"Bucket": "b"}, ["s3:ListBucket arn:aws:s3:::b"]),
    ("s3", "HeadBucket", {"Bucket": "b"}, ["s3:ListBucket arn:aws:s3:::b"]),
    ("s3", "ListBuckets", {}, ["s3:ListAllMyBuckets *"]),
    # Lambda
    ("lambda", "Invoke", {"FunctionName": "thumbnail"}, [f"lambda:InvokeFunction {FUNCTION}"]),
    ("lambda", "Invoke", {"FunctionName": "thumbnail", "Qualifier": "live"},
     [f"lambda:InvokeFunction {FUNCTION}:live"]),
    ("lambda", "Invoke", {"FunctionName": "thumbnail:live"},
     [f"lambda:InvokeFunction {FUNCTION}:live"]),
    ("lambda", "Invoke", {"FunctionName": FUNCTION}, [f"lambda:InvokeFunction {FUNCTION}"]),
    ("lambda", "Invoke", {"FunctionName": f"{FUNCTION}:7"},
     [f"lambda:InvokeFunction {FUNCTION}:7"]),
    ("lambda", "Invoke", {"FunctionName": "123456789012:function:thumbnail"},
     [f"lambda:InvokeFunction {FUNCTION}"]),
    ("lambda", "CreateFunction", CODE | {"FunctionName": "thumbnail", "Code": {"ZipFile": b"x"}},
     [f"lambda:CreateFunction {FUNCTION}", f"iam:PassRole {ROLE}"]),
    ("lambda", "CreateFunction",
     CODE | {"FunctionName": "thumbnail", "Code": UPLOADED, "Layers": [LAYER]},
     [f"lambda:CreateFunction {FUNCTION}", f"iam:PassRole {ROLE}",
      f"lambda:GetLayerVersion {LAYER}", "s3:GetObject arn:aws:s3:::code/k"]),
    ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "thumbnail", "Timeout": 5},
     [f"lambda:UpdateFunctionConfiguration {FUNCTION}"]),
    ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "thumbnail", "Role": ROLE},
     [f"lambda:UpdateFunctionConfiguration {FUNCTION}", f"iam:PassRole {ROLE}"]),
    ("lambda", "GetLayerVersion", {"LayerName": "pricing", "VersionNumber": 3},
     [f"lambda:GetLayerVersion {LAYER}"]),
    ("lambda", "GetLayerVersionByArn", {"Arn": LAYER}, [f"lambda:GetLayerVersion {LAYER}"]),
    ("lambda", "ListFunctions", {}, ["lambda:ListFunctions *"]),
    ("lambda", "DeleteEventSourceMapping", {"UUID": KEY_ID},
     [f"lambda:DeleteEventSourceMapping arn:aws:lambda:{HERE}:event-source-mapping:{KEY_ID}"]),
    ("lambda", "GetAlias", {"FunctionName": "thumbnail", "Name": "live"},
     [f"lambda:GetAlias {FUNCTION}"]),
    # Logs
    ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/thumbnail"},
     [f"logs:CreateLogGroup {GROUP}"]),
    ("logs", "PutLogEvents", {"logGroupName": "/aws/lambda/thumbnail", "logStreamName": "s",
     "logEvents": [{"timestamp": 1, "message": "m"}]}, [f"logs:PutLogEvents {GROUP}s"]),
    ("logs", "DescribeLogGroups", {},
     [f"logs:DescribeLogGroups arn:aws:logs:{HERE}:log-group::log-stream:"]),
    ("logs", "StartQuery", {"logGroupNames": ["/aws/lambda/thumbnail"], "startTime": 1,
     "endTime": 2, "queryString": "fields @message"}, [f"logs:StartQuery {GROUP}"]),
    # IAM and STS
    ("iam", "CreateRole", {"RoleName": "thumbnail", "AssumeRolePolicyDocument": "{}"},
     [f"iam:CreateRole {ROLE}"]),
    ("iam", "CreateRole", {"RoleName": "r", "Path": "/shop/", "AssumeRolePolicyDocument": "{}"},
     ["iam:CreateRole arn:aws:iam::123456789012:role/shop/r"]),
    ("iam", "PutRolePolicy", {"RoleName": "thumbnail", "PolicyName": "p", "PolicyDocument": "{}"},
     [f"iam:PutRolePolicy {ROLE}"]),
    ("iam", "ListRoles", {}, ["iam:ListRoles arn:aws:iam::123456789012:role/"]),
    ("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s1"}, [f"sts:AssumeRole {ROLE}"]),
    ("sts", "AssumeRole",
     {"RoleArn": ROLE, "RoleSessionName": "s1", "Tags": [{"Key": "k", "Value": "v"}]},
     [f"sts:AssumeRole {ROLE}", f"sts:TagSession {ROLE}"]),
    ("sts", "GetCallerIdentity", {}, []),
    # DynamoDB
    ("dynamodb", "GetItem", {"TableName": "orders", "Key": ITEM}, [f"dynamodb:GetItem {TABLE}"]),
    ("dynamodb", "GetItem", {"TableName": TABLE, "Key": ITEM}, [f"dynamodb:GetItem {TABLE}"]),
    ("dynamodb", "Query", {"TableName": "orders", "IndexName": "by-customer"},
     [f"dynamodb:Query {TABLE}/index/by-customer"]),
    ("dynamodb", "BatchWriteItem",
     {"RequestItems": {"orders": [PUT], "stock": [PUT]}},
     [f"dynamodb:BatchWriteItem {TABLE}",
      f"dynamodb:BatchWriteItem arn:aws:dynamodb:{HERE}:table/stock"]),
    ("dynamodb", "TransactWriteItems", {"TransactItems": [
        {"Put": {"TableName": "orders", "Item": ITEM}},
        {"ConditionCheck": {"TableName": "orders", "Key": ITEM, "ConditionExpression": "a"}}]},
     [f"dynamodb:PutItem {TABLE}", f"dynamodb:ConditionCheckItem {TABLE}"]),
    ("dynamodb", "ExecuteStatement", {"Statement": 'SELECT * FROM "orders"."by-customer"'},
     [f"dynamodb:PartiQLSelect {TABLE}/index/by-customer"]),
    ("dynamodb", "ExecuteStatement", {"Statement": 'delete from orders where id = 1'},
     [f"dynamodb:PartiQLDelete {TABLE}"]),
    ("dynamodb", "ListTables", {},
     ["dynamodb:ListTables arn:aws:dynamodb:us-east-1:123456789012:table/*"]),
    ("dynamodbstreams", "DescribeStream", {"StreamArn": STREAM},
     [f"dynamodb:DescribeStream {STREAM}"]),
    # queues, topics, buses, schedules
    ("sqs", "SendMessage", {"QueueUrl": URL, "MessageBody": "m"}, [f"sqs:SendMessage {QUEUE}"]),
    ("sqs", "SendMessageBatch", {"QueueUrl": URL, "Entries": [{"Id": "1", "MessageBody": "m"}]},
     [f"sqs:SendMessage {QUEUE}"]),
    ("sqs", "GetQueueUrl", {"QueueName": "print-jobs"}, [f"sqs:GetQueueUrl {QUEUE}"]),
    ("sqs", "StartMessageMoveTask", {"SourceArn": QUEUE, "DestinationArn": f"{QUEUE}-2"},
     [f"sqs:StartMessageMoveTask {QUEUE}", f"sqs:ReceiveMessage {QUEUE}",
      f"sqs:DeleteMessage {QUEUE}", f"sqs:GetQueueAttributes {QUEUE}",
      f"sqs:SendMessage {QUEUE}-2"]),
    ("sns", "Publish", {"TopicArn": TOPIC, "Message": "m"}, [f"sns:Publish {TOPIC}"]),
    ("sns", "Publish", {"PhoneNumber": "+491234", "Message": "m"}, ["sns:Publish *"]),
    ("sns", "CreateTopic", {"Name": "orders"}, [f"sns:CreateTopic {TOPIC}"]),
    ("sns", "Unsubscribe", {"SubscriptionArn": f"{TOPIC}:{KEY_ID}"}, [f"sns:Unsubscribe {TOPIC}"]),
    ("events", "PutEvents", {"Entries": [{"EventBusName": "shop"}, {}, {}]},
     [f"events:PutEvents arn:aws:events:{HERE}:event-bus/shop",
      f"events:PutEvents arn:aws:events:{HERE}:event-bus/default"]),
    ("events", "PutRule", {"Name": "r"}, [f"events:PutRule arn:aws:events:{HERE}:rule/r"]),
    ("events", "PutTargets", {"Rule": "r", "EventBusName": "shop",
     "Targets": [{"Id": "1", "Arn": QUEUE}, {"Id": "2", "Arn": QUEUE, "RoleArn": ROLE}]},
     [f"events:PutTargets arn:aws:events:{HERE}:rule/shop/r", f"iam:PassRole {ROLE}"]),
    ("scheduler", "CreateSchedule", {"Name": "nightly-report", "ScheduleExpression": "rate(1 day)",
     "Target": {"Arn": FUNCTION, "RoleArn": ROLE}, "FlexibleTimeWindow": {"Mode": "OFF"}},
     [f"scheduler:CreateSchedule arn:aws:scheduler:{HERE}:schedule/default/nightly-report",
      f"iam:PassRole {ROLE}"]),
    # configuration
    ("ssm", "GetParameter", {"Name": "/shop/prod/price:3"},
     [f"ssm:GetParameter arn:aws:ssm:{HERE}:parameter/shop/prod/price"]),
    ("ssm", "GetParameters", {"Names": ["/a", "b"]},
     [f"ssm:GetParameters arn:aws:ssm:{HERE}:parameter/a",
      f"ssm:GetParameters arn:aws:ssm:{HERE}:parameter/b"]),
    ("ssm", "GetParametersByPath", {"Path": "/shop/prod"},
     [f"ssm:GetParametersByPath arn:aws:ssm:{HERE}:parameter/shop/prod"]),
    ("secretsmanager", "GetSecretValue", {"SecretId": "pay"},
     [f"secretsmanager:GetSecretValue arn:aws:secretsmanager:{HERE}:secret:pay"]),
    ("kms", "Encrypt", {"KeyId": KEY_ID, "Plaintext": b"x"}, [f"kms:Encrypt {KEY}"]),
    ("kms", "Decrypt", {"CiphertextBlob": KEY_ID.encode() + b"..."}, [f"kms:Decrypt {KEY}"]),
    ("kms", "Decrypt", {"CiphertextBlob": b"\xff\xfe"}, ["kms:Decrypt *"]),
    # streams and telemetry
    ("kinesis", "PutRecord", {"StreamName": "clicks", "Data": b"x", "PartitionKey": "p"},
     [f"kinesis:PutRecord arn:aws:kinesis:{HERE}:stream/clicks"]),
    ("kinesis", "GetRecords", {"ShardIterator": "AAAA"}, ["kinesis:GetRecords *"]),
    ("cloudwatch", "PutMetricData", {"Namespace": "shop", "MetricData": []},
     ["cloudwatch:PutMetricData *"]),
    ("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a", "b"]},
     [f"cloudwatch:DeleteAlarms arn:aws:cloudwatch:{HERE}:alarm:a",
      f"cloudwatch:DeleteAlarms arn:aws:cloudwatch:{HERE}:alarm:b"]),
    # orchestration
    ("apigateway", "GetRestApi", {"restApiId": "r1"},
     ["apigateway:GET arn:aws:apigateway:us-east-1::/restapis/r1"]),
    ("apigateway", "PutMethod", {"restApiId": "r1", "resourceId": "x", "httpMethod": "GET",
     "authorizationType": "NONE"},
     ["apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/r1/resources/x/methods/GET"]),
    ("apigatewayv2", "CreateRoute", {"ApiId": "a1", "RouteKey": "GET /"},
     ["apigateway:POST arn:aws:apigateway:us-east-1::/apis/a1/routes"]),
    ("stepfunctions", "CreateStateMachine", {"name": "m", "definition": "{}", "roleArn": ROLE},
     [f"states:CreateStateMachine {MACHINE}", f"iam:PassRole {ROLE}"]),
    ("stepfunctions", "StartExecution", {"stateMachineArn": MACHINE},
     [f"states:StartExecution {MACHINE}"]),
    ("cloudformation", "CreateStack", {"StackName": "shop", "RoleARN": ROLE},
     [f"cloudformation:CreateStack arn:aws:cloudformation:{HERE}:stack/shop/*",
      f"iam:PassRole {ROLE}"]),
    ("xray", "PutTraceSegments", {"TraceSegmentDocuments": ["{}"]}, ["xray:PutTraceSegments *"]),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "expected"), ASKED)
def test_actions_and_resources(
    service: str,
    operation: str,
    params: dict[str, Any],
    expected: list[str],
    sent_call: Callable[..., Call],
) -> None:
    """A call sent by botocore asks for these actions on these resources, and no others."""
    asked = requirements(sent_call(service, operation, params))

    assert asked is not None
    assert expected == [f"{need.action} {need.resource}" for need in asked]


class ShopFacts:
    """What the services of the shop know."""

    def arn_of(self, kind: str, name: str, region: str) -> str | None:
        """Know one secret, one role with a path, one alias and one shard iterator."""
        return {
            ("secret", "pay"): f"arn:aws:secretsmanager:{region}:123456789012:secret:pay-Ab12Cd",
            ("role", "thumbnail"): "arn:aws:iam::123456789012:role/shop/thumbnail",
            ("key", "alias/pay"): KEY,
            ("shard-iterator", "AAAA"): f"arn:aws:kinesis:{region}:123456789012:stream/clicks",
        }.get((kind, name))

    def hash_key(self, table_arn: str) -> str | None:
        """Know the table of orders."""
        return "customer" if table_arn == TABLE else None


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("secretsmanager", "GetSecretValue", {"SecretId": "pay"},
         f"arn:aws:secretsmanager:{HERE}:secret:pay-Ab12Cd"),
        ("iam", "GetRole", {"RoleName": "thumbnail"},
         "arn:aws:iam::123456789012:role/shop/thumbnail"),
        ("kms", "GenerateDataKey", {"KeyId": "alias/pay"}, KEY),
        ("kinesis", "GetRecords", {"ShardIterator": "AAAA"},
         f"arn:aws:kinesis:{HERE}:stream/clicks"),
    ],
)  # fmt: skip
def test_services_complete_what_a_name_does_not_tell(
    service: str,
    operation: str,
    params: dict[str, Any],
    expected: str,
    sent_call: Callable[..., Call],
) -> None:
    """Suffixes, paths, aliases and iterators become the ARN that policies name."""
    (asked,) = requirements(sent_call(service, operation, params, ShopFacts())) or []

    assert expected == asked.resource


CUSTOMER = {"customer": {"S": "c-42"}}
KEYS: list[tuple[str, str, dict[str, Any], dict[str, object]]] = [
    ("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "home/", "MaxKeys": 5},
     {"s3:prefix": "home/", "s3:max-keys": 5}),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k", "ServerSideEncryption": "aws:kms"},
     {"s3:x-amz-server-side-encryption": "aws:kms"}),
    ("dynamodb", "GetItem", {"TableName": "orders", "Key": CUSTOMER},
     {"dynamodb:LeadingKeys": ["c-42"]}),
    ("dynamodb", "GetItem", {"TableName": "stock", "Key": CUSTOMER}, {}),
    ("dynamodb", "Query",
     {"TableName": "orders", "KeyConditionExpression": "#c = :c AND placed > :t",
      "ExpressionAttributeNames": {"#c": "customer"},
      "ExpressionAttributeValues": {":c": {"S": "c-42"}, ":t": {"N": "1"}}},
     {"dynamodb:LeadingKeys": ["c-42"]}),
    ("dynamodb", "BatchGetItem",
     {"RequestItems": {"orders": {"Keys": [CUSTOMER, {"customer": {"S": "c-7"}}]}}},
     {"dynamodb:LeadingKeys": ["c-42", "c-7"]}),
    ("dynamodb", "BatchWriteItem",
     {"RequestItems": {"orders": [{"PutRequest": {"Item": CUSTOMER}},
                                  {"DeleteRequest": {"Key": CUSTOMER}}]}},
     {"dynamodb:LeadingKeys": ["c-42", "c-42"]}),
    ("lambda", "AddPermission", {"FunctionName": "f", "StatementId": "s", "Principal": "*",
     "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
     {"lambda:Principal": "*", "lambda:FunctionUrlAuthType": "NONE"}),
    ("lambda", "CreateEventSourceMapping", {"FunctionName": "thumbnail"},
     {"lambda:FunctionArn": FUNCTION}),
    ("iam", "AttachRolePolicy",
     {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
     {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam", "TagRole", {"RoleName": "r", "Tags": [{"Key": "team", "Value": "print"}]},
     {"aws:RequestTag/team": "print", "aws:TagKeys": ["team"]}),
    ("sqs", "UntagQueue", {"QueueUrl": URL, "TagKeys": ["team"]}, {"aws:TagKeys": ["team"]}),
    ("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s1", "ExternalId": "xyz"},
     {"sts:ExternalId": "xyz", "sts:RoleSessionName": "s1"}),
    ("sns", "Subscribe", {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE},
     {"sns:Protocol": "sqs", "sns:Endpoint": QUEUE}),
    ("events", "PutEvents", {"Entries": [{"Source": "shop", "DetailType": "placed"}]},
     {"events:source": ["shop"], "events:detail-type": ["placed"]}),
    ("kms", "Encrypt", {"KeyId": KEY_ID, "Plaintext": b"x", "EncryptionContext": {"a": "b"}},
     {"kms:EncryptionContext:a": "b", "kms:EncryptionContextKeys": ["a"]}),
    ("cloudwatch", "PutMetricData", {"Namespace": "shop", "MetricData": []},
     {"cloudwatch:namespace": "shop"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "expected"), KEYS)
def test_condition_keys(
    service: str,
    operation: str,
    params: dict[str, Any],
    expected: dict[str, object],
    sent_call: Callable[..., Call],
) -> None:
    """A call brings these condition keys of its service, and no others."""
    asked = requirements(sent_call(service, operation, params, ShopFacts())) or []

    assert expected == dict(asked[0].context)


def test_passing_a_role_names_the_service() -> None:
    """The PassRole question carries iam:PassedToService."""
    call = Call("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Role": ROLE}, "r")

    assert "lambda.amazonaws.com" == (requirements(call) or [])[1].context["iam:PassedToService"]


@pytest.mark.parametrize(
    "params", [{}, {"TableName": None}, {"RequestItems": 3}, {"RequestItems": {}}]
)
def test_a_call_without_its_resource_asks_for_everything(params: dict[str, Any]) -> None:
    """A request that leaves the resource out cannot pass a policy that names one."""
    asked = requirements(Call("dynamodb", "BatchGetItem", params, "us-east-1")) or []

    assert ["dynamodb:BatchGetItem *"] == [f"{need.action} {need.resource}" for need in asked]

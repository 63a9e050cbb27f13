"""Templates that make services push: notifications of buckets, subscriptions, and policies."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.pushing import Stage, group_with_stream, write

S3, LOGS = "s3.amazonaws.com", "logs.amazonaws.com"
UNABLE = "Unable to validate the following destination configurations"
NOT_ALLOWED = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
    "execute your function."
)


@pytest.fixture(scope="module")
def stage(cloud: Any) -> Stage:
    """The account that needs no settings of its own."""
    return Stage(cloud)


def test_a_template_configures_notifications(stage: Stage):
    """AWS::S3::Bucket's NotificationConfiguration goes through the same checks."""
    bucket = f"b-{secrets.token_hex(6)}"
    name, function = stage.function()
    stage.permit(name, S3, f"arn:aws:s3:::{bucket}")
    rules = {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".jpg"}]}}
    rule = {"Event": "s3:ObjectCreated:*", "Function": function, "Filter": rules}
    properties = {
        "BucketName": bucket,
        "NotificationConfiguration": {"LambdaConfigurations": [rule]},
    }
    stage.stack({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})

    stage.s3.put_object(Bucket=bucket, Key="a.png")
    stage.s3.put_object(Bucket=bucket, Key="a.jpg")

    (event,) = stage.events(name)
    assert "a.jpg" == event["Records"][0]["s3"]["object"]["key"]


def test_a_template_that_names_a_closed_function_makes_no_bucket(stage: Stage):
    """The stack fails with S3's words, and leaves nothing behind."""
    bucket = f"b-{secrets.token_hex(6)}"
    _, function = stage.function()
    rule = {"Event": "s3:ObjectCreated:*", "Function": function}
    properties = {
        "BucketName": bucket,
        "NotificationConfiguration": {"LambdaConfigurations": [rule]},
    }

    reason = stage.stack({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})

    assert UNABLE in reason
    assert bucket not in [each["Name"] for each in stage.s3.list_buckets()["Buckets"]]


def test_a_template_subscribes_functions_and_queues(stage: Stage):
    """AWS::SNS::Subscription with a filter policy, and AWS::SQS::QueuePolicy."""
    topic = stage.topic()
    url, arn = stage.queue()
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        ],
    }
    stage.stack(
        {
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [url], "PolicyDocument": policy},
            },
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "TopicArn": topic,
                    "Protocol": "sqs",
                    "Endpoint": arn,
                    "RawMessageDelivery": True,
                    "FilterPolicy": {"colour": ["red"]},
                },
            },
        }
    )
    for colour in ("blue", "red"):
        attributes = {"colour": {"DataType": "String", "StringValue": colour}}
        stage.sns.publish(TopicArn=topic, Message=colour, MessageAttributes=attributes)

    assert ["red"] == [message["Body"] for message in stage.messages(url)]


def test_a_template_subscribes_a_function(stage: Stage):
    """AWS::Logs::SubscriptionFilter goes through the same checks."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)
    properties = {"LogGroupName": group, "FilterPattern": "hello", "DestinationArn": function}
    stage.stack({"Filter": {"Type": "AWS::Logs::SubscriptionFilter", "Properties": properties}})

    write(stage, group, "hello")

    assert 1 == len(stage.events(name))


def test_a_template_that_subscribes_a_closed_function_is_refused(stage: Stage):
    """The stack fails with the words of CloudWatch Logs, and the group has no filter."""
    group, _ = group_with_stream(stage)
    _, function = stage.function()
    properties = {"LogGroupName": group, "FilterPattern": "", "DestinationArn": function}

    filter_of = {"Type": "AWS::Logs::SubscriptionFilter", "Properties": properties}
    reason = stage.stack({"Filter": filter_of})

    assert NOT_ALLOWED in reason
    assert [] == stage.logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]

"""Queues, topics, buckets, rules, schedules, and who may send to them.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html.
"""

from __future__ import annotations

from typing import Any

from helpers.cloud.moto_seam.cloudformation.resource_types import (
    Made,
    Properties,
    ResourceType,
    UnknownPropertyError,
    json_text,
)

_UNSET = {
    "FilterPolicyScope": "MessageAttributes",
    "FilterPolicy": "{}",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "{}",
}
"""What a subscription's attributes are set to when a template leaves them out; the scope first."""
_TOPIC = (
    "Name Tags DisplayName KmsMasterKeyId FifoTopic ContentBasedDeduplication ArchivePolicy "
    "DataProtectionPolicy DeliveryStatusLogging SignatureVersion TracingConfig FifoThroughputScope"
)
_BUCKET = (
    "BucketName BucketEncryption PublicAccessBlockConfiguration OwnershipControls Tags "
    "VersioningConfiguration NotificationConfiguration LifecycleConfiguration CorsConfiguration "
    "AccessControl AccelerateConfiguration AnalyticsConfigurations "
    "IntelligentTieringConfigurations InventoryConfigurations LoggingConfiguration "
    "MetadataTableConfiguration MetricsConfigurations "
    "ObjectLockConfiguration ObjectLockEnabled ReplicationConfiguration WebsiteConfiguration"
)
"""Properties of a bucket; those about names, access, versions, tags and events have an effect."""
_EVENT_TARGETS = {
    "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}


def _queue(properties: Properties) -> Properties:
    rest = dict(properties)
    name, tags = rest.pop("QueueName"), rest.pop("Tags", None)
    return {"QueueName": name, "Attributes": rest, "tags": tags}


def _find_queue(made: Made) -> None:
    asked = {"QueueUrl": made.facts["QueueUrl"], "AttributeNames": ["QueueArn"]}
    made.facts["Arn"] = made.call("GetQueueAttributes", **asked)["Attributes"]["QueueArn"]


def _set_queue(made: Made, _before: Properties) -> None:
    attributes = {k: v for k, v in made.properties.items() if k not in ("QueueName", "Tags")}
    made.call("SetQueueAttributes", QueueUrl=made.facts["QueueUrl"], Attributes=attributes)


def _allow_on_queues(made: Made, _before: Properties | None = None) -> None:
    policy = json_text(made.properties["PolicyDocument"])
    for url in made.properties["Queues"]:
        made.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})


def _forget_on_queues(made: Made) -> None:
    for url in made.properties["Queues"]:
        made.call("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": ""})


def _topic(properties: Properties) -> Properties:
    _check_known(properties, _TOPIC)
    rest = dict(properties)
    known: Properties = {name: rest.pop(name) for name in ("Name", "Tags") if name in rest}
    return {**known, **({"Attributes": rest} if rest else {})}


def _subscribe_all(made: Made) -> None:
    for each in made.properties.get("Subscription", []):
        made.call("Subscribe", TopicArn=made.facts["TopicArn"], **each)


def _set_topic(made: Made, before: Properties) -> None:
    arn, now = made.facts["TopicArn"], made.properties
    for name in sorted({*now, *before} - {"TopicName", "Tags", "Subscription", "FifoTopic"}):
        if now.get(name) != before.get(name):
            value = json_text(now.get(name, ""))
            made.call("SetTopicAttributes", TopicArn=arn, AttributeName=name, AttributeValue=value)
    wanted, had = now.get("Subscription", []), before.get("Subscription", [])
    gone = [(each["Protocol"], each["Endpoint"]) for each in had if each not in wanted]
    subscribed = made.call("ListSubscriptionsByTopic", TopicArn=arn)["Subscriptions"]
    for each in subscribed:
        if (each["Protocol"], each["Endpoint"]) in gone:
            made.call("Unsubscribe", SubscriptionArn=each["SubscriptionArn"])
    for each in wanted:
        if each not in had:
            made.call("Subscribe", TopicArn=arn, **each)


def _subscription(properties: Properties) -> Properties:
    rest = dict(properties)
    rest.pop("Region", None)
    own = [name for name in ("TopicArn", "Protocol", "Endpoint") if name in rest]
    known: Properties = {name: rest.pop(name) for name in own}
    return {**known, "Attributes": rest, "ReturnSubscriptionArn": True}


def _set_subscription(made: Made, before: Properties) -> None:
    for name, unset in _UNSET.items():
        if made.properties.get(name) != before.get(name):
            made.call(
                "SetSubscriptionAttributes",
                SubscriptionArn=made.facts["SubscriptionArn"],
                AttributeName=name,
                AttributeValue=made.properties.get(name, unset),
            )


def _allow_on_topics(made: Made, _before: Properties | None = None) -> None:
    policy = json_text(made.properties["PolicyDocument"])
    for arn in made.properties["Topics"]:
        made.call("SetTopicAttributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _bucket(properties: Properties) -> Properties:
    _check_known(properties, _BUCKET)
    name = properties["BucketName"]
    return {"Bucket": name}


def _set_bucket(made: Made, before: Properties | None = None) -> None:
    bucket = made.facts["BucketName"]
    versioning = made.properties.get("VersioningConfiguration")
    if versioning:
        made.call("PutBucketVersioning", Bucket=bucket, VersioningConfiguration=versioning)
    blocked = made.properties.get("PublicAccessBlockConfiguration")
    if blocked:
        made.call("PutPublicAccessBlock", Bucket=bucket, PublicAccessBlockConfiguration=blocked)
    if made.properties.get("Tags"):
        made.call("PutBucketTagging", Bucket=bucket, Tagging={"TagSet": made.properties["Tags"]})
    wanted = made.properties.get("NotificationConfiguration")
    if wanted or (before or {}).get("NotificationConfiguration"):
        made.call(
            "PutBucketNotificationConfiguration",
            Bucket=bucket,
            NotificationConfiguration=_notifications(wanted or {}),
        )


def _notifications(given: Properties) -> Properties:
    """Write notifications as the API does, which has other names for the same things."""
    configuration: dict[str, Any] = {}
    for name, (api_name, target, arn) in _EVENT_TARGETS.items():
        for each in given.get(name, []):
            rules = each.get("Filter", {}).get("S3Key", {}).get("Rules")
            configuration.setdefault(api_name, []).append(
                {
                    arn: each[target],
                    "Events": [each["Event"]],
                    **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
                }
            )
    if "EventBridgeConfiguration" in given:
        configuration["EventBridgeConfiguration"] = {}
    return configuration


def _rule(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if name != "Targets"}


def _set_targets(made: Made, before: Properties | None = None) -> None:
    bus = made.properties.get("EventBusName")
    targets = made.properties.get("Targets", [])
    kept = {target["Id"] for target in targets}
    gone = [each["Id"] for each in (before or {}).get("Targets", []) if each["Id"] not in kept]
    if gone:
        made.call("RemoveTargets", Rule=made.facts["Name"], EventBusName=bus, Ids=gone)
    if targets:
        answer = made.call("PutTargets", Rule=made.facts["Name"], EventBusName=bus, Targets=targets)
        for failed in answer.get("FailedEntries", []):
            raise ValueError(failed.get("ErrorMessage") or failed.get("ErrorCode"))


def _put_rule_again(made: Made, before: Properties) -> None:
    made.call("PutRule", **_rule(made.properties))
    _set_targets(made, before)


def _remove_targets(made: Made) -> None:
    ids = [target["Id"] for target in made.properties.get("Targets", [])]
    if ids:
        bus = made.properties.get("EventBusName")
        made.call("RemoveTargets", Rule=made.facts["Name"], EventBusName=bus, Ids=ids)


TYPES = (
    ResourceType(
        "AWS::SQS::Queue",
        "sqs",
        create="CreateQueue",
        delete="DeleteQueue",
        identity={"QueueUrl": "{QueueUrl}"},
        ref="{QueueUrl}",
        attributes={"Arn": "{Arn}", "QueueName": "{QueueName}", "QueueUrl": "{QueueUrl}"},
        name_property="QueueName",
        prepare=_queue,
        made=_find_queue,
        changed=_set_queue,
        fixed=("QueueName", "FifoQueue"),
    ),
    ResourceType(
        "AWS::SQS::QueuePolicy",
        "sqs",
        create="ListQueues",
        ref="{StackName}-{LogicalId}",
        own=("Queues", "PolicyDocument"),
        made=_allow_on_queues,
        changed=_allow_on_queues,
        removed=_forget_on_queues,
    ),
    ResourceType(
        "AWS::SNS::Topic",
        "sns",
        create="CreateTopic",
        delete="DeleteTopic",
        identity={"TopicArn": "{TopicArn}"},
        ref="{TopicArn}",
        attributes={"TopicArn": "{TopicArn}", "TopicName": "{TopicName}"},
        name_property="TopicName",
        own=("Subscription",),
        prepare=lambda properties: _topic(_renamed(properties, "TopicName", "Name")),
        made=_subscribe_all,
        changed=_set_topic,
        fixed=("TopicName", "FifoTopic"),
    ),
    ResourceType(
        "AWS::SNS::Subscription",
        "sns",
        create="Subscribe",
        delete="Unsubscribe",
        identity={"SubscriptionArn": "{SubscriptionArn}"},
        ref="{SubscriptionArn}",
        attributes={"Arn": "{SubscriptionArn}"},
        prepare=_subscription,
        changed=_set_subscription,
        fixed=("TopicArn", "Protocol", "Endpoint"),
    ),
    ResourceType(
        "AWS::SNS::TopicPolicy",
        "sns",
        create="ListTopics",
        ref="{StackName}-{LogicalId}",
        own=("Topics", "PolicyDocument"),
        made=_allow_on_topics,
        changed=_allow_on_topics,
    ),
    ResourceType(
        "AWS::S3::Bucket",
        "s3",
        create="CreateBucket",
        delete="DeleteBucket",
        identity={"Bucket": "{BucketName}"},
        ref="{BucketName}",
        attributes={
            "Arn": "arn:aws:s3:::{BucketName}",
            "DomainName": "{BucketName}.s3.amazonaws.com",
        },
        name_property="BucketName",
        prepare=_bucket,
        made=_set_bucket,
        changed=_set_bucket,
        fixed=("BucketName",),
    ),
    ResourceType(
        "AWS::S3::BucketPolicy",
        "s3",
        create="PutBucketPolicy",
        update="PutBucketPolicy",
        delete="DeleteBucketPolicy",
        identity={"Bucket": "{Bucket}"},
        ref="{Bucket}",
        prepare=lambda properties: _renamed(properties, "PolicyDocument", "Policy"),
        fixed=("Bucket",),
    ),
    ResourceType(
        "AWS::Events::Rule",
        "events",
        create="PutRule",
        delete="DeleteRule",
        identity={"Name": "{Name}", "EventBusName": "{EventBusName}"},
        ref="{Name}",
        attributes={"Arn": "{RuleArn}"},
        name_property="Name",
        prepare=_rule,
        made=_set_targets,
        changed=_put_rule_again,
        removed=_remove_targets,
        fixed=("Name", "EventBusName"),
    ),
    ResourceType(
        "AWS::Scheduler::Schedule",
        "scheduler",
        create="CreateSchedule",
        update="UpdateSchedule",
        delete="DeleteSchedule",
        identity={"Name": "{Name}", "GroupName": "{GroupName}"},
        ref="{Name}",
        attributes={"Arn": "{ScheduleArn}"},
        name_property="Name",
        fixed=("Name", "GroupName"),
    ),
    ResourceType(
        "AWS::Scheduler::ScheduleGroup",
        "scheduler",
        create="CreateScheduleGroup",
        delete="DeleteScheduleGroup",
        identity={"Name": "{Name}"},
        ref="{Name}",
        attributes={"Arn": "{ScheduleGroupArn}"},
        name_property="Name",
    ),
)


def _check_known(properties: Properties, names: str) -> None:
    for name in properties:
        if name not in names.split():
            raise UnknownPropertyError(f"Encountered unsupported property {name}")


def _renamed(properties: Properties, old: str, new: str) -> Properties:
    return {(new if name == old else name): value for name, value in properties.items()}

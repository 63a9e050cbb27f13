"""SNS: operations, actions and ARNs. Leaves out mobile push and the SMS sandbox."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import keys_from, named, param
from helpers.cloud.moto_seam.operations.call import Call, everything, no_keys, pass_role, row, rows

_topic = param("TopicArn")


def _published(call: Call) -> str:
    """Give the topic; a message to a phone number has none."""
    return str(call.params.get("TopicArn") or call.params.get("TargetArn") or "*")


def _topic_of_subscription(call: Call) -> str:
    return str(call.params["SubscriptionArn"]).rsplit(":", 1)[0]


def _feedback_role(call: Call) -> list[str]:
    name, value = str(call.params.get("AttributeName")), str(call.params.get("AttributeValue"))
    return [value] if name.endswith("FeedbackRoleArn") and value.startswith("arn:") else []


OPERATIONS = {
    "SetTopicAttributes": row(
        "sns:SetTopicAttributes", _topic, no_keys, pass_role("sns.amazonaws.com", _feedback_role)
    ),
    "Publish": row("sns:Publish", _published),
    "PublishBatch": row("sns:Publish", _topic),
    "CreateTopic": row("sns:CreateTopic", named("sns", "{Name}")),
    "Subscribe": row(
        "sns:Subscribe", _topic, keys_from(sns_Protocol="Protocol", sns_Endpoint="Endpoint")
    ),
    **rows(
        "sns",
        _topic,
        "DeleteTopic GetTopicAttributes ListSubscriptionsByTopic"
        " ConfirmSubscription AddPermission RemovePermission",
    ),
    **rows(
        "sns",
        _topic_of_subscription,
        "Unsubscribe GetSubscriptionAttributes SetSubscriptionAttributes",
    ),
    **rows("sns", param("ResourceArn"), "TagResource UntagResource ListTagsForResource"),
    **rows("sns", everything, "ListTopics ListSubscriptions"),
}

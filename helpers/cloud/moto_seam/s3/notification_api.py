"""PutBucketNotificationConfiguration and GetBucketNotificationConfiguration.

Before a configuration is kept every destination is asked for: it exists, and its policy lets S3
deliver for this bucket. Leaves out KMS grants of encrypted queues and topics.
Source: docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from moto.s3.models import s3_backends

from helpers.cloud.errors import AwsError
from helpers.cloud.events.s3_configuration import (
    MALFORMED,
    Destination,
    InvalidConfiguration,
    Notification,
    NotificationConfiguration,
    read_configuration,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import operations
from helpers.cloud.moto_seam.courier import Courier, Sender
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION
from helpers.cloud.moto_seam.s3.notifications import SERVICE, S3Notifications
from helpers.cloud.moto_seam.writers import Writer

GET, PUT = "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
UNABLE = "Unable to validate the following destination configurations"
_KINDS = {
    Destination.QUEUE: ("queue", "sqs:SendMessage"),
    Destination.TOPIC: ("topic", "sns:Publish"),
    Destination.FUNCTION: ("Lambda", "lambda:InvokeFunction"),
}
_ELEMENTS = {
    "TopicConfigurations": ("TopicConfiguration", "TopicArn", "Topic"),
    "QueueConfigurations": ("QueueConfiguration", "QueueArn", "Queue"),
    "LambdaFunctionConfigurations": (
        "CloudFunctionConfiguration",
        "LambdaFunctionArn",
        "CloudFunction",
    ),
}


class NotificationsApi:
    """The part of S3's API that configures notifications."""

    def __init__(self, courier: Courier, notifier: S3Notifications) -> None:
        self._courier = courier
        self._notifier = notifier

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request reads or writes a bucket's notifications."""
        names = [name for name, _ in parse_qsl(request.query, keep_blank_values=True)]
        if request.method not in ("GET", "PUT") or "notification" not in names:
            return False
        try:
            call = _call(request, "")
        except operations.UnreadableRequest:
            return True
        return call is not None and call.operation in (GET, PUT)

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer it in S3's XML."""
        writer = Writer()
        headers = [("x-amz-request-id", writer.request_id), ("x-amz-id-2", writer.host_id)]
        try:
            body = self._answer(request, region, writer)
        except AwsError as error:
            headers += [("Content-Type", "application/xml")]
            return HttpAnswer(error.http_status, headers, _error(error, writer))
        kind = [("Content-Type", "application/xml")] if body else []
        return HttpAnswer(200, headers + kind, body)

    def configure(
        self, bucket: Any, document: Mapping[str, Any], *, skip_validation: bool, writer: Writer
    ) -> None:
        """Replace a bucket's configuration; raises InvalidConfiguration."""
        configuration = read_configuration(document, region=bucket.region_name)
        if not skip_validation:
            self._check_destinations(configuration, bucket)
        self._notifier.probe(configuration, bucket, writer)
        empty = configuration == NotificationConfiguration()
        bucket.notification_configuration = None if empty else configuration

    def _answer(self, request: HttpRequest, region: str, writer: Writer) -> bytes:
        try:
            call = _call(request, region)
        except operations.UnreadableRequest as error:
            raise AwsError(MALFORMED, code="MalformedXML", http_status=400) from error
        assert call is not None
        bucket = _bucket(str(call.params.get("Bucket")))
        if call.operation == GET:
            kept = bucket.notification_configuration or NotificationConfiguration()
            return _xml(kept.document())
        document = call.params.get("NotificationConfiguration")
        if not isinstance(document, Mapping) or b"NotificationConfiguration" not in request.body:
            raise AwsError(MALFORMED, code="MalformedXML", http_status=400)
        skip = request.headers.get("x-amz-skip-destination-validation", "").lower() == "true"
        self.configure(bucket, document, skip_validation=skip, writer=writer)
        return b""

    def _check_destinations(self, configuration: NotificationConfiguration, bucket: Any) -> None:
        sender = Sender(SERVICE, bucket.arn)
        faults = [
            (f"{rule.arn}, null" if rule.destination is Destination.FUNCTION else rule.arn, fault)
            for rule in configuration.notifications
            if (fault := self._fault(rule, sender)) is not None
        ]
        if faults:
            numbered: dict[str, str] = {}
            for number, (arn, fault) in enumerate(dict(faults).items(), 1):
                numbered |= {f"ArgumentName{number}": arn, f"ArgumentValue{number}": fault}
            raise InvalidConfiguration(UNABLE, **numbered)

    def _fault(self, rule: Notification, sender: Sender) -> str | None:
        noun, action = _KINDS[rule.destination]
        elsewhere = rule.arn.split(":")[4] != ACCOUNT_ID
        missing = elsewhere or self._courier.targets.missing(rule.arn)
        allowed = not missing and self._courier.forbidden(sender, rule.arn, action) is None
        if rule.destination is Destination.FUNCTION:
            return None if allowed else f"Not authorized to invoke function [{rule.arn}]"
        if missing:
            return f"The destination {noun} does not exist"
        if rule.arn.endswith(".fifo"):
            return f"FIFO {noun}s are not supported as a destination of S3 notifications"
        if allowed:
            return None
        return (
            f"Permissions on the destination {noun} do not allow S3 to publish notifications from "
            "this bucket"
        )


def _call(request: HttpRequest, region: str) -> operations.Call | None:
    asked = operations.ScopedRequest.of(request, "s3", region)
    return operations.recognise(asked, account=ACCOUNT_ID)


def _bucket(name: str) -> Any:
    bucket = s3_backends[ACCOUNT_ID][PARTITION].buckets.get(name)
    if bucket is None:
        raise AwsError("The specified bucket does not exist", code="NoSuchBucket", http_status=404)
    return bucket


def _error(error: AwsError, writer: Writer) -> bytes:
    members = {
        "Code": error.code,
        "Message": error.message,
        **getattr(error, "arguments", {}),
        "RequestId": writer.request_id,
        "HostId": writer.host_id,
    }
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()


def _xml(document: Mapping[str, Any]) -> bytes:
    parts = []
    for name, rules in document.items():
        if name == "EventBridgeConfiguration":
            parts.append("<EventBridgeConfiguration/>")
            continue
        element, member, argument = _ELEMENTS[name]
        for rule in rules:
            parts.append(f"<{element}><Id>{escape(rule['Id'])}</Id>")
            parts.append(f"<{argument}>{escape(rule[member])}</{argument}>")
            parts += [f"<Event>{escape(event)}</Event>" for event in rule["Events"]]
            parts.append(_filter_xml(rule) + f"</{element}>")
    inner = "".join(parts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<NotificationConfiguration xmlns="{NAMESPACE}">{inner}</NotificationConfiguration>'
    ).encode()


def _filter_xml(rule: Mapping[str, Any]) -> str:
    rules = rule.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    inner = "".join(
        f"<FilterRule><Name>{each['Name']}</Name><Value>{escape(each['Value'])}</Value></FilterRule>"
        for each in rules
    )
    return f"<Filter><S3Key>{inner}</S3Key></Filter>" if inner else ""

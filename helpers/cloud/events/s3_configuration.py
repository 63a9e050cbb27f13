"""A bucket's notification configuration: read, checked, matched, and shown again.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html and
docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any

from helpers.cloud.errors import AwsError

EVENTS = frozenset(
    f"s3:{family}:{kind}"
    for family, kinds in {
        "ObjectCreated": "* Put Post Copy CompleteMultipartUpload",
        "ObjectRemoved": "* Delete DeleteMarkerCreated",
        "ObjectRestore": "* Post Completed Delete",
        "ObjectTagging": "* Put Delete",
        "ObjectAcl": "Put",
        "LifecycleExpiration": "* Delete DeleteMarkerCreated",
        "Replication": (
            "* OperationFailedReplication OperationNotTracked OperationMissedThreshold"
            " OperationReplicatedAfterThreshold"
        ),
    }.items()
    for kind in kinds.split()
) | {"s3:ReducedRedundancyLostObject", "s3:LifecycleTransition", "s3:IntelligentTiering"}
MALFORMED = (
    "The XML you provided was not well-formed or did not validate against our published schema"
)
AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
    "prefixes are overlapping for the same event type."
)


class Destination(StrEnum):
    """Whom a configuration tells, by the service in its ARN."""

    FUNCTION = "lambda"
    QUEUE = "sqs"
    TOPIC = "sns"


_LISTS = {
    Destination.TOPIC: ("TopicConfigurations", "TopicArn", "Topic"),
    Destination.QUEUE: ("QueueConfigurations", "QueueArn", "Queue"),
    Destination.FUNCTION: (
        "LambdaFunctionConfigurations",
        "LambdaFunctionArn",
        "CloudFunction",
    ),
}


class InvalidConfiguration(AwsError):  # noqa: N818 - what S3 says it is
    """A configuration that S3 refuses; `arguments` are the members that say where."""

    def __init__(self, message: str, code: str = "InvalidArgument", **arguments: str) -> None:
        super().__init__(message, code=code, http_status=400)
        self.arguments = arguments


@dataclass(frozen=True, slots=True)
class Notification:
    """One rule of a configuration: which events of which keys go to `arn`."""

    id: str
    destination: Destination
    arn: str
    events: tuple[str, ...]
    filters: tuple[tuple[str, str], ...] = ()

    def matches(self, event: str, key: str) -> bool:
        """Tell whether an event type (with `s3:`) and a key, not encoded, are meant."""
        wildcard = event.rsplit(":", 1)[0] + ":*"
        wanted = event in self.events or wildcard in self.events
        return wanted and key.startswith(self.part("Prefix")) and key.endswith(self.part("Suffix"))

    def part(self, name: str) -> str:
        """Return the Prefix or Suffix; without such a rule it is empty."""
        return dict(self.filters).get(name, "")

    def document(self) -> dict[str, Any]:
        """Return the rule in the API's form."""
        rules = [{"Name": name, "Value": value} for name, value in self.filters]
        shown: dict[str, Any] = {
            "Id": self.id,
            _LISTS[self.destination][1]: self.arn,
            "Events": list(self.events),
        }
        return shown | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


@dataclass(frozen=True, slots=True)
class NotificationConfiguration:
    """Every rule of a bucket, and whether EventBridge gets all of its events."""

    notifications: tuple[Notification, ...] = ()
    event_bridge: bool = False

    def document(self) -> dict[str, Any]:
        """Return the configuration in the form of GetBucketNotificationConfiguration."""
        shown: dict[str, Any] = {}
        for notification in self.notifications:
            shown.setdefault(_LISTS[notification.destination][0], []).append(
                notification.document()
            )
        return shown | ({"EventBridgeConfiguration": {}} if self.event_bridge else {})


def read_configuration(document: Mapping[str, Any], *, region: str) -> NotificationConfiguration:
    """Read a configuration in the API's form; raises InvalidConfiguration.

    `region` is the bucket's: destinations lie in the same one.
    """
    found = tuple(
        _notification(given, destination, region)
        for destination, (name, _, _) in _LISTS.items()
        for given in document.get(name) or ()
    )
    ids = [notification.id for notification in found]
    if len(set(ids)) < len(ids):
        raise InvalidConfiguration("Same ID used for multiple configurations. IDs must be unique")
    if any(_overlap(one, other) for one, other in combinations(found, 2)):
        raise InvalidConfiguration(AMBIGUOUS)
    return NotificationConfiguration(found, document.get("EventBridgeConfiguration") is not None)


def _notification(given: Mapping[str, Any], destination: Destination, region: str) -> Notification:
    _, member, argument = _LISTS[destination]
    arn, events = given.get(member), given.get("Events")
    if not isinstance(arn, str) or not events:
        raise InvalidConfiguration(MALFORMED, code="MalformedXML")
    parts = arn.split(":")
    if len(parts) < 6 or parts[:3] != ["arn", "aws", destination.value]:
        raise InvalidConfiguration(
            "The ARN could not be parsed", ArgumentName=argument, ArgumentValue=arn
        )
    if parts[3] != region:
        raise InvalidConfiguration(
            "The notification destination service region is not valid for the bucket location "
            "constraint",
            ArgumentName=argument,
            ArgumentValue=arn,
        )
    for event in events:
        if event not in EVENTS:
            raise InvalidConfiguration(
                "A specified event is not supported for notifications.",
                ArgumentName="Event",
                ArgumentValue=str(event),
            )
    rules = ((given.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ()
    return Notification(
        id=given.get("Id") or secrets.token_urlsafe(36)[:48],
        destination=destination,
        arn=arn,
        events=tuple(events),
        filters=tuple(_filters(rules)),
    )


def _filters(rules: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the rules; S3 takes their names in any case and shows them capitalised."""
    seen: set[str] = set()
    for rule in rules:
        given, value = str(rule.get("Name") or ""), rule.get("Value") or ""
        name = given.capitalize()
        if name not in ("Prefix", "Suffix"):
            raise InvalidConfiguration(
                "filter rule name must be either prefix or suffix",
                ArgumentName="FilterRule.Name",
                ArgumentValue=given,
            )
        if name in seen:
            raise InvalidConfiguration(
                f"Cannot specify more than one {name.lower()} rule in a filter.",
                ArgumentName="FilterRule.Name",
                ArgumentValue=given,
            )
        if len(str(value)) > 1024:
            raise InvalidConfiguration(
                "The filter value must not be longer than 1024 characters",
                ArgumentName="FilterRule.Value",
                ArgumentValue=str(value),
            )
        seen.add(name)
        yield name, str(value)


def _overlap(one: Notification, other: Notification) -> bool:
    same_type = any(_same_type(a, b) for a in one.events for b in other.events)
    prefixes = one.part("Prefix"), other.part("Prefix")
    suffixes = one.part("Suffix"), other.part("Suffix")
    return (
        same_type
        and any(a.startswith(b) for a, b in (prefixes, prefixes[::-1]))
        and any(a.endswith(b) for a, b in (suffixes, suffixes[::-1]))
    )


def _same_type(one: str, other: str) -> bool:
    if one == other:
        return True
    families = one.rsplit(":", 1)[0], other.rsplit(":", 1)[0]
    return families[0] == families[1] and (one.endswith(":*") or other.endswith(":*"))

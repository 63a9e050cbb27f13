"""Subscription filters, as PutSubscriptionFilter and DescribeSubscriptionFilters have them.

Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
and API_SubscriptionFilter.html.
"""

from __future__ import annotations

import json
from typing import Any

from moto.logs.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    LogsClientError,
    ResourceNotFoundException,
)
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.logs.subscriptions import LogSubscriptions, compiled
from helpers.cloud.moto_seam.wrapping import wrapped

VENDORS = ("lambda", "kinesis", "firehose", "logs")
MAX_FILTERS = 2
DISTRIBUTIONS = ("ByLogStream", "Random")
OTHER_ACCOUNT = (
    "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to "
    "create cross account lambda triggers."
)


def install(subscriptions: LogSubscriptions) -> None:
    """Bind the checks; harmless when called again."""

    def put(original: Any, backend: Any, group: str, name: str, pattern: str, *rest: Any) -> None:
        _check(subscriptions, backend, (group, name, pattern), rest)
        filters = backend.groups[group].subscription_filters
        before = filters.pop(name, None)  # moto counts one that is replaced as one more
        try:
            original(backend, group, name, pattern, *rest)
        except Exception:
            if before is not None:
                filters[name] = before
            raise

    LogsBackend.put_subscription_filter = wrapped(LogsBackend.put_subscription_filter, put)
    for name, answer in (
        ("put_subscription_filter", _put),
        ("describe_subscription_filters", _described),
    ):
        setattr(LogsResponse, name, wrapped(getattr(LogsResponse, name), answer))


def _check(
    subscriptions: LogSubscriptions,
    backend: Any,
    given: tuple[str, str, str],
    destination: tuple[Any, ...],
) -> None:
    group_name, name, pattern = given
    parts = str(destination[0]).split(":")
    if parts[2:3] == ["lambda"] and parts[4:5] != [ACCOUNT_ID]:
        raise LogsClientError("AccessDeniedException", OTHER_ACCOUNT)
    vendor = _vendor(*destination)
    group = backend.groups.get(group_name)
    if group is None:
        raise ResourceNotFoundException()
    compiled(pattern)
    if vendor == "lambda":
        subscriptions.check(group, destination[0])
    if len(group.subscription_filters) >= MAX_FILTERS and name not in group.subscription_filters:
        raise LimitExceededException()


def _vendor(destination_arn: str, role_arn: str | None = None) -> str:
    """Return the service of a destination; raises for one that CloudWatch Logs cannot send to."""
    parts = str(destination_arn).split(":")
    vendor = parts[2] if len(parts) >= 6 else ""
    if vendor not in VENDORS:
        raise InvalidParameterException(
            f"PutSubscriptionFilter operation cannot work with destinationArn for vendor {vendor}"
            if vendor
            else f"destinationArn {destination_arn} is not a valid ARN."
        )
    if vendor == "lambda" and role_arn:
        raise InvalidParameterException(
            "destinationArn for vendor lambda cannot be used with roleArn"
        )
    if vendor in ("kinesis", "firehose") and not role_arn:
        raise InvalidParameterException(
            f"destinationArn for vendor {vendor} cannot be used without roleArn"
        )
    return vendor


def _put(original: Any, response: Any) -> Any:
    """Keep the members of a filter that moto does not know."""
    distribution = response._get_param("distribution") or DISTRIBUTIONS[0]
    if distribution not in DISTRIBUTIONS:
        raise InvalidParameterException(
            f"1 validation error detected: Value '{distribution}' at 'distribution' failed to "
            f"satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(reversed(DISTRIBUTIONS))}]"
        )
    answer = original(response)
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    kept = group.subscription_filters[response._get_param("filterName")]
    kept.distribution = distribution
    kept.on_transformed = bool(response._get_param("applyOnTransformedLogs"))
    return answer


def _described(original: Any, response: Any) -> str:
    """Show them, and only those whose names begin as asked."""
    found = json.loads(original(response))["subscriptionFilters"]
    kept = response.logs_backend.groups[response._get_param("logGroupName")].subscription_filters
    prefix = response._get_param("filterNamePrefix") or ""
    shown = [
        {
            **each,
            "distribution": getattr(kept[each["filterName"]], "distribution", DISTRIBUTIONS[0]),
            "applyOnTransformedLogs": getattr(kept[each["filterName"]], "on_transformed", False),
        }
        for each in found
        if each["filterName"].startswith(prefix)
    ]
    return json.dumps({"subscriptionFilters": shown})

"""What EventBridge's API says of rules and buses, where moto says something else.

Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html,
API_DeleteEventBus.html, API_ListEventBuses.html and API_ListArchives.html.
"""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

from moto.events.models import EventsBackend
from moto.events.responses import EventsHandler
from moto.events.utils import PAGINATION_MODEL

from helpers.cloud.errors import AwsError, ValidationException
from helpers.cloud.moto_seam.failures import as_moto
from helpers.cloud.moto_seam.wrapping import wrapped

_ORIGINAL = "coldstart_original"


def install() -> None:
    """Bind the checks; harmless when called again."""
    for name in ("describe_rule", "list_targets_by_rule"):
        _check_rule_in(name)
    # a page of targets goes on from an Id: moto's ends at an Arn, which several may share
    PAGINATION_MODEL["list_targets_by_rule"]["unique_attribute"] = "Id"
    EventsBackend.delete_event_bus = wrapped(EventsBackend.delete_event_bus, _delete_bus)
    EventsBackend.list_archives = wrapped(EventsBackend.list_archives, _list_archives)
    EventsHandler.list_event_buses = wrapped(EventsHandler.list_event_buses, _list_buses)


def check_rule(backend: Any, name: str, event_bus_arn: str | None) -> None:
    """Raise in AWS's words where a bus has no such rule; what there is no bus for is moto's."""
    bus_name = backend._normalize_event_bus_arn(event_bus_arn)
    bus = backend.event_buses.get(bus_name)
    if bus is not None and name not in bus.rules:
        raise _absent(f"Rule {name} does not exist on EventBus {bus_name}.")


def _check_rule_in(name: str) -> None:
    """Let an operation that only reads a rule look for it first; keep moto's pages."""
    current = getattr(EventsBackend, name)
    original = getattr(current, _ORIGINAL, current)

    @wraps(original)
    def checked(backend: Any, rule: str, event_bus_arn: str | None = None, **page: Any) -> Any:
        with as_moto():
            check_rule(backend, rule, event_bus_arn)
        return original(backend, rule, event_bus_arn, **page)

    setattr(checked, _ORIGINAL, original)
    setattr(EventsBackend, name, checked)


def _delete_bus(original: Any, backend: Any, name: str) -> None:
    bus = backend.event_buses.get(name) if name != "default" else None
    with as_moto():
        if bus is not None and any(rule.managed_by is None for rule in bus.rules.values()):
            raise ValidationException("EventBus can't be deleted since it has rules.")
    original(backend, name)


def _list_archives(
    original: Any, backend: Any, name_prefix: Any, source_arn: str | None, state: Any
) -> Any:
    bus_name = str(source_arn).rsplit("/", 1)[-1]
    with as_moto():
        if source_arn and bus_name not in backend.event_buses:
            raise _absent(f"Event bus {bus_name} does not exist.")
    return original(backend, name_prefix, source_arn, state)


def _list_buses(original: Any, handler: Any) -> Any:
    """Add what DescribeEventBus tells too: a description, and when a bus was made and changed."""
    body, headers = original(handler)
    document = json.loads(body)
    for shown in document["EventBuses"]:
        bus = handler.events_backend.event_buses[shown["Name"]]
        times = {"CreationTime": bus.creation_time, "LastModifiedTime": bus.last_modified_time}
        shown.update(times | ({"Description": bus.description} if bus.description else {}))
    return json.dumps(document), headers


def _absent(message: str) -> AwsError:
    return AwsError(message, code="ResourceNotFoundException", http_status=400)

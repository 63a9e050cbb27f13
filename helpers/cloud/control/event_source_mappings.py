"""The API of event source mappings: create, get, list, update and delete.

A source must exist, the execution role must be allowed to read it, and a function has one mapping
per source; one that is being deleted does not count.

Source: docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html,
docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (Configuring a queue for use with Lambda).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.asked import members_of
from helpers.cloud.control.mapping_constraints import check_members, check_source_arn
from helpers.cloud.control.mapping_document import listed_document, mapping_document
from helpers.cloud.control.mapping_settings import changed_settings, created_settings, source_of
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.control.paging import MAX_ITEMS
from helpers.cloud.control.tags import check_tags
from helpers.cloud.errors import (
    AwsError,
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.invoke.failure_path import ACTIONS
from helpers.cloud.model import FunctionVersion
from helpers.cloud.pollers import EventSourceMappings, MappingSettings, Source, State, Tools
from helpers.cloud.pollers import Mapping as EventSourceMapping
from helpers.cloud.pollers.sqs import ACTIONS as QUEUE_ACTIONS
from helpers.cloud.pollers.streams import ACTIONS as STREAM_ACTIONS
from helpers.cloud.pollers.streams import cannot_access
from helpers.cloud.registry import Key

PATH = re.compile(r"/2015-03-31/event-source-mappings(?:/([^/]+))?/?")
PAGE = 100
NO_QUEUE = (
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
    "SQS Error Message: The specified queue does not exist."
)


@dataclass(frozen=True, slots=True)
class MappingRequests:
    """Checks what is asked for, and does it; each raises AwsError in AWS's words."""

    mappings: EventSourceMappings
    tools: Tools
    account_id: str
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def create(self, members: Mapping[str, Any], region: str) -> EventSourceMapping:
        """Make a mapping from the members of CreateEventSourceMapping."""
        check_members(members, creating=True)
        arn = members.get("EventSourceArn")
        source = source_of(arn, members.get("SelfManagedEventSource"))
        assert arn is not None
        if members.get("Tags"):
            check_tags(members["Tags"], {})
        settings = created_settings(members, source, arn)
        key, qualifier, function = self._function(members["FunctionName"], region)
        self._check_source(source, arn, function)
        self._check_destination(settings, function)
        with self._one_at_a_time:
            self._check_single(source, arn, key, qualifier)
            return self.mappings.create(
                source=source, source_arn=arn, key=key, qualifier=qualifier, settings=settings
            )

    def update(
        self, mapping_id: str, members: Mapping[str, Any], region: str
    ) -> EventSourceMapping:
        """Change what UpdateEventSourceMapping gives."""
        check_members(members, creating=False)
        with self._one_at_a_time:
            return self._update(mapping_id, members, region)

    def _update(
        self, mapping_id: str, members: Mapping[str, Any], region: str
    ) -> EventSourceMapping:
        before = self.mappings.get(mapping_id)
        settings = changed_settings(
            before.settings, members, before.source, is_fifo=before.source_arn.endswith(".fifo")
        )
        key, qualifier = before.key, before.qualifier
        if members.get("FunctionName"):
            key, qualifier, function = self._function(members["FunctionName"], region)
            self._check_source(before.source, before.source_arn, function)
            self._check_single(before.source, before.source_arn, key, qualifier, but=mapping_id)
            self._check_destination(settings, function)
        elif settings.on_failure != before.settings.on_failure:
            self._check_destination(settings, self.tools.registry.resolve(key, qualifier))
        return self.mappings.update(mapping_id, settings, key=key, qualifier=qualifier)

    def _function(self, name: str, region: str) -> tuple[Key, str | None, FunctionVersion]:
        named = parse_function_name(name)
        key = named.key(account_id=self.account_id, region=region)
        try:
            return key, named.qualifier, self.tools.registry.resolve(key, named.qualifier)
        except AwsError as error:
            raise InvalidParameterValueException("Function does not exist") from error

    def _check_source(self, source: Source, arn: str, function: FunctionVersion) -> None:
        role_may = self.tools.authorizer.role_may
        actions = STREAM_ACTIONS[source] if source.is_stream else QUEUE_ACTIONS
        denied = next((a for a in actions if role_may(function.role_arn, a, arn)), None)
        is_near = arn.split(":")[3] == function.region
        if source.is_stream:
            if denied is not None:
                raise InvalidParameterValueException(cannot_access(source, arn))
            if not is_near or self.tools.streams.shards(arn) is None:
                raise InvalidParameterValueException(f"Stream not found: {arn}")
            return
        if denied is not None:
            raise InvalidParameterValueException(
                "The provided execution role does not have permissions to call "
                f"{denied.split(':')[1]} on SQS"
            )
        queue = self.tools.queues.facts(arn) if is_near else None
        if queue is None:
            raise InvalidParameterValueException(NO_QUEUE)
        if queue.visibility_s < function.timeout_s:
            raise InvalidParameterValueException(
                f"Queue visibility timeout: {queue.visibility_s} seconds is less than Function "
                f"timeout: {function.timeout_s} seconds"
            )

    def _check_destination(self, settings: MappingSettings, function: FunctionVersion) -> None:
        arn = settings.on_failure
        if arn is None:
            return
        if self.tools.targets.missing(arn):
            raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.")
        service = arn.split(":")[2]
        resource = f"{arn}/*" if service == "s3" else arn
        action = ACTIONS[service]
        if self.tools.authorizer.role_may(function.role_arn, action, resource) is not None:
            raise InvalidParameterValueException(
                "The provided execution role does not have permissions to call "
                f"{action.split(':')[1]} on {service.upper()}"
            )

    def _check_single(
        self, source: Source, arn: str, key: Key, qualifier: str | None, but: str = ""
    ) -> None:
        """Raise the conflict when the function has a mapping for the source already."""
        for other in self.mappings.all():
            if (other.source_arn, other.key, other.qualifier) != (arn, key, qualifier):
                continue
            if other.uuid == but or other.state is State.DELETING:
                continue
            name = key[2] if qualifier is None else f"{key[2]}:{qualifier}"
            told = (
                f'The event source arn (" {arn} ") and function (" {name} ") provided mapping '
                "already exists."
                if source.is_stream
                else f'An event source mapping with SQS arn (" {arn} ") and function (" {name} ") '
                "already exists."
            )
            raise ResourceConflictException(
                f"{told} Please update or delete the existing mapping with UUID {other.uuid}"
            )


@dataclass(frozen=True, slots=True)
class EventSourceMappingsApi:
    """Answers the operations over HTTP; lives with the cloud.

    `keep` is told of each new or changed mapping and its Region, `forget` of a deleted one's id.
    """

    requests: MappingRequests
    keep: Callable[[str, EventSourceMapping], None]
    forget: Callable[[str, str], None]

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        match = PATH.fullmatch(request.path)
        assert match is not None
        if request.method not in (
            ("GET", "POST") if match[1] is None else ("GET", "PUT", "DELETE")
        ):
            raise AwsError("", code="UnknownOperationException", http_status=404)
        if match[1] is None:
            if request.method == "GET":
                return self._list(request, region)
            created = self.requests.create(members_of(request.body), region)
            self.keep(region, created)
            return json_answer(202, mapping_document(created))
        mapping_id, mappings = unquote(match[1]), self.requests.mappings
        _check_region(mappings.get(mapping_id), region)
        if request.method == "PUT":
            updated = self.requests.update(mapping_id, members_of(request.body), region)
            self.keep(region, updated)
            return json_answer(202, mapping_document(updated))
        if request.method == "DELETE":
            deleted = mappings.delete(mapping_id)
            self.forget(region, mapping_id)
            return json_answer(202, mapping_document(deleted))
        return json_answer(200, mapping_document(mappings.get(mapping_id)))

    def _list(self, request: HttpRequest, region: str) -> HttpAnswer:
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        check_source_arn(query.get("EventSourceArn"))
        found = [m for m in self.requests.mappings.all() if m.key[1] == region]
        if query.get("EventSourceArn"):
            found = [m for m in found if m.source_arn == query["EventSourceArn"]]
        if query.get("FunctionName"):
            named = parse_function_name(query["FunctionName"])
            key = named.key(account_id=self.requests.account_id, region=region)
            found = [m for m in found if (m.key, m.qualifier) == (key, named.qualifier)]
        first, count = _page(query)
        shown = [listed_document(mapping) for mapping in found[first : first + count]]
        following = {"NextMarker": str(first + count)} if first + count < len(found) else {}
        return json_answer(200, {"EventSourceMappings": shown, **following})


def _check_region(mapping: EventSourceMapping, region: str) -> None:
    if mapping.key[1] != region:
        raise ResourceNotFoundException("The resource you requested does not exist.")


def _page(query: Mapping[str, str]) -> tuple[int, int]:
    """Return the first item and how many, from Marker and MaxItems."""
    marker, items = query.get("Marker", "0"), query.get("MaxItems", str(PAGE))
    if not marker.isdecimal():
        raise InvalidParameterValueException(f"The Marker {marker} is not valid.")
    if not items.isdecimal() or not 1 <= int(items) <= MAX_ITEMS:
        low = items.lstrip("-").isdecimal() and int(items) < 1
        bound = "greater than or equal to 1" if low else f"less than or equal to {MAX_ITEMS}"
        raise ValidationException(
            f"1 validation error detected: Value '{items}' at 'maxItems' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )
    return int(marker), min(int(items), PAGE)

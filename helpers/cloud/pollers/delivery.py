"""What the pollers of queues and streams share: their tools, and how a batch meets its function."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

from helpers.cloud import records
from helpers.cloud.errors import AwsError, ServiceException
from helpers.cloud.events.patterns import FILTERS, Pattern, compile_pattern
from helpers.cloud.invoke import Begun, InvokeAnswer, Invoker, InvokeRequest
from helpers.cloud.model import FunctionVersion
from helpers.cloud.pollers.mapping import FINE, Mapping
from helpers.cloud.ports import Authorizer, Queues, Streams, Targets
from helpers.cloud.records import Waiting
from helpers.cloud.registry import Registry

RECHECK_S = 10.0
"""How long a poller that cannot work waits, lapsed, before it looks again."""
RECHECK_AT_LEAST_S = 0.25


@dataclass(frozen=True, slots=True)
class Tools:
    """What every poller needs; made once per cloud."""

    invoker: Invoker
    registry: Registry
    waiting: Waiting
    authorizer: Authorizer
    queues: Queues
    streams: Streams
    targets: Targets

    def recheck_s(self) -> float:
        """Return the real seconds until a poller with a problem looks again."""
        return max(RECHECK_AT_LEAST_S, self.waiting.clock.lapsed(RECHECK_S))


@dataclass(slots=True)
class Life:
    """Whether the account that a mapping belongs to still is; an emptied one records no more."""

    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one invocation: an answer, or the error that kept the function from running."""

    request_id: str
    event: bytes
    answer: InvokeAnswer | None = None
    refusal: AwsError | None = None

    @property
    def succeeded(self) -> bool:
        """Tell whether the handler returned."""
        return self.answer is not None and self.answer.result.function_error is None

    @property
    def payload(self) -> bytes:
        """What the handler returned, as JSON."""
        return b"" if self.answer is None else self.answer.result.payload

    @property
    def reason(self) -> str:
        """Why it did not succeed, in a word: AWS's code, or the handler's error type."""
        if self.refusal is not None:
            return self.refusal.code
        assert self.answer is not None
        return self.answer.result.error_type or "Unhandled"


class Courier:
    """Brings the batches of one mapping to its function; lives with its poller."""

    def __init__(self, mapping: Mapping, tools: Tools, life: Life) -> None:
        self.mapping = mapping
        self.life = life
        self.tools = tools
        self._patterns = [
            compile_pattern(pattern, rules=FILTERS) for pattern in mapping.settings.filters
        ]

    def function(self) -> FunctionVersion:
        """Return the function that would run; raises AwsError when there is none."""
        return self.tools.registry.resolve(self.mapping.key, self.mapping.qualifier)

    def wants(self, filterable: Dictionary[str, Any]) -> bool:
        """Tell whether the filters take a record; without filters, each."""
        return not self._patterns or any(_matches(p, filterable) for p in self._patterns)

    def deliver(
        self, event: Dictionary[str, Any], *, request_id: str, trace_id: str = ""
    ) -> Delivered:
        """Invoke the function with an event and wait for what comes of it."""
        return self.begin(event, request_id=request_id, trace_id=trace_id)()

    def begin(
        self, event: Dictionary[str, Any], *, request_id: str, trace_id: str = ""
    ) -> Callable[[], Delivered]:
        """Hand an event over, if an environment waits for one; return what waits for the rest."""
        body = json.dumps(event, separators=(",", ":")).encode()
        request = InvokeRequest(
            key=self.mapping.key,
            qualifier=self.mapping.qualifier,
            request_id=request_id,
            event=body,
            trace_id=trace_id,
            is_json=not self.mapping.source.is_stream,  # a handler's state may be anything
        )
        begun: Begun | None = None
        with contextlib.suppress(AwsError):  # whoever waits for the rest is told
            begun = self.tools.invoker.begin(request, self.function())

        def finish() -> Delivered:
            try:
                answer = begun.finish() if begun else self.tools.invoker.invoke(request)
                return Delivered(request_id, body, answer=answer)
            except AwsError as error:
                return Delivered(request_id, body, refusal=error)
            except Exception as error:  # a fault of the kit is one of the service
                refusal = ServiceException(f"{type(error).__name__}: {error}")
                return Delivered(request_id, body, refusal=refusal)

        return finish

    def refusal(self, actions: Sequence[str]) -> str | None:
        """Return why the execution role may not read the source, or None."""
        role_arn = self.function().role_arn
        for action in actions:
            if self.tools.authorizer.role_may(role_arn, action, self.mapping.source_arn):
                return action
        return None

    def note(self, kind: Callable[..., records.BatchRecord], count: int, **members: Any) -> None:
        """Record something that happened to records of this mapping."""
        mapping = self.mapping
        if self.life.is_over:
            return
        self.tools.waiting.recorder.add(
            kind(
                mapping=mapping.uuid,
                function=mapping.key[2],
                source=mapping.source_arn,
                count=count,
                metered=mapping.settings.is_metered,
                **members,
            )
        )

    def report(self, result: str) -> None:
        """Say what LastProcessingResult is now; recorded when it is another than before."""
        mapping = self.mapping
        if mapping.result == result or self.life.is_over:
            return
        was_quiet = not mapping.source.is_stream and not mapping.result
        mapping.result = result
        if was_quiet and result == FINE:
            return
        self.tools.waiting.recorder.add(changed(mapping))


def changed(mapping: Mapping) -> records.MappingChanged:
    """Return the record of a mapping's state and result as they are now."""
    return records.MappingChanged(
        mapping=mapping.uuid,
        function=mapping.key[2],
        source=mapping.source_arn,
        state=str(mapping.state),
        result=mapping.result,
    )


def new_request_id() -> str:
    """Return an id for an invocation."""
    return str(uuid.uuid4())


def _matches(pattern: Pattern, filterable: Dictionary[str, Any]) -> bool:
    return pattern.matches(filterable)

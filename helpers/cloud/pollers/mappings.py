"""Every event source mapping of the account, its state, and the poller it has while enabled.

A state between two others lasts a few lapsed seconds, on AWS up to a minute or more. Whoever
changes a mapping in such a state is told that it is in use.

Source: docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from typing import Protocol

from helpers.cloud.clock import Timer
from helpers.cloud.errors import AwsError, ResourceNotFoundException
from helpers.cloud.pollers.delivery import Courier, Life, Tools, changed
from helpers.cloud.pollers.mapping import (
    NOTHING_YET,
    Mapping,
    MappingSettings,
    Source,
    State,
    transition,
)
from helpers.cloud.pollers.progress import Progress
from helpers.cloud.pollers.sqs import QueuePoller
from helpers.cloud.pollers.streams import StreamPoller
from helpers.cloud.registry import Key

TRANSITION_S = 3.0
"""How long a state between two others lasts, lapsed."""


class Poller(Protocol):
    """What reads a source for one enabled mapping."""

    def start(self) -> None:
        """Begin to poll."""

    def stop(self) -> None:
        """End polling."""

    def ring(self) -> None:
        """Look again."""


class EventSourceMappings:
    """All mappings, by UUID; a Part of the cloud."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._mappings: dict[str, Mapping] = {}
        self._pollers: dict[str, Poller] = {}
        self._progress: dict[str, Progress] = {}
        self._timers: dict[str, Timer] = {}
        self._lock = threading.Lock()
        self._life = Life()
        tools.registry.subscribe(self._on_function)

    def create(
        self,
        *,
        source: Source,
        source_arn: str,
        key: Key,
        qualifier: str | None,
        settings: MappingSettings,
    ) -> Mapping:
        """Make a mapping, which is Creating or, not enabled, Disabled; its caller checked all."""
        mapping = Mapping(
            uuid=str(uuid.uuid4()),
            source=source,
            source_arn=source_arn,
            key=key,
            qualifier=qualifier,
            settings=settings,
            result=NOTHING_YET if source.is_stream else "",
        )
        with self._lock:
            self._mappings[mapping.uuid] = mapping
            if source.is_stream:
                self._progress[mapping.uuid] = Progress.at_start(mapping, self._tools.streams)
            self._enter(mapping, transition(before=None, after=settings.enabled))
        return replace(mapping)

    def get(self, mapping_id: str) -> Mapping:
        """Return a mapping as it is now; raises ResourceNotFoundException."""
        with self._lock:
            return replace(self._known(mapping_id))

    def all(self) -> list[Mapping]:
        """Return every mapping, oldest first."""
        with self._lock:
            return [replace(mapping) for mapping in self._mappings.values()]

    def update(
        self,
        mapping_id: str,
        settings: MappingSettings,
        *,
        key: Key,
        qualifier: str | None,
    ) -> Mapping:
        """Change a settled mapping; raises ResourceInUseException otherwise."""
        with self._lock:
            mapping = self._changeable(mapping_id, "update")
            before = mapping.settings.enabled
            mapping.settings, mapping.key, mapping.qualifier = settings, key, qualifier
            self._stop(mapping_id)
            self._enter(mapping, transition(before=before, after=settings.enabled))
            return replace(mapping)

    def delete(self, mapping_id: str) -> Mapping:
        """End a settled mapping, which is Deleting for a moment."""
        with self._lock:
            mapping = self._changeable(mapping_id, "delete")
            self._stop(mapping_id)
            self._enter(mapping, State.DELETING)
            return replace(mapping)

    def clear(self) -> None:
        """End every mapping: the account is emptied."""
        with self._lock:
            self._life.is_over = True
            self._life = Life()
            for poller in self._pollers.values():
                poller.stop()
            for timer in self._timers.values():
                timer.cancel()
            for kept in (self._mappings, self._pollers, self._progress, self._timers):
                kept.clear()

    def close(self) -> None:
        """End every thread."""
        self.clear()

    def _enter(self, mapping: Mapping, state: State) -> None:
        clock, timers = self._tools.waiting.clock, self._tools.waiting.timers
        mapping.state, mapping.modified = state, clock.now()
        self._tools.waiting.recorder.add(changed(mapping))
        if state.is_settled:
            return
        wait_s = clock.lapsed(TRANSITION_S)
        self._timers[mapping.uuid] = timers.after(wait_s, lambda: self._arrive(mapping.uuid))

    def _arrive(self, mapping_id: str) -> None:
        """Leave a state between two others."""
        with self._lock:
            mapping = self._mappings.get(mapping_id)
            if mapping is None or mapping.state.is_settled:
                return
            del self._timers[mapping_id]
            if mapping.state is State.DELETING:
                del self._mappings[mapping_id]
                self._progress.pop(mapping_id, None)
                return
            enabled = mapping.settings.enabled
            self._enter(mapping, State.ENABLED if enabled else State.DISABLED)
            if enabled:
                self._pollers[mapping_id] = poller = self._poller(mapping)
                poller.start()

    def _poller(self, mapping: Mapping) -> Poller:
        courier = Courier(mapping, self._tools, self._life)
        if mapping.source.is_stream:
            return StreamPoller(courier, self._progress[mapping.uuid])
        return QueuePoller(courier)

    def _stop(self, mapping_id: str) -> None:
        poller = self._pollers.pop(mapping_id, None)
        if poller is not None:
            poller.stop()

    def _known(self, mapping_id: str) -> Mapping:
        mapping = self._mappings.get(mapping_id)
        if mapping is None:
            raise ResourceNotFoundException("The resource you requested does not exist.")
        return mapping

    def _changeable(self, mapping_id: str, word: str) -> Mapping:
        mapping = self._known(mapping_id)
        if not mapping.state.is_settled:
            raise AwsError(
                f"Cannot {word} the event source mapping because it is in use.",
                code="ResourceInUseException",
                http_status=400,
            )
        return mapping

    def _on_function(self, key: Key) -> None:
        """Wake the pollers of a function that has changed; it may exist again."""
        for mapping_id, poller in list(self._pollers.items()):
            mapping = self._mappings.get(mapping_id)
            if mapping is not None and mapping.key == key:
                poller.ring()

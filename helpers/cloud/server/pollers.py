"""Builds event source mappings: their store with its pollers, and the API before it."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.cloud.control.event_source_mappings import EventSourceMappingsApi, MappingRequests
from helpers.cloud.moto_seam import awslambda
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.pollers import EventSourceMappings, Mapping, Tools
from helpers.cloud.server.data_plane import DataPlane, Ports
from helpers.cloud.server.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Pollers:
    """All event source mappings; a Part of the cloud."""

    mappings: EventSourceMappings
    requests: MappingRequests

    @property
    def api(self) -> EventSourceMappingsApi:
        """What answers the operations of mappings."""

        def keep(region: str, mapping: Mapping) -> None:
            awslambda.backend_of(ACCOUNT_ID, region).keep_event_source_mapping(mapping)

        def forget(region: str, mapping_id: str) -> None:
            awslambda.backend_of(ACCOUNT_ID, region).forget_event_source_mapping(mapping_id)

        return EventSourceMappingsApi(self.requests, keep, forget)

    def clear(self) -> None:
        """End every mapping: the account is emptied."""
        self.mappings.clear()

    def close(self) -> None:
        """End every poller."""
        self.mappings.close()


def build_pollers(foundation: Foundation, ports: Ports, plane: DataPlane) -> Pollers:
    """Build the store of mappings on the data plane and the account's queues and streams."""
    tools = Tools(
        invoker=plane.invoker,
        registry=foundation.registry,
        waiting=foundation.waiting,
        authorizer=ports.authorizer,
        queues=ports.queues,
        streams=ports.streams,
        targets=ports.targets,
    )
    mappings = EventSourceMappings(tools)
    return Pollers(mappings, MappingRequests(mappings, tools, ACCOUNT_ID))

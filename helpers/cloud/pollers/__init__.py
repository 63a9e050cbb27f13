"""Event source mappings: the pollers of queues and streams, and the states they are in."""

from helpers.cloud.pollers.delivery import Tools
from helpers.cloud.pollers.mapping import Mapping, MappingSettings, Source, State
from helpers.cloud.pollers.mappings import EventSourceMappings

__all__ = ["EventSourceMappings", "Mapping", "MappingSettings", "Source", "State", "Tools"]

"""Where moto's Lambda finds the kit's event source mappings: their tags are moto's.

moto's own mappings push events at once and wrongly, so none is ever made: the kit answers their API
itself, and CloudFormation goes through it.
"""

from __future__ import annotations

from dataclasses import dataclass

import moto.awslambda.models as lambda_models

from helpers.cloud.errors import ResourceNotFoundException
from helpers.cloud.pollers import Mapping


@dataclass(slots=True)
class KeptMapping:
    """What operations on tags, and conditions of policies, need of a mapping."""

    uuid: str
    arn: str
    tags: dict[str, str]
    function_arn: str


class MappingsBackend(lambda_models.LambdaBackend):  # type: ignore[misc]
    """The part of moto's Lambda backend that knows of mappings."""

    def keep_event_source_mapping(self, mapping: Mapping) -> None:
        """Let other operations find a mapping as it is now; its tags stay once it is known."""
        known = self._event_source_mappings.get(mapping.uuid)
        tags = known.tags if known else dict(mapping.settings.others.get("Tags") or {})
        kept = KeptMapping(mapping.uuid, mapping.arn, tags, mapping.function_arn)
        self._event_source_mappings[mapping.uuid] = kept

    def function_of_mapping(self, uuid: str) -> str | None:
        """Return the ARN of a mapping's function."""
        kept = self._event_source_mappings.get(uuid)
        return kept.function_arn if kept else None

    def tags_of_mapping(self, arn: str) -> dict[str, str]:
        """Return the tags of a mapping, to be changed; raises ResourceNotFoundException."""
        kept = self._event_source_mappings.get(arn.rsplit(":", 1)[-1])
        if kept is None or kept.arn != arn:
            raise ResourceNotFoundException(f"Event source mapping not found: {arn}")
        tags: dict[str, str] = kept.tags
        return tags

    def forget_event_source_mapping(self, uuid: str) -> None:
        """Let them no longer find it."""
        self._event_source_mappings.pop(uuid, None)

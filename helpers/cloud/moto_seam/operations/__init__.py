"""Who calls what: an HTTP request becomes a `Call`, and a call becomes questions for IAM."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.call import Call, Facts, NoFacts, Requirement
from helpers.cloud.moto_seam.operations.failure import (
    Failure,
    Rendered,
    denied,
    render,
    render_denied,
)
from helpers.cloud.moto_seam.operations.recognise import ScopedRequest, UnreadableRequest, recognise
from helpers.cloud.moto_seam.operations.serialization import check_types
from helpers.cloud.moto_seam.operations.table import TABLES, requirements, unmapped_message
from helpers.cloud.moto_seam.operations.unrecognised import unrecognised

__all__ = [
    "TABLES",
    "Call",
    "Facts",
    "Failure",
    "NoFacts",
    "Rendered",
    "Requirement",
    "ScopedRequest",
    "UnreadableRequest",
    "check_types",
    "denied",
    "recognise",
    "render",
    "render_denied",
    "requirements",
    "unmapped_message",
    "unrecognised",
]

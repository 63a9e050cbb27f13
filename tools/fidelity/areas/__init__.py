"""The areas of the fidelity table, in the order in which docs/fidelity.md shows them."""

from __future__ import annotations

from tools.fidelity.areas import (
    asynchronous,
    concurrency,
    configuration,
    environments,
    events,
    general,
    http,
    orchestration,
    packages,
    permissions,
    pollers,
    pushes,
    snap_start,
    telemetry,
    tracing,
)
from tools.fidelity.rows import Area, Row

AREAS: tuple[Area, ...] = tuple(
    module.AREA
    for module in (
        general,
        environments,
        concurrency,
        snap_start,
        packages,
        asynchronous,
        pollers,
        pushes,
        events,
        http,
        permissions,
        configuration,
        telemetry,
        tracing,
        orchestration,
    )
)

IN_LABS = (
    "freeze",
    "account",
    "python-version",
    "packages",
    "cold-start",
    "activation",
    "log-delay",
    "billed",
    "network",
    "processor",
    "timeout",
    "memory",
    "cpu-share",
    "files",
    "init-limit",
    "reuse-order",
    "eviction",
    "early-init",
    "provisioned-start",
    "snapshot",
    "snapshot-pending",
    "snapshot-threads",
    "iam-delay",
    "response-size",
    "credentials",
    "container-image",
    "concurrency",
    "retry-after",
    "scaling-reason",
    "provisioned-scaling",
    "poll-delay",
    "poller-states",
    "poller-ramp",
    "provisioned-pollers",
    "stream-polling",
    "stream-waits",
    "poller-sources",
    "retry-waits",
    "duplicates",
    "s3-order",
    "sns-retries",
    "event-retries",
    "schedule-clock",
    "url-address",
    "balancer-tls",
    "jwt-issuers",
    "api-cache",
    "response-streaming",
    "web-sockets",
    "failure-record",
    "queue-lifetime",
    "move-task",
    "vpc",
    "organizations",
    "identity-providers",
    "administrator",
    "native-code",
    "os-only-runtime",
    "layers-of-others",
    "extension-layer",
    "extension-port",
    "rotation-schedule",
    "secret-delay",
    "advanced-parameters",
)
"""The rows that labs show, in the order in which a lab shows them: what is most felt first."""


def rows_in_order() -> tuple[Row, ...]:
    """Return every row: those of labs first, then the others by area."""
    every = {row.id: row for area in AREAS for row in area.rows}
    rest = [row for row in every.values() if row.id not in IN_LABS]
    return (*(every[id_] for id_ in IN_LABS), *rest)

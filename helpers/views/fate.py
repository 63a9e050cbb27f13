"""What became of an event that was handed over: queued, run, retried, sent on, dropped.

Read from records, by the request id that Lambda answered with; the same id stays through retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.views.panel import aligned, rows

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fate:
    """The stations of one event in order, and whether the last one was reached."""

    stations: tuple[tuple[str, str], ...]
    settled: bool

    def last(self) -> str:
        """Return the newest station in a few words."""
        return self.stations[-1][1] if self.stations else "accepted"

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return aligned(self.stations)

    def _repr_html_(self) -> str:
        return rows(self.stations)


def fate_of(records: Iterable[Record], request_id: str) -> Fate:
    """Return what the records tell of an event; times are seconds since it was accepted."""
    own = [
        record
        for record in records
        if record.get("request_id") == request_id and record["kind"] in _WORDS
    ]
    begin = own[0]["time"] if own else 0.0
    stations = tuple(
        (f"after {record['time'] - begin:.2f} s", _WORDS[record["kind"]](record)) for record in own
    )
    return Fate(stations, settled=any(map(_ends, own)))


def _ends(record: Record) -> bool:
    """Tell whether nothing more will come after this record."""
    if record["kind"] == "invocation.finished":
        return bool(record["status"] == "success")
    return record["kind"] in ("event.dropped", "event.sent_on", "recursion.stopped")


def _finished(record: Record) -> str:
    if record["status"] == "success":
        return f"succeeded in {record['duration_ms']:g} ms"
    return f"failed: {record['error_type'] or record['status']}"


def _retried(record: Record) -> str:
    return (
        f"will be tried again after {record['wait_s']:g} s of AWS's time, because of "
        f"{record['reason']} (tried so far: {record['attempts']})"
    )


def _sent_on(record: Record) -> str:
    what = "dead-letter queue" if record["dead_letter"] else f"destination ({record['condition']})"
    if record["delivered"]:
        return f"sent on to the {what} {record['target']}"
    return f"could not be sent on to the {what} {record['target']}: {record['reason']}"


_WORDS: Mapping[str, Callable[[Record], str]] = {
    "event.queued": lambda _: "in the function's queue",
    "invocation.started": lambda _: "running",
    "invocation.finished": _finished,
    "event.retried": _retried,
    "event.dropped": lambda record: f"dropped after {record['attempts']} tries: {record['reason']}",
    "event.sent_on": _sent_on,
    "recursion.stopped": lambda record: f"stopped as a loop after {record['runs']} runs",
}

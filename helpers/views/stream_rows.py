"""The attempts of a shard as rows of a picture, and what each says in words."""

from __future__ import annotations

from dataclasses import replace

from helpers.views.marks import seconds
from helpers.views.names import named
from helpers.views.panel import aligned
from helpers.views.stream_state import Attempt, Result, ShardState, Spans, size_of

MOST_ROWS = 28


def rows_of(shard: ShardState) -> list[Attempt]:
    """Return attempts as rows: what repeats itself once, and many successes in a row as one."""
    rows: list[Attempt] = []
    for attempt in shard.attempts:
        if rows and rows[-1].is_like(attempt):
            rows[-1].times += 1
            rows[-1].age_ms = attempt.age_ms
        else:
            rows.append(replace(attempt))
    return rows if len(rows) <= MOST_ROWS else _folded(rows)


def _folded(rows: list[Attempt]) -> list[Attempt]:
    """Draw successes in a row as one, and leave out the oldest rows if there are too many."""
    folded: list[Attempt] = []
    for row in rows:
        before = folded[-1] if folded else None
        if before is not None and before.result is row.result is Result.PROCESSED:
            before.spans = _joined(before.spans + row.spans)
            before.batches += 1
            before.age_ms = row.age_ms
        else:
            folded.append(row)
    return folded[-MOST_ROWS:]


def _joined(pairs: Spans) -> Spans:
    found: list[tuple[int, int]] = []
    for first, last in sorted(pairs):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def which(attempt: Attempt) -> str:
    """Name the records of an attempt."""
    if not attempt.spans:
        return "end of a window"
    return f"record{'s' * (attempt.count > 1)} {spans_text(attempt.spans)}"


def spans_text(pairs: Spans) -> str:
    """Return up to three pairs of first and last as text, and whether there are more.

    >>> spans_text(((1, 4), (7, 7)))
    '1–4, 7'
    """
    shown = [f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in pairs[:3]]
    return ", ".join([*shown, "…"] if len(pairs) > 3 else shown)


def words(attempt: Attempt) -> str:
    """Say what an attempt came to."""
    told = str(attempt.result)
    if attempt.error and attempt.result is not Result.GIVEN_UP:
        told = f"{attempt.error}: {told.removeprefix('failed, ')}"
    if attempt.note:
        told += f" {attempt.note}" if attempt.result is Result.SPLIT else f": {attempt.note}"
    if attempt.batches > 1:
        told += f", {attempt.batches:,} batches"
    return named(told, 120) + (f" × {attempt.times:,}" if attempt.times > 1 else "")


def summary(shard: ShardState) -> str:
    """Say how far a shard is."""
    parts = [f"checkpoint {shard.checkpoint:,} of {shard.read:,}"]
    if shard.given_up:
        parts.append(f"given up {size_of(shard.given_up):,}")
    if shard.filtered:
        parts.append(f"filtered out {size_of(shard.filtered):,}")
    return " · ".join(parts)


def as_text(shard: ShardState, name: str, *, times: bool) -> str:
    """Return a shard and its rows as text."""
    told = [(which(row), f"{words(row)}{_age(row) if times else ''}") for row in rows_of(shard)]
    return f"{name}: {summary(shard)}\n{aligned(told)}".rstrip()


def _age(row: Attempt) -> str:
    return "" if row.age_ms is None else f", iterator age {seconds(row.age_ms)}"

"""Exercises 6.3 and 6.5: clicks of a Kinesis stream, counted per window and per batch.

6.3 plays two windows event by event, then lets a mapping cut them. 6.5 sends three batches.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.queues import mapped
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.streams import (
    FROM_THE_OLDEST,
    KINESIS_ARN,
    Stream,
    click,
    failures,
    kinesis_records,
    may_read,
    sequence_number,
    stream,
)
from helpers.checks.submission import Did, advice_on, failed_with, payload_of, shown
from helpers.views.invocation import Answer

WINDOWS, SUMS = "check-windows", "check-clicks"
SAVED, ASIDE = "saved ", "aside "
WITHIN_S = 30
POSTERS, FRAMES, HOME = "/posters", "/frames", "/"
# a window's events: the pages clicked, and whether it is the last
WINDOW_EVENTS: tuple[tuple[Sequence[str], bool], ...] = (
    ([POSTERS, FRAMES, POSTERS], False),
    ([HOME], False),
    ([POSTERS, FRAMES], True),
)
FIRST, SECOND = "2026-11-21T08:00:00Z", "2026-11-21T08:01:00Z"
COUNTS = {POSTERS: 3, FRAMES: 2, HOME: 1}
BATCHES: tuple[Sequence[str], ...] = (
    [click(POSTERS), click(FRAMES), "printer on fire", click(POSTERS), click(HOME), click(POSTERS)],
    ["{", json.dumps({"customer": "c-42"}), "7"],
    [click(FRAMES, "c-7"), click(FRAMES, "c-8")],
)


def check_6_3(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Play two windows event by event, then put clicks into a stream with windows of a minute."""
    with (
        stream(session, "check-clicks") as clicks,
        execution_role(session, WINDOWS, may_read(clicks)) as role,
    ):
        session.deploy(handler, WINDOWS, Role=role)
        for start, end in ((FIRST, SECOND), (SECOND, "2026-11-21T08:02:00Z")):
            did(f"played the window from {start[11:16]}: three events with six clicks")
            _play(session, start, end)
        found = _through_a_stream(session, did, clicks)
    if found != {POSTERS: 4, FRAMES: 4}:
        raise NotYet(
            f"From the stream, the windows saved {shown(found)} together.",
            expected=shown({POSTERS: 4, FRAMES: 4}),
            advice="Event by event it went well. Does a batch without state begin with {}?",
            hint=3,
        )


def _through_a_stream(session: Session, did: Did, clicks: Stream) -> Counter[str]:
    """Return what windows of a stream save, all together."""
    before = len(_saved(session.logs(WINDOWS)))
    clicks.put(*(click(page) for page in (POSTERS, FRAMES) * 4))
    did("played two windows, then put eight clicks into a stream with windows")

    def saved() -> Counter[str]:
        return _total(_saved(session.logs(WINDOWS))[before:])

    settings = {"TumblingWindowInSeconds": 60, "BatchSize": 3, **FROM_THE_OLDEST}
    with mapped(session, WINDOWS, clicks, settings, hint=2) as mapping:
        session.wait_until(
            lambda: saved().total() >= 8 or failures(session, mapping) > 2,
            WITHIN_S,
            "the windows of the stream had not saved eight clicks.",
        )
    return saved()


def _play(session: Session, start: str, end: str) -> None:
    state: Any = {}
    clicked: Counter[str] = Counter()
    for number, (pages, is_last) in enumerate(WINDOW_EVENTS):
        event = {
            "Records": kinesis_records([click(page) for page in pages], first=10 * number),
            "window": {"start": start, "end": end},
            "state": state,
            "shardId": "shardId-000000000000",
            "eventSourceARN": KINESIS_ARN,
            "isFinalInvokeForWindow": is_last,
            "isWindowTerminatedEarly": False,
        }
        clicked.update(pages)
        answer = session.invoke(WINDOWS, event)
        payload = payload_of(answer, event, expected="an answer with state.", hint=2)
        lines = _saved(answer.log_tail.splitlines())
        if not isinstance(payload, Mapping) or "state" not in payload:
            raise NotYet(
                f"The answer was {shown(payload)}. The answer must hold state, or Lambda takes "
                "the batch for failed.",
                expected='{"state": …}, at every event of the window.',
                hint=2,
            )
        state = payload["state"]
        if not is_last and lines:
            raise NotYet(
                f"The window from {start} was saved before it had ended.",
                expected="one call of save, at the event with isFinalInvokeForWindow.",
                hint=1,
            )
    _expect_window(lines, start, state)


def _expect_window(lines: list[Mapping[str, Any]], start: str, state: Any) -> None:
    if len(lines) != 1:
        raise NotYet(
            f"At its end the window was saved {len(lines)} times.",
            expected="one call of save, at the event with isFinalInvokeForWindow.",
            hint=1,
        )
    saved = lines[0]
    if saved.get("counts") != COUNTS:
        raise _wrong_counts(saved.get("counts"), start, state)
    if saved.get("start") != start:
        raise NotYet(
            f"The result was saved for {shown(saved.get('start'))}.",
            expected=f"{start}: the start of the event's window.",
            hint=3,
        )


def _wrong_counts(found: Any, start: str, state: Any) -> NotYet:
    counts = found if isinstance(found, Mapping) else {}
    total = sum(value for value in counts.values() if isinstance(value, int))
    last = Counter(WINDOW_EVENTS[-1][0])
    if counts == dict(Counter(COUNTS) - last):
        why = "the records of the last event are missing."
        advice = "Count the event's records first, whether or not it is the last."
    elif counts == dict(last):
        why = "the clicks of the earlier events are missing. The state counts only this event."
        advice = "Begin with event['state'], and add to it."
    elif total > sum(COUNTS.values()) and start == SECOND:
        why = "the window before is in it. A global lives in one environment, and outlives windows."
        advice = "Keep nothing in globals: the state begins with {} in each window."
    else:
        why = f"and the state was {shown(state)}."
        advice = ""
    return NotYet(
        f"The window from {start} was saved with {shown(found)}: {why}",
        expected=shown(COUNTS),
        advice=advice,
        hint=2,
    )


def check_6_5(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send three batches, with records among them that cannot be read."""
    session.deploy(handler, SUMS)
    for number, data in enumerate(BATCHES):
        did(f"sent {number + 1} of {len(BATCHES)} batches of clicks")
        first = 100 * number
        answer = session.invoke(SUMS, {"Records": kinesis_records(data, first=first)})
        if answer.function_error is not None:
            raise _stopped(answer)
        _expect_batch(answer, data, first)


def _stopped(answer: Answer) -> NotYet:
    is_bad_record = answer.error_type in ("JSONDecodeError", "KeyError", "TypeError", "Error")
    advice = advice_on(answer)
    if is_bad_record and "positional argument" not in str(answer.error_message):
        advice = "Give each record a try of its own, around decoding and reading."
    return NotYet(
        failed_with(answer),
        expected="what cannot be read set aside, and the others counted. A record that fails at "
        "every try is worse: it stops its shard.",
        advice=advice,
        hint=2,
    )


def _expect_batch(answer: Answer, data: Sequence[str], first: int) -> None:
    lines = answer.log_tail.splitlines()
    saved = _saved(lines)
    aside = [line.removeprefix(ASIDE).strip() for line in lines if line.startswith(ASIDE)]
    pages = [_page(text) for text in data]
    wanted = Counter(page for page in pages if page is not None)
    bad = [sequence_number(first + n) for n, page in enumerate(pages) if page is None]
    if len(aside) == len(data) > len(bad):
        raise NotYet(
            "Every record was set aside, good ones too.",
            expected="clicks that are read: data of Kinesis comes in base64.",
            advice="Decode first: base64.b64decode(record['kinesis']['data']).",
            hint=1,
        )
    _expect_saved(saved, wanted, aside)
    if aside != bad:
        missing = [number for number in bad if number not in aside]
        raise NotYet(
            f"{shown(missing)} was not set aside: nobody will look at it."
            if missing
            else f"set_aside was called for {shown(aside)}.",
            expected=f"set_aside for {shown(bad)}, once each.",
            advice="A sequence number is record['kinesis']['sequenceNumber'].",
            hint=3,
        )


def _expect_saved(
    saved: list[Mapping[str, Any]], wanted: Mapping[str, int], aside: list[str]
) -> None:
    if len(saved) > 1 or (saved and not wanted):
        raise NotYet(
            f"One batch was saved {len(saved)} times: {shown(saved)}",
            expected="one call of save per batch, and none for a batch without a good click.",
            advice="Count in the loop, save behind it.",
            hint=1,
        )
    found = saved[0] if saved else {}
    if found == wanted:
        return
    advice = ""
    if aside and sum(wanted.values()) > sum(v for v in found.values() if isinstance(v, int)):
        advice = "A good click that stands behind a bad one counts too: is the try in the loop?"
    raise NotYet(
        f"The batch was saved as {shown(found)}." if saved else "Nothing was saved of the batch.",
        expected=shown(wanted),
        advice=advice,
        hint=2,
    )


def _page(text: str) -> str | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data.get("page") if isinstance(data, dict) else None


def _saved(lines: Iterable[str]) -> list[Mapping[str, Any]]:
    found = []
    for line in lines:
        if line.startswith(SAVED):
            try:
                value = json.loads(line.removeprefix(SAVED))
            except ValueError:
                continue
            found.append(value if isinstance(value, Mapping) else {"saved": value})
    return found


def _total(saved: Iterable[Mapping[str, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in saved:
        counts = one.get("counts")
        if isinstance(counts, Mapping):
            total.update({k: v for k, v in counts.items() if isinstance(v, int)})
    return total

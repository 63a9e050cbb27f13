"""Exercise 2.4: a handler that stops before its timeout and says what is left.

What was truly printed is read from the log of the same invocation, not from the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.views.invocation import Answer

FUNCTION = "check-print-job"
TIMEOUT_S = 3
PRINTED = re.compile(r"^page (\d+)$", re.MULTILINE)
SLOW_MS = 1125
"""Two of them end far before the timeout, and three far after it."""
SMALL = {"pages": 4, "page_ms": 10}
JOBS = (
    (SMALL, "4 quick pages"),
    ({"pages": 200, "page_ms": 40}, "200 pages"),
    ({"pages": 8, "page_ms": SLOW_MS}, "8 slow pages"),
    (SMALL, "4 quick pages again"),
)


def check_2_4(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send print jobs that fit into the timeout, and jobs that do not."""
    session.deploy(handler, FUNCTION, Timeout=TIMEOUT_S)
    sent: list[str] = []
    for job, what in JOBS:
        sent.append(what)
        did(f"sent {', then '.join(sent)}; the timeout is {TIMEOUT_S} s")
        answer = session.invoke(FUNCTION, job)
        _expect_in_time(answer, job)
        payload = payload_of(answer, job, expected="an answer with printed and left.", hint=1)
        _expect_shape(payload, job)
        _expect_truth(payload, answer)
        _expect_effort(payload, answer, job)


def _expect_in_time(answer: Answer, job: Mapping[str, int]) -> None:
    if answer.error_type != "Sandbox.Timedout":
        return
    advice = (
        "Nothing runs after the deadline, no except and no finally. Before each page, ask "
        "context.get_remaining_time_in_millis() whether it still fits."
    )
    if job["page_ms"] == SLOW_MS:
        advice = (
            "These pages take longer than the reserve you keep. Measure: the slowest page so far "
            "tells what the next one may need."
        )
    raise NotYet(
        f"The job {shown(job)} ran into the timeout, and nobody learns which pages are printed.",
        expected="an answer in time: which pages are printed, and which are left.",
        advice=advice,
        hint=2,
    )


def _expect_shape(payload: Any, job: Mapping[str, int]) -> None:
    every = list(range(1, job["pages"] + 1))
    is_right = (
        isinstance(payload, dict)
        and set(payload) == {"printed", "left"}
        and isinstance(payload["printed"], list)
        and isinstance(payload["left"], list)
        and payload["printed"] + payload["left"] == every
    )
    if not is_right:
        advice = "A page is in one of the two lists, and in one only."
        if payload is None:
            advice = "The handler returned nothing. Does it end with return?"
        raise NotYet(
            f"For the job {shown(job)} the answer was {shown(payload)}",
            expected=f"printed and left: two lists that together are the pages 1 to "
            f"{job['pages']}, in order.",
            advice=advice,
            hint=3,
        )


def _expect_truth(payload: Mapping[str, Any], answer: Answer) -> None:
    _, _, log = answer.log_tail.rpartition("START RequestId: ")
    logged = [int(page) for page in PRINTED.findall(log)]
    claimed = payload["printed"]
    missing = sorted(set(claimed) - set(logged))
    forgotten = sorted(set(logged) - set(claimed))
    if forgotten and not missing:
        raise NotYet(
            f"Page {forgotten[0]} is printed, and the answer calls it left: whoever goes on with "
            "the job prints it again.",
            expected="every printed page in printed.",
            advice="Add a page to printed as soon as print_page has returned.",
            hint=3,
        )
    if not missing:
        return
    raise NotYet(
        f"The answer says that page {missing[0]} is printed, and the log of this invocation does "
        "not.",
        expected="pages that are printed when the handler returns.",
        advice="Threads do not go on after return: the environment is frozen. What a thread has "
        "not done by then waits for the next event, if there is one.",
        hint=1,
    )


def _expect_effort(payload: Mapping[str, Any], answer: Answer, job: Mapping[str, int]) -> None:
    used_ms = answer.report.duration_ms if answer.report else 0.0
    printed = len(payload["printed"])
    # who met a page that took long, on a machine with much else to do, rightly fears two of them
    fears_ms = 2 * used_ms / printed if printed else 0.0
    if not payload["left"] or used_ms + fears_ms >= TIMEOUT_S * 500:
        return
    advice = "Do not guess how many pages fit: ask for the time left, before each page."
    if not payload["printed"]:
        advice = (
            "Was the clock started above the handler? Then it counts from the start of the "
            "environment. The context knows how long this invocation has left."
        )
    raise NotYet(
        f"For the job {shown(job)} the handler stopped after {used_ms:.0f} ms, "
        f"and left {len(payload['left'])} of {job['pages']} pages.",
        expected=f"most of the {TIMEOUT_S} s used: at least half of them.",
        advice=advice,
        hint=2,
    )

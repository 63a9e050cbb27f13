"""Exercise 8.5: a setting that outlives its store: the old value serves while reading fails.

A time to live of 0 makes every order read again, so nothing here waits for a clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role, name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-shipping"
ACTION, ERROR = "ssm:GetParameter", "ThrottlingException"
OLD, NEW = 5000, 6500
LONG_S = 86_400
MANY = 40
TIMEOUT_S = 10
TRIES = 2
EVENT = {"order_id": "o-8501"}


def check_8_5(session: Session, did: Did, shipping: Callable[..., Any]) -> None:
    """Ask with a long time to live, then with none: throttled, working again, and from cold."""
    name = f"/check-{secrets.token_hex(3)}/free-from-cents"
    arn = f"arn:aws:ssm:us-east-1:123456789012:parameter{name}"
    ssm = session.client("ssm")
    ssm.put_parameter(Name=name, Value=str(OLD), Type="String")
    statement = {"Effect": "Allow", "Action": ACTION, "Resource": arn}
    with execution_role(session, FUNCTION, statement) as role:

        def deploy(cache_s: int, timeout_s: int) -> None:
            variables = {"PARAMETER": name, "CACHE_SECONDS": str(cache_s)}
            session.deploy(
                shipping,
                FUNCTION,
                Role=role,
                Timeout=timeout_s,
                Environment={"Variables": variables},
            )

        try:
            deploy(LONG_S, TIMEOUT_S)
            did("sent 3 orders, counted the calls of Parameter Store")
            _expect_kept(session)
            deploy(0, TIMEOUT_S)
            _expect_value(session, OLD, "The parameter was read for the first time.")
            did("sent 2 orders while Parameter Store was throttled")
            _expect_old_value(session)
            did("sent orders while Parameter Store was throttled and after, with a new value")
            ssm.put_parameter(Name=name, Value=str(NEW), Type="String", Overwrite=True)
            _expect_value(session, NEW, "The store answers again, with a new value.")
            deploy(0, TIMEOUT_S + 1)  # another configuration: a new environment, with no value
            did("sent orders while throttled and after, and one to an environment without a value")
            _expect_failure(session)
        finally:
            session.fault(ACTION, ERROR, times=0)
            ssm.delete_parameter(Name=name)


def _expect_kept(session: Session) -> None:
    for _ in range(3):
        _expect_value(session, OLD, "Parameter Store works.")
    calls = _calls(session)
    if calls != 1:
        raise NotYet(
            f"For 3 orders the function called Parameter Store {calls} times.",
            expected=f"one call: CACHE_SECONDS was {LONG_S}.",
            advice="Keep the value and the time of its end in a global. Fewer calls are the "
            "first cure for throttling.",
            hint=1,
        )


def _expect_old_value(session: Session) -> None:
    session.fault(ACTION, ERROR, times=MANY)
    for _ in range(2):
        before = len(session.records(kind="fault.raised"))
        _expect_value(session, OLD, "Parameter Store answered ThrottlingException.")
        tries = len(session.records(kind="fault.raised")) - before
        if tries > TRIES:
            raise NotYet(
                f"For one order the function asked the throttled store {tries} times.",
                expected=f"{TRIES} at most, which is one call of the client you were given.",
                advice="Asking harder makes a throttled store slower, and the customer waits. "
                "Take the old value at once.",
                hint=2,
            )
    session.fault(ACTION, ERROR, times=0)


def _expect_value(session: Session, cents: int, when: str) -> None:
    expected = {"free_from_cents": cents}
    answer = session.invoke(FUNCTION, EVENT)
    found = payload_of(answer, EVENT, expected=f"{shown(expected)}. {when}", hint=2)
    if found != expected:
        advice = "Return the parameter's value as an int."
        if found == {"free_from_cents": OLD}:
            advice = "An old value serves while reading fails, and no longer: try again each time."
        raise NotYet(
            f"{when} The answer was {shown(found)}",
            expected=f"{shown(expected)}.",
            advice=advice,
            hint=2,
        )


def _expect_failure(session: Session) -> None:
    session.fault(ACTION, ERROR, times=MANY)
    answer = session.invoke(FUNCTION, EVENT)
    session.fault(ACTION, ERROR, times=0)
    if answer.function_error is None:
        raise NotYet(
            f"A new environment could not read the parameter, and answered {shown(answer.payload)}",
            expected="an error: this is a number that nobody set, and customers would pay it.",
            advice="When there is no old value, let the exception leave the handler.",
            hint=3,
        )


def _calls(session: Session) -> int:
    decisions = session.records(kind="decision", action=ACTION)
    return sum(name_of_role(FUNCTION) in str(decision["principal"]) for decision in decisions)

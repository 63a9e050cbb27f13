"""Exercise 2.5: boto3 is loaded by the event that needs it, and by no other.

Decided by what is loaded after init; then both versions start three times, in turns, and their
best Init Durations are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import PATIENT_S, Session, Source
from helpers.checks.submission import Did, payload_of, shown

WATCHED, LAZY, EAGER = "check-get-order", "check-lazy", "check-eager"
ROUNDS = 3
RATIO = 0.8
GIVEN = """
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer
"""
# The learner's file is app.py. This one stands beside it and tells when boto3 was loaded, and
# how many clients an event made once it was.
WATCHER = """
import sys

import app

after_init = "boto3" in sys.modules
made, watches = [], []

def watch_clients():
    creator = sys.modules["botocore.client"].ClientCreator
    original = creator.create_client

    def create_client(*positional, **named):
        made.append(1)
        return original(*positional, **named)

    creator.create_client = create_client

def handler(event, context):
    made.clear()
    answer = app.{handler}(event, context)
    now = "boto3" in sys.modules
    told = {{"answer": answer, "after_init": after_init, "now": now, "made": len(made)}}
    if now and not watches:
        watches.append(watch_clients())
    return told
"""
PLAIN = {"order_id": "o-601", "status": "paid"}
INVOICE = {"order_id": "o-602", "status": "shipped", "invoice": True}


def check_2_5(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Watch what is loaded when, then compare Init Durations with the given version's."""
    watcher = WATCHER.format(handler=getattr(handler, "__name__", "handler"))
    package = session.zip(handler, files={"watcher.py": watcher})
    session.deploy(package, WATCHED, Handler="watcher.handler", MemorySize=256)
    did("sent a plain order and looked at what was loaded")
    _expect_plain(session)
    did("sent a plain order, then two orders with an invoice")
    for _ in range(2):
        _expect_invoice(session)
    lazy, eager = _best_inits(session, handler)
    did(
        "sent orders with and without an invoice, then started the given version and yours "
        f"{ROUNDS} times each, in turns"
    )
    if lazy > RATIO * eager:
        raise NotYet(
            f"Your best Init Duration is {lazy:.0f} ms, the given version's {eager:.0f} ms.",
            expected="a clearly shorter init.",
            advice="What else does your file load or do above the handler?",
            hint=2,
        )


def _expect_plain(session: Session) -> None:
    answer = session.invoke(WATCHED, PLAIN)
    watched = payload_of(answer, PLAIN, expected=f"{shown(PLAIN)}.", hint=1)
    if watched["answer"] != PLAIN:
        raise NotYet(
            f"For the order {shown(PLAIN)} the answer was {shown(watched['answer'])}",
            expected=f"{shown(PLAIN)}: without invoice there is no invoice_url.",
            advice="Return the answer at the end, with an invoice or without one.",
            hint=3,
        )
    if watched["after_init"]:
        raise NotYet(
            "boto3 was loaded during init, before any event.",
            expected="an init without boto3: most events do not need it.",
            advice="Any import or client above the handler runs in init, and init is billed. "
            "Move both to where an invoice is asked for.",
            hint=1,
        )
    if watched["now"]:
        raise NotYet(
            "An order without an invoice loaded boto3.",
            expected="boto3 loaded by the first order that asks for an invoice.",
            advice="At the top of the handler the import has only moved from init into the first "
            "invocation, where the customer waits as long. Move it behind the if.",
            hint=2,
        )


def _expect_invoice(session: Session) -> None:
    answer = session.invoke(WATCHED, INVOICE)
    watched = payload_of(answer, INVOICE, expected="an answer with an invoice_url.", hint=3)
    given = watched["answer"]
    url = given.get("invoice_url") if isinstance(given, dict) else None
    if not isinstance(url, str) or "invoices/o-602.pdf" not in url or "ignature=" not in url:
        raise NotYet(
            f"For the order {shown(INVOICE)} the answer was {shown(given)}",
            expected="an invoice_url: a presigned link to invoices/o-602.pdf.",
            advice='generate_presigned_url("get_object", Params=…) still makes it.',
            hint=3,
        )
    if watched["made"]:
        raise NotYet(
            "The second invoice made a client again, and its customer waited for it.",
            expected="one client, which serves all invoices of the environment.",
            advice="Keep what the first invoice made: with functools.cache, or in a global.",
            hint=3,
        )


def _best_inits(session: Session, handler: Source) -> tuple[float, float]:
    inits: dict[str, list[float]] = {LAZY: [], EAGER: []}
    for turn in range(ROUNDS):
        for name, source in ((LAZY, handler), (EAGER, GIVEN)):
            # another configuration: the next event starts a new environment
            session.deploy(source, name, Timeout=PATIENT_S + turn)
            report = session.invoke(name, PLAIN).report
            if report is not None and report.init_ms is not None:
                inits[name].append(report.init_ms)
    return min(inits[LAZY]), min(inits[EAGER])

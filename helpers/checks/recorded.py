"""Records that explain what went wrong, where the account keeps any.

A check that judges by records asks the session for them and names the need. One that judges by
answers, logs and queues may look here for a better sentence, and does without elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.checks.outcome import NotAvailable
from helpers.checks.session import Session


def recorded(session: Session, **equals: Any) -> Sequence[Mapping[str, Any]]:
    """Return what happened since the check began; nothing where nobody kept a record of it."""
    try:
        return session.records(**equals)
    except NotAvailable:
        return ()

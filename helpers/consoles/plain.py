"""What a console says when it cannot go on: what happened and the next step, no traceback."""

from __future__ import annotations

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from helpers.cloud.client import CloudLostError
from helpers.cloud.errors import TROUBLESHOOTING, KitError
from helpers.views.card import Card
from helpers.views.panel import Tone

UNREACHABLE = (EndpointConnectionError, ConnectionClosedError, ConnectTimeoutError)
LOST = Card(
    Tone.WAIT,
    "! the account of this notebook is gone",
    (
        ("Why", "its process ended, or the kernel was restarted"),
        ("Next", "run the setup cell, the one with lab = Lab(…), and then this cell again"),
        ("More", f"{TROUBLESHOOTING}#account-gone"),
    ),
)


def plain_message(error: Exception) -> Card:
    """Return what a learner should read instead of a traceback."""
    if is_lost(error):
        return LOST
    if isinstance(error, ClientError):
        answer = error.response.get("Error", {})
        code, message = answer.get("Code", "Error"), answer.get("Message", str(error))
        return Card(Tone.BAD, f"✗ AWS answered {code}", (("Message", str(message)),))
    if isinstance(error, KitError):
        lines = (("Why", error.why), ("Next", error.next_step), ("More", error.more))
        return Card(Tone.WAIT, f"! {error.what}", tuple((k, v) for k, v in lines if v))
    return Card(
        Tone.BAD,
        f"✗ {type(error).__name__}: {error}",
        (("Next", "run the cell again; if it stays, run lab.doctor()"),),
    )


def is_lost(error: Exception) -> bool:
    """Tell whether the account does not answer any more, noticed by boto3 or by the recorder."""
    return isinstance(error, (CloudLostError, *UNREACHABLE))

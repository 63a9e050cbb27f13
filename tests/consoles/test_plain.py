"""What a console says instead of a traceback."""

from __future__ import annotations

import urllib.error

import pytest
from botocore.exceptions import EndpointConnectionError

from helpers.consoles.plain import is_lost


def caused_by(cause: Exception) -> Exception:
    """Return an error that was raised from another one."""
    error = RuntimeError("the account does not answer")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), True),
        (ConnectionRefusedError(), True),
        (caused_by(urllib.error.URLError("refused")), True),
        (caused_by(TimeoutError()), True),
        (FileNotFoundError("order.json"), False),
        (caused_by(PermissionError("order.json")), False),
        (ValueError(), False),
    ],
)
def test_only_a_network_that_is_silent_means_a_lost_account(error: Exception, lost: bool):
    """A file that cannot be read is not the account's end."""
    assert lost == is_lost(error)

"""A port that is taken is found, with who has it and which one is free to try."""

from __future__ import annotations

import os
import socket

import pytest

from helpers.firstaid import ports
from helpers.firstaid.finding import Mark
from tests.firstaid.conftest import Stranger


def test_a_taken_port_names_another():
    """A socket that listens, and says nothing, is another program's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        found = ports.port(number)

    assert (Mark.WARN, "port-taken") == (found.mark, found.anchor)
    assert f"port {number}" == found.subject
    assert "another program has it" == found.cause
    assert ports.another(number) == found.command


@pytest.mark.parametrize(
    ("page", "document", "who"),
    [
        ("/_kit/health", {"file_level": "B"}, "another kit.py serve"),
        ("/_localstack/health", {"services": {}}, "LocalStack, or a program that answers like it,"),
        ("/", {}, "another program"),
    ],
)
def test_who_has_a_port_is_told_by_what_it_answers(
    stranger: Stranger, page: str, document: dict[str, object], who: str
):
    """The kit's own account and LocalStack are known by their health."""
    stranger.answers[page] = document

    assert who == ports.whose(stranger.port)


def test_a_free_port_is_well():
    """A port nobody has can be had: 0 stands for any."""
    assert Mark.OK is ports.port(0).mark
    assert "" == ports.why_not(0)


@pytest.mark.skipif(os.name == "nt", reason="Windows takes both")
def test_a_port_that_is_bound_and_does_not_listen_is_taken():
    """What serve could not bind is taken, also while nobody answers there."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert ports.why_not(bound.getsockname()[1])


def test_beyond_the_last_port_the_one_before_is_named():
    """There is no port 65536."""
    assert "python3 kit.py serve --port 65534" == ports.another(65_535)

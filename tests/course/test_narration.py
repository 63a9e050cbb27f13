from __future__ import annotations

import threading

import pytest

from helpers.course.narration import JsonText, narrate, spelled


def test_a_short_call_is_one_line_a_learner_can_type():
    """Strings, numbers and truth values are spelled as Python spells them."""
    assert 'lab.client("lambda").f(A="x", B=3, C=True, D=None)' == spelled(
        "lambda", "f", {"A": "x", "B": 3, "C": True, "D": None}
    )


def test_bytes_are_told_by_their_number():
    """A zip is not printed."""
    assert 'lab.client("lambda").f(Code={"ZipFile": <1,024 bytes>})' == spelled(
        "lambda", "f", {"Code": {"ZipFile": bytes(1024)}}
    )


def test_a_policy_is_said_in_full_as_json_dumps():
    """A long call has one argument per line, and no statement is cut."""
    statement = {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "arn:" + "x" * 90}
    said = spelled("iam", "put_role_policy", {"PolicyDocument": JsonText({"Statement": statement})})

    assert "PolicyDocument=json.dumps(\n        {'Statement':" in said
    assert "x" * 90 in said
    assert "\n    PolicyDocument=" in said


def test_a_quote_inside_a_value_stays_valid_python():
    """An event as text is spelled with the quotes that fit."""
    assert """lab.client("lambda").f(Payload='{"a": 1}')""" == spelled(
        "lambda", "f", {"Payload": '{"a": 1}'}
    )


def test_only_the_main_thread_narrates(capsys: pytest.CaptureFixture[str]):
    """Calls of several threads would print in another order on each run."""
    narrate("main")
    other = threading.Thread(target=narrate, args=("other",))
    other.start()
    other.join()

    assert "main\n" == capsys.readouterr().out

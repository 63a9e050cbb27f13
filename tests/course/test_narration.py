from __future__ import annotations

import threading

import pytest

from helpers.course.narration import BRIEF_WIDTH, Call, JsonText, Narrator


def test_a_short_call_is_one_line_a_learner_can_type():
    """Strings, numbers and truth values are spelled as Python spells them."""
    assert 'lab.client("lambda").f(A="x", B=3, C=True, D=None)' == str(
        Call("lambda", "f", {"A": "x", "B": 3, "C": True, "D": None})
    )


def test_bytes_are_told_by_their_number():
    """A zip is not printed."""
    assert 'lab.client("lambda").f(Code={"ZipFile": <1,024 bytes>})' == str(
        Call("lambda", "f", {"Code": {"ZipFile": bytes(1024)}})
    )


def test_a_policy_is_said_in_full_as_json_dumps():
    """A long call has one argument per line, and no statement is cut."""
    statement = {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "arn:" + "x" * 90}
    said = str(
        Call("iam", "put_role_policy", {"PolicyDocument": JsonText({"Statement": statement})})
    )

    assert "PolicyDocument=json.dumps(\n        {'Statement':" in said
    assert "x" * 90 in said
    assert "\n    PolicyDocument=" in said


def test_a_quote_inside_a_value_stays_valid_python():
    """An event as text is spelled with the quotes that fit."""
    assert """lab.client("lambda").f(Payload='{"a": 1}')""" == str(
        Call("lambda", "f", {"Payload": '{"a": 1}'})
    )


def test_a_call_is_told_in_full_once_and_then_on_one_short_line(
    capsys: pytest.CaptureFixture[str],
):
    """The second role of a kernel does not bury what the cell shows."""
    narrator = Narrator()
    document = JsonText({"Statement": {"Effect": "Allow", "Resource": "arn:" + "x" * 90}})
    for name in ("a-role", "b-role"):
        narrator(Call("iam", "create_role", {"RoleName": name, "Document": document}))

    *first, second = capsys.readouterr().out.splitlines()

    assert "x" * 90 in "".join(first)
    assert 'lab.client("iam").create_role(RoleName="b-role", Document=…)' == second


def test_a_short_line_ends_where_it_gets_too_long():
    """The arguments that name and set come first; what does not fit is "…"."""
    call = Call("lambda", "f", {"FunctionName": "x", **{f"Setting{n}": n for n in range(20)}})

    assert 'lab.client("lambda").f(FunctionName="x", Setting0=0,' in call.brief()
    assert call.brief().endswith(", …)")
    assert len(call.brief()) <= BRIEF_WIDTH


def test_a_call_made_many_times_over_is_told_once(capsys: pytest.CaptureFixture[str]):
    """A loop of one call prints one line."""
    narrator = Narrator()
    for _ in range(5):
        narrator(Call("lambda", "invoke", {"FunctionName": "x"}))

    assert 'lab.client("lambda").invoke(FunctionName="x")\n' == capsys.readouterr().out


def test_only_the_main_thread_narrates(capsys: pytest.CaptureFixture[str]):
    """Calls of several threads would print in another order on each run."""
    narrator = Narrator()
    narrator(Call("lambda", "main", {}))
    other = threading.Thread(target=narrator, args=(Call("lambda", "other", {}),))
    other.start()
    other.join()

    assert 'lab.client("lambda").main()\n' == capsys.readouterr().out

"""One invocation as a console shows it."""

from __future__ import annotations

from typing import Any

from helpers.views.fate import fate_of
from helpers.views.invocation import Answer
from helpers.views.invoked import SHOWN_CALLS, Invoked, failure_text

LOG = (
    "START RequestId: r Version: $LATEST\nhi\nEND RequestId: r\n"
    "REPORT RequestId: r\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 15 MB\n"
)


def failed(**payload: Any) -> Invoked:
    """Return an invocation that ended with an error."""
    return Invoked("place-order", Answer(200, payload, "Unhandled", log_tail=LOG), "r")


def test_an_answer_is_shown_with_log_and_request_id():
    """The report has lines of its own, so the log goes without it."""
    shown = repr(Invoked("place-order", Answer(200, {"ok": 1}, log_tail=LOG), "r"))

    assert '✓ StatusCode 200 · place-order\nAnswer\n  {"ok": 1}\nEnd of the log' in shown
    assert "REPORT" not in shown
    assert "Request id  r" in shown


def test_an_error_looks_like_a_traceback():
    """The last calls, then type and message; not the JSON around them."""
    calls = [f'  File "/var/task/app.py", line {n}, in f{n}\n    f{n + 1}()\n' for n in range(20)]
    text = failure_text({"errorType": "KeyError", "errorMessage": "'id'", "stackTrace": calls})

    assert text.startswith(f"  … {20 - SHOWN_CALLS} calls before these\n")
    assert text.endswith("line 19, in f19\n    f20()\nKeyError: 'id'")
    assert "200, KeyError" == failed(errorType="KeyError", errorMessage="'id'").outcome()
    assert "✗ StatusCode 200 · FunctionError 'Unhandled'" in repr(failed(errorMessage="x"))


def test_an_error_without_a_message_is_shown_as_it_is():
    """A payload that is no error of Python is JSON."""
    assert '{"oops": 1}' == failure_text({"oops": 1})
    assert "null" == failure_text(None)


def test_a_receipt_is_no_answer():
    """202 and 204 say what they mean, and 202 what became of the event."""
    accepted = Invoked("f", Answer(202, None), "r", fate_of([], "r"))
    dry = Invoked("f", Answer(204, None), "r")

    assert ("202, accepted", "204, it may be called") == (accepted.outcome(), dry.outcome())
    assert "nobody waits for an answer" in repr(accepted)
    assert "What became of it" in accepted._repr_html_()
    assert "it did not run" in repr(dry)
    assert "Answer" not in repr(dry)


def test_nothing_of_a_function_is_markup():
    """What a handler prints or raises is text."""
    html = failed(errorType="<b>", errorMessage="<i>")._repr_html_()

    assert "<b>" not in html
    assert "&lt;b&gt;: &lt;i&gt;" in html

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.checks.capability import Capability
from helpers.checks.exercise import Check, Exercise
from helpers.checks.outcome import NotAvailable, NotStarted, NotYet, Outcome, Status
from helpers.checks.submission import call, is_untouched, judge, payload_of, shown
from helpers.cloud.errors import KitError
from helpers.views.invocation import Answer


def outcome_of(check: Check, *submitted: Any) -> Outcome:
    exercise = Exercise("1.2", "do it", True, ("a", "b", "c"), check)
    return judge(exercise, None, submitted)  # type: ignore[arg-type]


def raising(error: BaseException) -> Check:
    def check(session: Any, did: Any, *submitted: Any) -> None:
        did("sent 1 order")
        raise error

    return check


def cell(text: str, name: str) -> Callable[..., Any]:
    """Define a function as a notebook cell does: in a file that exists only in linecache."""
    filename = f"/nowhere/ipykernel_1/{abs(hash(text))}.py"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {}
    exec(compile(text, filename, "exec"), namespace)
    return namespace[name]


def test_a_check_that_returns_is_passed_and_says_what_it_did():
    """No exception means passed; the last words of `did` are the first line."""

    def check(session: Any, did: Any, answer: int) -> None:
        did("sent 1 order")
        did("sent 2 orders")

    assert Outcome("1.2", Status.PASSED, "sent 2 orders") == outcome_of(check, 7)


def test_an_untouched_placeholder_is_not_started_and_the_check_never_runs():
    """Submitting `...` is recognised before anything is deployed."""
    assert Status.NOT_STARTED is outcome_of(raising(AssertionError("ran")), ...).status


def test_a_stub_that_raises_its_exercise_is_not_started():
    """NotImplementedError of the starter is no failure."""
    assert Status.NOT_STARTED is outcome_of(raising(NotImplementedError("Exercise 1.2"))).status
    assert Status.NOT_STARTED is outcome_of(raising(NotStarted())).status


def test_not_yet_carries_its_feedback():
    """What was seen, expected, advised and hinted reaches the outcome."""
    error = NotYet("it was 0.", expected="3900.", advice="add up.", hint=2)

    outcome = outcome_of(raising(error))

    assert Outcome("1.2", Status.NOT_YET, "sent 1 order", "it was 0.", "3900.", "add up.", 2) == (
        outcome
    )


def test_a_backend_that_cannot_show_it_is_not_available():
    """NotAvailable is an outcome of its own, with its reason."""
    outcome = outcome_of(raising(NotAvailable("no records here")))

    assert (Status.NOT_AVAILABLE, "no records here") == (outcome.status, outcome.did)


class Lacking:
    """An account that cannot end a function at its timeout."""

    def missing(self, needs: Iterable[Capability]) -> list[Capability]:
        return [need for need in needs if need is Capability.TIMEOUT]


def test_what_an_exercise_needs_is_asked_for_before_its_check_runs():
    """Where a capability is missing, even an untouched starter is not available, and says why."""
    hints = ("a", "b", "c")
    ran = raising(AssertionError("ran"))
    needs = frozenset({Capability.TIMEOUT, Capability.LOGS})

    outcome = judge(Exercise("1.2", "do it", True, hints, ran, needs), Lacking(), (...,))  # type: ignore[arg-type]

    assert Status.NOT_AVAILABLE is outcome.status
    assert Capability.TIMEOUT.sentence == outcome.needs
    assert f"Needs  {Capability.TIMEOUT.sentence}" in str(outcome)


def test_an_error_of_the_kit_about_the_answer_is_feedback_with_its_next_step():
    """A cell that cannot be packaged is the learner's to mend, and the message says how."""
    outcome = outcome_of(raising(KitError("Line 9 does not belong.", next_step="Move it.")))

    assert (Status.NOT_YET, "Move it.") == (outcome.status, outcome.advice)
    assert "Line 9 does not belong." in outcome.seen


def test_something_missing_in_the_account_is_feedback_in_aws_s_words():
    """ResourceNotFoundException means that the learner has not created it yet."""
    missing = {"Error": {"Code": "ResourceNotFoundException", "Message": "Function not found: x"}}

    outcome = outcome_of(raising(ClientError(missing, "Invoke")))

    assert Status.NOT_YET is outcome.status
    assert "Function not found: x" in outcome.seen


def test_any_other_error_is_the_kit_s_fault_and_says_so():
    """A bug in a check is broken, never the learner's mistake."""
    outcome = outcome_of(raising(ZeroDivisionError("division by zero")))

    assert Status.BROKEN is outcome.status
    assert "ZeroDivisionError: division by zero" in outcome.seen
    assert "kit's fault" in outcome.advice


def test_a_crash_in_a_cell_is_feedback_with_the_line_and_no_traceback():
    """An exception that passed through the learner's cell names the line there."""
    total = cell("def total(order):\n    return order['items']\n", "total")

    outcome = outcome_of(lambda session, did, answer: answer({}), total)

    assert Status.NOT_YET is outcome.status
    assert "your code raised KeyError: 'items', at line 2: return order['items']" in outcome.seen


def test_a_crash_inside_a_library_called_by_a_cell_names_the_cell_s_line():
    """The innermost frame of the learner counts, not the one of the standard library."""
    text = "import json\n\ndef read(text):\n    return json.loads(text)\n"
    read = cell(text, "read")

    outcome = outcome_of(lambda session, did, answer: answer("{"), read)

    assert "JSONDecodeError" in outcome.seen
    assert "at line 4: return json.loads(text)" in outcome.seen


def test_call_names_the_event_that_crashed():
    """A direct call of the learner's function reports the event it was given."""
    total = cell("def total(order):\n    return order['qty']\n", "total")

    with pytest.raises(NotYet, match=r"For the event \{\"a\": 1\} your code raised KeyError"):
        call(total, {"a": 1})


def test_call_of_an_untouched_stub_is_not_started():
    """The starter's own exception never reads as a crash."""
    stub = cell("def total(order):\n    raise NotImplementedError('Exercise 1.2')\n", "total")

    with pytest.raises(NotStarted):
        call(stub, {})


def test_a_failed_invocation_names_the_event_the_error_and_the_place():
    """FunctionError becomes one sentence of feedback with the last frame of the stack."""
    trace = ['  File "/var/task/app.py", line 2, in total\n    return order["qty"]\n']
    payload = {"errorType": "KeyError", "errorMessage": "'qty'", "stackTrace": trace}
    answer = Answer(200, payload, function_error="Unhandled")

    with pytest.raises(NotYet) as caught:
        payload_of(answer, {"a": 1}, hint=1)

    assert (
        "For the event {\"a\": 1} the function failed with KeyError: 'qty' — "
        'File "/var/task/app.py", line 2, in total → return order["qty"]'
    ) == caught.value.seen
    assert 1 == caught.value.hint


def test_a_handler_of_one_argument_is_told_without_the_runtimes_own_frame():
    """What fails in the runtime client's call is the handler's signature."""
    payload = {
        "errorType": "TypeError",
        "errorMessage": "greet() takes 1 positional argument but 2 were given",
        "stackTrace": ['  File "/var/runtime/awslambdaric/bootstrap.py", line 178, in handle\n'],
    }
    with pytest.raises(NotYet) as caught:
        payload_of(Answer(200, payload, function_error="Unhandled"), {})

    assert "bootstrap.py" not in caught.value.seen
    assert "two arguments: write def name(event, context)" in caught.value.advice


@pytest.mark.parametrize("value", [None, "Hello, Ana!", 36, {"statusCode": 200}, [1]])
def test_a_value_in_a_functions_place_is_told_before_anything_is_deployed(value: Any):
    """Whoever calls the function for the check learns to leave the parentheses out."""

    def check(session: Any, did: Any, greet: Callable[..., Any]) -> None:
        raise AssertionError("ran")

    check.__annotations__["greet"] = "Callable[..., Any]"
    outcome = outcome_of(check, value)

    assert Status.NOT_YET is outcome.status
    assert "is no function" in outcome.seen
    assert "greet, and not greet(…)" in outcome.advice


def test_code_as_text_may_stand_in_a_functions_place():
    """A file given as text is code too."""

    def check(session: Any, did: Any, greet: Callable[..., Any]) -> None:
        did("deployed it")

    check.__annotations__["greet"] = "Callable[..., Any]"

    assert Status.PASSED is outcome_of(check, "def greet(event, context): ...").status


def test_an_answer_that_is_well_gives_its_payload():
    """Without FunctionError the payload comes back as it is."""
    assert [1] == payload_of(Answer(200, [1]), {})


def test_an_untouched_stub_is_known_by_its_answer():
    """A deployed starter fails with NotImplementedError of its exercise."""
    stub = {"errorType": "NotImplementedError", "errorMessage": "Exercise 1.2"}
    own = {"errorType": "NotImplementedError", "errorMessage": "later"}

    assert is_untouched(Answer(200, stub, function_error="Unhandled"))
    assert not is_untouched(Answer(200, own, function_error="Unhandled"))
    assert not is_untouched(Answer(200, stub))


def test_a_check_called_without_its_answer_says_how_to_call_it():
    """Too few or too many submitted values get the line to write, not a TypeError."""

    def check(session: Any, did: Any, handler: Any) -> None:
        raise AssertionError("ran")

    assert 'Write: lab.check("1.2", handler)' == outcome_of(check).advice
    assert "got 2 submitted values" == outcome_of(check, 1, 2).did


def test_an_interrupt_is_not_an_outcome():
    """The learner's stop button ends a check at once."""
    with pytest.raises(KeyboardInterrupt):
        outcome_of(raising(KeyboardInterrupt()))


def test_shown_shortens_and_survives_what_json_cannot_hold():
    """Events appear as one line of JSON, odd values by their repr."""
    assert '{"a": 1}' == shown({"a": 1})
    assert "{1}" == shown({1})
    assert 160 == len(shown("x" * 1_000))

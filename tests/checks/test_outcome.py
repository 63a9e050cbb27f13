from __future__ import annotations

from helpers.checks.outcome import Outcome, Status


def test_feedback_reads_did_seen_expected_try_hint_in_this_order():
    """The first line says what was done; the rest follows in the order it is needed."""
    outcome = Outcome(
        "1.2",
        Status.NOT_YET,
        "sent 3 orders, 1 without items",
        seen="the total was 0.",
        expected="an exception, so that nobody prints for free.",
        advice="look at the empty order.",
        hint=2,
    )

    assert (
        "△ 1.2 not yet · sent 3 orders, 1 without items\n"
        "  Seen      the total was 0.\n"
        "  Expected  an exception, so that nobody prints for free.\n"
        "  Try       look at the empty order.\n"
        '  Hint      lab.hint("1.2", 2)'
    ) == str(outcome)


def test_feedback_without_a_hint_of_its_own_names_the_next_one():
    """Whoever is not there yet always sees where help is."""
    assert 'lab.hint("1.2")' in str(Outcome("1.2", Status.NOT_YET, "sent 3 orders"))
    assert "hint" not in str(Outcome("1.2", Status.BROKEN, "sent 3 orders"))


def test_a_pass_is_one_line():
    """A passed exercise says what was done and nothing more."""
    assert "✔ 1.2 passed · sent 3 orders" == repr(Outcome("1.2", Status.PASSED, "sent 3 orders"))


def test_html_and_text_say_the_same():
    """Both forms are offered to the notebook, with the same words."""
    bundle = Outcome("1.2", Status.BROKEN, "sent <b>", seen="x < y")._repr_mimebundle_()

    assert "✖ 1.2 broken · sent <b>" in bundle["text/plain"]
    assert "✖ 1.2 broken · sent &lt;b&gt;" in bundle["text/html"]
    assert "x &lt; y" in bundle["text/html"]

from __future__ import annotations

import re

from helpers.checks.outcome import SYMBOLS, Outcome, Status
from helpers.views.card import Card
from helpers.views.panel import Tone, aligned, panel, paragraph, rows
from helpers.views.status import StatusCard


def test_text_always_has_the_theme_s_own_colour():
    """No panel colours its text: contrast is the theme's, in light and dark."""
    html = panel(Tone.BAD, "heading", rows([("name", "value")]))

    colours = set(re.findall(r"(?<![-\w])color:([^;\"]+)", html))
    assert {"var(--jp-content-font-color1, inherit)"} == colours
    assert "background:#" not in html


def test_every_outcome_is_told_by_a_symbol_and_words_not_by_colour():
    """Two outcomes never share a symbol, and the heading spells the status."""
    symbols = {symbol for symbol, _ in SYMBOLS.values()}

    assert len(Status) == len(symbols)
    for status in Status:
        assert status in Outcome("1.1", status, "did it").heading


def test_headings_and_values_are_escaped():
    """What a learner wrote cannot become markup."""
    html = panel(Tone.CALM, "<b>", rows([("<i>", "<u>")]))

    assert not re.search("<[biu]>", html)


def test_prose_draws_bold_and_code_after_escaping():
    """Hints and reasons may mark words as in lessons; markup inside them stays text."""
    html = paragraph("**Why** `a < b`")

    assert "<strong>Why</strong>" in html
    assert ">a &lt; b</code>" in html


def test_aligned_pads_names_and_keeps_lines_of_a_value_under_each_other():
    """The plain twin of a table lines up its second column."""
    assert "  a   1\n      2\n  bb  3" == aligned([("a", "1\n2"), ("bb", "3")])


def test_a_card_reads_the_same_as_text_and_html():
    """Every word of the HTML card is in its text twin."""
    card = Card(Tone.CALM, "heading", (("name", "value"),), "closing")

    assert "heading\n  name  value\nclosing" == str(card)
    for word in ("heading", "name", "value", "closing"):
        assert word in card._repr_html_()


def status_card(**changes: object) -> StatusCard:
    values = {
        "title": "Lab 01-handlers is ready",
        "account_id": "123456789012",
        "region": "us-east-1",
        "where": "on this computer only",
        "python": "3.11",
        "file_level": "B",
        "time_lapse": 60.0,
        "lambda_config": "Config(…)",
        **changes,
    }
    return StatusCard(**values)  # type: ignore[arg-type]


def test_the_status_card_names_account_files_and_lapsed_time():
    """Account, region, file level and time-lapse are said in words."""
    text = str(status_card())

    assert "123456789012 in us-east-1" in text
    assert "level B" in text
    assert "2 min on AWS, 2 s here" in text


def test_the_status_card_leaves_out_what_it_has_nothing_to_say_about():
    """Without a note or a known file level, there is no such row."""
    text = str(status_card(file_level=None, time_lapse=1.0))

    assert "Note" not in text
    assert "Files" not in text
    assert "as long as on AWS" in text


def test_the_status_card_names_what_was_shielded():
    """Variables put out of reach are named, so that nobody wonders where a profile went."""
    assert "settings (AWS_PROFILE) and files are out of reach" in str(
        status_card(shielded=("AWS_PROFILE",))
    )
    assert "your own AWS settings and files are out of reach" in str(status_card())

from __future__ import annotations

import re

from helpers.firstaid.finding import Finding, Mark
from helpers.views.findings import FindingTable

WELL = Finding(Mark.OK, "clock", "2026-11-21")
NOTE = Finding(Mark.NOTE, "Chromium", "none", "tests want it", "apt install", "chromium")
LOOK = Finding(Mark.WARN, "widgets", "7 with <3>", "they part", "pip install", "widgets")
WRONG = Finding(Mark.FAIL, "account", "does not answer", "it ended", "restart", "account-gone")


def test_what_is_wrong_stands_first_with_cause_command_and_section():
    """The text twin tells the worst first, each with its three lines, and the rest in one each."""
    assert (
        "2 things need a look\n"
        "  ✖ wrong  account: does not answer\n"
        "      Why   it ended\n"
        "      Next  restart\n"
        "      More  TROUBLESHOOTING.md#account-gone\n"
        "  ! look  widgets: 7 with <3>\n"
        "      Why   they part\n"
        "      Next  pip install\n"
        "      More  TROUBLESHOOTING.md#widgets\n"
        "  clock     ✔ 2026-11-21\n"
        "  Chromium  • none"
    ) == repr(FindingTable((WELL, LOOK, NOTE, WRONG)))


def test_all_well_is_said_in_the_heading():
    """Without anything to do there is one list, and nothing is folded away."""
    table = FindingTable((WELL, NOTE))

    assert "Everything a lab needs is there" == table.heading
    assert "<details" not in table._repr_html_()
    assert "1 thing needs a look" == FindingTable((WELL, LOOK)).heading


def test_the_table_links_to_the_section_beside_the_notebook():
    """The page's way from the notebook makes links; without one the section is named in words."""
    linked = FindingTable((LOOK,), "../TROUBLESHOOTING.md")._repr_html_()
    named = FindingTable((LOOK,))._repr_html_()

    assert '<a href="../TROUBLESHOOTING.md#widgets">widgets</a>' in linked
    assert "<a " not in named
    assert "TROUBLESHOOTING.md#widgets" in named


def test_every_part_of_a_finding_is_in_the_table_and_escaped():
    """Headings, mark in words, cause and command are there; what was seen is no markup."""
    html = FindingTable((WRONG, LOOK, WELL))._repr_html_()
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", html)]

    assert ["", "What", "Seen", "Why", "Do this", "More"] == cells[:6]
    assert ["✖ wrong", "account", "does not answer", "it ended", "restart"] == cells[6:11]
    assert "7 with &lt;3&gt;" in cells
    assert "1 things" not in html
    assert "1 more is as it should be" in html

"""One thing as each source delivers it, side by side."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote_plus

import pytest

from helpers.cloud.errors import KitError
from helpers.cloud.events.samples import sample_named
from helpers.views import events_side_by_side
from helpers.views.event_facts import KINDS, SUBJECTS, Kind
from helpers.views.event_paths import MISSING, EventPath
from helpers.views.side_by_side import Cell, SideBySide

PATHS = [
    (fact.name, source, notation)
    for subject in SUBJECTS.values()
    for fact in subject.facts
    for source, notation in fact.paths.items()
]


def cells(table: SideBySide, fact: str) -> dict[str, Cell]:
    """Return the cells of a row by their source."""
    (row,) = [row for row in table.rows if row.fact == fact]
    return {cell.source: cell for cell in row.cells}


@pytest.mark.parametrize(("fact", "source", "notation"), PATHS)
def test_the_python_of_a_cell_reads_its_value(fact: str, source: str, notation: str):
    """What a learner copies gives what the table shows; only a version may be missing."""
    event = sample_named(source).build()
    path = EventPath(notation)
    names: dict[str, Any] = {
        "event": event,
        "json": json,
        "base64": base64,
        "unquote_plus": unquote_plus,
    }

    assert path.follow(event) is not MISSING, f"{fact} of {source}"
    assert eval(path.code(), names) == path.follow(event)


def test_a_path_that_an_event_does_not_have_leads_nowhere():
    """Missing members, short lists and texts in between are no error."""
    for notation in ("b", "a.b", "a[2]", "a[0].x.y"):
        assert EventPath(notation).follow({"a": [1]}) is MISSING


@pytest.mark.parametrize("kind", KINDS)
def test_cells_share_a_letter_when_the_same_python_reads_them(kind: Kind):
    """A letter stands for one line of code in its row, and a line for one letter."""
    for row in events_side_by_side(kind, sources=SUBJECTS[kind].sources).rows:
        pairs = {(cell.letter, cell.code) for cell in row.cells if cell.letter}

        assert len(pairs) == len({letter for letter, _ in pairs})
        assert len(pairs) == len({code for _, code in pairs})


def test_what_did_not_arrive_as_it_was_sent_is_marked():
    """A key of S3 is encoded, in EventBridge's event it is not; the decoded one is as sent."""
    table = events_side_by_side("upload")
    raw, decoded = cells(table, "key, as it stands there"), cells(table, "key, decoded")

    assert (True, False) == (raw["S3"].changed, raw["S3 → EventBridge"].changed)
    assert not any(cell.changed for cell in decoded.values())


def test_fronts_differ_where_their_documentation_says():
    """Repeated parameters are joined, listed or cut to the last; a load balancer decodes none."""
    table = events_side_by_side("request", sources=SUBJECTS["request"].sources)
    size, note = (
        cells(table, "query parameter size, sent twice"),
        cells(table, "query parameter note"),
    )

    assert "a2,a3" == size["Function URL"].value == size["HTTP API 2.0"].value
    assert ["a2", "a3"] == size["REST API"].value == size["HTTP API 1.0"].value
    assert "a3" == size["Load balancer"].value
    assert "to%20go" == note["Load balancer"].value
    assert "/prod/orders/o-1007" == cells(table, "path")["HTTP API 2.0"].value


@pytest.mark.parametrize("kind", KINDS)
def test_both_renderings_say_the_same(kind: Kind):
    """Each source, fact and line of code is in the text and in the HTML."""
    table = events_side_by_side(kind)
    text, html = repr(table), _words(table._repr_html_())
    wanted = [sample.source for sample in table.samples]
    wanted += [row.fact for row in table.rows]
    wanted += [cell.code for row in table.rows for cell in row.cells]

    assert [] == [words for words in wanted if words not in text or words not in html]


@pytest.mark.parametrize("kind", KINDS)
def test_every_tag_is_closed(kind: Kind):
    """The HTML is well formed, so that nothing after it looks different."""
    reader = _Tags()
    reader.feed(events_side_by_side(kind)._repr_html_())

    assert [] == reader.open


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: events_side_by_side("letter"), "Choose from 'request', 'upload', 'message'"),
        (lambda: events_side_by_side("upload", sources=["sqs"]), "No source of this upload"),
        (lambda: events_side_by_side("upload", sources=[]), "No source was named. Choose from"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_ones(call: Any, words: str):
    """The error says what there is to choose from."""
    with pytest.raises(KitError) as caught:
        call()

    assert words in str(caught.value)


class _Tags(HTMLParser):
    """Keeps the tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _words(html: str) -> str:
    reader = _Tags()
    reader.feed(html)
    return " ".join(reader.words)

"""The event explorer, its menus used without a page."""

from __future__ import annotations

import pytest

from helpers.consoles import EventExplorer
from helpers.consoles.event_explorer import WHAT
from helpers.views.event_facts import KINDS, SUBJECTS, Kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_pair_of_sources_can_be_compared(kind: Kind):
    """Table and documents follow the choice; a source beside itself has no difference."""
    explorer = EventExplorer(None, kind)
    for left in SUBJECTS[kind].sources:
        explorer.left.value = left
        for right in SUBJECTS[kind].sources:
            explorer.right.value = right
            table, comparison = explorer.compared()

            assert {left, right} == {sample.name for sample in table.samples}
            assert (left == right) == (comparison.documents[0] == comparison.documents[1])
            assert comparison.titles[0] in explorer.table.value


def test_another_kind_brings_its_own_sources():
    """The menus change together with the table."""
    explorer = EventExplorer()
    explorer.kind.value = "an upload to S3"

    assert ("s3", "s3-eventbridge") == (explorer.left.value, explorer.right.value)
    assert "unquote_plus" in explorer.table.value
    assert "request" == WHAT["an HTTP request"]


def test_the_twin_is_the_table_of_the_usual_sources():
    """Without a kernel the notebook still shows it."""
    assert repr(EventExplorer(None, "message")).startswith("One order, as each source delivers it")

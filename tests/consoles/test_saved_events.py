"""Events that are kept by name, and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.cloud.errors import KitError
from helpers.consoles.saved_events import SavedEvents, checked


@pytest.fixture
def saved(tmp_path: Path) -> SavedEvents:
    """The saved events of an empty work folder."""
    return SavedEvents(tmp_path / "events")


def test_a_saved_event_is_found_again_by_its_name(saved: SavedEvents):
    """Every letter of the text comes back, in a file that others can read."""
    done = saved.save(" two posters ", '{"note": "für köln"}\n')

    assert ["two posters"] == saved.names()
    assert '{"note": "für köln"}\n' == saved.load("two posters")
    assert "Saved as events/two posters.json." == done.words()


def test_a_name_that_is_taken_keeps_its_old_texts(saved: SavedEvents):
    """However often and however fast it is saved, each text is still there; the name has the last.

    The same text again changes nothing.
    """
    texts = ["1", "2", "3", "3"]
    done = [saved.save("order", text) for text in texts]

    assert "3" == saved.load("order")
    assert ["1", "2", "3"] == sorted(saved.load(name) for name in saved.names())
    assert done[0].kept is None is done[3].kept
    assert f"what it held before is now {done[1].kept and done[1].kept.name}." in done[1].words()


def test_a_file_that_is_no_text_is_kept_too(saved: SavedEvents):
    """Somebody's own file under the name is moved aside, byte by byte."""
    saved.folder.mkdir()
    (saved.folder / "order.json").write_bytes(b"\xff\xfe")
    kept = saved.save("order", "{}").kept

    assert kept is not None
    assert b"\xff\xfe" == kept.read_bytes()


@pytest.mark.parametrize(
    "name", ["", "  ", "../x", "a/b", "a\\b", ".hidden", "CON", "nul.x", "a:b", "x" * 61, "a.", "-"]
)
def test_what_no_system_takes_as_a_name_is_refused(name: str):
    """The error says which letters there are."""
    with pytest.raises(KitError, match="Use up to 60 letters"):
        checked(name)


def test_what_cannot_be_read_or_written_is_told(saved: SavedEvents):
    """A missing event and a folder that is a file are sentences, and no events are no error."""
    assert [] == saved.names()
    with pytest.raises(KitError, match="'gone' cannot be read"):
        saved.load("gone")
    saved.folder.write_text("a file")
    with pytest.raises(KitError, match="'order' cannot be saved"):
        saved.save("order", "{}")
    assert [] == saved.names()

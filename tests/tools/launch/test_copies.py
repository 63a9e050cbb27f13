"""A learner's copy of a lab is made once and never overwritten."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tools.launch.copies import Copies
from tools.launch.errors import LaunchError

LAB = "01-handlers"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a checkout with three labs."""
    (tmp_path / "labs").mkdir()
    for lab in ("00-welcome", LAB, "10-retries"):
        (tmp_path / "labs" / f"{lab}.ipynb").write_text(f"{lab}, first edition")
    return tmp_path


@pytest.fixture
def copies(home: Path) -> Copies:
    """Return the copies of that checkout, at a time that stands still."""
    return Copies(home, now=lambda: datetime(2026, 11, 21, 7, 5, 9))  # noqa: DTZ001 - local time


def names(home: Path) -> list[str]:
    """Return the notebooks in work/."""
    return sorted(path.name for path in (home / "work").glob("*.ipynb"))


@pytest.mark.parametrize(
    "name", ["01", "1", "handlers", "Handlers", "hand", LAB, f"labs/{LAB}.ipynb"]
)
def test_a_lab_has_many_names(copies: Copies, name: str) -> None:
    """Number, slug, beginning of the slug and path all mean the same lab."""
    assert LAB == copies.find(name)


@pytest.mark.parametrize("name", ["2", "x", "", "handlers-2"])
def test_an_unknown_name_lists_the_labs(copies: Copies, name: str) -> None:
    """What fits no lab, or more than one, is refused with the list."""
    with pytest.raises(LaunchError, match="00-welcome, 01-handlers, 10-retries"):
        copies.find(name)


def test_no_labs_at_all_means_build(tmp_path: Path) -> None:
    """An empty labs/ is answered with the command that fills it."""
    with pytest.raises(LaunchError, match=r"python3 kit\.py build"):
        Copies(tmp_path).find("01")


def test_work_done_is_never_overwritten(copies: Copies, home: Path) -> None:
    """Opening a lab again opens the same copy as it is."""
    copy = copies.open(LAB)
    assert "01-handlers, first edition" == copy.read_text()
    copy.write_text("my work")
    assert copy == copies.open(LAB)
    assert "my work" == copy.read_text()
    assert [f"{LAB}.ipynb"] == names(home)


def test_a_changed_lesson_is_offered_beside_the_copy_once(
    copies: Copies, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new edition lies beside the learner's work; deleted, it does not come back."""
    copy = copies.open(LAB)
    copy.write_text("my work")
    (home / "labs" / f"{LAB}.ipynb").write_text("second edition")
    copies.open(LAB)
    offer = home / "work" / f"{LAB}.new.ipynb"
    assert "second edition" == offer.read_text()
    assert "my work" == copy.read_text()
    assert "--fresh" in capsys.readouterr().out
    offer.unlink()
    copies.open(LAB)
    assert not offer.exists()


def test_an_offer_that_was_worked_in_is_kept(copies: Copies, home: Path) -> None:
    """The third edition takes the place of the second only after setting the learner's aside."""
    copies.open(LAB)
    lesson = home / "labs" / f"{LAB}.ipynb"
    lesson.write_text("second edition")
    copies.open(LAB)
    offer = home / "work" / f"{LAB}.new.ipynb"
    offer.write_text("my work in the second edition")
    lesson.write_text("third edition")
    copies.open(LAB)
    kept = home / "work" / f"{LAB}.new.2026-11-21-070509.ipynb"
    assert "my work in the second edition" == kept.read_text()
    assert "third edition" == offer.read_text()


def test_fresh_keeps_the_old_copy_under_a_dated_name(copies: Copies, home: Path) -> None:
    """Starting over loses nothing, however often in one second."""
    for text in ("first try", "second try"):
        copies.open(LAB, fresh=True).write_text(text)
    copy = copies.open(LAB, fresh=True)
    assert "01-handlers, first edition" == copy.read_text()
    stamp = f"{LAB}.2026-11-21-070509"
    assert [f"{stamp}-2.ipynb", f"{stamp}.ipynb", f"{LAB}.ipynb"] == names(home)
    assert "second try" == (home / "work" / f"{stamp}-2.ipynb").read_text()


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"01-handlers": 3}'])
def test_a_damaged_memory_costs_no_work(copies: Copies, home: Path, damage: str) -> None:
    """Without a readable .origin.json the copy is opened as it is."""
    copies.open(LAB).write_text("my work")
    (home / "work" / ".origin.json").write_text(damage)
    assert "my work" == copies.open(LAB).read_text()

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.fidelity import __main__ as fidelity
from tools.fidelity import document, measuring
from tools.fidelity.account import ProbedAccount
from tools.fidelity.areas import AREAS, IN_LABS, rows_in_order
from tools.fidelity.rows import Area, NotHereError, Row

ROWS = rows_in_order()


def frozen(account: ProbedAccount) -> str:
    """Stand for a probe."""
    return "seen"


ROW = Row("freeze", "Environments", "AWS freezes.", "https://docs.aws.amazon.com/x", frozen)


def committed() -> dict[str, dict[str, object]]:
    """Return the committed table by id."""
    return {entry["id"]: entry for entry in json.loads(fidelity.FILE.read_text("utf-8"))}


def table_of(*rows: Row) -> list[dict[str, object]]:
    """Return the table in which every probe said "seen"."""
    return [fidelity.entry_of(row, "seen") for row in rows]


def test_every_row_of_the_committed_table_has_a_probe():
    """The committed table holds exactly the rows that have a probe, in their order."""
    assert [row.id for row in ROWS] == [*committed()]
    assert all(entry["here"] for entry in committed().values())


def test_the_committed_table_says_of_aws_what_the_rows_say():
    """Areas, labs, AWS's side and sources are current; only "here" comes from a run."""
    here = fidelity.read_table(fidelity.FILE)

    assert [fidelity.entry_of(row, here[row.id]) for row in ROWS] == [*committed().values()]


def test_the_pages_are_those_of_the_table():
    """docs/fidelity.md and README's block are what the committed table gives."""
    assert [] == fidelity.stale_pages(fidelity.read_table(fidelity.FILE))


def test_every_row_names_a_page_of_aws():
    """A fact without a source does not belong in the table; a sentence ends with a full stop."""
    for row in ROWS:
        assert row.source.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/"))
        assert row.aws.endswith(".")


def test_what_was_seen_is_a_sentence_without_moments_or_ports():
    """What differs from run to run would make the table differ: no digits of a clock or a port."""
    for id_, text in fidelity.read_table(fidelity.FILE).items():
        assert text.endswith("."), id_
        assert "127.0.0.1:" not in text, id_
        assert "localhost:" not in text, id_


def test_labs_are_numbers_and_their_rows_come_first():
    """The rows that labs show come in an order of their own, the others by area."""
    assert (
        list(IN_LABS)
        == [row.id for row in ROWS if row.labs]
        == [r.id for r in ROWS[: len(IN_LABS)]]
    )
    assert all(len(number) == 2 and number.isdigit() for row in ROWS for number in row.labs)


def test_ids_are_unique_and_no_probe_serves_two_rows():
    """Each row is measured by a probe of its own, and no row is left out of the order."""
    every = [row for area in AREAS for row in area.rows]

    assert len(every) == len(ROWS)
    assert len(every) == len({row.id for row in every}) == len({row.probe for row in every})


def test_a_row_without_a_probe_is_a_difference(tmp_path: Path):
    """A committed row that nobody measures is named."""
    file = tmp_path / "fidelity.json"
    file.write_text(json.dumps([*table_of(ROW), {"id": "hearsay", "here": "they say"}]))

    assert ["hearsay: has no probe"] == fidelity.differences(table_of(ROW), file)


def test_a_changed_measurement_is_a_difference(tmp_path: Path):
    """The message shows both texts and which row it is."""
    file = tmp_path / "fidelity.json"
    file.write_text(json.dumps(table_of(ROW)))
    fresh = [fidelity.entry_of(ROW, "something else")]

    (found,) = fidelity.differences(fresh, file)

    assert "freeze: here is 'something else', fidelity.json has 'seen'" == found


class NoCloud:
    """Stands for an account; ends nothing."""

    def stop(self) -> None:
        """Stop nothing."""


@pytest.fixture
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let probes run in no account."""
    monkeypatch.setattr(measuring, "start_cloud", NoCloud)
    monkeypatch.setattr(measuring, "ProbedAccount", lambda cloud: cloud)


def probed(probe: object) -> Row:
    """Return a row with this probe."""
    return Row("files", "Environments", "AWS", "https://docs.aws.amazon.com/x", probe)


@pytest.mark.usefixtures("no_cloud")
def test_what_a_machine_cannot_show_stays_as_committed(capsys: pytest.CaptureFixture[str]):
    """A probe that cannot measure here keeps the committed text, and says why."""

    def not_here(account: ProbedAccount) -> str:
        raise NotHereError("no namespaces")

    assert {"files": "level B"} == measuring.measure([probed(not_here)], {"files": "level B"})
    assert "files: not measured, because no namespaces" in capsys.readouterr().err


@pytest.mark.usefixtures("no_cloud")
def test_a_probe_that_fails_is_named():
    """The error says which row's probe ran."""

    def broken(account: ProbedAccount) -> str:
        raise ValueError("no such record")

    with pytest.raises(ValueError, match="no such record") as caught:
        measuring.measure([probed(broken)], {})

    assert ["while the probe of 'files' ran"] == caught.value.__notes__


def test_a_page_is_a_table_per_area():
    """Rows stand in their area's table; what would break a cell is escaped."""
    area = Area("Files & more")
    area.row("a|b", "A <b> | c.", "https://docs.aws.amazon.com/x", labs=("01",))(frozen)

    page = document.document([area], {"a|b": "one | two"})

    assert "- [Files & more](#files--more) (1)" in page
    assert (
        "| `a|b`<br>*lab 01* | A &lt;b> \\| c. [source](https://docs.aws.amazon.com/x) "
        "| one \\| two |" in page
    )


def test_the_block_of_the_readme_is_replaced_and_nothing_else():
    """Text around the markers stays; without markers there is an error."""
    here = dict.fromkeys((row.id for row in ROWS), "seen")
    text = f"before {document.START}old{document.END} after"

    made = document.readme_with(text, ROWS, here)

    assert made.startswith(f"before {document.START}\n| on AWS | here |")
    assert made.endswith(f"{document.END} after")
    assert len(document.FELT) == made.count("| seen |")
    with pytest.raises(ValueError, match="README"):
        document.readme_with("no markers", ROWS, here)


def test_an_unknown_row_is_refused(capsys: pytest.CaptureFixture[str]):
    """The message names it, before a cloud is started."""
    with pytest.raises(SystemExit):
        fidelity.main(["--check", "freez"])

    assert "There is no row freez." in capsys.readouterr().err


@pytest.mark.slow
def test_the_probes_see_what_the_table_says():
    """Every probe, run now, says what is committed."""
    assert 0 == fidelity.main(["--check"])

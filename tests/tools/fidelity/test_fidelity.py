from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.fidelity import __main__ as fidelity
from tools.fidelity import probes
from tools.fidelity.account import ProbedAccount
from tools.fidelity.rows import ROWS, Row


def table_of(*rows: Row) -> list[dict[str, object]]:
    """Return the table in which every probe said "seen"."""
    return [fidelity.entry_of(row, "seen") for row in rows]


ROW = Row("freeze", ("00",), "AWS freezes.", "https://docs.aws.amazon.com/x", probes.freeze)


def test_every_row_of_the_committed_table_has_a_probe():
    """The committed table holds exactly the rows that have a probe, in their order."""
    committed = json.loads(fidelity.FILE.read_text("utf-8"))

    assert [row.id for row in ROWS] == [entry["id"] for entry in committed]
    assert all(entry["here"] for entry in committed)


def test_the_committed_table_says_of_aws_what_the_rows_say():
    """Labs, AWS's side and sources are current; only "here" comes from a run."""
    committed = json.loads(fidelity.FILE.read_text("utf-8"))

    expected = [
        fidelity.entry_of(row, entry["here"]) for row, entry in zip(ROWS, committed, strict=True)
    ]
    assert expected == committed


def test_every_row_names_a_page_of_aws_and_a_lab():
    """A fact without a source, or for no lab, does not belong in the table."""
    for row in ROWS:
        assert row.source.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/"))
        assert row.labs
        assert all(len(number) == 2 and number.isdigit() for number in row.labs)


def test_ids_are_unique_and_no_probe_serves_two_rows():
    """Each row is measured by a probe of its own."""
    assert len(ROWS) == len({row.id for row in ROWS}) == len({row.probe for row in ROWS})


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


def test_what_a_machine_cannot_show_stays_as_committed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """A probe that cannot measure here keeps the committed text, and says why."""

    def not_here(account: ProbedAccount) -> str:
        raise probes.NotHereError("no namespaces")

    class Nothing:
        def stop(self) -> None:
            """Stop nothing."""

    monkeypatch.setattr(fidelity, "start_cloud", Nothing)
    monkeypatch.setattr(fidelity, "ProbedAccount", lambda cloud: cloud)
    row = Row("files", ("01",), "AWS", "https://docs.aws.amazon.com/x", not_here)

    assert {"files": "level B"} == fidelity.measure([row], {"files": "level B"})
    assert "files: not measured, because no namespaces" in capsys.readouterr().err


@pytest.mark.slow
def test_the_probes_see_what_the_table_says():
    """Every probe, run now, says what is committed."""
    assert 0 == fidelity.main(["--check"])

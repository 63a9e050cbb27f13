"""`python -m tools.build`: builds, builds again the same, and tells what is stale."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_output

from tools.build import main
from tools.notebooks.checkout import Checkout
from tools.notebooks.notebook import dumps


def snapshot(course: Checkout) -> dict[str, str]:
    folders = ("labs", "solutions", "docs")
    paths = [path for folder in folders for path in course.root.glob(f"{folder}/*")]
    return {path.name + path.parent.name: path.read_text(encoding="utf-8") for path in paths}


def build(course: Checkout, *arguments: str) -> int:
    return main([*arguments, "--root", str(course.root)])


def test_build_twice(course, capsys):
    """Both notebooks are written, the solution executed; a second build changes nothing."""
    assert build(course) == 0
    first = snapshot(course)

    assert build(course, "parcels") == 0
    assert snapshot(course) == first
    assert "\"{'weight_g': 20}\"" in first["07-parcels.ipynbsolutions"]
    assert '"execution_count": 1' not in first["07-parcels.ipynbsolutions"]
    assert "Duration: 1 ms" in first["07-parcels.ipynbsolutions"]
    assert build(course, "--check") == 0
    assert "1 lessons: labs/, solutions/ and their pages in docs/ are current." in (
        capsys.readouterr().out
    )


@pytest.mark.slow
def test_ignored_outputs_stay(course, lesson_path, text):
    """An output that is not compared is kept as it is stored: chance makes no diff."""
    chance = (
        '# %% tags=["run", "nbval-ignore-output"]\n'
        "# not compared: chance\nimport uuid; uuid.uuid4().int\n\n# %% [markdown]\n# ## Clean up"
    )
    lesson_path.write_text(text.replace("# %% [markdown]\n# ## Clean up", chance), encoding="utf-8")
    build(course)
    first = snapshot(course)
    build(course)

    assert snapshot(course) == first


def test_check_finds_stale_pages(built, capsys):
    """A page of docs/ that is missing or edited is told with the command; a build writes it."""
    page = built.root / "docs" / "coverage.md"
    page.write_text("nothing", encoding="utf-8")

    assert build(built, "--check") == 1
    assert "docs/coverage.md is not what lessons/ say. Run: python3 kit.py build" in (
        capsys.readouterr().err
    )
    assert build(built) == 0
    assert build(built, "--check") == 0


@pytest.mark.parametrize("folder", ["labs", "solutions"])
def test_check_finds_stale(built, capsys, folder):
    """A notebook that is missing, edited or older than its lesson is told with the command."""
    notebook = built.root / folder / "07-parcels.ipynb"
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace("lab.receipt()", "lab.bill()"),
        encoding="utf-8",
    )

    assert build(built, "--check") == 1
    assert (
        f"{folder}/07-parcels.ipynb is older than lessons/07-parcels.py. Run: python3 kit.py build"
        in capsys.readouterr().err
    )

    notebook.unlink()

    assert build(built, "--check") == 1
    assert f"{folder}/07-parcels.ipynb is missing." in capsys.readouterr().err


def test_check_leaves_outputs_alone(built):
    """Outputs of a solution are nbval's business, not --check's; a lab has to have none."""
    solution = built.solution_path("07-parcels")
    notebook = nbformat.read(solution, as_version=4)
    notebook.cells[2].outputs = [new_output("stream", name="stdout", text="other\n")]
    solution.write_text(dumps(notebook), encoding="utf-8")

    assert build(built, "--check") == 0

    lab = built.lab_path("07-parcels")
    lab.write_text(dumps(notebook), encoding="utf-8")

    assert build(built, "--check") == 1


def test_check_finds_garbage_and_orphans(built, capsys):
    """A notebook that is no JSON is stale; one without a lesson is told with its removal."""
    built.solution_path("07-parcels").write_text("<<<<<<< ours", encoding="utf-8")
    built.lab_path("06-old").write_text("{}", encoding="utf-8")

    assert build(built, "--check") == 1
    told = capsys.readouterr().err
    assert "solutions/07-parcels.ipynb is older" in told
    assert "labs/06-old.ipynb has no lesson. Run: git rm labs/06-old.ipynb" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("doubled_g = weight_g * 2", "doubled_g = weight_g * 3", "20 g twice is not 60"),
        ("lab.receipt()", "lab.bill()", "'Lab' object has no attribute 'bill'"),
        ('lab.invoke("scale-demo", {})', "1", "raised nothing"),
        ("# END SOLUTION", "# end", "This SOLUTION is not closed"),
    ],
)
def test_failing_lesson(course, lesson_path, text, capsys, old, new, told):
    """A lesson that fails, or a check that does not pass, is told by line; nothing is written."""
    lesson_path.write_text(text.replace(old, new), encoding="utf-8")

    assert build(course) == 1
    error = capsys.readouterr().err
    assert told in error
    assert f"{lesson_path}:" in error
    assert snapshot(course) == {}


def test_unknown_lesson(course):
    """A name that is no lesson's lists the lessons there are."""
    with pytest.raises(SystemExit, match="There are: 07-parcels"):
        build(course, "08")

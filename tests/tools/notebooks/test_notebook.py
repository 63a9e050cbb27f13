"""Notebooks from lessons: what each holds, and that they are the same at every build."""

from __future__ import annotations

import json

import nbformat

from tools.notebooks.notebook import dumps, lab_notebook, solution_notebook
from tools.notebooks.source import parse_lesson


def test_lab(lesson):
    """The learner's notebook has stubs and neither answers nor explanations nor outputs."""
    notebook = lab_notebook(lesson)
    text = dumps(notebook)

    nbformat.validate(notebook)
    assert r"raise NotImplementedError(\"Exercise 7.1\")" in text
    assert "table = ...  # TODO" in text
    assert not any(
        word in text for word in ("SOLUTION", "doubled_g", "Why this works", r"[\"grams\"]")
    )
    assert all(cell.outputs == [] for cell in notebook.cells if cell.cell_type == "code")


def test_solution(lesson):
    """The solved notebook has solutions and explanations, and no wrong or alternative answers."""
    text = dumps(solution_notebook(lesson))

    assert "doubled_g = weight_g * 2" in text
    assert "Why this works" in text
    assert not any(word in text for word in ("SOLUTION", "TODO", r"[\"grams\"]", 'paper"'))


def test_only_tags_are_kept(lesson):
    """Cells carry tags and nothing else; the front matter is gone."""
    for notebook in (lab_notebook(lesson), solution_notebook(lesson)):
        assert {key for cell in notebook.cells for key in cell.metadata} == {"tags"}
        assert set(notebook.metadata) == {"kernelspec", "language_info"}
        assert "<!-- lab" not in dumps(notebook)


def test_ids(lesson, lesson_path, text):
    """Ids come from the source: the same in both notebooks, unique, and changed with their cell."""
    lab = [cell.id for cell in lab_notebook(lesson).cells]
    solution = [cell.id for cell in solution_notebook(lesson).cells]
    edited = parse_lesson(lesson_path, text.replace("Scales give", "All scales give"))
    after = [cell.id for cell in lab_notebook(edited).cells]

    assert len(set(solution)) == len(solution)
    assert set(lab) < set(solution)
    assert sum(a != b for a, b in zip(lab, after, strict=True)) == 1


def test_repeated_cells_have_ids_of_their_own(lesson_path, text):
    """Two cells of the same text are two cells."""
    again = parse_lesson(lesson_path, text + '\n# %% tags=["run"]\nlab.saw("7.a")\n')
    ids = [cell.id for cell in lab_notebook(again).cells]

    assert len(set(ids)) == len(ids)


def test_text_form(lesson):
    """The file is nbformat 4.5, sorted, with one newline at the end."""
    text = dumps(lab_notebook(lesson))
    data = json.loads(text)

    assert (data["nbformat"], data["nbformat_minor"]) == (4, 5)
    assert text == json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False) + "\n"

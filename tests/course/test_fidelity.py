from __future__ import annotations

import json
from pathlib import Path

from helpers.course.fidelity import fidelity_of

ROWS = [
    {"id": "a", "labs": ["01", "02"], "aws": "A <b>", "source": "https://a", "here": "H"},
    {"id": "b", "labs": ["03"], "aws": "other", "source": "https://b", "here": "other"},
]


def test_a_lab_shows_its_own_rows(tmp_path: Path):
    """Rows are chosen by the lab's number; AWS, here and the source stand together."""
    file = tmp_path / "fidelity.json"
    file.write_text(json.dumps(ROWS))

    table = fidelity_of("01-handlers", file=file)

    assert "  AWS   A <b>\n  Here  H\n  See   https://a" in repr(table)
    assert "other" not in repr(table)
    assert "A &lt;b&gt;" in table._repr_html_()

from __future__ import annotations

from helpers.views.source_file import SourceFile


def test_a_source_file_shows_itself_with_line_numbers():
    """Lines are numbered as a traceback counts them."""
    assert "app.py\n1  import os\n2  x = 1" == repr(SourceFile("app.py", "import os\nx = 1\n"))

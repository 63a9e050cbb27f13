"""Showing a picture from a line that returns something else, in a notebook or a terminal."""

from __future__ import annotations

from typing import Any

from IPython import get_ipython
from IPython.display import display


def show(picture: Any) -> None:
    """Display a picture under the running cell; without a notebook, print its text."""
    if get_ipython() is None:
        print(picture)
    else:
        display(picture)


def cell_number() -> int:
    """Return the number of the running cell; 0 without a notebook."""
    shell = get_ipython()
    return 0 if shell is None else int(shell.execution_count)

"""Rows of text in columns: the text twin of whatever is a table."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of equal length as lines, each column as wide as its longest cell.

    >>> print(columns([["MB", "time"], ["1,024", "9 ms"]]))
    MB     time
    1,024  9 ms
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )

"""How deep JSON may nest, whatever the Python."""

from __future__ import annotations

import pytest

from helpers.cloud.json_text import too_deep


@pytest.mark.parametrize(
    ("document", "deep"),
    [
        (b"[" * 1000 + b"]" * 1000, False),
        (b"[" * 1001 + b"]" * 1001, True),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, False),
        (b'{"a":' * 1001 + b"1" + b"}" * 1001, True),
        (b"[" + b'{"a": []},' * 2000 + b"1]", False),
        (b'"' + b"[" * 2000 + b'"', False),
        (rb'["\"", ' + b"[" * 1000 + b"]" * 1000 + b"]", True),
        (b"[" * 999 + rb'"\"[[[\\"' + b"]" * 999, False),
    ],
    ids=["at most", "one more", "objects", "objects, one more", "wide", "text", "after", "in text"],
)
def test_a_thousand_levels_are_the_most(document: bytes, deep: bool) -> None:
    """Brackets within texts do not count, however many there are."""
    assert deep == too_deep(document)

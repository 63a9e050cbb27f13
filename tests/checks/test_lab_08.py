"""Lab 08's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, cast

import pytest

from helpers.checks.lab_08_hidden_key import check_8_3
from helpers.checks.lab_08_tree import LARGE, SECURE, advice_on
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did

NOBODY = cast("Session", None)
PATH = "/shop/live"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SECRET_ID": "a/b", "KEY": "pk-tuesday"}, "KEY holds the key"),
        ({"KEY": b64encode(b"pk-tuesday").decode()}, "in base64"),
        ({"RETRIES": 3}, "The variables are"),
        ("SECRET_ID", "The variables are"),
        (["SECRET_ID"], "The variables are"),
    ],
)
def test_a_key_among_the_variables_is_found_before_anything_is_made(variables: Any, words: str):
    """In clear or spelled in base64; what is no map of texts is said to be none."""
    with pytest.raises(NotYet, match=words):
        check_8_3(NOBODY, Did(), print, variables, {})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (dict(list(LARGE.items())[:10]), "a page has ten"),
        ({f"{PATH}/{name}": value for name, value in LARGE.items()}, "without the path"),
        ({name: value for name, value in LARGE.items() if "/" not in name}, "Recursive"),
        ({**LARGE, SECURE: "AQICAHh"}, "still encrypted"),
        ({**LARGE, "price-00": "0"}, "Take Value"),
        ({name.rpartition("/")[2]: value for name, value in LARGE.items()}, "only the last part"),
        (dict(list(LARGE.items())[:21]), "until there is none"),
    ],
)
def test_each_way_to_miss_a_part_of_the_tree_has_its_advice(found: dict[str, str], words: str):
    """One page, whole names, one level, encrypted values, last parts of names."""
    assert words in advice_on(found, PATH, LARGE)

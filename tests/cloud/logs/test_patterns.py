"""Filter patterns of CloudWatch Logs."""

from __future__ import annotations

import pytest

from helpers.cloud.logs.pattern_conditions import PatternError
from helpers.cloud.logs.patterns import parse_pattern

ORDER = (
    '{"level": "ERROR", "ms": 250, "user": {"name": "Ada", "tags": ["vip", "eu"]}, "ok": true,'
    ' "note": null, "code": "404", "a.b": 1}'
)
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR] no stock", True),
        ("error", "[ERROR] no stock", False),
        ("ERROR stock", "[ERROR] no stock", True),
        ("ERROR price", "[ERROR] no stock", False),
        ('"no stock"', "[ERROR] no stock", True),
        ('"no  stock"', "[ERROR] no stock", False),
        ("?WARN ?ERROR", "[ERROR] no stock", True),
        ("?WARN ?INFO", "[ERROR] no stock", False),
        ("ERROR -stock", "[ERROR] no stock", False),
        ("-price", "[ERROR] no stock", True),
        ("%[45]\\d\\d%", "status 404", True),
        ('{ $.level = "ERROR" }', ORDER, True),
        ('{ $.level != "ERROR" }', ORDER, False),
        ('{ $.missing != "ERROR" }', ORDER, False),
        ("{ $.ms > 249 }", ORDER, True),
        ("{ $.ms >= 251 }", ORDER, False),
        ("{ $.ms = 250 }", ORDER, True),
        ('{ $.user.name = "A*" }', ORDER, True),
        ('{ $.user.tags[1] = "eu" }', ORDER, True),
        ('{ $.user.tags[7] = "eu" }', ORDER, False),
        ("{ $.ok IS TRUE }", ORDER, True),
        ("{ $.note IS NULL }", ORDER, True),
        ("{ $.missing IS NULL }", ORDER, False),
        ("{ $.missing NOT EXISTS }", ORDER, True),
        ("{ $.user EXISTS }", ORDER, True),
        ("{ $.code = %4\\d\\d% }", ORDER, True),
        ("{ $['a.b'] = 1 }", ORDER, True),
        ('{ ($.ms > 300 || $.level = "ERROR") && $.ok IS TRUE }', ORDER, True),
        ('{ $.level = "ERROR" }', "plain text", False),
        ('{ $.level = "ERROR" }', '{"level": "ERROR"', False),
        ("[ip, id, user, time, request, status = 404, bytes]", ACCESS, True),
        ("[ip, id, user, time, request, status = 4*, bytes > 1000]", ACCESS, True),
        ("[ip, id, user, time, request, status = 5*, bytes]", ACCESS, False),
        ("[ip, ..., status = 404, bytes]", ACCESS, True),
        ("[..., bytes = 1534]", ACCESS, True),
        ("[ip, user]", ACCESS, False),
        ('[..., request = "GET*", status, bytes]', ACCESS, True),
    ],
)
def test_patterns_match_as_documented(pattern: str, message: str, matches: bool):
    """Terms, JSON conditions and fields match what AWS's examples say they match."""
    assert matches == (parse_pattern(pattern).match(message) is not None)


def test_fields_are_extracted_by_name():
    """A pattern of fields gives each field its name; quotes and brackets are taken off."""
    found = parse_pattern("[ip, id, user, time, request, status, bytes]").match(ACCESS)

    assert found is not None
    assert ("10/Oct/2000:13:25:15 -0700", "GET /index.html HTTP/1.0", "1534") == (
        found["$time"],
        found["$request"],
        found["$bytes"],
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.a = }",
        "{ $.a }",
        "{ $.a = 1",
        "{ ($.a = 1 }",
        "{ $.a > x }",
        "{ $.a = 1 $.b = 2 }",
        "[a, b",
        "%(%",
        "{ $.a = %(% }",
        "{}",
        "{" + "(" * 100 + "$.a = 1" + ")" * 100 + "}",
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str):
    """Malformed patterns raise PatternError with AWS's words."""
    with pytest.raises(PatternError, match="Invalid filter pattern"):
        parse_pattern(pattern)

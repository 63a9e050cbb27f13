"""Logs Insights: the query language, command by command."""

from __future__ import annotations

import time

import pytest

from helpers.cloud.logs.insights import Event, MalformedQuery, parse_query
from helpers.cloud.logs.insights.values import Moment

ID = "8f5a1c3e-1111-4222-8333-0123456789ab"
OTHER = "9f5a1c3e-1111-4222-8333-0123456789ab"
LINES = (
    f"START RequestId: {ID} Version: $LATEST\n",
    f"[ERROR]\t2026-11-21T10:00:00.000Z\t{ID}\tno stock of ale, user=Ada took 31 ms\n",
    '{"level":"INFO","order":{"id":7,"items":[{"sku":"ale"}]},"ms":12,"ok":true}',
    '{"level":"ERROR","order":{"id":8},"ms":"250","user-name":"Ada"}',
    f"END RequestId: {ID}\n",
    f"REPORT RequestId: {ID}\tDuration: 103.25 ms\tBilled Duration: 250 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 36 MB\tInit Duration: 146.11 ms\t\n"
    "XRAY TraceId: 1-5e1b4151-5ac6c58f5ac6c58f5ac6c58f\tSegmentId: 0123456789abcdef\t\n",
    f"REPORT RequestId: {OTHER}\tDuration: 7.00 ms\tBilled Duration: 7 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 38 MB\t\n",
)
START = 1_795_255_200_000
"""2026-11-21 10:00:00 UTC; each line comes a minute later."""


def rows(query: str, lines: tuple[str, ...] = LINES) -> list[dict[str, str]]:
    """Run a query over the lines, the latest first."""
    events = [
        Event(
            {
                "@timestamp": Moment(START + 60_000 * number),
                "@message": message,
                "@logStream": "stream",
                "@log": "123456789012:group",
                "@ptr": str(number),
            }
        )
        for number, message in enumerate(lines)
    ]
    answer = parse_query(query).run(reversed(events))
    return [{k: v for k, v in row if k != "@ptr"} for row in answer.rows]


def column(query: str) -> list[str]:
    """Run a query and return its only column."""
    return [value for row in rows(query) for value in row.values()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter @type = 'REPORT' | display @duration", ["7", "103.25"]),
        ("filter @type = 'REPORT' | display @billedDuration", ["7", "250"]),
        ("filter ispresent(@initDuration) | display @initDuration", ["146.11"]),
        ("filter @type = 'REPORT' | display @maxMemoryUsed / 1000 / 1000 as mb", ["38", "36"]),
        ("filter @type = 'REPORT' | display @memorySize", ["128000000"] * 2),
        (
            "filter ispresent(@xrayTraceId) | display @xrayTraceId",
            ["1-5e1b4151-5ac6c58f5ac6c58f5ac6c58f"],
        ),
        (f"filter @requestId = '{OTHER}' | display @type", ["REPORT"]),
        ("filter @message like /no stock/ | display @requestId", [ID]),
        ("filter level = 'ERROR' | display order.id", ["8"]),
        ("filter order.id = 7 | display order.items.0.sku", ["ale"]),
        ("filter order.id = 7 | display order.items[0].sku", ["ale"]),
        ("filter ispresent(`user-name`) | display `user-name`", ["Ada"]),
        ("filter ms > 100 | display ms", ["250"]),
        ("filter ms >= 12 and ms < 250 | display ms", ["12"]),
        (
            "filter ms != 12 | display ms",
            [
                "250",
            ],
        ),
        ("filter level in ['ERROR', 'WARN'] | display level", ["ERROR"]),
        ("filter level not in ['ERROR'] and ispresent(level) | display level", ["INFO"]),
        ("filter not (ms > 100) and ispresent(ms) | display ms", ["12"]),
        ("filter @message like 'ale' and @message not like 'order' | display @requestId", [ID]),
        ("filter @message =~ /(?i)NO STOCK/ | display @requestId", [ID]),
        ("filter isempty(level) and @type like 'STA' | display @type", ["START"]),
        ("filter ok = true | display ok", ["1"]),
        (
            "parse @message 'user=* took * ms' as user, took | filter took > 30 | display user",
            ["Ada"],
        ),
        ("parse @message /took (?<took>\\d+)/ | filter ispresent(took) | display took * 2", ["62"]),
        ("parse 'no stock of *,' as what | filter ispresent(what) | display what", ["ale"]),
        ("filter ms > 0 | fields toupper(level) as l | sort l | display l", ["ERROR", "INFO"]),
        ("filter ms > 0 | sort ms desc | display ms", ["250", "12"]),
        ("filter ms > 0 | sort ms asc | limit 1 | display ms", ["12"]),
        ("filter ms > 0 | display concat(level, '-', strlen(level))", ["ERROR-5", "INFO-4"]),
        ("filter ms > 0 | display substr(level, 1, 2)", ["RR", "NF"]),
        ("filter ms = 12 | display abs(0 - ms) + ceil(1.2) * 2 ^ 3 % 5", ["13"]),
        ("filter ms = 12 | display coalesce(nothing, level)", ["INFO"]),
        ("filter ms = 12 | display replace(trim('  a-b '), '-', '+')", ["a+b"]),
        ("filter ms = 12 | display greatest(ms, 5, 40)", ["40"]),
        ("filter ms = 12 | display @timestamp", ["2026-11-21 10:02:00.000"]),
        ("filter ms = 12 | display datefloor(@timestamp, 1h)", ["2026-11-21 10:00:00.000"]),
        ("filter ms = 12 | display dateceil(@timestamp, 1h)", ["2026-11-21 11:00:00.000"]),
        ("filter ms = 12 | display toMillis(@timestamp)", [str(START + 120_000)]),
        ("# a comment\nfilter ms = 12 # another\n| display ms", ["12"]),
    ],
)
def test_events_are_selected_and_shown(query: str, expected: list[str]):
    """fields, display, filter, parse, sort, limit, functions and discovered fields."""
    assert expected == column(query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("stats count(*)", [{"count(*)": "7"}]),
        ("stats count(ms) as n, sum(ms) as s, avg(ms) as a", [{"n": "2", "s": "262", "a": "131"}]),
        ("stats min(ms), max(ms)", [{"min(ms)": "12", "max(ms)": "250"}]),
        ("stats pct(ms, 99) as p99, median(ms) as m", [{"p99": "250", "m": "12"}]),
        ("stats stddev(ms) as d", [{"d": "119"}]),
        ("stats count_distinct(@requestId) as n", [{"n": "2"}]),
        ("stats latest(@type) as z, earliest(@type) as a", [{"z": "REPORT", "a": "START"}]),
        ("filter ms > 0 | stats count(*) as n by level | sort level",
         [{"level": "ERROR", "n": "1"}, {"level": "INFO", "n": "1"}]),
        ("stats count(*) as n by bin(5m) as t | sort t",
         [{"t": "2026-11-21 10:00:00.000", "n": "5"}, {"t": "2026-11-21 10:05:00.000", "n": "2"}]),
        ("stats count(*) by bin(1h)", [{"bin(1h)": "2026-11-21 10:00:00.000", "count(*)": "7"}]),
        ("stats sum(ms) / count(ms) * 100 as share", [{"share": "13100"}]),
        ("stats count(*) as n by @type | stats max(n) as most", [{"most": "3"}]),
        ("filter ms > 1000 | stats count(*) as n", [{"n": "0"}]),
        ("filter ms > 1000 | stats count(*) as n by level", []),
        ("dedup @requestId | stats count(*) as n", [{"n": "3"}]),
    ],
)  # fmt: skip
def test_stats_group_and_count(query: str, expected: list[dict[str, str]]):
    """Aggregates, groups, periods, and stats of stats."""
    assert expected == rows(query)


def test_without_fields_moment_and_message_are_shown():
    """A query that names no field shows @timestamp and @message, the latest first."""
    shown = rows("limit 2")

    assert ["@timestamp", "@message"] == list(shown[0])
    assert ["2026-11-21 10:06:00.000", "2026-11-21 10:05:00.000"] == [
        row["@timestamp"] for row in shown
    ]


def test_statistics_count_what_was_scanned_and_what_matched():
    """recordsScanned counts every event, recordsMatched those that the filters let through."""
    events = [Event({"@message": line}) for line in LINES]

    answer = parse_query("filter @type = 'REPORT' | stats count(*)").run(events)

    assert (7, 2, sum(map(len, LINES))) == (answer.scanned, answer.matched, answer.bytes_scanned)


@pytest.mark.parametrize(
    ("query", "message", "start"),
    [
        ("", "unexpected symbol found <EOF> at line 1 and position 1", 0),
        ("fields", "unexpected symbol found <EOF> at line 1 and position 7", 6),
        ("fields a | frobnicate b", "unexpected symbol found frobnicate at line 1", 11),
        ("fields a\n| filter", "unexpected symbol found <EOF> at line 2 and position 9", 17),
        ("filter a = ", "unexpected symbol found <EOF>", 11),
        ("filter (a = 1", "unexpected symbol found <EOF>", 13),
        ("filter a like 7", "unexpected symbol found 7", 14),
        ("filter a like /(/", "invalid regular expression", 14),
        ("stats frob(a)", "unknown function: frob", 6),
        ("fields strlen(a, b)", "wrong number of arguments: strlen", 7),
        ("stats count(*) by bin(5x)", "unexpected symbol found 5x", 22),
        ("limit 0", "limit must be between 1 and 10000", 6),
        ("parse @message '*' as a, b", "parse has another number", 15),
        ("pattern @message", "the command pattern is not available in the local account", 0),
        ("unmask @message", "the command unmask is not available", 0),
        ("fields a fields b", "unexpected symbol found fields", 9),
        ("filter " + "(" * 200, "nested too deeply", None),
        ("fields 'a", "unexpected symbol found '", 7),
        ("filter a ? b", "unexpected symbol found ?", 9),
    ],
)
def test_a_malformed_query_is_told_with_its_place(query: str, message: str, start: int | None):
    """What cannot be read is refused with AWS's words, line and position."""
    with pytest.raises(MalformedQuery) as refused:
        parse_query(query)

    assert message in refused.value.message
    assert start in (None, refused.value.start)


@pytest.mark.slow
def test_a_hundred_thousand_events_take_two_seconds_at_most():
    """A usual query over 100,000 events of Lambda and JSON logs is answered quickly."""
    lines = LINES * 14_286
    query = parse_query(
        "filter @type = 'REPORT' | stats avg(@duration), max(@maxMemoryUsed) by bin(5m)"
    )

    def took_s() -> float:
        events = (Event({"@timestamp": float(n), "@message": line}) for n, line in enumerate(lines))
        began = time.thread_time()
        assert 100_000 < query.run(events).scanned
        return time.thread_time() - began

    assert 2.0 > min(took_s() for _ in range(3))

"""Lambda's own log lines in both formats, the levels of events, and the tail."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.logs import (
    LogLevel,
    PlatformLog,
    Report,
    RuntimeVersion,
    Status,
    group_name,
    is_wanted,
    level_in,
    log_result,
    parse_report,
    stream_name,
    xray_line,
)
from helpers.cloud.model import LogFormat

AT = datetime(2026, 11, 21, 10, 0, 0, 123_000, tzinfo=UTC).timestamp()
REQUEST = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
COLD = Report(
    request_id=REQUEST,
    duration_ms=15.744,
    billed_ms=147,
    memory_mb=128,
    max_memory_mb=56,
    init_ms=130.494,
)
WARM = Report(request_id=REQUEST, duration_ms=1.1, billed_ms=2, memory_mb=128, max_memory_mb=56)


def platform_log(
    log_format: LogFormat = LogFormat.TEXT, system_level: LogLevel = LogLevel.INFO
) -> PlatformLog:
    return PlatformLog(
        function="orders",
        function_arn="arn:aws:lambda:us-east-1:123456789012:function:orders",
        version="$LATEST",
        stream="2026/11/21/[$LATEST]22be53a8cfde4e68b844f8ec293b2543",
        memory_mb=256,
        runtime_version=RuntimeVersion.of("python3.13", "us-east-1"),
        log_format=log_format,
        system_level=system_level,
    )


def failed(report: Report, status: Status, error_type: str | None = None) -> Report:
    return Report(
        request_id=report.request_id,
        duration_ms=report.duration_ms,
        billed_ms=report.billed_ms,
        memory_mb=report.memory_mb,
        max_memory_mb=report.max_memory_mb,
        init_ms=report.init_ms,
        status=status,
        error_type=error_type,
    )


def test_names() -> None:
    """A stream carries day, version and environment; the group carries the function."""
    expected = "2026/11/21/[7]0123456789abcdef0123456789abcdef"
    assert expected == stream_name(AT, "7", "0123456789abcdef0123456789abcdef")
    assert group_name("orders") == "/aws/lambda/orders"


def test_init_start() -> None:
    """The first line names the build of the runtime, the fields separated by a tab."""
    (line,) = platform_log().init_start(AT)
    start, arn = line.rstrip("\n").split("\t")
    assert start.startswith("INIT_START Runtime Version: python:3.13.")
    assert arn.startswith("Runtime Version ARN: arn:aws:lambda:us-east-1::runtime:")
    assert len(arn.rpartition(":")[2]) == 64


@pytest.mark.parametrize(
    ("runtime", "name"),
    [
        ("python3.13", "python:3.13.mainlinev2."),
        ("nodejs22.x", "nodejs:22.x.mainlinev2."),
        ("provided.al2023", "provided:al2023.mainlinev2."),
    ],
)
def test_runtime_version_names(runtime: str, name: str) -> None:
    """Language, release and build are separated as in AWS's INIT_START lines."""
    assert RuntimeVersion.of(runtime, "us-east-1").name.startswith(name)


def test_start() -> None:
    """START tells request and version."""
    expected = [f"START RequestId: {REQUEST} Version: $LATEST\n"]
    assert expected == platform_log().start(AT, REQUEST)


def test_report_of_a_cold_start() -> None:
    """REPORT is separated by tabs, ends in one, and has Init Duration last."""
    expected = [
        f"END RequestId: {REQUEST}\n",
        f"REPORT RequestId: {REQUEST}\tDuration: 15.74 ms\tBilled Duration: 147 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n",
    ]
    assert expected == platform_log().report(AT, COLD)


def test_report_of_a_warm_start() -> None:
    """Later invocations of an environment have no Init Duration."""
    assert "Init Duration" not in platform_log().report(AT, WARM)[1]


@pytest.mark.parametrize(
    ("status", "error_type", "ending"),
    [
        (Status.TIMEOUT, None, "MB\tStatus: timeout\n"),
        (Status.ERROR, "Runtime.ExitError", "MB\tStatus: error\tError Type: Runtime.ExitError\n"),
    ],
)
def test_report_of_a_lost_environment(status: Status, error_type: str | None, ending: str) -> None:
    """A timeout or crash shows at the end of REPORT, without a trailing tab."""
    report = failed(WARM, status, error_type)
    assert platform_log().report(AT, report, reset=True)[1].endswith(ending)


def test_report_of_a_handler_error_has_no_status() -> None:
    """An exception of the handler shows in the function's own output, not in REPORT."""
    report = failed(WARM, Status.ERROR, "KeyError")
    assert platform_log().report(AT, report)[1].endswith("MB\t\n")


def test_xray_line_follows_in_the_same_event() -> None:
    """A traced invocation's REPORT event has a second line."""
    line = xray_line("1-5e34a614-10bdxmplf1fb44f07bc535a1", "07f5xmpl2d1f6f85")
    event = platform_log().report(AT, WARM, xray=line)[1]
    assert event.endswith(
        "\t\nXRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\t"
        "SegmentId: 07f5xmpl2d1f6f85\tSampled: true\t\n"
    )


def test_init_report_only_tells_of_failure() -> None:
    """In text format an init that went well leaves no INIT_REPORT."""
    assert platform_log().init_report(AT, 120.5) == []
    expected = ["INIT_REPORT Init Duration: 9999.47 ms\tPhase: init\tStatus: timeout\n"]
    assert expected == platform_log().init_report(AT, 9999.47, status=Status.TIMEOUT)
    (line,) = platform_log().init_report(
        AT, 316.8, phase="invoke", status=Status.ERROR, error_type="Runtime.ImportModuleError"
    )
    assert line.endswith("Phase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError\n")


def test_json_init_start() -> None:
    """The JSON twin names function, version, instance and its memory in bytes."""
    (line,) = platform_log(LogFormat.JSON).init_start(AT)
    event = json.loads(line)
    assert event["time"] == "2026-11-21T10:00:00.123Z"
    assert event["type"] == "platform.initStart"
    assert event["record"]["instanceId"] == (
        "2026/11/21/orders[$LATEST]22be53a8cfde4e68b844f8ec293b2543"
    )
    assert event["record"]["instanceMaxMemory"] == 256 * 1024 * 1024


def test_json_report() -> None:
    """The JSON report is one line without spaces, as CloudWatch shows it."""
    expected = (
        '{"time":"2026-11-21T10:00:00.123Z","type":"platform.report","record":'
        f'{{"requestId":"{REQUEST}","metrics":{{"durationMs":15.744,"billedDurationMs":147,'
        '"memorySizeMB":128,"maxMemoryUsedMB":56,"initDurationMs":130.494},"status":"success"}}\n'
    )
    assert [expected] == platform_log(LogFormat.JSON).report(AT, COLD)


def kinds(lines: list[str]) -> list[str]:
    return [json.loads(line)["type"] for line in lines]


def test_json_system_levels() -> None:
    """DEBUG shows runtimeDone too; WARN hides what went well."""
    debug = platform_log(LogFormat.JSON, LogLevel.DEBUG)
    warn = platform_log(LogFormat.JSON, LogLevel.WARN)
    assert kinds(debug.report(AT, WARM)) == ["platform.runtimeDone", "platform.report"]
    assert kinds(debug.init_report(AT, 1)) == ["platform.initRuntimeDone", "platform.initReport"]
    assert warn.start(AT, REQUEST) == warn.init_start(AT) == warn.report(AT, WARM) == []
    lost = failed(WARM, Status.TIMEOUT)
    assert kinds(warn.report(AT, lost)) == ["platform.runtimeDone", "platform.report"]


def test_json_report_of_an_error_names_its_type() -> None:
    """Status and error type stand beside the metrics."""
    line = platform_log(LogFormat.JSON).report(AT, failed(WARM, Status.ERROR, "KeyError"))[-1]
    record = json.loads(line)["record"]
    assert (record["status"], record["errorType"]) == ("error", "KeyError")


reports = st.builds(
    Report,
    request_id=st.uuids().map(str),
    duration_ms=st.integers(0, 90_000_000).map(lambda n: n / 100),
    billed_ms=st.integers(1, 900_000),
    memory_mb=st.integers(128, 10_240),
    max_memory_mb=st.integers(1, 10_240),
    init_ms=st.none() | st.integers(0, 1_000_000).map(lambda n: n / 100),
    status=st.sampled_from([Status.ERROR]),
    error_type=st.just("Runtime.OutOfMemory"),
)


@given(reports, st.sampled_from(LogFormat))
def test_a_report_reads_back_as_it_was_written(report: Report, log_format: LogFormat) -> None:
    """Writing and reading agree in both formats."""
    log = "noise\n" + "".join(platform_log(log_format).report(AT, report, reset=True))
    assert report == parse_report(log)


@pytest.mark.parametrize(
    "log",
    [
        "",
        "START RequestId: 1 Version: $LATEST\n",
        "REPORT RequestId: 1\tDuration: 2",
        "REPORT RequestId: 1\tDuration: fast ms\tBilled Duration: x ms\tMemory Size: 1 MB",
        '{"type":"platform.report","record":null}',
        '{"type":"platform.report","record":{}}',
        '"platform.report"',
    ],
)
def test_no_report_in_other_lines(log: str) -> None:
    """A cut or foreign line is no report, and no error either."""
    assert parse_report(log) is None


def test_the_last_report_counts() -> None:
    """A tail may begin with the end of an earlier invocation."""
    log = "".join(platform_log().report(AT, COLD) + platform_log().report(AT, WARM))
    assert parse_report(log) == WARM


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"level": "debug", "msg": "x"}', LogLevel.DEBUG),
        ('{"level": "WARNING"}', LogLevel.WARN),
        ('{"level": "CRITICAL"}', LogLevel.FATAL),
        ('{"level": 3}', None),
        ('{"level": "loud"}', None),
        ("{not json", None),
        ("[INFO] plain", None),
    ],
)
def test_level_of_a_printed_line(text: str, level: LogLevel | None) -> None:
    """JSON printed to stdout carries its level under `level`, in any case."""
    assert level == level_in(text)


def test_filter_lets_the_level_and_graver_ones_through() -> None:
    """What has no level counts as INFO."""
    passed = [level for level in LogLevel if is_wanted(level, LogLevel.WARN)]
    assert passed == [LogLevel.WARN, LogLevel.ERROR, LogLevel.FATAL]
    assert is_wanted(None, LogLevel.INFO)
    assert not is_wanted(None, LogLevel.WARN)


def test_log_result_is_the_last_4_kb() -> None:
    """LogResult holds the end of the log, cut at bytes, in base64."""
    events = ["é" * 3000 + "\n", "END\n"]
    tail = base64.b64decode(log_result(events))
    assert len(tail) == 4096
    assert "".join(events).encode()[-4096:] == tail
    assert base64.b64decode(log_result(["END\n"])) == b"END\n"

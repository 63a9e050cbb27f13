"""What functions print and log, and what Lambda writes around it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

ID = "<id>"
NBSP = "\u00a0"


@dataclass(frozen=True)
class Case:
    """A handler, and what it logs in text format (`<id>` and `<time>` stand for the real ones)."""

    id: str
    source: str
    expected: str


def logging_(title: str, *lines: str, expected: str, top: str = "") -> Case:
    """Return the case of a handler that runs these lines."""
    body = "".join(f"    {line}\n" for line in lines)
    imports = "import json, logging, os, sys\n"
    return Case(title, f"{imports}{top}\n\ndef handler(event, context):\n{body}", expected)


WARNING = f"[WARNING]\t<time>\t{ID}\t"
CASES = [
    logging_("print", "print('one')", "print('two', 3)", expected="one\ntwo 3\n"),
    logging_("nothing", "pass", expected=""),
    logging_(
        "print without an end",
        "print('half', end='')",
        "print(' and half')",
        expected="half and half\n",
    ),
    logging_("empty line", "print()", "print('after')", expected="\nafter\n"),
    logging_("unicode", "print('Grüße, 世界 🚀')", expected="Grüße, 世界 🚀\n"),
    logging_(
        "JSON",
        "print(json.dumps({'level': 'DEBUG', 'a': [1]}))",
        expected='{"level": "DEBUG", "a": [1]}\n',
    ),
    logging_("standard error", "print('oops', file=sys.stderr)", expected="oops\n"),
    logging_(
        "both in order", "print(1)", "print(2, file=sys.stderr)", "print(3)", expected="1\n2\n3\n"
    ),
    logging_("straight to the descriptor", "os.write(1, b'raw\\n')", expected="raw\n"),
    logging_("process of one's own", "os.system('echo child')", expected="child\n"),
    logging_("warning", "logging.warning('low stock: %d', 2)", expected=f"{WARNING}low stock: 2\n"),
    logging_("error", "logging.error('bad')", expected=f"[ERROR]\t<time>\t{ID}\tbad\n"),
    logging_(
        "info is below the root's level",
        "logging.info('hidden')",
        "print('seen')",
        expected="seen\n",
    ),
    logging_(
        "info after setLevel",
        "logging.info('seen')",
        "logging.debug('hidden')",
        top="logging.getLogger().setLevel(logging.INFO)\n",
        expected=f"[INFO]\t<time>\t{ID}\tseen\n",
    ),
    logging_(
        "basicConfig does nothing",
        "logging.info('hidden')",
        "print('seen')",
        top="logging.basicConfig(level=logging.INFO)\n",
        expected="seen\n",
    ),
    logging_(
        "named logger", "logging.getLogger('shop').warning('low')", expected=f"{WARNING}low\n"
    ),
    logging_(
        "levels",
        "logging.critical('c')",
        "logging.warning('w')",
        expected=f"[CRITICAL]\t<time>\t{ID}\tc\n{WARNING}w\n",
    ),
    logging_("message of two lines", "logging.warning('a\\nb')", expected=f"{WARNING}a\nb\n"),
    logging_(
        "print and log",
        "print('a')",
        "logging.warning('b')",
        "print('c')",
        expected=f"a\n{WARNING}b\nc\n",
    ),
    logging_(
        "caught exception",
        "try: 1 / 0",
        "except ZeroDivisionError: logging.exception('caught')",
        expected=(
            f"[ERROR]\t<time>\t{ID}\tcaught\nTraceback (most recent call last):\n"
            '  File "/var/task/app.py", line 5, in handler\n    try: 1 / 0\n         ~~^~~\n'
            "ZeroDivisionError: division by zero\n"
        ),
    ),
    logging_(
        "uncaught exception",
        "raise ValueError('boom')",
        expected=(
            "[ERROR] ValueError: boom\nTraceback (most recent call last):\n"
            f'{NBSP}{NBSP}File "/var/task/app.py", line 5, in handler\n'
            f"{NBSP * 4}raise ValueError('boom')\n"
        ),
    ),
    logging_(
        "result that is no JSON",
        "return {1}",
        expected=(
            "[ERROR] Runtime.MarshalError: Unable to marshal response: Object of type set is not "
            "JSON serializable\nTraceback (most recent call last):\n"
        ),
    ),
    logging_("last words", "print('last words')", "os._exit(1)", expected="last words\n"),
    logging_("last words of sys.exit", "sys.exit('why')", expected="why\n"),
]

of = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@of
def test_log_is_as_documented(case: Case, account: Any) -> None:
    """The function's own lines stand in its log as it wrote them."""
    assert account.run(case.source).printed == case.expected


@of
def test_emulator_logs_the_same(case: Case, emulator: Any) -> None:
    """The expected lines are those of AWS's emulator."""
    assert emulator.run(case.source).printed == case.expected


def test_context_log_is_an_event_of_its_own(account: Any) -> None:
    """What context.log writes is one event, also without a line end."""
    source = "def handler(event, context):\n    context.log('raw')\n    print('!')\n"
    assert account.run(source).printed == "raw\n!\n"


def test_platform_lines_of_text_format(account: Any) -> None:
    """INIT_START, START, END and REPORT stand around the function's lines, with its figures."""
    name = account.deploy("print('init')\n\n\ndef handler(event, context):\n    print('hello')\n")
    answer = account.invoke(name)
    (events,) = account.streams(name).values()
    pattern = (
        r"INIT_START Runtime Version: python:3\.11\.\S+\tRuntime Version ARN: "
        r"arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n"
        r"init\n"
        r"START RequestId: ID Version: \$LATEST\n"
        r"hello\n"
        r"END RequestId: ID\n"
        r"REPORT RequestId: ID\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms"
        r"\tMemory Size: 128 MB\tMax Memory Used: \d\d MB\tInit Duration: \d+\.\d\d ms\t\n"
    ).replace("ID", answer.request_id)
    assert re.fullmatch(pattern, "".join(events))
    assert len(events) == 6


def test_init_duration_only_once(account: Any) -> None:
    """Init Duration stands in the REPORT of an environment's first invocation alone."""
    name = account.deploy("def handler(event, context):\n    pass\n")
    cold, warm = account.invoke(name), account.invoke(name)
    assert ["Init Duration" in cold.log, "Init Duration" in warm.log] == [True, False]
    assert "INIT_START" not in warm.log


def test_billed_duration_is_init_and_invoke_rounded_up(cloud: Any) -> None:
    """Billed Duration is the next whole millisecond of Init Duration plus Duration."""
    name = cloud.deploy("def handler(event, context):\n    pass\n")
    cloud.invoke(name)
    (figures,) = cloud.records(name, "invocation.finished")
    whole = figures["duration_ms"] + figures["init_ms"]
    assert whole - 0.02 <= figures["billed_ms"] < whole + 1.02


def test_log_result_is_the_last_four_kilobytes(cloud: Any) -> None:
    """LogResult holds the end of a long log, 4 KB of it."""
    source = "def handler(event, context):\n    for n in range(1000):\n        print('line', n)\n"
    log = cloud.run(source).log
    assert len(log) == 4096
    assert "line 999\nEND RequestId: " in log


def test_log_result_only_when_asked(cloud: Any) -> None:
    """Without LogType Tail the response carries no log."""
    name = cloud.deploy("def handler(event, context):\n    print('hello')\n")
    assert "LogResult" not in cloud.functions.invoke(FunctionName=name)


def test_traceback_is_one_event(account: Any) -> None:
    """The lines of an uncaught exception stay together in one log event."""
    name = account.deploy("def handler(event, context):\n    raise ValueError('boom')\n")
    account.invoke(name)
    (events,) = account.streams(name).values()
    (event,) = [event for event in events if event.startswith("[ERROR]")]
    assert event.count("\n") >= 4
    assert "raise ValueError('boom')" in event


def test_long_line_is_split_between_characters(cloud: Any) -> None:
    """A line above the size of a log event becomes several, none of them with broken text."""
    name = cloud.deploy("def handler(event, context):\n    print('é' * 700_000)\n")
    cloud.invoke(name)
    (events,) = cloud.streams(name).values()
    pieces = [event.rstrip("\n") for event in events if "é" in event]
    assert len(pieces) == 2
    assert "".join(pieces) == "é" * 700_000


def test_every_environment_has_its_stream(cloud: Any) -> None:
    """A stream is named by day, version and environment, and a warm one is written on."""
    name = cloud.deploy("def handler(event, context):\n    print('hello')\n")
    cloud.invoke(name)
    cloud.invoke(name)
    ((stream, events),) = cloud.streams(name).items()
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
    assert events.count("hello\n") == 2


def test_failed_init_is_reported_twice(account: Any) -> None:
    """A failed init is reported for its own phase, and again inside the invocation."""
    name = account.deploy("raise RuntimeError('no database')\n")
    account.invoke(name)
    (events,) = account.streams(name).values()
    heads = [re.sub(r"[\d.]+ ms", "N ms", event.split("\n")[0]) for event in events]
    assert sum("LAMBDA_WARNING: Unhandled exception." in head for head in heads) == 2
    assert heads.count("[ERROR] RuntimeError: no database") == 2
    status = "\tStatus: error\tError Type: Runtime.Unknown"
    assert [head for head in heads if head.startswith("INIT_REPORT")] == [
        f"INIT_REPORT Init Duration: N ms\tPhase: init{status}",
        f"INIT_REPORT Init Duration: N ms\tPhase: invoke{status}",
    ]
    assert heads[-1].endswith(status)


def test_a_type_of_lambdas_own_is_named_in_the_report(cloud: Any) -> None:
    """Only errors of init whose type Lambda knows are named; a class of one's own is unknown."""
    named = "\tStatus: error\tError Type: Runtime.ImportModuleError\n"
    assert cloud.run("import nowhere\n").log.endswith(named)


def test_report_tells_of_an_exit(account: Any) -> None:
    """REPORT ends in status and error type when the process ended."""
    log = account.run("import os\n\n\ndef handler(event, context):\n    os._exit(3)\n").log
    assert log.endswith("\tStatus: error\tError Type: Runtime.ExitError\n")


def test_report_is_silent_about_an_exception(account: Any) -> None:
    """REPORT has no status when the handler raised: the runtime is well."""
    log = account.run("def handler(event, context):\n    raise ValueError\n").log
    assert "Status:" not in log


JSON = {"LogFormat": "JSON"}
LOGS_JSON = """import logging

log = logging.getLogger("shop")


def handler(event, context):
    print("plain")
    log.info("sold %d", 3, extra={"sku": "tea"})
    log.debug("hidden")
    logging.warning({"stock": 2})
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("caught")
    raise ValueError("boom")
"""


def test_json_format_of_the_function(account: Any) -> None:
    """In JSON format log records are objects with AWS's members; print stays plain text."""
    answer = account.run(LOGS_JSON, LoggingConfig=JSON)
    lines = [line for line in answer.log.splitlines() if '"platform.' not in line]
    plain, sold, stock, caught, boom = lines[0], *map(json.loads, lines[1:])
    assert plain == "plain"
    assert (sold["level"], sold["message"], sold["logger"], sold["requestId"], sold["sku"]) == (
        "INFO", "sold 3", "shop", answer.request_id, "tea",
    )  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", sold["timestamp"])
    assert (stock["level"], stock["message"]) == ("WARNING", {"stock": 2})
    assert (caught["level"], caught["errorType"]) == ("ERROR", "ZeroDivisionError")
    assert (boom["level"], boom["errorType"], boom["requestId"]) == (
        "ERROR", "ValueError", answer.request_id,
    )  # fmt: skip


def test_json_format_of_the_platform(account: Any) -> None:
    """In JSON format the platform writes one event each for init, start and report."""
    name = account.deploy("def handler(event, context):\n    pass\n", LoggingConfig=JSON)
    answer = account.invoke(name)
    (events,) = account.streams(name).values()
    parsed = [json.loads(event) for event in events]
    assert [event["type"] for event in parsed] == [
        "platform.initStart", "platform.start", "platform.report",
    ]  # fmt: skip
    report = parsed[-1]["record"]
    assert (report["requestId"], report["status"]) == (answer.request_id, "success")
    assert set(report["metrics"]) == {
        "durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("DEBUG", "dbg info warn plain"),
        ("INFO", "info warn plain"),
        ("WARN", "warn"),
        ("ERROR", ""),
    ],
)
def test_application_log_level(level: str, seen: str, cloud: Any) -> None:
    """ApplicationLogLevel lets through what is as severe; a line without a level counts as INFO."""
    source = (
        "import logging\n\n\ndef handler(event, context):\n"
        "    logging.debug('dbg')\n    logging.info('info')\n    logging.warning('warn')\n"
        "    print('plain')\n"
    )
    log = cloud.run(source, LoggingConfig={**JSON, "ApplicationLogLevel": level}).log
    found = [
        word
        for word in ("dbg", "info", "warn", "plain")
        if f'"{word}"' in log or word + "\n" in log
    ]
    assert found == seen.split()


def test_system_log_level(cloud: Any) -> None:
    """SystemLogLevel WARN hides the platform's events of a success."""
    name = cloud.deploy(
        "def handler(event, context):\n    print('only me')\n",
        LoggingConfig={**JSON, "SystemLogLevel": "WARN"},
    )
    cloud.invoke(name)
    (events,) = cloud.streams(name).values()
    assert events == ["only me\n"]


def test_log_group_of_ones_own(cloud: Any) -> None:
    """LoggingConfig.LogGroup names the group that is written to."""
    name = cloud.deploy(
        "def handler(event, context):\n    return context.log_group_name\n",
        LoggingConfig={"LogGroup": "/shop/orders"},
    )
    assert cloud.invoke(name).value == "/shop/orders"
    streams = cloud.client("logs").describe_log_streams(logGroupName="/shop/orders")["logStreams"]
    assert streams

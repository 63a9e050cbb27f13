from __future__ import annotations

import base64
import io
import json
from typing import Any

from helpers.views.invocation import Answer
from helpers.views.report import Report, report_in

TAIL = (
    "START RequestId: 5f0c Version: $LATEST\n"
    "hello from the log\n"
    "END RequestId: 5f0c\n"
    "REPORT RequestId: 5f0c\tDuration: 15.74 ms\tBilled Duration: 147 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n"
)
REPORT = Report("5f0c", 15.74, 147, 128, 56, 130.49)


def response(payload: bytes, **members: Any) -> dict[str, Any]:
    return {
        "StatusCode": 200,
        "ExecutedVersion": "$LATEST",
        "LogResult": base64.b64encode(TAIL.encode()).decode(),
        "Payload": io.BytesIO(payload),
        **members,
    }


def test_a_response_becomes_an_answer_with_parsed_payload_and_report():
    """Payload, log tail and REPORT of a boto3 response are read into fields."""
    answer = Answer.from_response(response(b'{"greeting": "hi"}'))

    assert {"greeting": "hi"} == answer.payload
    assert answer.function_error is None
    assert TAIL == answer.log_tail
    assert REPORT == answer.report


def test_a_failed_function_shows_its_error_type_and_message():
    """FunctionError makes errorType and errorMessage readable and titles the payload Error."""
    body = json.dumps({"errorType": "KeyError", "errorMessage": "'items'", "stackTrace": []})
    answer = Answer.from_response(response(body.encode(), FunctionError="Unhandled"))

    assert ("KeyError", "'items'") == (answer.error_type, answer.error_message)
    assert "StatusCode 200 · FunctionError 'Unhandled' · cold start" in str(answer)
    assert "\nError\n" in str(answer)


def test_an_answer_of_null_and_an_empty_payload_are_both_none():
    """A handler without return and an answer without body both read as None."""
    assert Answer.from_response(response(b"null")).payload is None
    assert Answer.from_response({"StatusCode": 202}).payload is None


def test_the_text_twin_shows_log_and_report_fields_once():
    """The REPORT line is taken out of the log, its fields follow with AWS's own labels."""
    text = str(Answer.from_response(response(b"1")))

    assert "hello from the log" in text
    assert "REPORT RequestId" not in text
    assert 1 == text.count("Billed Duration: 147 ms")


def test_html_escapes_what_the_function_returned():
    """A payload with markup is shown as text, not run by the notebook."""
    answer = Answer.from_response(response(b'"<script>alert(1)</script>"'))

    html = answer._repr_mimebundle_()["text/html"]

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_very_long_payload_is_cut_with_a_count():
    """The picture of a large answer stays small and says how much is missing."""
    answer = Answer.from_response(response(json.dumps("x" * 10_000).encode()))

    assert "6,002 more characters" in str(answer)
    assert 10_000 == len(answer.payload)


def test_a_report_in_json_format_is_read_too():
    """platform.report of the JSON log format gives the same fields."""
    metrics = {
        "durationMs": 15.74,
        "billedDurationMs": 147,
        "memorySizeMB": 128,
        "maxMemoryUsedMB": 56,
        "initDurationMs": 130.49,
    }
    record = {"requestId": "5f0c", "status": "success", "metrics": metrics}
    line = json.dumps({"time": "t", "type": "platform.report", "record": record})

    assert REPORT == report_in(f"START\n{line}\n")


def test_a_log_without_a_report_has_none():
    """A tail that lost its report, or only talks about one, gives None."""
    assert report_in('a line with "platform.report" in it\nplain') is None


def test_a_timeout_is_said_in_the_report():
    """Status and error type of a failed invocation reach the report's fields."""
    line = (
        "REPORT RequestId: 1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 30 MB\tStatus: error\t"
        "Error Type: Runtime.ExitError"
    )
    report = report_in(line)

    assert report is not None
    assert ("error", "Runtime.ExitError") == (report.status, report.error_type)
    assert ("Status: error", "Runtime.ExitError") in report.fields()

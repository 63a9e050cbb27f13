"""X-Ray: Lambda's segments, what functions send, sampling, and the searches over traces."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import secrets
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import make_role
from tests.waiting import until

HEADER = '{"format": "json", "version": 1}\n'
PLAIN = """\
import os
def handler(event, context):
    if event:
        raise ValueError(event)
    return {k: v for k, v in os.environ.items() if "X_AMZN" in k or "XRAY" in k}
"""
SENDER = """\
import json, os, socket
def handler(event, context):
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    trace = dict(f.split("=", 1) for f in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for text in event["texts"]:
        text = text.replace("$ROOT", trace["Root"]).replace("$PARENT", trace["Parent"])
        out.sendto(text.encode(), (host, int(port)))
    return trace
"""
WITH_SDK = """\
import json, urllib.request
from aws_xray_sdk.core import patch, xray_recorder
patch(["botocore"])
import boto3

tables = boto3.client("dynamodb")

@xray_recorder.capture("work")
def work(order):
    xray_recorder.current_subsegment().put_annotation("order", order)
    xray_recorder.current_subsegment().put_metadata("lines", [1, 2])
    try:
        tables.describe_table(TableName="no-such-table")
    except tables.exceptions.ResourceNotFoundException:
        pass
    with xray_recorder.in_subsegment("price") as price:
        price.put_annotation("vip", True)
    if order == "bad":
        raise KeyError("no such order")

def handler(event, context):
    work(event["order"])
    return "done"
"""
CALLER = """\
import json, os, boto3
functions = boto3.client("lambda")
def handler(event, context):
    functions.invoke(FunctionName=event["to"], Payload=b"{}")
    return os.environ["_X_AMZN_TRACE_ID"]
"""


def site_packages_layer(*names: str) -> bytes:
    """Return a layer with packages of the development environment."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            found = importlib.util.find_spec(name)
            assert found is not None, f"{name} is not installed: requirements-dev.lock"
            (folder,) = found.submodule_search_locations or ()
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, f"python/{name}/{file.relative_to(folder)}")
    return buffer.getvalue()


class Tracing:
    """An account with a role that may send segments, and ways to read traces."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.xray = account.client("xray")
        self.role = self.make_role("xray:Put*", "logs:*", "lambda:*", "dynamodb:*")
        self.layer = ""

    def make_role(self, *actions: str) -> str:
        return make_role(self.account.client("iam"), actions)

    def deploy(self, source: str = PLAIN, **settings: Any) -> str:
        given = {"Role": self.role, "TracingConfig": {"Mode": "Active"}, **settings}
        return str(self.account.deploy(source, **given))

    def sdk_layer(self) -> str:
        if not self.layer:
            self.layer = self.account.functions.publish_layer_version(
                LayerName="xray-sdk",
                Content={"ZipFile": site_packages_layer("aws_xray_sdk", "wrapt")},
            )["LayerVersionArn"]
        return self.layer

    def invoke(self, name: str, event: Any = None, trace: str = "", **call: Any) -> Any:
        """Invoke a function, with a trace header where one is given."""
        client = self.account.client("lambda")
        if trace:
            client.meta.events.register(
                "before-call.lambda.Invoke",
                lambda params, **_: params["headers"].__setitem__("X-Amzn-Trace-Id", trace),
            )
        return client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **call)

    def segments(self, root: str, wanted: Callable[[list[Any]], bool] = len) -> list[Any]:
        """Return the documents of a trace once they are as wanted."""
        found: list[Any] = []

        def complete() -> bool:
            traces = self.xray.batch_get_traces(TraceIds=[root])["Traces"]
            found[:] = [json.loads(s["Document"]) for t in traces for s in t["Segments"]]
            return bool(wanted(found))

        until(complete, said=lambda: f"the trace holds {found}")
        return found

    def both(self, root: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the service's and the function's segment of a function in a trace."""
        found = self.segments(root, lambda all_: {*ORIGINS} <= origins(all_, name))
        mine = {s["origin"]: s for s in found if s["name"] == name}
        return mine["AWS::Lambda"], mine["AWS::Lambda::Function"]

    def summaries(self, expression: str = "") -> list[dict[str, Any]]:
        """Return the summaries of the last minute."""
        now = datetime.now(UTC)
        given = {"FilterExpression": expression} if expression else {}
        pages = self.xray.get_paginator("get_trace_summaries").paginate(
            StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=1), **given
        )
        return [summary for page in pages for summary in page["TraceSummaries"]]


ORIGINS = ("AWS::Lambda", "AWS::Lambda::Function")


def origins(segments: list[Any], name: str) -> set[str]:
    return {s["origin"] for s in segments if s["name"] == name and "origin" in s}


def root_of(answer: Mapping[str, Any]) -> str:
    """Return the trace id that Invoke's answer tells."""
    header = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"]
    return header.removeprefix("root=")


def new_root() -> str:
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def children(segment: Mapping[str, Any]) -> dict[str, Any]:
    return {part["name"]: part for part in segment.get("subsegments", [])}


@pytest.fixture(scope="module")
def lab(cloud: Any) -> Tracing:
    return Tracing(cloud)


def test_active_tracing_makes_two_segments_of_an_invocation(lab: Tracing):
    """The service's segment holds the function's, which tells a cold start from a warm one."""
    name = lab.deploy()
    cold, warm = lab.invoke(name), lab.invoke(name)

    service, function = lab.both(root_of(cold), name)
    _, again = lab.both(root_of(warm), name)

    assert service["id"] == function["parent_id"]
    assert (200, lab.account.functions.get_function(FunctionName=name)["Configuration"][
        "FunctionArn"
    ]) == (service["http"]["response"]["status"], service["resource_arn"])  # fmt: skip
    assert ["Initialization", "Overhead"] == [*children(function)]
    assert ["Overhead"] == [*children(again)]
    assert cold["ResponseMetadata"]["RequestId"] == service["aws"]["request_id"]
    assert service["start_time"] <= function["start_time"] <= function["end_time"]


def test_the_handler_gets_the_trace_header_and_the_daemons_address(lab: Tracing):
    """_X_AMZN_TRACE_ID names the function's own segment as the parent of what it will send."""
    name = lab.deploy()
    answer = lab.invoke(name)
    told = json.loads(answer["Payload"].read())
    _, function = lab.both(root_of(answer), name)

    assert (
        f"Root={root_of(answer)};Parent={function['id']};Sampled=1;Lineage="
        in told["_X_AMZN_TRACE_ID"]
    )
    host, port = told["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    assert ("127.0.0.1", host, port) == (
        host, told["_AWS_XRAY_DAEMON_ADDRESS"], told["_AWS_XRAY_DAEMON_PORT"]
    )  # fmt: skip
    assert "LOG_ERROR" == told["AWS_XRAY_CONTEXT_MISSING"]


def test_the_report_of_a_sampled_invocation_names_its_trace(lab: Tracing):
    """REPORT's event ends with the line XRAY TraceId."""
    name = lab.deploy()
    answer = lab.account.invoke(name)

    assert re.search(
        r"XRAY TraceId: 1-[0-9a-f]{8}-[0-9a-f]{24}\tSegmentId: [0-9a-f]{16}\tSampled: true",
        answer.log,
    )


def test_an_exception_of_the_handler_is_a_fault_with_its_cause(lab: Tracing):
    """The function's segment tells type, message and stack; the request itself went well."""
    name = lab.deploy()
    answer = lab.invoke(name, "no stock")
    service, function = lab.both(root_of(answer), name)

    assert function["fault"] is True
    (exception,) = function["cause"]["exceptions"]
    assert ("ValueError", "no stock") == (exception["type"], exception["message"])
    assert "handler" == exception["stack"][-1]["label"]
    assert (200, None) == (service["http"]["response"]["status"], service.get("fault"))


def test_a_timeout_is_a_fault(lab: Tracing):
    """The platform's own error is the cause when the function never answered."""
    name = lab.deploy("import time\ndef handler(e, c):\n    time.sleep(9)\n", Timeout=1)
    answer = lab.invoke(name)
    _, function = lab.both(root_of(answer), name)

    assert "Sandbox.Timedout" == function["cause"]["exceptions"][0]["type"]


def test_pass_through_makes_no_segments_and_hands_the_header_on(lab: Tracing):
    """Without active tracing a header goes on as it came, and a request without is not sampled."""
    name = lab.deploy(TracingConfig={"Mode": "PassThrough"})
    header = f"Root={new_root()};Parent=53995c3f42cd8ad8;Sampled=1"
    told = json.loads(lab.invoke(name, trace=header)["Payload"].read())
    alone = json.loads(lab.invoke(name)["Payload"].read())
    traced = lab.deploy()
    lab.both(root_of(lab.invoke(traced)), traced)  # whatever was sent before is there now

    assert told["_X_AMZN_TRACE_ID"].startswith(header + ";Lineage=")
    assert ";Sampled=0;" in alone["_X_AMZN_TRACE_ID"]
    assert [] == lab.xray.batch_get_traces(TraceIds=[header[5:40]])["Traces"]


@pytest.mark.parametrize("sampled", [0, 1])
def test_active_tracing_obeys_the_decision_of_the_header(lab: Tracing, sampled: int):
    """The caller's Sampled counts; its segment is the parent of the service's segment."""
    name, root = lab.deploy(), new_root()
    answer = lab.invoke(name, trace=f"Root={root};Parent=53995c3f42cd8ad8;Sampled={sampled}")
    told = json.loads(answer["Payload"].read())["_X_AMZN_TRACE_ID"]

    assert told.startswith(f"Root={root};Parent=")
    assert f"Sampled={sampled}" in told
    if sampled:
        assert "53995c3f42cd8ad8" == lab.both(root, name)[0]["parent_id"]
    else:
        other = lab.deploy()
        lab.both(root_of(lab.invoke(other)), other)
        assert [root] == lab.xray.batch_get_traces(TraceIds=[root])["UnprocessedTraceIds"]


def test_an_asynchronous_event_is_one_segment_with_its_attempts(account_with: Any):
    """Dwell time and each attempt are subsegments of one service segment; 202 was the answer."""
    lab = Tracing(account_with(time_lapse=600))
    name, root = lab.deploy(), new_root()
    lab.invoke(name, "always", InvocationType="Event", trace=f"Root={root}")

    def complete(found: list[Any]) -> bool:
        functions = [s for s in found if s.get("origin") == "AWS::Lambda::Function"]
        return len(functions) == 3 and len(found) == 4

    found = lab.segments(root, complete)
    service = next(s for s in found if s["origin"] == "AWS::Lambda")
    parts = children(service)

    assert ["Dwell Time", "Attempt #1", "Attempt #2", "Attempt #3"] == [*parts]
    assert {parts[f"Attempt #{n}"]["id"] for n in (1, 2, 3)} == {
        s["parent_id"] for s in found if s is not service
    }
    assert 202 == service["http"]["response"]["status"]


def test_a_throttled_request_is_an_error_of_the_service(lab: Tracing):
    """429 makes one segment, marked as throttled, and no function segment."""
    name, root = lab.deploy(), new_root()
    lab.account.functions.put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=0
    )
    with pytest.raises(ClientError):
        lab.invoke(name, trace=f"Root={root}")
    (segment,) = lab.segments(root)

    assert (True, True, 429) == (
        segment["error"], segment["throttle"], segment["http"]["response"]["status"]
    )  # fmt: skip


def test_a_function_that_calls_another_hands_its_trace_on(lab: Tracing):
    """boto3 sends the header along: both functions stand in one trace, joined in the graph."""
    callee, caller = lab.deploy(), lab.deploy(CALLER)
    answer = lab.invoke(caller, {"to": callee})
    _, calling = lab.both(root_of(answer), caller)
    called, _ = lab.both(root_of(answer), callee)
    graph = lab.xray.get_trace_graph(TraceIds=[root_of(answer)])["Services"]
    names = {s["ReferenceId"]: (s["Name"], s.get("Type")) for s in graph}
    edges = {
        (names[s["ReferenceId"]], names[edge["ReferenceId"]]) for s in graph for edge in s["Edges"]
    }

    assert calling["id"] == called["parent_id"]
    assert edges == {
        ((caller, "client"), (caller, "AWS::Lambda")),
        ((caller, "AWS::Lambda"), (caller, "AWS::Lambda::Function")),
        ((caller, "AWS::Lambda::Function"), (callee, "AWS::Lambda")),
        ((callee, "AWS::Lambda"), (callee, "AWS::Lambda::Function")),
    }


def test_the_x_ray_sdk_works_unmodified(lab: Tracing):
    """Subsegments with annotations, metadata, calls of services and exceptions arrive in place."""
    name = lab.deploy(WITH_SDK, Layers=[lab.sdk_layer()], Timeout=20)
    root = root_of(lab.invoke(name, {"order": "bad"}))
    lab.segments(root, lambda found: "work" in json.dumps(found))
    _, function = lab.both(root, name)
    lab.segments(root, lambda found: any(s.get("inferred") for s in found))
    work = children(lab.both(root, name)[1])["work"]

    assert {"order": "bad"} == work["annotations"]
    assert {"default": {"lines": [1, 2]}} == work["metadata"]
    assert {"vip": True} == children(work)["price"]["annotations"]
    assert "KeyError" == work["cause"]["exceptions"][0]["type"]
    call = children(work)["dynamodb"]
    assert ("aws", "DescribeTable") == (call["namespace"], call["aws"]["operation"])
    assert function["fault"] is True
    (found,) = [s for s in lab.summaries('annotation.order = "bad"') if s["Id"] == root]
    assert [{"AnnotationValue": {"StringValue": "bad"}}] == [
        {"AnnotationValue": each["AnnotationValue"]} for each in found["Annotations"]["order"]
    ]


def test_without_permission_active_tracing_is_refused(lab: Tracing):
    """CreateFunction and UpdateFunctionConfiguration look at the execution role."""
    role = lab.make_role("logs:*")
    sentence = "does not have permissions to call PutTraceSegments on XRAY"
    with pytest.raises(ClientError, match=sentence):
        lab.deploy(Role=role)
    name = lab.deploy(Role=role, TracingConfig={"Mode": "PassThrough"})
    with pytest.raises(ClientError, match=sentence):
        lab.account.change(name, TracingConfig={"Mode": "Active"})


def test_a_role_that_lost_its_permission_sends_nothing(lab: Tracing):
    """Trace data of a function is dropped, and a record says why."""
    role = lab.make_role("xray:*", "logs:*")
    name, root = lab.deploy(Role=role), new_root()
    lab.account.client("iam").delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="may")
    lab.invoke(name, trace=f"Root={root}")

    def withheld() -> list[Any]:
        records = lab.account.cloud.records()["records"]
        return [r for r in records if r["kind"] == "trace.withheld" and r["role"] == role]

    until(lambda: bool(withheld()), said=lambda: "no record tells")
    assert "xray:PutTraceSegments" in withheld()[0]["reason"]
    assert [root] == lab.xray.batch_get_traces(TraceIds=[root])["UnprocessedTraceIds"]


def test_what_is_no_segment_is_counted_and_ignored(lab: Tracing):
    """Garbage at the daemon's port leaves a record; the segment after it still arrives."""
    good = {
        "id": "00000000000000aa", "trace_id": "$ROOT", "parent_id": "$PARENT", "name": "own",
        "type": "subsegment", "start_time": 1.5, "end_time": 2.5,
    }  # fmt: skip
    texts = ["rubbish", "", "\x00\xff", HEADER + "[]", HEADER + "{}", HEADER + json.dumps(good)]
    name = lab.deploy(SENDER, Role=lab.make_role("xray:*", "logs:*"))
    answer = lab.invoke(name, {"texts": texts})
    root = root_of(answer)
    lab.segments(root, lambda found: "own" in json.dumps(found))

    assert "own" in children(lab.both(root, name)[1])
    role = lab.account.functions.get_function_configuration(FunctionName=name)["Role"]
    records = [r for r in lab.account.cloud.records()["records"] if r["kind"] == "trace.ignored"]
    assert {("no header line", 1), ("no header line", 2), ("ParseError", 1), ("MissingId", 1)} == {
        (r["reason"], r["count"]) for r in records if r["role"] == role
    }


def test_put_trace_segments_says_which_it_did_not_take(lab: Tracing):
    """Segments are taken one by one: wrong ones come back with X-Ray's code."""
    root = new_root()
    good = {"id": "0" * 16, "trace_id": root, "name": "shop", "start_time": 1, "end_time": 2}
    bad = [
        "no json",
        {**good, "id": "7"},
        {**good, "trace_id": "1-1-1"},
        {**good, "name": ""},
        {**good, "start_time": "now"},
        {**good, "type": "subsegment"},
        {**good, "metadata": {"much": "x" * 65_536}},
    ]
    texts = [one if isinstance(one, str) else json.dumps(one) for one in (*bad, good)]
    answer = lab.xray.put_trace_segments(TraceSegmentDocuments=texts)

    assert [
        "ParseError",
        "InvalidId",
        "InvalidTraceId",
        "InvalidName",
        "MissingStartTime",
        "MissingParentId",
        "SegmentTooLarge",
    ] == [one["ErrorCode"] for one in answer["UnprocessedTraceSegments"]]
    assert ["shop"] == [s["name"] for s in lab.segments(root)]


@pytest.fixture(scope="module")
def orders(lab: Tracing) -> dict[str, str]:
    """Three traces of a service of its own: in order, slow and refused, broken."""
    roots = {kind: new_root() for kind in ("well", "slow", "broken")}
    now = time.time()
    for (kind, root), more, seconds in zip(
        roots.items(),
        (
            {"http": {"response": {"status": 200}}, "annotations": {"tenant": "a", "n": 3}},
            {
                "error": True,
                "http": {"request": {"url": "http://x/cart"}, "response": {"status": 404}},
            },
            {
                "fault": True,
                "throttle": False,
                "user": "ada",
                "http": {"response": {"status": 502}},
            },
        ),
        (0.1, 6.0, 0.2),
        strict=True,
    ):
        document = {
            "id": secrets.token_hex(8), "trace_id": root, "name": "orders", "start_time": now,
            "end_time": now + seconds, **more,
        }  # fmt: skip
        lab.xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document)])
        assert kind
    return roots


@pytest.mark.parametrize("method", ["send_message", "send_message_batch"])
def test_a_message_keeps_the_trace_of_its_sender(lab: Tracing, method: str):
    """What a handler sends to a queue carries its trace header as AWSTraceHeader."""
    sqs = lab.account.client("sqs")
    queue = sqs.create_queue(QueueName=f"q-{secrets.token_hex(4)}")["QueueUrl"]
    given = (
        "MessageBody='x'"
        if method == "send_message"
        else "Entries=[{'Id': '1', 'MessageBody': 'x'}]"
    )
    name = lab.deploy(
        "import boto3, os\n"
        "sqs = boto3.client('sqs')\n"
        "def handler(event, context):\n"
        f"    sqs.{method}(QueueUrl=event, {given})\n"
        "    return os.environ['_X_AMZN_TRACE_ID']\n",
        Role=lab.make_role("xray:Put*", "logs:*", "sqs:*"),
    )
    header = json.loads(lab.invoke(name, queue)["Payload"].read())
    (message,) = sqs.receive_message(
        QueueUrl=queue, MessageSystemAttributeNames=["AWSTraceHeader"]
    )["Messages"]

    assert header == message["Attributes"]["AWSTraceHeader"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('service("orders")', "well slow broken"),
        ('service("nobody")', ""),
        ("error", "slow"),
        ("fault", "broken"),
        ("ok", "well"),
        ("throttle", ""),
        ("!ok", "slow broken"),
        ("NOT (error OR fault)", "well"),
        ("responsetime > 5", "slow"),
        ("duration >= 0.1 AND duration < 1", "well broken"),
        ('annotation.tenant = "a"', "well"),
        ('annotation[tenant] BEGINSWITH "A"', ""),
        ("annotation.n = 3", "well"),
        ("annotation.n > 3", ""),
        ("http.status = 404", "slow"),
        ("http.status >= 500", "broken"),
        ('http.url CONTAINS "cart"', "slow"),
        ('user = "ada"', "broken"),
        ('service("orders") { fault }', "broken"),
        ('service(id(name: "orders")) { responsetime > 5 || fault = true }', "slow broken"),
    ],
)
def test_filter_expressions(lab: Tracing, orders: dict[str, str], expression: str, expected: str):
    """Keywords, comparisons and AND, OR, NOT choose traces."""
    found = {summary["Id"] for summary in lab.summaries(expression)}

    assert expected == " ".join(kind for kind, root in orders.items() if root in found)


@pytest.mark.parametrize(
    "expression",
    ["(", "nonsense", "http.status =", 'service("', "ok ok", "((((((((((((((((((((((ok"],
)
def test_a_filter_that_cannot_be_read_is_refused(lab: Tracing, expression: str):
    """InvalidRequestException says what was wrong with the expression."""
    with pytest.raises(ClientError, match=r"InvalidRequestException.*Invalid filter expression"):
        lab.summaries(expression)


def test_the_service_graph_counts_calls_errors_and_faults(lab: Tracing, orders: dict[str, str]):
    """Each node tells how many calls it served and how they ended."""
    now = datetime.now(UTC)
    graph = lab.xray.get_service_graph(
        StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=1)
    )["Services"]
    # a table of that name, in a trace of another test, has a type
    (node,) = [s for s in graph if s["Name"] == "orders" and "Type" not in s]
    counts = node["SummaryStatistics"]

    assert orders
    assert (3, 1, 1, 1) == (
        counts["TotalCount"], counts["OkCount"], counts["ErrorStatistics"]["TotalCount"],
        counts["FaultStatistics"]["TotalCount"],
    )  # fmt: skip


def test_sdks_get_the_default_sampling_rule(lab: Tracing):
    """One request a second and five percent of the rest, for whoever asks."""
    (rule,) = lab.xray.get_sampling_rules()["SamplingRuleRecords"]

    assert ("Default", 1, 0.05) == (
        rule["SamplingRule"]["RuleName"], rule["SamplingRule"]["ReservoirSize"],
        rule["SamplingRule"]["FixedRate"],
    )  # fmt: skip
    targets = lab.xray.get_sampling_targets(
        SamplingStatisticsDocuments=[
            {
                "RuleName": "Default", "ClientID": "0" * 24, "Timestamp": datetime.now(UTC),
                "RequestCount": 1, "SampledCount": 1,
            }
        ]
    )  # fmt: skip
    assert 0.05 == targets["SamplingTargetDocuments"][0]["FixedRate"]


def test_a_reset_forgets_traces_and_addresses(account_with: Any):
    """An emptied account has no traces, and functions made after it are traced again."""
    account = account_with(seed=11)
    before = Tracing(account)
    name = before.deploy()
    root = root_of(before.invoke(name))
    before.both(root, name)
    account.reset()
    after = Tracing(account)
    again = after.deploy()

    assert [] == after.xray.batch_get_traces(TraceIds=[root])["Traces"]
    assert after.both(root_of(after.invoke(again)), again)


def test_aws_samples_one_request_a_second_and_five_percent_more(account_with: Any):
    """With AWS's sampling, most of a burst of requests are not traced."""
    lab = Tracing(account_with(seed=3, trace_every_request=False))
    name = lab.deploy()
    headers = [
        json.loads(lab.invoke(name)["Payload"].read())["_X_AMZN_TRACE_ID"] for _ in range(40)
    ]
    sampled = sum("Sampled=1" in header for header in headers)

    assert 1 <= sampled <= 20

"""Application Load Balancers call functions, and answer, as Elastic Load Balancing documents."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.rest_api import Reply, fetch

FUNCTION = """
import json
def handler(event, context):
    names = ("queryStringParameters", "multiValueQueryStringParameters")
    query = next(event[name] for name in names if name in event)
    how = query.get("how")
    how = how[-1] if isinstance(how, list) else how
    if how == "raise":
        raise ValueError("no")
    return {
        "text": "just text",
        "no-status": {"body": "x"},
        "text-status": {"statusCode": "200", "body": "x"},
        "interim": {"statusCode": 100, "body": "x"},
        "no-content": {"statusCode": 204, "body": "HTTP/1.1 200 OK\\r\\n\\r\\n"},
        "large": {"statusCode": 200, "body": "x" * (1024 * 1024)},
        "headers": {"statusCode": 201, "statusDescription": "201 Created", "body": "made",
                    "headers": {"X-One": "1"}, "multiValueHeaders": {"X-Two": ["a", "b"]}},
        "binary": {"statusCode": 200, "body": "aGk=", "isBase64Encoded": True},
    }.get(how, {"statusCode": 200, "statusDescription": "200 OK",
                "headers": {"Content-Type": "application/json"},
                "multiValueHeaders": {"Content-Type": ["application/json"]},
                "body": json.dumps(event)})
"""


class Balancer:
    """A load balancer of an account, with one listener on port 80."""

    def __init__(self, account: Any, function: str) -> None:
        self.account = account
        self.client = account.client("elbv2")
        self.function = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
        self.name = f"lb-{secrets.token_hex(4)}"
        subnets = account.client("ec2").describe_subnets()["Subnets"]
        made = self.client.create_load_balancer(
            Name=self.name, Subnets=[subnet["SubnetId"] for subnet in subnets[:2]]
        )["LoadBalancers"][0]
        self.arn, self.dns_name = made["LoadBalancerArn"], made["DNSName"]
        self.group = self.target_group()
        self.listener = self.client.create_listener(
            LoadBalancerArn=self.arn,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )["Listeners"][0]["ListenerArn"]

    def target_group(self) -> str:
        """Return a new target group for functions."""
        name = f"tg-{secrets.token_hex(4)}"
        made = self.client.create_target_group(Name=name, TargetType="lambda")
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def allow(self, group: str | None = None) -> None:
        """Let a target group invoke the function."""
        self.account.functions.add_permission(
            FunctionName=self.function,
            StatementId=f"s{secrets.token_hex(4)}",
            Action="lambda:InvokeFunction",
            Principal="elasticloadbalancing.amazonaws.com",
            SourceArn=group or self.group,
        )

    def register(self, group: str | None = None) -> None:
        """Register the function."""
        self.client.register_targets(
            TargetGroupArn=group or self.group, Targets=[{"Id": self.function}]
        )

    def rule(self, priority: int, conditions: list[Any], action: dict[str, Any]) -> None:
        """Add a rule to the listener."""
        self.client.create_rule(
            ListenerArn=self.listener, Priority=priority, Conditions=conditions, Actions=[action]
        )

    def call(self, path: str = "/", **request: Any) -> Reply:
        """Call the load balancer at its address here."""
        label = self.dns_name.partition(".")[0]
        return fetch(self.account, f"/_aws/elb/{label}{path}", **request)


@pytest.fixture(scope="module")
def function(cloud: Any) -> str:
    """A function that answers in many ways."""
    return cloud.deploy(FUNCTION)


@pytest.fixture(scope="module")
def balancer(cloud: Any, function: str) -> Balancer:
    """A load balancer in front of the function."""
    made = Balancer(cloud, function)
    made.allow()
    made.register()
    return made


def fixed(text: str, status: str = "200") -> dict[str, Any]:
    """Return a fixed-response action."""
    config = {"MessageBody": text, "StatusCode": status, "ContentType": "text/plain"}
    return {"Type": "fixed-response", "FixedResponseConfig": config}


def test_the_event(balancer: Balancer):
    """Each member of the documentation; query parameters stay encoded, the last value counts."""
    reply = balancer.call(
        "/pets/a%20b?x=1&x=a%20b",
        method="POST",
        body="hi",
        headers={"Content-Type": "text/plain", "X-One": "1", "Accept": "*/*"},
    )
    event = reply.value

    expected = {
        "requestContext": {"elb": {"targetGroupArn": balancer.group}},
        "httpMethod": "POST",
        "path": "/pets/a%20b",
        "queryStringParameters": {"x": "a%20b"},
        "body": "hi",
        "isBase64Encoded": False,
    }
    headers = event.pop("headers")
    assert expected == event
    assert ("1", "*/*", "127.0.0.1", "80", "http") == tuple(
        headers[name]
        for name in ("x-one", "accept", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")
    )
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert "awselb/2.0" == reply.headers["server"]


def test_bodies_that_are_no_text_are_base64(balancer: Balancer):
    """And there is an empty text where there is no body."""
    binary = balancer.call("/", method="POST", body=b"\0\1").value
    empty = balancer.call("/").value

    assert ("AAE=", True) == (binary["body"], binary["isBase64Encoded"])
    assert ("", False, {}) == (
        empty["body"],
        empty["isBase64Encoded"],
        empty["queryStringParameters"],
    )


def test_multi_value_headers(cloud: Any, function: str):
    """With the attribute, event and answer hold lists in place of single values."""
    balancer = Balancer(cloud, function)
    balancer.allow()
    balancer.register()
    balancer.client.modify_target_group_attributes(
        TargetGroupArn=balancer.group,
        Attributes=[{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}],
    )
    event = balancer.call("/?x=1&x=2", headers={"X-One": "1"}).value
    answer = balancer.call("/?how=headers")

    assert {"x": ["1", "2"]} == event["multiValueQueryStringParameters"]
    assert ["1"] == event["multiValueHeaders"]["x-one"]
    assert not {"headers", "queryStringParameters"} & {*event}
    assert ["a", "b"] == [value for name, value in answer.pairs if name == "X-Two"]
    assert "x-one" not in answer.headers


@pytest.mark.parametrize(
    ("status", "how"),
    [
        (502, "text"),
        (502, "no-status"),
        (502, "text-status"),
        (502, "interim"),
        (204, "no-content"),
        (502, "large"),
        (502, "raise"),
        (201, "headers"),
        (200, "binary"),
    ],
)
def test_what_a_function_may_answer(balancer: Balancer, status: int, how: str):
    """A malformed, failed or too large answer is the load balancer's own 502 page."""
    reply = balancer.call(f"/?how={how}")

    assert status == reply.status
    if status == 502:
        assert b"<center><h1>502 Bad Gateway</h1></center>" in reply.body
        assert "text/html" == reply.headers["content-type"]
    if how == "headers":
        assert ("1", b"made") == (reply.headers["x-one"], reply.body)
    if how == "binary":
        assert b"hi" == reply.body


def test_a_body_above_one_megabyte(balancer: Balancer):
    """413, and the function is not asked."""
    assert 413 == balancer.call("/", method="POST", body=b"x" * (1024 * 1024 + 1)).status


def test_the_dns_name_reaches_the_load_balancer(cloud: Any, balancer: Balancer):
    """Sent as Host, as on AWS."""
    reply = fetch(cloud, "/pets?x=1", headers={"Host": balancer.dns_name})

    assert "/pets" == reply.value["path"]
    assert balancer.dns_name == reply.value["headers"]["host"]


def test_a_function_must_let_the_target_group_in(cloud: Any, function: str):
    """RegisterTargets is refused until the function's policy names the target group."""
    balancer = Balancer(cloud, function)
    with pytest.raises(ClientError, match="does not have permission to invoke") as raised:
        balancer.register()

    assert "AccessDenied" == raised.value.response["Error"]["Code"]
    assert 503 == balancer.call("/").status


def test_a_permission_that_is_taken_back(cloud: Any):
    """The function is asked at each call: 502 when it no longer lets the target group in."""
    function = cloud.deploy(FUNCTION)
    balancer = Balancer(cloud, function)
    cloud.functions.add_permission(
        FunctionName=function,
        StatementId="lb",
        Action="lambda:InvokeFunction",
        Principal="elasticloadbalancing.amazonaws.com",
    )
    balancer.register()
    assert 200 == balancer.call("/").status
    cloud.functions.remove_permission(FunctionName=function, StatementId="lb")
    assert 502 == balancer.call("/").status
    cloud.functions.delete_function(FunctionName=function)
    assert 502 == balancer.call("/").status


def test_nobody_checks_the_health_of_a_function(balancer: Balancer):
    """Health checks are off unless they are asked for."""
    found = balancer.client.describe_target_health(TargetGroupArn=balancer.group)
    (health,) = found["TargetHealthDescriptions"]

    assert balancer.function == health["Target"]["Id"]
    assert ("unavailable", "Target.HealthCheckDisabled") == (
        health["TargetHealth"]["State"],
        health["TargetHealth"]["Reason"],
    )


@pytest.fixture(scope="module")
def ruled(cloud: Any, function: str) -> Balancer:
    """A load balancer with a rule of each kind of condition."""
    balancer = Balancer(cloud, function)
    conditions: list[tuple[str, dict[str, Any]]] = [
        ("path", {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/img/*", "/?.js"]}}),
        ("host", {"Field": "host-header", "HostHeaderConfig": {"Values": ["lb-*.elb.test"]}}),
        (
            "header",
            {
                "Field": "http-header",
                "HttpHeaderConfig": {"HttpHeaderName": "X-Kind", "Values": ["*cat*"]},
            },
        ),
        (
            "method",
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}},
        ),
        (
            "query",
            {
                "Field": "query-string",
                "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2*"}, {"Value": "any"}]},
            },
        ),
        ("never", {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}),
    ]
    for number, (text, condition) in enumerate(reversed(conditions)):
        balancer.rule(100 - number, [condition], fixed(text))
    config = {
        "Protocol": "HTTPS",
        "Port": "443",
        "Host": "shop.#{host}",
        "Path": "/new/#{path}",
        "Query": "#{query}&x=1",
        "StatusCode": "HTTP_302",
    }
    balancer.rule(
        1,
        [{"Field": "path-pattern", "Values": ["/old/*"]}],
        {"Type": "redirect", "RedirectConfig": config},
    )
    balancer.client.modify_listener(
        ListenerArn=balancer.listener, DefaultActions=[fixed("default", "404")]
    )
    return balancer


@pytest.mark.parametrize(
    ("expected", "path", "request_"),
    [
        ("path", "/img/a/b.png", {}),
        ("path", "/a.js", {}),
        ("default", "/IMG/a", {}),
        ("header", "/", {"headers": {"x-kind": "A CAT!"}}),
        ("method", "/", {"method": "PUT"}),
        ("query", "/?v=21", {}),
        ("query", "/?x=any", {}),
        ("default", "/?v=1", {}),
        ("path", "/img/a?v=2", {"method": "PUT"}),
    ],
)
def test_the_first_rule_that_holds_answers(
    ruled: Balancer, expected: str, path: str, request_: dict[str, Any]
):
    """By path, host, header, method, query string and source, in the order of priority."""
    reply = ruled.call(path, **request_)

    assert expected == reply.body.decode()
    assert (404 if expected == "default" else 200) == reply.status


def test_a_redirect(ruled: Balancer):
    """Its parts name those of the request."""
    reply = ruled.call("/old/pets?q=1")

    assert 302 == reply.status
    assert f"https://shop.{ruled.dns_name}:443/new/old/pets?q=1&x=1" == reply.headers["location"]


def test_weights_choose_the_target_group(cloud: Any, function: str):
    """A weight of nothing gets nothing; the others share."""
    balancer = Balancer(cloud, function)
    groups = [balancer.group, balancer.target_group(), balancer.target_group()]
    for group in groups:
        balancer.allow(group)
        balancer.register(group)
    weighted = [
        {"TargetGroupArn": group, "Weight": weight}
        for group, weight in zip(groups, (50, 50, 0), strict=True)
    ]
    balancer.client.modify_listener(
        ListenerArn=balancer.listener,
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}],
    )
    chosen = {
        balancer.call("/").value["requestContext"]["elb"]["targetGroupArn"] for _ in range(40)
    }

    assert {*groups[:2]} == chosen


def test_a_listener_is_chosen_by_its_port(cloud: Any, function: str):
    """X-Forwarded-Port, or the port in Host; the first one else, and 503 where none listens."""
    balancer = Balancer(cloud, function)
    balancer.client.modify_listener(ListenerArn=balancer.listener, DefaultActions=[fixed("first")])
    balancer.client.create_listener(
        LoadBalancerArn=balancer.arn, Protocol="HTTP", Port=8080, DefaultActions=[fixed("second")]
    )

    assert b"first" == balancer.call("/").body
    assert b"second" == balancer.call("/", headers={"X-Forwarded-Port": "8080"}).body
    host = {"Host": f"{balancer.dns_name}:8080"}
    assert b"second" == fetch(cloud, "/", headers=host).body
    assert 503 == balancer.call("/", headers={"X-Forwarded-Port": "81"}).status


def test_a_deleted_load_balancer_answers_no_more(cloud: Any, function: str):
    """Its address means nothing any more."""
    balancer = Balancer(cloud, function)
    balancer.client.delete_load_balancer(LoadBalancerArn=balancer.arn)

    assert 403 == balancer.call("/").status


def test_a_restricted_caller_needs_permission(cloud: Any, balancer: Balancer):
    """Operations of load balancers are mapped to IAM's actions and ARNs."""
    iam, name = cloud.client("iam"), f"u-{balancer.name}"
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": "elasticloadbalancing:RegisterTargets",
        "Resource": balancer.group,
    }
    iam.put_user_policy(
        UserName=name,
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    client = cloud.client("elbv2")
    client._request_signer._credentials.access_key = key["AccessKeyId"]
    client._request_signer._credentials.secret_key = key["SecretAccessKey"]

    client.register_targets(TargetGroupArn=balancer.group, Targets=[{"Id": balancer.function}])
    with pytest.raises(ClientError) as raised:
        client.delete_target_group(TargetGroupArn=balancer.group)
    assert "AccessDenied" == raised.value.response["Error"]["Code"]
    assert "elasticloadbalancing:DeleteTargetGroup" in str(raised.value)


def test_made_again_with_the_same_settings_is_the_same(balancer: Balancer):
    """Load balancers, target groups and listeners; with other settings the name is taken."""
    client, group = balancer.client, balancer.target_group()
    name = client.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
    named = {"Name": name["TargetGroupName"], "TargetType": "lambda"}
    listener = {
        "LoadBalancerArn": balancer.arn,
        "Protocol": "HTTP",
        "Port": 80,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": balancer.group}],
    }

    same = client.create_target_group(**named)["TargetGroups"][0]
    assert group == same["TargetGroupArn"]
    assert balancer.listener == client.create_listener(**listener)["Listeners"][0]["ListenerArn"]
    for code, make, other in (
        ("DuplicateTargetGroupName", client.create_target_group, named | {"HealthCheckPath": "/x"}),
        ("DuplicateListener", client.create_listener, listener | {"DefaultActions": [fixed("x")]}),
    ):
        with pytest.raises(ClientError) as refused:
            make(**other)
        assert code == refused.value.response["Error"]["Code"]


def test_a_plain_listener_has_no_tls_and_a_load_balancer_a_scheme(balancer: Balancer):
    """SslPolicy belongs to HTTPS; internet-facing is the default."""
    client = balancer.client
    listener = client.describe_listeners(LoadBalancerArn=balancer.arn)["Listeners"][0]
    shown = client.describe_load_balancers(LoadBalancerArns=[balancer.arn])["LoadBalancers"][0]

    assert "SslPolicy" not in listener
    assert "internet-facing" == shown["Scheme"]


@pytest.mark.parametrize(
    ("name", "subnets", "message"),
    [
        ("a_b", 2, "can only contain characters that are alphanumeric characters and hyphens"),
        ("a" * 33, 2, "cannot be longer than '32' characters"),
        ("one", 1, "At least two subnets in two different Availability Zones must be specified"),
    ],
)
def test_a_load_balancer_that_cannot_be(cloud: Any, name: str, subnets: int, message: str):
    """ValidationError names what is wrong with its name, or where it would stand."""
    known = cloud.client("ec2").describe_subnets()["Subnets"][:subnets]

    with pytest.raises(ClientError) as refused:
        cloud.client("elbv2").create_load_balancer(
            Name=name, Subnets=[subnet["SubnetId"] for subnet in known]
        )

    error = refused.value.response["Error"]
    assert "ValidationError" == error["Code"]
    assert message in error["Message"]


def test_target_groups_come_in_pages(balancer: Balancer):
    """PageSize gives a NextMarker to go on from."""
    arns = [balancer.target_group() for _ in range(3)]
    pages = balancer.client.get_paginator("describe_target_groups").paginate(
        TargetGroupArns=arns, PaginationConfig={"PageSize": 2}
    )

    assert [2, 1] == [len(page["TargetGroups"]) for page in pages]

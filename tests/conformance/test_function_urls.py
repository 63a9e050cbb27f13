"""Functions behind a URL of their own: who may call, what the function sees, what comes back."""

from __future__ import annotations

import json
import threading
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conformance.public import Reply, call

FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
ECHO = "def handler(event, context): return event"
ACCOUNT = "123456789012"


def signed(cloud: Any, url: str, *, service: str = "lambda", key: Any = None) -> dict[str, str]:
    """Return the headers of a GET signed by the administrator, or by a key."""
    key = key or Credentials(cloud.cloud.access_key_id, cloud.cloud.secret_access_key)
    request = AWSRequest("GET", url)
    SigV4Auth(key, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def with_url(cloud: Any, source: str = ECHO, *, public: bool = True, **config: Any) -> Any:
    """Deploy a function with a URL; return its name and the URL."""
    name = cloud.deploy(source)
    made = cloud.functions.create_function_url_config(
        FunctionName=name, **{"AuthType": "NONE"} | config
    )
    if public:
        allow(cloud, name)
    return name, made["FunctionUrl"]


def allow(cloud: Any, name: str, **more: Any) -> None:
    """Let everybody call a function's URL: both permissions."""
    cloud.functions.add_permission(
        FunctionName=name,
        StatementId="url",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
        **more,
    )
    cloud.functions.add_permission(
        FunctionName=name,
        StatementId="invoke",
        Action="lambda:InvokeFunction",
        Principal="*",
        InvokedViaFunctionUrl=True,
        **more,
    )


@pytest.fixture(scope="module")
def echo(cloud: Any) -> str:
    """A public URL whose function returns its event."""
    return str(with_url(cloud)[1])


def test_the_url_works_as_returned_and_the_event_is_format_2(cloud: Any, echo: str):
    """Every member of the event is AWS's, with AWS's host name and the path without the prefix."""
    url_id = echo.rstrip("/").rsplit("/", 1)[1]
    reply = call(
        echo,
        "a/b%20c?x=1&x=2&y=%C3%A9&z",
        headers=[
            ("User-Agent", "class"),
            ("X-Twice", "1"),
            ("X-Twice", "2"),
            ("Cookie", "a=1; b=2"),
        ],
    )
    event = reply.value

    assert 200 == reply.status
    assert "application/json" == reply.headers["content-type"]
    context = event.pop("requestContext")
    headers = event.pop("headers")
    assert {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a/b%20c",
        "rawQueryString": "x=1&x=2&y=%C3%A9&z",
        "cookies": ["a=1", "b=2"],
        "queryStringParameters": {"x": "1,2", "y": "é", "z": ""},
        "isBase64Encoded": False,
    } == event
    host = f"{url_id}.lambda-url.us-east-1.on.aws"
    assert "1,2" == headers["x-twice"]
    assert (host, "https", "443") == tuple(
        headers[name] for name in ("host", "x-forwarded-proto", "x-forwarded-port")
    )
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert isinstance(context.pop("timeEpoch"), int)
    assert context.pop("time").endswith(" +0000")
    assert 36 == len(context.pop("requestId"))
    assert {
        "accountId": "anonymous",
        "apiId": url_id,
        "domainName": host,
        "domainPrefix": url_id,
        "http": {
            "method": "GET",
            "path": "/a/b%20c",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "class",
        },
        "routeKey": "$default",
        "stage": "$default",
    } == context


def test_the_event_of_an_answered_request_can_be_seen(cloud: Any, echo: str):
    """The cloud keeps the last events, by the request id that the answer names."""
    answer = call(echo, "orders?a=1")
    page = f"http-event?request_id={answer.headers['x-amzn-requestid']}"
    key = {"Authorization": f"Bearer {cloud.cloud.token}"}
    kept = call(f"{cloud.cloud.endpoint}/_kit/", page, headers=key)

    assert {"event": answer.value} == kept.value


def test_the_url_answers_under_awss_host_name(cloud: Any, echo: str):
    """A request whose Host is AWS's name of the URL reaches it too."""
    url_id = echo.rstrip("/").rsplit("/", 1)[1]
    host = f"{url_id}.lambda-url.us-east-1.on.aws"

    reply = call(cloud.cloud.endpoint + "/", "x", headers={"Host": host})

    assert "/x" == reply.value["rawPath"]


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b'{"a": 1}', ('{"a": 1}', False)),
        ("text/plain; charset=utf-8", "é".encode(), ("é", False)),
        ("application/vnd.api+json", b"{}", ("{}", False)),
        ("application/octet-stream", b"\xff\x00", ("/wA=", True)),
        ("application/x-www-form-urlencoded", b"a=1", ("YT0x", True)),
        ("text/plain", b"\xff", ("/w==", True)),
    ],
)
def test_a_body_travels_as_text_or_base64_by_its_content_type(
    echo: str, content_type: str, body: bytes, expected: tuple[str, bool]
):
    """Text types are text in the event, everything else is base64."""
    reply = call(echo, method="POST", body=body, headers={"Content-Type": content_type})

    assert expected == (reply.value["body"], reply.value["isBase64Encoded"])


def test_a_body_without_a_type_is_base64_and_none_is_left_out(echo: str):
    """An unlabelled body is not assumed to be text; no body is no member."""
    assert ("aGk=", True) == (
        (event := call(echo, method="POST", body=b"hi").value)["body"],
        event["isBase64Encoded"],
    )
    assert "body" not in call(echo).value


@pytest.mark.parametrize(
    ("returned", "status", "content_type", "body"),
    [
        ("'hello'", 200, "application/json", b"hello"),
        ("{'a': 1}", 200, "application/json", b'{"a": 1}'),
        ("None", 200, "application/json", b"null"),
        ("[1, 2]", 200, "application/json", b"[1, 2]"),
        ("{'statusCode': 201, 'body': 'made'}", 201, "application/json", b"made"),
        (
            "{'statusCode': 200, 'headers': {'content-type': 'text/html'}, 'body': '<p>'}",
            200,
            "text/html",
            b"<p>",
        ),
        (
            "{'statusCode': 200, 'body': '/wA=', 'isBase64Encoded': True}",
            200,
            "application/json",
            b"\xff\x00",
        ),
        ("{'statusCode': 204}", 204, "application/json", b""),
    ],
)
def test_the_answer_is_inferred_from_what_the_function_returns(
    cloud: Any, returned: str, status: int, content_type: str, body: bytes
):
    """Without a statusCode the result is the body; with one, status, headers and body are read."""
    _, url = with_url(cloud, f"def handler(event, context): return {returned}")

    reply = call(url)

    assert (status, content_type, body) == (reply.status, reply.headers["content-type"], reply.body)


def test_cookies_become_set_cookie_headers(cloud: Any):
    """Each cookie of the answer is a header of its own."""
    _, url = with_url(
        cloud,
        "def handler(event, context): return {'statusCode': 200, 'cookies': ['a=1; Secure', 'b=2'],"
        " 'headers': {'X-N': 7, 'Bad': 'x\\r\\nInjected: y'}}",
    )

    pairs = [(name.lower(), value) for name, value in call(url).pairs]

    assert ["a=1; Secure", "b=2"] == [value for name, value in pairs if name == "set-cookie"]
    assert ("x-n", "7") in pairs
    assert ("bad", "x Injected: y") in pairs


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event, context): 1 / 0",
        "def handler(event, context): return {'statusCode': 'many'}",
        "def handler(event, context): return {'statusCode': 200, 'body': {'a': 1}}",
        "def handler(event, context): return {'statusCode': 200, 'headers': 'x'}",
        "def handler(event, context): return 'x' * 7_000_000",
        "import missing_package",
    ],
)
def test_a_failed_function_or_a_malformed_answer_is_a_502(cloud: Any, source: str):
    """A function error never reaches the caller: 502 Internal Server Error."""
    _, url = with_url(cloud, source)

    reply = call(url)

    assert (502, b"Internal Server Error") == (reply.status, reply.body)


def test_without_either_permission_the_url_is_forbidden(cloud: Any):
    """AuthType NONE needs InvokeFunctionUrl and InvokeFunction in the function's policy."""
    name, url = with_url(cloud, public=False)
    replies = [call(url)]
    permission = {"FunctionName": name, "Principal": "*"}
    cloud.functions.add_permission(
        **permission,
        StatementId="1",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    replies.append(call(url))

    for reply in replies:
        assert (403, {"Message": FORBIDDEN}) == (reply.status, reply.value)
        assert "AccessDeniedException" == reply.headers["x-amzn-errortype"]
    cloud.functions.add_permission(
        **permission, StatementId="2", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True
    )
    assert 200 == call(url).status
    statements = json.loads(cloud.functions.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert [
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    ] == [statement["Condition"] for statement in statements]


def test_the_permission_through_the_url_opens_no_other_door(cloud: Any):
    """Whoever may invoke by URL only is refused at the Invoke API."""
    name, _ = with_url(cloud)
    iam, user = cloud.client("iam"), f"user-{name}"
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    session = botocore.session.Session()
    client = session.create_client(
        "lambda",
        endpoint_url=cloud.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.invoke(FunctionName=name)


@pytest.mark.parametrize(
    ("action", "member"),
    [
        ("lambda:InvokeFunction", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunctionUrl", {"InvokedViaFunctionUrl": True}),
    ],
)
def test_each_url_condition_belongs_to_its_action(cloud: Any, action: str, member: dict[str, Any]):
    """AddPermission refuses a condition with the other action."""
    name = cloud.deploy(ECHO)

    with pytest.raises(ClientError, match=f"{next(iter(member))} is only supported for lambda:"):
        cloud.functions.add_permission(
            FunctionName=name, StatementId="s", Principal="*", Action=action, **member
        )


def test_a_statement_id_is_given_once(cloud: Any):
    """AddPermission refuses an id that the function's policy has; an alias has its own."""
    name, _ = with_url(cloud)
    cloud.functions.publish_version(FunctionName=name)
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    with pytest.raises(ClientError, match=r"statement id \(url\) provided already exists"):
        allow(cloud, name)
    allow(cloud, name, Qualifier="live")


def test_a_trace_header_goes_along_if_it_is_one(echo: str):
    """A caller's root is kept; nonsense is replaced."""
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"

    kept, made = (
        call(echo, headers={"X-Amzn-Trace-Id": given}).value["headers"]["x-amzn-trace-id"]
        for given in (f"{root};Sampled=1", "nonsense")
    )

    assert root == kept
    assert made.startswith("Root=1-")


def test_an_iam_url_takes_signed_requests_and_names_the_caller(cloud: Any):
    """With AWS_IAM the event's authorizer tells who signed, and hides the signature."""
    _, url = with_url(cloud, AuthType="AWS_IAM", public=False)

    reply = call(url, headers=signed(cloud, url))

    context = reply.value["requestContext"]
    caller = cloud.client("sts").get_caller_identity()["UserId"]
    assert {
        "accessKey": cloud.cloud.access_key_id,
        "accountId": ACCOUNT,
        "callerId": caller,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{ACCOUNT}:user/administrator",
        "userId": caller,
    } == context["authorizer"]["iam"]
    assert ACCOUNT == context["accountId"]
    assert {"authorization"} & reply.value["headers"].keys() == set()
    assert "x-amz-date" in reply.value["headers"]


def test_an_iam_url_turns_away_strangers(cloud: Any):
    """Unsigned, wrongly scoped, and wrongly signed requests are 403, each in AWS's words."""
    _, url = with_url(cloud, AuthType="AWS_IAM")
    tampered = signed(cloud, url)
    tampered["Authorization"] = tampered["Authorization"][:-4] + "0000"

    unsigned, scoped, wrong = (
        call(url, headers=headers)
        for headers in ({}, signed(cloud, url, service="execute-api"), tampered)
    )

    assert (403, {"Message": FORBIDDEN}) == (unsigned.status, unsigned.value)
    assert 403 == scoped.status
    assert "Credential should be scoped to correct service: 'lambda'. " == scoped.value["message"]
    assert 403 == wrong.status
    assert "signature we calculated does not match" in wrong.value["message"]


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        ([], 403),
        (["lambda:InvokeFunctionUrl"], 403),
        (["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"], 200),
    ],
)
def test_an_iam_url_asks_for_both_permissions(cloud: Any, actions: list[str], status: int):
    """A user's own policy must allow InvokeFunctionUrl and InvokeFunction."""
    name, url = with_url(cloud, AuthType="AWS_IAM", public=False)
    iam = cloud.client("iam")
    iam.create_user(UserName=name)
    if actions:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    key = Credentials(made["AccessKeyId"], made["SecretAccessKey"])

    reply = call(url, headers=signed(cloud, url, key=key))

    assert status == reply.status
    if status == 200:
        iam_part = reply.value["requestContext"]["authorizer"]["iam"]
        user = iam.get_user(UserName=name)["User"]
        assert (user["Arn"], user["UserId"]) == (iam_part["userArn"], iam_part["userId"])


def test_cors_answers_preflights_and_overrides_the_functions_headers(cloud: Any):
    """A CORS configuration answers OPTIONS without the function, and its headers win."""
    name, url = with_url(
        cloud,
        "def handler(event, context): return {'statusCode': 200,"
        " 'headers': {'Access-Control-Allow-Origin': 'https://function.example'}}",
        Cors={
            "AllowOrigins": ["https://shop.example"],
            "AllowMethods": ["GET", "POST"],
            "AllowHeaders": ["x-a", "x-b"],
            "ExposeHeaders": ["x-c"],
            "AllowCredentials": True,
            "MaxAge": 300,
        },
    )
    ask = {"Access-Control-Request-Method": "POST"}

    before = call(url, method="OPTIONS", headers={"Origin": "https://shop.example", **ask})
    stranger = call(url, method="OPTIONS", headers={"Origin": "https://else.example", **ask})
    actual = call(url, headers={"Origin": "https://shop.example"})

    assert 200 == before.status == stranger.status
    wanted = {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-a,x-b",
        "access-control-allow-credentials": "true",
        "access-control-max-age": "300",
    }
    assert wanted == {n: v for n, v in before.headers.items() if n.startswith("access-control")}
    assert {} == {n: v for n, v in stranger.headers.items() if n.startswith("access-control")}
    assert "https://shop.example" == actual.headers["access-control-allow-origin"]
    assert "x-c" == actual.headers["access-control-expose-headers"]
    assert 1 == len(cloud.records(name, "invocation.started"))


def test_without_cors_the_function_answers_options(echo: str):
    """A URL without a CORS configuration hands OPTIONS to its function."""
    reply = call(
        echo,
        method="OPTIONS",
        headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"},
    )

    assert "OPTIONS" == reply.value["requestContext"]["http"]["method"]


def test_a_throttled_function_is_a_429(cloud: Any):
    """Reserved concurrency 0 switches a URL off."""
    name, url = with_url(cloud)
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    reply = call(url)

    assert (429, "ReservedFunctionConcurrentInvocationLimitExceeded") == (
        reply.status,
        reply.value["Reason"],
    )


def test_a_request_above_6_mb_is_a_413(echo: str):
    """The event, with its base64, is bound to 6 MB."""
    body = b"\x00" * (5 * 1024 * 1024)

    assert 413 == call(echo, method="POST", body=body).status


def test_in_stream_mode_pythons_result_is_the_body_as_it_is(cloud: Any):
    """RESPONSE_STREAM does not read a managed runtime's result as status and headers."""
    _, url = with_url(
        cloud,
        "def handler(event, context): return {'statusCode': 418, 'body': 'x'}",
        InvokeMode="RESPONSE_STREAM",
    )

    reply = call(url)

    assert (200, {"statusCode": 418, "body": "x"}) == (reply.status, reply.value)


def test_urls_of_aliases_follow_their_alias(cloud: Any):
    """An alias has a URL of its own with its own permissions, which goes with the alias."""
    name = cloud.deploy("def handler(event, context): return context.invoked_function_arn")
    cloud.functions.publish_version(FunctionName=name)
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    made = cloud.functions.create_function_url_config(
        FunctionName=name, Qualifier="live", AuthType="NONE"
    )
    url = made["FunctionUrl"]
    allow(cloud, name)

    assert 403 == call(url).status
    cloud.functions.remove_permission(FunctionName=name, StatementId="url")
    cloud.functions.remove_permission(FunctionName=name, StatementId="invoke")
    allow(cloud, name, Qualifier="live")
    assert f":{name}:live".encode() in call(url).body
    cloud.functions.delete_alias(FunctionName=name, Name="live")
    assert (403, {"Message": FORBIDDEN}) == ((gone := call(url)).status, gone.value)
    assert [] == cloud.functions.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]


def test_the_configuration_is_made_read_changed_listed_and_deleted(cloud: Any):
    """Create, get, update, list and delete agree, and keep the id."""
    functions, name = cloud.functions, cloud.deploy(ECHO)
    cors = {"AllowOrigins": ["*"], "MaxAge": 5}
    made = functions.create_function_url_config(FunctionName=name, AuthType="AWS_IAM", Cors=cors)
    changed = functions.update_function_url_config(
        FunctionName=name, AuthType="NONE", InvokeMode="RESPONSE_STREAM"
    )
    read = functions.get_function_url_config(FunctionName=name)
    listed = functions.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]

    assert 201 == made["ResponseMetadata"]["HTTPStatusCode"]
    assert "LastModifiedTime" not in made
    assert made["FunctionUrl"] == changed["FunctionUrl"]
    assert ("NONE", "RESPONSE_STREAM", cors) == (
        changed["AuthType"],
        changed["InvokeMode"],
        changed["Cors"],
    )
    del read["ResponseMetadata"]
    assert [read] == listed
    functions.delete_function_url_config(FunctionName=name)
    assert 403 == call(made["FunctionUrl"]).status
    for gone in (functions.get_function_url_config, functions.delete_function_url_config):
        with pytest.raises(ClientError, match=r"The resource you requested does not exist."):
            gone(FunctionName=name)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"AuthType": "none"}, r"'none' at 'authType' .* enum value set: \[NONE, AWS_IAM\]"),
        ({"Qualifier": "1"}, "'1' at 'qualifier' failed to satisfy constraint: Member must sat"),
        ({"Qualifier": "absent"}, "ResourceNotFoundException.*Function does not exist"),
        ({"InvokeMode": "SLOW"}, r"enum value set: \[RESPONSE_STREAM, BUFFERED\]"),
        ({"Cors": {"MaxAge": 90_000}}, "cors.maxAge.*less than or equal to 86400"),
        ({"Cors": {"AllowMethods": ["ABCDEFGH"]}}, "allowMethods.1.member.*equal to 6"),
        ({"FunctionName": "absent"}, "ResourceNotFoundException.*Function does not exist"),
    ],
)
def test_a_wrong_configuration_is_refused(cloud: Any, given: dict[str, Any], words: str):
    """Each constraint of the API model has AWS's sentence."""
    client = cloud.functions
    name = "given" if "FunctionName" in given else cloud.deploy(ECHO)

    with pytest.raises(ClientError, match=words):
        client.create_function_url_config(**{"FunctionName": name, "AuthType": "NONE"} | given)


def test_a_second_url_is_a_conflict_and_a_deleted_function_takes_its_url_along(cloud: Any):
    """One URL per function; when the function goes, its URL is forbidden."""
    name, url = with_url(cloud)

    with pytest.raises(ClientError, match="FunctionUrlConfig exists for this Lambda function"):
        cloud.functions.create_function_url_config(FunctionName=name, AuthType="NONE")
    cloud.functions.delete_function(FunctionName=name)
    assert 403 == call(url).status


def test_every_answer_names_its_request_and_trace(cloud: Any, echo: str):
    """Of the function, of the front, and of a function that failed."""
    urls = [echo, with_url(cloud, public=False)[1], with_url(cloud, "x = 1")[1]]

    for answer in map(call, urls):
        assert 36 == len(answer.headers["x-amzn-requestid"])
        assert answer.headers["x-amzn-trace-id"].startswith("Root=1-")


def test_an_unknown_url_is_forbidden(cloud: Any):
    """Nobody learns which URLs exist."""
    reply = call(f"{cloud.cloud.endpoint}/_aws/lambda-url/{'a' * 32}/")

    assert (403, {"Message": FORBIDDEN}) == (reply.status, reply.value)


def test_functions_call_their_own_url_without_deadlock(cloud: Any):
    """Many functions that call back into their URL at once all get their answers."""
    name, url = with_url(
        cloud,
        "import json, os, urllib.request\n"
        "def handler(event, context):\n"
        "    depth = int(event['rawQueryString'])\n"
        "    if depth == 0:\n"
        "        return 0\n"
        "    url = f\"{os.environ['URL']}?{depth - 1}\"\n"
        "    return json.load(urllib.request.urlopen(url)) + 1\n",
    )
    cloud.change(name, Environment={"Variables": {"URL": url}}, Timeout=60)
    replies: list[Reply] = []
    threads = [threading.Thread(target=lambda: replies.append(call(url, "?2"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [b"2"] * 6 == [reply.body for reply in replies]


def test_each_request_leaves_one_record(cloud: Any):
    """Whoever watches sees front, path, status, function and request id."""
    name, url = with_url(cloud, "def handler(event, context): return base")

    call(url, "p?q=1", method="PUT")
    (record,) = cloud.records(name, "http.answered")

    url_id = url.rstrip("/").rsplit("/", 1)[1]
    assert ("lambda-url", url_id, "PUT", "/p", 502) == tuple(
        record[member] for member in ("front", "id", "method", "path", "status")
    )
    started = cloud.records(name, "invocation.started")
    assert [started[0]["request_id"]] == [record["request_id"]]


SOON = {"Delay": 0.1, "MaxAttempts": 100}
TEMPLATE = """
Resources:
  Url:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: {name}
      AuthType: {auth_type}
  MayUrl:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: {name}
      Action: lambda:InvokeFunctionUrl
      Principal: "*"
      FunctionUrlAuthType: NONE
  MayInvoke:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: {name}
      Action: lambda:InvokeFunction
      Principal: "*"
      InvokedViaFunctionUrl: true
Outputs:
  Url:
    Value: !GetAtt Url.FunctionUrl
"""


def test_a_stack_makes_changes_and_deletes_a_url(cloud: Any):
    """AWS::Lambda::Url and its two permissions give a URL that works, until the stack goes."""
    stacks, name = cloud.client("cloudformation"), cloud.deploy(ECHO)
    template = TEMPLATE.format(name=name, auth_type="NONE")
    stacks.create_stack(StackName=name, TemplateBody=template)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=SOON)
    (output,) = stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    url = output["OutputValue"]

    assert 200 == call(url).status
    stacks.update_stack(
        StackName=name, TemplateBody=TEMPLATE.format(name=name, auth_type="AWS_IAM")
    )
    stacks.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=SOON)
    assert (403, 200) == (call(url).status, call(url, headers=signed(cloud, url)).status)
    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=SOON)
    assert 403 == call(url, headers=signed(cloud, url)).status


def test_only_whom_iam_lets_makes_a_url(cloud: Any):
    """A restricted user needs lambda:CreateFunctionUrlConfig, limited by AuthType if need be."""
    name, iam = cloud.deploy(ECHO), cloud.client("iam")
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": "lambda:CreateFunctionUrlConfig",
        "Resource": "*",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    client = botocore.session.Session().create_client(
        "lambda",
        endpoint_url=cloud.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert client.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.delete_function_url_config(FunctionName=name)

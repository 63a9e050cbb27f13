"""HTTP APIs in front of functions: routes, stages, events, authorizers, errors."""

from __future__ import annotations

import http.client
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.conformance.public import Reply, call

ACCOUNT = "123456789012"
LAMBDA_PATH = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31"
ECHO = "def handler(event, context): return event"
NOT_FOUND = (404, {"message": "Not Found"})
SERVER_ERROR = (500, {"message": "Internal Server Error"})


class Api:
    """One HTTP API with functions behind it."""

    def __init__(self, cloud: Any, *, stage: bool = True, **settings: Any) -> None:
        self.cloud = cloud
        self.client = cloud.client("apigatewayv2")
        made = self.client.create_api(Name="shop", ProtocolType="HTTP", **settings)
        self.id, self.url = made["ApiId"], made["ApiEndpoint"]
        if stage:
            self.client.create_stage(ApiId=self.id, StageName="$default", AutoDeploy=True)

    def integration(self, source: str = ECHO, *, allowed: bool = True, **settings: Any) -> str:
        """Deploy a function and an integration with it; return the integration's id."""
        name = self.cloud.deploy(source)
        if allowed:
            self.allow(name)
        return self.integrate(name, **settings)

    def integrate(self, name: str, **settings: Any) -> str:
        """Make an integration with a function; return its id."""
        made = self.client.create_integration(
            ApiId=self.id,
            **{
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}",
                "PayloadFormatVersion": "2.0",
            }
            | settings,
        )
        return str(made["IntegrationId"])

    def allow(self, name: str, path: str = "*") -> None:
        """Let this API call a function."""
        self.cloud.functions.add_permission(
            FunctionName=name,
            StatementId=secrets.token_hex(4),
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{self.id}/{path}",
        )

    def route(self, key: str, integration: str | None = None, **settings: Any) -> str:
        """Make a route; return its id."""
        target = f"integrations/{integration or self.integration()}"
        made = self.client.create_route(ApiId=self.id, RouteKey=key, Target=target, **settings)
        return str(made["RouteId"])


@pytest.fixture(scope="module")
def shop(cloud: Any) -> Api:
    """An API with routes of each kind, all to one echo."""
    api = Api(cloud)
    echo = api.integration()
    for key in (
        "GET /pets/dog/1",
        "GET /pets/dog/{id}",
        "GET /pets/{proxy+}",
        "ANY /{proxy+}",
        "POST /pets/dog/{id}",
        "GET /",
        "$default",
    ):
        api.route(key, echo)
    return api


def test_lists_come_in_pages(shop: Api):
    """MaxResults gives a NextToken to go on from, until there is nothing more."""
    client = shop.client
    first = client.get_routes(ApiId=shop.id, MaxResults="6")
    rest = client.get_routes(ApiId=shop.id, MaxResults="6", NextToken=first["NextToken"])

    assert (6, 1) == (len(first["Items"]), len(rest["Items"]))
    assert "NextToken" not in rest


def test_what_routes_refer_to_cannot_be_deleted(shop: Api):
    """409 names the routes."""
    route = shop.client.get_routes(ApiId=shop.id)["Items"][0]

    with pytest.raises(ClientError, match="referenced by the following Routes") as refused:
        shop.client.delete_integration(
            ApiId=shop.id, IntegrationId=route["Target"].removeprefix("integrations/")
        )

    assert 409 == refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert route["RouteId"] in refused.value.response["Error"]["Message"]


def test_the_path_of_an_event_is_decoded(shop: Api):
    """HTTP APIs decode rawPath too; the query string stays as it came."""
    event = call(shop.url, "/pets/dog/a%20b%40c?q=%40").value

    assert ("/pets/dog/a b@c", "/pets/dog/a b@c") == (
        event["rawPath"],
        event["requestContext"]["http"]["path"],
    )
    assert ("q=%40", {"q": "@"}) == (event["rawQueryString"], event["queryStringParameters"])


@pytest.mark.parametrize(
    ("method", "path", "route", "variables"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", None),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/dog/a%20b", "GET /pets/dog/{id}", {"id": "a b"}),
        ("POST", "/pets/dog/1", "POST /pets/dog/{id}", {"id": "1"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("GET", "/", "GET /", None),
        ("PUT", "/", "$default", None),
        ("GET", "/pets/", "GET /pets/{proxy+}", {"proxy": ""}),
    ],
)
def test_the_best_route_is_chosen(
    shop: Api, method: str, path: str, route: str, variables: dict[str, str] | None
):
    """A full match, then a greedy variable, then $default; a method before ANY."""
    event = call(shop.url, path, method).value

    assert (route, route, variables) == (
        event["routeKey"],
        event["requestContext"]["routeKey"],
        event.get("pathParameters"),
    )


def test_the_event_of_format_2_is_awss(shop: Api):
    """Every member of the event is there, and none that the request has no value for."""
    reply = call(shop.url, "/a?x=1&x=2", headers=[("Cookie", "c=1"), ("X-A", "1"), ("X-A", "2")])
    event = reply.value
    context = event.pop("requestContext")
    headers = event.pop("headers")

    assert {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": "/a",
        "rawQueryString": "x=1&x=2",
        "cookies": ["c=1"],
        "queryStringParameters": {"x": "1,2"},
        "pathParameters": {"proxy": "a"},
        "isBase64Encoded": False,
    } == event
    host = f"{shop.id}.execute-api.us-east-1.amazonaws.com"
    assert ("1,2", host) == (headers["x-a"], headers["host"])
    assert reply.headers["apigw-requestid"] == context.pop("requestId")
    assert (int, str) == (type(context.pop("timeEpoch")), type(context.pop("time")))
    assert {
        "accountId": ACCOUNT,
        "apiId": shop.id,
        "domainName": host,
        "domainPrefix": shop.id,
        "http": {
            "method": "GET",
            "path": "/a",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "",
        },
        "routeKey": "ANY /{proxy+}",
        "stage": "$default",
    } == context


def test_the_event_of_format_1_repeats_values_and_has_nulls(cloud: Any):
    """Format 1.0 has multi-value members, the resource, and null for what is missing."""
    api = Api(cloud)
    api.route("GET /pets/{id}", api.integration(PROXY_1, PayloadFormatVersion="1.0"))

    event = json.loads(call(api.url, "/pets/7?x=1&x=2", headers=[("X-A", "1"), ("X-A", "2")]).body)

    context = event["requestContext"]
    assert ("GET /pets/{id}", None) == (context["resourceId"], context["identity"]["cognitoAmr"])
    assert ("1.0", "/pets/{id}", "/pets/7", "GET") == tuple(
        event[name] for name in ("version", "resource", "path", "httpMethod")
    )
    assert ({"x": "2"}, {"x": ["1", "2"]}) == (
        event["queryStringParameters"],
        event["multiValueQueryStringParameters"],
    )
    assert ("2", ["1", "2"]) == (event["headers"]["X-A"], event["multiValueHeaders"]["X-A"])
    assert ({"id": "7"}, None, None, False) == tuple(
        event[name] for name in ("pathParameters", "stageVariables", "body", "isBase64Encoded")
    )
    assert ("127.0.0.1", "$default", "/pets/{id}", "GET") == (
        context["identity"]["sourceIp"],
        context["stage"],
        context["resourcePath"],
        context["httpMethod"],
    )


PROXY_1 = """
import json
def handler(event, context): return {"statusCode": 200, "body": json.dumps(event)}
"""


def test_the_api_answers_under_awss_host_name(cloud: Any, shop: Api):
    """A request whose Host is AWS's name of the API reaches it too."""
    host = f"{shop.id}.execute-api.us-east-1.amazonaws.com"

    assert "/x" == call(cloud.cloud.endpoint, "/x", headers={"Host": host}).value["rawPath"]


@pytest.mark.parametrize(
    ("returned", "status", "content_type", "body"),
    [
        ("{'a': 1}", 200, "application/json", b'{"a": 1}'),
        ("{'statusCode': 201, 'body': 'x'}", 201, "text/plain;charset=utf-8", b"x"),
        (
            "{'statusCode': 200, 'headers': {'Content-Type': 'image/png'},"
            " 'body': '/wA=', 'isBase64Encoded': True}",
            200,
            "image/png",
            b"\xff\x00",
        ),
    ],
)
def test_format_2_infers_an_answer(
    cloud: Any, returned: str, status: int, content_type: str, body: bytes
):
    """JSON without a statusCode is a whole answer; with one it is read."""
    api = Api(cloud)
    api.route("$default", api.integration(f"def handler(event, context): return {returned}"))

    reply = call(api.url)

    assert (status, content_type, body) == (reply.status, reply.headers["content-type"], reply.body)


@pytest.mark.parametrize(
    ("source", "settings"),
    [
        ("def handler(event, context): 1 / 0", {}),
        ("def handler(event, context): return 'x'", {"PayloadFormatVersion": "1.0"}),
        ("def handler(event, context): return {'statusCode': 'x'}", {}),
        ("def handler(event, context): return {'statusCode': 200, 'body': 7}", {}),
    ],
)
def test_a_failed_function_or_a_malformed_answer_is_a_500(
    cloud: Any, source: str, settings: dict[str, Any]
):
    """The caller learns nothing of the error: 500 Internal Server Error."""
    api = Api(cloud)
    api.route("$default", api.integration(source, **settings))

    assert SERVER_ERROR == call(api.url).told


def test_an_api_without_permission_gets_a_500(cloud: Any):
    """The function's policy must allow apigateway.amazonaws.com for this API and route."""
    api = Api(cloud)
    name = cloud.deploy(ECHO)
    integration = api.integrate(name)
    api.route("GET /pets/{id}", integration)
    api.route("$default", integration)

    assert SERVER_ERROR == call(api.url, "/pets/1").told
    api.allow(name, "*/*/pets/{id}")
    assert 200 == call(api.url, "/pets/1").status
    assert SERVER_ERROR == call(api.url, "/other").told
    api.allow(name, "$default/$default")
    assert 200 == call(api.url, "/other").status


def test_a_function_that_is_gone_is_a_500(cloud: Any):
    """An integration with a deleted function fails like any other."""
    api = Api(cloud)
    name = cloud.deploy(ECHO)
    api.allow(name)
    api.route("$default", api.integrate(name))
    cloud.functions.delete_function(FunctionName=name)

    assert SERVER_ERROR == call(api.url).told


def test_an_integration_that_takes_too_long_is_a_503(cloud: Any):
    """The API stops waiting; the function goes on."""
    api = Api(cloud)
    slow = "import time\ndef handler(event, context): time.sleep(1)"
    api.route("$default", api.integration(slow, TimeoutInMillis=100))

    assert (503, {"message": "Service Unavailable"}) == call(api.url).told


def test_a_throttled_function_is_a_503(cloud: Any):
    """HTTP APIs tell a throttled function as unavailable."""
    api = Api(cloud)
    name = cloud.deploy(ECHO)
    api.allow(name)
    api.route("$default", api.integrate(name))
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    assert (503, {"message": "Service Unavailable"}) == call(api.url).told


def test_a_stage_above_its_limit_answers_429(cloud: Any):
    """Throttling of a route's settings refuses what exceeds the burst."""
    api = Api(cloud)
    api.route("GET /a")
    api.client.update_stage(
        ApiId=api.id,
        StageName="$default",
        RouteSettings={"GET /a": {"ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 0.01}},
    )

    statuses = [call(api.url, "/a").status for _ in range(3)]

    assert [200, 200, 429] == statuses


def test_without_a_route_or_a_stage_nothing_is_found(cloud: Any):
    """404 Not Found for an unknown path, and for an API without a stage."""
    api = Api(cloud, stage=False)
    api.route("GET /a")

    assert NOT_FOUND == call(api.url, "/a").told
    api.client.create_stage(ApiId=api.id, StageName="$default", AutoDeploy=True)
    assert 200 == call(api.url, "/a").status
    assert NOT_FOUND == call(api.url, "/a/").told
    assert NOT_FOUND == call(api.url, "/a", "POST").told


def test_a_named_stage_is_the_first_segment_and_has_variables(cloud: Any):
    """rawPath shows the stage, routes do not see it, stage variables travel along."""
    api = Api(cloud)
    api.route("GET /a")
    api.client.create_stage(
        ApiId=api.id, StageName="prod", AutoDeploy=True, StageVariables={"color": "blue"}
    )

    event = call(api.url, "/prod/a").value

    assert ("/prod/a", "/prod/a", "prod", {"color": "blue"}) == (
        event["rawPath"],
        event["requestContext"]["http"]["path"],
        event["requestContext"]["stage"],
        event["stageVariables"],
    )


def test_without_auto_deploy_routes_are_live_after_a_deployment(cloud: Any):
    """A deployment is the API of its moment, and a stage can go back to an older one."""
    api = Api(cloud, stage=False)
    api.client.create_stage(ApiId=api.id, StageName="prod")
    one = api.integration("def handler(event, context): return 1")
    two = api.integration("def handler(event, context): return 2")
    route = api.route("GET /a", one)

    assert NOT_FOUND == call(api.url, "/prod/a").told
    first = api.client.create_deployment(ApiId=api.id, StageName="prod")["DeploymentId"]
    assert b"1" == call(api.url, "/prod/a").body
    api.client.update_route(ApiId=api.id, RouteId=route, Target=f"integrations/{two}")
    assert b"1" == call(api.url, "/prod/a").body
    second = api.client.create_deployment(ApiId=api.id, Description="two")["DeploymentId"]
    assert b"1" == call(api.url, "/prod/a").body
    api.client.update_stage(ApiId=api.id, StageName="prod", DeploymentId=second)
    assert b"2" == call(api.url, "/prod/a").body
    api.client.update_stage(ApiId=api.id, StageName="prod", DeploymentId=first)
    assert b"1" == call(api.url, "/prod/a").body
    listed = api.client.get_deployments(ApiId=api.id)["Items"]
    assert [second, first] == [deployment["DeploymentId"] for deployment in listed]
    with pytest.raises(ClientError, match="BadRequestException"):
        api.client.delete_deployment(ApiId=api.id, DeploymentId=first)
    api.client.delete_deployment(ApiId=api.id, DeploymentId=second)


def test_quick_create_makes_an_api_that_works(cloud: Any):
    """CreateApi with a target makes integration, $default route and $default stage."""
    name = cloud.deploy(ECHO)
    target = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    api = Api(cloud, stage=False, Target=target)
    api.allow(name)

    event = call(api.url, "/any/where").value

    assert ("2.0", "$default", "/any/where") == (
        event["version"],
        event["routeKey"],
        event["rawPath"],
    )
    read = api.client.get_api(ApiId=api.id)
    assert api.url == read["ApiEndpoint"]
    assert api.url in [listed["ApiEndpoint"] for listed in api.client.get_apis()["Items"]]


def test_cors_answers_preflights_and_replaces_the_functions_headers(cloud: Any):
    """With a CORS configuration the API answers OPTIONS by itself, also where no route is."""
    api = Api(
        cloud,
        CorsConfiguration={
            "AllowOrigins": ["https://*"],
            "AllowMethods": ["GET"],
            "AllowHeaders": ["authorization"],
            "MaxAge": 60,
        },
    )
    source = (
        "def handler(event, context): return {'statusCode': 200,"
        " 'headers': {'access-control-allow-origin': 'https://function.example'}}"
    )
    api.route("GET /a", api.integration(source))
    origin = {"Origin": "https://shop.example"}

    before = call(
        api.url, "/a", "OPTIONS", headers={**origin, "Access-Control-Request-Method": "GET"}
    )
    actual, missing = call(api.url, "/a", headers=origin), call(api.url, "/b", headers=origin)

    assert 204 == before.status
    assert {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-methods": "GET",
        "access-control-allow-headers": "authorization",
        "access-control-max-age": "60",
    } == {n: v for n, v in before.headers.items() if n.startswith("access-control")}
    assert "https://shop.example" == actual.headers["access-control-allow-origin"]
    assert (404, "https://shop.example") == (
        missing.status,
        missing.headers["access-control-allow-origin"],
    )


def test_parameter_mapping_changes_the_request_and_the_answer(cloud: Any):
    """Headers, query and path of the request, headers and status of the answer."""
    api = Api(cloud)
    integration = api.integration(
        RequestParameters={
            "append:header.x-route": "$context.routeKey",
            "overwrite:header.x-who": "${request.header.user}-x",
            "remove:querystring.secret": "''",
            "append:querystring.id": "$request.path.id",
            "overwrite:path": "/items/$request.path.id",
        },
        ResponseParameters={
            "200": {"overwrite:statuscode": "203", "append:header.x-api": "$context.apiId"}
        },
    )
    api.route("GET /pets/{id}", integration)

    reply = call(api.url, "/pets/7?secret=1&b=2", headers={"User": "ana"})

    event = reply.value
    assert ("GET /pets/{id}", "ana-x") == (event["headers"]["x-route"], event["headers"]["x-who"])
    assert ({"b": "2", "id": "7"}, "/items/7") == (event["queryStringParameters"], event["rawPath"])
    assert (203, api.id) == (reply.status, reply.headers["x-api"])


def signed(cloud: Any, url: str, key: Credentials | None = None) -> dict[str, str]:
    """Return the headers of a GET signed for execute-api."""
    key = key or Credentials(cloud.cloud.access_key_id, cloud.cloud.secret_access_key)
    request = AWSRequest("GET", url)
    SigV4Auth(key, "execute-api", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def test_an_iam_route_takes_whom_iam_lets(cloud: Any):
    """Signed by somebody with execute-api:Invoke on stage, method and path; else 403."""
    api = Api(cloud)
    api.route("GET /{proxy+}", AuthorizationType="AWS_IAM")
    iam, name = cloud.client("iam"), f"user-{api.id}"
    user = iam.create_user(UserName=name)["User"]
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.id}/$default/GET/open"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    key = Credentials(made["AccessKeyId"], made["SecretAccessKey"])

    allowed = call(api.url, "/open", headers=signed(cloud, f"{api.url}/open", key))
    denied = call(api.url, "/shut", headers=signed(cloud, f"{api.url}/shut", key))

    part = allowed.value["requestContext"]["authorizer"]["iam"]
    assert (user["Arn"], user["UserId"]) == (part["userArn"], part["userId"])
    assert (403, {"message": "Forbidden"}) == denied.told
    assert (403, {"message": "Forbidden"}) == call(api.url, "/open").told
    assert 200 == call(api.url, "/shut", headers=signed(cloud, f"{api.url}/shut")).status


AUTHORIZER = """
import os
def handler(event, context):
    print("ASKED", event.get("routeArn") or event["methodArn"])
    token = (event.get("identitySource") or [""])[0]
    context = {"who": "ana", "type": event["type"]}
    return {"isAuthorized": token == "open sesame", "context": context}
"""


def authorizer(api: Api, source: str, **settings: Any) -> tuple[str, str]:
    """Deploy an authorizer function; return its name and the authorizer's id."""
    name = api.cloud.deploy(source)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    made = api.client.create_authorizer(
        ApiId=api.id,
        Name="door",
        AuthorizerType="REQUEST",
        AuthorizerUri=f"{LAMBDA_PATH}/functions/{arn}/invocations",
        **{
            "AuthorizerPayloadFormatVersion": "2.0",
            "EnableSimpleResponses": True,
            "IdentitySource": ["$request.header.Door"],
        }
        | settings,
    )
    api.allow(name, f"authorizers/{made['AuthorizerId']}")
    return name, made["AuthorizerId"]


def test_a_lambda_authorizer_decides_with_a_simple_response(cloud: Any):
    """Missing identity 401, no 403, yes with its context in the event."""
    api = Api(cloud)
    name, identifier = authorizer(api, AUTHORIZER)
    api.route("GET /a", AuthorizationType="CUSTOM", AuthorizerId=identifier)

    missing, refused, let_in = (
        call(api.url, "/a", headers=headers)
        for headers in ({}, {"Door": "x"}, {"Door": "open sesame"})
    )

    assert (401, {"message": "Unauthorized"}) == missing.told
    assert (403, {"message": "Forbidden"}) == refused.told
    context = let_in.value["requestContext"]["authorizer"]
    assert {"lambda": {"who": "ana", "type": "REQUEST"}} == context
    assert 2 == len(cloud.records(name, "invocation.started"))
    old = api.integration(PROXY_1, PayloadFormatVersion="1.0")
    api.route("GET /b", old, AuthorizationType="CUSTOM", AuthorizerId=identifier)
    answer = call(api.url, "/b", headers={"Door": "open sesame"})
    told = {"claims": None, "scopes": None, "who": "ana", "type": "REQUEST"}
    assert told == json.loads(answer.body)["requestContext"]["authorizer"]


def test_answers_of_an_authorizer_are_kept_for_its_time_to_live(cloud: Any):
    """With a time to live the same identity is asked about once."""
    api = Api(cloud)
    name, identifier = authorizer(api, AUTHORIZER, AuthorizerResultTtlInSeconds=300)
    for key in ("GET /a", "GET /b"):
        api.route(key, AuthorizationType="CUSTOM", AuthorizerId=identifier)

    for path in ("/a", "/a", "/b"):
        assert 200 == call(api.url, path, headers={"Door": "open sesame"}).status
    assert 1 == len(cloud.records(name, "invocation.started"))
    api.client.reset_authorizers_cache(ApiId=api.id, StageName="$default")
    call(api.url, "/a", headers={"Door": "open sesame"})
    assert 2 == len(cloud.records(name, "invocation.started"))


def test_an_authorizer_of_format_1_answers_with_a_policy(cloud: Any):
    """Format 1.0 gets methodArn and authorizationToken, and its policy decides per route."""
    api = Api(cloud)
    source = (
        "def handler(event, context): return {'principalId': event['authorizationToken'],"
        " 'context': {'n': 1}, 'policyDocument': {'Version': '2012-10-17', 'Statement': [{"
        "'Action': 'execute-api:Invoke', 'Effect': 'Allow',"
        " 'Resource': event['methodArn'].replace('/b', '/a')}]}}"
    )
    _, identifier = authorizer(
        api, source, AuthorizerPayloadFormatVersion="1.0", EnableSimpleResponses=False
    )
    for key in ("GET /a", "GET /b"):
        api.route(key, AuthorizationType="CUSTOM", AuthorizerId=identifier)

    let_in, refused = (call(api.url, path, headers={"Door": "me"}) for path in ("/a", "/b"))

    assert {"n": 1} == let_in.value["requestContext"]["authorizer"]["lambda"]
    assert (403, {"message": "Forbidden"}) == refused.told


@pytest.mark.parametrize(
    "source",
    ["def handler(event, context): 1 / 0", "def handler(event, context): return 'yes'"],
)
def test_a_failing_authorizer_is_a_500(cloud: Any, source: str):
    """An authorizer that fails or answers nonsense is the API's error, not the caller's."""
    api = Api(cloud)
    _, identifier = authorizer(api, source)
    api.route("GET /a", AuthorizationType="CUSTOM", AuthorizerId=identifier)

    assert SERVER_ERROR == call(api.url, "/a", headers={"Door": "x"}).told


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[str, RSAKey]]:
    """An issuer of tokens on this machine: its address and its key."""
    key = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})
    keys = json.dumps(KeySet([key]).as_dict(private=False)).encode()

    class Published(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{self.server.server_address[1]}"  # type: ignore[str-bytes-safe]
            found = self.path.endswith("openid-configuration")
            body = json.dumps({"jwks_uri": f"{url}/keys"}).encode() if found else keys
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Published)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", key
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def guarded(cloud: Any, issuer: tuple[str, RSAKey]) -> Api:
    """An API whose routes want a token of the issuer, one of them with a scope."""
    api = Api(cloud)
    made = api.client.create_authorizer(
        ApiId=api.id,
        Name="tokens",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer[0], "Audience": ["shop"]},
    )
    echo = api.integration()
    wanted = {"AuthorizationType": "JWT", "AuthorizerId": made["AuthorizerId"]}
    api.route("GET /a", echo, **wanted)
    api.route("GET /scoped", echo, **wanted, AuthorizationScopes=["read", "write"])
    return api


def bearer(issuer: tuple[str, RSAKey], key: RSAKey | None = None, **claims: Any) -> dict[str, str]:
    """Return the header with a token of the issuer."""
    whole = {"iss": issuer[0], "aud": "shop", "exp": int(time.time()) + 60, "sub": "ana"} | claims
    kept = {name: value for name, value in whole.items() if value is not None}
    token = jwt.encode({"alg": "RS256", "kid": "one"}, kept, key or issuer[1])
    return {"Authorization": f"Bearer {token}"}


def test_a_token_of_the_issuer_opens_and_its_claims_are_in_the_event(
    guarded: Api, issuer: tuple[str, RSAKey]
):
    """requestContext.authorizer.jwt has the claims as text, and scopes where the route wants."""
    plain = call(guarded.url, "/a", headers=bearer(issuer, groups=["x", "y"]))
    scoped = call(guarded.url, "/scoped", headers=bearer(issuer, scope="read other"))

    given = plain.value["requestContext"]["authorizer"]["jwt"]
    assert ("ana", "[x y]", None) == (
        given["claims"]["sub"],
        given["claims"]["groups"],
        given["scopes"],
    )
    assert ["read", "other"] == scoped.value["requestContext"]["authorizer"]["jwt"]["scopes"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "else"},
        {"aud": None, "client_id": "else"},
        {"exp": 1},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
    ],
)
def test_a_token_with_a_wrong_claim_is_unauthorized(
    guarded: Api, issuer: tuple[str, RSAKey], claims: dict[str, Any]
):
    """Issuer, audience and times are checked: 401 with the reason in WWW-Authenticate."""
    reply = call(guarded.url, "/a", headers=bearer(issuer, **claims))

    assert (401, {"message": "Unauthorized"}) == reply.told
    assert 'error="invalid_token"' in reply.headers["www-authenticate"]


def test_forged_and_missing_tokens_are_unauthorized(guarded: Api, issuer: tuple[str, RSAKey]):
    """A key of somebody else, the algorithm none, garbage, and nothing are all 401."""
    other = RSAKey.generate_key(2048)
    stolen = bearer(issuer)["Authorization"]
    unsigned = "Bearer eyJhbGciOiJub25lIn0." + stolen.split(".")[1] + "."

    for headers in (
        bearer(issuer, other),
        {"Authorization": unsigned},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Bearer " + "x" * 5000},
        {},
    ):
        assert (401, {"message": "Unauthorized"}) == call(guarded.url, "/a", headers=headers).told


def test_a_token_without_the_scope_is_forbidden(guarded: Api, issuer: tuple[str, RSAKey]):
    """A route's scopes want one of theirs in the token: 403 otherwise."""
    reply = call(guarded.url, "/scoped", headers=bearer(issuer, scope="other"))

    assert (403, {"message": "Forbidden"}) == reply.told
    assert 'error="insufficient_scope"' in reply.headers["www-authenticate"]


def test_a_user_pool_of_this_account_is_an_issuer(cloud: Any):
    """Tokens of Cognito open a route whose issuer is the pool."""
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="shop", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ana")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="ana", Password="Secret-123", Permanent=True
    )
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ana", "PASSWORD": "Secret-123"},
    )["AuthenticationResult"]
    api = Api(cloud)
    made = api.client.create_authorizer(
        ApiId=api.id,
        Name="people",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={
            "Issuer": f"https://cognito-idp.us-east-1.amazonaws.com/{pool}",
            "Audience": [client],
        },
    )
    api.route("GET /a", AuthorizationType="JWT", AuthorizerId=made["AuthorizerId"])

    for kind in ("IdToken", "AccessToken"):
        headers = {"Authorization": f"Bearer {tokens[kind]}"}
        assert 200 == call(api.url, "/a", headers=headers).status, kind


def test_an_http_proxy_reaches_this_machine_and_nothing_else(cloud: Any, issuer: Any):
    """HTTP_PROXY forwards to loopback; elsewhere the answer says that there is no network."""
    api = Api(cloud)
    for key, uri in (("GET /here", f"{issuer[0]}/keys"), ("GET /there", "https://example.com/")):
        made = api.client.create_integration(
            ApiId=api.id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="GET",
            IntegrationUri=uri,
            PayloadFormatVersion="1.0",
        )
        api.route(key, made["IntegrationId"])

    assert "keys" in call(api.url, "/here").value
    mapped = api.client.create_integration(
        ApiId=api.id,
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri=issuer[0],
        PayloadFormatVersion="1.0",
        RequestParameters={"overwrite:path": "/.well-known/$request.path.name"},
    )
    api.route("GET /mapped/{name}", mapped["IntegrationId"])
    assert "jwks_uri" in call(api.url, "/mapped/openid-configuration").value
    assert 503 == (there := call(api.url, "/there")).status
    assert "reaches nothing else" in there.value["message"]


def test_access_logs_are_written_in_the_stages_format(cloud: Any):
    """Each request is one line of the log group, with $context variables filled."""
    logs, group = cloud.client("logs"), f"/api/{secrets.token_hex(4)}"
    logs.create_log_group(logGroupName=group)
    api = Api(cloud)
    api.route("GET /a")
    api.client.update_stage(
        ApiId=api.id,
        StageName="$default",
        AccessLogSettings={
            "DestinationArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}",
            "Format": '{"m":"$context.httpMethod","r":"$context.routeKey","s":"$context.status",'
            '"ip":"$context.identity.sourceIp","x":"$context.unknown"}',
        },
    )

    call(api.url, "/a")
    call(api.url, "/b")

    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    lines = logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
    )["events"]
    first, second = (json.loads(line["message"]) for line in lines)
    assert {"m": "GET", "r": "GET /a", "s": "200", "ip": "127.0.0.1", "x": "-"} == first
    assert ("404", "$default") == (second["s"], second["r"])


@pytest.mark.parametrize(
    ("operation", "settings", "words"),
    [
        ("create_route", {"RouteKey": "FETCH /a"}, "not formatted properly for HTTP protocol"),
        ("create_route", {"RouteKey": "GET a"}, "not formatted properly for HTTP protocol"),
        (
            "create_route",
            {"RouteKey": "GET /a", "Target": "integrations/absent"},
            "Invalid Integration identifier specified absent",
        ),
        (
            "create_integration",
            {"IntegrationType": "AWS_PROXY", "IntegrationUri": "x"},
            "PayloadFormatVersion is a required parameter",
        ),
        ("create_integration", {"IntegrationType": "MOCK"}, "only support AWS_PROXY"),
        (
            "create_integration",
            {
                "IntegrationType": "HTTP_PROXY",
                "IntegrationUri": "http://127.0.0.1",
                "TimeoutInMillis": 40_000,
            },
            "between 50 ms and 30000 ms",
        ),
        ("create_stage", {"StageName": "a b"}, "Stage name only allows"),
        ("get_stage", {"StageName": "absent"}, "NotFoundException"),
        ("get_deployment", {"DeploymentId": "absent"}, "NotFoundException"),
        ("create_deployment", {}, "At least one route is required"),
        (
            "create_authorizer",
            {"Name": "a", "AuthorizerType": "JWT", "IdentitySource": ["$request.header.A"]},
            "Issuer is required",
        ),
        (
            "update_integration",
            {"IntegrationId": "absent"},
            "Invalid Integration identifier specified absent",
        ),
    ],
)
def test_a_wrong_call_of_the_api_is_refused(
    cloud: Any, operation: str, settings: dict[str, Any], words: str
):
    """Each check has its sentence."""
    client = cloud.client("apigatewayv2")
    api_id = client.create_api(Name="x", ProtocolType="HTTP")["ApiId"]

    with pytest.raises(ClientError, match=words):
        getattr(client, operation)(ApiId=api_id, **settings)


def test_a_second_route_with_a_key_is_a_conflict(shop: Api):
    """One route per key."""
    with pytest.raises(ClientError, match="Route with key GET / already exists for this API"):
        shop.client.create_route(ApiId=shop.id, RouteKey="GET /")


def test_an_api_that_is_gone_or_switched_off_answers_nobody(cloud: Any):
    """A deleted API is forbidden, one with its endpoint disabled is not found."""
    api = Api(cloud)
    api.route("$default")
    api.client.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)

    assert NOT_FOUND == call(api.url).told
    api.client.delete_api(ApiId=api.id)
    assert (403, {"message": "Forbidden"}) == call(api.url).told


def test_each_request_leaves_one_record(cloud: Any):
    """Whoever watches sees front, route, status, function and request id."""
    api = Api(cloud)
    name = cloud.deploy(ECHO)
    api.allow(name)
    api.route("GET /pets/{id}", api.integrate(name))

    call(api.url, "/pets/7")

    (record,) = cloud.records(name, "http.answered")
    assert ("http-api", api.id, "GET", "/pets/7", 200, "GET /pets/{id}") == tuple(
        record[member] for member in ("front", "id", "method", "path", "status", "route")
    )
    (started,) = cloud.records(name, "invocation.started")
    assert started["request_id"] == record["request_id"]


def test_only_whom_iam_lets_makes_an_api_and_hands_it_a_role(cloud: Any):
    """A restricted user needs apigateway's verbs on paths, and iam:PassRole for credentials."""
    iam, name = cloud.client("iam"), f"user-{secrets.token_hex(4)}"
    iam.create_user(UserName=name)
    statement = {
        "Effect": "Allow",
        "Action": ["apigateway:POST", "apigateway:PATCH"],
        "Resource": ["arn:aws:apigateway:us-east-1::/apis", "arn:aws:apigateway:*::/apis/*"],
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    client = botocore.session.Session().create_client(
        "apigatewayv2",
        endpoint_url=cloud.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    api_id = client.create_api(Name="x", ProtocolType="HTTP")["ApiId"]
    made = {
        "ApiId": api_id,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
        "PayloadFormatVersion": "2.0",
    }

    assert client.create_stage(ApiId=api_id, StageName="s", AutoDeploy=True)
    assert client.update_stage(ApiId=api_id, StageName="s", Description="d")
    assert client.create_integration(**made)
    with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole"):
        client.create_integration(**made, CredentialsArn=cloud.role_arn)
    for refused in (client.get_api, client.get_stages, client.get_deployments):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused(ApiId=api_id)


def test_an_integrations_role_is_asked_instead_of_the_functions_policy(cloud: Any):
    """With credentials the role must allow lambda:InvokeFunction, and no policy is needed."""
    iam, api = cloud.client("iam"), Api(cloud)
    name = cloud.deploy(ECHO)
    trust = {"Service": "apigateway.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    role = iam.create_role(RoleName=f"api-{api.id}", AssumeRolePolicyDocument=json.dumps(document))
    api.route("$default", api.integrate(name, CredentialsArn=role["Role"]["Arn"]))

    assert SERVER_ERROR == call(api.url).told
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    iam.put_role_policy(
        RoleName=f"api-{api.id}",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    assert 200 == call(api.url).status


def test_many_at_once_and_functions_that_call_their_api_do_not_deadlock(cloud: Any):
    """Functions behind an API that call it again all get their answers."""
    api = Api(cloud)
    name = cloud.deploy(
        "import json, os, urllib.request\n"
        "def handler(event, context):\n"
        "    depth = int(event['pathParameters']['depth'])\n"
        "    if depth == 0:\n"
        "        return 0\n"
        "    with urllib.request.urlopen(f\"{os.environ['URL']}/{depth - 1}\") as answer:\n"
        "        return json.load(answer) + 1\n",
        Timeout=60,
        Environment={"Variables": {"URL": api.url}},
    )
    api.allow(name)
    api.route("GET /{depth}", api.integrate(name))
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda: replies.append(call(api.url, "/2"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [b"2"] * 6 == [reply.body for reply in replies]


TEMPLATE = """
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {{Name: shop, ProtocolType: HTTP}}
  Echo:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: {arn}
      PayloadFormatVersion: "2.0"
  Pets:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: GET /pets
      Target: !Join ["/", [integrations, !Ref Echo]]
  Prod:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {{ApiId: !Ref Api, StageName: prod, AutoDeploy: true}}
  May:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: {arn}
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub "arn:aws:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*/*/pets"
Outputs:
  Url:
    Value: !GetAtt Api.ApiEndpoint
"""


def test_a_stack_makes_an_http_api_that_works(cloud: Any):
    """Api, Integration, Route and Stage of a template answer at the endpoint it puts out."""
    stacks, name = cloud.client("cloudformation"), cloud.deploy(ECHO)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    stacks.create_stack(StackName=name, TemplateBody=TEMPLATE.format(arn=arn))
    stacks.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    (output,) = stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]

    assert "GET /pets" == call(output["OutputValue"], "/prod/pets").value["routeKey"]

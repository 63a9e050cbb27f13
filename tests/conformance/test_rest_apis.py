"""REST APIs call functions, and answer, as API Gateway's documentation says."""

from __future__ import annotations

import json
import secrets
import threading
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conformance.rest_api import ECHO, RestApi, fetch

ANSWERS = """
import time
def handler(event, context):
    how = (event.get("queryStringParameters") or {}).get("how") or event.get("how")
    if how == "raise":
        raise ValueError("no such pet")
    if how == "sleep":
        time.sleep(2)
    return {
        "text": "just text",
        "none": None,
        "empty": {},
        "no-status": {"body": "fine"},
        "unknown-member": {"statusCode": 200, "cookies": ["a=b"]},
        "text-status": {"statusCode": "201", "body": "made"},
        "bad-status": {"statusCode": "soon"},
        "body-object": {"statusCode": 200, "body": {"a": 1}},
        "headers-list": {"statusCode": 200, "headers": ["a"]},
        "headers": {"statusCode": 200,
                    "headers": {"X-One": "1", "X-Flag": True, "WWW-Authenticate": "Basic"},
                    "multiValueHeaders": {"X-Two": ["a", "b"]}, "body": "x"},
        "binary": {"statusCode": 200, "headers": {"Content-Type": "image/png"},
                   "body": "aGk=", "isBase64Encoded": True},
        "large": {"statusCode": 200, "body": "x" * 6_400_000},
        "event": event,
    }[how or "event"]
"""
AUTHORIZER = """
import json, os
def handler(event, context):
    token = event.get("authorizationToken") or event["headers"].get("X-Token", "")
    print(token)
    if token == "nobody":
        raise Exception("Unauthorized")
    if token == "broken":
        return {"principalId": "x"}
    effect = "Deny" if token == "deny" else "Allow"
    resource = "arn:aws:execute-api:us-east-1:1:other/*" if token == "else" else event["methodArn"]
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": "user-" + token,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"level": 7, "admin": True, "name": "Ana", "type": event["type"],
                    "keys": ",".join(sorted(event))},
    }
"""


@pytest.fixture(scope="module")
def echo(cloud: Any) -> str:
    """A function that answers with its event."""
    return cloud.deploy(ECHO)


@pytest.fixture(scope="module")
def answers(cloud: Any) -> str:
    """A function that answers in many ways."""
    return cloud.deploy(ANSWERS, Timeout=30)


@pytest.fixture(scope="module")
def authorizer(cloud: Any) -> str:
    """An authorizer function."""
    return cloud.deploy(AUTHORIZER)


@pytest.fixture(scope="module")
def proxies(cloud: Any, echo: str, answers: str) -> RestApi:
    """An API of proxy integrations, deployed."""
    api = RestApi(cloud)
    api.proxy("ANY", "/pets/{id}", echo)
    api.proxy("GET", "/pets/mine", echo)
    api.proxy("ANY", "/files/{name+}", echo)
    api.proxy("GET", "/answers", answers)
    api.proxy("GET", "/", echo)
    api.allow(echo)
    api.allow(answers)
    api.deploy(variables={"color": "blue"})
    return api


@pytest.fixture
def api(cloud: Any) -> RestApi:
    """An API of the test's own."""
    return RestApi(cloud)


def test_the_event_of_a_proxy_integration(proxies: RestApi):
    """Payload 1.0: each member of the documentation, with single and repeated values."""
    reply = proxies.call(
        "/pets/a%20b?x=1&x=2&y=%26",
        method="POST",
        body="hi",
        headers={"X-One": "1", "Content-Type": "text/plain", "User-Agent": "test"},
    )
    event = reply.value
    context = event["requestContext"]

    members = "resource path httpMethod headers multiValueHeaders queryStringParameters "
    members += "multiValueQueryStringParameters pathParameters stageVariables requestContext "
    assert sorted((members + "body isBase64Encoded").split()) == sorted(event)
    assert "/pets/{id}" == event["resource"]
    assert "/pets/a%20b" == event["path"]
    assert "POST" == event["httpMethod"]
    assert {"x": "2", "y": "&"} == event["queryStringParameters"]
    assert {"x": ["1", "2"], "y": ["&"]} == event["multiValueQueryStringParameters"]
    assert {"id": "a%20b"} == event["pathParameters"]
    assert {"color": "blue"} == event["stageVariables"]
    assert ("hi", False) == (event["body"], event["isBase64Encoded"])
    assert "1" == event["headers"]["X-One"]
    assert ["1"] == event["multiValueHeaders"]["X-One"]
    assert f"{proxies.id}.execute-api.us-east-1.amazonaws.com" == event["headers"]["Host"]
    known = {
        "accountId": "123456789012",
        "apiId": proxies.id,
        "domainPrefix": proxies.id,
        "httpMethod": "POST",
        "path": "/dev/pets/a%20b",
        "protocol": "HTTP/1.1",
        "resourceId": proxies.resource("/pets/{id}"),
        "resourcePath": "/pets/{id}",
        "stage": "dev",
    }
    assert known == {name: context[name] for name in known}
    named = "domainName extendedRequestId identity requestId requestTime requestTimeEpoch"
    assert {*named.split(), *known, "deploymentId"} == {*context}
    assert ("127.0.0.1", "test") == (
        context["identity"]["sourceIp"],
        context["identity"]["userAgent"],
    )
    assert context["requestId"] == reply.headers["x-amzn-requestid"]


def test_members_without_a_value_are_null(proxies: RestApi):
    """Parameters and body are null, not empty, when a request has none."""
    event = proxies.call("/pets/mine").value

    names = ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body"]
    assert [None] * 4 == [event[name] for name in names]


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ("/pets/{id}", "/pets/7"),
        ("/pets/mine", "/pets/mine"),
        ("/files/{name+}", "/files/a/b/c"),
        ("/", ""),
        ("/", "/"),
    ],
)
def test_literal_names_go_before_parameters_and_those_before_greedy_ones(
    proxies: RestApi, resource: str, path: str
):
    """The most particular resource answers."""
    assert resource == proxies.call(path).value["resource"]


def test_a_verb_that_the_particular_resource_lacks_goes_to_any(proxies: RestApi):
    """POST /pets/mine meets ANY /pets/{id}."""
    assert "/pets/{id}" == proxies.call("/pets/mine", method="POST").value["resource"]


@pytest.mark.parametrize("path", ["/none", "/pets", "/pets/1/2"])
def test_an_unknown_path_wants_an_authentication_token(proxies: RestApi, path: str):
    """403 Missing Authentication Token, for a path or a verb that the API lacks."""
    reply = proxies.call(path)

    assert (403, {"message": "Missing Authentication Token"}) == (reply.status, reply.value)
    assert "MissingAuthenticationTokenException" == reply.headers["x-amzn-errortype"]
    assert 403 == proxies.call("/", method="DELETE").status


def test_an_unknown_stage_or_api_is_forbidden(cloud: Any, proxies: RestApi):
    """403 Forbidden."""
    for target in (f"/_aws/execute-api/{proxies.id}/prod/", "/_aws/execute-api/nothing00/dev/"):
        reply = fetch(cloud, target)
        assert (403, {"message": "Forbidden"}) == (reply.status, reply.value)


def test_the_host_name_of_aws_reaches_the_api(cloud: Any, proxies: RestApi):
    """<id>.execute-api.<region>.amazonaws.com/<stage> sent as Host, as on AWS."""
    host = f"{proxies.id}.execute-api.us-east-1.amazonaws.com"
    reply = fetch(cloud, "/dev/pets/7", headers={"Host": host})

    assert "7" == reply.value["pathParameters"]["id"]


@pytest.mark.parametrize(
    ("status", "how"),
    [
        (502, "text"),
        (502, "none"),
        (200, "empty"),
        (200, "no-status"),
        (502, "unknown-member"),
        (201, "text-status"),
        (502, "bad-status"),
        (502, "body-object"),
        (502, "headers-list"),
        (502, "raise"),
        (502, "large"),
    ],
)
def test_what_a_function_may_answer(proxies: RestApi, status: int, how: str):
    """A malformed answer or a function error is a 502 that tells nothing."""
    reply = proxies.call(f"/answers?how={how}")

    assert status == reply.status
    if status == 502:
        assert {"message": "Internal server error"} == reply.value
        assert "InternalServerErrorException" == reply.headers["x-amzn-errortype"]


def test_headers_of_both_kinds_are_sent(proxies: RestApi):
    """headers and multiValueHeaders add up; JSON is the content type unless one is named."""
    reply = proxies.call("/answers?how=headers")

    assert ("1", "true") == (reply.headers["x-one"], reply.headers["x-flag"])
    assert "Basic" == reply.headers["x-amzn-remapped-www-authenticate"]
    assert ["a", "b"] == [value for name, value in reply.pairs if name == "X-Two"]
    assert "application/json" == reply.headers["content-type"]
    assert reply.headers["x-amz-apigw-id"]
    assert reply.headers["x-amzn-trace-id"].startswith("Root=1-")


def test_binary_answers_want_a_binary_media_type_and_accept(cloud: Any, answers: str):
    """isBase64Encoded is decoded for callers that accept a binary type; others get the text."""
    api = RestApi(cloud, binaryMediaTypes=["image/png"])
    api.proxy("ANY", "/", answers)
    api.allow(answers)
    api.deploy()

    assert b"hi" == api.call("/?how=binary", headers={"Accept": "image/png"}).body
    assert b"aGk=" == api.call("/?how=binary", headers={"Accept": "text/html"}).body


def test_binary_requests_come_as_base64(cloud: Any, echo: str):
    """A body of a binary media type is base64 in the event; another is text."""
    api = RestApi(cloud)
    api.proxy("ANY", "/", echo)
    api.allow(echo)
    patch = [{"op": "add", "path": "/binaryMediaTypes/application~1octet-stream"}]
    api.client.update_rest_api(restApiId=api.id, patchOperations=patch)
    api.deploy()

    kinds = {"application/octet-stream": ("AAE=", True), "text/plain": ("\x00\x01", False)}
    for kind, expected in kinds.items():
        event = api.call("/", method="POST", body=b"\0\1", headers={"Content-Type": kind}).value
        assert expected == (event["body"], event["isBase64Encoded"])


def test_a_function_that_does_not_let_the_api_in(cloud: Any, api: RestApi, echo: str):
    """500 Internal server error, until the function's policy names this API and path."""
    api.proxy("GET", "/pets/{id}", echo)
    api.deploy()
    reply = api.call("/pets/7")
    api.allow(echo, "dev/GET/pets/*")

    assert (500, {"message": "Internal server error"}) == (reply.status, reply.value)
    assert 200 == api.call("/pets/7").status


def test_an_integration_gives_up_after_its_timeout(api: RestApi, answers: str):
    """504 Endpoint request timed out, after timeoutInMillis."""
    named = api.proxy("GET", "/", answers)
    patch = [{"op": "replace", "path": "/timeoutInMillis", "value": "300"}]
    api.client.update_integration(**named, patchOperations=patch)
    api.allow(answers)
    api.deploy()
    reply = api.call("/?how=sleep")

    assert (504, {"message": "Endpoint request timed out"}) == (reply.status, reply.value)


def test_a_body_above_the_limits(proxies: RestApi):
    """Above 10 MB the gateway refuses, above 6 MB the function's event is too large."""
    gateway = proxies.call("/pets/1", method="POST", body=b"x" * (10 * 1024 * 1024 + 1))
    function = proxies.call("/pets/1", method="POST", body=b"x" * (7 * 1024 * 1024))

    assert (413, "HTTP content length exceeded 10485760 bytes.") == (
        gateway.status,
        gateway.value["message"],
    )
    assert (413, "Request Too Long") == (function.status, function.value["message"])


def test_changes_are_not_live_before_a_deployment(api: RestApi):
    """A stage serves its deployment; another deployment, or a roll-back, is another answer."""
    named = api.mock("GET", "/", "one")
    first = api.deploy(variables={"kept": "yes"})
    patch = [{"op": "replace", "path": "/responseTemplates/application~1json", "value": "two"}]
    api.client.update_integration_response(**named, statusCode="200", patchOperations=patch)
    before = api.call("/").body
    api.deploy()
    after = api.call("/").body
    back = [{"op": "replace", "path": "/deploymentId", "value": first}]
    stage = api.client.update_stage(restApiId=api.id, stageName="dev", patchOperations=back)

    assert (b"one", b"two", b"one") == (before, after, api.call("/").body)
    assert {"kept": "yes"} == stage["variables"]


def test_stages_of_one_api_are_apart(cloud: Any, api: RestApi):
    """Each stage has its deployment and its variables, which count at once."""
    api.mock("GET", "/", "$context.stage $stageVariables.color")
    deployment = api.deploy(variables={"color": "red"})
    api.client.create_stage(
        restApiId=api.id, stageName="prod", deploymentId=deployment, variables={"color": "green"}
    )
    patch = [{"op": "replace", "path": "/variables/color", "value": "blue"}]
    api.client.update_stage(restApiId=api.id, stageName="dev", patchOperations=patch)

    assert b"dev blue" == api.call("/").body
    assert b"prod green" == fetch(cloud, f"/_aws/execute-api/{api.id}/prod/").body


def test_a_stage_variable_chooses_the_alias(cloud: Any, api: RestApi, echo: str):
    """${stageVariables.alias} in an integration's URI is filled for each stage."""
    cloud.functions.publish_version(FunctionName=echo)
    cloud.functions.create_alias(FunctionName=echo, Name="live", FunctionVersion="1")
    named = api.method("GET", "/")
    uri = api.uri(echo + ":${stageVariables.alias}")
    api.client.put_integration(**named, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    cloud.functions.add_permission(
        FunctionName=echo,
        Qualifier="live",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    api.deploy(variables={"alias": "live"})

    assert 200 == api.call("/").status


def custom(api: RestApi, function: str, **integration: Any) -> dict[str, str]:
    """Put POST / as a custom integration that answers 200, or 404 where a pet is missing."""
    named = api.method("POST", "/")
    api.client.put_integration(
        **named, type="AWS", integrationHttpMethod="POST", uri=api.uri(function), **integration
    )
    for status, pattern, template in (
        ("200", "", "$input.json('$')"),
        ("404", ".*no such.*", '{"error": $input.json("$.errorMessage")}'),
    ):
        api.client.put_method_response(
            **named, statusCode=status, responseParameters={"method.response.header.X-How": True}
        )
        api.client.put_integration_response(
            **named,
            statusCode=status,
            selectionPattern=pattern,
            responseTemplates={"application/json": template},
            responseParameters={"method.response.header.X-How": "'mapped'"},
        )
    api.allow(function)
    return named


def test_a_mapping_template_makes_the_event(api: RestApi, answers: str):
    """A custom integration's function gets what the template makes of the request."""
    template = """{"how": "event", "name": $input.json('$.name'), "stage": "$context.stage",
      "q": "$input.params('q')", "all": {#foreach($k in $input.params().querystring.keySet())
      "$k": "$util.escapeJavaScript($input.params().querystring.get($k))"#if($foreach.hasNext),#end
      #end}}"""
    custom(api, answers, requestTemplates={"application/json": template})
    api.deploy()
    reply = api.call("/?q=1&r=2", method="POST", body='{"name": "Rex"}')

    expected = {
        "how": "event",
        "name": "Rex",
        "stage": "dev",
        "q": "1",
        "all": {"q": "1", "r": "2"},
    }
    assert (200, expected) == (reply.status, reply.value)
    assert "mapped" == reply.headers["x-how"]


def test_an_error_message_chooses_the_response(api: RestApi, answers: str):
    """selectionPattern is matched against errorMessage, all of it."""
    custom(api, answers)
    api.deploy()
    reply = api.call("/", method="POST", body='{"how": "raise"}')

    assert (404, {"error": "no such pet"}) == (reply.status, reply.value)


@pytest.mark.parametrize(
    ("status", "behavior", "kind"),
    [
        (200, "WHEN_NO_MATCH", "text/json"),
        (415, "WHEN_NO_TEMPLATES", "text/json"),
        (415, "NEVER", "text/json"),
        (200, "NEVER", "application/json"),
    ],
)
def test_passthrough_behavior(api: RestApi, answers: str, status: int, behavior: str, kind: str):
    """A body without a template passes, or is refused as Unsupported Media Type."""
    templates = {"application/json": '{"how": "event"}'}
    custom(api, answers, requestTemplates=templates, passthroughBehavior=behavior)
    api.deploy()
    reply = api.call("/", method="POST", body='{"how": "event"}', headers={"Content-Type": kind})

    assert status == reply.status
    if status == 415:
        assert {"message": "Unsupported Media Type"} == reply.value


def test_an_asynchronous_call_answers_at_once(cloud: Any, api: RestApi):
    """X-Amz-Invocation-Type 'Event' queues the event; the function runs afterwards."""
    function = cloud.deploy("def handler(event, context):\n    print('ran', event['n'])\n")
    custom(
        api,
        function,
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
    )
    api.deploy()
    reply = api.call("/", method="POST", body='{"n": 7}')
    waiting = threading.Event()

    assert 200 == reply.status
    for _ in range(500):
        if cloud.records(function, "invocation.finished"):
            break
        waiting.wait(0.02)
    assert 1 == len(cloud.records(function, "invocation.finished"))


def test_mock_answers_cors_preflights(api: RestApi):
    """OPTIONS with a MOCK integration and response parameters, as the console makes it."""
    named = api.mock("OPTIONS", "/", "")
    parameters = {"method.response.header.Access-Control-Allow-Origin": "'*'"}
    api.client.put_method_response(
        **named, statusCode="200", responseParameters=dict.fromkeys(parameters, True)
    )
    api.client.put_integration_response(
        **named, statusCode="200", responseParameters=parameters, responseTemplates={}
    )
    api.deploy()
    reply = api.call("/", method="OPTIONS", headers={"Origin": "https://shop.example"})

    assert (200, "*") == (reply.status, reply.headers["access-control-allow-origin"])


def test_a_template_overrides_status_and_headers(api: RestApi):
    """$context.responseOverride of a response template wins."""
    template = """#set($context.responseOverride.status = 418)
#set($context.responseOverride.header.X-Tea = "yes")
tea"""
    api.mock("GET", "/", template)
    api.deploy()
    reply = api.call("/")

    assert (418, "yes", b"tea") == (reply.status, reply.headers["x-tea"], reply.body)


@pytest.mark.parametrize("template", ["#if(", '{"statusCode": "soon"}', ""])
def test_a_broken_mock_is_an_internal_error(api: RestApi, template: str):
    """500, whether the template cannot be read or gives no statusCode."""
    named = api.method("GET", "/")
    templates = {"application/json": template} if template else {}
    api.client.put_integration(**named, type="MOCK", requestTemplates=templates)
    api.client.put_integration_response(**named, statusCode="200")
    api.deploy()
    reply = api.call("/")

    assert (500, {"message": "Internal server error"}) == (reply.status, reply.value)


def test_request_validators(api: RestApi):
    """Parameters first, then the body by its model, which may name another one."""
    client = api.client
    client.create_model(
        restApiId=api.id,
        name="Name",
        contentType="application/json",
        schema=json.dumps({"type": "string", "minLength": 2}),
    )
    ref = f"https://apigateway.amazonaws.com/restapis/{api.id}/models/Name"
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"name": {"$ref": ref}},
        "required": ["name"],
    }
    client.create_model(
        restApiId=api.id, name="Pet", contentType="application/json", schema=json.dumps(schema)
    )
    validator = client.create_request_validator(
        restApiId=api.id, name="all", validateRequestBody=True, validateRequestParameters=True
    )
    api.mock(
        "POST",
        "/",
        requestValidatorId=validator["id"],
        requestModels={"application/json": "Pet"},
        requestParameters={
            "method.request.querystring.q": True,
            "method.request.header.X-Key": True,
            "method.request.querystring.other": False,
        },
    )
    api.deploy()
    missing = api.call("/", method="POST", body="{}")
    good = {"method": "POST", "headers": {"x-key": "1"}}

    assert 400 == missing.status
    assert {"message": "Missing required request parameters: [X-Key, q]"} == missing.value
    assert "BadRequestException" == missing.headers["x-amzn-errortype"]
    for body in ("{}", '{"name": "x"}', '{"name": 7}', "[]", "{", ""):
        reply = api.call("/?q=1", body=body, **good)
        assert (400, {"message": "Invalid request body"}) == (reply.status, reply.value)
    assert 200 == api.call("/?q=1", body='{"name": "Rex"}', **good).status


def plan(api: RestApi, **limits: Any) -> tuple[str, str, str]:
    """Give the API's stage a usage plan and a key; return plan, key and the key's value."""
    stages = [{"apiId": api.id, "stage": "dev"}]
    made = api.client.create_usage_plan(name="plan", apiStages=stages, **limits)
    key = api.client.create_api_key(name="key", enabled=True)
    api.client.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return made["id"], key["id"], key["value"]


def test_api_keys(api: RestApi):
    """A method that wants a key takes one of a plan for its stage, enabled; else Forbidden."""
    api.mock("GET", "/", "$context.identity.apiKeyId", apiKeyRequired=True)
    api.deploy()
    _, key_id, value = plan(api)
    stranger = api.client.create_api_key(name="stranger", enabled=True)["value"]

    for headers in ({}, {"x-api-key": "nobody"}, {"x-api-key": stranger}):
        reply = api.call("/", headers=headers)
        assert (403, {"message": "Forbidden"}) == (reply.status, reply.value)
        assert "ForbiddenException" == reply.headers["x-amzn-errortype"]
    assert key_id.encode() == api.call("/", headers={"X-API-Key": value}).body
    off = [{"op": "replace", "path": "/enabled", "value": "false"}]
    api.client.update_api_key(apiKey=key_id, patchOperations=off)
    assert 403 == api.call("/", headers={"x-api-key": value}).status


def test_a_quota_is_used_up(api: RestApi):
    """429 Limit Exceeded; GetUsage counts, UpdateUsage gives more."""
    api.mock("GET", "/", apiKeyRequired=True)
    api.deploy()
    plan_id, key_id, value = plan(api, quota={"limit": 2, "period": "DAY"})
    headers = {"x-api-key": value}
    statuses = [api.call("/", headers=headers).status for _ in range(2)]
    refused = api.call("/", headers=headers)
    date = f"{parsedate_to_datetime(refused.headers['date']):%Y-%m-%d}"
    usage = api.client.get_usage(usagePlanId=plan_id, startDate=date, endDate=date)
    more = [{"op": "replace", "path": "/remaining", "value": "1"}]
    api.client.update_usage(usagePlanId=plan_id, keyId=key_id, patchOperations=more)

    assert [200, 200] == statuses
    assert (429, {"message": "Limit Exceeded"}) == (refused.status, refused.value)
    assert "LimitExceededException" == refused.headers["x-amzn-errortype"]
    assert {key_id: [[2, 0]]} == usage["items"]
    assert [200, 429] == [api.call("/", headers=headers).status for _ in range(2)]


def test_a_plan_throttles(api: RestApi):
    """429 Too Many Requests beyond the burst."""
    api.mock("GET", "/", apiKeyRequired=True)
    api.deploy()
    _, _, value = plan(api, throttle={"rateLimit": 0.01, "burstLimit": 2})
    replies = [api.call("/", headers={"x-api-key": value}) for _ in range(3)]

    assert [200, 200, 429] == [reply.status for reply in replies]
    assert {"message": "Too Many Requests"} == replies[-1].value


def test_a_stage_throttles_a_method(api: RestApi):
    """A method's settings in a stage bound all its callers, and no other method's."""
    api.mock("GET", "/pets")
    api.mock("GET", "/free")
    api.deploy()
    prefix = "/~1pets/GET/throttling"
    patch = [
        {"op": "replace", "path": f"{prefix}/rateLimit", "value": "0.01"},
        {"op": "replace", "path": f"{prefix}/burstLimit", "value": "1"},
    ]
    api.client.update_stage(restApiId=api.id, stageName="dev", patchOperations=patch)

    assert [200, 429] == [api.call("/pets").status for _ in range(2)]
    assert [200, 200] == [api.call("/free").status for _ in range(2)]


def authorized(api: RestApi, function: str, echo: str, **settings: Any) -> str:
    """Put GET / behind an authorizer function; return the authorizer's id."""
    made = api.client.create_authorizer(
        restApiId=api.id, name="authorizer", authorizerUri=api.uri(function), **settings
    )
    api.proxy("GET", "/", echo, authorizationType="CUSTOM", authorizerId=made["id"])
    api.proxy("GET", "/two", echo, authorizationType="CUSTOM", authorizerId=made["id"])
    api.allow(function, f"authorizers/{made['id']}")
    api.allow(echo)
    api.deploy()
    return str(made["id"])


TOKEN = {"type": "TOKEN", "identitySource": "method.request.header.X-Token"}


def test_a_token_authorizer(api: RestApi, authorizer: str, echo: str):
    """Allow, deny, implicit deny, Unauthorized, and an answer that is no policy."""
    authorized(api, authorizer, echo, authorizerResultTtlInSeconds=0, **TOKEN)

    def call(token: str | None) -> Any:
        return api.call("/", headers={"X-Token": token} if token else {})

    context = call("ana").value["requestContext"]["authorizer"]
    assert ("user-ana", "7", "true", "Ana") == tuple(
        context[name] for name in ("principalId", "level", "admin", "name")
    )
    assert isinstance(context["integrationLatency"], int)
    assert "authorizationToken,methodArn,type" == context["keys"]
    expected = {
        None: (401, {"message": "Unauthorized"}, "UnauthorizedException"),
        "nobody": (401, {"message": "Unauthorized"}, "UnauthorizedException"),
        "else": (
            403,
            {"Message": "User is not authorized to access this resource"},
            "AccessDeniedException",
        ),
        "deny": (
            403,
            {"Message": "User is not authorized to access this resource with an explicit deny"},
            "AccessDeniedException",
        ),
        "broken": (500, {"message": None}, "AuthorizerConfigurationException"),
    }
    for token, wanted in expected.items():
        reply = call(token)
        assert wanted == (reply.status, reply.value, reply.headers["x-amzn-errortype"])


def test_an_expression_refuses_tokens_before_the_function_runs(cloud: Any, api: RestApi, echo: str):
    """identityValidationExpression: 401, and no invocation."""
    function = cloud.deploy(AUTHORIZER)
    authorized(api, function, echo, identityValidationExpression="a[a-z]+", **TOKEN)

    assert 401 == api.call("/", headers={"X-Token": "bob"}).status
    assert [] == cloud.records(function)
    assert 200 == api.call("/", headers={"X-Token": "ana"}).status


def test_an_answer_is_kept_for_its_token(cloud: Any, api: RestApi, echo: str):
    """A policy is asked for once in its TTL; it holds for other methods too, as it says."""
    function = cloud.deploy(AUTHORIZER)
    authorized(api, function, echo, authorizerResultTtlInSeconds=300, **TOKEN)

    def runs() -> int:
        groups = cloud.streams(function).values()
        return sum(line.startswith("START") for lines in groups for line in lines)

    assert [200, 200] == [api.call("/", headers={"X-Token": "ana"}).status for _ in range(2)]
    assert 1 == runs()
    # the policy that was kept names the first method only
    assert 403 == api.call("/two", headers={"X-Token": "ana"}).status
    api.client.flush_stage_authorizers_cache(restApiId=api.id, stageName="dev")
    assert 200 == api.call("/two", headers={"X-Token": "ana"}).status
    assert 2 == runs()


def test_a_request_authorizer(api: RestApi, authorizer: str, echo: str):
    """It sees the request; a missing identity source is a 401 without asking."""
    sources = "method.request.header.X-Token,method.request.querystring.q"
    authorized(api, authorizer, echo, type="REQUEST", identitySource=sources)
    reply = api.call("/?q=1", headers={"X-Token": "ana"})
    context = reply.value["requestContext"]["authorizer"]

    assert ("REQUEST", "user-ana") == (context["type"], context["principalId"])
    members = "headers httpMethod methodArn multiValueHeaders multiValueQueryStringParameters path "
    members += "pathParameters queryStringParameters requestContext resource stageVariables type"
    assert members.replace(" ", ",") == context["keys"]
    assert 401 == api.call("/", headers={"X-Token": "ana"}).status


def test_test_invoke_authorizer(api: RestApi, authorizer: str, echo: str):
    """TestInvokeAuthorizer asks the function, and shows principal, policy and status."""
    named = {"restApiId": api.id, "authorizerId": authorized(api, authorizer, echo, **TOKEN)}
    tested = api.client.test_invoke_authorizer(**named, headers={"X-Token": "ana"})
    refused = api.client.test_invoke_authorizer(**named, headers={"X-Token": "nobody"})

    assert (200, "user-ana") == (tested["clientStatus"], tested["principalId"])
    assert "execute-api:Invoke" in tested["policy"]
    assert 401 == refused["clientStatus"]
    with pytest.raises(ClientError, match="Invalid Authorizer identifier"):
        api.client.test_invoke_authorizer(**{**named, "authorizerId": "nobody"})


def test_an_authorizer_that_may_not_be_called(api: RestApi, authorizer: str):
    """500 with message null, when the authorizer's policy does not name it."""
    made = api.client.create_authorizer(
        restApiId=api.id, name="a", authorizerUri=api.uri(authorizer), **TOKEN
    )
    api.mock("GET", "/", authorizationType="CUSTOM", authorizerId=made["id"])
    api.deploy()
    reply = api.call("/", headers={"X-Token": "ana"})

    assert (500, {"message": None}) == (reply.status, reply.value)


def test_iam_authorization(cloud: Any, api: RestApi, echo: str):
    """AWS_IAM wants a signature for execute-api, and an identity that may invoke."""
    api.proxy("GET", "/", echo, authorizationType="AWS_IAM")
    api.allow(echo)
    api.deploy()
    iam = cloud.client("iam")
    name = f"u-{api.id}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    key = Credentials(made["AccessKeyId"], made["SecretAccessKey"])

    def call(signer: Credentials | None) -> Any:
        url = f"{cloud.cloud.endpoint}/_aws/execute-api/{api.id}/dev/"
        request = AWSRequest("GET", url)
        if signer:
            SigV4Auth(signer, "execute-api", "us-east-1").add_auth(request)
        return api.call("/", headers=dict(request.headers.items()))

    unsigned, stranger = call(None), call(key)
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:us-east-1:123456789012:{api.id}/dev/GET/*",
    }
    iam.put_user_policy(
        UserName=name,
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    friend = call(key)

    assert (403, {"message": "Missing Authentication Token"}) == (unsigned.status, unsigned.value)
    assert 403 == stranger.status
    assert "is not authorized to perform: execute-api:Invoke" in stranger.value["Message"]
    assert "********9012" in stranger.value["Message"]
    identity = friend.value["requestContext"]["identity"]
    assert (made["AccessKeyId"], f"arn:aws:iam::123456789012:user/{name}") == (
        identity["accessKey"],
        identity["userArn"],
    )


def test_cognito_user_pools(cloud: Any, api: RestApi, echo: str):
    """A pool's identity token passes, with its claims; another text does not."""
    idp = cloud.client("cognito-idp")
    pool = idp.create_user_pool(PoolName="pool")["UserPool"]
    client_id = idp.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"]
    )["UserPoolClient"]["ClientId"]
    idp.admin_create_user(UserPoolId=pool["Id"], Username="ana", TemporaryPassword="Passw0rd!")
    idp.admin_set_user_password(
        UserPoolId=pool["Id"], Username="ana", Password="Passw0rd!", Permanent=True
    )
    tokens = idp.admin_initiate_auth(
        UserPoolId=pool["Id"],
        ClientId=client_id,
        AuthFlow="ADMIN_NO_SRP_AUTH",
        AuthParameters={"USERNAME": "ana", "PASSWORD": "Passw0rd!"},
    )["AuthenticationResult"]
    made = api.client.create_authorizer(
        restApiId=api.id,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool["Arn"]],
        identitySource="method.request.header.Authorization",
    )
    api.proxy("GET", "/", echo, authorizationType="COGNITO_USER_POOLS", authorizerId=made["id"])
    api.allow(echo)
    api.deploy()
    reply = api.call("/", headers={"Authorization": tokens["IdToken"]})

    assert "ana" == reply.value["requestContext"]["authorizer"]["claims"]["cognito:username"]
    for token in (tokens["AccessToken"], "x.y.z", tokens["IdToken"][:-8]):
        refused = api.call("/", headers={"Authorization": token})
        assert (401, {"message": "Unauthorized"}) == (refused.status, refused.value)
    assert 401 == api.call("/").status


def test_a_resource_policy_denies(cloud: Any):
    """The API's own policy is asked before anything else."""
    everybody = {"Principal": "*", "Action": "execute-api:Invoke"}
    statements = [
        {"Effect": "Allow", "Resource": "execute-api:/*", **everybody},
        {"Effect": "Deny", "Resource": "execute-api:/dev/GET/secret", **everybody},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    api = RestApi(cloud, policy=policy)
    api.mock("GET", "/open")
    api.mock("GET", "/secret")
    api.deploy()
    reply = api.call("/secret")

    assert 200 == api.call("/open").status
    assert 403 == reply.status
    assert reply.value["Message"].startswith("User: anonymous is not authorized to perform")


def test_gateway_responses(api: RestApi):
    """An API words its own refusals: one type, or all of 4XX, with headers and templates."""
    api.mock("GET", "/", apiKeyRequired=True)
    worded = '{"why": $context.error.messageString, "type": "$context.error.responseType"}'
    for kind, status, template in (
        ("MISSING_AUTHENTICATION_TOKEN", "404", '{"no": "$context.path"}'),
        ("DEFAULT_4XX", None, worded),
    ):
        api.client.put_gateway_response(
            restApiId=api.id,
            responseType=kind,
            **({"statusCode": status} if status else {}),
            responseTemplates={"application/json": template},
            responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
        )
    api.deploy()
    missing, keyless = api.call("/none"), api.call("/")

    assert (404, {"no": "/dev/none"}) == (missing.status, missing.value)
    assert (403, {"why": "Forbidden", "type": "INVALID_API_KEY"}) == (keyless.status, keyless.value)
    assert "*" == keyless.headers["access-control-allow-origin"]


def test_http_proxy_reaches_this_machine_only(cloud: Any, api: RestApi):
    """HTTP_PROXY passes a request to a server on this machine; nothing else is reached."""
    for path, uri in (
        ("/health", f"{cloud.cloud.endpoint}/_kit/health"),
        ("/away", "http://example.com/"),
        ("/file", "https://127.0.0.1/"),
    ):
        named = api.method("GET", path)
        api.client.put_integration(**named, type="HTTP_PROXY", integrationHttpMethod="GET", uri=uri)
    api.deploy()

    assert "ready" == api.call("/health").value["status"]
    assert [500, 500] == [api.call("/away").status, api.call("/file").status]


def test_test_invoke_method(api: RestApi, answers: str):
    """TestInvokeMethod runs what is not deployed yet, with a log, without keys or callers."""
    named = custom(api, answers, requestTemplates={"application/json": '{"how": "event"}'})
    tested = api.client.test_invoke_method(**named, pathWithQueryString="/?q=1", body="{}")

    assert (200, {"how": "event"}) == (tested["status"], json.loads(tested["body"]))
    assert "Method completed with status: 200" in tested["log"]
    assert 'Endpoint request body after transformations: {"how": "event"}' in tested["log"]
    assert "mapped" == tested["headers"]["X-How"]
    with pytest.raises(ClientError, match="Invalid Method identifier"):
        api.client.test_invoke_method(**{**named, "httpMethod": "PUT"})


def test_an_openapi_document_becomes_an_api(cloud: Any, api: RestApi, echo: str):
    """ImportRestApi with integrations, ANY, validators and models gives an API that works."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": api.uri(echo)}
    schema = {"type": "object", "required": ["name"]}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    document = {
        "openapi": "3.0.1",
        "info": {"title": "shop", "version": "1"},
        "x-amazon-apigateway-request-validators": {"body": {"validateRequestBody": True}},
        "components": {"schemas": {"Pet": schema}},
        "paths": {
            "/pets/{id}": {
                "x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": integration}
            },
            "/pets": {
                "post": {
                    "x-amazon-apigateway-request-validator": "body",
                    "requestBody": {"content": body},
                    "responses": {"200": {"description": "ok"}},
                    "x-amazon-apigateway-integration": integration,
                }
            },
        },
    }
    api.id = api.client.import_rest_api(body=json.dumps(document).encode())["id"]
    api.allow(echo)
    api.deploy()

    assert "7" == api.call("/pets/7").value["pathParameters"]["id"]
    assert 400 == api.call("/pets", method="POST", body="{}").status
    assert 200 == api.call("/pets", method="POST", body='{"name": "Rex"}').status
    swagger = {"swagger": "2.0", "info": {"title": "s", "version": "1"}, "paths": {}}
    api.client.put_rest_api(restApiId=api.id, mode="overwrite", body=json.dumps(swagger).encode())
    assert ["/"] == [r["path"] for r in api.client.get_resources(restApiId=api.id)["items"]]


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Role: ROLE
      InlineCode: |
        import json
        def handler(event, context):
            return {"statusCode": 200, "body": json.dumps(event["pathParameters"])}
      Events:
        Pet:
          Type: Api
          Properties: {Path: "/pets/{id}", Method: get}
Outputs:
  Api: {Value: !Ref ServerlessRestApi}
"""


def test_a_sam_template_makes_an_api_that_answers(cloud: Any):
    """An event of type Api becomes an OpenAPI document, a deployment, a stage and a permission."""
    stacks, name = cloud.client("cloudformation"), f"s-{secrets.token_hex(4)}"
    stacks.create_stack(
        StackName=name,
        TemplateBody=SAM.replace("ROLE", cloud.role_arn),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    stacks.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 200}
    )
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    (output,) = stack["Outputs"]
    reply = fetch(cloud, f"/_aws/execute-api/{output['OutputValue']}/Prod/pets/7")

    assert (200, {"id": "7"}) == (reply.status, reply.value)


@pytest.mark.parametrize(
    ("code", "operation", "arguments"),
    [
        ("NotFoundException", "get_rest_api", {"restApiId": "nothing000"}),
        ("NotFoundException", "delete_rest_api", {"restApiId": "nothing000"}),
        ("ConflictException", "create_resource", {"pathPart": "pets"}),
        ("BadRequestException", "create_resource", {"pathPart": "a b"}),
        ("NotFoundException", "create_stage", {"stageName": "s", "deploymentId": "nothing000"}),
        ("BadRequestException", "create_deployment", {}),
        ("ConflictException", "put_method", {"authorizationType": "NONE"}),
        ("BadRequestException", "put_integration", {"type": "AWS_PROXY"}),
        ("BadRequestException", "put_integration", {"type": "MOCK", "timeoutInMillis": 49}),
        (
            "BadRequestException",
            "update_rest_api",
            {"patchOperations": [{"op": "replace", "path": "/no"}]},
        ),
    ],
)
def test_errors_of_the_control_plane(
    api: RestApi, code: str, operation: str, arguments: dict[str, Any]
):
    """AWS's error codes, where moto would fail or agree."""
    api.resource("/pets")
    api.method("GET", "/pets")
    given = {"restApiId": api.id} | arguments
    if operation == "create_resource":
        given["parentId"] = api.root
    if operation in ("put_method", "put_integration"):
        given |= {"resourceId": api.resource("/pets"), "httpMethod": "GET"}

    with pytest.raises(ClientError) as raised:
        getattr(api.client, operation)(**given)
    assert code == raised.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/resources/{root}/methods/GET", b"{"),
        ("POST", "/resources/{root}/methods/GET", b'{"headers": [1], "pathWithQueryString": 7}'),
        ("PATCH", "", b'{"patchOperations": [{"op": "x"}]}'),
        ("PATCH", "", b'{"patchOperations": {}}'),
        ("PUT", "?mode=merge", b'{"openapi": "3.0.0", "paths": []}'),
        ("PUT", "?mode=merge", b'{"openapi": "3.0.0", "paths": {"/a": 7}}'),
    ],
)
def test_malformed_requests_are_bad_requests(
    cloud: Any, proxies: RestApi, method: str, path: str, body: bytes
):
    """400, whatever is sent to the control plane."""
    target = f"/restapis/{proxies.id}{path.format(root=proxies.root)}"
    request = AWSRequest(method, cloud.cloud.endpoint + target, data=body)
    key = Credentials(cloud.cloud.access_key_id, cloud.cloud.secret_access_key)
    SigV4Auth(key, "apigateway", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())

    assert 400 == fetch(cloud, target, method=method, body=body, headers=headers).status


def test_a_deleted_api_or_stage_answers_no_more(cloud: Any, api: RestApi):
    """Callers are Forbidden as soon as it is gone; so are those of a disabled endpoint."""
    api.mock("GET", "/")
    api.deploy()
    assert 200 == api.call("/").status
    patch = [{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}]
    api.client.update_rest_api(restApiId=api.id, patchOperations=patch)
    assert 200 == api.call("/").status
    api.deploy()
    assert 403 == api.call("/").status
    api.client.delete_rest_api(restApiId=api.id)
    assert 403 == api.call("/").status


def test_a_request_is_recorded(proxies: RestApi):
    """One record says which front, path and status, and which invocation it was."""
    proxies.call("/pets/recorded")
    found = [
        record
        for record in proxies.account.cloud.records()["records"]
        if record["kind"] == "http.answered" and record["path"] == "/pets/recorded"
    ]

    assert [("rest-api", proxies.id, "/pets/{id}", 200)] == [
        (record["front"], record["id"], record["route"], record["status"]) for record in found
    ]
    assert found[0]["request_id"]


def test_many_callers_at_once(proxies: RestApi):
    """Requests do not wait for each other."""
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: statuses.append(proxies.call(f"/pets/{n}").status))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [200] * 12 == statuses

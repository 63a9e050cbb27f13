"""API Gateway's own API through boto3: statuses, members, pages and refusals, as AWS has them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.rest_api import RestApi

Ask = Callable[[Any, RestApi], Any]
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def api(cloud: Any) -> RestApi:
    """An API with a method at its root and at /pets, deployed to dev."""
    api = RestApi(cloud)
    api.mock("GET", "/")
    named = api.method("POST", "/pets")
    api.client.put_integration(**named, type="MOCK")
    api.client.put_method_response(**named, statusCode="200")
    api.method("PUT", "/bare")
    api.client.put_integration(**api.method("GET", "/{proxy+}"), type="MOCK")
    api.client.create_model(
        restApiId=api.id, name="Pet", contentType="application/json", schema='{"type": "object"}'
    )
    api.client.put_method(
        restApiId=api.id,
        resourceId=api.resource("/models"),
        httpMethod="GET",
        authorizationType="NONE",
        requestModels={"application/json": "Pet"},
    )
    api.client.delete_method(restApiId=api.id, resourceId=api.resource("/bare"), httpMethod="PUT")
    api.client.put_integration(
        restApiId=api.id, resourceId=api.resource("/models"), httpMethod="GET", type="MOCK"
    )
    api.deploy()
    return api


def status(answer: dict[str, Any]) -> int:
    """Return an answer's HTTP status."""
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def told(answer: dict[str, Any], *without: str) -> dict[str, Any]:
    """Return what an answer tells, without members whose values differ each time."""
    return {n: v for n, v in answer.items() if n not in ("ResponseMetadata", *without)}


def test_a_new_api_tells_its_defaults_and_no_more(cloud: Any):
    """201, without version, media types and tags that it was not given."""
    client = cloud.client("apigateway")
    made = client.create_rest_api(name="least")
    defaults = {
        "name": "least",
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        "disableExecuteApiEndpoint": False,
    }

    assert (201, defaults) == (status(made), told(made, "id", "createdDate", "rootResourceId"))
    shown = client.get_rest_api(restApiId=made["id"])
    assert defaults | {"tags": {}} == told(shown, "id", "createdDate", "rootResourceId")
    assert 202 == status(client.delete_rest_api(restApiId=made["id"]))


def test_what_an_api_was_given_is_told(cloud: Any):
    """Version, media types, compression and tags; a private API speaks both kinds of IP."""
    given = {
        "version": "v1",
        "binaryMediaTypes": ["image/png"],
        "minimumCompressionSize": 0,
        "tags": {"team": "pets"},
    }
    client = cloud.client("apigateway")
    made = client.create_rest_api(
        name="most", endpointConfiguration={"types": ["PRIVATE"]}, **given
    )

    assert given == {name: made[name] for name in given}
    assert {"types": ["PRIVATE"], "ipAddressType": "dualstack"} == made["endpointConfiguration"]


def test_tags_of_an_api_come_and_go(api: RestApi):
    """TagResource, UntagResource and GetTags by the API's ARN."""
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"

    api.client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    api.client.untag_resource(resourceArn=arn, tagKeys=["a"])

    assert {"b": "2"} == api.client.get_tags(resourceArn=arn)["tags"]
    assert {"b": "2"} == api.client.get_rest_api(restApiId=api.id)["tags"]


def test_lists_come_in_pages(api: RestApi):
    """A limit gives a position to go on from, until there is nothing more."""
    client = api.client
    pages = [
        len(page["items"])
        for page in client.get_paginator("get_resources").paginate(
            restApiId=api.id, PaginationConfig={"PageSize": 2}
        )
    ]

    assert [2, 2, 1] == pages
    assert "position" not in client.get_resources(restApiId=api.id)


def test_resources_name_their_methods_and_show_them_when_asked(api: RestApi):
    """resourceMethods is {"POST": {}}, and whole with embed=methods."""

    def methods(**more: Any) -> Any:
        found = api.client.get_resources(restApiId=api.id, **more)["items"]
        return next(r for r in found if r["path"] == "/pets")["resourceMethods"]

    assert {"POST": {}} == methods()
    assert "MOCK" == methods(embed=["methods"])["POST"]["methodIntegration"]["type"]


def test_a_method_shows_what_it_has(api: RestApi):
    """Its integration and responses, and nothing empty."""
    pets = {"restApiId": api.id, "resourceId": api.resource("/pets"), "httpMethod": "POST"}

    shown = {
        "httpMethod": "POST",
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        "methodResponses": {"200": {"statusCode": "200"}},
        "methodIntegration": {
            "type": "MOCK",
            "passthroughBehavior": "WHEN_NO_MATCH",
            "timeoutInMillis": 29000,
            "cacheNamespace": api.resource("/pets"),
            "cacheKeyParameters": [],
        },
    }
    assert shown == told(api.client.get_method(**pets))


def test_a_stage_tells_its_defaults(api: RestApi):
    """Dates, cache, tracing; the defaults of a method's settings beside the one that was set."""
    stage = api.client.update_stage(
        restApiId=api.id,
        stageName="dev",
        patchOperations=[{"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "123"}],
    )
    settings = stage["methodSettings"]["*/*"]

    assert {
        "stageName": "dev",
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "tracingEnabled": False,
    } == told(stage, "deploymentId", "createdDate", "lastUpdatedDate", "methodSettings")
    assert stage["createdDate"] <= stage["lastUpdatedDate"]
    assert (123, 10000.0, False) == (
        settings["throttlingBurstLimit"],
        settings["throttlingRateLimit"],
        settings["cacheDataEncrypted"],
    )


def test_a_deployment_tells_its_id_and_date(cloud: Any):
    """Description only where there is one; the stage gets its own."""
    api = RestApi(cloud)
    api.mock("GET", "/")

    made = api.client.create_deployment(restApiId=api.id, stageName="s", stageDescription="first")

    assert (201, {"id", "createdDate"}) == (status(made), {*told(made)})
    assert "first" == api.client.get_stage(restApiId=api.id, stageName="s")["description"]


def test_gateway_responses_have_defaults_until_an_api_has_its_own(cloud: Any):
    """All 21 types are listed; DEFAULT_5XX words every 5XX that has none of its own."""
    api = RestApi(cloud)
    missing = {"restApiId": api.id, "responseType": "MISSING_AUTHENTICATION_TOKEN"}
    default = {
        "responseType": "MISSING_AUTHENTICATION_TOKEN",
        "statusCode": "403",
        "responseParameters": {},
        "responseTemplates": {"application/json": '{"message":$context.error.messageString}'},
        "defaultResponse": True,
    }

    assert default == told(api.client.get_gateway_response(**missing))
    own = api.client.put_gateway_response(**missing, statusCode="404")
    assert default | {"statusCode": "404", "defaultResponse": False} == told(own)
    api.client.put_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX", statusCode="599")
    listed = {
        r["responseType"]: r for r in api.client.get_gateway_responses(restApiId=api.id)["items"]
    }
    assert (21, "599", True) == (
        len(listed),
        listed["INTEGRATION_TIMEOUT"]["statusCode"],
        listed["INTEGRATION_TIMEOUT"]["defaultResponse"],
    )
    api.client.delete_gateway_response(**missing)
    assert default == told(api.client.get_gateway_response(**missing))


def test_keys_hide_their_value_and_plans_tell_their_quota(cloud: Any, api: RestApi):
    """A value is told when it is made, or asked for."""
    client = api.client
    key = client.create_api_key(name="k", enabled=True)
    plan = client.create_usage_plan(
        name="p",
        apiStages=[{"apiId": api.id, "stage": "dev"}],
        quota={"limit": 5, "period": "DAY"},
        throttle={"rateLimit": 2, "burstLimit": 1},
    )

    assert 40 == len(key["value"])
    assert "value" not in client.get_api_key(apiKey=key["id"])
    assert key["value"] == client.get_api_key(apiKey=key["id"], includeValue=True)["value"]
    assert ({"limit": 5, "offset": 0, "period": "DAY"}, 2.0) == (
        plan["quota"],
        plan["throttle"]["rateLimit"],
    )


def test_a_function_is_integrated_by_post_only(cloud: Any):
    """AWS_PROXY with another integrationHttpMethod answers 500, whoever may invoke."""
    function = cloud.deploy("def handler(event, context): return {'statusCode': 200}")
    api = RestApi(cloud)
    named = api.method("GET", "/")
    api.client.put_integration(
        **named, type="AWS_PROXY", integrationHttpMethod="GET", uri=api.uri(function)
    )
    api.allow(function)
    api.deploy()

    answer = api.call("/")

    assert (500, {"message": "Internal server error"}) == (answer.status, answer.value)


def test_a_stage_writes_access_logs(cloud: Any):
    """One line for each request, of an answer as of a refusal, in the stage's format."""
    logs, group = cloud.client("logs"), f"/rest/{secrets.token_hex(4)}"
    logs.create_log_group(logGroupName=group)
    api = RestApi(cloud)
    api.mock("GET", "/a")
    api.deploy()
    form = "$context.httpMethod $context.resourcePath $context.status $context.identity.sourceIp"
    settings = {
        "destinationArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}",
        "format": f"{form} $context.none",
    }
    api.client.update_stage(
        restApiId=api.id,
        stageName="dev",
        patchOperations=[
            {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
            for name, value in settings.items()
        ],
    )

    statuses = [api.call(path).status for path in ("/a", "/b")]

    lines = logs.filter_log_events(logGroupName=group)["events"]
    assert [200, 403] == statuses
    assert ["GET /a 200 127.0.0.1 -", "GET - 403 127.0.0.1 -"] == [e["message"] for e in lines]
    assert settings == api.client.get_stage(restApiId=api.id, stageName="dev")["accessLogSettings"]


def at(path: str, verb: str = "POST") -> Callable[[RestApi], dict[str, str]]:
    """Return what names a method."""
    return lambda api: {
        "restApiId": api.id,
        "resourceId": api.resource(path),
        "httpMethod": verb,
    }


def patch(path: str, verb: str = "replace", value: str = "x") -> list[dict[str, str]]:
    """Return one patch operation."""
    return [{"op": verb, "path": path, "value": value}]


METHODS = "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
WRONG_OP = (
    "1 validation error detected: Value 'wrong' at 'updateRestApiInput.patchOperations.1.member.op'"
    " failed to satisfy constraint: Member must satisfy enum value set: "
    "[add, remove, move, test, replace, copy]"
)
REFUSALS: dict[str, tuple[str, int, str, Ask]] = {
    "empty description": (
        "BadRequestException",
        400,
        "Description cannot be an empty string",
        lambda c, a: c.create_rest_api(name="x", description=""),
    ),
    "compression": (
        "BadRequestException",
        400,
        "Invalid minimum compression size, must be between 0 and 10485760",
        lambda c, a: c.create_rest_api(name="x", minimumCompressionSize=-1),
    ),
    "two endpoint types": (
        "BadRequestException",
        400,
        "Cannot create an api with multiple Endpoint Types.",
        lambda c, a: c.create_rest_api(
            name="x", endpointConfiguration={"types": ["EDGE", "REGIONAL"]}
        ),
    ),
    "unknown api": (
        "NotFoundException",
        404,
        f"Invalid API identifier specified {ACCOUNT}:none",
        lambda c, a: c.get_rest_api(restApiId="none"),
    ),
    "unknown verb of a patch": (
        "ValidationException",
        400,
        WRONG_OP,
        lambda c, a: c.update_rest_api(restApiId=a.id, patchOperations=patch("/name", "wrong")),
    ),
    "unknown path of a patch": (
        "BadRequestException",
        400,
        "Invalid patch path /none",
        lambda c, a: c.update_rest_api(restApiId=a.id, patchOperations=patch("/none")),
    ),
    "resource of an unknown api": (
        "NotFoundException",
        404,
        "Invalid Resource identifier specified",
        lambda c, a: c.put_method(
            restApiId="none", resourceId="r", httpMethod="GET", authorizationType="NONE"
        ),
    ),
    "unknown parent": (
        "NotFoundException",
        404,
        "Invalid Resource identifier specified",
        lambda c, a: c.create_resource(restApiId=a.id, parentId="none", pathPart="x"),
    ),
    "child of a greedy variable": (
        "BadRequestException",
        400,
        "Cannot create a child of a resource with a greedy path variable: {proxy+}",
        lambda c, a: c.create_resource(
            restApiId=a.id, parentId=a.resource("/{proxy+}"), pathPart="x"
        ),
    ),
    "root resource": (
        "BadRequestException",
        400,
        "Root resource cannot update its pathPart.",
        lambda c, a: c.update_resource(
            restApiId=a.id, resourceId=a.root, patchOperations=patch("/pathPart")
        ),
    ),
    "unknown verb": (
        "BadRequestException",
        400,
        f"Invalid HttpMethod specified. Valid options are {METHODS}",
        lambda c, a: c.put_method(**at("/pets", "FOO")(a), authorizationType="NONE"),
    ),
    "unknown model": (
        "BadRequestException",
        400,
        "Invalid model identifier specified: None",
        lambda c, a: c.put_method(
            **at("/pets", "PUT")(a),
            authorizationType="NONE",
            requestModels={"application/json": "None"},
        ),
    ),
    "unknown validator": (
        "BadRequestException",
        400,
        "Invalid Request Validator identifier specified",
        lambda c, a: c.put_method(
            **at("/pets", "PUT")(a), authorizationType="NONE", requestValidatorId="none"
        ),
    ),
    "one name of two parameters": (
        "BadRequestException",
        400,
        "Parameter names must be unique across querystring, header and path",
        lambda c, a: c.put_method(
            **at("/pets", "PUT")(a),
            authorizationType="NONE",
            requestParameters={
                "method.request.header.a": True,
                "method.request.querystring.a": True,
            },
        ),
    ),
    "unknown type of integration": (
        "ValidationException",
        400,
        "1 validation error detected: Value 'FOO' at 'putIntegrationInput.type' failed to satisfy "
        "constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
        lambda c, a: c.put_integration(**at("/pets")(a), type="FOO"),
    ),
    "second response": (
        "ConflictException",
        409,
        "Response already exists for this resource",
        lambda c, a: c.put_method_response(**at("/pets")(a), statusCode="200"),
    ),
    "unknown response": (
        "NotFoundException",
        404,
        "Invalid Response status code specified",
        lambda c, a: c.get_method_response(**at("/pets")(a), statusCode="404"),
    ),
    "undeclared header": (
        "BadRequestException",
        400,
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        "[Invalid mapping expression parameter specified: method.response.header.X]",
        lambda c, a: c.put_integration_response(
            **at("/pets")(a),
            statusCode="200",
            responseParameters={"method.response.header.X": "'x'"},
        ),
    ),
    "unknown method": (
        "NotFoundException",
        404,
        "Invalid Method identifier specified",
        lambda c, a: c.delete_method(**at("/pets", "PATCH")(a)),
    ),
    "unknown deployment": (
        "NotFoundException",
        404,
        "Invalid Deployment identifier specified",
        lambda c, a: c.get_deployment(restApiId=a.id, deploymentId="none"),
    ),
    "nothing to deploy": (
        "BadRequestException",
        400,
        "The REST API doesn't contain any methods",
        lambda c, a: RestApi(a.account).deploy(),
    ),
    "name of a stage": (
        "BadRequestException",
        400,
        "Stage name only allows a-zA-Z0-9_-",
        lambda c, a: c.create_deployment(restApiId=a.id, stageName="a b"),
    ),
    "model in use": (
        "ConflictException",
        409,
        "Cannot delete model 'Pet', is referenced in method request: /models/GET",
        lambda c, a: c.delete_model(restApiId=a.id, modelName="Pet"),
    ),
    "model without a schema": (
        "BadRequestException",
        400,
        "Model schema must have at least 1 property or array items defined",
        lambda c, a: c.create_model(
            restApiId=a.id, name="No", contentType="application/json", schema="{}"
        ),
    ),
    "unknown model name": (
        "NotFoundException",
        404,
        "Invalid model name specified: None",
        lambda c, a: c.get_model(restApiId=a.id, modelName="None"),
    ),
    "unknown request validator": (
        "NotFoundException",
        404,
        "Invalid Request Validator identifier specified",
        lambda c, a: c.get_request_validator(restApiId=a.id, requestValidatorId="none"),
    ),
    "gateway response without one": (
        "NotFoundException",
        404,
        "Gateway response type not defined on api",
        lambda c, a: c.delete_gateway_response(restApiId=a.id, responseType="THROTTLED"),
    ),
    "unknown authorizer": (
        "NotFoundException",
        404,
        "Invalid Authorizer identifier specified",
        lambda c, a: c.delete_authorizer(restApiId=a.id, authorizerId="none"),
    ),
    "plan of no stage": (
        "BadRequestException",
        400,
        "API Stage not found: none:dev",
        lambda c, a: c.create_usage_plan(name="x", apiStages=[{"apiId": "none", "stage": "dev"}]),
    ),
    "unknown plan": (
        "NotFoundException",
        404,
        "Invalid Usage Plan ID specified",
        lambda c, a: c.delete_usage_plan(usagePlanId="none"),
    ),
    "no document": (
        "BadRequestException",
        400,
        "Unable to build importer with provided input.",
        lambda c, a: c.import_rest_api(body=b"none"),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused(api: RestApi, case: str):
    """Each with AWS's code, status and sentence."""
    code, http_status, message, ask = REFUSALS[case]

    with pytest.raises(ClientError) as refused:
        ask(api.client, api)

    error = refused.value.response
    assert (code, message) == (error["Error"]["Code"], error["Error"]["Message"])
    assert http_status == error["ResponseMetadata"]["HTTPStatusCode"]

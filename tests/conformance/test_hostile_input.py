"""What is meant to harm: every part answers with AWS's error, soon, and nobody else waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.conftest import policy
from tests.conformance.pushing import ACCOUNT, Stage, group_with_stream, refused, until, write
from tests.conformance.rest_api import RestApi
from tests.conformance.test_http_apis import Api, call

DEEP = '{"a":' * 20_000 + "1" + "}" * 20_000
EVIL = "(a|aa)+$"
LONG = "a" * 5000 + "!"


@pytest.fixture(scope="module")
def stage(cloud: Any) -> Stage:
    """An account."""
    return Stage(cloud)


@pytest.fixture(scope="module")
def rest(cloud: Any) -> RestApi:
    """A REST API whose templates, models and authorizers are hostile."""
    api = RestApi(cloud)
    for name, template in TEMPLATES.items():
        api.mock("POST", f"/{name}", template)
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": f"^{EVIL}"}}}
    api.client.create_model(
        restApiId=api.id, name="Evil", contentType="application/json", schema=json.dumps(schema)
    )
    validator = api.client.create_request_validator(
        restApiId=api.id, name="body", validateRequestBody=True
    )["id"]
    models = {"application/json": "Evil"}
    api.mock("POST", "/model", requestModels=models, requestValidatorId=validator)
    authorizer = api.client.create_authorizer(
        restApiId=api.id,
        name="evil",
        type="TOKEN",
        authorizerUri=api.uri("f"),
        identitySource="method.request.header.X-A",
        identityValidationExpression=EVIL,
    )["id"]
    api.mock("POST", "/auth", authorizationType="CUSTOM", authorizerId=authorizer)
    api.deploy()
    return api


TEMPLATES = {
    "numbers": "#set($a=9)#foreach($i in [1..1000])#set($a=$a*$a)#end$a",
    "lists": "#set($l=[1])#foreach($i in [1..1000])#set($x=$l.addAll($l))#end$l.size()",
    "maps": '#set($m={})#foreach($i in [1..60])#set($m={"a":$m,"b":$m})#end$m',
    "equal": (
        "#set($m={})#set($n={})#foreach($i in [1..60])"
        '#set($m={"a":$m,"b":$m})#set($n={"a":$n,"b":$n})#end#if($m==$n)x#end'
    ),
    "itself": '#set($m={})#set($x=$m.put("a",$m))$m',
    "regex": f'$input.body.matches("{EVIL}")',
    "loops": "#foreach($i in [1..999])#foreach($j in [1..999])$i$j#end#end",
}


@pytest.mark.parametrize("name", sorted({*TEMPLATES} - {"regex"}))
def test_a_mapping_template_cannot_grow_or_run_without_end(rest: RestApi, name: str):
    """Numbers, lists, maps, comparisons and loops are bounded: the answer is a 500."""
    answer = rest.call(f"/{name}", method="POST", body="{}")

    assert (500, {"message": "Internal server error"}) == (answer.status, answer.value)


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/regex", LONG, {}, (200, 500)),
        ("/model", json.dumps({"a": LONG}), {}, (400, 500)),
        ("/auth", "{}", {"X-A": LONG}, (401, 500)),
        ("/model", DEEP, {}, (400,)),
    ],
)
def test_a_regular_expression_of_an_api_is_bounded(
    rest: RestApi, path: str, body: str, headers: Mapping[str, str], status: tuple[int, ...]
):
    """Templates, models and authorizers are given up when they match for too long."""
    headers = {"Content-Type": "application/json", **headers}

    assert rest.call(path, method="POST", body=body, headers=headers).status in status


@pytest.mark.parametrize(
    "query",
    ["fields " + "-" * 5000 + "1", "filter " + "not " * 2000 + "1", "filter " + "(" * 2000 + "1"],
)
def test_a_query_that_nests_too_deeply_is_malformed(stage: Stage, query: str):
    """The parser's own depth is no limit that a caller sees."""
    group, _ = group_with_stream(stage)

    code, _ = refused(
        stage.logs.start_query, logGroupName=group, startTime=0, endTime=1, queryString=query
    )
    assert "MalformedQueryException" == code


def test_a_query_that_matches_for_too_long_times_out(stage: Stage):
    """Its status is Timeout, and other calls are answered meanwhile."""
    group, _ = group_with_stream(stage)
    now = write(stage, group, *[LONG.replace("a", "ab")] * 20) // 1000
    query = stage.logs.start_query(
        logGroupName=group,
        startTime=now - 60,
        endTime=now + 60,
        queryString="filter @message like /^(([a-z])+.)+[A-Z]([a-z])+$/",
    )["queryId"]
    told = lambda: stage.logs.get_query_results(queryId=query)["status"]  # noqa: E731

    assert "Timeout" == until(lambda: told() != "Running" and told())


@pytest.mark.parametrize("operation", ["create_stack", "validate_template", "get_template_summary"])
@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("a: &a [x]\nb: [*a, *a]\nResources: {}", "YAML aliases are not allowed"),
        ('Resources: !!python/object/apply:os.system ["touch {path}"]', "YAML not well-formed"),
        (DEEP[:40_000], "YAML not well-formed"),
    ],
)
def test_a_template_cannot_explode_or_run_code(
    cloud: Any, operation: str, template: str, words: str, tmp_path: Path
):
    """Every operation that reads a template reads it safely."""
    path = tmp_path / "made"
    more = {"StackName": "hostile"} if operation == "create_stack" else {}
    method = getattr(cloud.client("cloudformation"), operation)

    code, message = refused(method, TemplateBody=template.replace("{path}", str(path)), **more)
    assert ("ValidationError", True) == (code, words in message)
    assert not path.exists()


def test_resources_that_wait_for_each_other_are_refused(cloud: Any):
    """The error names them."""
    topic = {"Type": "AWS::SNS::Topic"}
    template = {"Resources": {"A": {**topic, "DependsOn": "B"}, "B": {**topic, "DependsOn": ["A"]}}}

    assert ("ValidationError", "Circular dependency between resources: [A, B]") == refused(
        cloud.client("cloudformation").create_stack,
        StackName="circle",
        TemplateBody=json.dumps(template),
    )


def test_a_proxy_reaches_nothing_but_this_machine(cloud: Any):
    """Addresses of others, and what is no address, are server errors."""
    api = Api(cloud)
    for number, address in enumerate(
        (
            "http://169.254.169.254/latest",
            "http://localhost@169.254.169.254/",
            "http://127.0.0.1:99999/",
            "http://127.0.0.1:abc/",
        )
    ):
        made = api.client.create_integration(
            ApiId=api.id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="GET",
            IntegrationUri=address,
            PayloadFormatVersion="1.0",
        )
        api.route(f"GET /{number}", made["IntegrationId"])
        assert call(api.url, f"/{number}").status in (500, 503)


@pytest.fixture(scope="module")
def mallory(cloud: Any) -> Callable[[str], Any]:
    """Return clients of a user who may do everything but use IAM and hand over roles."""
    iam = cloud.client("iam")
    iam.create_user(UserName="mallory")
    allowed = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="mallory", PolicyName="most", PolicyDocument=document)
    key = iam.create_access_key(UserName="mallory")["AccessKey"]

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=cloud.cloud.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    return client


TRUST = json.loads(policy(Principal={"AWS": ACCOUNT}, Action="sts:AssumeRole"))


@pytest.mark.parametrize(
    ("kind", "properties", "action"),
    [
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}, "iam:CreateRole"),
        (
            "AWS::IAM::ManagedPolicy",
            {"PolicyDocument": json.loads(policy(Action="*", Resource="*"))},
            "iam:CreatePolicy",
        ),
        (
            "AWS::Lambda::Function",
            {
                "Role": "arn:aws:iam::123456789012:role/conformance",
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Code": {"ZipFile": "def handler(event, context): pass"},
            },
            "iam:PassRole",
        ),
    ],
)
def test_a_stack_may_what_its_creator_may(
    cloud: Any,
    mallory: Callable[[str], Any],
    kind: str,
    properties: dict[str, Any],
    action: str,
):
    """Without a service role a stack acts as whoever asked, so that it is no way around IAM."""
    client, name = mallory("cloudformation"), "escalation-" + action.partition(":")[2]
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps({"Resources": {"X": {"Type": kind, "Properties": properties}}}),
        Capabilities=["CAPABILITY_IAM"],
    )

    (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    (why,) = [e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
    assert "ROLLBACK_COMPLETE" == stack["StackStatus"]
    assert f"user/mallory is not authorized to perform: {action}" in why


def test_every_way_to_hand_over_a_role_needs_permission(
    cloud: Any, mallory: Callable[[str], Any], rest: RestApi
):
    """Patches, imports, destinations and feedback are ways too."""
    role, apis = cloud.role_arn, mallory("apigateway")
    topic = cloud.client("sns").create_topic(Name="hostile")["TopicArn"]
    method = rest.method("GET", "/patched")
    rest.client.put_integration(**method, type="MOCK")
    patch = [{"op": "replace", "path": "/credentials", "value": role}]
    document = {"openapi": "3.0.1", "paths": {"/": {"x": role}}}
    for call_it, parameters in (
        (apis.update_integration, {**method, "patchOperations": patch}),
        (apis.import_rest_api, {"body": json.dumps(document)}),
        (
            mallory("logs").put_destination,
            {"destinationName": "d", "targetArn": topic, "roleArn": role},
        ),
        (
            mallory("sns").set_topic_attributes,
            {
                "TopicArn": topic,
                "AttributeName": "LambdaSuccessFeedbackRoleArn",
                "AttributeValue": role,
            },
        ),
    ):
        assert "is not authorized to perform: iam:PassRole" in refused(call_it, **parameters)[1]


@pytest.mark.parametrize("wrong", [5, "x", [], {"a": 1}, [None], {"x": None}, True, None])
def test_members_of_a_wrong_type_spoil_no_function(wrong: Any, cloud: Any) -> None:
    """What boto3 would never send is the caller's fault, and the function can be read after it."""
    name = cloud.deploy("def handler(event, context):\n    return 'fine'\n")
    raw = cloud.client("lambda", parameter_validation=False)

    def spoil(request: Any, **_: Any) -> None:
        member = json.loads(request.data)["Description"]
        request.data = json.dumps({member: wrong}).encode()

    raw.meta.events.register("before-sign.lambda", spoil)
    for member in ("Timeout", "MemorySize", "Handler", "Environment", "Layers", "VpcConfig"):
        status = 200
        try:
            raw.update_function_configuration(FunctionName=name, Description=member)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status in (200, 400), member
        assert name == cloud.functions.get_function_configuration(FunctionName=name)["FunctionName"]
    raw.close()

"""The events of every source, key by key: their names, and of which types their values are.

One function stands behind all sources; what arrived there is compared with the shapes below,
which are those of AWS's documentation of each event and of the samples that its tools generate.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conformance.pushing import ACCOUNT, Stage, group_with_stream, until, write
from tests.conformance.rest_api import RestApi
from tests.conformance.sources import Sources
from tests.conformance.test_http_apis import Api, call
from tests.conformance.test_load_balancers import Balancer

TELLS = """
import json

POLICY = {"Version": "2012-10-17", "Statement": [
    {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}]}


def handler(event, context):
    print("EVENT " + json.dumps(event))
    if "methodArn" in event:
        return {"principalId": "me", "policyDocument": POLICY, "context": {"a": "b"}}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"},
            "body": json.dumps(event)}
"""
ANY = {"*": "str"}
"""An object whose names are the caller's."""


def strings(names: str) -> dict[str, Any]:
    """Return an object of strings."""
    return dict.fromkeys(names.split(), "str")


def records(**members: Any) -> dict[str, Any]:
    """Return an event of records."""
    return {"Records": [members]}


def s3(**stored: str) -> dict[str, Any]:
    """Return the event of a bucket."""
    return records(
        **strings("eventVersion eventSource awsRegion eventTime eventName"),
        userIdentity=strings("principalId"),
        requestParameters=strings("sourceIPAddress"),
        responseElements=strings("x-amz-request-id x-amz-id-2"),
        s3={
            **strings("s3SchemaVersion configurationId"),
            "bucket": {**strings("name arn"), "ownerIdentity": strings("principalId")},
            "object": {**strings("key sequencer"), **stored},
        },
    )


REST_IDENTITY = (
    "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType "
    "cognitoIdentityId cognitoIdentityPoolId principalOrgId user userArn"
)
REST_CONTEXT = {
    **strings(
        "accountId apiId domainName domainPrefix extendedRequestId httpMethod path protocol "
        "requestId requestTime resourceId resourcePath stage deploymentId"
    ),
    "requestTimeEpoch": "int",
    "identity": {**dict.fromkeys(REST_IDENTITY.split(), "null"), **strings("sourceIp userAgent")},
}
REST = {
    **strings("resource path httpMethod"),
    **dict.fromkeys(("headers", "queryStringParameters", "pathParameters", "stageVariables"), ANY),
    "multiValueHeaders": {"*": ["str"]},
    "multiValueQueryStringParameters": {"*": ["str"]},
    "requestContext": REST_CONTEXT,
}
HTTP = {
    **strings("version routeKey rawPath rawQueryString body"),
    "headers": ANY,
    "queryStringParameters": ANY,
    "requestContext": {
        **strings("accountId apiId domainName domainPrefix requestId routeKey stage time"),
        "http": strings("method path protocol sourceIp userAgent"),
        "timeEpoch": "int",
    },
    "isBase64Encoded": "bool",
}
SHAPES: Mapping[str, Any] = {
    "s3 put": s3(size="int", eTag="str"),
    "s3 delete": s3(),
    "sns": records(
        **strings("EventSource EventVersion EventSubscriptionArn"),
        Sns={
            **strings(
                "Type MessageId TopicArn Subject Message Timestamp SignatureVersion Signature "
                "SigningCertUrl UnsubscribeUrl"
            ),
            "MessageAttributes": {"*": strings("Type Value")},
        },
    ),
    "sqs": records(
        **strings("messageId receiptHandle body md5OfBody eventSource eventSourceARN awsRegion"),
        attributes=strings(
            "ApproximateReceiveCount SentTimestamp SenderId ApproximateFirstReceiveTimestamp"
        ),
        messageAttributes={},
    ),
    "kinesis": records(
        **strings(
            "eventSource eventVersion eventID eventName invokeIdentityArn awsRegion eventSourceARN"
        ),
        kinesis={
            **strings("kinesisSchemaVersion partitionKey sequenceNumber data"),
            "approximateArrivalTimestamp": "float",
        },
    ),
    "dynamodb": records(
        **strings("eventID eventName eventVersion eventSource awsRegion eventSourceARN"),
        dynamodb={
            "ApproximateCreationDateTime": "float",
            "Keys": {"*": {"S": "str"}},
            "NewImage": {"*": {"S": "str"}},
            "SizeBytes": "int",
            **strings("SequenceNumber StreamViewType"),
        },
    ),
    "schedule": {
        **strings("version id detail-type source account time region"),
        "resources": ["str"],
        "detail": {},
    },
    "logs": {
        **strings("messageType owner logGroup logStream"),
        "subscriptionFilters": ["str"],
        "logEvents": [{**strings("id message"), "timestamp": "int"}],
    },
    "rest": {
        **REST,
        "requestContext": {
            **REST_CONTEXT,
            "authorizer": {**strings("principalId a"), "integrationLatency": "int"},
        },
        "body": "str",
        "isBase64Encoded": "bool",
    },
    "request authorizer": {**REST, **strings("type methodArn")},
    "token authorizer": strings("type methodArn authorizationToken"),
    "http": {**HTTP, "cookies": ["str"], "pathParameters": ANY, "stageVariables": ANY},
    "url": HTTP,
    "alb": {
        **strings("httpMethod path body"),
        "requestContext": {"elb": strings("targetGroupArn")},
        "queryStringParameters": ANY,
        "headers": ANY,
        "isBase64Encoded": "bool",
    },
}


def complaints(shape: Any, value: Any, place: str = "event") -> list[str]:
    """Return where a value is not of a shape."""
    if isinstance(shape, str):
        kind = "null" if value is None else type(value).__name__
        return [] if kind == shape else [f"{place} is {kind} and not {shape}: {value!r}"]
    if type(shape) is not type(value):
        return [f"{place} is {value!r}"]
    if isinstance(shape, list):
        found = [complaints(shape[0], item, f"{place}[]") for item in value]
        return sum(found, [] if value else [f"{place} is empty"])
    if "*" in shape:
        found = [complaints(shape["*"], item, f"{place}.{name}") for name, item in value.items()]
        return sum(found, [] if value else [f"{place} is empty"])
    names = [f"{place}.{name} is missing" for name in shape.keys() - value.keys()]
    names += [f"{place}.{name} is too much" for name in value.keys() - shape.keys()]
    both = [name for name in shape if name in value]
    return sum((complaints(shape[n], value[n], f"{place}.{n}") for n in both), names)


@pytest.fixture(scope="module")
def arrived(account_with: Callable[..., Any]) -> dict[str, Any]:
    """One event of each source, as the function saw it."""
    account = account_with(time_lapse=600)
    stage, sources = Stage(account), Sources(account)
    name = account.deploy(TELLS, Role=sources.role_arn, Timeout=30)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    _polled(sources, name)
    _pushed(stage, name, arn)
    found = _called(account, name)

    def all_came() -> bool:
        found.update({kind_of(event): event for event in stage.told(name)})
        return found.keys() >= SHAPES.keys()

    until(all_came)
    found["logs"] = json.loads(gzip.decompress(base64.b64decode(found["logs"]["awslogs"]["data"])))
    return found


def kind_of(event: dict[str, Any]) -> str:  # noqa: PLR0911 - one per kind
    """Return the name of an event's shape."""
    if "Records" in event:
        (record, *_) = event["Records"]
        source = str(record.get("eventSource") or record["EventSource"]).partition(":")[2]
        removed = record.get("eventName", "").startswith("ObjectRemoved")
        return source if source != "s3" else ("s3 delete" if removed else "s3 put")
    if "methodArn" in event:
        return f"{event['type'].lower()} authorizer"
    if "awslogs" in event:
        return "logs"
    if "detail-type" in event:
        return "schedule"
    if "elb" in event["requestContext"]:
        return "alb"
    if "resource" in event:
        return "rest"
    return "url" if "lambda-url" in event["requestContext"]["domainName"] else "http"


def _polled(sources: Sources, name: str) -> None:
    url, queue = sources.queue()
    stream, (table, table_stream) = sources.stream(), sources.table()
    for source in (queue, stream, table_stream):
        sources.map(name, source)
    sources.send(url, "hello")
    sources.put(stream, 1)
    sources.item(table, "1")


def _pushed(stage: Stage, name: str, arn: str) -> None:
    bucket, bucket_arn = stage.bucket()
    topic, (group, group_arn) = stage.topic(), group_with_stream(stage)
    events = stage.account.client("events")
    rule = events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")["RuleArn"]
    for service, source in (
        ("s3", bucket_arn),
        ("sns", topic),
        ("logs", group_arn),
        ("events", rule),
    ):
        stage.permit(name, f"{service}.amazonaws.com", source)
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    wanted = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    stage.notify(bucket, "LambdaFunction", {"LambdaFunctionArn": arn, "Events": wanted})
    stage.s3.put_object(Bucket=bucket, Key="a b", Body=b"hi")
    stage.s3.delete_object(Bucket=bucket, Key="a b")
    stage.sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    attributes = {"a": {"DataType": "String", "StringValue": "x"}}
    stage.sns.publish(TopicArn=topic, Subject="s", Message="m", MessageAttributes=attributes)
    stage.logs.put_subscription_filter(
        logGroupName=group, filterName="all", filterPattern="", destinationArn=arn
    )
    write(stage, group, "hello")


def _called(account: Any, name: str) -> dict[str, Any]:
    """Call the function through each front; return the events that came back."""
    agent = {"User-Agent": "test"}
    rest = RestApi(account)
    rest.allow(name)
    rest.allow(name, "authorizers/*")
    for kind, header, path in (("REQUEST", "X-A", "/{proxy+}"), ("TOKEN", "X-B", "/token")):
        authorizer = rest.client.create_authorizer(
            restApiId=rest.id,
            name=kind,
            type=kind,
            authorizerUri=rest.uri(name),
            identitySource=f"method.request.header.{header}",
        )["id"]
        rest.proxy("POST", path, name, authorizationType="CUSTOM", authorizerId=authorizer)
    rest.deploy(variables={"v": "1"})
    rest.call("/token", method="POST", body="", headers={"X-B": "token"})
    through_rest = rest.call("/a/b?q=1", method="POST", body="hi", headers={"X-A": "1"} | agent)
    api = Api(account)
    api.client.update_stage(ApiId=api.id, StageName="$default", StageVariables={"v": "1"})
    api.allow(name)
    api.route("POST /p/{id}", api.integrate(name))
    through_api = call(api.url, "/p/1?q=1", "POST", headers={"Cookie": "c=1"} | agent, body=b"hi")
    balancer = Balancer(account, name)
    balancer.allow()
    balancer.register()
    url = account.functions.create_function_url_config(FunctionName=name, AuthType="NONE")
    for action, condition in (
        ("InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        account.functions.add_permission(
            FunctionName=name,
            StatementId=action,
            Action=f"lambda:{action}",
            Principal="*",
            **condition,
        )
    through_url = call(url["FunctionUrl"], "x?q=1", "POST", headers=agent, body=b"hi")
    return {
        "rest": through_rest.value,
        "http": through_api.value,
        "alb": balancer.call("/x?q=1", headers=agent).value,
        "url": through_url.value,
    }


@pytest.mark.parametrize("kind", SHAPES)
def test_the_event_of_a_source_has_awss_keys_and_types(arrived: dict[str, Any], kind: str):
    """No key is missing, none is too much, and each value is of its type."""
    assert [] == complaints(SHAPES[kind], arrived[kind])

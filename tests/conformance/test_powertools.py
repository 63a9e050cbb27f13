"""Powertools for AWS Lambda runs unmodified in handlers: one handler per utility."""

from __future__ import annotations

import importlib.util
import io
import json
import secrets
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.roles import make_role
from tests.waiting import until

PACKAGES = (
    "annotated_types",
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "fastjsonschema",
    "jmespath",
    "pydantic",
    "pydantic_core",
    "typing_inspection",
    "wrapt",
)
MODULES = ("typing_extensions",)


def layer_zip() -> bytes:
    """Return a layer with Powertools and what it needs, from the development environment."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in (*PACKAGES, *MODULES):
            found = importlib.util.find_spec(name)
            assert found is not None, f"{name} is not installed: requirements-dev.lock"
            if name in MODULES:
                assert found.origin is not None
                archive.write(found.origin, f"python/{name}.py")
                continue
            (folder,) = found.submodule_search_locations or ()
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, f"python/{name}/{file.relative_to(folder)}")
    return buffer.getvalue()


class Shop:
    """An account with the layer, and a role that may do what the handlers do."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.layer = account.functions.publish_layer_version(
            LayerName="powertools", Content={"ZipFile": layer_zip()}
        )["LayerVersionArn"]
        actions = ["logs:*", "xray:*", "ssm:*", "secretsmanager:*", "kms:*", "dynamodb:*"]
        self.role = make_role(account.client("iam"), actions)

    def deploy(self, source: str, **variables: str) -> str:
        return str(
            self.account.deploy(
                source,
                Role=self.role,
                Layers=[self.layer],
                Timeout=20,
                MemorySize=512,
                TracingConfig={"Mode": "Active"},
                Environment={"Variables": {"POWERTOOLS_SERVICE_NAME": "shop", **variables}},
            )
        )

    def run(self, source: str, event: Any = None) -> Any:
        answer = self.account.invoke(self.deploy(source), {} if event is None else event)
        assert answer.function_error is None, answer.payload
        return answer


def lines(answer: Any) -> list[dict[str, Any]]:
    """Return the JSON objects that a handler logged."""
    return [json.loads(line) for line in answer.log.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def shop(cloud: Any) -> Shop:
    return Shop(cloud)


def test_logger_writes_structured_lines_with_the_context(shop: Shop):
    """Each line is JSON, with the function's name, request id, cold start and trace id."""
    answer = shop.run(
        "from aws_lambda_powertools import Logger\n"
        "logger = Logger(level='INFO')\n"
        "@logger.inject_lambda_context(log_event=True)\n"
        "def handler(event, context):\n"
        "    logger.append_keys(order=7)\n"
        "    logger.info('placed')\n",
        {"a": 1},
    )
    given, placed = lines(answer)

    assert {"a": 1} == given["message"]
    assert ("placed", 7, "shop", True, answer.request_id) == (
        placed["message"], placed["order"], placed["service"], placed["cold_start"],
        placed["function_request_id"],
    )  # fmt: skip
    assert placed["xray_trace_id"].startswith("1-")


def test_metrics_print_the_embedded_format(shop: Shop):
    """A single JSON line holds namespace, dimensions and values."""
    (line,) = lines(
        shop.run(
            "from aws_lambda_powertools import Metrics\n"
            "metrics = Metrics(namespace='Shop')\n"
            "@metrics.log_metrics\n"
            "def handler(event, context):\n"
            "    metrics.add_metric(name='Orders', unit='Count', value=2)\n"
        )
    )
    (directive,) = line["_aws"]["CloudWatchMetrics"]

    assert ("Shop", [["service"]]) == (directive["Namespace"], directive["Dimensions"])
    assert [{"Name": "Orders", "Unit": "Count"}] == directive["Metrics"]
    assert ([2.0], "shop") == (line["Orders"], line["service"])


def test_tracer_sends_subsegments_with_annotations_and_the_exception(shop: Shop):
    """The handler and a method are subsegments of the function's segment in X-Ray."""
    name = shop.deploy(
        "from aws_lambda_powertools import Tracer\n"
        "tracer = Tracer()\n"
        "@tracer.capture_method\n"
        "def charge(order):\n"
        "    tracer.put_annotation('order', order)\n"
        "    raise LookupError('no card')\n"
        "@tracer.capture_lambda_handler\n"
        "def handler(event, context):\n"
        "    charge('o-1')\n"
    )
    header = shop.account.functions.invoke(FunctionName=name, Payload=b"{}")
    root = header["ResponseMetadata"]["HTTPHeaders"]["x-amzn-trace-id"].removeprefix("root=")
    xray = shop.account.client("xray")

    def parts() -> dict[str, Any]:
        found = xray.batch_get_traces(TraceIds=[root])["Traces"]
        documents = [json.loads(s["Document"]) for t in found for s in t["Segments"]]
        (function,) = [d for d in documents if d.get("origin") == "AWS::Lambda::Function"] or [{}]
        return {part["name"]: part for part in function.get("subsegments", ())}

    handler = until(lambda: parts().get("## handler"))
    (charge,) = handler["subsegments"]
    assert ({"ColdStart": True, "Service": "shop"}, "## app.charge") == (
        handler["annotations"], charge["name"]
    )  # fmt: skip
    assert {"order": "o-1"} == charge["annotations"]
    assert ("LookupError", "no card") == (
        charge["cause"]["exceptions"][0]["type"], charge["cause"]["exceptions"][0]["message"]
    )  # fmt: skip


def test_parameters_read_both_stores(shop: Shop):
    """Parameter Store, decrypted, by path, and Secrets Manager, as JSON."""
    root = f"/{secrets.token_hex(4)}"
    ssm = shop.account.client("ssm")
    ssm.put_parameter(Name=f"{root}/a", Value="1", Type="String")
    ssm.put_parameter(Name=f"{root}/b", Value="safe", Type="SecureString")
    shop.account.client("secretsmanager").create_secret(Name=root[1:], SecretString='{"k": 1}')
    answer = shop.run(
        "from aws_lambda_powertools.utilities import parameters\n"
        "def handler(event, context):\n"
        "    root = event['root']\n"
        "    return [\n"
        "        parameters.get_parameter(root + '/b', decrypt=True),\n"
        "        parameters.get_parameters(root, decrypt=True),\n"
        "        parameters.get_secret(root[1:], transform='json'),\n"
        "    ]\n",
        {"root": root},
    )

    assert ["safe", {"a": "1", "b": "safe"}, {"k": 1}] == answer.value


def test_idempotency_runs_a_payload_once(shop: Shop):
    """The second event with the same key gets the stored result, from DynamoDB."""
    table = f"idempotency-{secrets.token_hex(3)}"
    shop.account.client("dynamodb").create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    name = shop.deploy(
        "import os, uuid\n"
        "from aws_lambda_powertools.utilities.idempotency import (\n"
        "    DynamoDBPersistenceLayer, IdempotencyConfig, idempotent)\n"
        "store = DynamoDBPersistenceLayer(table_name=os.environ['TABLE'])\n"
        "config = IdempotencyConfig(event_key_jmespath='order')\n"
        "@idempotent(config=config, persistence_store=store)\n"
        "def handler(event, context):\n"
        "    return {'receipt': str(uuid.uuid4())}\n",
        TABLE=table,
    )
    first, again, other = (
        shop.account.invoke(name, {"order": order}).value for order in ("1", "1", "2")
    )

    assert first == again
    assert first != other


def test_batch_answers_with_partial_failures(shop: Shop):
    """Only the message that failed is named in batchItemFailures."""
    message = {
        "receiptHandle": "h", "attributes": {}, "messageAttributes": {}, "md5OfBody": "",
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:q",
        "awsRegion": "us-east-1",
    }  # fmt: skip
    event = {"Records": [{**message, "messageId": m, "body": m} for m in ("good", "bad")]}
    answer = shop.run(
        "from aws_lambda_powertools.utilities.batch import (\n"
        "    BatchProcessor, EventType, process_partial_response)\n"
        "processor = BatchProcessor(event_type=EventType.SQS)\n"
        "def one(record):\n"
        "    if record.body == 'bad':\n"
        "        raise ValueError(record.body)\n"
        "def handler(event, context):\n"
        "    return process_partial_response(event, one, processor, context)\n",
        event,
    )

    assert {"batchItemFailures": [{"itemIdentifier": "bad"}]} == answer.value


REST = {
    "path": "/orders/7", "httpMethod": "GET", "headers": {}, "multiValueHeaders": {},
    "queryStringParameters": None, "multiValueQueryStringParameters": None, "body": None,
    "isBase64Encoded": False, "requestContext": {"stage": "prod", "resourcePath": "/{proxy+}"},
    "resource": "/{proxy+}", "pathParameters": {"proxy": "orders/7"}, "stageVariables": None,
}  # fmt: skip
HTTP = {
    "version": "2.0", "routeKey": "$default", "rawPath": "/orders/7", "rawQueryString": "",
    "headers": {}, "body": None, "isBase64Encoded": False,
    "requestContext": {
        "stage": "$default", "http": {"method": "GET", "path": "/orders/7"},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("resolver", "event"),
    [
        ("APIGatewayRestResolver", REST),
        ("APIGatewayHttpResolver", HTTP),
        ("LambdaFunctionUrlResolver", HTTP),
    ],
)
def test_event_handlers_route_requests(shop: Shop, resolver: str, event: dict[str, Any]):
    """Each resolver finds the route, its parameter, and answers in the proxy format."""
    answer = shop.run(
        f"from aws_lambda_powertools.event_handler import {resolver}\n"
        f"app = {resolver}()\n"
        "@app.get('/orders/<number>')\n"
        "def order(number):\n"
        "    return {'order': int(number)}\n"
        "def handler(event, context):\n"
        "    return app.resolve(event, context)\n",
        event,
    ).value

    assert (200, {"order": 7}) == (answer["statusCode"], json.loads(answer["body"]))


def test_parser_checks_events_against_a_model(shop: Shop):
    """An event becomes a pydantic model; a wrong one is refused."""
    source = (
        "from aws_lambda_powertools.utilities.parser import BaseModel, ValidationError, parse\n"
        "class Order(BaseModel):\n"
        "    number: int\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        return parse(event, Order).number + 1\n"
        "    except ValidationError as error:\n"
        "        return error.errors()[0]['loc']\n"
    )
    name = shop.deploy(source)

    assert 8 == shop.account.invoke(name, {"number": "7"}).value
    assert ["number"] == shop.account.invoke(name, {"number": "x"}).value


def test_validation_checks_events_against_a_json_schema(shop: Shop):
    """A schema that is broken is an error of the handler."""
    schema = {"type": "object", "required": ["number"]}
    name = shop.deploy(
        "from aws_lambda_powertools.utilities.validation import validator\n"
        f"@validator(inbound_schema={schema!r})\n"
        "def handler(event, context):\n"
        "    return 'fine'\n"
    )

    assert "fine" == shop.account.invoke(name, {"number": 1}).value
    assert "SchemaValidationError" == shop.account.invoke(name, {}).error["errorType"]


def test_typing_and_data_classes(shop: Shop):
    """The context type and the event classes are there at run time."""
    answer = shop.run(
        "from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source\n"
        "from aws_lambda_powertools.utilities.typing import LambdaContext\n"
        "@event_source(data_class=SQSEvent)\n"
        "def handler(event: SQSEvent, context: LambdaContext):\n"
        "    return [record.body for record in event.records]\n",
        {"Records": [{"body": "a"}, {"body": "b"}]},
    )

    assert ["a", "b"] == answer.value

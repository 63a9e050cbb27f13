"""Probes of reach: what a function may do, whom it can call, and who can call it.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html and
services-apigateway.html.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from helpers.checks.capability import Capability
from helpers.checks.http_doors import ask
from helpers.course.probes.ground import Ground, Probe

READS = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    said = []
    for key in ("may", "may-not"):
        try:
            boto3.client("s3").get_object(Bucket=event, Key=key)
            said.append("read")
        except ClientError as refusal:
            said.append(refusal.response["Error"]["Code"])
    return said
"""
CALLS = """
import socket

def handler(event, context):
    with socket.create_connection(("127.0.0.1", event), 5) as line:
        line.sendall(b"here")
"""
ECHOES = """
import json

def handler(event, context):
    if event["body"] == "bare":
        return {"no": "status"}
    told = [event.get("version"), event["body"], "X-Probe" in event["headers"]]
    return {"statusCode": 201, "body": json.dumps(told)}
"""
PATIENCE_S = 10


def iam_decisions(ground: Ground) -> bool:
    """A function reads the object that its role names; another one is AccessDenied."""
    s3, bucket = ground.client("s3"), ground.name("bucket")
    s3.create_bucket(Bucket=bucket)
    ground.later(lambda: s3.delete_bucket(Bucket=bucket))
    for key in ("may", "may-not"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        ground.later(partial(s3.delete_object, Bucket=bucket, Key=key))
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/may"}
    function = ground.function(READS, "reads", may, Timeout=PATIENCE_S)
    return bool(ground.invoke(function, bucket).payload == ["read", "AccessDenied"])


def loopback(ground: Ground) -> bool:
    """A function reaches a server of this computer at 127.0.0.1."""
    function = ground.function(CALLS, "calls", Timeout=PATIENCE_S)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)
        answer = ground.invoke(function, server.getsockname()[1])
        if answer.function_error is not None:
            return False
        line, _ = server.accept()
        with line:
            return line.recv(4) == b"here"


def http_api(ground: Ground) -> bool:
    """An HTTP API hands a request to its function in format 2.0, and no other path's."""
    gateway = ground.client("apigatewayv2")
    function = ground.function(ECHOES, "http")
    api = gateway.create_api(Name=function, ProtocolType="HTTP")
    ground.later(lambda: gateway.delete_api(ApiId=api["ApiId"]))
    arn = ground.arn("lambda", f"function:{function}")
    target = gateway.create_integration(
        ApiId=api["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=arn,
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    gateway.create_route(ApiId=api["ApiId"], RouteKey="POST /echo", Target=f"integrations/{target}")
    gateway.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True)
    _let_in(ground, function)
    found, missed = (_posted(f"{api['ApiEndpoint']}/{path}") for path in ("echo", "nowhere"))
    return found == (201, ["2.0", "hello", False]) and missed[0] == HTTPStatus.NOT_FOUND


def rest_api(ground: Ground) -> bool:
    """A REST API hands a request to its function as it came, and takes no answer without status."""
    gateway = ground.client("apigateway")
    function = ground.function(ECHOES, "rest")
    api = gateway.create_rest_api(name=function)
    ground.later(lambda: gateway.delete_rest_api(restApiId=api["id"]))
    resource = gateway.create_resource(
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="{proxy+}"
    )
    method = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "ANY"}
    gateway.put_method(**method, authorizationType="NONE")
    arn = ground.arn("lambda", f"function:{function}")
    region = arn.split(":")[3]
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    gateway.create_deployment(restApiId=api["id"], stageName="prod")
    _let_in(ground, function)
    url = f"{gateway.meta.endpoint_url}/_aws/execute-api/{api['id']}/prod/echo"
    found, bare = _posted(url), _posted(url, b"bare")
    return found == (201, [None, "hello", True]) and bare[0] == HTTPStatus.BAD_GATEWAY


def _let_in(ground: Ground, function: str) -> None:
    ground.client("lambda").add_permission(
        FunctionName=function,
        StatementId="probe",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )


def _posted(url: str, body: bytes = b"hello") -> tuple[int, Any]:
    headers = {"Content-Type": "text/plain", "X-Probe": "here"}
    reply = ask("POST", url, body=body, headers=headers)
    return reply.status, reply.value


PROBES: Mapping[Capability, Probe] = {
    Capability.IAM_DECISIONS: iam_decisions,
    Capability.LOOPBACK: loopback,
    Capability.HTTP_API: http_api,
    Capability.REST_API: rest_api,
}

"""A function that the bench calls, and how to deploy one into a running cloud."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import dataclass, replace
from typing import Any

import boto3
from botocore.config import Config

from helpers.checks.roles import TRUST
from helpers.cloud.client import Cloud
from tools.yardstick import RUNTIME

LOGS_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@dataclass(frozen=True, slots=True)
class Target:
    """A function behind an endpoint, called through one boto3 client."""

    client: Any
    name: str

    def invoke_ms(self) -> float:
        """Invoke once and return how long the answer took."""
        started = time.perf_counter()
        answer = self.client.invoke(FunctionName=self.name, Payload=b'{"order_id": "o-1007"}')
        answer["Payload"].read()
        return (time.perf_counter() - started) * 1000


def deploy(cloud: Cloud, name: str, source: str) -> Target:
    """Create a function with permission to write its logs, and wait until it is active."""
    iam = connect(cloud, "iam")
    try:
        role = iam.get_role(RoleName="bench")["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        created = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(TRUST))
        role = created["Role"]["Arn"]
        iam.attach_role_policy(RoleName="bench", PolicyArn=LOGS_POLICY)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", source)
    client = connect(cloud, "lambda")
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=30,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    return Target(client, name)


def restricted_lambda(cloud: Cloud) -> Any:
    """Return a Lambda client of a user who may invoke functions and nothing else."""
    iam = connect(cloud, "iam")
    iam.create_user(UserName="caller")
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="caller", PolicyName="invoke", PolicyDocument=policy)
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    caller = replace(
        cloud, access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"]
    )
    return connect(caller, "lambda")


def connect(cloud: Cloud, service: str, *, endpoint: str | None = None) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint or cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=cloud.access_key_id,
        aws_secret_access_key=cloud.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=16),
    )

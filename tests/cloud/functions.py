"""A function as the data plane sees it, for tests that run none of its code."""

from __future__ import annotations

from helpers.cloud.model import CodePackage, FunctionVersion, LoggingConfig

CHARGE = FunctionVersion(
    account_id="123456789012",
    region="us-east-1",
    name="charge-card",
    version="$LATEST",
    revision="r1",
    runtime="python3.13",
    handler="app.handler",
    role_arn="arn:aws:iam::123456789012:role/r",
    memory_mb=128,
    timeout_s=3,
    ephemeral_mb=512,
    code=CodePackage("0" * 64, b""),
    logging=LoggingConfig("/aws/lambda/charge-card"),
    variables={},
)
"""Another one is `dataclasses.replace(CHARGE, …)`."""

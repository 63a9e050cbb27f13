"""AWS's own managed policies, read once: moto reads 1,500 documents anew at each reset.

Every emptied account gets copies that nothing is attached to; the documents are shared, and moto's
text of 5 MB is let go once it is read. Only the account's own partition has them: moto asks every
partition who owns an access key.

Source: docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
from functools import cache
from typing import Any

import moto.iam.models as iam_models
from moto.iam.models import AWSManagedPolicy, IAMBackend

PARTITION = "aws"
PACKAGE, TEXT = "moto.iam", "aws_managed_policies"
_reading = threading.Lock()


def install() -> None:
    """Bind the shared policies where moto's IAM reads its own."""

    def shared(backend: Any) -> list[Any]:
        if backend.partition != PARTITION or not iam_models.load_iam_aws_managed_policies():
            return []
        with _reading:
            policies = _policies()
        return [_unattached(policy, backend.account_id) for policy in policies]

    IAMBackend._init_aws_policies = shared


@cache
def _policies() -> tuple[AWSManagedPolicy, ...]:
    """Read moto's text, and drop it; who imports its module later gets a new one."""
    text = importlib.import_module(f"{PACKAGE}.{TEXT}").aws_managed_policies_data
    iam_models.aws_managed_policies_data = "{}"
    del sys.modules[f"{PACKAGE}.{TEXT}"]
    delattr(sys.modules[PACKAGE], TEXT)
    return tuple(
        AWSManagedPolicy.from_data(name, "", PARTITION, policy)
        for name, policy in json.loads(text).items()
    )


def _unattached(policy: AWSManagedPolicy, account_id: str) -> AWSManagedPolicy:
    # past moto's constructor, which counts and parses
    fresh: AWSManagedPolicy = object.__new__(AWSManagedPolicy)
    fresh.__dict__ |= policy.__dict__ | {
        "account_id": account_id,
        "attachment_count": 0,
        "tags": {},
    }
    return fresh

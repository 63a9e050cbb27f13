"""AWS's own managed policies, read once: moto reads 1,500 documents anew at each reset.

Every emptied account gets copies that nothing is attached to; the documents are shared. Only the
account's own partition has them: moto asks every partition who owns an access key.

Source: docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.iam.models import AWSManagedPolicy, IAMBackend

PARTITION = "aws"


def install() -> None:
    """Bind the shared policies where moto's IAM reads its own."""
    read_anew = IAMBackend._init_aws_policies
    read: dict[tuple[str, str], list[Any]] = {}
    lock = threading.Lock()

    def shared(backend: Any) -> list[Any]:
        if backend.partition != PARTITION:
            return []
        key = (backend.account_id, backend.region_name)
        with lock:
            if key not in read:
                read[key] = read_anew(backend)
        return [_unattached(policy) for policy in read[key]]

    IAMBackend._init_aws_policies = shared


def _unattached(policy: AWSManagedPolicy) -> AWSManagedPolicy:
    # past moto's constructor, which counts and parses; six partitions need 1,500 copies each
    fresh: AWSManagedPolicy = object.__new__(AWSManagedPolicy)
    fresh.__dict__ |= policy.__dict__ | {"attachment_count": 0, "tags": {}}
    return fresh

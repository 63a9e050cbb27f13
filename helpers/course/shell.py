"""Exports that point a terminal at this kernel's account: any AWS SDK or CLI then speaks to it."""

from __future__ import annotations

from helpers.cloud.exports import exports
from helpers.course.account import CloudHandle
from helpers.views.listing import Listing


def exports_for(cloud: CloudHandle) -> Listing:
    """Return the lines to paste into a terminal; they hold as long as the account lives."""
    lines = exports(
        cloud.endpoint,
        cloud.region,
        access_key_id=cloud.access_key_id,
        secret_access_key=cloud.secret_access_key,
    )
    # its own table of host names wins over AWS_ENDPOINT_URL
    version_1 = f"# AWS CLI version 1: aws sqs needs --endpoint-url {cloud.endpoint} too"
    return Listing(
        "Paste these lines into a terminal; they hold while the account lives", (*lines, version_1)
    )

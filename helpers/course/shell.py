"""Exports that point a terminal at this kernel's account: any AWS SDK or CLI then speaks to it."""

from __future__ import annotations

import shlex

from helpers.course.account import CloudHandle
from helpers.views.listing import Listing


def exports_for(cloud: CloudHandle) -> Listing:
    """Return the lines to paste into a terminal; they hold as long as the account lives."""
    variables = {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": cloud.region,
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_ACCESS_KEY_ID": cloud.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.secret_access_key,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    # an old token or profile of the terminal would win over, or break, the key above
    lines.append("unset AWS_SESSION_TOKEN AWS_PROFILE")
    # its own table of host names wins over AWS_ENDPOINT_URL
    lines.append(f"# AWS CLI version 1: aws sqs needs --endpoint-url {cloud.endpoint} too")
    return Listing("Paste this into a terminal; it ends with this kernel", tuple(lines))

"""The lines that point a terminal at an account here, and at nothing else.

AWS's tools look for endpoints, keys and profiles in many variables and in two files, and several of
them win over AWS_ENDPOINT_URL: so all variables go first, and the files are empty ones.
Source: docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html, settings-reference.html.
"""

from __future__ import annotations

import os
import shlex

CLEARED = "for name in $(env | grep -o '^AWS_[A-Za-z0-9_]*'); do unset \"$name\"; done"


def exports(
    endpoint: str, region: str, *, access_key_id: str, secret_access_key: str
) -> tuple[str, ...]:
    """Return lines for bash, zsh or sh.

    >>> exports("http://127.0.0.1:4566", "us-east-1", access_key_id="k", secret_access_key="s")[1]
    'export AWS_ENDPOINT_URL=http://127.0.0.1:4566'
    """
    variables = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    lines = (f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    return (CLEARED, *lines)

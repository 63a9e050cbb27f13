"""The error of a policy that cannot be stored."""

from __future__ import annotations


class MalformedPolicyDocument(ValueError):  # noqa: N818 - AWS's name of the error
    """A policy that breaks the policy grammar; its text is what AWS puts into the message."""

    code = "MalformedPolicyDocument"

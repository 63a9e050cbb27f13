"""Permissions: IAM's delays, credentials, and the parts of IAM that are not asked here."""

from __future__ import annotations

from typing import Any

from tools.fidelity.account import EMPTY, LOGS, ProbedAccount, document, outcome
from tools.fidelity.rows import LAMBDA, Area

AREA = Area("Permissions")
WHO = """
import os, boto3
def handler(event, context):
    return [os.environ["AWS_ACCESS_KEY_ID"][:4], boto3.client("sts").get_caller_identity()["Arn"]]
"""


@AREA.row(
    "iam-delay",
    "A change in IAM takes effect after some seconds.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html",
    labs=("01", "11"),
)
def iam_delay(account: ProbedAccount) -> str:
    """Give a role a permission, and use it in the next call."""
    role = account.make_role("probe-iam")
    name = account.deploy(EMPTY, Role=role)
    account.invoke(name)
    account.grant("probe-iam", "logs", LOGS)
    account.invoke(name)
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    if groups["logGroups"]:
        return "At once: the next call already had the new permission."
    return "Not at once: the next call did not have the new permission yet."


@AREA.row(
    "credentials",
    "A function gets temporary credentials of its execution role; the key starts with ASIA.",
    f"{LAMBDA}lambda-intro-execution-role.html",
    labs=("01",),
)
def credentials(account: ProbedAccount) -> str:
    """Ask a function for its key's prefix, and STS who it is."""
    prefix, arn = account.run(WHO).payload
    kind = arn.split(":")[5].split("/")[0]
    return f"The same: an {prefix} key that acts as {kind}; it opens this local account only."


@AREA.row(
    "delete-objects",
    "S3's DeleteObjects decides key by key; what is denied is listed among its errors.",
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html",
)
def delete_objects(account: ProbedAccount) -> str:
    """Delete two keys as a user who may delete one of them."""
    bucket = account.name()
    admin = account.client("s3")
    admin.create_bucket(Bucket=bucket)
    for key in ("mine/a", "theirs/b"):
        admin.put_object(Bucket=bucket, Key=key)
    may = {
        "Effect": "Allow",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/mine/*",
    }
    s3 = account.client("s3", **_user(account, may))
    keys = {"Objects": [{"Key": "mine/a"}, {"Key": "theirs/b"}]}
    answer = outcome(s3.delete_objects, Bucket=bucket, Delete=keys)
    left = admin.list_objects_v2(Bucket=bucket)["KeyCount"]
    return f"Decided as a whole: with one of two keys allowed, the call {answer}; {left} stay."


@AREA.row(
    "session-tokens",
    "Credentials of GetSessionToken may not call IAM, nor STS but for AssumeRole and "
    "GetCallerIdentity.",
    "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",
)
def session_tokens(account: ProbedAccount) -> str:
    """Get a session token as a user who may do everything, and call IAM and STS with it."""
    keys = _user(account, {"Effect": "Allow", "Action": "*", "Resource": "*"})
    session = account.client("sts", **keys).get_session_token()["Credentials"]
    temporary = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    iam = outcome(account.client("iam", **temporary).list_users)
    sts = outcome(account.client("sts", **temporary).get_session_token)
    same = "The same" if "refused" in iam and "refused" in sts else "Not the same"
    return f"{same}: ListUsers with such credentials {iam}; GetSessionToken {sts}."


@AREA.row(
    "organizations",
    "Service control policies of an organization limit what its accounts may do.",
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",
    labs=("11",),
)
def organizations(account: ProbedAccount) -> str:
    """Make an organization whose policy denies everything, and call as a user."""
    with account.other() as other:
        client = other.client("organizations")
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]
        with_deny = client.create_policy(
            Name="deny",
            Description="deny",
            Type="SERVICE_CONTROL_POLICY",
            Content=document({"Effect": "Deny", "Action": "*", "Resource": "*"}),
        )["Policy"]["PolicySummary"]["Id"]
        client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        client.attach_policy(PolicyId=with_deny, TargetId=root)
        keys = _user(other, {"Effect": "Allow", "Action": "*", "Resource": "*"})
        answer = outcome(other.client("sqs", **keys).list_queues)
    return f"Kept, but not asked: under a policy that denies everything, a user's call {answer}."


@AREA.row(
    "identity-providers",
    "A token of an OIDC or SAML provider can be exchanged for a role's credentials.",
    "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html",
    labs=("11",),
)
def identity_providers(account: ProbedAccount) -> str:
    """Offer a token for a role."""
    answer = outcome(
        account.client("sts").assume_role_with_web_identity,
        RoleArn=account.role,
        RoleSessionName="probe",
        WebIdentityToken="token",
    )
    return f"AssumeRoleWithWebIdentity {answer}: a provider's keys cannot be fetched offline."


@AREA.row(
    "administrator",
    "Whoever calls has the permissions of the identity whose keys are used, and no others.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    labs=("11",),
)
def administrator(account: ProbedAccount) -> str:
    """Look at who calls from the notebook, and let a user without policies call."""
    who = account.client("sts").get_caller_identity()["Arn"].rpartition(":")[2]
    answer = outcome(account.client("sqs", **_user(account)).list_queues)
    return (
        f"The notebook calls as {who}, who may do everything; a user without a policy "
        f"{answer.replace('is', 'was', 1)}."
    )


def _user(account: ProbedAccount, *statements: dict[str, Any]) -> dict[str, str]:
    """Create a user with these statements; return keys as boto3 takes them."""
    iam, name = account.client("iam"), account.name()
    iam.create_user(UserName=name)
    for number, statement in enumerate(statements):
        iam.put_user_policy(
            UserName=name, PolicyName=f"may-{number}", PolicyDocument=document(statement)
        )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }

"""Temporary keys of users: what GetSessionToken and GetFederationToken hand out.

They are kept among moto's sessions of roles, so that lookups, expiry and reset reach them. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
and id_credentials_temp_control-access_getfederationtoken.html.
"""

from __future__ import annotations

from moto.iam.models import AccessKey, iam_backends
from moto.sts.models import AssumedRole

from helpers.cloud.policy import Policy, PolicyType, Principal, PrincipalType, parse_policy

PARTITION = "aws"
_WITHOUT_MFA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NoIamWithoutMfa", "Effect": "Deny", "Action": "iam:*", "Resource": "*"},
        {
            "Sid": "FewOperationsOfSts",
            "Effect": "Deny",
            "Action": ["sts:GetAccessKeyInfo", "sts:DecodeAuthorizationMessage"],
            "Resource": "*",
        },
    ],
}


class UserSession(AssumedRole):  # type: ignore[misc]
    """A session of a user, or of somebody the user vouches for (`federated_name`).

    `owner` is the user whose identity policies speak; `policy` is the session policy as text.
    """

    def __init__(
        self,
        owner: Principal,
        duration_s: int,
        *,
        federated_name: str | None = None,
        policy: str | None = None,
    ) -> None:
        self.owner = owner
        self.federated_name = federated_name
        super().__init__(
            account_id=owner.account,
            region_name="us-east-1",
            access_key=AccessKey(None, "ASIA", owner.account),
            role_session_name=federated_name or owner.arn.rsplit("/", 1)[1],
            role_arn="",
            policy=policy,
            duration=duration_s,
            external_id=None,
        )

    @property
    def principal(self) -> Principal:
        """As whom requests are made."""
        if self.federated_name is None:
            return self.owner
        return Principal(self.arn, self.owner.account, PrincipalType.FEDERATED_USER)

    @property
    def arn(self) -> str:
        """The user's ARN, or the federated user's."""
        if self.federated_name is None:
            return self.owner.arn
        return f"arn:aws:sts::{self.owner.account}:federated-user/{self.federated_name}"

    @property
    def user_id(self) -> str:
        """The user's unique id, or account and name of the federated user."""
        if self.federated_name is not None:
            return f"{self.owner.account}:{self.federated_name}"
        users = iam_backends[self.owner.account][PARTITION].users.values()
        return next((str(user.id) for user in users if user.arn == self.owner.arn), self.owner.arn)

    def limit(self) -> tuple[str, Policy]:
        """Return the policy that limits the session, and the name it is shown under.

        A federated user may do nothing of its own without a session policy.
        """
        if self.federated_name is None:
            return "session of a user", parse_policy(_WITHOUT_MFA, PolicyType.SESSION)
        if self.policy:
            return "session policy", parse_policy(self.policy, PolicyType.SESSION)
        return "session policy", Policy(PolicyType.SESSION, (), ())

"""What Lambda itself may do with an execution role is asked once, until IAM changes."""

from __future__ import annotations

from helpers.cloud.clock import Clock
from helpers.cloud.moto_seam.iam.authorizer import MotoAuthorizer
from helpers.cloud.policy import Policies, Principal, parse_policy
from helpers.cloud.records import Recorder

ROLE = "arn:aws:iam::123456789012:role/charge-card"
SESSION = "arn:aws:sts::123456789012:assumed-role/charge-card/awslambda"
READS = parse_policy(
    '{"Statement": {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}}'
)


class ChangingRole:
    """Knows a role without permissions, which gets one while somebody asks for the first time."""

    def __init__(self) -> None:
        self.asked = 0
        self.authorizer = MotoAuthorizer(self, Recorder(Clock()))  # type: ignore[arg-type]

    def session_principal(self, *_: str) -> Principal:
        return Principal(SESSION, "123456789012")

    def policies(self, _: Principal) -> Policies:
        self.asked += 1
        if self.asked > 1:
            return Policies(identity=(("reads", READS),))
        self.authorizer.forget()
        return Policies()


def test_an_answer_from_before_a_change_of_iam_is_not_kept():
    """Whoever asked meanwhile hears the old answer; the next one is asked anew."""
    role = ChangingRole()
    answers = [role.authorizer.role_may(ROLE, "sqs:ReceiveMessage", "*") for _ in range(3)]

    assert answers[0] is not None
    assert [None, None] == answers[1:]
    assert 2 == role.asked

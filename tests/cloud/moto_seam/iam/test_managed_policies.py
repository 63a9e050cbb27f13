"""AWS's managed policies are in every account, and in memory once."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from moto.iam.models import IAMBackend

from helpers.cloud.moto_seam.iam import managed_policies

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
Made = Callable[[str], IAMBackend]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """What makes IAM for an account; moto is as it was afterwards."""
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    monkeypatch.setattr(IAMBackend, "_init_aws_policies", IAMBackend._init_aws_policies)
    managed_policies.install()
    return lambda account: IAMBackend("aws", account)


def test_accounts_share_documents_and_not_attachments(made: Made):
    """What is attached in one account is not in another, though both read the same documents."""
    one, other = made("111111111111"), made("222222222222")
    one.create_role("r", "{}", "/", None, "", {}, 3600)
    one.attach_role_policy(BASIC, "r")

    mine, theirs = one.managed_policies[BASIC], other.managed_policies[BASIC]
    assert (1, 0) == (mine.attachment_count, theirs.attachment_count)
    assert ("111111111111", "222222222222") == (mine.account_id, theirs.account_id)
    assert mine.versions[0].document is theirs.versions[0].document


def test_the_text_is_let_go(made: Made):
    """Five megabytes of text that only moto's first reading needs are not kept."""
    made("111111111111")

    assert "moto.iam.aws_managed_policies" not in sys.modules

"""Variables and files that could lead to a real account are named, and their values are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.firstaid import settings
from helpers.firstaid.finding import Mark

HERE = "http://127.0.0.1:4566"


def test_names_of_aws_variables_are_shown_and_values_are_not():
    """Credentials in the shell are noticed without being printed."""
    found = settings.aws_variables({"AWS_SECRET_ACCESS_KEY": "hush", "AWS_PROFILE": "work"})

    assert (Mark.WARN, "real-credentials") == (found.mark, found.anchor)
    assert "AWS_PROFILE, AWS_SECRET_ACCESS_KEY" in found.seen
    assert "unset AWS_PROFILE AWS_SECRET_ACCESS_KEY" == found.command
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("variables", "mark"),
    [
        ({}, Mark.OK),
        ({"AWS_PAGER": "", "AWS_REGION": "eu-west-1"}, Mark.OK),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_SECRET_ACCESS_KEY": "of serve"}, Mark.OK),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_SQS": "https://sqs"}, Mark.WARN),
        ({"AWS_ENDPOINT_URL": "https://sts.amazonaws.com", "AWS_REGION": "x"}, Mark.WARN),
    ],
)
def test_what_serve_prints_is_expected_and_what_leads_past_it_is_not(
    variables: dict[str, str], mark: Mark
):
    """The exports of kit.py serve are well; another endpoint or profile beside them is not."""
    assert mark is settings.aws_variables(variables).mark


def test_real_credentials_are_noticed_and_left_alone(tmp_path: Path):
    """Files of the user are named, with the promise that labs do not read them."""
    assert Mark.OK is settings.aws_files(tmp_path).mark
    (tmp_path / ".aws").mkdir()
    file = tmp_path / ".aws" / "credentials"
    file.write_text("[default]\naws_secret_access_key=hush")
    (tmp_path / ".boto").write_text("hush")
    found = settings.aws_files(tmp_path)

    assert (Mark.NOTE, "real-credentials") == (found.mark, found.anchor)
    assert "~/.aws/credentials and ~/.boto there" in found.seen
    assert "kit.py serve" in found.command
    assert "hush" not in repr(found)


def test_a_home_that_may_not_be_looked_into_holds_no_files(tmp_path: Path):
    """A home under a file is no reason to stop."""
    (tmp_path / "file").write_text("")
    assert Mark.OK is settings.aws_files(tmp_path / "file").mark


@pytest.mark.parametrize(
    ("variables", "mark"),
    [
        ({}, Mark.OK),
        ({"HTTPS_PROXY": ""}, Mark.OK),
        ({"HTTPS_PROXY": "http://proxy:3128"}, Mark.WARN),
        ({"https_proxy": "http://proxy:3128", "NO_PROXY": "127.0.0.1"}, Mark.OK),
        ({"ALL_PROXY": "socks5://proxy", "no_proxy": "*"}, Mark.OK),
    ],
)
def test_a_proxy_matters_only_without_an_exception_for_loopback(
    variables: dict[str, str], mark: Mark
):
    """A proxy is worth a look when the AWS CLI would send loopback requests to it."""
    assert mark is settings.proxies(variables).mark


def test_a_proxy_s_address_is_not_shown():
    """A proxy's address may hold a password; its variable's name and the remedy are enough."""
    found = settings.proxies({"HTTPS_PROXY": "http://ana:hush@proxy:3128"})

    assert "proxies" == found.anchor
    assert "HTTPS_PROXY set" in found.seen
    assert "export NO_PROXY=127.0.0.1,localhost" == found.command
    assert "hush" not in repr(found)

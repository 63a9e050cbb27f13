from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.cloud.errors import KitError
from helpers.course import account as account_module
from helpers.course.account import LAMBDA_CONFIG, Account, open_account
from helpers.course.joined import JoinedCloud


class Cloud:
    endpoint = "http://127.0.0.1:4566"
    region = "us-east-1"
    access_key_id = "k"
    secret_access_key = "s"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The endpoints that were taken over, instead of taking over this process."""
    endpoints: list[str] = []

    def takeover(environ: Any, *, endpoint: str, credentials: Any) -> None:
        endpoints.append(endpoint)

    monkeypatch.setattr(account_module, "takeover", takeover)
    return endpoints


def test_without_an_endpoint_a_cloud_is_started_with_the_settings(
    monkeypatch: pytest.MonkeyPatch, taken: list[str]
):
    """The lab's own account is the default; the file level may be lowered from outside."""
    asked: list[Any] = []

    def start_cloud(*, settings: Any) -> Cloud:
        asked.append(settings)
        return Cloud()

    monkeypatch.setattr(account_module, "start_cloud", start_cloud)

    account = open_account({}, settings={"time_lapse": 60})

    assert [{"time_lapse": 60}] == asked
    assert not account.joined
    assert [Cloud.endpoint] == taken

    open_account({"COLDSTART_FILE_LEVEL": "A"}, settings={"time_lapse": 60})

    assert {"time_lapse": 60, "file_level": "A"} == asked[1]


def test_an_endpoint_that_stood_before_is_joined(taken: list[str]):
    """AWS_ENDPOINT_URL means: work in that account, with the key beside it."""
    environ = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566/",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
    }

    account = open_account(environ)

    assert account.joined
    assert JoinedCloud("http://127.0.0.1:4566", "us-east-1", "k", "s") == account.cloud
    assert ["http://127.0.0.1:4566"] == taken


def test_the_lambda_client_is_the_one_the_card_describes():
    """Its configuration is the text that setup prints; other clients keep boto3's defaults."""
    account = Account(Cloud(), None, False)  # type: ignore[arg-type]
    promised = eval(LAMBDA_CONFIG, {"Config": Config})

    client = account.client("lambda")

    assert (
        promised.retries["total_max_attempts"] == client.meta.config.retries["total_max_attempts"]
    )
    assert promised.read_timeout == client.meta.config.read_timeout
    assert Cloud.endpoint == client.meta.endpoint_url
    assert client is account.client("lambda")


def test_clients_can_be_asked_for_by_many_threads():
    """Concurrent invokes share one client instead of racing to make it."""
    account = Account(Cloud(), None, False)  # type: ignore[arg-type]

    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(account.client, ["sqs"] * 16))

    assert 1 == len(clients)


def test_clients_share_one_session(monkeypatch: pytest.MonkeyPatch):
    """Each session would keep botocore's list of endpoints, seven megabytes, for itself."""
    made: list[Any] = []
    session = account_module.boto3.session.Session

    def counted(**settings: Any) -> Any:
        made.append(settings)
        return session(**settings)

    monkeypatch.setattr(account_module.boto3.session, "Session", counted)
    account = Account(Cloud(), None, joined=False)  # type: ignore[arg-type]

    assert account.client("sqs") is not account.client("sts")
    assert 1 == len(made)


def test_a_key_that_the_joined_account_does_not_know_is_named():
    """A stale export of another account is explained, with what to export instead."""

    class Sts:
        def get_caller_identity(self) -> None:
            raise ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "GetCallerIdentity")

    account = Account(Cloud(), None, True, _clients={"sts": Sts()})  # type: ignore[arg-type]

    with pytest.raises(KitError, match=r"does not take the key 'k' \(InvalidClientTokenId\)"):
        _ = account.account_id

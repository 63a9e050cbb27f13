from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from helpers.checks.outcome import NotAvailable
from helpers.cloud.errors import KitError
from helpers.course import account as account_module
from helpers.course.account import LAMBDA_CONFIG, Account, open_account
from helpers.course.joined import ACCOUNT_ID, JoinedCloud
from tests.course.endpoints import LOCALSTACK, NOBODY, endpoint


class Cloud:
    endpoint = "http://127.0.0.1:4566"
    region = "us-east-1"
    access_key_id = "k"
    secret_access_key = "s"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The endpoints that were taken over, instead of taking over this process."""
    endpoints: list[str] = []

    def takeover(environ: Any, *, endpoint: str, credentials: Any, region: str) -> None:
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


def test_a_kit_s_cloud_that_runs_already_is_joined(taken: list[str]):
    """AWS_ENDPOINT_URL means: work in that account, with the key beside it and the lab's settings.

    COLDSTART_BACKEND=localstack leads to the same place.
    """
    said = {"GET /_kit/health": {"status": "ready"}, "POST /_kit/config": {}}
    with endpoint(said) as kit:
        environ = {
            "AWS_ENDPOINT_URL": f"{kit.url}/",
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
        }

        account = open_account(environ, settings={"time_lapse": 60})
        again = open_account({**environ, "COLDSTART_BACKEND": "localstack"})

    assert account.joined
    assert account.product is None
    assert JoinedCloud(kit.url, "us-east-1", "k", "s") == account.cloud == again.cloud
    assert [kit.url, kit.url] == taken
    assert 1 == kit.calls.count("POST /_kit/config")


@pytest.mark.parametrize("backend", ["endpoint", "localstack"])
def test_another_product_is_joined_as_what_it_says_it_is(taken: list[str], backend: str):
    """Its settings are its own; what only the kit has is not available, in one sentence each."""
    with endpoint(LOCALSTACK) as product:
        environ = {"AWS_ENDPOINT_URL": product.url, "COLDSTART_BACKEND": backend}

        account = open_account(environ, settings={"time_lapse": 60})
        account.configure({"cpu_share": True})

        assert "LocalStack version 4.9.2, edition pro, 2 services" == str(account.product)
        assert {} == account.cloud.health()
        assert account.is_alive()
    assert ACCOUNT_ID == account.cloud.access_key_id
    assert not any("POST" in call for call in product.calls)
    assert not account.is_alive()
    for ask in (
        account.next_record,
        account.cloud.fault,
        account.cloud.schedules,
        account.cloud.config,
        account.reset,
    ):
        with pytest.raises(NotAvailable, match=r"kit|API of AWS|on demand"):
            ask()


@pytest.mark.parametrize(
    ("given", "used"),
    [("AKIAREALREALREALREAL", ACCOUNT_ID), ("test", ACCOUNT_ID), ("000000000001", "000000000001")],
)
def test_a_key_of_one_s_own_stays_at_home(taken: list[str], given: str, used: str):
    """Where keys are not checked, the labs' account number is the key; another number counts."""
    with endpoint(LOCALSTACK) as product:
        environ = {"AWS_ENDPOINT_URL": product.url, "AWS_ACCESS_KEY_ID": given}

        assert used == open_account(environ).cloud.access_key_id


def test_a_product_that_says_nothing_gets_the_key_that_was_set(taken: list[str]):
    """Whether it checks keys is not known."""
    with endpoint({}) as product:
        environ = {"AWS_ENDPOINT_URL": product.url, "AWS_ACCESS_KEY_ID": "theirs"}

        assert "theirs" == open_account(environ).cloud.access_key_id


def test_the_kit_s_own_account_can_be_chosen_over_an_endpoint(
    monkeypatch: pytest.MonkeyPatch, taken: list[str]
):
    """COLDSTART_BACKEND=embedded leaves an AWS_ENDPOINT_URL alone."""
    monkeypatch.setattr(account_module, "start_cloud", lambda **_settings: Cloud())
    environ = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "COLDSTART_BACKEND": "embedded"}

    assert not open_account(environ).joined


def test_an_endpoint_elsewhere_is_refused_before_it_is_asked_anything(taken: list[str]):
    """The guard comes before the first request and before the settings are touched."""
    environ = {"LOCALSTACK_HOST": "10.255.255.1:4566", "COLDSTART_BACKEND": "localstack"}

    with pytest.raises(KitError, match="not on this machine"):
        open_account(environ)

    assert [] == taken


def test_an_endpoint_where_nothing_listens_leaves_the_settings_alone(taken: list[str]):
    """Whoever starts it and runs the cell again finds everything as it was."""
    environ = {"AWS_ENDPOINT_URL": NOBODY, "AWS_PROFILE": "work"}

    with pytest.raises(KitError, match="Nothing answers at AWS_ENDPOINT_URL"):
        open_account(environ)

    assert [] == taken
    assert {"AWS_ENDPOINT_URL": NOBODY, "AWS_PROFILE": "work"} == environ


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


def test_an_endpoint_that_is_no_account_is_named_as_such():
    """A web server at the endpoint gets a sentence, and not the page with which it refuses."""

    class Sts:
        def get_caller_identity(self) -> None:
            raise ResponseParserError("Unable to parse response, invalid XML received: <html>")

    account = Account(Cloud(), None, True, _clients={"sts": Sts()})  # type: ignore[arg-type]

    with pytest.raises(KitError, match="is no account of AWS's kind"):
        _ = account.account_id

"""A lab on an account that is not the kit's own; the kit's own cloud plays that account here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.course import elsewhere
from helpers.course.abilities import Abilities, Finding
from helpers.course.account import Account
from helpers.course.elsewhere import Elsewhere, limits_card, touched_by_labs
from helpers.course.foreign import ForeignCloud
from helpers.course.functions import Functions
from helpers.course.joined import JoinedCloud
from helpers.course.narration import silence
from helpers.course.packaging import package
from helpers.course.product import product_at, reset_product
from helpers.course.removal import KINDS, inventory, remove_since
from helpers.course.session import Kernel
from helpers.course.takeover import Shielded
from helpers.views.panel import Tone
from tests.course.endpoints import HEALTH, INFO, LOCALSTACK, NOBODY, Endpoint, endpoint

SERVICES = {"Service": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]}
TRUSTS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": SERVICES, "Action": "sts:AssumeRole"}],
}
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
UNLICENSED = {**INFO, "is_license_activated": False}
SOURCE = "def handler(event, context):\n    return event\n"


def fill(account: Account, own: str) -> None:
    """Make one resource of every kind; `own` is in its name where it has one."""
    client = account.client
    iam, s3, sqs, events = client("iam"), client("s3"), client("sqs"), client("events")
    made = iam.create_role(RoleName=f"{own}-role", AssumeRolePolicyDocument=json.dumps(TRUSTS))
    role = made["Role"]["Arn"]
    iam.put_role_policy(RoleName=f"{own}-role", PolicyName="p", PolicyDocument=POLICY)
    queue = sqs.create_queue(QueueName=own)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    functions = Functions(account.client, account.place, silence)
    function = functions.deploy(SOURCE, own, {"Role": role})
    client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=arn["QueueArn"], Enabled=False
    )
    content = {"ZipFile": package(SOURCE).content}
    client("lambda").publish_layer_version(LayerName=own, Content=content)
    events.put_rule(Name=own, ScheduleExpression="rate(1 day)")
    events.put_targets(Rule=own, Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])
    client("scheduler").create_schedule(
        Name=own,
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn["QueueArn"], "RoleArn": role},
    )
    client("apigatewayv2").create_api(Name=own, ProtocolType="HTTP")
    client("apigateway").create_rest_api(name=own)
    client("sns").create_topic(Name=own)
    client("kinesis").create_stream(StreamName=own, ShardCount=1)
    client("dynamodb").create_table(
        TableName=own,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    s3.create_bucket(Bucket=own)
    s3.put_bucket_versioning(Bucket=own, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"new"):
        s3.put_object(Bucket=own, Key="note", Body=body)
    client("secretsmanager").create_secret(Name=own, SecretString="x")
    client("ssm").put_parameter(Name=own, Value="x", Type="String")
    client("logs").create_log_group(logGroupName=own)


def test_only_what_came_since_is_deleted(account: Account):
    """Of each kind, what stood before stays and what the lab made goes, with what is inside it."""
    fill(account, "theirs")
    before = inventory(account.client)
    fill(account, "ours")

    deleted, kept = remove_since(account.client, before)

    assert {kind.noun for kind in KINDS} == set(before) == set(deleted)
    assert {} == kept
    assert before == inventory(account.client)


def test_what_an_endpoint_refuses_is_told_and_what_it_cannot_list_is_left():
    """One refusal does not end the clean-up; a kind without a list is not touched."""

    class Queues:
        def can_paginate(self, _operation: str) -> bool:
            return False

        def list_queues(self) -> dict[str, list[str]]:
            return {"QueueUrls": ["http://127.0.0.1/0/a", "http://127.0.0.1/0/b"]}

        def delete_queue(self, QueueUrl: str) -> None:  # noqa: N803 - boto3's name
            if QueueUrl.endswith("a"):
                raise refusal

    class Nothing:
        def can_paginate(self, _operation: str) -> bool:
            raise refusal

    refusal = ClientError({"Error": {"Code": "X", "Message": "no"}}, "Any")

    def client(service: str) -> Any:
        return Queues() if service == "sqs" else Nothing()

    deleted, kept = remove_since(client, {"queues": frozenset()})

    assert {"queues"} == set(inventory(client))
    assert {"queues": {"http://127.0.0.1/0/b"}} == deleted
    assert {"queues": {"http://127.0.0.1/0/a"}} == kept


@pytest.fixture
def product() -> Iterator[Endpoint]:
    """A product that says it is LocalStack; boto3 finds nothing there."""
    with endpoint(LOCALSTACK) as played:
        yield played


EMPTY: dict[str, Any] = {kind.noun: frozenset() for kind in KINDS}


def elsewhere_at(monkeypatch: pytest.MonkeyPatch, url: str, *found: dict[str, Any]) -> Elsewhere:
    """Return the place of an account whose listings give what was `found`, one after the other."""
    listings = iter(found)
    monkeypatch.setattr(elsewhere, "inventory", lambda _client: next(listings))
    return Elsewhere(account_at(url))


def account_at(url: str) -> Account:
    cloud = ForeignCloud(url, "us-east-1", "k", "s")
    return Account(cloud, Shielded(), True, _account_id="123456789012")


def test_an_account_that_was_empty_is_emptied_by_the_product_itself(
    monkeypatch: pytest.MonkeyPatch, product: Endpoint
):
    """LocalStack's own reset is used where nobody can miss anything, and the card says so."""
    card = elsewhere_at(monkeypatch, product.url, EMPTY).reset()

    assert ["POST /_localstack/state/reset"] == product.calls
    assert "The account is empty\n  By  POST /_localstack/state/reset" == str(card)


def test_where_something_stood_before_the_product_is_not_emptied(
    monkeypatch: pytest.MonkeyPatch, product: Endpoint
):
    """The card names what was deleted, what was left alone and what the endpoint refused."""
    removed = ({"queues": frozenset({"b", "a"})}, {"topics": frozenset({"t"})})
    monkeypatch.setattr(elsewhere, "remove_since", lambda _client, _before: removed)

    card = elsewhere_at(monkeypatch, product.url, {"tables": frozenset({"theirs"})}).reset()

    assert [] == product.calls
    assert Tone.WAIT is card.tone
    assert (
        ("Queues", "a, b"),
        ("Left alone", "what stood here before: 1 tables"),
        ("Still there", "1 topics, because the endpoint refused"),
    ) == card.lines


def test_where_a_kind_could_not_be_listed_the_product_is_not_emptied(
    monkeypatch: pytest.MonkeyPatch, product: Endpoint
):
    """What nobody saw may be somebody's."""
    monkeypatch.setattr(elsewhere, "remove_since", lambda _client, _before: ({}, {}))
    seen = {noun: names for noun, names in EMPTY.items() if noun != "tables"}

    assert "Nothing to delete" == str(elsewhere_at(monkeypatch, product.url, seen).reset())
    assert [] == product.calls


def test_another_machine_s_product_is_never_emptied(monkeypatch: pytest.MonkeyPatch):
    """A class may share it: only what this lab made goes."""
    monkeypatch.setattr(elsewhere, "remove_since", lambda _client, _before: ({}, {}))
    monkeypatch.setattr(elsewhere, "reset_product", lambda _url: pytest.fail("asked for a reset"))

    card = elsewhere_at(monkeypatch, "http://10.0.0.5:4566", EMPTY).reset()

    assert "Nothing to delete" == str(card)


def test_a_product_says_what_it_is():
    """LocalStack by its page of its own, others by its health page, and some say nothing."""
    with endpoint(LOCALSTACK) as played:
        licensed = str(product_at(played.url))
    with endpoint({**LOCALSTACK, "GET /_localstack/info": UNLICENSED}) as played:
        unlicensed = str(product_at(played.url))
    with endpoint({"GET /_localstack/health": HEALTH}) as played:
        other = str(product_at(played.url))
        resets = reset_product(played.url)
    with endpoint({"GET /_localstack/health": ["no object"]}) as played:
        silent = str(product_at(played.url))

    assert "LocalStack version 4.9.2, edition pro, 2 services" == licensed
    assert f"{licensed}, no license activated" == unlicensed
    assert "it answers where LocalStack does: version 4.9, edition pro, 2 services" == other
    assert "" == resets
    assert "it says nothing of itself at /_localstack/health" == silent
    with pytest.raises(OSError, match="refused"):
        product_at(NOBODY)


def test_an_endpoint_leads_nobody_to_another():
    """A redirect is a refusal: what it names was not allowed, and gets neither page nor key."""
    with endpoint(LOCALSTACK) as other, endpoint({}) as played:
        played.elsewhere = other.url
        joined = JoinedCloud.from_environment(played.url, {"AWS_ACCESS_KEY_ID": "AKIAREAL"})

        assert "" == product_at(played.url).version
        assert {} == joined.health()
        assert "" == reset_product(played.url)

    assert [] == other.calls
    assert 5 == len(played.calls)


def test_the_limits_of_a_lab_are_told_by_what_is_missing():
    """One line for each missing capability: the exercises it limits, and its sentence."""
    abilities = Abilities(account_at(NOBODY))
    for capability in Capability:
        able = capability not in (Capability.FREEZE, Capability.LOGS)
        abilities._found[capability] = Finding(capability, able)

    lab = lab_of({Capability.LOGS}, set(), {Capability.LOGS, Capability.FREEZE})

    card = limits_card(lab, abilities)

    assert card is not None
    assert "2 of 3 exercises are limited on this account" == card.heading
    assert (
        ("9.3", Capability.FREEZE.sentence),
        ("9.1, 9.3", Capability.LOGS.sentence),
    ) == card.lines
    assert "unset COLDSTART_BACKEND" in card.closing
    assert limits_card(lab_of({Capability.TIMEOUT}, set()), abilities) is None


def lab_of(*needs: set[Capability]) -> LabChecks:
    exercises = tuple(
        Exercise(f"9.{number}", "do it", True, ("a", "b", "c"), print, frozenset(each))
        for number, each in enumerate(needs, start=1)
    )
    return LabChecks("09-fake", exercises)


REMOTE = "http://10.0.0.5:4566"
TOUCHED = f"labs create and delete resources at {REMOTE}, region us-east-1, with the key k"


@pytest.mark.parametrize(
    ("url", "environ", "said"),
    [
        ("http://127.0.0.1:4566", {"http_proxy": "http://proxy.invalid:1"}, ""),
        (REMOTE, {}, TOUCHED),
        (REMOTE, {"http_proxy": "http://proxy.invalid:1"}, f"{TOUCHED}, through your proxy"),
        (REMOTE, {"http_proxy": "http://proxy.invalid:1", "no_proxy": "10.0.0.5"}, TOUCHED),
    ],
)
def test_another_machine_is_named_with_what_is_touched_there(
    monkeypatch: pytest.MonkeyPatch, url: str, environ: dict[str, str], said: str
):
    """Endpoint, region, key, and whether requests pass a proxy; this machine needs no word."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert said == touched_by_labs(account_at(url).cloud)


def test_the_card_of_another_account_claims_nothing_of_the_kit_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, product: Endpoint
):
    """What is real in the kit's own cloud is not said of a product; what that says of itself is."""
    account = replace(account_at(product.url), product=product_at(product.url))
    monkeypatch.setattr(elsewhere, "inventory", lambda _client: {})
    monkeypatch.setattr(elsewhere, "keep_cells_calm", lambda: None)
    environ = {"COLDSTART_DATA": str(tmp_path)}
    session = Kernel(lambda *_, **__: account, environ).session("00-welcome", {})

    card = str(session.status_card())

    assert "an account that is not the kit's own" in card
    assert "Backend        LocalStack version 4.9.2, edition pro, 2 services" in card
    assert not [word for word in ("Real here", "Python", "Elsewhere", product.url) if word in card]

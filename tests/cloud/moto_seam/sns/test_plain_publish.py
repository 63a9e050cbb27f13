"""A plain Publish is answered as moto answers it; whatever is not plain is left to moto."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto.iam.models import iam_backends
from moto.sns.models import sns_backends

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import application
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION
from helpers.cloud.moto_seam.sns import messages as sns_messages
from helpers.cloud.moto_seam.sns import plain_publish
from helpers.cloud.wsgi import call

KEY = "AKIAIOSFODNN7EXAMPLE"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:plain"
PLAIN = f"Action=Publish&Version=2010-03-31&TopicArn={TOPIC}&Message=caf%C3%A9+%26"
CHANGES = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{52}")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """Yield what a topic of the account is told: text and subject."""
    sns_messages.install()
    application.reset_services()
    topic = sns_backends[ACCOUNT_ID]["us-east-1"].create_topic("plain")
    messages: list[tuple[Any, ...]] = []

    def publish(text: str, subject: str | None = None, **_: Any) -> str:
        messages.append((text, subject))
        return "7d1e2f34-0000-4000-8000-000000000000"

    monkeypatch.setattr(topic, "publish", publish)
    yield messages
    application.reset_services()


def request(text: str, key: str = KEY, path: str = "/", **more: str) -> HttpRequest:
    """Return a signed call of SNS, as the server hands it on."""
    headers = {
        "host": "127.0.0.1:4566",
        "content-type": "application/x-www-form-urlencoded",
        "authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/sns/aws4_request, "
        "SignedHeaders=host, Signature=0",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return HttpRequest("POST", path, "", headers, tuple(headers), text.encode())


def compared(answer: HttpAnswer) -> tuple[int, list[tuple[str, str]], str]:
    """Return an answer without its ids, and without the length that the server adds."""
    headers = [(n.lower(), CHANGES.sub("*", v)) for n, v in answer.headers]
    kept = sorted(each for each in headers if each[0] != "content-length")
    return answer.status, kept, CHANGES.sub("*", answer.body.decode())


def test_the_answer_is_the_one_that_moto_gives(told: list[tuple[Any, ...]]):
    """Status, headers and body; the topic is told the same text and subject."""
    asked = request(f"{PLAIN}&Subject=hello")
    answer = plain_publish.answer(asked)
    moto = call(application.wsgi_application({}), asked, port=4566)

    assert answer is not None
    assert compared(moto) == compared(answer)
    assert [("café &", "hello")] * 2 == told


@pytest.mark.parametrize(
    "asked",
    [
        request(f"{PLAIN}&MessageStructure=json"),
        request(f"{PLAIN}&MessageAttributes.entry.1.Name=a"),
        request(f"{PLAIN}&MessageGroupId=g"),
        request(f"{PLAIN}&Message=twice"),
        request("Action=Publish&PhoneNumber=%2B15550100&Message=m"),
        request(f"Action=Publish&TargetArn={TOPIC}&Message=m"),
        request(f"Action=Publish&TopicArn={TOPIC}&Message="),
        request(f"Action=Publish&TopicArn={TOPIC}"),
        request(f"{PLAIN}&Subject="),
        request(PLAIN.replace("plain", "none")),
        request(PLAIN.replace("us-east-1", "eu-west-1")),
        request("Action=ListTopics"),
        request(PLAIN, path="/plain"),
        request(PLAIN, origin="http://localhost:8888"),
        request(PLAIN, x_moto_account_id="111122223333"),
        request(PLAIN, content_encoding="gzip"),
        request(PLAIN, user_agent="sdk region/eu-west-1"),
        request(PLAIN, authorization="AWS AKIA:signature"),
    ],
)
def test_everything_else_is_left_to_moto(told: list[tuple[Any, ...]], asked: HttpRequest):
    """More than text and subject, errors, and requests that moto would read otherwise."""
    left = plain_publish.answer(asked)

    assert left is None
    assert [] == told


def test_the_key_was_used(told: list[tuple[Any, ...]]):
    """GetAccessKeyLastUsed tells of it."""
    iam = iam_backends[ACCOUNT_ID][PARTITION]
    iam.create_user(region_name="us-east-1", user_name="publisher")
    key = iam.create_access_key("publisher")

    assert plain_publish.answer(request(PLAIN, key=key.access_key_id)) is not None
    assert "sns" == key.last_used.service
    assert 1 == len(told)

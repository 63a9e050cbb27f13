"""The store of function URLs, and CORS."""

from __future__ import annotations

import pytest

from helpers.cloud.http_fronts.cors import Cors
from helpers.cloud.http_fronts.function_urls import AuthType, FunctionUrl, FunctionUrls, new_url_id
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.registry import Alias, PublishedFunction, Registry

KEY = ("123456789012", "us-east-1", "f")


def url(qualifier: str | None = None) -> FunctionUrl:
    """Return a URL of the function or of an alias."""
    return FunctionUrl(
        id=new_url_id(),
        key=KEY,
        qualifier=qualifier,
        auth_type=AuthType.NONE,
        created=0,
        modified=0,
    )


@pytest.fixture
def registry() -> Registry:
    """A registry with one function that has an alias."""
    made = Registry()
    made.publish(KEY, PublishedFunction(versions={}, aliases={"live": Alias("live", "1")}))
    return made


def test_there_is_one_url_per_function_and_alias(registry: Registry):
    """A second new one is refused; a changed one keeps its place."""
    urls, first = FunctionUrls(registry), url()

    assert urls.put(first, new=True)
    assert not urls.put(url(), new=True)
    assert urls.put(url("live"), new=True)
    assert [None, "live"] == [found.qualifier for found in urls.of_function(KEY)]
    assert first == urls.find(first.id) == urls.get(KEY, None)


def test_urls_go_with_their_alias_and_their_function(registry: Registry):
    """A change of the function takes along what has lost its ground."""
    urls, whole, live = FunctionUrls(registry), url(), url("live")
    urls.put(whole)
    urls.put(live)

    registry.publish(KEY, PublishedFunction(versions={}))
    assert (whole, None) == (urls.find(whole.id), urls.find(live.id))
    registry.withdraw(KEY)
    assert urls.find(whole.id) is None
    assert not urls.delete(KEY, None)


@pytest.mark.parametrize(
    ("allowed", "origin", "expected"),
    [
        (["*"], "https://a.example", "*"),
        (["https://a.example"], "https://a.example", "https://a.example"),
        (["https://a.example"], "https://A.example", "https://A.example"),
        (["https://a.example"], "https://a.example.evil", None),
        (["https://*"], "http://a.example", None),
        (["*"], "", None),
    ],
)
def test_an_origin_is_allowed_when_it_is_listed(
    allowed: list[str], origin: str, expected: str | None
):
    """Exactly, by scheme, or everybody."""
    request = HttpRequest("GET", "/", "", {"origin": origin}, ("Origin",), b"")

    answer = Cors(origins=allowed).applied(request, HttpAnswer(200, []))

    assert expected == dict(answer.headers).get("Access-Control-Allow-Origin")


def test_with_credentials_the_wildcard_names_the_origin():
    """Browsers refuse * together with credentials."""
    request = HttpRequest("GET", "/", "", {"origin": "https://a.example"}, ("Origin",), b"")

    answer = Cors(origins=["*"], credentials=True).applied(request, HttpAnswer(200, []))

    assert "https://a.example" == dict(answer.headers)["Access-Control-Allow-Origin"]

"""Which route of an HTTP API a request takes, and which stage."""

from __future__ import annotations

import pytest

from helpers.cloud.http_fronts.http_apis import HttpApi, Route, Stage
from helpers.cloud.http_fronts.routes import choose_route, is_route_key


@pytest.mark.parametrize(
    ("keys", "method", "path", "expected"),
    [
        (["ANY /a", "GET /a"], "GET", "/a", "GET /a"),
        (["ANY /a", "GET /{x}"], "GET", "/a", "ANY /a"),
        (["GET /{x}/b", "GET /a/{y}"], "GET", "/a/b", "GET /a/{y}"),
        (["GET /a/{p+}", "GET /{x}/b"], "GET", "/a/b", "GET /{x}/b"),
        (["GET /{p+}", "GET /a/{p+}"], "GET", "/a/b/c", "GET /a/{p+}"),
        (["GET /{p+}", "$default"], "GET", "/", "$default"),
        (["GET /a/{p+}"], "GET", "/a/", "GET /a/{p+}"),
        (["GET /a"], "GET", "/a/", None),
        (["GET /{x}"], "GET", "/", None),
        (["GET /a"], "POST", "/a", None),
        (["GET /caf\u00e9"], "GET", "/caf%C3%A9", "GET /caf\u00e9"),
        ([], "GET", "/", None),
    ],
)
def test_the_best_of_several_routes_wins(
    keys: list[str], method: str, path: str, expected: str | None
):
    """Whatever their order."""
    for order in (keys, keys[::-1]):
        found = choose_route([Route(key=key, integration=None) for key in order], method, path)
        assert expected == (found[0].key if found else None)


def test_variables_are_decoded():
    """Each segment by itself, a greedy one as a whole."""
    routes = [Route(key="GET /{a}/{rest+}", integration=None)]

    found = choose_route(routes, "GET", "/x%2Fy/1/%20")

    assert found is not None
    assert {"a": "x/y", "rest": "1/ "} == found[1]


@pytest.mark.parametrize(
    ("key", "fits"),
    [("GET /", True), ("$default", True), ("ANY /{a+}", True), ("GET", False), ("get /", False)],
)
def test_route_keys_have_a_form(key: str, fits: bool):
    """A method and a path, or $default."""
    assert fits == is_route_key(key)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/prod/a", ("prod", "/a", "/prod/a")),
        ("/prod", ("prod", "/", "/prod")),
        ("/a", ("$default", "/a", "/a")),
        ("/$default/a", ("$default", "/a", "/a")),
        ("/%24default/a", ("$default", "/a", "/a")),
        ("/", ("$default", "/", "/")),
    ],
)
def test_the_first_segment_names_a_stage(path: str, expected: tuple[str, str, str]):
    """If there is one of this name."""
    stages = {name: Stage(name=name) for name in ("$default", "prod")}
    api = HttpApi(id="a", region="r", account_id="1", stages=stages)

    stage, routed, shown = api.stage_of(path)

    assert stage is not None
    assert expected == (stage.name, routed, shown)

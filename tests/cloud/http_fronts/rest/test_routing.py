"""A path meets the most particular resource that can answer it."""

from __future__ import annotations

import pytest

from helpers.cloud.http_fronts.rest.deployment import Method, Resource
from helpers.cloud.http_fronts.rest.routing import route

PATHS = {
    "/": "GET",
    "/pets": "GET",
    "/pets/{id}": "ANY",
    "/pets/mine": "GET",
    "/pets/{id}/toys/{toy}": "GET",
    "/pets/mine/toys/{toy}": "GET",
    "/{proxy+}": "ANY",
}
RESOURCES = [Resource(path, path, {verb: Method(http_method=verb)}) for path, verb in PATHS.items()]


@pytest.mark.parametrize(
    ("expected", "parameters", "verb", "path"),
    [
        ("/", {}, "GET", "/"),
        ("/", {}, "GET", ""),
        ("/pets", {}, "GET", "/pets/"),
        ("/pets/mine", {}, "GET", "/pets/mine"),
        ("/pets/{id}", {"id": "mine"}, "POST", "/pets/mine"),
        ("/pets/{id}", {"id": "a%2Fb"}, "GET", "/pets/a%2Fb"),
        ("/pets/mine/toys/{toy}", {"toy": "1"}, "GET", "/pets/mine/toys/1"),
        ("/pets/{id}/toys/{toy}", {"id": "7", "toy": "1"}, "GET", "/pets/7/toys/1"),
        ("/{proxy+}", {"proxy": "pets"}, "POST", "/pets"),
        ("/{proxy+}", {"proxy": "a/b%20c/d"}, "GET", "/a/b%20c/d"),
    ],
)
def test_what_a_path_means(expected: str, parameters: dict[str, str], verb: str, path: str):
    """Literal before parameter before greedy, among those that know the verb."""
    found = route(RESOURCES, path, verb)

    assert found is not None
    assert (expected, parameters) == (found.resource.path, found.parameters)


def test_a_greedy_parameter_takes_at_least_one_part():
    """/{proxy+} is not the root."""
    assert route([RESOURCES[-1]], "/", "GET") is None


def test_a_path_whose_verb_nobody_knows_still_names_its_resource():
    """So that the refusal can say where it was."""
    found = route(RESOURCES[:2], "/pets", "DELETE")

    assert found is not None
    assert found.resource.method("DELETE") is None

"""Which route of an HTTP API a request takes.

A full match comes before one with a greedy variable ({proxy+}), and $default is last; between full
matches a fixed segment is better than a variable, and a method better than ANY. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from helpers.cloud.http_fronts.http_apis import DEFAULT, Route

KEY = re.compile(r"\$default|(?:ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /\S*")
VARIABLE = re.compile(r"\{([\w.:-]+)(\+?)\}")
FIXED, SINGLE, GREEDY = range(3)

Match = tuple[Route, dict[str, str]]


def choose_route(routes: Sequence[Route], method: str, path: str) -> Match | None:
    """Return the best route for a raw path, with its decoded variables; None for no route.

    >>> routes = [Route(key=key, integration=None) for key in ("GET /a/{id}", "ANY /{proxy+}")]
    >>> [choose_route(routes, "GET", path)[0].key for path in ("/a/1", "/a/1/2")]
    ['GET /a/{id}', 'ANY /{proxy+}']
    """
    best: tuple[tuple[int, ...], Match] | None = None
    for route in routes:
        if route.method not in (method, "ANY"):
            continue
        found = _match(route, path)
        if found is None:
            continue
        ranks, variables = found
        rank = (*ranks, int(route.method == "ANY"))
        if best is None or rank < best[0]:
            best = rank, (route, variables)
    return best[1] if best else None


def is_route_key(key: str) -> bool:
    """Tell whether a route key is one of an HTTP API."""
    return KEY.fullmatch(key) is not None


def _match(route: Route, path: str) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """Return how good each segment matches (less is better), and the variables."""
    if route.key == DEFAULT:
        return (GREEDY + 1,), {}
    wanted, given = route.path.split("/")[1:], path.split("/")[1:]
    ranks: list[int] = []
    variables: dict[str, str] = {}
    for number, segment in enumerate(wanted):
        variable = VARIABLE.fullmatch(segment)
        if variable is not None and variable[2]:
            rest = "/".join(given[number:])
            if number >= len(given) or not (rest or number):
                return None  # /a/ fits /a/{proxy+} with nothing, /a does not, nor / /{proxy+}
            # greedy anywhere loses against a full match, whatever came before it
            return (GREEDY, *ranks, GREEDY), {**variables, variable[1]: unquote(rest)}
        if number >= len(given):
            return None
        if variable is not None and given[number]:
            variables[variable[1]] = unquote(given[number])
            ranks.append(SINGLE)
        elif segment == given[number] or segment == unquote(given[number]):
            ranks.append(FIXED)
        else:
            return None
    return ((FIXED, *ranks), variables) if len(wanted) == len(given) else None

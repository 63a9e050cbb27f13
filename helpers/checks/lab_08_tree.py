"""Exercise 8.2: every parameter below a path, in pages of ten.

The check stores trees of its own. Source: docs.aws.amazon.com/systems-manager/latest/APIReference/
API_GetParametersByPath.html.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role, name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-settings"
MOST_CALLS = 3
PAGE = 10
SECURE = "mail/password"
SMALL = {"currency": "EUR", SECURE: "s3cret-small", "mail/host": "mail.invalid", "a/b/c/d": "deep"}
LARGE = {
    **{f"price-{number:02}": str(1950 + number) for number in range(18)},
    "mail/host": "mail.halftone.invalid",
    "mail/user": "halftone",
    SECURE: "s3cret-large",
    "database/password": "plain-for-tests",
    "shipping/free/from-cents": "5000",
}


def check_8_2(session: Session, did: Did, settings: Callable[..., Any]) -> None:
    """Read trees of 4, of 23 and of no parameters, and count the calls for the 23."""
    root = f"/check-{secrets.token_hex(3)}"
    arn = f"arn:aws:ssm:us-east-1:123456789012:parameter{root}"
    actions = ["ssm:GetParametersByPath", "ssm:GetParameters", "ssm:GetParameter"]
    may_read = {"Effect": "Allow", "Action": actions, "Resource": [arn, f"{arn}/*"]}
    with execution_role(session, FUNCTION, may_read) as role:
        session.deploy(settings, FUNCTION, Role=role, Timeout=10)
        for name, tree in (("small", SMALL), ("large", LARGE), ("none", {})):
            with _stored(session, f"{root}/{name}", tree):
                before = _calls(session)
                did(f"read a tree of {len(tree)} parameters")
                _expect_tree(session, f"{root}/{name}", tree)
                _expect_few_calls(_calls(session) - before)
    did("read trees of 4, of 23 and of no parameters")


def _expect_tree(session: Session, path: str, tree: Mapping[str, str]) -> None:
    event = {"path": path}
    expected = f"{len(tree)} names below the path, each with its value."
    found = payload_of(session.invoke(FUNCTION, event), event, expected=expected, hint=2)
    if found == tree:
        return
    if not isinstance(found, dict):
        raise NotYet(f"The answer was {shown(found)}", expected=f"a dict: {expected}", hint=1)
    raise NotYet(
        f"Of {len(tree)} parameters the answer has {sum(name in found for name in tree)}, among "
        f"{len(found)} names; the first ones are {shown(sorted(found)[:3])}",
        expected=expected,
        advice=advice_on(found, path, tree),
        hint=2,
    )


def advice_on(found: Mapping[str, Any], path: str, tree: Mapping[str, str]) -> str:
    """Return what to try, by what is there and what is missing."""
    if about_names := _advice_on_names(found, path, tree):
        return about_names
    if set(found) == set(tree):
        return (
            f"The names are right, and the value of {SECURE} is still encrypted. "
            "Ask with WithDecryption=True."
            if found[SECURE] != tree[SECURE]
            else "The names are right, and some values are not. Take Value of each parameter."
        )
    if found and len(found) % PAGE == 0:
        return (
            f"Those are whole pages: a page has ten at most. Follow NextToken to the {len(tree)}."
        )
    if not any("/" in name for name in found):
        return "Names may lie deeper than one level below the path. Ask with Recursive=True."
    return "Follow NextToken until there is none, with Recursive=True and WithDecryption=True."


def _advice_on_names(found: Mapping[str, Any], path: str, tree: Mapping[str, str]) -> str:
    """Return what is wrong with how the names are written, or nothing."""
    if any(str(name).startswith(path) for name in found):
        return "Write names without the path in front: mail/host, not /shop/live/mail/host."
    if found and all(str(name).startswith("/") for name in found):
        return "Every name begins with a slash. The one after the path goes, too."
    if set(found) <= {name.rpartition("/")[2] for name in tree} and "host" in found:
        return "You keep only the last part of the name, so two parameters may become one."
    if len(found) == len(tree) and not set(found) & set(tree):
        return (
            "Every name has lost some letters. lstrip takes away letters from a set; "
            "removeprefix takes away a text."
        )
    return ""


def _expect_few_calls(calls: int) -> None:
    if calls > MOST_CALLS:
        raise NotYet(
            f"The tree is complete, and it took {calls} calls of Parameter Store.",
            expected=f"at most {MOST_CALLS} for 23 parameters: ten a page.",
            advice="Leave MaxResults at ten, and read by path, not name by name.",
            hint=2,
        )


def _calls(session: Session) -> int:
    decisions = session.records(kind="decision")
    return sum(
        str(d["action"]).startswith("ssm:") and name_of_role(FUNCTION) in str(d["principal"])
        for d in decisions
    )


@contextmanager
def _stored(session: Session, path: str, tree: Mapping[str, str]) -> Iterator[None]:
    ssm = session.client("ssm")
    for name, value in tree.items():
        kind = "SecureString" if name == SECURE else "String"
        ssm.put_parameter(Name=f"{path}/{name}", Value=value, Type=kind)
    try:
        yield
    finally:
        names = [f"{path}/{name}" for name in tree]
        for start in range(0, len(names), PAGE):
            ssm.delete_parameters(Names=names[start : start + PAGE])

"""Properties that hold of every decision, whatever the policies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.policy import (
    Policies,
    PolicyType,
    Principal,
    PrincipalType,
    Request,
    evaluate,
    parse_policy,
)

ACCOUNT = "123456789012"
USER = Principal(f"arn:aws:iam::{ACCOUNT}:user/ana", ACCOUNT, PrincipalType.USER)
SESSION = Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT)

actions = st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"])
resources = st.sampled_from(["arn:aws:s3:::b/a", "arn:aws:s3:::b/c", "arn:aws:s3:::d/a"])
action_patterns = st.sampled_from(["s3:GetObject", "S3:get*", "s3:*", "*", "sqs:?endMessage"])
resource_patterns = st.sampled_from(
    ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/a", "arn:aws:s3:::d/?"]
)
principals = st.sampled_from(
    ["*", {"AWS": ACCOUNT}, {"AWS": USER.arn}, {"AWS": SESSION.arn},
     {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}, {"Service": "s3.amazonaws.com"}]
)  # fmt: skip
conditions = st.sampled_from(
    [{}, {"Bool": {"k": "true"}}, {"StringNotEquals": {"k": "true"}}, {"Null": {"k": "true"}}]
)


@st.composite
def statements(
    draw: st.DrawFn, *, effect: str | None = None, named: bool = False
) -> dict[str, object]:
    """A statement of any shape."""
    negations = [draw(st.sampled_from(["", "", "Not"])) for _ in range(2)]
    element: dict[str, object] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        f"{negations[0]}Action": draw(st.lists(action_patterns, min_size=1, max_size=2)),
        f"{negations[1]}Resource": draw(st.lists(resource_patterns, min_size=1, max_size=2)),
        "Condition": draw(conditions),
    }
    if named:
        element["Principal"] = draw(principals)
    return element


def parsed(elements: list[dict[str, object]], kind: PolicyType) -> tuple[str, object] | None:
    """Parse statements as a policy of a kind, if there are any."""
    if not elements:
        return None
    return str(kind), parse_policy({"Version": "2012-10-17", "Statement": elements}, kind)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Request, dict[str, list[dict[str, object]]]]:
    """A request and statements for each place a policy can stand."""
    request = Request(
        draw(st.sampled_from([USER, SESSION])),
        draw(actions),
        draw(resources),
        draw(st.sampled_from([{}, {"k": "true"}, {"K": False}])),
        draw(st.sampled_from([ACCOUNT, "210987654321", None])),
    )
    places = {
        place: draw(st.lists(statements(named=place == "resource"), max_size=3))
        for place in ("identity", "boundary", "session", "resource")
    }
    return request, places


def decide(request: Request, places: dict[str, list[dict[str, object]]]) -> bool:
    """Evaluate a situation."""
    identity = parsed(places["identity"], PolicyType.IDENTITY)
    session = parsed(places["session"], PolicyType.SESSION)
    policies = Policies(
        (identity,) if identity else (),  # type: ignore[arg-type]
        parsed(places["boundary"], PolicyType.BOUNDARY),  # type: ignore[arg-type]
        (session,) if session else (),  # type: ignore[arg-type]
        parsed(places["resource"], PolicyType.RESOURCE),  # type: ignore[arg-type]
    )
    return evaluate(request, policies).allowed


PLACES = st.sampled_from(["identity", "boundary", "session", "resource"])


@given(situations(), PLACES)
def test_an_explicit_deny_always_wins(
    situation: tuple[Request, dict[str, list[dict[str, object]]]], place: str
) -> None:
    """A Deny of everything, in whichever policy, leaves nothing allowed."""
    request, places = situation
    deny: dict[str, object] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    if place == "resource":
        deny["Principal"] = "*"

    assert not decide(request, places | {place: [*places[place], deny]})


@given(situations(), PLACES, st.data())
def test_adding_an_allow_never_denies(
    situation: tuple[Request, dict[str, list[dict[str, object]]]], place: str, data: st.DataObject
) -> None:
    """One more Allow in a policy that is there takes no permission away."""
    request, places = situation
    if not places[place] and place in {"boundary", "session"}:
        return  # the first statement of a boundary or session policy is what limits
    more = data.draw(statements(effect="Allow", named=place == "resource"))
    if decide(request, places):
        assert decide(request, places | {place: [*places[place], more]})


@given(situations(), PLACES, st.data())
def test_adding_a_deny_never_allows(
    situation: tuple[Request, dict[str, list[dict[str, object]]]], place: str, data: st.DataObject
) -> None:
    """One more Deny gives no permission."""
    request, places = situation
    more = data.draw(statements(effect="Deny", named=place == "resource"))
    if not decide(request, places):
        assert not decide(request, places | {place: [*places[place], more]})


@given(situations())
def test_without_an_allow_nothing_is_allowed(
    situation: tuple[Request, dict[str, list[dict[str, object]]]],
) -> None:
    """Denied by default: policies that only deny allow nothing."""
    request, places = situation
    only = {
        place: [element for element in elements if element["Effect"] == "Deny"]
        for place, elements in places.items()
    }

    assert not decide(request, only)


@given(situations())
def test_boundaries_and_session_policies_only_narrow(
    situation: tuple[Request, dict[str, list[dict[str, object]]]],
) -> None:
    """Whatever is allowed with a boundary and a session policy is allowed without them."""
    request, places = situation
    if decide(request, places):
        assert decide(request, places | {"boundary": [], "session": []})


@given(situations(), st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_the_case_of_an_action_never_matters(
    situation: tuple[Request, dict[str, list[dict[str, object]]]], change: object
) -> None:
    """A request is decided alike however its action is written."""
    request, places = situation
    changed = Request(
        request.principal,
        change(request.action),  # type: ignore[operator]
        request.resource,
        request.context,
        request.resource_account,
    )

    assert decide(request, places) is decide(changed, places)


@given(situations())
def test_across_accounts_the_resource_must_allow(
    situation: tuple[Request, dict[str, list[dict[str, object]]]],
) -> None:
    """Without a policy on the resource, nobody from another account gets in."""
    request, places = situation
    abroad = Request(
        request.principal, request.action, request.resource, request.context, "210987654321"
    )

    assert not decide(abroad, places | {"resource": []})

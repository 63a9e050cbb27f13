from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.outcome import CheckFailed, NotAvailable, NotYet, Status
from helpers.cloud.client import CloudError
from helpers.cloud.errors import KitError
from helpers.course.abilities import Abilities
from helpers.course.account import Account
from helpers.course.checking import CheckSession, digest_of
from helpers.course.session import LAB_SETTINGS, Kernel
from helpers.course.takeover import NOWHERE

SLUG = "77-fake"


class FakeCloud:
    """An account without processes: it answers, or has died, or keeps no records."""

    endpoint = "http://127.0.0.1:1"
    region = "us-east-1"
    access_key_id = secret_access_key = "x"

    def __init__(self) -> None:
        self.alive = True
        self.entries: list[dict[str, Any]] | None = []
        self.settings: dict[str, Any] = {}

    def health(self) -> dict[str, Any]:
        if not self.alive:
            raise CloudError("gone")
        return {"status": "ready", "settings": self.settings}

    def reset(self) -> None:
        self.entries = []

    def config(self, **settings: Any) -> dict[str, Any]:
        self.settings |= settings
        return self.settings

    def records(self, since: int = 0) -> dict[str, Any]:
        if self.entries is None:
            raise NotAvailable("no recorder")
        following = len(self.entries) + 1
        return {"next": following, "records": [e for e in self.entries if e["sequence"] >= since]}


class Shielded:
    variables: tuple[str, ...] = ()


def account_of(cloud: FakeCloud, **clients: Any) -> Account:
    return Account(cloud, Shielded(), False, _clients=clients, _account_id="123456789012")  # type: ignore[arg-type]


def check_session(cloud: FakeCloud, **clients: Any) -> CheckSession:
    account = account_of(cloud, **clients)
    return CheckSession(account, Abilities(account))


Verdict = Callable[..., None]


@pytest.fixture
def verdict() -> dict[str, Verdict]:
    """What the lab's only check does; a test replaces it."""
    return {"check": lambda session, did, answer: None}


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verdict: dict[str, Verdict]) -> Kernel:
    def check(session: Any, did: Any, answer: Any) -> None:
        verdict["check"](session, did, answer)

    module = types.ModuleType("helpers.checks.lab_77")
    exercise = Exercise("77.1", "do it", True, ("a", "b", "c"), check)
    module.LAB = LabChecks(SLUG, (exercise,))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    opened: list[Account] = []

    def open_account(environ: Any, *, settings: Any) -> Account:
        cloud = FakeCloud()
        cloud.settings = dict(settings)
        environ["AWS_ENDPOINT_URL"] = cloud.endpoint
        opened.append(account_of(cloud))
        return opened[-1]

    return Kernel(open_account, {"COLDSTART_DATA": str(tmp_path)})


def fails_with(error: Exception) -> Verdict:
    def check(*_: Any) -> None:
        raise error

    return check


def test_asking_twice_gives_the_same_session_and_account(kernel: Kernel):
    """Running the setup cell again does not start another account."""
    first = kernel.session(SLUG, {})

    assert first is kernel.session(SLUG, {})


def test_an_account_opens_with_the_settings_of_labs_and_takes_changes(kernel: Kernel):
    """Time is lapsed in labs; a setting given to Lab is applied, also the second time."""
    first = kernel.session(SLUG, {})
    kernel.session(SLUG, {"cpu_share": True})

    assert {**LAB_SETTINGS, "cpu_share": True} == first.account.cloud.health()["settings"]
    assert 60 == LAB_SETTINGS["time_lapse"]


def test_an_account_that_does_not_open_leaves_no_way_to_another(tmp_path: Path):
    """Cells that are run all the same reach nobody, and the next try finds what stood."""
    seen: list[dict[str, str]] = []

    def refuse(environ: Any, *, settings: Any) -> Account:
        seen.append(dict(environ))
        raise KitError("Nothing answers.")

    environ = {"COLDSTART_DATA": str(tmp_path), "AWS_PROFILE": "work"}
    kernel = Kernel(refuse, environ)

    for _ in range(2):
        with pytest.raises(KitError, match="Nothing answers"):
            kernel.session("00-welcome", {})

        assert NOWHERE == environ["AWS_ENDPOINT_URL"]
        assert "AWS_PROFILE" not in environ
    assert ["work", "work"] == [each.get("AWS_PROFILE") for each in seen]
    assert not any("AWS_ENDPOINT_URL" in each for each in seen)


def test_a_lab_that_there_is_not_leaves_no_way_to_another_account_either(kernel: Kernel):
    """Below a mistyped name, cells reach nobody; the right name finds what stood."""
    environ = kernel._environ
    environ["AWS_PROFILE"] = "work"
    for _ in range(2):
        with pytest.raises(KitError, match="There is no lab"):
            kernel.session("01-handler", {})

        assert NOWHERE == environ["AWS_ENDPOINT_URL"]
        assert "AWS_PROFILE" not in environ

    session = kernel.session(SLUG, {})

    assert session.account.cloud.endpoint == environ["AWS_ENDPOINT_URL"]
    with pytest.raises(KitError, match="There is no lab"):
        kernel.session("01-handler", {})
    assert session.account.cloud.endpoint == environ["AWS_ENDPOINT_URL"]


def test_an_account_whose_process_died_is_replaced_by_a_new_one(kernel: Kernel):
    """Running the setup cell heals a lab; the dead endpoint is not joined."""
    first = kernel.session(SLUG, {})
    first.account.cloud.alive = False  # type: ignore[attr-defined]

    second = kernel.session(SLUG, {})

    assert first.account is not second.account
    assert second.account.is_alive()


def test_checks_are_recorded_and_a_pass_keeps_your_way(kernel: Kernel, verdict: dict[str, Verdict]):
    """Attempts, then the pass, are in the record; the passed answer is kept in the kernel."""
    session = kernel.session(SLUG, {})
    verdict["check"] = fails_with(NotYet("no"))
    session.check("77.1", ("first",))
    verdict["check"] = lambda *_: None
    outcome = session.check("77.1", ("second",))

    assert Status.PASSED is outcome.status
    assert ["not yet", "passed"] == [a.status for a in session.progress.attempts(SLUG)]
    assert {"77.1": "second"} == session.passed_answers


@pytest.mark.parametrize("submitted", [(...,), ()])
def test_what_was_never_tried_is_no_attempt(kernel: Kernel, submitted: tuple[Any, ...]):
    """Not started does not count towards opening a solution."""
    session = kernel.session(SLUG, {})
    session.check("77.1", submitted)

    assert [] == session.progress.attempts(SLUG)


@pytest.mark.parametrize("error", [NotYet("no"), ZeroDivisionError()])
def test_a_strict_check_raises_when_not_passed(
    kernel: Kernel, verdict: dict[str, Verdict], error: Exception
):
    """Under COLDSTART_STRICT=1 not yet and broken are errors with the feedback as text."""
    session = kernel.session(SLUG, {})
    session.environ["COLDSTART_STRICT"] = "1"  # type: ignore[index]
    verdict["check"] = fails_with(error)

    with pytest.raises(CheckFailed, match=r"77\.1"):
        session.check("77.1", ("x",))


def test_a_strict_check_lets_what_is_not_available_stand(
    kernel: Kernel, verdict: dict[str, Verdict]
):
    """A lesser backend does not fail a build."""
    session = kernel.session(SLUG, {})
    session.environ["COLDSTART_STRICT"] = "1"  # type: ignore[index]
    verdict["check"] = fails_with(NotAvailable("no records"))

    assert Status.NOT_AVAILABLE is session.check("77.1", ("x",)).status


def test_a_check_sees_the_records_since_it_began():
    """What happened before the check is not its business."""
    cloud = FakeCloud()
    cloud.entries = [{"sequence": 1, "kind": "a"}]
    session = check_session(cloud)
    cloud.entries += [{"sequence": 2, "kind": "a"}, {"sequence": 3, "kind": "b"}]

    assert [2] == [record["sequence"] for record in session.records(kind="a")]


def test_an_endpoint_without_recorder_makes_records_not_available():
    """Checks that need no records still run there."""
    cloud = FakeCloud()
    cloud.entries = None
    session = check_session(cloud)

    with pytest.raises(NotAvailable, match="keeps no records"):
        session.records()


def test_a_check_can_make_calls_fail_where_the_account_can():
    """The fault goes to the account; an endpoint without recorder has none."""
    cloud = FakeCloud()
    planned: list[dict[str, object]] = []
    cloud.entries = []
    cloud.fault = lambda **fault: planned.append(fault)
    check_session(cloud).fault("ssm:GetParameter", "ThrottlingException", times=2)

    assert [{"action": "ssm:GetParameter", "error": "ThrottlingException", "times": 2}] == planned
    cloud.entries = None
    with pytest.raises(NotAvailable, match="fail on demand"):
        check_session(cloud).fault("ssm:GetParameter", "X", times=1)


def test_waiting_in_vain_is_feedback():
    """wait_until gives the first true value, or says what was awaited."""
    session = check_session(FakeCloud())

    assert 7 == session.wait_until(lambda: 7, 0.1, "seven came")
    with pytest.raises(NotYet, match="After 0 s: no order came"):
        session.wait_until(lambda: 0, 0, "no order came")


def test_clean_up_after_a_check_never_hides_its_outcome():
    """A refusal of AWS while deleting is swallowed."""

    class Refusing:
        class exceptions:  # noqa: N801 - boto3's name
            ResourceNotFoundException = KeyError

        def get_function(self, **_: Any) -> None:
            raise KeyError

        def delete_function(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "X", "Message": "no"}}, "DeleteFunction")

        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    session = check_session(FakeCloud(), **{"lambda": Refusing()})
    session._made.add("check-x")

    session.close()


def test_digests_tell_answers_apart_and_give_nothing_away():
    """The same answer has the same digest; without one, what was seen stands in."""
    assert digest_of(("a",), otherwise="") == digest_of(("a",), otherwise="other")
    assert digest_of(("a",), otherwise="") != digest_of(("b",), otherwise="")
    assert digest_of((), otherwise="seen 1") != digest_of((), otherwise="seen 2")
    assert "secret" not in digest_of(("secret",), otherwise="")

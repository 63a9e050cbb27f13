"""What few labs need is built at its first use, once, and nobody else pays for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.cloud.http_fronts.address import FrontKind, PublicAddress
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.server.first_use import FirstUse, LateFront

ROOT = Path(__file__).resolve().parents[2]


class Everything:
    """A front that takes every address."""

    def takes(self, address: PublicAddress) -> bool:
        """Take it."""
        return bool(address)

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer with the address's id."""
        return HttpAnswer(200, [], address.id.encode())


def test_it_is_built_once_for_all_who_ask_at_the_same_time():
    """Eight threads that ask together get the same object."""
    together = threading.Barrier(8)
    late = FirstUse(object)

    def ask() -> object:
        together.wait(10)
        return late.get()

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ask) for _ in range(8)]

    assert {late.built} == {each.result() for each in asked}


def test_a_build_that_fails_is_tried_again():
    """The error goes to whoever asked; the next one may have more luck."""
    outcomes = iter([ValueError("no memory"), "built"])

    def build() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    late = FirstUse(build)
    with pytest.raises(ValueError, match="no memory"):
        late.get()

    assert late.built is None
    assert "built" == late.get()


def test_an_address_of_another_kind_builds_no_front():
    """A function URL's request leaves the front of APIs unbuilt; an API's request builds it."""
    late = FirstUse(Everything)
    front = LateFront(FrontKind.EXECUTE_API, late.get)

    assert not front.takes(PublicAddress(FrontKind.LAMBDA_URL, "a", "/", "a.on.aws"))
    assert late.built is None
    assert front.takes(PublicAddress(FrontKind.EXECUTE_API, "a", "/", "a.amazonaws.com"))
    assert late.built is not None


@pytest.mark.parametrize(
    "heavy",
    ["moto.apigateway", "moto.cloudformation.models", "moto.ec2", "moto.elbv2", "moto.ssm"],
)
def test_a_cloud_starts_without_what_few_labs_need(heavy: str):
    """Each of these takes tens of megabytes or a second, which only its first user pays."""
    program = (
        "import sys\n"
        "from helpers.cloud.moto_seam import application\n"
        "application.prepare(1)\n"
        "import helpers.cloud.server.composition\n"
        f"sys.exit({heavy!r} in sys.modules)"
    )

    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)

    assert 0 == ended.returncode, f"{heavy} is imported at the start: import it where it is used"

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from helpers.cloud.errors import ResourceNotFoundException
from helpers.cloud.registry import Alias, Key, PublishedFunction, Registry
from tests.cloud.functions import CHARGE

LATEST = replace(CHARGE, region="eu-west-1")
ONE = replace(LATEST, version="1")
TWO = replace(LATEST, version="2")
KEY = LATEST.key


def published(**facts: object) -> PublishedFunction:
    """Return the function with $LATEST and two versions."""
    versions = {"$LATEST": LATEST, "1": ONE, "2": TWO}
    return PublishedFunction(**{"versions": versions, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("qualifier", "version"),
    [(None, "$LATEST"), ("$LATEST", "$LATEST"), ("1", "1"), ("live", "2")],
)
def test_a_qualifier_names_a_version_or_an_alias(qualifier: str | None, version: str):
    """Without a qualifier $LATEST serves; an alias leads to its version."""
    registry = Registry()
    registry.publish(KEY, published(aliases={"live": Alias("live", "2")}))

    assert version == registry.resolve(KEY, qualifier).version


@pytest.mark.parametrize(("qualifier", "suffix"), [(None, ""), ("7", ":7"), ("live", ":live")])
def test_what_does_not_exist_is_not_found_by_its_arn(qualifier: str | None, suffix: str):
    """The message is AWS's, with the ARN as it was asked for."""
    registry = Registry()
    if qualifier:
        registry.publish(KEY, published())

    with pytest.raises(ResourceNotFoundException) as refused:
        registry.resolve(KEY, qualifier)

    arn = f"arn:aws:lambda:eu-west-1:123456789012:function:charge-card{suffix}"
    assert f"Function not found: {arn}" == refused.value.message


def test_weights_of_an_alias_share_the_traffic():
    """An alias with a weight of 0.25 sends about a quarter of the calls to the other version."""
    registry = Registry(choose=random.Random(7))
    alias = Alias("live", "2", {"1": 0.25})
    registry.publish(KEY, published(aliases={"live": alias}))

    served = [registry.resolve(KEY, "live").version for _ in range(2000)]

    assert {"1", "2"} == {*served}
    assert abs(served.count("1") / 2000 - 0.25) < 0.05


def test_listeners_hear_of_changes_and_only_of_changes():
    """Publishing the same again says nothing; a change and a deletion name the function."""
    registry, heard = Registry(), list[Key]()
    registry.subscribe(heard.append)

    registry.publish(KEY, published())
    registry.publish(KEY, published())
    assert [KEY] == heard

    registry.publish(KEY, published(reserved=5))
    registry.withdraw(KEY)
    registry.withdraw(KEY)
    assert [KEY] * 3 == heard


def test_reservations_follow_the_functions():
    """Reserved concurrency, zero too, is known by function until it is removed or cleared."""
    registry = Registry()
    registry.publish(KEY, published(reserved=0))
    assert {KEY: 0} == registry.reservations()

    registry.publish(KEY, published())
    assert {} == registry.reservations()

    registry.publish(KEY, published(reserved=3))
    registry.clear()
    assert {} == registry.reservations()
    assert [] == registry.keys()
    assert None is registry.get(KEY)


def test_revisions_are_those_of_every_version():
    """An environment is current while its version and revision stand among these."""
    changed = replace(LATEST, revision="r2")
    function = PublishedFunction(versions={"$LATEST": changed, "1": ONE})

    assert {("$LATEST", "r2"), ("1", "r1")} == function.revisions

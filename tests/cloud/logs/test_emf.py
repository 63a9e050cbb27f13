"""The embedded metric format: what gives metrics, and what gives none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cloud.logs.emf import embedded_metrics, may_hold_metrics


def line(directive: Any = None, **members: Any) -> str:
    """Return a log event with one directive about Sold in Place."""
    usual = {"Namespace": "Shop", "Dimensions": [["Place"]], "Metrics": [{"Name": "Sold"}]}
    metadata = {
        "Timestamp": 1_700_000_000_500,
        "CloudWatchMetrics": [usual if directive is None else directive],
    }
    return json.dumps({"_aws": metadata, "Place": "Bonn", "Sold": 2, **members})


def directive(**members: Any) -> dict[str, Any]:
    """Return the usual directive with other members."""
    usual = {"Namespace": "Shop", "Dimensions": [["Place"]], "Metrics": [{"Name": "Sold"}]}
    return {**usual, **members}


def test_a_directive_gives_its_metrics():
    """Name, value, unit, dimensions and moment come from the event."""
    metrics = [{"Name": "Sold", "Unit": "Count", "StorageResolution": 1}]

    (datum,) = embedded_metrics(line(directive(Metrics=metrics)))

    assert ("Shop", "Sold", (("Place", "Bonn"),), 1_700_000_000.5, "Count") == (
        datum.namespace,
        datum.name,
        datum.dimensions,
        datum.at,
        datum.unit,
    )
    assert ((2.0, 1.0),) == datum.values


def test_lists_of_values_and_several_sets_of_dimensions():
    """A list gives all its values, and each set of dimensions a metric."""
    sets = [["Place"], ["Place", "Kind"], []]

    data = embedded_metrics(line(directive(Dimensions=sets), Sold=[1, 2.5], Kind="ale"))

    assert [1, 2, 0] == [len(datum.dimensions) for datum in data]
    assert [((1.0, 1.0), (2.5, 1.0))] * 3 == [datum.values for datum in data]


def test_a_hundred_metrics_are_allowed_and_no_more():
    """A directive with 101 metrics gives none; one with 100 gives 100."""
    names = [{"Name": f"m{number}"} for number in range(101)]
    values = {f"m{number}": number for number in range(101)}

    assert 100 == len(embedded_metrics(line(directive(Metrics=names[:100]), **values)))
    assert [] == embedded_metrics(line(directive(Metrics=names), **values))


def test_thirty_dimensions_are_allowed_and_no_more():
    """A set of 31 dimensions gives no metric."""
    names = [f"d{number}" for number in range(31)]
    values = dict.fromkeys(names, "x")

    assert 30 == len(
        embedded_metrics(line(directive(Dimensions=[names[:30]]), **values))[0].dimensions
    )
    assert [] == embedded_metrics(line(directive(Dimensions=[names]), **values))


@pytest.mark.parametrize(
    "event",
    [
        line(Place=7),
        line(Place=""),
        line(Place="x" * 1025),
        line(Place={"city": "Bonn"}),
        line(Sold="2"),
        line(Sold=True),
        line(Sold=None),
        line(Sold=[]),
        line(Sold=[1] * 101),
        line(Sold=[1, "2"]),
        line(directive(Namespace="")),
        line(directive(Namespace=7)),
        line(directive(Namespace="n" * 1025)),
        line(directive(Dimensions=["Place"])),
        line(directive(Dimensions="Place")),
        line(directive(Dimensions=[["Nowhere"]])),
        line(directive(Dimensions=[[7]])),
        line(directive(Metrics="Sold")),
        line(directive(Metrics=["Sold"])),
        line(directive(Metrics=[{"Name": ""}])),
        line(directive(Metrics=[{"Name": "Sold", "Unit": "Bottles"}])),
        line(directive(Metrics=[{"Name": "Sold", "StorageResolution": 5}])),
        line(directive(Metrics=[{"Name": "Nothing"}])),
        line("no directive"),
        line(_aws={"CloudWatchMetrics": [directive()]}),
        line(_aws={"Timestamp": "now", "CloudWatchMetrics": [directive()]}),
        line(_aws={"Timestamp": 1, "CloudWatchMetrics": {}}),
        line(_aws=7),
        '{"_aws": ',
        '{"_aws": {}} {"_aws": {}}',
        '["_aws"]',
        '{"_aws":' * 20_000,
        line(Note="x" * 1_048_576),
    ],
)
def test_what_breaks_a_rule_gives_no_metric(event: str):
    """Wrong types and sizes give nothing, and raise nothing."""
    assert [] == embedded_metrics(event)


def test_plain_lines_are_told_apart_at_little_cost():
    """Only a line that begins as JSON and names _aws is read."""
    assert may_hold_metrics(line())
    assert not may_hold_metrics('{"level": "INFO"}')
    assert not may_hold_metrics('INFO {"_aws": {}}')

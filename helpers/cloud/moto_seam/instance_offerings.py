"""EC2's offerings of instance types: read when somebody asks where an instance type is offered.

moto reads all Regions' with its EC2, which its Parameter Store, load balancers, VPCs and stacks
import: 100 MB and most of a second, for a question that no function asks.

Source: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import PurePath
from typing import Any

from helpers.cloud.moto_seam.wrapping import wrapped

FOLDER = PurePath("ec2/resources/instance_type_offerings")
MODULE, LAST_OF_IT = "moto.ec2.models.instance_types", "InstanceTypeOfferingBackend"
Load = Callable[[str], Any]


def install() -> None:
    """Read them late; before moto's EC2 is imported."""
    from moto.utilities import utils

    utils.load_resource = wrapped(utils.load_resource, _late)


class Offerings:
    """One file of offerings: `InstanceType`, `Location` and `LocationType` of each."""

    def __init__(self, load: Load, resource: str) -> None:
        self._load = load
        self._resource = resource

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Yield each; none to moto's module while it is imported, which adds the LocationType."""
        return iter(self._all if hasattr(sys.modules.get(MODULE), LAST_OF_IT) else ())

    @cached_property
    def _all(self) -> list[dict[str, str]]:
        kind = PurePath(self._resource).parent.name
        return [{**offering, "LocationType": kind} for offering in self._load(self._resource)]


def _late(load_resource: Load, resource: str) -> Any:
    if FOLDER in PurePath(resource).parents:
        return Offerings(load_resource, resource)
    return load_resource(resource)

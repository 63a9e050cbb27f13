"""EC2's offerings of instance types are read when somebody asks, and are then moto's own.

In a process of its own: how moto is imported is for the whole process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
ASKED = """
import json
import sys

if sys.argv[1] == "late":
    from helpers.cloud.moto_seam import application

    application.prepare(1)
    application.prepare(1)  # a second cloud in one process
import moto.ssm.models
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

ec2 = ec2_backends["123456789012"]["eu-north-1"]
lists = [each for kind in INSTANCE_TYPE_OFFERINGS.values() for each in kind.values()]
read = sum(isinstance(each, list) or "_all" in vars(each) for each in lists)
kinds = {
    kind: ec2.describe_instance_type_offerings(kind)
    for kind in ["region", "availability-zone", "availability-zone-id"]
}
here = ec2.describe_instance_type_offerings(
    "availability-zone", {"location": ["eu-north-1b"], "instance-type": ["t3.micro"]}
)
json.dump({"read": read, "lists": len(lists), "kinds": kinds, "here": here}, sys.stdout)
"""


def asked(way: str) -> Any:
    """Return what a process says that reads late, or as moto does."""
    command = [sys.executable, "-c", ASKED, way]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


@pytest.fixture(scope="module")
def late() -> Any:
    """What is answered where the cloud prepared moto."""
    return asked("late")


def test_the_offerings_are_those_of_moto(late: Any):
    """Of a Region, of its zones, and of one zone and type, each with its LocationType."""
    own = asked("as moto does")

    assert own["kinds"] == late["kinds"]
    wanted = {
        "InstanceType": "t3.micro",
        "Location": "eu-north-1b",
        "LocationType": "availability-zone",
    }
    assert [wanted] == late["here"] == own["here"]


def test_none_is_read_for_who_does_not_ask(late: Any):
    """Parameter Store imports EC2; of its lists of all Regions none was read by that."""
    assert late["lists"] >= 90
    assert 0 == late["read"]

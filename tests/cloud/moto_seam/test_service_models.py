"""What every loader of the cloud reads of botocore's descriptions, and which Regions moto hears of.

In a process of its own: reading lean is for the whole process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVICES = ["lambda", "s3", "sqs", "iam", "dynamodb", "cloudwatch", "stepfunctions"]
BEFORE_AND_AFTER = f"""
import json
import sys

import boto3
from botocore.loaders import Loader

SERVICES = {SERVICES!r}


def models():
    return {{name: Loader().load_service_model(name, "service-2") for name in SERVICES}}


def regions(asked):
    return {{
        f"{{name}} {{partition}}": asked.get_available_regions(name, partition_name=partition)
        for name in [*SERVICES, "no-such-service"]
        for partition in asked.get_available_partitions()
    }}


before = {{"models": models(), "regions": regions(boto3.Session())}}
from helpers.cloud.moto_seam import application

application.prepare(1)
from helpers.cloud.moto_seam.operations.routing import service_model
from moto.core.base_backend import AccountSpecificBackend
from moto.core.utils import get_service_model

after = {{
    "models": models(),
    "regions": regions(AccountSpecificBackend.get_session()),
    "session": regions(boto3.Session()),
}}
s3 = boto3.client("s3", region_name="us-east-1")
parameters = [each.name for each in s3.meta.service_model.client_context_parameters]
shared = [service_model(name) is get_service_model(name) for name in SERVICES]
json.dump(
    {{"before": before, "after": after, "shared": shared, "parameters": parameters}}, sys.stdout
)
"""


@pytest.fixture(scope="module")
def read() -> Any:
    """What is read before the cloud's own way of reading is installed, and after."""
    command = [sys.executable, "-c", BEFORE_AND_AFTER]
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return json.loads(ended.stdout)


def without_documentation(value: Any) -> Any:
    """Return a description without its texts; members of that name stay."""
    if isinstance(value, list):
        return [without_documentation(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: without_documentation(item)
        for name, item in value.items()
        if name != "documentation" or not isinstance(item, str)
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_description_lacks_its_documentation_and_nothing_else(read: Any, service: str):
    """Operations, shapes and traits are as botocore has them, in its order."""
    wanted = without_documentation(read["before"]["models"][service])

    found = read["after"]["models"][service]
    for parameter in found.get("clientContextParams", {}).values():
        assert "" == parameter.pop("documentation")
    assert json.dumps(wanted) == json.dumps(found)


def test_a_client_of_a_service_with_context_parameters_is_made(read: Any):
    """botocore wants a text of each of them; CloudFormation makes buckets with such a client."""
    assert read["parameters"]


def test_moto_hears_of_the_regions_that_botocore_lists(read: Any):
    """Partitions and Regions are those of a boto3 session; an unknown service has none."""
    assert read["before"]["regions"] == read["after"]["regions"] == read["after"]["session"]
    assert "us-east-1" in read["after"]["regions"]["lambda aws"]


def test_a_description_is_kept_once(read: Any):
    """moto and the kit read the very same object."""
    assert [True] * len(SERVICES) == read["shared"]

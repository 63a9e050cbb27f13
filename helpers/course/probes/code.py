"""Probes of a function's code: what it sees, what layers bring, what versions keep.

Source: docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html and configuration-versions.html.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial

from helpers.checks.capability import Capability
from helpers.course.packaging import package
from helpers.course.probes.ground import Ground, Probe

LISTS_PACKAGES = """
import importlib.metadata

def handler(event, context):
    found = importlib.metadata.distributions()
    return sorted(str(each.metadata["Name"]).lower().replace("_", "-") for each in found)
"""
OF_THE_RUNTIME = frozenset(
    {
        "awslambdaric",
        "boto3",
        "botocore",
        "jmespath",
        "pip",
        "python-dateutil",
        "s3transfer",
        "setuptools",
        "simplejson",
        "six",
        "snapshot-restore-py",
        "urllib3",
        "wheel",
    }
)
"""What Lambda's Python runtimes bring: the Runtime API's client, boto3, and what these need."""
ASKS_LAYER = "import probe_layer\n\n\ndef handler(event, context):\n    return probe_layer.TEXT\n"
SAYS = "def handler(event, context):\n    return {text!r}\n"
BOOTSTRAP = f"#!{getattr(sys, '_base_executable', sys.executable)} -S\n" + (
    """
import os
import urllib.request

api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = urllib.request.urlopen(api + "next")
    request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(api + request_id + "/response", b'"served"')
"""
)


def packages(ground: Ground) -> bool:
    """Of what can be installed, a function finds the runtime's own packages and no others."""
    found = ground.invoke(ground.function(LISTS_PACKAGES, "lists")).payload
    return set(found) <= OF_THE_RUNTIME


def layers(ground: Ground) -> bool:
    """A module is imported from a layer; of two layers that bring it, the last one wins."""
    client = ground.client("lambda")
    arns = []
    for text in ("first", "last"):
        name = ground.name(text)
        content = package(None, files={"python/probe_layer.py": f"TEXT = {text!r}\n"}).content
        made = client.publish_layer_version(LayerName=name, Content={"ZipFile": content})
        arns.append(made["LayerVersionArn"])
        ground.later(partial(client.delete_layer_version, LayerName=name, VersionNumber=1))
    function = ground.function(ASKS_LAYER, "layered", Layers=arns)
    return bool(ground.invoke(function).payload == "last")


def versions(ground: Ground) -> bool:
    """A version and the alias on it answer as published, after the code has changed."""
    client = ground.client("lambda")
    function = ground.function(SAYS.format(text="old"), "versioned")
    version = client.publish_version(FunctionName=function)["Version"]
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    changed = package(SAYS.format(text="new")).content
    client.update_function_code(FunctionName=function, ZipFile=changed)
    client.get_waiter("function_updated_v2").wait(FunctionName=function)
    asked = (version, "live", None)
    return [ground.invoke(function, qualifier=each).payload for each in asked] == [
        "old",
        "old",
        "new",
    ]


def custom_runtime(ground: Ground) -> bool:
    """A bootstrap that this machine's Python runs serves the Runtime API."""
    content = package("", files={"bootstrap": BOOTSTRAP}).content
    function = ground.function(content, "bootstrap", Runtime="provided.al2023", Timeout=5)
    return bool(ground.invoke(function).payload == "served")


PROBES: Mapping[Capability, Probe] = {
    Capability.PACKAGES: packages,
    Capability.LAYERS: layers,
    Capability.VERSIONS: versions,
    Capability.CUSTOM_RUNTIME: custom_runtime,
}

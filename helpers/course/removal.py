"""Deleting what came into an account since a lab began, kind by kind, with AWS's own calls.

For endpoints that are not the kit's own cloud, where what stood before belongs to somebody.
A kind that an endpoint cannot list is left alone. Left out: what no lab makes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.course.cleanup import listed

Client = Callable[[str], Any]
Inventory = Mapping[str, frozenset[str]]
IN_PARALLEL = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: its service, how its names are listed, and how one is deleted."""

    noun: str
    service: str
    names: Callable[[Any], list[str]]
    delete: Callable[[Any, str], object]


def _pages(operation: str, result: str, member: str = "") -> Callable[[Any], list[str]]:
    return lambda client: listed(client, operation, result, member)


def _call(operation: str, parameter: str, **more: Any) -> Callable[[Any, str], object]:
    return lambda client, name: getattr(client, operation)(**{parameter: name}, **more)


def _delete_role(client: Any, name: str) -> None:
    for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
        client.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    client.delete_role(RoleName=name)


def _delete_bucket(client: Any, name: str) -> None:
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            client.delete_object(Bucket=name, Key=entry["Key"], VersionId=entry["VersionId"])
    client.delete_bucket(Bucket=name)


def _delete_rule(client: Any, name: str) -> None:
    targets = [target["Id"] for target in client.list_targets_by_rule(Rule=name)["Targets"]]
    if targets:
        client.remove_targets(Rule=name, Ids=targets)
    client.delete_rule(Name=name)


def _delete_layer(client: Any, name: str) -> None:
    for version in client.list_layer_versions(LayerName=name)["LayerVersions"]:
        client.delete_layer_version(LayerName=name, VersionNumber=version["Version"])


KINDS = (
    Kind(
        "mappings",
        "lambda",
        _pages("list_event_source_mappings", "EventSourceMappings", "UUID"),
        _call("delete_event_source_mapping", "UUID"),
    ),
    Kind(
        "functions",
        "lambda",
        _pages("list_functions", "Functions", "FunctionName"),
        _call("delete_function", "FunctionName"),
    ),
    Kind("layers", "lambda", _pages("list_layers", "Layers", "LayerName"), _delete_layer),
    Kind("rules", "events", _pages("list_rules", "Rules", "Name"), _delete_rule),
    Kind(
        "schedules",
        "scheduler",
        _pages("list_schedules", "Schedules", "Name"),
        _call("delete_schedule", "Name"),
    ),
    Kind(
        "HTTP APIs",
        "apigatewayv2",
        _pages("get_apis", "Items", "ApiId"),
        _call("delete_api", "ApiId"),
    ),
    Kind(
        "REST APIs",
        "apigateway",
        _pages("get_rest_apis", "items", "id"),
        _call("delete_rest_api", "restApiId"),
    ),
    Kind(
        "topics",
        "sns",
        _pages("list_topics", "Topics", "TopicArn"),
        _call("delete_topic", "TopicArn"),
    ),
    Kind("queues", "sqs", _pages("list_queues", "QueueUrls"), _call("delete_queue", "QueueUrl")),
    Kind(
        "streams",
        "kinesis",
        _pages("list_streams", "StreamNames"),
        _call("delete_stream", "StreamName", EnforceConsumerDeletion=True),
    ),
    Kind(
        "tables",
        "dynamodb",
        _pages("list_tables", "TableNames"),
        _call("delete_table", "TableName"),
    ),
    Kind("buckets", "s3", _pages("list_buckets", "Buckets", "Name"), _delete_bucket),
    Kind(
        "secrets",
        "secretsmanager",
        _pages("list_secrets", "SecretList", "Name"),
        _call("delete_secret", "SecretId", ForceDeleteWithoutRecovery=True),
    ),
    Kind(
        "parameters",
        "ssm",
        _pages("describe_parameters", "Parameters", "Name"),
        _call("delete_parameter", "Name"),
    ),
    Kind("roles", "iam", _pages("list_roles", "Roles", "RoleName"), _delete_role),
    Kind(
        "log groups",
        "logs",
        _pages("describe_log_groups", "logGroups", "logGroupName"),
        _call("delete_log_group", "logGroupName"),
    ),
)
"""In the order of deletion: what sends events first, what others use last."""
REFUSED = (BotoCoreError, ClientError, KeyError)


def inventory(client: Client) -> Inventory:
    """Return the names of what is in an account, by kind; without kinds that cannot be listed."""

    def listed(kind: Kind) -> frozenset[str] | None:
        with contextlib.suppress(*REFUSED):
            return frozenset(kind.names(client(kind.service)))
        return None

    with ThreadPoolExecutor(IN_PARALLEL, thread_name_prefix="inventory") as pool:
        found = zip(KINDS, pool.map(listed, KINDS), strict=True)
    return {kind.noun: names for kind, names in found if names is not None}


def remove_since(client: Client, before: Inventory) -> tuple[Inventory, Inventory]:
    """Delete what was not there before; return what was deleted and what could not be."""
    now = inventory(client)
    deleted: dict[str, frozenset[str]] = {}
    kept: dict[str, frozenset[str]] = {}
    for kind in KINDS:
        if kind.noun not in before:
            continue
        new = now.get(kind.noun, frozenset()) - before[kind.noun]
        gone = frozenset(name for name in new if _is_deleted(client(kind.service), kind, name))
        deleted[kind.noun], kept[kind.noun] = gone, new - gone
    return _named(deleted), _named(kept)


def _is_deleted(client: Any, kind: Kind, name: str) -> bool:
    try:
        kind.delete(client, name)
    except REFUSED:
        return False
    return True


def _named(found: Inventory) -> Inventory:
    return {noun: names for noun, names in found.items() if names}

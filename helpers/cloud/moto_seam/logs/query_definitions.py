"""Saved queries of CloudWatch Logs Insights, which moto does not have.

Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.responses import LogsResponse

HELD = "coldstart_query_definitions"
"""Attribute of moto's backend, so that its reset empties it."""
MEMBERS = ("name", "queryString", "logGroupNames")


def install() -> None:
    """Bind the operations."""
    LogsResponse.put_query_definition = _put
    LogsResponse.describe_query_definitions = _describe
    LogsResponse.delete_query_definition = _delete


def _held(response: Any) -> dict[str, Any]:
    held: dict[str, Any] = response.logs_backend.__dict__.setdefault(HELD, {})
    return held


def _params(response: Any) -> Mapping[str, Any]:
    params: Mapping[str, Any] = json.loads(response.body or "{}")
    return params


def _put(response: Any) -> str:
    params, held = _params(response), _held(response)
    query_id = params.get("queryDefinitionId")
    if query_id is not None and query_id not in held:
        raise ResourceNotFoundException(f"Query definition {query_id} does not exist")
    if not params.get("name") or not params.get("queryString"):
        raise InvalidParameterException("name and queryString are required")
    query_id = query_id or str(uuid.uuid4())
    held[query_id] = {
        "queryDefinitionId": query_id,
        "queryLanguage": "CWLI",
        "lastModified": int(time.time() * 1000),
        **{name: params[name] for name in MEMBERS if name in params},
    }
    return json.dumps({"queryDefinitionId": query_id})


def _describe(response: Any) -> str:
    prefix = _params(response).get("queryDefinitionNamePrefix") or ""
    found = [one for one in _held(response).values() if one["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": sorted(found, key=lambda one: str(one["name"]))})


def _delete(response: Any) -> str:
    query_id = _params(response)["queryDefinitionId"]
    if _held(response).pop(query_id, None) is None:
        raise ResourceNotFoundException(f"Query definition {query_id} does not exist")
    return json.dumps({"success": True})

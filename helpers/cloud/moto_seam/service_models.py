"""botocore's descriptions of services and Regions, kept once and without what nobody reads here.

moto, botocore and the kit each load the description of a service that is called, documentation
included, and whoever asks for a service's Regions keeps botocore's list of all endpoints: 30 MB
after a lab. Here a file is read into plain dictionaries without its documentation, everybody shares
moto's copy, and of the endpoints only the names of Regions stay.

Source: botocore's service-2.json and endpoints.json; moto.core.loaders.
"""

from __future__ import annotations

import gzip
import importlib
import json
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import JSONFileLoader, Loader
from botocore.regions import EndpointResolver
from botocore.session import Session

from helpers.cloud.moto_seam.wrapping import wrapped

UNREAD = frozenset({"documentation"})
OPENERS: dict[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}


class LeanFiles(JSONFileLoader):  # type: ignore[misc] # botocore has no types
    """Reads a description without its documentation, and each word of it into memory once."""

    def load_file(self, file_path: str) -> Any:
        """Return the file's content, or None where there is no such file."""
        for ending, opened in OPENERS.items():
            if Path(file_path + ending).is_file():
                with opened(file_path + ending, "rb") as file:
                    found = json.loads(file.read(), object_pairs_hook=_lean)
                _restore(found)
                return found
        return None


def _restore(description: Any) -> None:
    """Give back what botocore's clients ask for: a text for each of clientContextParams."""
    if isinstance(description, dict):
        for parameter in description.get("clientContextParams", {}).values():
            parameter.setdefault("documentation", "")


def _lean(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {
        sys.intern(name): sys.intern(value) if type(value) is str else value
        for name, value in pairs
        if name not in UNREAD or not isinstance(value, str)
    }


class Regions:
    """Answers what moto asks a boto3 session: which Regions of a partition have a service."""

    def get_available_partitions(self) -> list[str]:
        """Return the names of the partitions, such as `aws`."""
        return [*_endpoints()]

    def get_available_regions(self, service_name: str, partition_name: str) -> list[str]:
        """Return the Regions with a service, none for a service that botocore does not know."""
        utils: Any = importlib.import_module("moto.core.utils")
        try:
            prefix = utils.get_service_model(service_name).endpoint_prefix
        except UnknownServiceError:
            return []
        return [*_endpoints()[partition_name].get(prefix, ())]


def _available_regions(
    all_endpoints: Callable[..., list[str]],
    session: Session,
    service_name: str,
    partition_name: str = "aws",
    allow_non_regional: bool = False,
) -> list[str]:
    """Return what a session would, without reading all endpoints again."""
    if allow_non_regional:
        return all_endpoints(session, service_name, partition_name, allow_non_regional)
    return Regions().get_available_regions(service_name, partition_name)


@cache
def _endpoints() -> dict[str, dict[str, tuple[str, ...]]]:
    """Give the Regions by partition and endpoint prefix; the file is forgotten again."""
    document = Loader().load_data("endpoints")
    resolver = EndpointResolver(document)
    return {
        partition["partition"]: {
            prefix: tuple(resolver.get_available_endpoints(prefix, partition["partition"]))
            for prefix in partition["services"]
        }
        for partition in document["partitions"]
    }


def install() -> None:
    """Let every loader of this process read lean, and moto ask for Regions here."""
    Loader.FILE_LOADER_CLASS = LeanFiles
    # moto's EC2 asks a session when it is imported
    Session.get_available_regions = wrapped(Session.get_available_regions, _available_regions)
    regions = Regions()
    base: Any = importlib.import_module("moto.core.base_backend")
    base.AccountSpecificBackend.get_session = staticmethod(lambda: regions)

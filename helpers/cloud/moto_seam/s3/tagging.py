"""Tags of objects: each key once, and a set of none takes them all away, where moto would fail.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html.
"""

from __future__ import annotations

import re
from typing import Any

from moto.s3.exceptions import DuplicateTagKeys
from moto.s3.responses import S3Response

from helpers.cloud.moto_seam.wrapping import wrapped

KEYS = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)
NO_TAGS = re.compile(rb"<TagSet\s*/>|<TagSet>\s*</TagSet>")


def install() -> None:
    """Bind the reading of tags; harmless when called again."""
    S3Response._tagging_from_xml = wrapped(S3Response._tagging_from_xml, _tags)


def _tags(original: Any, response: Any) -> dict[str, str]:
    body = response.body if isinstance(response.body, bytes) else str(response.body).encode()
    if NO_TAGS.search(body):
        return {}
    keys = KEYS.findall(body)
    if len(keys) != len({*keys}):
        raise DuplicateTagKeys
    tags: dict[str, str] = original(response)
    return tags

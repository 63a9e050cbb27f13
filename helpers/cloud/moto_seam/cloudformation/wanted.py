"""What a call wants a stack to be: its template, from wherever it is, and its parameters.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from helpers.cloud.moto_seam.cloudformation.checks import (
    check_capabilities,
    check_parameters,
    check_template,
)
from helpers.cloud.moto_seam.cloudformation.templates import read_template, transformed
from helpers.cloud.moto_seam.iam.identities import PARTITION


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a call wants a stack to be: its template as given, transformed and read, and values."""

    original: str
    text: str
    template: dict[str, Any]
    parameters: dict[str, Any]


def wanted_by(
    response: Any, known: Mapping[str, Any], previous: str = "", *, direct: bool = True
) -> Wanted:
    """Read and check what a call wants; `known` values and the `previous` template may be kept."""
    original = template_text(response, previous)
    given: dict[str, Any] = {}
    for each in response._get_param("Parameters", []):
        name = each["ParameterKey"]
        keeps = str(each.get("UsePreviousValue", "")).lower() == "true"
        if keeps and name in known:
            given[name] = known[name]
        elif not keeps:
            given[name] = each.get("ParameterValue", "")
    untransformed = read_template(original)
    check_parameters(untransformed, given)
    text = transformed(original, given, response.region)
    template = read_template(text)
    check_template(template)
    allowed = response._get_param("Capabilities", [])
    check_capabilities(untransformed, template, allowed, direct=direct)
    return Wanted(original, text, template, given)


def template_text(response: Any, previous: str = "") -> str:
    """Return the template of a call: its body, its address in S3, or the previous one."""
    body, url = response._get_param("TemplateBody"), response._get_param("TemplateURL")
    if response._get_bool_param("UsePreviousTemplate", False):
        return previous
    if not body and not url:
        message = "Either Template URL or Template Body must be specified."
        raise ValidationError(message=message)
    return str(body or template_at(url, response.current_account))


def template_at(url: str, account_id: str) -> str:
    """Return a template in S3, by an address of either style, here or as on AWS."""
    address = urllib.parse.urlsplit(url)
    host, path = address.hostname or "", urllib.parse.unquote(address.path).lstrip("/")
    if ".s3." in host or ".s3-" in host:
        bucket, key = re.split(r"\.s3[.-]", host)[0], path
    else:
        bucket, _, key = path.partition("/")
    if not bucket or not key:
        raise ValidationError(message="TemplateURL must be a supported URL.")
    version = urllib.parse.parse_qs(address.query).get("versionId", [None])[0]
    backend = s3_backends[account_id][PARTITION]
    try:
        found = backend.get_object(bucket, key, version_id=version)
    except S3ClientError as error:
        raise ValidationError(message=f"S3 error: {error.message}") from error
    if found is None:
        raise ValidationError(message="S3 error: The specified key does not exist.")
    return str(found.value.decode())

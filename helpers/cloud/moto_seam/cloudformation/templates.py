"""Templates as text: read without running anything, and transformed by the SAM translator.

moto reads templates with PyYAML's unsafe loader, which lets a template run code in the cloud; the
reader here knows CloudFormation's short forms and nothing else. Dates stay text, as on AWS. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html and
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-serverless.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import yaml
from moto.cloudformation.exceptions import ValidationError
from moto.iam.models import iam_backends

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION

SERVERLESS = "AWS::Serverless-2016-10-31"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_BARE = {"!Ref": "Ref", "!Condition": "Condition"}


class _Reader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML's safe loader with CloudFormation's short forms."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [each for each in resolvers if each[0] != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Read a node; an alias could stand for itself."""
        if self.check_event(yaml.AliasEvent):
            message = "Template error: YAML aliases are not allowed in CloudFormation templates"
            raise ValidationError(message=message)
        return super().compose_node(parent, index)


def _short_form(reader: Any, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = f"!{tag}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = reader.construct_scalar(node)
        if name == "!GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = reader.construct_sequence(node, deep=True)
    else:
        value = reader.construct_mapping(node, deep=True)
    return {_BARE.get(name, f"Fn::{tag}"): value}


_Reader.add_multi_constructor("!", _short_form)


def read_template(text: str) -> dict[str, Any]:
    """Return a template of YAML or JSON; raises ValidationError as CloudFormation words it."""
    try:
        template = yaml.load(text, Loader=_Reader)  # a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        where = f" (line {place.line + 1}, column {place.column + 1})" if place else ""
        raise ValidationError(
            message=f"Template format error: YAML not well-formed.{where}"
        ) from error
    if not isinstance(template, dict):
        raise ValidationError(message="Template format error: unsupported structure.")
    _separate(template)
    return template


def _separate(value: Any) -> None:
    """Write every Fn::GetAtt of name and attribute as a list, in place."""
    if isinstance(value, list):
        for item in value:
            _separate(item)
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("Fn::GetAtt"), str):
            value["Fn::GetAtt"] = value["Fn::GetAtt"].split(".", 1)
        for inner in value.values():
            _separate(inner)


def transformed(text: str, parameters: Mapping[str, Any], region: str) -> str:
    """Return the template with its transform applied, as text; another template is untouched."""
    template = read_template(text)
    wanted = template.get("Transform")
    names = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    unknown = [name for name in names if name != SERVERLESS]
    if unknown:
        raise ValidationError(message=f"No transform named {unknown[0]} found.")
    return json.dumps(_translated(template, parameters, region)) if names else text


def _translated(
    template: dict[str, Any], parameters: Mapping[str, Any], region: str
) -> dict[str, Any]:
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import (
        to_py27_compatible_template,
        undo_mark_unicode_str_in_template,
    )

    given = dict(parameters)
    policies = iam_backends[ACCOUNT_ID][PARTITION].managed_policies.values()
    arns = {policy.name: policy.arn for policy in policies}
    try:
        to_py27_compatible_template(template, given)  # logical ids are hashes of this form
        session = SimpleNamespace(region_name=region)
        translated = Translator(arns, Parser(), boto_session=session).translate(template, given)
    except InvalidDocumentException as error:
        causes = " ".join(str(cause.message) for cause in error.causes)
        message = f"Transform {SERVERLESS} failed with: {error.message} {causes}"
        raise ValidationError(message=message) from error
    result: dict[str, Any] = undo_mark_unicode_str_in_template(translated)
    result.pop("Transform", None)
    return result

"""The layers of moto's Lambda: which there are, how large they are, and AWS's own.

Source: docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html, gettingstarted-limits.html.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import moto.awslambda.models as lambda_models

from helpers.cloud.control.layers import check_layer_arns, check_total_size
from helpers.cloud.control.packages import check_package
from helpers.cloud.environment.local_extension import is_aws_layer, layer_zip
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.model import CodePackage
from helpers.cloud.moto_seam.awslambda.moto_errors import as_moto_error

LISTS = ("CompatibleRuntimes", "CompatibleArchitectures")


class LayerStore(lambda_models.LambdaBackend):  # type: ignore[misc]
    """moto's Lambda backend of one Region as far as layers go."""

    def layers_versions_by_arn(self, layer_version_arn: str) -> Any:
        """Return a layer version; AWS's layer with its extension is there without being made."""
        if not is_aws_layer(layer_version_arn):
            return super().layers_versions_by_arn(layer_version_arn)
        _, _, _, region, owner, _, name, number = layer_version_arn.split(":")
        content = {"ZipFile": base64.b64encode(layer_zip()).decode()}
        version = lambda_models.LayerVersion({"LayerName": name, "Content": content}, owner, region)
        version.version = int(number)
        return version

    def layer_bytes(self) -> int:
        """Return the size of all layer archives of the Region."""
        layers = list(self._layers._layers.values())
        return sum(v.code_size for layer in layers for v in list(layer.layer_versions.values()))

    def publish_layer_version(self, spec: dict[str, Any]) -> Any:
        version = lambda_models.LayerVersion(spec, self.account_id, self.region_name)
        with as_moto_error():
            check_package(version.code_bytes)
        published = super().publish_layer_version(spec)
        # AWS shows an empty list to whoever gave one
        published.lists = [member for member in LISTS if spec.get(member) is not None]
        return published

    def forget_layer_version(self, name: str, number: str) -> None:
        """Delete a layer version; harmless when there is none, as on AWS."""
        if name in self._layers._layers:
            self.delete_layer_version(name, number)

    def check_size(self, code: bytes | None, layer_arns: list[str] | None) -> None:
        """Raise unless the layers are there, and not too large together with the code."""
        place = {"account_id": self.account_id, "region": self.region_name}
        check_layer_arns(layer_arns or (), **place)
        found = [self.layers_versions_by_arn(arn) for arn in layer_arns or ()]
        for arn, version in zip(layer_arns or (), found, strict=True):
            if version is None:
                raise InvalidParameterValueException(f"Layer version {arn} does not exist.")
        check_code_size(code, [CodePackage(v.code_digest, v.code_bytes) for v in found if v])


def check_code_size(code: bytes | None, layers: Sequence[CodePackage]) -> None:
    """Raise InvalidParameterValueException when code and layers are too large together."""
    if code:
        check_total_size(CodePackage("", code), layers)

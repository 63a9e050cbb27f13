"""Mapping templates of API Gateway: Velocity's language, with $input, $util and $context."""

from __future__ import annotations

from helpers.cloud.http_fronts.templates.errors import TemplateError
from helpers.cloud.http_fronts.templates.json_path import read_path
from helpers.cloud.http_fronts.templates.mapping import MappingInput, render_mapping
from helpers.cloud.http_fronts.templates.values import text_of

__all__ = ["MappingInput", "TemplateError", "read_path", "render_mapping", "text_of"]

"""moto's API Gateway without the package that validates OpenAPI documents.

moto imports openapi_spec_validator, which lasts a second and takes 32 MB, for two methods only;
both are replaced by the kit's own import of documents.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

PACKAGE = "openapi_spec_validator"
EXCEPTIONS = f"{PACKAGE}.validation.exceptions"


def import_models() -> None:
    """Import moto's models; the package is not there for as long as that lasts."""
    if "moto.apigateway.models" in sys.modules or PACKAGE in sys.modules:
        return
    names = (PACKAGE, f"{PACKAGE}.validation", EXCEPTIONS)
    sys.modules.update({name: ModuleType(name) for name in names})
    vars(sys.modules[PACKAGE])["validate"] = _refuse
    vars(sys.modules[EXCEPTIONS])["OpenAPIValidationError"] = ValueError
    try:
        importlib.import_module("moto.apigateway.models")
    finally:
        for name in names:
            del sys.modules[name]


def _refuse(_document: object) -> None:
    raise NotImplementedError("The kit reads OpenAPI documents itself.")

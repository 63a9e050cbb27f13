"""What a function's layers may weigh, together with its own code.

Source: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (deployment package).
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.cloud.control.packages import check_package
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.facts import load_facts
from helpers.cloud.model import CodePackage


def check_total_size(code: CodePackage, layers: Sequence[CodePackage]) -> None:
    """Raise InvalidParameterValueException when code and layers unzip to more than the limit."""
    if not layers:
        return
    limit = load_facts().quota("package_unzipped_max")
    total = sum(check_package(package.zip_bytes) for package in (code, *layers))
    if total > limit:
        raise InvalidParameterValueException(
            "Function code combined with layers exceeds the maximum allowed size of "
            f"{limit} bytes. The actual size is {total} bytes."
        )

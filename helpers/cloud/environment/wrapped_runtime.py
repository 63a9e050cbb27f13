"""Python's runtime as a script, which a wrapper script starts; seen as /var/runtime/bootstrap.py.

The handler is what the wrapper left in `_HANDLER`. Tools that a wrapper puts on PYTHONPATH begin
with a `sitecustomize`: the interpreter looks for none here (-S), so this file does.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html (Wrapper scripts).
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
from importlib.machinery import PathFinder

CUSTOMIZATION = "sitecustomize"


def main() -> None:
    """Start the runtime in this process."""
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    told = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    if PathFinder.find_spec(CUSTOMIZATION, told) is not None:
        importlib.import_module(CUSTOMIZATION)
    sys.argv = ["awslambdaric", os.environ["_HANDLER"]]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

"""A plugin for the runs of nbval: its kernels listen where the kit's do."""

from __future__ import annotations

import nbval.kernel
from jupyter_client.manager import KernelManager

from tools.notebooks.sockets import ListensAtFiles


class NbvalKernelManager(ListensAtFiles, KernelManager):
    """Starts nbval's kernels."""


def pytest_configure() -> None:
    """Give nbval this manager in place of Jupyter's."""
    nbval.kernel.KernelManager = NbvalKernelManager

"""Corrections of services of moto that are imported late, if at all: their imports are large."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType


def after_import(module: str, correct: Callable[[], None]) -> None:
    """Run `correct` as soon as a module has been imported, by whomever; at once if it has been."""
    if module in sys.modules:
        correct()
    else:
        sys.meta_path.insert(0, _Finder(module, correct))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module and has it corrected; leaves sys.meta_path with that."""

    def __init__(self, module: str, correct: Callable[[], None]) -> None:
        self._module = module
        self._correct = correct

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the module as Python does, with a loader that corrects it."""
        if fullname != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        spec.loader = _Loader(spec.loader, fullname)
        return spec

    def done(self, module: str) -> None:
        """Correct the module, now that it is there, if it is this one's."""
        if module == self._module:
            sys.meta_path.remove(self)
            self._correct()


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, module: str) -> None:
        self._loader = loader
        self._module = module

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Create the module as Python does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then its corrections, the oldest first."""
        self._loader.exec_module(module)
        for finder in [*reversed(sys.meta_path)]:
            if isinstance(finder, _Finder):
                finder.done(self._module)

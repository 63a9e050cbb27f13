"""Tracebacks that show the learner's code: frames of the kit and of libraries are cut away.

Nothing of IPython is replaced: an exception may say how it is to be drawn, and `%debug` still
walks the frames that are left.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, TypeVar

from IPython import get_ipython

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")


def trims_tracebacks(cls: type[C]) -> type[C]:
    """Make every public method of a class raise without the frames of the kit and of botocore."""
    for name, member in list(vars(cls).items()):
        if callable(member) and not name.startswith("_"):
            setattr(cls, name, trimmed(member))
    return cls


def trimmed(method: Callable[P, R]) -> Callable[P, R]:
    """Wrap a method so that its exceptions show only cells of the notebook."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except (Exception, KeyboardInterrupt) as error:  # KeyboardInterrupt is ■
            if get_ipython() is not None:
                error._render_traceback_ = functools.partial(_drawn, error)  # type: ignore[union-attr]
            inner = _only_cells(error.__traceback__)
            raise error.with_traceback(inner) from None

    return call


def _drawn(error: BaseException) -> list[str]:
    """Return the lines IPython shows for an error, this wrapper's own frame left out too."""
    shown = get_ipython().InteractiveTB.structured_traceback(
        type(error), error, _only_cells(error.__traceback__), tb_offset=0
    )
    return list(shown)


def _only_cells(frames: TracebackType | None) -> TracebackType | None:
    """Return a traceback of the notebook's cells alone, or None when there are none."""
    kept: TracebackType | None = None
    for each in reversed(list(_chain(frames))):
        # ipykernel names a cell after a file that does not exist
        if not Path(each.tb_frame.f_code.co_filename).exists():
            kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept


def _chain(frames: TracebackType | None) -> Iterator[TracebackType]:
    while frames is not None:
        yield frames
        frames = frames.tb_next

"""Cells that ask for what the account does not have end calmly, and those after them still run.

On the kit's own cloud every cell finds what it asks for. On another endpoint a cell that reads the
recorder is cut short by NotAvailable; as an error it would stop *Run All* at the first picture.
Here it becomes a card and the cell counts as run. A later cell that misses a name which such a cell
would have made gets a card of its own, instead of a NameError about something nobody mistyped.
Any other error is shown as ever, and *Run All* goes on: an account may answer otherwise than AWS.
Interrupts and checks under COLDSTART_STRICT=1 stop it as they do everywhere.

Nothing of IPython is replaced: `set_custom_exc` and the event `post_run_cell` are its own.
"""

from __future__ import annotations

import ast
from types import TracebackType
from typing import Any

from IPython import get_ipython
from IPython.display import display

from helpers.checks.outcome import CheckFailed, NotAvailable
from helpers.views.card import Card
from helpers.views.panel import Tone

HEADING = "– Not available on this account"
GO_ON = "The rest of this cell did not run. The cells after it do."
MAY_FAIL = "On this account a cell may fail that runs on the kit's own"
STOPS = (KeyboardInterrupt, SystemExit, CheckFailed)
FOLLOWS = "This cell goes on with {name!r}, which a cell above could not make on this account."


class CalmCells:
    """The cells of one kernel that were cut short; lives as long as the kernel."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._never_made: set[str] = set()
        self._is_calm = False

    def watch(self) -> None:
        """Have IPython ask here about the two exceptions, and tell when a cell has run."""
        self._shell.set_custom_exc((NotAvailable, NameError), self._show)
        self._shell.events.register("post_run_cell", self._after)

    def _show(
        self,
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        reason = self._reason(error)
        self._is_calm = reason is not None
        if reason is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        else:
            display(Card(Tone.CALM, HEADING, (("Why", reason),), GO_ON))

    def _reason(self, error: BaseException) -> str | None:
        if isinstance(error, NotAvailable):
            return str(error)
        name = getattr(error, "name", None)
        return FOLLOWS.format(name=name) if name in self._never_made else None

    def _after(self, result: Any) -> None:
        error = getattr(result, "error_in_exec", None)
        if error is None or isinstance(error, STOPS):
            return
        self._never_made |= names_made(self._shell.transform_cell(result.info.raw_cell))
        if not self._is_calm:
            display(Card(Tone.QUIET, MAY_FAIL, closing=GO_ON))
        self._is_calm = False
        # a cell with an error stops Run All, and this one has said all there is to say
        result.error_in_exec = None


def names_made(source: str) -> set[str]:
    """Return the names that a cell's source binds at its top level."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, inner):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.split(".")[0])
        if not isinstance(node, inner):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def keep_cells_calm() -> None:
    """Watch the cells of this kernel from now on; without a notebook there are none."""
    shell = get_ipython()
    if shell is not None:
        CalmCells(shell).watch()

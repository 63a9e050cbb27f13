"""From a template's text to its parts.

Left out of Velocity: macros, #parse and #include, which API Gateway does not offer for use.
Source: velocity.apache.org/engine/1.7/user-guide.html.
"""

from __future__ import annotations

import re
from functools import lru_cache

from helpers.cloud.http_fronts.templates.errors import TemplateError
from helpers.cloud.http_fronts.templates.expressions import ExpressionReader
from helpers.cloud.http_fronts.templates.syntax import (
    Define,
    Expression,
    Foreach,
    If,
    Leave,
    Node,
    Set,
    Text,
)

_DIRECTIVE = re.compile(r"#(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))")
_LINE_END = re.compile(r"[ \t]*\r?\n")
_NAMES = ("set", "if", "elseif", "else", "end", "foreach", "define", "break", "stop")
_ENDS = frozenset({"end", "else", "elseif"})
_PLAIN = re.compile(r"[^#$\\]+")
MAX_DEPTH = 100


@lru_cache(maxsize=256)
def parse(source: str) -> tuple[Node, ...]:
    """Return the parts of a template; raises TemplateError."""
    reader = _TemplateReader(source)
    nodes, ending = reader.block()
    if ending:
        raise TemplateError(f"#{ending} without a beginning at {reader.at}")
    return nodes


class _TemplateReader(ExpressionReader):
    """Reads text, references and directives; lives for one template."""

    _depth = 0

    def template(self, source: str) -> tuple[Node, ...]:
        """Read a string in double quotes."""
        return parse(source)

    def block(self) -> tuple[tuple[Node, ...], str]:
        """Read until the end, or the directive that ends a block; give its name too."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TemplateError("The template is nested too deeply.")
        nodes: list[Node] = []
        ending = ""
        while not ending and self.at < len(self.source):
            ending = self._next(nodes)
        self._depth -= 1
        return tuple(nodes), ending

    def _next(self, nodes: list[Node]) -> str:
        if plain := self.take(_PLAIN):
            nodes.append(Text(plain[0]))
            return ""
        if self._skip_unrendered(nodes):
            return ""
        here = self.source[self.at]
        if here == "$":
            nodes.append(self.reference() or self._one())
            return ""
        name = self._directive_name() if here == "#" else ""
        if name in _ENDS:
            return name
        nodes.append(self._directive(name) if name else self._one())
        return ""

    def _skip_unrendered(self, nodes: list[Node]) -> bool:
        """Read a comment, #[[text]]#, or an escaped reference or directive."""
        rest = self.source[self.at : self.at + 3]
        if rest.startswith("##"):
            end = self.source.find("\n", self.at)
            self.at = len(self.source) if end < 0 else end + 1
            return True
        if rest.startswith("#*") or rest == "#[[":
            closing = "*#" if rest.startswith("#*") else "]]#"
            end = self.source.find(closing, self.at)
            if end < 0:
                raise TemplateError(f"{rest} without {closing}")
            if rest == "#[[":
                nodes.append(Text(self.source[self.at + 3 : end]))
            self.at = end + len(closing)
            return True
        if rest[:2] in ("\\$", "\\#"):
            nodes.append(Text(rest[1]))
            self.at += 2
            return True
        return False

    def _one(self) -> Text:
        self.at += 1
        return Text(self.source[self.at - 1])

    def _directive_name(self) -> str:
        match = _DIRECTIVE.match(self.source, self.at)
        name = (match["braced"] or match["bare"]) if match else ""
        if match is None or name not in _NAMES:
            return ""
        self.at = match.end()
        if name in ("else", "end", "break", "stop"):
            self.take(_LINE_END)
        return name

    def _directive(self, name: str) -> Node:
        if name in ("break", "stop"):
            return Leave(name)
        if name == "set":
            return self._set()
        if name == "if":
            return self._if()
        self.expect("(")
        variable = self.variable()
        if name == "define":
            self._close()
            return Define(variable, self._until_end())
        self.expect("in")
        items = self.expression()
        self._close()
        return Foreach(variable, items, self._until_end())

    def _set(self) -> Node:
        self.expect("(")
        self.skip_space()
        target = self.reference()
        if target is None:
            raise TemplateError(f"#set wants a reference at {self.at}")
        self.expect("=")
        value = self.expression()
        self._close()
        return Set(target, value)

    def _if(self) -> Node:
        branches: list[tuple[Expression, tuple[Node, ...]]] = []
        otherwise: tuple[Node, ...] = ()
        ending = "elseif"
        while ending == "elseif":
            self.expect("(")
            condition = self.expression()
            self._close()
            body, ending = self.block()
            branches.append((condition, body))
        if ending == "else":
            otherwise, ending = self.block()
        if ending != "end":
            raise TemplateError("#if without #end")
        return If(tuple(branches), otherwise)

    def _until_end(self) -> tuple[Node, ...]:
        body, ending = self.block()
        if ending != "end":
            raise TemplateError("A block without #end")
        return body

    def _close(self) -> None:
        self.expect(")")
        self.take(_LINE_END)

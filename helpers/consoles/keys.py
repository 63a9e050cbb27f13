"""Keys that belong to a widget as long as the focus is in it: arrows, letters, Space, Enter.

Widgets of the kit's own say so in their script; those made of ipywidgets hold a `Keys`.
"""

from __future__ import annotations

from pathlib import Path

import anywidget

HERE = Path(__file__).parent
OF_PARENT = """
export default {
  render({ el }) {
    el.style.display = "none";
    const keep = () => {
      if (el.parentElement) keepKeys(el.parentElement);
      else requestAnimationFrame(keep); // it is not in its box yet
    };
    keep();
  },
};
"""


def with_keys(script: str) -> str:
    """Return a widget's script, with the function `keepKeys` in front of it."""
    return f"{(HERE / 'keys.js').read_text(encoding='utf-8')}\n{script}"


class Keys(anywidget.AnyWidget):  # type: ignore[misc]
    """Nothing to see: keeps the keys in the box that it is put in."""

    _esm = with_keys(OF_PARENT)

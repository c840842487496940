"""The formats in which a ledger can be shown."""

from __future__ import annotations

import importlib

from chainrule.errors import unknown_name
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Ledger

__all__ = ["FORMATS", "render"]

FORMATS = {
    "text": "chainrule.ledger.rendering.rendering_text",
    "markdown": "chainrule.ledger.rendering.rendering_markdown",
    "latex": "chainrule.ledger.rendering.rendering_latex",
    "html": "chainrule.ledger.rendering.rendering_html",
    "json": "chainrule.ledger.rendering.rendering_json",
}
"""For each format the module whose function `rendered(ledger, options) -> str` makes it."""


def render(ledger: Ledger, format_name: str, options: DisplayOptions | None = None) -> str:
    """The ledger in one of the FORMATS.

    Args:
        ledger: of a worked example.
        format_name: of FORMATS.
        options: what to show of it; None for the defaults.

    Raises: UnknownNameError; DivergenceError where a number is not finite.
    """
    if format_name not in FORMATS:
        raise unknown_name("explain", "a format", format_name, FORMATS, argument="format")
    module = importlib.import_module(FORMATS[format_name])
    text: str = module.rendered(ledger, options or DisplayOptions())
    return text

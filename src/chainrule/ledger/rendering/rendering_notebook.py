"""A ledger, or one entry of it, as a notebook shows it: a fragment that needs nothing else."""

from __future__ import annotations

from html import escape
from itertools import islice

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.rendering.document import LEGENDS
from chainrule.ledger.rendering.entry_html import entry_html
from chainrule.ledger.rendering.mathml_markup import MathML
from chainrule.ledger.rendering.showing import example_text
from chainrule.ledger.rendering.typesetting import Setting

__all__ = ["MOST_ENTRIES", "fragment"]

MOST_ENTRIES = 24

_STYLE = (
    ".chainrule-ledger .entry{display:grid;grid-template-columns:15rem 1fr;gap:0 1rem;"
    "padding:.4rem 0;border-top:1px solid #8884}"
    ".chainrule-ledger .work{display:grid;grid-template-columns:max-content 1fr;gap:0 .3rem}"
    ".chainrule-ledger .line{grid-column:2;padding:.1rem 0}"
    ".chainrule-ledger .what{font-size:.9em;opacity:.75}"
    ".chainrule-ledger .result{font-weight:600}"
)


def fragment(ledger: Ledger) -> str:
    """The first numbers of a ledger as HTML.

    Args:
        ledger: of a worked example.

    Returns: an element with its own style, which holds for nothing else in the notebook.
    Raises: DivergenceError.
    """
    options = DisplayOptions()
    setting = Setting(ledger, options, MathML())
    entries = islice(ledger.entries(), MOST_ENTRIES + 1)
    shown = [entry_html(setting, entry) for entry in entries]
    title = ledger.example.title or example_text(ledger.example)
    rest = ""
    if len(shown) > MOST_ENTRIES:
        rest = f"<p>The first {MOST_ENTRIES} numbers. ledger.entry(address) shows any of them.</p>"
    return (
        f'<div class="chainrule-ledger"><style>{_STYLE}</style>'
        f"<p><b>{escape(title)}</b></p><p>{escape(LEGENDS[options.notation])}</p>"
        f"{''.join(shown[:MOST_ENTRIES])}{rest}</div>"
    )

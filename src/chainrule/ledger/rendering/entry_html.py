"""An entry of a ledger in HTML: what it is, formula, numbers substituted, result."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from chainrule.ledger.ledger import Entry
from chainrule.ledger.rendering.arrays import ArrayLaw
from chainrule.ledger.rendering.mathml_markup import MathML, math
from chainrule.ledger.rendering.symbolic import Derived, agreement_text
from chainrule.ledger.rendering.typeset_arrays import array_lines
from chainrule.ledger.rendering.typesetting import Setting, Typeset

__all__ = ["array_html", "entry_html"]


def entry_html(setting: Setting, item: Entry | Derived, attributes: str = "") -> str:
    """An entry as an article.

    Args:
        setting: of the ledger, with MathML as its markup.
        item: the entry; one derived by SymPy says too whether the law agrees.
        attributes: of the article, such as its id.
    """
    entry = item.entry if isinstance(item, Derived) else item
    equation = entry.equation or ("SymPy" if isinstance(item, Derived) else "given")
    texts = setting.entry(entry)
    lines = list(_lines(texts))
    if isinstance(item, Derived):
        lines.append(_agreement(item, setting.options.digits))
    return (
        f'<article class="entry"{attributes}><div class="what"><b class="id">{equation}</b> '
        f"<span>{escape(entry.name)}</span> <code>{escape(str(entry.quantity))}</code></div>"
        f'<div class="work"><div class="symbol">{math(texts.symbol)}</div>'
        f"{''.join(lines)}</div></article>"
    )


def array_html(setting: Setting, law: ArrayLaw) -> str:
    """An equation of whole arrays as an article.

    Args:
        setting: of the ledger, with MathML as its markup.
        law: the equation.
    """
    symbol, lines = array_lines(setting, law, MathML())
    kinds = ["formula", *["substituted"] * (len(lines) - 2), "result"]
    body = "".join(_line(kind, [line]) for kind, line in zip(kinds, lines, strict=True))
    return (
        f'<article class="entry arrays"><div class="what"><b class="id">{law.equation}</b> '
        f"<span>{escape(law.name)}</span></div>"
        f'<div class="work"><div class="symbol">{math(symbol)}</div>{body}</div></article>'
    )


def _lines(texts: Typeset) -> Iterator[str]:
    if texts.formula:
        yield _line("formula", texts.formula, _conditions(texts.conditions))
    if texts.substituted:
        yield _line("substituted", texts.substituted)
    for result in texts.result:
        yield _line("result", [result])


def _line(kind: str, chunks: list[str], rest: str = "") -> str:
    """A line that can be broken between chunks."""
    equals = MathML().sign("=")
    first, *others = chunks
    parts = [math(MathML().row([equals, first])), *map(_continued, others)]
    return f'<div class="line {kind}">{"<wbr>".join(parts)}{rest}</div>'


def _continued(chunk: str) -> str:
    """A chunk that begins with a sign between two terms."""
    return math(chunk.replace("<mo>", '<mo form="infix">', 1))


def _conditions(conditions: list[str]) -> str:
    formulas = " and ".join(map(math, conditions))
    return f' <span class="when">as {formulas}</span>' if conditions else ""


def _agreement(derived: Derived, digits: int) -> str:
    kind = "agrees" if derived.agrees else "differs"
    return f'<div class="line {kind}">{escape(agreement_text(derived, digits))}</div>'

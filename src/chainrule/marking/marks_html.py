"""Judged claims as a page of HTML that needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib import resources

from chainrule.ledger import Ledger, describe_example
from chainrule.marking.judging import UNANSWERED, VERDICTS, Judgement, MarkedClaims
from chainrule.marking.marks import correct_text, first_wrong_text, slip_text

__all__ = ["marks_html"]

_HEADER = (
    '<div class="scroll"><table><thead><tr><th>quantity</th><th class="number">printed</th>'
    '<th class="number">right</th><th class="number">from before</th><th>verdict</th>'
    "<th>likely slip</th></tr></thead><tbody>"
)


def marks_html(ledger: Ledger, marked: MarkedClaims) -> str:
    """The judged claims as a page.

    Args:
        ledger: that the claims are about.
        marked: the judged claims.

    Returns: HTML that loads nothing, and whose own rule forbids it to.
    """
    sheet = resources.files("chainrule.documents").joinpath("page", "marks.css")
    style = sheet.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    title = ledger.example.title or ledger.example.where
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'sha256-{digest}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        + "\n".join(_body(ledger, marked, title))
        + "\n</body>\n</html>\n"
    )


def _body(ledger: Ledger, marked: MarkedClaims, title: str) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    yield f'<p class="about">{escape(describe_example(ledger.example))}</p>'
    yield f'<p class="marks">{marked.marks} of {marked.out_of} marks</p>'
    yield f"<p>{escape(first_wrong_text(marked))}</p>"
    yield _HEADER
    yield from map(_row, marked.judgements)
    yield "</tbody></table></div>\n<dl>"
    present = {one.verdict for one in marked.judgements}
    for verdict, meaning in {**VERDICTS, UNANSWERED: "has no answer yet"}.items():
        if verdict in present:
            yield f"<dt>{verdict}</dt><dd>{escape(meaning)}</dd>"
    yield "</dl>"


def _row(one: Judgement) -> str:
    follows = correct_text(one, one.follows) if one.follows != one.exact else ""
    numbers = (one.printed, correct_text(one, one.exact), follows)
    cells = "".join(f'<td class="number">{escape(text)}</td>' for text in numbers)
    return (
        f'<tr class="{one.verdict}"><td><code>{escape(str(one.quantity))}</code></td>{cells}'
        f'<td class="verdict">{one.verdict}</td><td class="why">{escape(slip_text(one))}</td></tr>'
    )

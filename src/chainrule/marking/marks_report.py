"""Judged claims as a document: marks, a table, what is wrong and why, what verdicts mean."""

from __future__ import annotations

from chainrule.documents import (
    Block,
    Code,
    Content,
    Definition,
    Definitions,
    Document,
    Paragraph,
    Strong,
    Table,
)
from chainrule.ledger import Ledger, describe_example
from chainrule.marking.judging import UNANSWERED, VERDICTS, Judgement, MarkedClaims
from chainrule.marking.marks import correct_text, first_wrong_text, slip_text

__all__ = ["marks_document"]


def marks_document(ledger: Ledger, marked: MarkedClaims) -> Document:
    """The judged claims as a document.

    Args:
        ledger: that the claims are about.
        marked: the judged claims.
    """
    about = describe_example(ledger.example)
    title = ledger.example.title or ledger.example.where or about
    present = {one.verdict for one in marked.judgements}
    meanings = {**VERDICTS, UNANSWERED: "has no answer yet"}
    blocks: list[Block] = [
        Paragraph(f"{marked.marks} of {marked.out_of} marks", "lead"),
        Paragraph(first_wrong_text(marked)),
        _table(marked),
        *(Paragraph(_sentences(one)) for one in marked.judgements if one.is_wrong),
        Definitions(tuple(Definition(k, v) for k, v in meanings.items() if k in present)),
    ]
    return Document(title, tuple(blocks), about=about, values=marked.to_dict)


def _table(marked: MarkedClaims) -> Table:
    header = ("quantity", "printed", "right", "from before", "verdict")
    return Table(
        "",
        header,
        tuple(_row(one) for one in marked.judgements),
        row_styles=tuple(one.verdict for one in marked.judgements),
    )


def _row(one: Judgement) -> tuple[Content, ...]:
    exact = correct_text(one, one.exact)
    follows = correct_text(one, one.follows) if one.follows != one.exact else ""
    return Code(str(one.quantity)), one.printed, exact, follows, Strong(one.verdict)


def _sentences(one: Judgement) -> Content:
    """What is wrong with a number, and the likely slip."""
    text = f": printed {one.printed}, right is {correct_text(one, one.exact)}"
    if one.follows != one.exact:
        text += f", from the numbers before {correct_text(one, one.follows)}"
    reason = f"Likely slip: {slip_text(one)}" if one.finding else slip_text(one)
    return Code(str(one.quantity)), f"{text}. {reason}"

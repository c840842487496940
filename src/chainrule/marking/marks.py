"""The document of judged claims: marks, a table, errors and their causes, a legend."""

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
from chainrule.ledger.files import PrintedNumber
from chainrule.ledger.formulas import number_text
from chainrule.marking.judging import UNANSWERED, VERDICTS, Judgement, MarkedClaims

__all__ = [
    "correct_text",
    "first_wrong_text",
    "marks_document",
]

_DIGITS = 6


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
        *(Paragraph(_sentences(marked, one)) for one in marked.judgements if one.is_wrong),
        *(Paragraph(f"{one.remark}.") for one in marked.judgements if one.remark),
        *(Paragraph(f"Not read: {one.error}") for one in marked.refused),
        Definitions(tuple(Definition(k, v) for k, v in meanings.items() if k in present)),
    ]
    return Document(title, tuple(blocks), about=about, values=marked.to_dict)


def _table(marked: MarkedClaims) -> Table:
    header = ("quantity", "printed", "right", "from before", "verdict")
    return Table(
        "",
        header,
        tuple(_row(marked, one) for one in marked.judgements),
        row_styles=tuple(one.verdict for one in marked.judgements),
    )


def _row(marked: MarkedClaims, one: Judgement) -> tuple[Content, ...]:
    exact = correct_text(one, one.exact)
    follows = correct_text(one, one.follows) if one.follows != one.exact else ""
    return Code(marked.address(one.quantity)), one.printed, exact, follows, Strong(one.verdict)


def _sentences(marked: MarkedClaims, one: Judgement) -> Content:
    """What is wrong with a number, and the likely slip."""
    text = f": printed {one.printed}, right is {correct_text(one, one.exact)}"
    if one.follows != one.exact:
        text += f", from the numbers before {correct_text(one, one.follows)}"
    reason = slip_text(marked, one)
    if one.finding:
        reason = f"Likely slip: {reason}"
    return Code(marked.address(one.quantity)), f"{text}. {reason}"


def correct_text(one: Judgement, value: float) -> str:
    """A number in two digits more than the printed one has; empty before there is an answer.

    Args:
        one: the judgement of the printed number.
        value: the number.
    """
    if not one.is_answered:  # a student who is still at work must not see it
        return ""
    digits = PrintedNumber.parse(one.printed.replace(",", "")).digits + 2
    return number_text(value, min(max(digits, _DIGITS), 17))


def first_wrong_text(marked: MarkedClaims) -> str:
    """Which number is the first wrong one, or that none is, and how many are not answered."""
    first, unread = marked.first_wrong, sum(one.count for one in marked.refused)
    if marked.unanswered == marked.out_of:
        return "No number has an answer yet."
    counts = {"Not answered": marked.unanswered, "Not read": unread}
    rest = "".join(f" {name}: {n} of {marked.out_of}." for name, n in counts.items() if n)
    if first is not None:
        return f"First wrong: {marked.address(first.quantity)}" + ("." + rest if rest else "")
    carried = any(one.verdict == "carried" for one in marked.judgements)
    return "Nothing is wrong" + (", except for rounding on the way." if carried else ".") + rest


def slip_text(marked: MarkedClaims, one: Judgement) -> str:
    """The likely slip behind a wrong number, in sentences."""
    finding = one.finding
    if finding is None:
        return "No slip in the catalogue explains it."
    place = "" if finding.at is None else f", in {marked.address(finding.at)}"
    also = f" As likely: {'; '.join(finding.also)}." if finding.also else ""
    return f"{finding.name}{place}. {finding.sentence}{also}"

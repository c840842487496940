"""Judged claims as a table, as sentences, and as plain values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from chainrule.evaluation import Table
from chainrule.ledger.files import PrintedNumber
from chainrule.ledger.formulas import number_text
from chainrule.marking.judging import Judgement, MarkedClaims

__all__ = ["WIDTH", "first_wrong_text", "marks_lines", "marks_table", "slip_text"]

WIDTH = 80
_DIGITS = 6


def marks_table(marked: MarkedClaims) -> Table:
    """A row for each number claimed.

    Args:
        marked: the judged claims.
    """
    rows = tuple(
        (
            str(one.quantity),
            one.printed,
            correct_text(one, one.exact),
            correct_text(one, one.follows) if one.follows != one.exact else "",
            one.verdict,
        )
        for one in marked.judgements
    )
    header = ("quantity", "printed", "right", "from before", "verdict")
    return Table("Claims", header, rows, f"Marks: {marked.marks} of {marked.out_of}.")


def correct_text(one: Judgement, value: float) -> str:
    """A number in two digits more than the printed one has; nothing where there is none.

    Args:
        one: the judgement of the printed number.
        value: the number.
    """
    if not one.is_answered:  # whoever is still at work is not told
        return ""
    digits = PrintedNumber.parse(one.printed.replace(",", "")).digits + 2
    return number_text(value, min(max(digits, _DIGITS), 17))


def first_wrong_text(marked: MarkedClaims) -> str:
    """A line on the first wrong number, or on there being none; and on what is not answered."""
    first = marked.first_wrong
    if marked.unanswered == marked.out_of:
        return "Nothing is answered yet."
    rest = f" Not answered: {marked.unanswered} of {marked.out_of}." if marked.unanswered else ""
    if first is not None:
        return f"First wrong: {first.quantity}" + ("." + rest if rest else "")
    carried = any(one.verdict == "carried" for one in marked.judgements)
    return "Nothing is wrong" + (", but for rounding on the way." if carried else ".") + rest


def slip_text(one: Judgement) -> str:
    """The likely slip behind a wrong number, or what else there is to say, in sentences."""
    finding = one.finding
    if finding is None:
        return "No slip of the catalogue gives it." if one.is_wrong else ""
    place = "" if finding.at is None else f", in {finding.at}"
    also = f" As likely: {'; '.join(finding.also)}." if finding.also else ""
    return f"{finding.name}{place}. {finding.sentence}{also}"


def marks_lines(marked: MarkedClaims) -> Iterator[str]:
    """What is wrong and why, in lines of at most 80 characters where they can be broken.

    Args:
        marked: the judged claims.
    """
    yield first_wrong_text(marked)
    for one in marked.judgements:
        if one.is_wrong:
            yield from _wrong_lines(one)


def _wrong_lines(one: Judgement) -> Iterator[str]:
    text = f"{one.quantity}: printed {one.printed}, right is {correct_text(one, one.exact)}"
    if one.follows != one.exact:
        text += f", from the numbers before {correct_text(one, one.follows)}"
    yield ""
    yield from _wrap(f"{text}.", "  ")
    yield from _wrap(f"Likely slip: {slip_text(one)}" if one.finding else slip_text(one), "    ")


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

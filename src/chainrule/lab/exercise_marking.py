"""The exercise of a lesson: its questions, and what the visitor's numbers are worth."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from typing import Any

from chainrule.ledger import Ledger, parse_worked
from chainrule.marking import VERDICTS, Judgement, MarkedClaims, judge

__all__ = ["mark_exercise"]

_BLANK = re.compile(r'printed = ""')


def mark_exercise(exercise: str, answers: Sequence[str]) -> dict[str, Any]:
    """Return the questions of an exercise, with a verdict on each that was answered.

    Args:
        exercise: the text of a worked file whose claims have no numbers.
        answers: what the visitor typed for each claim, in their order; empty for none.

    Returns: "title", "questions" (each with "quantity", "answer", "error" and "verdicts"), "marks",
        "out_of".
    """
    table = tomllib.loads(exercise)
    given = [*answers, *[""] * len(table["claims"])][: len(table["claims"])]
    texts = iter(given)
    filled = _BLANK.sub(
        lambda _: f"printed = {json.dumps(next(texts), ensure_ascii=False)}", exercise
    )
    marked = judge(Ledger(parse_worked(filled, "exercise")))
    errors = {one.address: str(one.error) for one in marked.refused}
    questions = [
        {
            "quantity": claim["quantity"],
            "answer": answer,
            "error": errors.get(claim["quantity"], ""),
            "verdicts": [_verdict(one, marked) for one in _of_claim(marked, claim["quantity"])],
        }
        for claim, answer in zip(table["claims"], given, strict=True)
    ]
    return {
        "title": table["title"],
        "questions": questions,
        "marks": marked.marks,
        "out_of": marked.out_of,
    }


def _of_claim(marked: MarkedClaims, quantity: str) -> list[Judgement]:
    """The judgements on a claim: one for each number of an array."""
    addresses = [(marked.address(one.quantity), one) for one in marked.judgements]
    return [
        one
        for address, one in addresses
        if one.is_answered and (address == quantity or address.startswith(f"{quantity}["))
    ]


def _verdict(one: Judgement, marked: MarkedClaims) -> dict[str, Any]:
    finding = one.finding
    return {
        "quantity": marked.address(one.quantity),
        "printed": one.printed,
        "right": not one.is_wrong,
        "sentence": VERDICTS[one.verdict],
        "slip": "" if finding is None else f"{finding.name}: {finding.sentence}",
    }

"""A diagnosis as a document: what was seen, each finding with its cause and remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.condition_table import CONDITIONS
from chainrule.diagnosis.diagnoser import Diagnosis
from chainrule.diagnosis.evidence import POOR
from chainrule.diagnosis.remedies import Mended
from chainrule.documents import Block, Definition, Definitions, Document, Heading
from chainrule.evaluation import count_text, number_text, percent_text

__all__ = ["diagnosis_document"]

_TITLES = {condition.name: condition.title for condition in CONDITIONS}


def diagnosis_document(
    diagnosis: Diagnosis, mended: Mended | None = None, *, target: str = "", path: str = ""
) -> Document:
    """A diagnosis as a document.

    Args:
        diagnosis: what was found.
        mended: the recipe after its treatment; None where it was not asked for.
        target: the run or the recipe that was looked at, for the title.
        path: the file of the mended recipe.
    """
    blocks: list[Block] = [Definitions(tuple(_overview(diagnosis)))]
    for number, finding in enumerate(diagnosis.findings, 1):
        root = " (the root cause)" if number == 1 else ""
        blocks += [Heading(f"{number}. {finding.title}{root}"), _explanation(finding)]
    rest = tuple(_remarks(diagnosis))
    if rest:
        blocks.append(Definitions(rest))
    if mended is not None:
        blocks.append(Definitions(tuple(_treatment(mended, path))))

    def values() -> dict[str, Any]:
        more = {} if mended is None else {"mended": mended.to_dict()}
        return {**diagnosis.to_dict(), **more}

    return Document(
        f"Diagnosis of {target}" if target else "Diagnosis", tuple(blocks), values=values
    )


def _overview(diagnosis: Diagnosis) -> Iterator[Definition]:
    yield Definition("seen", _seen(diagnosis))
    if diagnosis.diverged:
        yield Definition("ended", diagnosis.diverged)
    if not diagnosis.findings:
        yield Definition("found", "nothing" + _doubt(diagnosis))


def _explanation(finding: Finding) -> Definitions:
    settings = f"Set {_assignments(finding.changes)}." if finding.changes else ""
    words = f"{finding.remedy}." if finding.remedy else ""
    return Definitions(
        (
            Definition("what", f"{finding.what[0].upper()}{finding.what[1:]}."),
            Definition("why", f"{finding.why}."),
            Definition("do", " ".join(filter(None, (settings, words)))),
        )
    )


def _remarks(diagnosis: Diagnosis) -> Iterator[Definition]:
    if len(diagnosis.findings) > 1:
        yield Definition("note", "A finding may be caused by one above it, so correct 1 first.")
    for name, why in diagnosis.unjudged.items():
        yield Definition("open", f"{_TITLES[name]}: not checked, because {why}.")


def _treatment(mended: Mended, path: str) -> Iterator[Definition]:
    """What was changed, and what the mended recipe does."""
    for treatment in mended.treatments:
        changes = _assignments(treatment.changes)
        yield Definition("mended", f"{treatment.finding.title}: {changes}")
    titles = ", ".join(finding.title for finding in mended.last.findings)
    left = titles or "nothing" + _doubt(mended.last)
    yield Definition("again", f"{_seen(mended.last)}; found: {left}")
    if path:
        yield Definition("kept", f"in {path}; see chainrule train DATA --config {path}")


def _seen(diagnosis: Diagnosis) -> str:
    steps = f"{count_text(diagnosis.steps)} of {count_text(diagnosis.steps_planned)} steps"
    costs = f"mean cost {number_text(diagnosis.cost_start)} to {number_text(diagnosis.cost_end)}"
    skill = percent_text(max(0.0, diagnosis.skill), 0)
    return f"{steps}; {costs}; better than a constant answer by {skill}"


def _doubt(diagnosis: Diagnosis) -> str:
    """What to add where nothing was found and yet little was learned."""
    if diagnosis.skill >= POOR and not diagnosis.diverged:
        return ""
    if diagnosis.steps < diagnosis.steps_planned:
        longer = min(diagnosis.steps_planned, 10 * diagnosis.steps)
        return f"; but little was learned so far: a longer trial tells more, --steps {longer}"
    return "; but little was learned, for a reason that is not among the conditions"


def _assignments(changes: Mapping[str, Any]) -> str:
    """Settings as they stand in a file.

    >>> _assignments({"initialiser": "he", "batch_size": 32})
    'initialiser = "he", batch_size = 32'
    """
    pairs = (f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in changes.items())
    return ", ".join(pairs)

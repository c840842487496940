"""What a diagnosis says, in words and as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chainrule.cli.console import Console
from chainrule.diagnosis import CONDITIONS, POOR, Diagnosis, Finding, Mended
from chainrule.evaluation import count_text, number_text, percent_text, plain

__all__ = ["as_json", "settings_words", "tell_diagnosis", "tell_mended"]

_TITLES = {condition.name: condition.title for condition in CONDITIONS}


def as_json(diagnosis: Diagnosis, mended: Mended | None) -> dict[str, Any]:
    """The diagnosis as plain values; what was mended under its own name."""
    told: dict[str, Any] = {
        name: plain(getattr(diagnosis, name))
        for name in ("steps", "steps_planned", "cost_start", "cost_end", "skill", "diverged")
    }
    told["findings"] = [_plain(finding) for finding in diagnosis.findings]
    told["unjudged"] = dict(diagnosis.unjudged)
    if mended is not None:
        told["mended"] = {
            "changes": mended.changes,
            "skill": plain(mended.last.skill),
            "findings": [_plain(finding) for finding in mended.last.findings],
        }
    return told


def _plain(finding: Finding) -> dict[str, Any]:
    return {**plain(finding), "changes": dict(finding.changes)}


def settings_words(changes: Mapping[str, Any]) -> str:
    """Settings as they stand in a file.

    >>> settings_words({"initialiser": "he", "batch_size": 32})
    'initialiser = "he", batch_size = 32'
    """
    pairs = (f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in changes.items())
    return ", ".join(pairs)


def tell_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """Print what was looked at, each finding with figure, cause and remedy, and what is open."""
    console.fact("seen", _seen(diagnosis))
    if diagnosis.diverged:
        console.fact("ended", diagnosis.diverged)
    if not diagnosis.findings:
        console.fact("found", "nothing" + _doubt(diagnosis))
    for number, finding in enumerate(diagnosis.findings, 1):
        console.line()
        console.line(f"{number}. {finding.title}" + " (the root cause)" * (number == 1), "bold")
        console.fact("what", f"{finding.what[0].upper()}{finding.what[1:]}.")
        console.fact("why", f"{finding.why}.")
        console.fact("do", _remedy(finding))
    if len(diagnosis.findings) > 1 or diagnosis.unjudged:
        console.line()
    if len(diagnosis.findings) > 1:
        console.fact("note", "What stands lower may come from what stands higher: mend 1 first.")
    for name, why in diagnosis.unjudged.items():
        console.fact("open", f"{_TITLES[name]}: not judged, as {why}.")


def _seen(diagnosis: Diagnosis) -> str:
    steps = f"{count_text(diagnosis.steps)} of {count_text(diagnosis.steps_planned)} steps"
    costs = f"mean cost {number_text(diagnosis.cost_start)} to {number_text(diagnosis.cost_end)}"
    return f"{steps}; {costs}; better than a constant answer by {_skill(diagnosis.skill)}"


def _skill(skill: float) -> str:
    return percent_text(max(0.0, skill), 0)


def _doubt(diagnosis: Diagnosis) -> str:
    """What to add where nothing was found and yet little was learned."""
    if diagnosis.skill >= POOR and not diagnosis.diverged:
        return ""
    if diagnosis.steps < diagnosis.steps_planned:
        longer = min(diagnosis.steps_planned, 10 * diagnosis.steps)
        return f"; but little was learned so far: a longer trial says more, --steps {longer}"
    return "; but little was learned, by no cause that is looked for here"


def _remedy(finding: Finding) -> str:
    settings = f"Set {settings_words(finding.changes)}." if finding.changes else ""
    words = f"{finding.remedy}." if finding.remedy else ""
    return " ".join(filter(None, (settings, words)))


def tell_mended(console: Console, mended: Mended, path: str) -> None:
    """Print what was changed, and what the mended recipe does."""
    console.line()
    for treatment in mended.treatments:
        console.fact("mended", f"{treatment.finding.title}: {settings_words(treatment.changes)}")
    titles = ", ".join(finding.title for finding in mended.last.findings)
    left = titles or "nothing" + _doubt(mended.last)
    console.fact("again", f"{_seen(mended.last)}; found: {left}")
    console.fact("kept", f"in {path}; see chainrule train DATA --config {path}")

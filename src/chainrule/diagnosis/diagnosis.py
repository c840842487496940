"""Judge the evidence of a training by the table of conditions, and report what is found."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.diagnosis.condition import Condition, Finding, figure_text
from chainrule.diagnosis.condition_table import CONDITIONS
from chainrule.diagnosis.evidence import POOR_SKILL, Evidence, Snapshot
from chainrule.documents import Block, Definition, Definitions, Document, Heading
from chainrule.evaluation import count_text, number_text, percent_text, plain_values

__all__ = ["Diagnosis", "MeasuredCurvature", "assignments_text", "diagnose_evidence"]

_TITLES = {condition.name: condition.title for condition in CONDITIONS}


@dataclass(frozen=True)
class MeasuredCurvature:
    """The curvature at one position of a training, and the learning rates that it allows.

    Args:
        step: steps done there.
        rate: learning rate of the next step.
        lambda_max: λ_max, the largest eigenvalue of the objective's Hessian; NaN if not finite.
        two_over_lambda_max: 2/λ_max, the largest rate at which gradient descent is stable; infinite
            if no direction curves upwards.
        stability_limit: the largest stable rate of the recipe's update; None if curvature sets no
            limit to it.
        preconditioned_lambda_max: that of the Hessian divided by the update's root mean squares;
            None for an update without any.
    """

    step: int
    rate: float
    lambda_max: float
    two_over_lambda_max: float
    stability_limit: float | None
    preconditioned_lambda_max: float | None

    @classmethod
    def of_snapshot(cls, snapshot: Snapshot) -> MeasuredCurvature:
        """Return the curvature of a snapshot."""
        found, value = snapshot.curvature, snapshot.lambda_max
        two_over = 2 / value if value > 0 else math.inf
        return cls(
            step=snapshot.step,
            rate=snapshot.rate,
            lambda_max=value,
            two_over_lambda_max=math.nan if math.isnan(value) else two_over,
            stability_limit=None if found is None else found.limit,
            preconditioned_lambda_max=(
                found.value if found is not None and found.preconditioned else None
            ),
        )

    def describe(self, when: str) -> str:
        """Return λ_max and the rates that it allows in words.

        Args:
            when: such as "at the start".
        """
        if math.isnan(self.lambda_max):
            return f"not finite {when}"
        text = f"{figure_text(self.lambda_max)} {when}; 2/λ_max "
        text += f"{figure_text(self.two_over_lambda_max)}, rate {figure_text(self.rate)}"
        if self.stability_limit is None:
            return text
        return f"{text}, stable up to {figure_text(self.stability_limit)}"


@dataclass(frozen=True)
class Diagnosis:
    """The findings of a diagnosis.

    Args:
        findings: root causes first.
        unjudged: why a condition could not be judged, by its name.
        steps: number of steps looked at.
        steps_planned: number of steps of the whole run.
        cost_start: mean cost on the sample before the first step.
        cost_end: the same after the last step.
        skill: 1 - the error divided by that of a constant prediction.
        diverged: the message of the error by which the run diverged; empty if it did not.
        curvature: at the start and at the end.
    """

    findings: tuple[Finding, ...]
    unjudged: Mapping[str, str]
    steps: int
    steps_planned: int
    cost_start: float
    cost_end: float
    skill: float
    diverged: str = ""
    curvature: tuple[MeasuredCurvature, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule diagnose --json` prints."""
        names = ("steps", "steps_planned", "cost_start", "cost_end", "skill", "diverged")
        return {
            **{name: plain_values(getattr(self, name)) for name in names},
            "findings": [finding.to_dict() for finding in self.findings],
            "unjudged": dict(self.unjudged),
            "curvature": plain_values(self.curvature),
        }

    def document(self, target: str = "") -> Document:
        """Return the diagnosis as a document: each finding with its cause and remedy.

        Args:
            target: the run or the recipe, for the title.
        """
        blocks: list[Block] = [Definitions(tuple(self._overview()))]
        for number, finding in enumerate(self.findings, 1):
            root = " (the root cause)" if number == 1 else ""
            blocks += [Heading(f"{number}. {finding.title}{root}"), _explain(finding)]
        remarks = tuple(self._remarks())
        if remarks:
            blocks.append(Definitions(remarks))
        title = f"Diagnosis of {target}" if target else "Diagnosis"
        return Document(title, tuple(blocks), values=self.to_dict)

    def progress_text(self) -> str:
        """Return steps, costs and skill in one line."""
        steps = f"{count_text(self.steps)} of {count_text(self.steps_planned)} steps"
        costs = f"mean cost {number_text(self.cost_start)} to {number_text(self.cost_end)}"
        skill = percent_text(max(0.0, self.skill), 0)
        return f"{steps}; {costs}; better than a constant answer by {skill}"

    def findings_text(self) -> str:
        """Return the titles of the findings; without any, whether that is a good sign."""
        if self.findings:
            return ", ".join(finding.title for finding in self.findings)
        if self.skill >= POOR_SKILL and not self.diverged:
            return "nothing"
        if self.steps < self.steps_planned:
            longer = min(self.steps_planned, 10 * self.steps)
            advice = f"a longer trial shows more, --steps {longer}"
            return f"nothing; but little was learned so far: {advice}"
        return "nothing; but little was learned, by no cause that is looked for here"

    def _overview(self) -> Iterator[Definition]:
        yield Definition("seen", self.progress_text())
        for when, one in zip(("at the start", "at the end"), self.curvature, strict=False):
            yield Definition("λ_max", one.describe(when))
        if self.diverged:
            yield Definition("ended", self.diverged)
        if not self.findings:
            yield Definition("found", self.findings_text())

    def _remarks(self) -> Iterator[Definition]:
        if len(self.findings) > 1:
            note = "A finding may be caused by one above it: correct 1 first."
            yield Definition("note", note)
        for name, why in self.unjudged.items():
            yield Definition("open", f"{_TITLES[name]}: not checked, because {why}.")


def _explain(finding: Finding) -> Definitions:
    settings = f"Set {assignments_text(finding.changes)}." if finding.changes else ""
    words = f"{finding.remedy}." if finding.remedy else ""
    return Definitions(
        (
            Definition("what", f"{finding.what[0].upper()}{finding.what[1:]}."),
            Definition("why", f"{finding.why}."),
            Definition("do", " ".join(filter(None, (settings, words)))),
        )
    )


def assignments_text(settings: Mapping[str, Any]) -> str:
    """Return settings as they stand in a file.

    >>> assignments_text({"initialiser": "he", "batch_size": 32})
    'initialiser = "he", batch_size = 32'
    """
    return ", ".join(
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()
    )


def diagnose_evidence(
    evidence: Evidence, conditions: Iterable[Condition] = CONDITIONS
) -> Diagnosis:
    """Judge the evidence by each condition.

    Args:
        evidence: of a trial or of a saved run.
        conditions: root causes first.

    Example:
        >>> import chainrule as cr
        >>> from chainrule.diagnosis.probe import probe_training
        >>> data = cr.Dataset([[0.0, 1.0], [1.0, 0.0]] * 20, [0, 1] * 20)
        >>> network = cr.Network.create([2, 4, 2], initialiser="zeros")
        >>> found = diagnose_evidence(probe_training(network, data, cr.Recipe(epochs=3, seed=0)))
        >>> found.findings[0].title
        'Symmetric initial weights'
    """
    table = tuple(conditions)
    missing = {condition.name: condition.needs(evidence) for condition in table}
    return Diagnosis(
        findings=_find(evidence, table),
        unjudged={name: why for name, why in missing.items() if why},
        steps=evidence.end.step,
        steps_planned=evidence.steps,
        cost_start=evidence.start.cost,
        cost_end=evidence.end.cost,
        skill=evidence.end.skill,
        diverged=evidence.diverged,
        curvature=tuple(map(MeasuredCurvature.of_snapshot, (evidence.start, evidence.end))),
    )


def _find(evidence: Evidence, table: tuple[Condition, ...]) -> tuple[Finding, ...]:
    """Return the findings; those of conditions that stand alone only if there is no other."""
    every = [(condition.alone, condition.check(evidence)) for condition in table]
    findings = [(alone, finding) for alone, finding in every if finding is not None]
    chosen = [finding for alone, finding in findings if not alone]
    return tuple(chosen or (finding for _, finding in findings))

"""Hold the evidence of a training against the table of conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.diagnosis.condition import Condition, Finding
from chainrule.diagnosis.condition_table import CONDITIONS
from chainrule.diagnosis.evidence import Evidence
from chainrule.evaluation import plain_values

__all__ = ["Diagnosis", "diagnose_evidence"]


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Args:
        findings: root causes first.
        unjudged: why a condition could not be judged, by its name.
        steps: how many steps were looked at.
        steps_planned: of how many in the whole run.
        cost_start: mean cost on the sample before the first step.
        cost_end: the same after the last one.
        skill: the part of what a constant answer gets wrong that the network gets right.
        diverged: how it ended; empty where it did not diverge.
    """

    findings: tuple[Finding, ...]
    unjudged: Mapping[str, str]
    steps: int
    steps_planned: int
    cost_start: float
    cost_end: float
    skill: float
    diverged: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule diagnose --json` prints."""
        names = ("steps", "steps_planned", "cost_start", "cost_end", "skill", "diverged")
        return {
            **{name: plain_values(getattr(self, name)) for name in names},
            "findings": [finding.to_dict() for finding in self.findings],
            "unjudged": dict(self.unjudged),
        }


def diagnose_evidence(
    evidence: Evidence, conditions: Iterable[Condition] = CONDITIONS
) -> Diagnosis:
    """Judge the evidence by each condition.

    Args:
        evidence: of a trial, or of a run that was kept.
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
        findings=_found(evidence, table),
        unjudged={name: why for name, why in missing.items() if why},
        steps=evidence.end.step,
        steps_planned=evidence.steps,
        cost_start=evidence.start.cost,
        cost_end=evidence.end.cost,
        skill=evidence.end.skill,
        diverged=evidence.diverged,
    )


def _found(evidence: Evidence, table: tuple[Condition, ...]) -> tuple[Finding, ...]:
    """The findings; those that are told alone only where there is no other."""
    every = [(condition.alone, condition.found(evidence)) for condition in table]
    findings = [(alone, finding) for alone, finding in every if finding is not None]
    chosen = [finding for alone, finding in findings if not alone]
    return tuple(chosen or (finding for _, finding in findings))

"""A condition that a training can have, as one row of data, and what is found of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.diagnosis.evidence import Evidence
from chainrule.evaluation import plain_values

__all__ = ["Condition", "Finding", "Sight", "ready"]


@dataclass(frozen=True)
class Sight:
    """What a condition's measure sees.

    Args:
        figure: the number that is held against the threshold.
        what: a sentence without a full stop that tells it.
        changes: settings that mend it, as in a file for `chainrule train --config`; empty where
            no setting does.
        remedy: what to do where no setting is enough, a sentence without a full stop.
        rows: examples of the training set that it is about.
    """

    figure: float
    what: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    remedy: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A condition that was found.

    Args:
        name: the condition's.
        title: what it is called.
        figure: what was measured.
        threshold: what the figure is held against.
        what: a sentence without a full stop: the figure and its bound.
        why: what it does to a training, a sentence without a full stop.
        changes: settings that mend it.
        remedy: what to do besides, or instead; empty where the changes are all.
        rows: examples of the training set that it is about.
    """

    name: str
    title: str
    figure: float
    threshold: float
    what: str
    why: str
    changes: Mapping[str, Any]
    remedy: str
    rows: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as in `Diagnosis.to_dict`."""
        return {**plain_values(self), "changes": dict(self.changes)}


def ready(evidence: Evidence) -> str:
    """Nothing is missing."""
    return ""


@dataclass(frozen=True)
class Condition:
    """One row of the table.

    Args:
        name: what programs know it by.
        title: what it is called.
        threshold: the bound.
        above: whether a figure above the threshold is bad; else one below it.
        figure: what is measured, in words.
        why: what it does to a training, a sentence without a full stop.
        remedy: how it is mended in general, a sentence without a full stop.
        measure: evidence -> Sight; None where the condition does not apply.
        harmful_only: whether it is told only where the training diverges or shows little skill,
            since many a training does well in spite of it.
        needs: evidence -> what is missing in order to judge; empty for nothing.
        alone: whether it is told only where nothing else is found.
        cheap: whether it can be judged without curvature and without comparing examples.
        lasting: whether it is the same from the start of a training to its end.
    """

    name: str
    title: str
    threshold: float
    above: bool
    figure: str
    why: str
    remedy: str
    measure: Callable[[Evidence], Sight | None]
    harmful_only: bool = False
    needs: Callable[[Evidence], str] = ready
    alone: bool = False
    cheap: bool = False
    lasting: bool = False

    def found(self, evidence: Evidence) -> Finding | None:
        """The finding; None where the condition is not there."""
        if self.needs(evidence) or (self.harmful_only and not evidence.learns_badly):
            return None
        sight = self.measure(evidence)
        if sight is None or not self._is_beyond(sight.figure):
            return None
        bound = f"the bound is {self.threshold:g}"
        remedy = sight.remedy or ("" if sight.changes else self.remedy)
        return Finding(
            name=self.name,
            title=self.title,
            figure=sight.figure,
            threshold=self.threshold,
            what=f"{sight.what}; {bound}",
            why=self.why,
            changes=dict(sight.changes),
            remedy=remedy,
            rows=sight.rows,
        )

    def _is_beyond(self, figure: float) -> bool:
        return figure > self.threshold if self.above else figure < self.threshold

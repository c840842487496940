"""A condition that a training can have, as one row of a table, and the finding about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from chainrule.diagnosis.evidence import Evidence
from chainrule.evaluation import plain_values

__all__ = ["Condition", "Finding", "Observation", "figure_text"]


@dataclass(frozen=True)
class Observation:
    """What a condition's measure returns.

    Args:
        figure: the number that is compared with the threshold.
        what: a sentence without a full stop that states it.
        changes: settings that mend it, as in a file for `chainrule train --config`; empty if no
            setting does.
        remedy: what to do if no setting is enough, a sentence without a full stop.
        rows: the examples of the training set that it concerns.
    """

    figure: float
    what: str
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    remedy: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A condition that was found.

    Args:
        name: the condition's name.
        title: its title.
        figure: the figure measured.
        threshold: the bound that the figure exceeds or falls below.
        what: a sentence without a full stop: the figure and its bound.
        why: its effect on a training, a sentence without a full stop.
        changes: settings that mend it.
        remedy: what else to do, or what to do instead; empty if the changes are enough.
        rows: the examples of the training set that it concerns.
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


def _nothing_missing(evidence: Evidence) -> str:
    """Return an empty text: the condition can be judged by any evidence."""
    return ""


def figure_text(value: float) -> str:
    """Return a figure in three digits.

    >>> figure_text(4871.3), figure_text(0.0012345), figure_text(19.83)
    ('4870', '0.00123', '19.8')
    """
    return f"{float(f'{value:.3g}'):g}"


@dataclass(frozen=True)
class Condition:
    """One row of the table.

    Args:
        name: its name for programs.
        title: its title for people.
        threshold: the bound.
        above: whether figures above the threshold are bad; else those below it.
        figure: what is measured, in words.
        why: its effect on a training, a sentence without a full stop.
        remedy: what mends it in general, a sentence without a full stop.
        measure: evidence -> Observation, or None if the condition does not apply.
        harmful_only: whether it is reported only if the training diverges or shows little skill,
            since many trainings do well in spite of it; of those that are cheap, little skill after
            any epoch is enough, since a training warns of them then.
        needs: evidence -> what is missing in order to judge; empty if nothing is.
        alone: whether it is reported only if nothing else is found.
        cheap: whether it can be judged without curvature and without comparing examples.
        lasting: whether it stays the same from the start of a training to its end.
    """

    name: str
    title: str
    threshold: float
    above: bool
    figure: str
    why: str
    remedy: str
    measure: Callable[[Evidence], Observation | None]
    harmful_only: bool = False
    needs: Callable[[Evidence], str] = _nothing_missing
    alone: bool = False
    cheap: bool = False
    lasting: bool = False

    def check(self, evidence: Evidence) -> Finding | None:
        """Return the finding, or None if the training does not have the condition."""
        if self.needs(evidence) or (self.harmful_only and not self._is_harmful(evidence)):
            return None
        observed = self.measure(evidence)
        if observed is None or not self._is_beyond(observed.figure):
            return None
        bound = f"the bound is {self.threshold:g}"
        remedy = observed.remedy or ("" if observed.changes else self.remedy)
        return Finding(
            name=self.name,
            title=self.title,
            figure=observed.figure,
            threshold=self.threshold,
            what=f"{observed.what}; {bound}",
            why=self.why,
            changes=dict(observed.changes),
            remedy=remedy,
            rows=observed.rows,
        )

    def _is_harmful(self, evidence: Evidence) -> bool:
        """Whether the training suffers, or did after an epoch, when it would have been warned."""
        return evidence.learns_badly or (self.cheap and evidence.began_badly)

    def _is_beyond(self, figure: float) -> bool:
        return figure > self.threshold if self.above else figure < self.threshold

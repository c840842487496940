"""The parts of a paper's experiment: measurements, and sections that report them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chainrule.documents import Block
from chainrule.papers.experiments.experiment_options import ExperimentOptions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "ExperimentSet",
    "Measurements",
    "PaperExperiment",
    "ReportSection",
    "SectionFigure",
    "join_sets",
]

Measurements: TypeAlias = Mapping[str, Any]
"""What experiments measured, by names, as plain values: numbers, texts, lists and dicts of them."""


@dataclass(frozen=True)
class PaperExperiment:
    """One experiment of a paper.

    Args:
        name: what the command line calls it.
        title: what it computes, in one line.
        measure: computes it.
    """

    name: str
    title: str
    measure: Callable[[ExperimentOptions], Measurements]


@dataclass(frozen=True)
class SectionFigure:
    """A figure of a section.

    Args:
        name: of its file, without a suffix.
        caption: what it shows.
        draw: draws it from the measurements.
    """

    name: str
    caption: str
    draw: Callable[[Measurements], Figure]


@dataclass(frozen=True)
class ReportSection:
    """A part of the report on a paper's experiments.

    Args:
        title: its heading.
        needs: the names of the measurements that it reads; it is left out if one is missing.
        blocks: words and tables from the measurements.
        figure: follows them, or None.
    """

    title: str
    needs: tuple[str, ...]
    blocks: Callable[[Measurements], list[Block]]
    figure: SectionFigure | None = None


@dataclass(frozen=True)
class ExperimentSet:
    """Experiments of a paper that belong together.

    Args:
        experiments: in the order of the paper.
        sections: of the report, in the order in which they are read.
    """

    experiments: tuple[PaperExperiment, ...]
    sections: tuple[ReportSection, ...]

    def sections_for(self, measured: Measurements) -> tuple[ReportSection, ...]:
        """Returns the sections for which everything is measured."""
        return tuple(one for one in self.sections if measured.keys() >= set(one.needs))


def join_sets(*sets: ExperimentSet) -> ExperimentSet:
    """Returns the experiments and sections of several sets, one after the other."""
    return ExperimentSet(
        experiments=tuple(one for part in sets for one in part.experiments),
        sections=tuple(one for part in sets for one in part.sections),
    )

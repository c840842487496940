"""A run of a paper's experiments: what was measured, and the report on it."""

from __future__ import annotations

import io
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule._version import __version__
from chainrule.documents import Block, Document, Gallery, Heading, Paragraph, Picture, Table
from chainrule.errors import unknown_name
from chainrule.papers.experiments.beyond_grid import BEYOND_GRID
from chainrule.papers.experiments.dice import DICE
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.federated import FEDERATED
from chainrule.papers.experiments.four_or_not import FOUR_OR_NOT
from chainrule.papers.experiments.function_pieces import APPROXIMATOR
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    ReportSection,
    join_sets,
)
from chainrule.papers.experiments.printed_program import PRINTED_PROGRAM
from chainrule.papers.experiments.program_changes import PROGRAM_CHANGES
from chainrule.papers.experiments.rate_grid import RATE_GRID
from chainrule.papers.experiments.recursions import RECURSION_SET
from chainrule.papers.experiments.training_steps import TRAINING_STEPS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EXPERIMENTS", "ExperimentRun", "run_experiments"]

EXPERIMENTS: Mapping[str, ExperimentSet] = {
    "investigation": join_sets(RATE_GRID, RECURSION_SET, BEYOND_GRID),
    "four-detector": join_sets(DICE, FOUR_OR_NOT, FEDERATED),
    "approximator": APPROXIMATOR,
    "four-equations": join_sets(PRINTED_PROGRAM, PROGRAM_CHANGES),
    "matrix-based": TRAINING_STEPS,
}
"""The experiments of each paper by its id."""

_DIGITS = 6
"""Significant digits of recorded numbers: more than any report shows."""


@dataclass(frozen=True, eq=False)
class ExperimentRun:
    """What a run of a paper's experiments measured.

    Args:
        paper: the paper's id.
        measured: the measurements by name, as plain values.
        seconds: how long the run took.
        versions: of what computed it, with the machine and the date.
        complete: whether everything was computed, on the digits of the papers. Otherwise the
            report has tables alone, since its conclusions are those of a complete run.
    """

    paper: str
    measured: Mapping[str, Any]
    seconds: float
    versions: Mapping[str, str]
    complete: bool = True

    def sections(self) -> tuple[ReportSection, ...]:
        """Returns the sections of the report for which everything is measured."""
        return EXPERIMENTS[self.paper].sections_for(self.measured)

    def document(self, *, figures: bool = True) -> Document:
        """Returns the report beside the printed numbers.

        Args:
            figures: whether to draw the figures, which takes seconds.
        """
        blocks: list[Block] = []
        if not self.complete:
            text = "Computed on less or other data than a complete run: tables without conclusions."
            blocks.append(Paragraph(text))
        for section in self.sections():
            blocks.append(Heading(section.title))
            blocks += [
                block
                for block in section.blocks(self.measured)
                if self.complete or isinstance(block, Table)
            ]
            if figures and section.figure is not None:
                image = _png(section.figure.draw(self.measured))
                blocks.append(Gallery((Picture(section.figure.caption, image),)))
        title = f"The experiments of {self.paper}"
        return Document(title, tuple(blocks), about=self._origin(), values=self.to_dict)

    def _origin(self) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"Computed in {self.seconds:.0f} s: {versions}."

    def figures(self) -> dict[str, Figure]:
        """Returns the figures of the report by name."""
        found = (section.figure for section in self.sections())
        return {one.name: one.draw(self.measured) for one in found if one is not None}

    def to_dict(self) -> dict[str, Any]:
        """Returns the run as plain values, numbers in six significant digits."""
        return {
            "part": self.paper,
            "seconds": round(self.seconds),
            "versions": dict(self.versions),
            "found": _rounded(self.measured),
        }


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def run_experiments(
    paper: str,
    names: Sequence[str] = (),
    *,
    options: ExperimentOptions | None = None,
) -> ExperimentRun:
    """Runs experiments of a paper, one after the other.

    Args:
        paper: the paper's id.
        names: of those to run; none for all.
        options: how much to compute; None for everything.

    Raises: UnknownNameError for another name, and what loading data and training raise.
    """
    known = {one.name: one for one in EXPERIMENTS[paper].experiments}
    for name in names:
        if name not in known:
            raise unknown_name("papers", "an experiment", name, known, argument="experiment")
    options = options or ExperimentOptions()
    begun = time.monotonic()
    measured: dict[str, Any] = {}
    for name, experiment in known.items():
        if not names or name in names:
            options.progress(name)
            measured |= experiment.measure(options)
    seconds = time.monotonic() - begun
    return ExperimentRun(paper, measured, seconds, _versions(), complete=options.is_complete)


def _versions() -> dict[str, str]:
    """The versions of what computes, the machine, and the date."""
    import numba
    import optuna

    return {
        "chainrule": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "optuna": optuna.__version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
        "date": f"{date.today():%Y-%m-%d}",
    }


def _rounded(value: Any) -> Any:
    """Plain values, with as many digits as anyone reads."""
    if isinstance(value, dict):
        return {str(name): _rounded(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_rounded(one) for one in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{_DIGITS}g}")
    return int(value) if isinstance(value, np.integer) else value

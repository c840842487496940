"""What each paper prints, and what of chainrule answers it: five tables, read from contents/."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "OutlookRow",
    "PaperContents",
    "PrintedEquation",
    "PrintedFigure",
    "StudiedExperiment",
    "WorkedComputation",
    "read_contents",
]

_FOLDER = Path(__file__).parent / "contents"
_OF_PAPERS = "papers: "


class PrintedEquation(NamedTuple):
    """An equation of a paper, and where it is derived here.

    Args:
        place: equation number or section in the paper.
        what: the equation, or its subject.
        ids: of the equations in docs/derivation.
    """

    place: str
    what: str
    ids: tuple[str, ...]


class PrintedFigure(NamedTuple):
    """A figure of a paper, and what draws ours.

    Args:
        place: its number or its section in the paper.
        what: what it shows.
        arguments: of `chainrule figure`; empty if an experiment of the paper draws it.
        drawn: the name of the experiment's figure; empty if `chainrule figure` draws it.
    """

    place: str
    what: str
    arguments: tuple[str, ...]
    drawn: str

    @property
    def name(self) -> str:
        """Of the picture's file, without a suffix."""
        return self.drawn or "-".join(
            "".join(letter if letter.isalnum() else "-" for letter in part).strip("-")
            for part in self.arguments
        )


class WorkedComputation(NamedTuple):
    """A computation that a paper works out by hand.

    Args:
        name: of its worked file.
        title: what is computed.
    """

    name: str
    title: str


class StudiedExperiment(NamedTuple):
    """An experiment that a paper does or describes, and ours.

    Args:
        what: the paper's.
        experiment: the name of ours, for `chainrule papers run`.
        study: the bundled study that trains it; empty if a loop of its own does.
        section: the heading of its report.
    """

    what: str
    experiment: str
    study: str
    section: str


class OutlookRow(NamedTuple):
    """A remark of a paper on what is still to be done, and what came of it.

    Args:
        remark: the paper's.
        outcome: in a few words.
        answer: an experiment of the paper, a worked file, or the id of an equation.
        section: the heading of the experiment's report; empty for a file or an equation.
    """

    remark: str
    outcome: str
    answer: str
    section: str


@dataclass(frozen=True)
class PaperContents:
    """The five tables of a paper.

    Args:
        equations: in the order of the paper.
        figures: likewise.
        computations: those worked out by hand.
        experiments: those done or described.
        outlook: remarks on the future.
    """

    equations: tuple[PrintedEquation, ...]
    figures: tuple[PrintedFigure, ...]
    computations: tuple[WorkedComputation, ...]
    experiments: tuple[StudiedExperiment, ...]
    outlook: tuple[OutlookRow, ...]


@cache
def read_contents(paper_id: str) -> PaperContents:
    """Returns the tables of a paper.

    Args:
        paper_id: its id.
    """
    table = tomllib.loads((_FOLDER / f"{paper_id}.toml").read_text(encoding="utf-8"))
    equations = (
        PrintedEquation(place, what, tuple(ids.split())) for place, what, ids in table["equations"]
    )
    return PaperContents(
        equations=tuple(equations),
        figures=tuple(_figure(*row) for row in table["figures"]),
        computations=tuple(WorkedComputation(*row) for row in table["computations"]),
        experiments=tuple(StudiedExperiment(*row) for row in table["experiments"]),
        outlook=tuple(OutlookRow(*row) for row in table["outlook"]),
    )


def _figure(place: str, what: str, source: str) -> PrintedFigure:
    if source.startswith(_OF_PAPERS):
        return PrintedFigure(place, what, (), source.removeprefix(_OF_PAPERS))
    return PrintedFigure(place, what, tuple(source.split()), "")

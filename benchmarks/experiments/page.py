"""The experiments' part of docs/papers.md, from what is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import approximator, detector, four_equations, investigation, matrix_based
from experiments import telling_four_equations as tell_equations
from experiments import telling_investigation as tell_investigation
from experiments import telling_matrix_based as tell_matrix
from experiments import telling_small as tell_small
from experiments.record import RESULTS, kept
from experiments.size import Size
from experiments.wording import prose

__all__ = ["BEGIN", "END", "PARTS", "Part", "page_part", "written"]

BEGIN = "<!-- begin: make papers -->"
END = "<!-- end: make papers -->"


@dataclass(frozen=True)
class Part:
    """One paper's experiments.

    Args:
        measure: computes them.
        told: the record of what was found -> lines of Markdown.
    """

    measure: Callable[[Size], dict[str, Any]]
    told: Callable[[dict[str, Any]], list[str]]


PARTS = {
    "investigation": Part(investigation.measure, tell_investigation.told),
    "four-detector": Part(detector.measure, tell_small.told_detector),
    "approximator": Part(approximator.measure, tell_small.told_approximator),
    "four-equations": Part(four_equations.measure, tell_equations.told),
    "matrix-based": Part(matrix_based.measure, tell_matrix.told),
}
"""The parts by the papers' ids, in their order."""


def page_part(folder: Path = RESULTS) -> str:
    """The part of the page, with its marks."""
    records = {name: kept(name, folder) for name in PARTS}
    lines = [BEGIN, ""]
    for name, part in PARTS.items():
        lines += [f"### {name}", "", *part.told(records[name]["found"]), ""]
    return "\n".join([*lines, *_made(records), "", END]) + "\n"


def _made(records: dict[str, dict[str, Any]]) -> list[str]:
    """What computed all this, and how long it took."""
    versions = records["investigation"]["versions"]
    made = ", ".join(f"{name} {text}" for name, text in versions.items())
    seconds = sum(record["seconds"] for record in records.values())
    studies, results = (
        "[papers/studies](../src/chainrule/papers/studies)",
        "benchmarks/results/papers",
    )
    return [
        *prose(
            f"""Computed by `make papers` in {seconds / 60:.0f} minutes, from the study files in
            {studies} and by benchmarks/experiments; recorded in [{results}](../{results}).
            {made}."""
        ),
    ]


def written(page: str, folder: Path = RESULTS) -> str:
    """A page with the part put in the place of an older one, or at its end."""
    if BEGIN not in page:
        page += f"\n{BEGIN}\n{END}\n"
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END + "\n")
    return before + page_part(folder) + after

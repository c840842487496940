"""The papers' printed formulas, each compared with the gradient of the cost itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Code, Content, Document, Heading, ItemList, Paragraph, Strong
from chainrule.papers.printed_formulas import FORMULAS, PrintedFormula
from chainrule.papers.small_networks import SMALL_NETWORKS, SmallNetwork

__all__ = ["FormulaReport", "FormulaResult", "check_formulas"]

Array = NDArray[Any]

_TOLERANCE = 1e-8
"""Relative. Fourth-order differences are right to about 1e-12, wrong formulas to hardly a digit."""


@dataclass(frozen=True, eq=False)
class FormulaResult:
    """A printed formula, computed on a small network.

    Args:
        printed: the formula.
        found: what its right-hand side comes to.
        truth: what its left-hand side stands for, without the formula.
    """

    printed: PrintedFormula
    found: Array
    truth: Array

    @property
    def fits(self) -> bool:
        """Whether the shapes are the same."""
        return self.found.shape == self.truth.shape

    @property
    def error(self) -> float | None:
        """The greatest error relative to the greatest true number, or None for other shapes."""
        if not self.fits:
            return None
        return float(np.abs(self.found - self.truth).max() / np.abs(self.truth).max())

    @property
    def holds(self) -> bool:
        """Whether the formula is right."""
        return self.error is not None and self.error < _TOLERANCE

    @cached_property
    def verdict(self) -> str:
        """What the numbers show, in words."""
        if self.holds:
            return "holds"
        if not self.fits:
            return f"comes to shape {self.found.shape}, should be {self.truth.shape}"
        return f"wrong: {self._difference()}"

    def _difference(self) -> str:
        """In which way the numbers are wrong."""
        if self.found.ndim == 2 and np.allclose(self.found.T, self.truth, rtol=_TOLERANCE):
            return "the right numbers, transposed"
        ratios = self.found / self.truth
        first = float(ratios.flat[0])
        # Of a single number any ratio is the same for all; only a whole or half one tells a slip.
        if self.found.size == 1 and abs(2 * first - round(2 * first)) > _TOLERANCE:
            return f"{self.found.flat[0]:.4g} where {self.truth.flat[0]:.4g} is right"
        if np.allclose(ratios, first, rtol=_TOLERANCE):
            return f"{first:.4g} times what it should be"
        off = np.abs(ratios - 1) > _TOLERANCE
        where = f"{int(off.sum())} of {off.size} numbers" if off.size > 1 else "it"
        return f"{where} off, by up to {self.error:.2g} of the greatest"

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as plain values."""
        formula = self.printed
        return {
            "paper": formula.paper,
            "place": formula.place,
            "left": formula.left,
            "right": formula.right,
            "cost": formula.cost,
            "network": formula.network,
            "remedy": formula.remedy,
            "holds": self.holds,
            "error": self.error,
            "verdict": self.verdict,
            "found": self.found.tolist(),
            "truth": self.truth.tolist(),
        }


@dataclass(frozen=True, eq=False)
class FormulaReport:
    """Printed formulas with what comes of them.

    Args:
        results: in the order of FORMULAS.
    """

    results: tuple[FormulaResult, ...]

    def summary(self) -> str:
        """Returns how many hold, as a sentence without its full stop."""
        total = len(self.results)
        wrong = sum(not one.holds for one in self.results)
        return f"{total} printed formulas tried: {total - wrong} hold, {wrong} are wrong"

    def document(self) -> Document:
        """Returns the report, the wrong formulas first."""
        wrong = [one for one in self.results if not one.holds]
        right = [one for one in self.results if one.holds]
        return Document(
            "The papers' printed formulas",
            (
                Paragraph(f"{self.summary()}.", style="lead"),
                Paragraph(
                    "Each was computed as it is printed, on a small network of sigmoids, and "
                    "compared with differences of the cost, which no formula for a gradient enters."
                ),
                *_list("Wrong as printed", wrong),
                *_list("Right as printed", right),
            ),
            values=self.to_dict,
        )

    def to_dict(self) -> list[dict[str, Any]]:
        """Returns the results as plain values."""
        return [one.to_dict() for one in self.results]


def _list(title: str, results: Sequence[FormulaResult]) -> tuple[Heading | ItemList, ...]:
    return (Heading(title), ItemList(tuple(map(_item, results)))) if results else ()


def _item(one: FormulaResult) -> Content:
    formula = one.printed
    text = (Strong(formula.paper), f", {formula.place}: ", Code(formula.text))
    where = (f", on {formula.network} with ", Code(formula.cost))
    if one.holds:
        return (*text, *where, ".")
    return (*text, *where, f", {_clause(one.verdict)}. Correct: {formula.remedy}.")


def _clause(verdict: str) -> str:
    return f"is {verdict}" if verdict.startswith("wrong") else verdict


def check_formulas(paper: str | None = None) -> FormulaReport:
    """Computes the printed formulas, each on its small network.

    Args:
        paper: the id of a paper; None takes all five.
    """
    wanted = [one for one in FORMULAS if paper in (None, one.paper)]
    return FormulaReport(tuple(map(_check, wanted)))


def _check(printed: PrintedFormula) -> FormulaResult:
    network = SMALL_NETWORKS[printed.network](printed.cost)
    return FormulaResult(printed, np.asarray(printed.value(network)), _truth(printed, network))


def _truth(printed: PrintedFormula, network: SmallNetwork) -> Array:
    if not isinstance(printed.truth, str):
        return np.asarray(printed.truth(network))
    # "W[3]": the gradient of the cost with respect to the weights of layer 3
    return network.numeric_gradient(printed.truth[0], int(printed.truth[2:-1]))

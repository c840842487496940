"""Formulas as five papers print them, each tried against the slope of the cost itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.papers.as_printed import Printed
from chainrule.papers.printed_equations import NUMBERED
from chainrule.papers.printed_formulas import UNNUMBERED
from chainrule.papers.small_networks import SMALL, SmallNetwork

__all__ = ["Outcome", "tried"]

Array = NDArray[Any]

_TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of trying a printed formula.

    Args:
        printed: the formula.
        found: what it comes to.
        truth: what it should come to.
    """

    printed: Printed
    found: Array
    truth: Array

    @property
    def fits(self) -> bool:
        """Whether it has the right shape."""
        return self.found.shape == self.truth.shape

    @property
    def error(self) -> float | None:
        """The greatest error beside the greatest right number; None where shapes do not fit."""
        if not self.fits:
            return None
        return float(np.abs(self.found - self.truth).max() / np.abs(self.truth).max())

    @property
    def holds(self) -> bool:
        """Whether it comes to the right numbers."""
        return self.error is not None and self.error < _TOLERANCE

    @cached_property
    def verdict(self) -> str:
        """What the numbers show, in words."""
        if self.holds:
            return "holds"
        if not self.fits:
            return f"comes to shape {self.found.shape}, should be {self.truth.shape}"
        return f"wrong: {self._manner()}"

    def _manner(self) -> str:
        """In which way the numbers are wrong."""
        if self.found.ndim == 2 and np.allclose(self.found.T, self.truth, rtol=_TOLERANCE):
            return "the right numbers, transposed"
        ratios = self.found / self.truth
        first = float(ratios.flat[0])
        if self.found.size == 1 and abs(2 * first - round(2 * first)) > _TOLERANCE:
            return f"{self.found.flat[0]:.4g} where {self.truth.flat[0]:.4g} is right"
        if np.allclose(ratios, first, rtol=_TOLERANCE):
            return f"{first:.4g} times what it should be"
        off = np.abs(ratios - 1) > _TOLERANCE
        where = f"{int(off.sum())} of {off.size} numbers" if off.size > 1 else "it"
        return f"{where} off, by up to {self.error:.2g} of the greatest"

    def record(self) -> dict[str, Any]:
        """The outcome as plain values for JSON."""
        kept = {k: v for k, v in asdict(self.printed).items() if k not in ("value", "truth")}
        numbers = {"found": self.found.tolist(), "truth": self.truth.tolist()}
        return {
            **kept,
            "holds": self.holds,
            "error": self.error,
            "verdict": self.verdict,
            **numbers,
        }


def tried() -> Iterator[Outcome]:
    """Every printed formula of the table, in its order, on its small network."""
    for printed in (*UNNUMBERED, *NUMBERED):
        network = SMALL[printed.network](printed.cost)
        yield Outcome(printed, np.asarray(printed.value(network)), _truth(printed, network))


def _truth(printed: Printed, network: SmallNetwork) -> Array:
    if not isinstance(printed.truth, str):
        return np.asarray(printed.truth(network))
    return network.slopes_by(printed.truth[0], int(printed.truth[2:-1]))

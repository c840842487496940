"""What every peer can do."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from comparison.cases import Case
from comparison.workload import Job

__all__ = ["Peer", "Predictor", "Session", "Tensors"]

Array = NDArray[Any]
Tensors = tuple[list[Array], list[Array]]
"""Weights, (fan_out, fan_in), and biases, (fan_out,), of all layers."""
Predictor = Callable[[Array], Array]
"""Rows of float32 inputs to rows of outputs."""


class Session(Protocol):
    """One training of a job by a peer."""

    def restart(self) -> None:
        """Go back to the job's first weights; what is compiled stays so."""

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; come back when all is computed.

        The examples come in the order of `epoch_order(seed, number, examples)`, which every peer
        makes inside the measured time.

        Args:
            number: of the epoch, from 0: which order and which rates.
            steps: the number of batches to train; None for all.
        """

    def parameters(self) -> Tensors:
        """The present weights and biases as NumPy arrays."""


def _nothing(case: Case) -> str:
    return ""


def _is_here() -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One program that is measured; its module loads the program only when it is used.

    Args:
        name: what a user types.
        title: what tables show.
        packages: distributions that it needs by the module that each gives, its own first.
        start: begins a training; None where it only predicts.
        predictor: a function that predicts with the job's weights; None where it only trains.
        threads: sets the number of threads of the running process; None where that is settled
            when the process starts.
        refuses: why it cannot train a case at all; empty where it can.
        differs: what it computes otherwise than a case asks for; empty for the same computation.
        lacks: what else is missing here; empty for nothing.
        own: whether it is chainrule itself.
    """

    name: str
    title: str
    packages: Mapping[str, str]
    start: Callable[[Job], Session] | None = None
    predictor: Callable[[Job], Predictor] | None = None
    threads: Callable[[int], None] | None = None
    refuses: Callable[[Case], str] = _nothing
    differs: Callable[[Case], str] = _nothing
    lacks: Callable[[], str] = _is_here
    own: bool = False

    def missing(self) -> str:
        """Why it cannot be measured here; empty where it can."""
        for module, package in self.packages.items():
            if importlib.util.find_spec(module) is None:
                return f"{package} is not installed"
        return self.lacks()

    @property
    def package(self) -> str:
        """The name of its own package."""
        return next(iter(self.packages.values()))

    def version(self) -> str:
        """The version of its own package; empty where it is not installed."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return ""

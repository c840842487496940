"""The specification of a figure, and the options of drawing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from chainrule.data import Dataset
from chainrule.engine import EpochRecord
from chainrule.errors import InputError
from chainrule.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.attribution import RunReplay

__all__ = ["FigureKind", "Material", "given"]

T = TypeVar("T")


@dataclass(frozen=True)
class Material:
    """What figures are made from; a figure takes what it needs and leaves the rest.

    Args:
        network: a trained one.
        dataset: examples to show, or to judge the network by.
        histories: the epochs of runs, by the run's name.
        settings: of each of these runs: recipe, layers, data and what else may differ.
        course: a run with the data that it learned from.
        table: a CSV file with the trainings of a study.
        metric: the table's column to judge by; None for the first that is one.
        cost: the name of the cost to judge by; None takes the network's natural one.
        names: which activations, parameters, rates or what else the figure takes; none for all.
        most: how many neurons, images or mistakes to show, at most; None for what suits the figure.
        seed: seed for the choice of samples.
    """

    network: Network | None = None
    dataset: Dataset | None = None
    histories: Mapping[str, Sequence[EpochRecord]] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    course: RunReplay | None = None
    table: str | None = None
    metric: str | None = None
    cost: str | None = None
    names: tuple[str, ...] = ()
    most: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class FigureKind:
    """One kind of figure.

    Args:
        name: what the command line calls it.
        meaning: one line for help texts.
        needs: "nothing", "table", "run" (its history), "course" (a run and its training data),
            "network", "dataset" or "network+dataset".
        make: draws it; Matplotlib is loaded by then, not before.
        takes: which names may stand after what it needs, for help texts; empty for none.
    """

    name: str
    meaning: str
    needs: str
    make: Callable[[Material], Figure]
    takes: str = ""


def given(value: T | None, what: str) -> T:
    """The value that a figure cannot do without.

    Raises: InputError if there is none.
    """
    if value is None:
        raise InputError("figure", expected=f"a {what}", got="none", argument=what)
    return value

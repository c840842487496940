"""Which environments the formulas of an equation are computed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from formula_evaluation import Environment
from named_arrays import NamedArray, label

__all__ = ["MAKERS", "Sizes", "layer_names", "make_environments", "positive", "register", "samples"]


@dataclass(frozen=True)
class Sizes:
    """The sizes of an environment: examples in the batch, inputs and outputs of a layer."""

    batch: int
    fan_in: int
    fan_out: int


SIZES = (Sizes(5, 3, 2), Sizes(3, 3, 3), Sizes(4, 2, 5))

Maker = Callable[[np.random.Generator, Sizes], Iterable[Environment]]
MAKERS: dict[str, list[Maker]] = {}


def register(*equations: str) -> Callable[[Maker], Maker]:
    """Decorate what makes environments for equations."""

    def added(maker: Maker) -> Maker:
        for equation in equations:
            MAKERS.setdefault(equation, []).append(maker)
        return maker

    return added


def make_environments(equation: str, seed: int) -> list[Environment]:
    """Environments of every size for the formulas of an equation."""

    def each() -> Iterator[Environment]:
        for count, sizes in enumerate(SIZES):
            for maker in MAKERS.get(equation, ()):
                yield from maker(np.random.default_rng([seed, count]), sizes)

    return list(each())


def positive(rng: np.random.Generator, *shape: int) -> Any:
    """Random numbers between 0.2 and 1.7."""
    return rng.uniform(0.2, 1.7, shape)


def samples(rng: np.random.Generator, *special: float) -> NamedArray:
    """Arguments of a function of one number: random ones, and places where it may have a kink."""
    return label([*rng.normal(0, 2, 9), *special], "*sample")


def layer_names(rng: np.random.Generator, s: Sizes) -> dict[str, NamedArray]:
    """The inputs, parameters and errors of one layer for a batch."""
    return {
        "x": label(rng.normal(size=(s.batch, s.fan_in)), "row in"),
        "W": label(rng.normal(size=(s.fan_out, s.fan_in)), "out in"),
        "b": label(rng.normal(size=s.fan_out), "out"),
        "δ": label(rng.normal(size=(s.batch, s.fan_out)), "row out"),
    }

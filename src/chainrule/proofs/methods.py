"""The ways to find a gradient, each with the tensors' numbers that it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.proofs.autodiff_libraries import PEERS, Peer, absent
from chainrule.proofs.complex_step import complex_step, not_smooth
from chainrule.proofs.finite_differences import central_difference
from chainrule.proofs.kinks import Kink, gates
from chainrule.proofs.objective import Objective
from chainrule.proofs.tape_network import MOST_WAYS, tape_gradient, ways_of

__all__ = ["METHODS", "Method", "Slopes"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Slopes:
    """What a method found at some places.

    Args:
        values: the slopes, (places,).
        doubts: how far each may be off by the method itself, (places,).
        kinks: by the place's number, those that keep a slope from being known.
    """

    values: Array
    doubts: Array
    kinks: dict[int, tuple[Kink, ...]]


@dataclass(frozen=True)
class Method:
    """A way to find a gradient.

    Args:
        name: as tables have it.
        tolerance: the relative error that is allowed.
        hindrance: (objective) -> why it cannot be used, in words; empty where it can.
        slopes: (objective, θ, places) -> what it finds.
    """

    name: str
    tolerance: float
    hindrance: Callable[[Objective], str]
    slopes: Callable[[Objective, Array, Sequence[int]], Slopes]


def _by_differences(objective: Objective, theta: Array, places: Sequence[int]) -> Slopes:
    middle = gates(objective, theta)
    found = [central_difference(objective, theta, at, middle) for at in places]
    kinks = {at: one.kinks for at, one in zip(places, found, strict=True) if one.kinks}
    values = np.array([one.slope for one in found])
    return Slopes(values, np.array([one.doubt for one in found]), kinks)


def _by_complex_step(objective: Objective, theta: Array, places: Sequence[int]) -> Slopes:
    return _sure([complex_step(objective, theta, at) for at in places])


def _whole(
    gradient: Callable[[Objective, Array], Array],
    objective: Objective,
    theta: Array,
    places: Sequence[int],
) -> Slopes:
    return _sure(gradient(objective, theta)[list(places)])


def _sure(values: Any) -> Slopes:
    return Slopes(np.asarray(values), np.zeros(len(values)), {})


def _smooth(objective: Objective) -> str:
    names = not_smooth(objective)
    return f"for smooth functions only, not {names}" if names else ""


def _too_long(objective: Objective) -> str:
    ways = ways_of(objective)
    return (
        "" if ways <= MOST_WAYS else f"left out: {ways:,} steps to remember, at most {MOST_WAYS:,}"
    )


def _peer(peer: Peer) -> Method:
    return Method(peer.name, 1e-9, lambda _: absent(peer), partial(_whole, peer.gradient))


METHODS = (
    Method("differences", 1e-6, lambda _: "", _by_differences),
    Method("complex step", 1e-9, _smooth, _by_complex_step),
    Method("own autodiff", 1e-9, _too_long, partial(_whole, tape_gradient)),
    *map(_peer, PEERS),
)
"""All ways, in the order of the table's columns."""

"""What decides all of the room Plane: points, network, recipe, and how far it has learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chainrule.equations.updates import UPDATES
from chainrule.errors import unknown_name
from chainrule.lab.room_settings import (
    LAYER_READERS,
    LAYER_WRITERS,
    RoomSettings,
    check_layers,
    refused,
    split_names,
)
from chainrule.limits import Limit, check_record, limited

__all__ = ["FEATURES", "HALF_SIDE", "POINT_SETS", "DrawnPoint", "PlaneSettings"]

HALF_SIDE = 6.0
"""The plane reaches from -6 to 6 in both directions."""
POINT_SETS = ("circle", "gauss", "moons", "spiral", "xor", "function", "drawn", "numbers")
"""The sets of points: five with classes, a function's values, and only drawn points, of classes or
of numbers."""
FEATURES = ("x", "y", "x^2", "y^2", "xy", "sin(x)", "sin(y)")
"""What the network may get of a point."""

_WHERE = "lab"
_MOST_POINTS = 400
_LONGEST_FORMULA = 200
_DECIMALS = 2
_GREATEST_TARGET = 100.0


class DrawnPoint(NamedTuple):
    """A point that the visitor has set.

    Args:
        x: to the right, rounded to hundredths.
        y: upwards, rounded to hundredths.
        target: its class, from 0, or its number.
    """

    x: float
    y: float
    target: float


def _write_points(points: tuple[DrawnPoint, ...]) -> str:
    return "/".join(",".join(f"{one:g}" for one in point) for point in points)


def _read_points(text: str) -> tuple[Any, ...]:
    return tuple(tuple(map(float, one.split(","))) for one in text.split("/"))


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "drawn": _write_points,
    "features": ",".join,
    **LAYER_WRITERS,
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "drawn": _read_points,
    "features": split_names,
    **LAYER_READERS,
    **dict.fromkeys(("classes", "count", "batch_size", "seed", "updates", "point"), int),
    **dict.fromkeys(("noise", "test_share", "learning_rate", "l1", "l2"), float),
}


@dataclass(frozen=True, kw_only=True)
class PlaneSettings(RoomSettings):
    """The points, the network, the recipe and the number of updates done.

    Args:
        points: one of POINT_SETS.
        classes: that can be told apart; moons and xor have two, and more by drawn points.
        formula: of x and y, whose value is the target, for the set function.
        count: points of a set that is not drawn.
        noise: 0 to 1; of a function, as a fraction of its values' standard deviation.
        test_share: fraction of the set that is not learned from; drawn points always are.
        drawn: points that the visitor has set, besides those of the set.
        features: of FEATURES, in their order.
        hidden: widths of the hidden layers; empty for none.
        activations: one for each hidden layer.
        optimiser: one of the update rules by examples.
        learning_rate: of every update.
        batch_size: examples of an update.
        l1: strength of the penalty on the weights' sizes.
        l2: strength of the penalty on the weights' squares.
        seed: of the points, the first weights and the order of examples.
        updates: steps of training that have been done.
        point: whose numbers are shown: first those learned from, then those held out.

    Raises: InputError, UnknownNameError.
    """

    room = "plane"
    writers = _WRITERS
    readers = _READERS

    # fmt: off
    points: str = limited("circle", Limit(str, "set of points", choices=lambda: POINT_SETS))
    classes: int = limited(2, Limit(int, "number of classes", 2, 6))
    formula: str = "sin(x) + y/3"
    count: int = limited(200, Limit(int, "points of the set", 10, 1000))
    noise: float = limited(0.1, Limit(float, "noise of the points", 0, 1))
    test_share: float = limited(0.3, Limit(float, "fraction of the set held out", 0, 0.9))
    drawn: tuple[DrawnPoint, ...] = ()
    features: tuple[str, ...] = ("x", "y")
    hidden: tuple[int, ...] = (4, 3)
    activations: tuple[str, ...] = ("tanh", "tanh")
    optimiser: str = limited("sgd", Limit(str, "update rule", choices=lambda: tuple(UPDATES)))
    learning_rate: float = limited(0.1, Limit(float, "step size", 0, 100, low_open=True))
    batch_size: int = limited(10, Limit(int, "examples of an update", 1, 1000))
    l1: float = limited(0.0, Limit(float, "strength of the penalty Σ|W|", 0, 10))
    l2: float = limited(0.0, Limit(float, "strength of the penalty ½ΣW²", 0, 10))
    seed: int = limited(1, Limit(int, "seed of all random numbers", 0, 2**32 - 1))
    updates: int = limited(0, Limit(int, "updates done", 0, 100_000))
    point: int = limited(0, Limit(int, "number of a point", 0))
    # fmt: on

    def __post_init__(self) -> None:
        check_record(self, _WHERE)
        store = object.__setattr__
        store(self, "drawn", _check_drawn(self.drawn))
        store(self, "features", _check_features(self.features))
        if not isinstance(self.formula, str) or len(self.formula) > _LONGEST_FORMULA:
            raise refused("formula", f"at most {_LONGEST_FORMULA} signs", self.formula)
        check_layers(self.hidden, self.activations)

    @property
    def classifies(self) -> bool:
        """Whether targets are classes, and not numbers."""
        return self.points not in ("function", "numbers")


def _check_drawn(points: Any) -> tuple[DrawnPoint, ...]:
    if not isinstance(points, tuple) or len(points) > _MOST_POINTS:
        raise refused("drawn", f"at most {_MOST_POINTS} points", points)
    return tuple(map(_check_point, points))


def _check_point(point: Any) -> DrawnPoint:
    is_triple = isinstance(point, tuple) and len(point) == 3
    if not is_triple or not all(type(one) in (int, float) for one in point):
        raise refused("drawn", "x, y and class or number of a point", point)
    x, y, target = (float(one) for one in point)
    if not (abs(x) <= HALF_SIDE and abs(y) <= HALF_SIDE and abs(target) <= _GREATEST_TARGET):
        expected = (
            f"x and y from {-HALF_SIDE:g} to {HALF_SIDE:g}, "
            f"a number of at most {_GREATEST_TARGET:g} in size"
        )
        raise refused("drawn", expected, point)
    return DrawnPoint(round(x, _DECIMALS), round(y, _DECIMALS), round(target, _DECIMALS))


def _check_features(names: Any) -> tuple[str, ...]:
    if not isinstance(names, tuple) or not names:
        raise refused("features", "at least one of " + ", ".join(FEATURES), names)
    for name in names:
        if name not in FEATURES:
            raise unknown_name(_WHERE, "a feature", name, FEATURES, argument="features")
    return tuple(name for name in FEATURES if name in names)

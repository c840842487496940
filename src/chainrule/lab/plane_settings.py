"""What decides all of the room Plane: points, network, recipe, and how far it has learned."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError, unknown_name
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
_MOST_LAYERS = 8
_MOST_WIDTH = 64
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


@dataclass(frozen=True, kw_only=True)
class PlaneSettings:
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
            raise _refused("formula", f"at most {_LONGEST_FORMULA} signs", self.formula)
        _check_hidden(self.hidden, self.activations)

    @property
    def classifies(self) -> bool:
        """Whether targets are classes, and not numbers."""
        return self.points not in ("function", "numbers")

    @property
    def training(self) -> tuple[Any, ...]:
        """All that decides the training: the settings without how far it is and what is shown."""
        return tuple(v for name, v in vars(self).items() if name not in ("updates", "point"))

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, as plain values."""
        given = asdict(self)
        return {
            one.name: _plain(given[one.name])
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }

    def to_text(self) -> str:
        """Return what differs from the defaults, as it stands in an address."""
        parts = []
        for name in self.to_dict():
            value = getattr(self, name)
            text = _WRITERS[name](value) if name in _WRITERS else str(value)
            parts.append(f"{name}:{quote(text, safe=_SAFE)}")
        return ";".join(parts)

    @classmethod
    def from_dict(cls, values: Any) -> PlaneSettings:
        """Return the settings that plain values describe; what is left out has its default.

        Raises: InputError, UnknownNameError for what they cannot mean.
        """
        if not isinstance(values, Mapping):
            raise _refused("plane", "an object", values)
        known = [one.name for one in fields(cls)]
        for name in values:
            if name not in known:
                raise unknown_name(_WHERE, "a setting of the plane", name, known, argument="plane")
        return cls(**{str(name): _tuple(value) for name, value in values.items()})

    @classmethod
    def from_text(cls, text: str) -> PlaneSettings:
        """Return the settings that a part of an address names.

        Raises: InputError, UnknownNameError for what it cannot mean.
        """
        values: dict[str, Any] = {}
        for part in text.split(";"):
            name, sign, written = part.partition(":")
            if not sign:
                raise _refused("plane", "name:value, joined by ;", part)
            try:
                values[name] = _READERS.get(name, str)(unquote(written))
            except ValueError:
                raise _refused(name, "a value as in an address of the lab", written) from None
        return cls.from_dict(values)


_SAFE = ",:.+-*/()^ "


def _refused(name: str, expected: str, got: Any) -> InputError:
    return InputError(_WHERE, expected=expected, got=repr(got)[:80], argument=name, value=got)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def _check_drawn(points: Any) -> tuple[DrawnPoint, ...]:
    if not isinstance(points, tuple) or len(points) > _MOST_POINTS:
        raise _refused("drawn", f"at most {_MOST_POINTS} points", points)
    return tuple(map(_check_point, points))


def _check_point(point: Any) -> DrawnPoint:
    is_triple = isinstance(point, tuple) and len(point) == 3
    if not is_triple or not all(type(one) in (int, float) for one in point):
        raise _refused("drawn", "x, y and class or number of a point", point)
    x, y, target = (float(one) for one in point)
    if not (abs(x) <= HALF_SIDE and abs(y) <= HALF_SIDE and abs(target) <= _GREATEST_TARGET):
        expected = (
            f"x and y from {-HALF_SIDE:g} to {HALF_SIDE:g}, "
            f"a number of at most {_GREATEST_TARGET:g} in size"
        )
        raise _refused("drawn", expected, point)
    return DrawnPoint(round(x, _DECIMALS), round(y, _DECIMALS), round(target, _DECIMALS))


def _check_features(names: Any) -> tuple[str, ...]:
    if not isinstance(names, tuple) or not names:
        raise _refused("features", "at least one of " + ", ".join(FEATURES), names)
    for name in names:
        if name not in FEATURES:
            raise unknown_name(_WHERE, "a feature", name, FEATURES, argument="features")
    return tuple(name for name in FEATURES if name in names)


def _check_hidden(widths: Any, activations: Any) -> None:
    if not isinstance(widths, tuple) or len(widths) > _MOST_LAYERS:
        raise _refused("hidden", f"at most {_MOST_LAYERS} widths", widths)
    for width in widths:
        if type(width) is not int or not 1 <= width <= _MOST_WIDTH:
            raise _refused("hidden", f"widths from 1 to {_MOST_WIDTH}", width)
    if not isinstance(activations, tuple) or len(activations) != len(widths):
        raise _refused("activations", f"{len(widths)} names, one for each layer", activations)
    for name in activations:
        if name not in ACTIVATIONS or name == "softmax":
            known = [one for one in ACTIVATIONS if one != "softmax"]
            raise unknown_name(_WHERE, "an activation", name, known, argument="activations")


def _write_points(points: tuple[DrawnPoint, ...]) -> str:
    return "/".join(",".join(f"{one:g}" for one in point) for point in points)


def _read_points(text: str) -> tuple[Any, ...]:
    return tuple(tuple(map(float, one.split(","))) for one in text.split("/"))


def _split(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^,]+", text))


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "drawn": _write_points,
    "features": ",".join,
    "hidden": lambda widths: ",".join(map(str, widths)),
    "activations": ",".join,
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "drawn": _read_points,
    "features": _split,
    "hidden": lambda text: tuple(map(int, _split(text))),
    "activations": _split,
    **dict.fromkeys(("classes", "count", "batch_size", "seed", "updates", "point"), int),
    **dict.fromkeys(("noise", "test_share", "learning_rate", "l1", "l2"), float),
}

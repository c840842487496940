"""The points of the plane as data sets: made from the seed, computed from a formula, or drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.descent import make_function
from chainrule.errors import InputError
from chainrule.lab.plane_settings import HALF_SIDE, PlaneSettings
from chainrule.randomness import generator

__all__ = ["PlaneData", "make_data", "make_features"]

Array = NDArray[np.float64]

_FEATURE_OF: Mapping[str, Callable[[Array, Array], Array]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x^2": lambda x, y: x * x,
    "y^2": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sin(x)": lambda x, y: np.asarray(np.sin(x)),
    "sin(y)": lambda x, y: np.asarray(np.sin(y)),
}
_REACH = 5.0
"""The sets stay within this of the middle, but for noise."""
_APART = np.array([1.5, 0.75])
"""Of each moon's middle from that of the plane."""
_TURNS = 1.4
"""Of each arm of the spiral."""


class PlaneData(NamedTuple):
    """The points, those learned from first.

    Args:
        places: (points, 2).
        training: learned from.
        test: held out; None where nothing is.
    """

    places: Array
    training: Dataset
    test: Dataset | None


class _Sample(NamedTuple):
    """Points (n, 2) with their targets (n,)."""

    places: Array
    targets: Array


def make_features(settings: PlaneSettings, places: Array) -> Array:
    """Return what the network gets of points, (n, features).

    Args:
        settings: that name the features.
        places: (n, 2).
    """
    x, y = places[:, 0], places[:, 1]
    return np.stack([_FEATURE_OF[name](x, y) for name in settings.features], axis=1)


def make_data(settings: PlaneSettings) -> PlaneData:
    """Return the points that settings describe; the same for the same settings.

    Raises: InputError for no points to learn from, a drawn point of a class that there is not, or a
        formula without a value somewhere; what reading a formula raises.
    """
    made = _make_sample(settings)
    order = generator(settings.seed, "plane split").permutation(len(made.places))
    held = int(settings.test_share * len(order))
    drawn = np.array(settings.drawn, np.float64).reshape(-1, 3)
    _check_classes(settings, drawn[:, 2])
    places = np.concatenate((made.places[order[held:]], drawn[:, :2]))
    targets = np.concatenate((made.targets[order[held:]], drawn[:, 2]))
    if not len(places):
        raise InputError(
            "lab",
            expected="at least one point to learn from",
            got="none",
            remedy="Draw one, or choose another set of points",
            argument="drawn",
        )
    test = _Sample(made.places[order[:held]], made.targets[order[:held]])
    return PlaneData(
        np.concatenate((places, test.places)),
        _as_dataset(settings, _Sample(places, targets)),
        _as_dataset(settings, test) if held else None,
    )


def _as_dataset(settings: PlaneSettings, sample: _Sample) -> Dataset:
    names = tuple(map(str, range(settings.classes))) if settings.classifies else ()
    targets = sample.targets.astype(np.int64) if settings.classifies else sample.targets[:, None]
    inputs = make_features(settings, sample.places)
    return Dataset(inputs, targets, class_names=names, name="plane")


def _check_classes(settings: PlaneSettings, targets: Array) -> None:
    if not settings.classifies:
        return
    for target in targets:
        if target not in range(settings.classes):
            raise InputError(
                "lab",
                expected=f"classes from 0 to {settings.classes - 1}",
                got=f"{target:g}",
                argument="drawn",
                value=float(target),
            )


def _make_sample(settings: PlaneSettings) -> _Sample:
    if settings.points in ("drawn", "numbers"):
        return _Sample(np.zeros((0, 2)), np.zeros(0))
    random = generator(settings.seed, "plane points")
    if settings.points == "function":
        return _sample_function(settings, random)
    classes = 2 if settings.points in ("moons", "xor") else settings.classes
    targets = np.arange(settings.count) % classes
    places = _PLACES[settings.points](targets, classes, random)
    scatter = 2.0 if settings.points == "gauss" else 1.5
    places = places + settings.noise * scatter * random.standard_normal(places.shape)
    return _Sample(places.clip(-HALF_SIDE, HALF_SIDE), targets.astype(np.float64))


def _sample_function(settings: PlaneSettings, random: np.random.Generator) -> _Sample:
    function = make_function(settings.formula, "lab")
    others = [name for name in function.variables if name not in ("x", "y")]
    if others:
        raise InputError(
            "lab",
            expected="a formula of x and y",
            got=", ".join(others),
            argument="formula",
            value=settings.formula,
        )
    places = random.uniform(-HALF_SIDE, HALF_SIDE, (settings.count, 2))
    columns = [0 if name == "x" else 1 for name in function.variables]
    values = function.values_at(places.T[columns])
    if not np.isfinite(values).all():
        at = places[int(np.argmin(np.isfinite(values)))]
        raise InputError(
            "lab",
            expected=f"a formula with a value wherever x and y are within {HALF_SIDE:g}",
            got=f"none at x = {at[0]:.2f}, y = {at[1]:.2f}",
            argument="formula",
            value=settings.formula,
        )
    values = values + settings.noise * values.std() * random.standard_normal(len(values))
    return _Sample(places, values)


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)


def _circle(targets: NDArray[Any], classes: int, random: np.random.Generator) -> Array:
    """A disc and rings around it, with gaps between them."""
    inner = np.where(targets == 0, 0.0, targets + 0.3)
    radius = random.uniform(inner, targets + 0.9) * _REACH / classes
    return _polar(radius, random.uniform(0, 2 * np.pi, len(targets)))


def _gauss(targets: NDArray[Any], classes: int, random: np.random.Generator) -> Array:
    """A cloud for each class, evenly around the middle."""
    centres = _polar(np.full(len(targets), 3.0), np.pi / 4 + 2 * np.pi * targets / classes)
    return centres + 0.6 * random.standard_normal(centres.shape)


def _moons(targets: NDArray[Any], classes: int, random: np.random.Generator) -> Array:
    """Two half circles that reach into each other."""
    angle = random.uniform(0, np.pi, len(targets))
    upper = _polar(np.full(len(targets), 3.0), angle) - _APART
    lower = _polar(np.full(len(targets), 3.0), -angle) + _APART
    return np.asarray(np.where(targets[:, None] == 0, upper, lower))


def _spiral(targets: NDArray[Any], classes: int, random: np.random.Generator) -> Array:
    """An arm for each class."""
    along = random.uniform(0.05, 1, len(targets))
    return _polar(_REACH * along, 2 * np.pi * (_TURNS * along + targets / classes))


def _xor(targets: NDArray[Any], classes: int, random: np.random.Generator) -> Array:
    """Opposite quarters of a square belong together."""
    x, y = random.uniform(0.3, _REACH, (2, len(targets)))
    side = random.choice([-1.0, 1.0], len(targets))
    return np.stack((side * x, np.where(targets == 0, side, -side) * y), axis=1)


_PLACES: Mapping[str, Callable[[NDArray[Any], int, np.random.Generator], Array]] = {
    "circle": _circle,
    "gauss": _gauss,
    "moons": _moons,
    "spiral": _spiral,
    "xor": _xor,
}

"""Where the values of a parameter stand on an axis: by size, by ratio, or one beside the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import number_text, short_name
from chainrule.figures.study_table import Value, distinct

if TYPE_CHECKING:
    from matplotlib.axis import Axis

__all__ = ["ParameterScale", "make_parameter_scale", "set_parameter_ticks"]

Column = NDArray[np.float64]

_LOGARITHMIC_FROM = 30.0
_TICKED_UP_TO = 9
_TICKS = 7


@dataclass(frozen=True)
class ParameterScale:
    """The scale of one parameter.

    Args:
        name: the parameter's.
        values: that occur, ascending; texts by the alphabet.
        kind: "linear", "logarithmic", or "names" where a value is a text.
    """

    name: str
    values: tuple[Value, ...]
    kind: str

    @property
    def title(self) -> str:
        """The name in words, with what to know of the scale."""
        words = self.name.replace("_", " ")
        return f"{words}, logarithmic" if self.kind == "logarithmic" else words

    def places(self, values: Sequence[Value]) -> Column:
        """Where values stand: numbers as they are, or the place of each among `values`."""
        if self.kind != "names":
            return np.array(values, dtype=np.float64)
        order = {value: place for place, value in enumerate(self.values)}
        return np.array([order[value] for value in values], dtype=np.float64)

    def fractions(self, values: Sequence[Value]) -> Column:
        """Where values stand on the way from the least, 0, to the greatest, 1; ½ if all alike."""
        ends, at = self.places(self.values), self.places(values)
        if self.kind == "logarithmic":
            ends, at = np.log(ends), np.log(at)
        low, high = ends.min(), ends.max()
        return (at - low) / (high - low) if high > low else np.full(len(at), 0.5)

    def text(self, value: Value) -> str:
        """Return a value as text for a tick."""
        if not isinstance(value, str):
            return number_text(value if value == round(value) else float(f"{value:.4g}"))
        listed = value.startswith("[") and value.endswith("]")
        return short_name(value[1:-1].replace(", ", "-") if listed else value, 16)

    @property
    def marks(self) -> tuple[Value, ...]:
        """Where ticks stand: at the values while these are few, else at round numbers."""
        if self.kind == "names" or len(self.values) <= _TICKED_UP_TO:
            return self.values
        low, high = float(self.values[0]), float(self.values[-1])
        if self.kind == "logarithmic":
            powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
            return tuple(10.0**power for power in powers)
        return tuple(float(f"{value:.3g}") for value in np.linspace(low, high, _TICKS)[1:-1])


def make_parameter_scale(name: str, values: Sequence[Value]) -> ParameterScale:
    """The scale for the values of a parameter.

    Args:
        name: the parameter's.
        values: at least one.

    Example:
        >>> make_parameter_scale("learning_rate", [0.001, 0.01, 0.1]).kind
        'logarithmic'
    """
    found = distinct(values)
    numbers = [value for value in found if not isinstance(value, str)]
    if len(numbers) < len(found):
        return ParameterScale(name, tuple(found), "names")
    wide = len(numbers) > 2 and 0 < numbers[0] <= numbers[-1] / _LOGARITHMIC_FROM
    return ParameterScale(name, tuple(found), "logarithmic" if wide else "linear")


def set_parameter_ticks(axis: Axis, scale: ParameterScale) -> None:
    """Put a parameter's ticks on an axis, and its name along it."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes: Any = axis.axes
    if scale.kind == "logarithmic":
        (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    if scale.kind == "names" or len(scale.values) <= _TICKED_UP_TO:
        labels = [scale.text(value) for value in scale.values]
        axis.set_ticks(list(scale.places(scale.values)), labels=labels)
        axis.set_ticks([], minor=True)
    axis.set_label_text(scale.title)

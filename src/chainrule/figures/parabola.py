"""Gradient descent on f(x) = x² - 2x + 1.5: where it goes with one rate and another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import number_text
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import GREY, INK, ORANGE
from chainrule.limits import Limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Iterates", "draw_parabola", "parabola", "parabola_data", "read_rates"]

Column = NDArray[np.float64]

RATES = (1.0, 0.1)
"""The learning rates that are drawn by default."""

_STEPS = Limit(int, "steps", 1, 10_000)
_START = Limit(float, "where it begins", -1.6, 3.6)
_RATE = Limit(float, "step size of the update", 0, low_open=True)
_FARTHEST = 1e6
_NEAR = 2.6
_ARROWS = 12
_CURVE = np.linspace(-1.6, 3.6, 261)


@dataclass(frozen=True, eq=False)
class Iterates:
    """One descent.

    Args:
        rate: the learning rate.
        x: where it stands before the first step and after each, (steps + 1,); it ends early where
            it has gone beyond a million.
        y: f there.
    """

    rate: float
    x: Column
    y: Column

    @property
    def outcome(self) -> str:
        """How the descent ends, in words: each step multiplies x - 1 by 1 - 2 rate."""
        factor = 1 - 2 * self.rate
        if abs(factor) < 1:
            return "at 1 after one step" if factor == 0 else "tends to 1"
        return "swings for ever" if factor == -1 else "runs away"


def parabola(x: Column) -> Column:
    """f(x) = x² - 2x + 1.5, least at 1."""
    return np.asarray(x**2 - 2 * x + 1.5)


def parabola_data(
    rates: Sequence[float] = (), *, start: float = -1.0, steps: int = 20
) -> tuple[Iterates, ...]:
    """Descend by x ← x - rate f'(x), f'(x) = 2x - 2.

    Args:
        rates: above 0; 1 and 0.1 by default.
        start: where it begins, from -1.6 to 3.6.
        steps: how many, at least 1.

    Raises: InputError.

    Example:
        >>> parabola_data([1.0], steps=3)[0].x.tolist()
        [-1.0, 3.0, -1.0, 3.0]
    """
    steps = _STEPS.check("figure", "steps", steps)
    start = _START.check("figure", "start", start)
    checked = [_RATE.check("figure", "rate", rate) for rate in (rates or RATES)]
    return tuple(_iterates(rate, start, steps) for rate in checked)


def _iterates(rate: float, start: float, steps: int) -> Iterates:
    x = [start]
    while len(x) <= steps and abs(x[-1]) < _FARTHEST:
        x.append(x[-1] - rate * (2 * x[-1] - 2))
    places = np.array(x)
    return Iterates(rate, places, parabola(places))


def read_rates(texts: Sequence[str]) -> tuple[float, ...]:
    """Learning rates, as they are typed.

    Raises: InputError.
    """
    try:
        return tuple(map(float, texts))
    except ValueError:
        got = " ".join(texts)
        raise InputError(
            "figure", expected="learning rates such as 0.1", got=got, argument="names"
        ) from None


@figure_function
def draw_parabola(found: tuple[Iterates, ...], *, ax: Place | None = None) -> Place:
    """Draw for each rate the curve with the iterates on it, and below them x after each step.

    Args:
        found: `parabola_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    start = number_text(float(found[0].x[0])).replace("-", "−")
    note = (
        f"x ← x − η f'(x) with f'(x) = 2x − 2, from x₀ = {start}. The least value, f(1) = 0.5, "
        "has the star."
    )
    if len(found) == 1:
        note = note.replace(". The", ".\nThe")
    heading = FigureHeading("Descent on f(x) = x² − 2x + 1.5", note)
    figure = open_figure(ax, (max(4.4 * len(found), 5.2), 6.2), heading)
    grid = figure.subplots(2, len(found), squeeze=False, height_ratios=[2, 1], sharey="row")
    for column, one in enumerate(found):
        _draw_curve(grid[0, column], one)
        _draw_steps(grid[1, column], one)
    grid[0, 0].set_ylabel("f(x)")
    grid[1, 0].set_ylabel("x")
    return figure


def _draw_curve(axes: Axes, one: Iterates) -> None:
    axes.plot(_CURVE, parabola(_CURVE), color=GREY, linewidth=1.6)
    near = np.abs(one.x - 1) <= _NEAR  # what has run away is not on the curve
    x, y = one.x[near], one.y[near]
    for k in range(min(len(x) - 1, _ARROWS)):
        _arrow(axes, (x[k], y[k]), (x[k + 1], y[k + 1]))
    edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.7, "markersize": 6}
    axes.plot(x, y, "o", color=ORANGE, zorder=4, **edge)
    axes.plot([1], [0.5], "*", color=INK, markersize=10, zorder=5)
    for k in range(min(len(x), 2)):
        inward = x[k] < 1  # the label stands outside the curve
        shift: dict[str, Any] = {"xytext": (-9, -4) if inward else (9, -1)}
        shift |= {"textcoords": "offset points", "ha": "right" if inward else "left"}
        axes.annotate(f"x{'₀₁'[k]}", (x[k], y[k]), fontsize=9.5, **shift)
    axes.set_title(f"rate η = {number_text(one.rate)}: {one.outcome}")
    axes.set_xlabel("x")
    axes.set_xlim(-1.7, 3.7)
    axes.set_ylim(-0.1, 5.4)


def _arrow(axes: Axes, tail: tuple[float, float], head: tuple[float, float]) -> None:
    line: dict[str, Any] = {"arrowstyle": "->", "color": ORANGE, "linewidth": 1.1, "alpha": 0.8}
    line |= {"shrinkA": 4, "shrinkB": 4, "connectionstyle": "arc3,rad=0.12"}
    axes.annotate("", xy=head, xytext=tail, arrowprops=line, zorder=3)


def _draw_steps(axes: Axes, one: Iterates) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.axhline(1, color=INK, linewidth=0.8, linestyle=":")
    axes.plot(range(len(one.x)), one.x, color=ORANGE, marker="o", markersize=4, linewidth=1.2)
    axes.set_xlabel("steps")
    axes.set_ylim(-1.7, 3.7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))

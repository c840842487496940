"""The record of a training as lines: one an epoch, in columns that stay in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.engine import EpochRecord
from chainrule.evaluation import percent_text
from chainrule.recipe import Recipe

__all__ = ["EpochTable", "cost_text", "duration_text"]


@dataclass(frozen=True)
class EpochTable:
    """How the epochs of one training are shown.

    Args:
        recipe: which columns there are depends on it.
        classifies: whether the targets are classes.
        validated: whether there is a validation set.
    """

    recipe: Recipe
    classifies: bool
    validated: bool

    def header(self) -> str:
        """The columns' names."""
        return self._line([name for name, _ in self._columns()], "time")

    def row(self, record: EpochRecord, seconds: float) -> str:
        """One epoch and how long it took.

        >>> from chainrule.engine.position import EpochRecord
        >>> first = EpochRecord(1, 0.25, 0.0, 0.25, 0.1, 1.0, "", {}, accuracy=0.925)
        >>> EpochTable(Recipe(epochs=20), True, False).row(first, 1.25)
        '   1/20     0.25000     92.50 %       1.2 s'
        """
        return self._line([text(record) for _, text in self._columns()], duration_text(seconds))

    def _line(self, texts: list[str], last: str) -> str:
        return f"{texts[0]:>7}" + "".join(f"{text:>12}" for text in [*texts[1:], last])

    def _columns(self) -> list[tuple[str, Callable[[EpochRecord], str]]]:
        recipe = self.recipe
        columns: list[tuple[str, Callable[[EpochRecord], str]]] = [
            ("epoch", lambda record: f"{record.epoch}/{recipe.epochs}"),
            ("cost", lambda record: cost_text(record.cost)),
        ]
        if recipe.l1 or recipe.l2:
            columns.append(("penalty", lambda record: cost_text(record.penalty)))
        if self.classifies:
            columns.append(("accuracy", lambda record: percent_text(record.accuracy)))
        if self.validated:
            columns.append(("validation", self._validation))
        if recipe.schedule != "constant":
            columns.append(("rate", lambda record: f"{record.learning_rate:.4g}"))
        return columns

    def _validation(self, record: EpochRecord) -> str:
        if record.validation_accuracy is not None:
            return percent_text(record.validation_accuracy)
        return cost_text(record.validation_cost)


def cost_text(cost: float | None) -> str:
    """A cost in five digits.

    >>> cost_text(0.081234), cost_text(1234567.0)
    ('0.081234', '1.2346e+06')
    """
    return "-" if cost is None else f"{cost:#.5g}"


def duration_text(seconds: float) -> str:
    """A time in words short enough for a column.

    >>> duration_text(3.21), duration_text(75), duration_text(7325)
    ('3.2 s', '1 min 15 s', '2 h 02 min')
    """
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes} min {rest:02d} s"
        if minutes < 60
        else f"{minutes // 60} h {minutes % 60:02d} min"
    )

"""What a step of a run makes of one weight's gradient, number by number up to the new weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.attribution.replay import RunReplay
from chainrule.attribution.story import Lines
from chainrule.attribution.term_sums import number_cell
from chainrule.engine import Position
from chainrule.equations.updates import UPDATES, limited_rows
from chainrule.ledger import DisplayOptions, Entry, Ledger, entry_text
from chainrule.ledger.steps import Quantity

__all__ = ["WeightUpdate"]


@dataclass(frozen=True, eq=False)
class WeightUpdate:
    """The way of one weight through a step.

    Args:
        course: of the run.
        position: before the step.
        ledger: of the step.
        layer: the weight's, from 1.
        index: its neuron and its input, from 0.
    """

    course: RunReplay
    position: Position
    ledger: Ledger
    layer: int
    index: tuple[int, int]

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        """From the gradient to the new weight."""
        step = self.ledger.step(1)
        kinds = [
            *(["g"] if step.is_penalised else []),
            *(["gradient_norm"] if step.recipe.clip_norm is not None else []),
            *(["g_clipped"] if step.result.is_clipped else []),
            "learning_rate",
            *UPDATES[step.recipe.optimiser].slots,
            "W_new",
        ]
        return tuple(map(self._entry, kinds))

    def _entry(self, kind: str) -> Entry:
        of_run = kind in ("gradient_norm", "learning_rate")
        return self.ledger.entry(
            Quantity(kind) if of_run else Quantity(kind, self.layer, self.index)
        )

    @cached_property
    def _limited(self) -> tuple[float, float] | None:
        """[U9] The length of the neuron's new weights, and what this weight is cut down to.

        None where nothing is cut down.
        """
        longest = self.course.plan.recipe.max_norm
        if longest is None:
            return None
        theta = self.ledger.step(1).result.update.theta
        weights = self.ledger.example.layout.weights(theta)[self.layer - 1]
        length = float(np.linalg.norm(weights[self.index[0]]))
        if length <= longest:
            return None
        return length, float(limited_rows(weights, longest)[self.index])

    @cached_property
    def in_the_run(self) -> dict[str, Any]:
        """The weight before and after the step as the run had it, and its type of numbers."""
        dtype = self.course.plan.network.architecture.dtype
        after = self._weight(self.course.position_after(self.position))
        return {"dtype": dtype, "before": self._weight(self.position), "after": after}

    def _weight(self, at: Position) -> float:
        plain = self.course.plan.engine.layout.drop_gains(at.parameters)
        weights = self.course.plan.network.with_parameters(plain).weights
        return float(str(weights[self.layer - 1][self.index]))  # its own digits, not float64's

    def block(self) -> Lines:
        """The update in formulas with their numbers."""
        lines: list[str] = []
        for entry in self._entries:
            shown = entry_text(self.ledger, entry, DisplayOptions())
            lines.append(f"{entry.equation:<4}{shown.symbol} = {shown.formula or shown.result}")
            rest = (shown.substituted, shown.result) if shown.formula else ()
            lines += [f"{'':<4}  = {text}" for text in rest if text]
        run = self.in_the_run
        told = f"In the run itself, in {run['dtype']}: from {run['before']!r} to {run['after']!r}."
        return Lines("The update", (*lines, *self._limited_lines(), told))

    def _limited_lines(self) -> Iterator[str]:
        if self._limited is not None:
            (length, limited), longest = self._limited, self.course.plan.recipe.max_norm
            new = self._entries[-1]
            neuron = f"W_new[{self.layer}][{self.index[0]},:]"
            yield f"U9  {new.quantity}·m/‖{neuron}‖, as ‖{neuron}‖ > m"
            yield f"      = {number_cell(float(new.value))}·{longest:g}/{number_cell(length)}"
            yield f"      = {number_cell(limited)}"

    def record(self) -> list[dict[str, Any]]:
        """The numbers as plain values."""
        told = [
            {"quantity": str(entry.quantity), "equation": entry.equation, "value": entry.value}
            for entry in self._entries
        ]
        if self._limited is None:
            return told
        of = f"{self._entries[-1].quantity} limited"
        return [*told, {"quantity": of, "equation": "U9", "value": self._limited[1]}]

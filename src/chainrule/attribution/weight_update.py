"""The update of one weight in a step of a run: each number from the gradient to the new weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.attribution.replay import RunReplay
from chainrule.attribution.term_sums import number_cell
from chainrule.documents import Block, Calculation, Heading, Paragraph, WorkingLine, parse_formula
from chainrule.engine import Position
from chainrule.equations.updates import UPDATES, limit_row_norms
from chainrule.ledger import DisplayOptions, Ledger, LedgerEntry
from chainrule.ledger.rendering import EntryFormulas
from chainrule.ledger.steps import Quantity

__all__ = ["WeightUpdate"]


@dataclass(frozen=True, eq=False)
class WeightUpdate:
    """The way of one weight through a step.

    Args:
        replay: of the run.
        position: before the step.
        ledger: of the step.
        layer: the weight's, from 1.
        index: its neuron and its input, from 0; the neuron alone for its bias.
        options: notation of the formulas.
    """

    replay: RunReplay
    position: Position
    ledger: Ledger
    layer: int
    index: tuple[int, ...]
    options: DisplayOptions = field(default_factory=DisplayOptions)

    @cached_property
    def _entries(self) -> tuple[LedgerEntry, ...]:
        """From the gradient to the new weight."""
        step = self.ledger.step(1)
        kinds = [
            *(["g"] if step.is_penalised else []),
            *(["gradient_norm"] if step.recipe.clip_norm is not None else []),
            *(["g_clipped"] if step.result.is_clipped else []),
            "learning_rate",
            *UPDATES[step.recipe.optimiser].slots,
            "b_new" if len(self.index) == 1 else "W_new",
        ]
        return tuple(map(self._entry, kinds))

    def _entry(self, kind: str) -> LedgerEntry:
        of_run = kind in ("gradient_norm", "learning_rate")
        return self.ledger.entry(
            Quantity(kind) if of_run else Quantity(kind, self.layer, self.index)
        )

    @cached_property
    def _limited(self) -> tuple[float, float] | None:
        """[U9] The length of the neuron's new weights, and what this weight is cut down to.

        None if nothing is cut down.
        """
        longest = self.replay.setup.recipe.max_norm
        if longest is None or len(self.index) == 1:  # biases are not limited
            return None
        theta = self.ledger.step(1).result.update.theta
        weights = self.ledger.example.layout.weights(theta)[self.layer - 1]
        length = float(np.linalg.norm(weights[self.index[0]]))
        if length <= longest:
            return None
        return length, float(limit_row_norms(weights, longest)[self.index])

    @cached_property
    def in_the_run(self) -> dict[str, Any]:
        """The weight before and after the step as the run had it, and its type of numbers."""
        dtype = self.replay.setup.network.architecture.dtype
        after = self._weight(self.replay.position_after(self.position))
        return {"dtype": dtype, "before": self._weight(self.position), "after": after}

    def _weight(self, at: Position) -> float:
        plain = self.replay.setup.engine.layout.drop_gains(at.parameters)
        network = self.replay.setup.network.with_parameters(plain)
        tensors = network.biases if len(self.index) == 1 else network.weights
        tensor = tensors[self.layer - 1]
        assert tensor is not None, "a network without biases was refused"
        return float(str(tensor[self.index]))  # its own digits, not float64's

    def blocks(self) -> Iterator[Block]:
        """The update in formulas with their numbers."""
        yield Heading("The update")
        formulas = EntryFormulas(self.ledger, self.options)
        yield from map(formulas.calculation, self._entries)
        if self._limited is not None:
            yield self._limitation(*self._limited)
        run = self.in_the_run
        yield Paragraph(
            f"In the run itself, in {run['dtype']}: from {run['before']!r} to {run['after']!r}."
        )

    def _limitation(self, norm: float, limited: float) -> Calculation:
        """[U9] How the new weight is scaled down with all weights of its neuron."""
        new, longest = self._entries[-1], self.replay.setup.recipe.max_norm
        neuron = f"‖W_new[{self.layer}][{self.index[0]},:]‖"
        numbers = f"{number_cell(float(new.value))}·{longest:g}/{number_cell(norm)}"
        condition = parse_formula(f"{neuron} > m")
        return Calculation(
            symbol=parse_formula(str(new.quantity)),
            lines=(
                WorkingLine(parse_formula(f"{new.quantity}·m/{neuron}"), "formula", (condition,)),
                WorkingLine(parse_formula(numbers), "substituted"),
                WorkingLine(parse_formula(number_cell(limited))),
            ),
            label="U9",
        )

    def record(self) -> list[dict[str, Any]]:
        """The numbers as plain values."""
        record = [
            {"quantity": str(entry.quantity), "equation": entry.equation, "value": entry.value}
            for entry in self._entries
        ]
        if self._limited is None:
            return record
        of = f"{self._entries[-1].quantity} limited"
        return [*record, {"quantity": of, "equation": "U9", "value": self._limited[1]}]

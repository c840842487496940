"""A worked example: a network, a few examples, and the steps of training to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, batch_bounds
from chainrule.engine import DatasetView, Position, TrainingSchedule, normalised_weights
from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError, ShapeError, describe
from chainrule.ledger.steps.conventions import Conventions, RefusedClaim
from chainrule.ledger.steps.quantity import Quantity
from chainrule.ledger.steps.unsupported import require_class_targets, require_supported
from chainrule.limits import Limit
from chainrule.network import Architecture, Layout, Network, check_parameters, require_outputs
from chainrule.recipe import Recipe

__all__ = ["DECAYING", "MAX_STEPS", "Claim", "WorkedExample"]

Array = NDArray[Any]

MAX_STEPS = 10_000
DECAYING = ("adamw", "lion")
"""Updates by which weights shrink by themselves."""
_STEPS = Limit(int, "number of training steps to show", 1, MAX_STEPS)
_START = Limit(int, "number of steps before the first one shown", 0)


@dataclass(frozen=True)
class Claim:
    """What somebody says a quantity is.

    Args:
        quantity: the address, of one number or of an array.
        printed: the text as it stands there, such as "0.818"; for an array its numbers in order,
            with commas between them; empty if there is no answer yet.
        where: the place of the claim, for error texts: file and line.
        decimal_mark: the sign before the decimals in texts that could be read in two ways; empty
            if it is not known.
    """

    quantity: Quantity
    printed: str
    where: str = ""
    decimal_mark: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The texts of the numbers claimed, one for each number of the quantity."""
        return tuple(part.strip() for part in self.printed.split(","))


@dataclass(frozen=True, eq=False)
class WorkedExample:
    """All that decides the numbers to be shown.

    Args:
        title: a line of words.
        architecture: of the network, with its output activation decided.
        parameters: before the first step, flat, in the order of `Layout`.
        dataset: holds the examples; their numbers are its rows.
        rows: the examples used, in order; `example[i]` is row i of the data set.
        recipe: how a step is made; None for the forward pass alone, which needs no targets.
        steps: how many steps are shown; 1 to 10,000.
        claims: in the order of the file.
        state: of the update before the first step, (slots, n); None for zeros.
        start: how many steps were done before; the first one shown is number start + 1 of the run
            for Adam's corrections and for the schedule.
        where: the file's name, for error texts.
        fixes_biases: whether the steps leave the biases as they are.
        conventions: how addresses as text count, and how claims are written.
        refused_claims: those that cannot be read.

    Each step takes the next `recipe.batch_size` of `rows`, and after the last of them the first
    ones again.

    Raises: InputError, ShapeError, DataError.
    """

    title: str
    architecture: Architecture
    parameters: Array
    dataset: Dataset
    rows: tuple[int, ...]
    recipe: Recipe | None
    steps: int = 1
    claims: tuple[Claim, ...] = ()
    state: Array | None = None
    start: int = 0
    where: str = "explain"
    fixes_biases: bool = False
    conventions: Conventions = field(default_factory=Conventions)
    refused_claims: tuple[RefusedClaim, ...] = ()

    def __post_init__(self) -> None:
        if self.recipe is not None:
            require_supported(self.recipe, self.where)
            require_class_targets(self.recipe, self.dataset, self.where)
        flat = check_parameters(self.layout, self.parameters, self.where)
        object.__setattr__(self, "parameters", flat)
        object.__setattr__(self, "rows", self._checked_rows())
        object.__setattr__(self, "steps", _STEPS.check(self.where, "steps", self.steps))
        object.__setattr__(self, "start", _START.check(self.where, "start", self.start))
        object.__setattr__(self, "state", self._checked_state())

    def _checked_rows(self) -> tuple[int, ...]:
        last = len(self.dataset) - 1
        row = Limit(int, "number of an example", 0, last)
        rows = tuple(row.check(self.where, "rows", one) for one in self.rows)
        if not rows or len(set(rows)) < len(rows):
            raise InputError(
                self.where,
                expected="at least one example, and each of them once",
                got=describe(list(rows)),
                argument="rows",
                value=rows,
            )
        return rows

    def _checked_state(self) -> Array:
        shape = (len(self.slots), self.layout.size)
        if self.state is None:
            return np.zeros(shape, self.architecture.dtype)
        state = np.array(self.state, dtype=self.architecture.dtype)
        if state.shape != shape:
            raise ShapeError(
                self.where,
                expected=f"an update's state of shape {shape}",
                got=describe(state),
                argument="state",
                value=self.state,
            )
        if self.fixes_biases and state[:, self.layout.is_weight == 0].any():
            raise InputError(
                self.where,
                expected="nothing remembered of biases that are held fixed",
                got="other numbers than 0",
                remedy="Write zeros for the biases in [state]",
                argument="state",
                value=self.state,
            )
        state.flags.writeable = False
        return state

    def counted_from(self, indices: int | None) -> WorkedExample:
        """The same example, whose texts count indices and examples from 0 or 1; None leaves them.

        Raises: InputError.
        """
        if indices is None:
            return self
        return replace(self, conventions=replace(self.conventions, indices=indices))

    @property
    def slots(self) -> tuple[str, ...]:
        """What the update remembers from step to step: names of kinds of quantities."""
        return () if self.recipe is None else UPDATES[self.recipe.optimiser].slots

    @property
    def has_decay(self) -> bool:
        """Whether the update takes a share off the weights themselves."""
        return self.recipe is not None and self.recipe.optimiser in DECAYING

    @property
    def trains_biases(self) -> bool:
        """Whether there are biases, and the steps move them."""
        return self.architecture.biases and not self.fixes_biases

    @cached_property
    def layout(self) -> Layout:
        """Where each tensor lies in the flat parameters."""
        return Layout(self.architecture)

    @cached_property
    def schedule(self) -> TrainingSchedule:
        """Batches and learning rates of training on the whole data set; needs a recipe."""
        assert self.recipe is not None, "a forward pass alone has no schedule"
        return TrainingSchedule(self.recipe, len(self.dataset))

    def learning_rate(self, step: int) -> float:
        """The rate of a step, from 1, by the schedule of the run; needs a recipe."""
        assert self.state is not None, "set when the example is made"
        done = self.start + step - 1
        epoch, batch = divmod(done, self.schedule.batches(0))
        position = Position(self.parameters, self.state, epoch=epoch, batch=batch, step=done)
        return self.schedule.rates(position, [done])[0]

    @cached_property
    def view(self) -> DatasetView:
        """The examples in the form that the equations compute with."""
        weights = None
        if self.recipe is not None:
            weights = normalised_weights(self.dataset, self.recipe.class_weights)
        outputs, dtype = self.architecture.layers[-1], self.architecture.dtype
        smoothing = 0.0 if self.recipe is None else self.recipe.label_smoothing
        return DatasetView(self.dataset, outputs, dtype, weights, smoothing)

    def unsmoothed_targets(self, rows: Sequence[int]) -> Array:
        """Targets as they are given, before any smoothing, (rows, outputs)."""
        return replace(self.view, smoothing=0.0).targets(np.array(rows))

    @property
    def has_many(self) -> bool:
        """Whether addresses need `example[i].` to tell one example from another."""
        return len(self.rows) > 1

    def batch(self, step: int) -> tuple[int, ...]:
        """The rows that a step takes; steps count from 1."""
        if self.recipe is None:
            return self.rows
        bounds = batch_bounds(len(self.rows), self.recipe.batch_size)
        first, after = bounds[(step - 1) % len(bounds)]
        return self.rows[first:after]

    @classmethod
    def from_network(
        cls,
        network: Network,
        dataset: Dataset,
        recipe: Recipe,
        *,
        rows: Sequence[int] | None = None,
        dtype: str = "float64",
        title: str = "",
        steps: int = 1,
        state: Array | None = None,
        start: int = 0,
        where: str = "explain",
    ) -> WorkedExample:
        """A worked example of a real network.

        Args:
            network: with the parameters before the first step.
            dataset: the training set: shares and schedule are those of training on all of it.
            recipe: of the training.
            rows: the examples to take, in order; None for all.
            dtype: number type to compute in; "float32" gives the bits of a float32 training.
            title: as for the class.
            steps: as for the class.
            state: as for the class.
            start: as for the class.
            where: as for the class.

        Raises: InputError, ShapeError, DataError.
        """
        require_outputs(network, dataset.outputs, where, dataset.classifies)
        if dataset.features != network.architecture.layers[0]:
            raise ShapeError(
                where,
                expected=f"examples of {network.architecture.layers[0]} inputs",
                got=str(dataset.features),
                argument="dataset",
                value=dataset,
            )
        return cls(
            architecture=replace(network.architecture.for_cost(recipe.cost), dtype=dtype),
            parameters=network.parameters,
            dataset=dataset,
            rows=tuple(range(len(dataset)) if rows is None else rows),
            recipe=recipe,
            title=title,
            steps=steps,
            state=state,
            start=start,
            where=where,
        )

"""The entries of a ledger: every number of a worked example, with the formula that made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.ledger.formulas import (
    Expression,
    Fractions,
    QuantityForm,
    choose_form,
    quantity_forms,
)
from chainrule.ledger.step_order import QuantityGroup, section_of, step_groups
from chainrule.ledger.steps import (
    Quantity,
    Step,
    WorkedExample,
    compute_step,
    describe_quantity,
    locate,
    quantity_array,
    quantity_shape,
    quantity_value,
)

__all__ = ["LedgerEntries", "LedgerEntry", "group_members", "group_shape"]


@dataclass(frozen=True)
class LedgerEntry:
    """One number with all there is to say of it.

    Args:
        quantity: its one full address.
        equation: id of its equation in docs/derivation/; empty for a number that is given.
        name: what it is in words, such as "weighted sum of neuron 0 in layer 1".
        section: "forward", "cost", "errors", "gradients" or "update".
        value: the reference value.
        formula: of what it is made; None for a number that is given.
    """

    quantity: Quantity
    equation: str
    name: str
    section: str
    value: float
    formula: Expression | None


class LedgerEntries:
    """Every number of a worked example; each is worked out when it is asked for.

    Renderings are made of it; a `Ledger` shows itself too.

    A step's arrays are computed once, by the reference equations. An entry is made for one number
    at a time, so that a single weight of a large network is explained at once.

    Args:
        example: what to work through.
        first: its first step if that was computed elsewhere; None computes it on demand.
    """

    def __init__(self, example: WorkedExample, first: Step | None = None) -> None:
        self.example = example
        self._steps = [] if first is None else [first]

    def step(self, step: int) -> Step:
        """Return the arrays of a step, from 1 to `example.steps`.

        Raises: DivergenceError if a number up to there is not finite; InputError.
        """
        if not 1 <= step <= self.example.steps:
            expected = f"a step from 1 to {self.example.steps}"
            raise InputError(
                self.example.where, expected=expected, got=str(step), argument="step", value=step
            )
        while len(self._steps) < step:
            self._steps.append(self._compute(len(self._steps) + 1))
        return self._steps[step - 1]

    def _compute(self, step: int) -> Step:
        if step == 1:
            assert self.example.state is not None
            return compute_step(self.example, 1, self.example.parameters, self.example.state)
        stepped = self._steps[-1].result.update
        return compute_step(self.example, step, stepped.theta, stepped.state)

    def locate(self, address: Quantity | str, where: str = "") -> Quantity:
        """The one full address of what is asked for.

        Args:
            address: as a quantity or as text, whose indices count as the example's conventions say.
            where: who asks, for the error text; empty takes the file's name.

        Raises: InputError, UnknownNameError if there is no such number.
        """
        where = where or self.example.where
        first = self.example.conventions.indices
        asked = Quantity.parse(address, where, first) if isinstance(address, str) else address
        return locate(self.example, asked, where)

    def address_text(self, quantity: Quantity) -> str:
        """An address as texts about this example have it."""
        return str(quantity.counted_from(self.example.conventions.indices))

    def value(self, address: Quantity | str) -> float | NDArray[Any]:
        """Return the number or the array that an address names.

        Args:
            address: as a quantity or as text.

        Returns: a float, or an array of float64: (width,) of vectors, (fan_out, fan_in) of
            matrices.
        Raises: InputError, UnknownNameError if there is no such number; DivergenceError.
        """
        quantity = self.locate(address)
        step = self.step(quantity.step)
        if quantity.is_number:
            return quantity_value(step, quantity)
        return np.array(quantity_array(step, quantity), dtype=np.float64)

    def exact_value(self, address: Quantity | str) -> Fraction | None:
        """The number as a fraction; None if it is not rational, or too long to be shown.

        The given numbers count as the shortest decimals that are their floats, 0.1 as 1/10.
        """
        return self._fractions.of(self.locate(address))

    @cached_property
    def _fractions(self) -> Fractions:
        depth = self.example.architecture.depth
        return Fractions(self.form, self._number, self.quantities, depth)

    def _number(self, quantity: Quantity) -> float:
        return quantity_value(self.step(quantity.step), quantity)

    def form(self, quantity: Quantity) -> QuantityForm | None:
        """The formula of one number with its equation's id; None for a number that is given.

        Args:
            quantity: located, one number.
        """
        step = self.step(quantity.step)
        forms = quantity_forms(step, quantity)
        if not forms:
            return None
        return choose_form(forms, self._number(quantity), self.example.architecture.dtype)

    def entry(self, address: Quantity | str) -> LedgerEntry:
        """All there is to say of one number.

        Raises: InputError if the address names an array, or nothing; UnknownNameError.
        """
        quantity = self.locate(address)
        if not quantity.is_number:
            raise InputError(
                self.example.where,
                expected="the address of one number",
                got=repr(self.address_text(quantity)),
                why=f"It names an array of shape {quantity_shape(self.example, quantity)}",
                argument="quantity",
                value=quantity,
            )
        form = self.form(quantity)
        return LedgerEntry(
            quantity=quantity,
            equation="" if form is None else form.equation,
            name=describe_quantity(self.example, quantity),
            section=section_of(quantity),
            value=self._number(quantity),
            formula=None if form is None else form.expression,
        )

    def elements(self, address: Quantity | str) -> Iterator[Quantity]:
        """The addresses of all numbers of an array, row after row; one number is its own."""
        quantity = self.locate(address)
        if quantity.is_number:
            yield quantity
            return
        for index in np.ndindex(quantity_shape(self.example, quantity)):
            yield quantity.at(*index)

    def groups(self, step: int) -> Iterator[QuantityGroup]:
        """What a step computes, array by array in order."""
        return step_groups(self.step(step))

    def quantities(self, step: int) -> Iterator[Quantity]:
        """The addresses of all numbers that a step computes, each after those it is made of."""
        for group in self.groups(step):
            yield from group_members(self.example, group)

    def entries(self, step: int | None = None) -> Iterator[LedgerEntry]:
        """All numbers of a step, or of all steps, in order."""
        steps = range(1, self.example.steps + 1) if step is None else (step,)
        for one in steps:
            yield from map(self.entry, self.quantities(one))


def group_members(example: WorkedExample, group: QuantityGroup) -> Iterator[Quantity]:
    """The addresses of a group's numbers: place by place, at each place one of every array."""
    for index in np.ndindex(group_shape(example, group)):
        for array in group.arrays:
            yield array.at(*index)


def group_shape(example: WorkedExample, group: QuantityGroup) -> tuple[int, ...]:
    """The shape of each of a group's arrays."""
    first = group.arrays[0]
    if first.form != "parameter":
        return quantity_shape(example, first)
    return next(slot.shape for slot in example.layout.slots if slot.name == first.tensor)

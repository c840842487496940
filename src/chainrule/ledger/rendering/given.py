"""The numbers that a step starts from: inputs, targets, weights, biases, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries
from chainrule.ledger.steps import Quantity

__all__ = ["Given", "examples_of", "given_arrays"]

MAX_LINES = 8
"""A matrix with more rows or columns is cut where not all are asked for."""
_CUT_LENGTH = 6


@dataclass(frozen=True)
class Given:
    """An array of given numbers as a matrix.

    Args:
        array: its address, of all examples together.
        numbers: the addresses shown, row by row.
        cut_below: whether rows below are left out.
        cut_right: whether columns to the right are left out.
    """

    array: Quantity
    numbers: tuple[tuple[Quantity, ...], ...]
    cut_below: bool
    cut_right: bool


def given_arrays(
    ledger: LedgerEntries, step: int, options: DisplayOptions, seen: Collection[int | None] = ()
) -> Iterator[Given]:
    """What is given for a step.

    Args:
        ledger: of a worked example.
        step: from 1.
        options: notation, and whether large arrays are shown whole.
        seen: examples whose inputs and targets were shown before; if there are any, this is not
            the first step shown, and its parameters follow from those before it.
    """
    example, layers = ledger.example, ledger.example.architecture.layers
    rows = tuple(row for row in examples_of(ledger, step) if row not in seen)
    if rows:
        yield _batch(Quantity("a", 0, step=step), rows, layers[0], options)
    if rows and example.recipe is not None:
        kind = "t" if example.recipe.label_smoothing else "y"
        yield _batch(Quantity(kind, step=step), rows, layers[-1], options)
    if not seen:
        yield from _parameters(ledger, step, options)


def examples_of(ledger: LedgerEntries, step: int) -> tuple[int | None, ...]:
    """The examples of a step as addresses have them: None for an only one."""
    return ledger.example.batch(step) if ledger.example.has_many else (None,)


def _batch(
    array: Quantity, rows: tuple[int | None, ...], width: int, options: DisplayOptions
) -> Given:
    """Inputs or targets: an example is a row or a column."""
    table = _Table(options, lambda at, j: replace(array, example=rows[at], index=(j,)))
    return table.given(array, (len(rows), width))


def _parameters(ledger: LedgerEntries, step: int, options: DisplayOptions) -> Iterator[Given]:
    for slot in ledger.example.layout.slots:
        array = Quantity(slot.name[0], slot.layer, step=step)
        yield _parameter(array, slot.shape, options)
        for kind in ledger.example.slots:
            old = replace(array, kind=f"{kind}_old", index=(0,) * len(slot.shape))
            remembered = ledger.step(step).state[ledger.example.slots.index(kind)]
            if np.any(slot.view(remembered)):
                yield _parameter(old, slot.shape, options)


def _parameter(array: Quantity, shape: tuple[int, ...], options: DisplayOptions) -> Given:
    if len(shape) == 2:
        whole = replace(options, notation="row")  # weights lie alike in every notation
        return _Table(whole, lambda j, k: array.at(j, k)).given(array, (shape[0], shape[1]))
    return _Table(options, lambda _, j: array.at(j)).given(array, (1, shape[0]))


@dataclass(frozen=True)
class _Table:
    """Lays out an array: in rows as it is, in columns transposed."""

    options: DisplayOptions
    at: Callable[[int, int], Quantity]

    def given(self, array: Quantity, shape: tuple[int, int]) -> Given:
        lying = self.options.notation == "row"
        height, width = shape if lying else shape[::-1]
        most = max(shape) if self.options.full or max(shape) <= MAX_LINES else _CUT_LENGTH
        numbers = tuple(
            tuple(self.at(i, j) if lying else self.at(j, i) for j in range(min(width, most)))
            for i in range(min(height, most))
        )
        return Given(array, numbers, height > len(numbers), width > len(numbers[0]))

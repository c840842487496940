"""The order of the numbers of a step, each after those that it is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.equations.updates import UPDATES
from chainrule.ledger.formulas import is_fused
from chainrule.ledger.steps import Quantity, Step, locate

__all__ = ["QuantityGroup", "section_of", "step_groups"]

SECTIONS = {
    "forward": ("a", "z", "W", "b"),
    "cost": ("t", "y", "share", "c", "cost", "penalty", "total_cost"),
    "errors": ("da", "slope", "delta"),
    "gradients": ("dW", "db"),
    "update": (),
}
"""The parts of a step with the kinds of each; all others are of the update."""


@dataclass(frozen=True)
class QuantityGroup:
    """Numbers that stand together: one array, or what belongs to one neuron after another.

    Args:
        section: of SECTIONS.
        arrays: located addresses of arrays of one shape, or of one number; of each place the
            numbers of all of them stand together.
    """

    section: str
    arrays: tuple[Quantity, ...]


def section_of(quantity: Quantity) -> str:
    """The part of the step to which a quantity belongs."""
    return next((name for name, kinds in SECTIONS.items() if quantity.kind in kinds), "update")


def step_groups(step: Step) -> Iterator[QuantityGroup]:
    """What a step computes, in order; inputs, targets and parameters before it are given.

    Args:
        step: the step.
    """
    for quantities in _arrays(step):
        full = [replace(quantity, step=step.number) for quantity in quantities]
        arrays = tuple(locate(step.example, quantity) for quantity in full)
        yield QuantityGroup(section_of(arrays[0]), arrays)


def _arrays(step: Step) -> Iterator[list[Quantity]]:
    yield from _forward(step)
    if step.training is not None:
        yield from _costs(step)
        yield from _errors(step)
        yield from _gradients(step)
        yield from _update(step)


def _layers(step: Step) -> range:
    return range(1, len(step.layers) + 1)


def _forward(step: Step) -> Iterator[list[Quantity]]:
    for row in step.rows:
        for layer in _layers(step):
            pair = [Quantity(kind, layer, example=row) for kind in ("z", "a")]
            if step.activation(layer).name == "softmax":  # each a needs all z
                yield pair[:1]
                yield pair[1:]
            else:
                yield pair


def _costs(step: Step) -> Iterator[list[Quantity]]:
    if step.recipe.label_smoothing:
        for row in step.rows:
            yield [Quantity("y", example=row)]
    if step.example.has_many:
        if step.example.view.weights is not None:
            for row in step.rows:
                yield [Quantity("share", example=row)]
        for row in step.rows:
            yield [Quantity("cost", example=row)]
    yield [Quantity("cost")]
    if step.is_penalised:
        yield [Quantity("penalty")]
        yield [Quantity("total_cost")]


def _errors(step: Step) -> Iterator[list[Quantity]]:
    for layer in reversed(_layers(step)):
        for row in step.rows:
            yield from _errors_of(step, layer, row)


def _errors_of(step: Step, layer: int, row: int) -> Iterator[list[Quantity]]:
    da, slope, delta = (Quantity(kind, layer, example=row) for kind in SECTIONS["errors"])
    if layer == len(step.layers) and is_fused(step):
        yield [delta]
    elif step.activation(layer).name == "softmax":
        yield [da]
        yield [delta]
    else:
        yield [da, slope, delta]


def _gradients(step: Step) -> Iterator[list[Quantity]]:
    for layer in reversed(_layers(step)):
        yield [Quantity("dW", layer)]
        if step.example.architecture.biases:
            yield [Quantity("db", layer)]


def _update(step: Step) -> Iterator[list[Quantity]]:
    if step.is_penalised:
        for layer in _layers(step):
            yield from _parameter_arrays(step, layer, ("g",), biases=False)
    if step.recipe.clip_norm is not None:
        yield [Quantity("gradient_norm")]
    yield [Quantity("learning_rate")]
    kinds = (
        *(("g_clipped",) if step.result.is_clipped else ()),
        *UPDATES[step.recipe.optimiser].slots,
    )
    for layer in _layers(step):
        yield from _parameter_arrays(step, layer, (*kinds, "new"))


def _parameter_arrays(
    step: Step, layer: int, kinds: tuple[str, ...], *, biases: bool = True
) -> Iterator[list[Quantity]]:
    """Arrays of the weights and the biases of a layer; "new" are those after the step.

    An array of the form "parameter" bears the indices of its first number, which tell its shape.
    """
    lengths = {"W": 2, "b": 1} if biases and step.example.trains_biases else {"W": 2}
    for letter, length in lengths.items():
        yield [
            Quantity(f"{letter}_new", layer)
            if kind == "new"
            else Quantity(kind, layer, (0,) * length)
            for kind in kinds
        ]

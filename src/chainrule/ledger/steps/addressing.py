"""Addresses: which quantity of a worked example an address names."""

from __future__ import annotations

from dataclasses import replace

from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError
from chainrule.ledger.steps.quantity import Quantity
from chainrule.ledger.steps.worked_example import DECAYING, WorkedExample

__all__ = ["locate", "quantity_shape"]

_FORWARD = ("a", "z", "W", "b")
_REMEMBERED = ("velocity", "mean", "mean_square")


def locate(example: WorkedExample, quantity: Quantity, where: str = "") -> Quantity:
    """The quantity's one full address: with its example if there are several, else without.

    Args:
        example: the worked example.
        quantity: what is asked for.
        where: who asks, for the error text; empty takes the worked example's file.

    Raises: InputError if the worked example has no such number.

    Returns: an address that names the same number or array; two that are equal name the same.
    """
    asked = _AddressCheck(example, quantity, where or example.where)
    asked.check_step()
    asked.check_kind()
    asked.check_layer()
    asked.check_index()
    return asked.with_example()


def quantity_shape(example: WorkedExample, quantity: Quantity) -> tuple[int, ...]:
    """The shape of what an address names; () for one number.

    Args: as in `locate`, which has passed the quantity.
    """
    return () if quantity.is_number else _sizes(example, quantity)


def _sizes(example: WorkedExample, quantity: Quantity) -> tuple[int, ...]:
    """How many indices of each place there are in the array that the quantity is of."""
    widths = example.architecture.layers
    if quantity.form == "number":
        return ()
    if quantity.layer is None:
        return (widths[-1],)
    is_matrix = quantity.form == "matrix" or len(quantity.index) == 2
    width = widths[quantity.layer]
    return (width, widths[quantity.layer - 1]) if is_matrix else (width,)


class _AddressCheck:
    """One quantity asked of one worked example."""

    def __init__(self, example: WorkedExample, quantity: Quantity, where: str) -> None:
        self.example, self.quantity, self.where = example, quantity, where

    def refusal(self, expected: str, why: str = "", remedy: str = "") -> InputError:
        return InputError(
            self.where,
            expected=expected,
            got=repr(str(self.quantity.counted_from(self.first))),
            why=why,
            remedy=remedy,
            argument="quantity",
            value=self.quantity,
        )

    @property
    def first(self) -> int:
        """What indices count from in texts."""
        return self.example.conventions.indices

    def check_step(self) -> None:
        steps = self.example.steps
        if self.quantity.step > steps:
            only = "step 1 alone" if steps == 1 else f"a step from 1 to {steps}"
            why = f"The example has {steps} step{'s' * (steps > 1)}"
            raise self.refusal(only, why, "Set steps in [training] to see more")

    def check_kind(self) -> None:
        quantity, recipe = self.quantity, self.example.recipe
        if recipe is None:
            if quantity.kind not in _FORWARD:
                why = "Without a table [training] there is no cost and no step"
                raise self.refusal("one of a, z, W, b", why)
            return
        base = quantity.kind.removesuffix("_old")
        if base in _REMEMBERED and base not in self.example.slots:
            fitting = ", ".join(name for name, u in UPDATES.items() if base in u.slots)
            why = f"The optimiser {recipe.optimiser} keeps no {base}; {fitting} would"
            raise self.refusal("what the update has", why)
        if quantity.kind == "decay" and not self.example.has_decay:
            why = f"The optimiser {recipe.optimiser} has no decay; {', '.join(DECAYING)} would"
            raise self.refusal("what the update has", why)
        if quantity.kind == "t" and not recipe.label_smoothing:
            why = "There is no label_smoothing, so the given target is y"
            raise self.refusal("what the step has", why)

    def check_layer(self) -> None:
        quantity, architecture = self.quantity, self.example.architecture
        depth = architecture.depth
        if quantity.layer is not None and quantity.layer > depth:
            lowest = 0 if quantity.kind in ("a", "da") else 1
            raise self.refusal(f"a layer from {lowest} to {depth}", self._network())
        on_bias = quantity.kind in ("b", "db", "b_new")
        on_bias = on_bias or (quantity.form == "parameter" and len(quantity.index) == 1)
        if on_bias and not architecture.biases:
            raise self.refusal("a quantity that the network has", "Its layers have no biases")
        if on_bias and quantity.form == "parameter" and self.example.fixes_biases:
            raise self.refusal("a quantity that the step has", "The biases are held fixed")
        activation = architecture.activations[(quantity.layer or 1) - 1]
        if quantity.kind == "slope" and activation == "softmax":
            why = "The outputs of softmax depend on each other, so a neuron has no slope of its own"
            raise self.refusal("a layer that has slopes", why)

    def check_index(self) -> None:
        sizes = _sizes(self.example, self.quantity)
        names = ("output",) if self.quantity.layer is None else ("neuron", "input")
        for name, size, at in zip(names, sizes, self.quantity.index, strict=False):
            if at >= size:
                low, high = self.first, self.first + size - 1
                only = f"{name} {low} alone" if size == 1 else f"an {name} from {low} to {high}"
                raise self.refusal(only.replace("an n", "a n"), self._network())

    def _network(self) -> str:
        return "The network is " + "-".join(map(str, self.example.architecture.layers))

    def with_example(self) -> Quantity:
        """The quantity with its example's number exactly where that is needed."""
        quantity, batch = self.quantity, self.example.batch(self.quantity.step)
        if quantity.example is not None and quantity.example not in batch:
            raise self.refusal(f"an example of step {quantity.step}: {self._batch_text()}")
        if quantity.scope == "batch":
            return quantity
        if not self.example.has_many:
            return replace(quantity, example=None)
        if quantity.scope == "both" or quantity.example is not None:
            return quantity
        if len(batch) > 1:
            full = replace(quantity, example=batch[0]).counted_from(self.first)
            why = f"Step {quantity.step} has {self._batch_text()}"
            raise self.refusal("one example", why, f"Write {full}")
        return replace(quantity, example=batch[0])

    def _batch_text(self) -> str:
        batch = self.example.batch(self.quantity.step)
        return _examples_text(tuple(row + self.first for row in batch))


def _examples_text(batch: tuple[int, ...]) -> str:
    """The examples of a batch in words."""
    if len(batch) > 6:
        shown = ", ".join(map(str, batch[:3]))
        return f"{len(batch)} examples: {shown} … {batch[-1]}"
    return f"example{'s' * (len(batch) > 1)} {', '.join(map(str, batch))}"

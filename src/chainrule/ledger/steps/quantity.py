"""The address of any number of a few steps of training: one parser, one printer.

docs/notation.md has the grammar and examples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.errors import InputError, describe, unknown_name

__all__ = ["KINDS", "Quantity"]


@dataclass(frozen=True)
class Kind:
    """What can stand for the name in an address.

    Args:
        name: as addresses have it.
        form: "number"; "target", one for each output; "vector", one for each neuron of a layer;
            "matrix", one for each weight of a layer; "parameter", one for each weight and bias.
        scope: "example", one for each example of a batch; "batch"; or "both", where the one of an
            example is its part in the batch's.
        meaning: in a few words.
    """

    name: str
    form: str
    scope: str
    meaning: str


# fmt: off
_ALL = (
    Kind("a",               "vector",    "example", "activation"),
    Kind("t",               "target",    "example", "target before smoothing"),
    Kind("y",               "target",    "example", "target"),
    Kind("z",               "vector",    "example", "weighted sum"),
    Kind("slope",           "vector",    "example", "slope of the activation function"),
    Kind("da",              "vector",    "example", "gradient of the cost by the activation"),
    Kind("delta",           "vector",    "example", "error"),
    Kind("share",           "number",    "example", "share in the batch's cost"),
    Kind("c",               "target",    "example", "cost"),
    Kind("cost",            "number",    "both",    "cost"),
    Kind("penalty",         "number",    "batch",   "penalty"),
    Kind("total_cost",      "number",    "batch",   "cost and penalty"),
    Kind("W",               "matrix",    "batch",   "weight"),
    Kind("b",               "vector",    "batch",   "bias"),
    Kind("dW",              "matrix",    "both",    "gradient of the cost by the weight"),
    Kind("db",              "vector",    "both",    "gradient of the cost by the bias"),
    Kind("g",               "parameter", "batch",   "gradient of cost and penalty"),
    Kind("gradient_norm",   "number",    "batch",   "length of the gradient"),
    Kind("g_clipped",       "parameter", "batch",   "shortened gradient"),
    Kind("learning_rate",   "number",    "batch",   "learning rate"),
    Kind("velocity_old",    "parameter", "batch",   "velocity before the step"),
    Kind("velocity",        "parameter", "batch",   "velocity"),
    Kind("mean_old",        "parameter", "batch",   "mean gradient before the step"),
    Kind("mean",            "parameter", "batch",   "mean gradient"),
    Kind("mean_square_old", "parameter", "batch",   "mean squared gradient before the step"),
    Kind("mean_square",     "parameter", "batch",   "mean squared gradient"),
    Kind("change",          "parameter", "batch",   "what the step takes off"),
    Kind("decay",           "parameter", "batch",   "what the decay takes off"),
    Kind("W_new",           "matrix",    "batch",   "weight after the step"),
    Kind("b_new",           "vector",    "batch",   "bias after the step"),
)
# fmt: on

KINDS = {kind.name: kind for kind in _ALL}
"""Every kind of quantity by name, in the order in which a step has them."""

_FORMS = {
    "number": "{0}",
    "target": "{0} or {0}[output]",
    "vector": "{0}[layer] or {0}[layer][neuron]",
    "matrix": "{0}[layer] or {0}[layer][neuron,input]",
    "parameter": "{0}[layer][neuron,input] of a weight or {0}[layer][neuron] of a bias",
}
_INDICES = {
    "number": ((False, 0),),
    "target": ((False, 0), (False, 1)),
    "vector": ((True, 0), (True, 1)),
    "matrix": ((True, 0), (True, 2)),
    "parameter": ((True, 1), (True, 2)),
}
"""For each form, whether there is a layer and how many indices may follow."""

_WITH_INPUTS = ("a", "da")
"""Kinds that the inputs have too, as layer 0."""

_COUNT = r"(?:0|[1-9][0-9]{0,8})"
_ADDRESS = re.compile(
    rf"(?:step\[({_COUNT})\]\.)?(?:example\[({_COUNT})\]\.)?([A-Za-z_]+)"
    rf"((?:\[{_COUNT}(?:,{_COUNT})*\])*)"
)
_BRACKETS = re.compile(r"\[([0-9,]+)\]")


@dataclass(frozen=True)
class Quantity:
    """The address of a number, or of an array of numbers; one that cannot be is refused.

    Args:
        kind: a name of KINDS.
        layer: from 1; 0 for the inputs, `a[0]` and `da[0]`; None if the kind belongs to no layer.
        index: within the layer or the targets, from 0; empty for all of them.
        step: of the training, from 1.
        example: number of the example, from 0; None for the batch, or for an only example.

    Raises: InputError, UnknownNameError.

    Example:
        >>> quantity = Quantity.parse("step[2].W_new[1][0,3]")
        >>> quantity.kind, quantity.layer, quantity.index, quantity.step
        ('W_new', 1, (0, 3), 2)
        >>> print(quantity)
        step[2].W_new[1][0,3]
    """

    kind: str
    layer: int | None = None
    index: tuple[int, ...] = ()
    step: int = 1
    example: int | None = None

    def __post_init__(self) -> None:
        _require_address(self, "Quantity")

    @property
    def form(self) -> str:
        """The form of its kind."""
        return KINDS[self.kind].form

    @property
    def scope(self) -> str:
        """The scope of its kind."""
        return KINDS[self.kind].scope

    @property
    def is_number(self) -> bool:
        """Whether it names one number rather than an array."""
        return self.form == "number" or bool(self.index)

    @property
    def tensor(self) -> str:
        """The name of the weights or biases that a quantity of the form "parameter" is about."""
        return f"{'W' if len(self.index) == 2 else 'b'}[{self.layer}]"

    def at(self, *index: int) -> Quantity:
        """The number at these indices of the same array."""
        return replace(self, index=index)

    def counted_from(self, first: int) -> Quantity:
        """The address in a text whose indices and examples count from `first`, for display."""
        example = None if self.example is None else self.example + first
        return replace(self, index=tuple(at + first for at in self.index), example=example)

    def __str__(self) -> str:
        step = "" if self.step == 1 else f"step[{self.step}]."
        example = "" if self.example is None else f"example[{self.example}]."
        layer = "" if self.layer is None else f"[{self.layer}]"
        index = f"[{','.join(map(str, self.index))}]" if self.index else ""
        return f"{step}{example}{self.kind}{layer}{index}"

    @classmethod
    def parse(cls, text: str, where: str = "Quantity", first: int = 0) -> Quantity:
        """The quantity that an address names.

        `dx[l]`, the gradient of the cost by the inputs of layer l, is another name for `da[l-1]`.

        Args:
            text: the address, without spaces.
            where: who asks, for the error text.
            first: what its indices and examples count from, 0 or 1.

        Raises: InputError, UnknownNameError.
        """
        match = _ADDRESS.fullmatch(text)
        if match is None:
            why = "An address has no spaces" if " " in text.strip() else ""
            expected = "an address such as z[1][0] or step[2].W_new[1][0,0]"
            raise _address_error(where, expected, text, why)
        step, example, kind, brackets = match.groups()
        numbers = [[int(n) for n in part.split(",")] for part in _BRACKETS.findall(brackets)]
        if kind == "dx":
            kind, numbers = "da", _layer_before(where, numbers, text)
        layer, index = _split_indices(where, kind, numbers, text)
        row = None if example is None else int(example)
        if min((first, *index, *(() if row is None else (row,)))) < first:
            why = "Indices and examples count from 1 here"
            raise _address_error(where, "an address without an index 0", text, why)
        try:
            asked = cls(kind=kind, layer=layer, index=index, step=int(step or 1), example=row)
            return asked.counted_from(-first)
        except InputError as error:
            raise _address_error(where, error.expected, text, error.why) from None


def _require_address(quantity: Quantity, where: str) -> None:
    """Refuse what names nothing."""
    kind, text = quantity.kind, str(quantity)
    if kind not in KINDS:
        raise unknown_name(where, "a quantity", kind, KINDS, argument="quantity")
    if (quantity.layer is not None, len(quantity.index)) not in _INDICES[quantity.form]:
        raise _address_error(where, _FORMS[quantity.form].format(kind), text)
    if quantity.layer == 0 and kind not in _WITH_INPUTS:
        why = "Only a[0], the inputs, and da[0], their gradients, have layer 0"
        raise _address_error(where, "a layer from 1", text, why)
    if quantity.step < 1:
        raise _address_error(where, "a step from 1", text)
    if quantity.example is not None and quantity.scope == "batch":
        why = f"{kind} belongs to the whole batch"
        raise _address_error(where, "no example before it", text, why)


def _split_indices(
    where: str, kind: str, numbers: Sequence[Sequence[int]], text: str
) -> tuple[int | None, tuple[int, ...]]:
    """The layer and the indices that the numbers in brackets are."""
    if kind not in KINDS:
        raise unknown_name(where, "a quantity", kind, KINDS, argument="quantity")
    form = KINDS[kind].form
    layered = form not in ("number", "target")
    most = 2 if layered else 1
    if len(numbers) > most or (layered and (not numbers or len(numbers[0]) != 1)):
        raise _address_error(where, _FORMS[form].format(kind), text)
    rest = numbers[1:] if layered else numbers
    return (numbers[0][0] if layered else None), tuple(rest[0] if rest else ())


def _layer_before(where: str, numbers: list[list[int]], text: str) -> list[list[int]]:
    """The numbers in the brackets of da for those of dx, whose layer has da's as its inputs."""
    if not numbers or len(numbers[0]) != 1 or numbers[0][0] < 1:
        raise _address_error(where, "dx[layer] or dx[layer][input], with a layer from 1", text)
    return [[numbers[0][0] - 1], *numbers[1:]]


def _address_error(where: str, expected: str, text: str, why: str = "") -> InputError:
    return InputError(
        where, expected=expected, got=describe(text), why=why, argument="quantity", value=text
    )

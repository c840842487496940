"""Gradients derived by SymPy for the network of a ledger, compared with its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from chainrule.errors import InputError
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries
from chainrule.ledger.rendering.deriving import Deriver, SymbolicGradient
from chainrule.ledger.steps import Quantity
from chainrule.limits import Limit

__all__ = [
    "SYMBOLIC_TEXT",
    "SymbolicGradient",
    "agreement_text",
    "derive",
    "symbolic_gradients",
]

SYMBOLIC_TEXT = "Derived by SymPy from the objective, with a letter for every weighted sum z."
"""What renderings say above the gradients."""

GRADIENTS = ("dW", "db", "g")
"""Kinds of quantities that can be derived."""

_PARAMETERS = Limit(int, "weights and biases", 1, 60)
_STEPS = Limit(int, "steps", 1, 5)
_WAYS = Limit(int, "ways through the network, from a weight to the costs of a batch", 1, 32)
_ALL_UP_TO = 12
"""Of a network with more parameters only the first gradient of each tensor is derived."""


def agreement_text(gradient: SymbolicGradient, digits: int) -> str:
    """Whether SymPy's number and the ledger's are the same.

    Args:
        gradient: the gradient.
        digits: significant digits of a number that is another.
    """
    words = "the same number"
    if not gradient.agrees:
        words = f"another number than SymPy's {gradient.value:.{digits}g}"
    return f"by {gradient.equation} {words}, {gradient.apart:.1g} apart"


def derive(ledger: LedgerEntries, address: Quantity | str) -> SymbolicGradient:
    """One gradient by SymPy.

    Args:
        ledger: of a small network in training.
        address: of one number of GRADIENTS.

    Raises: InputError if it is none, or the network is too large; MissingLibraryError.

    Example:
        >>> from chainrule.ledger import Ledger, parse_worked
        >>> ledger = Ledger(parse_worked('''
        ... network = { layers = [1, 1], activations = "identity", weights = [[[3]]] }
        ... training = { cost = "squared_error", learning_rate = 0.1 }
        ... examples = [{ inputs = [2], targets = [5] }]
        ... '''))
        >>> found = derive(ledger, "dW[1][0,0]")
        >>> found.value, found.agrees
        (4.0, True)
    """
    quantity = ledger.locate(address)
    _require_gradient(ledger, quantity)
    _require_small(ledger, 1)
    return Deriver(ledger, ledger.step(quantity.step)).derive(quantity)


def symbolic_gradients(
    ledger: LedgerEntries, step: int, options: DisplayOptions
) -> Iterator[SymbolicGradient]:
    """The gradients of a step to be shown: those asked for, else all of a small network.

    Args:
        ledger: of a small network in training.
        step: from 1.
        options: what is asked for.

    Raises: InputError, MissingLibraryError.
    """
    _require_small(ledger, ledger.example.steps if options.step is None else 1)
    asked = [quantity for quantity in options.quantities if quantity.kind in GRADIENTS]
    if options.quantities and not asked:
        _require_gradient(ledger, options.quantities[0])
    arrays = [list(ledger.elements(one)) for one in asked if one.step == step]
    if not asked:
        most = None if ledger.example.layout.size <= _ALL_UP_TO else 1
        arrays = [numbers[:most] for numbers in _tensors(ledger, step)]
    deriver = Deriver(ledger, ledger.step(step))
    for numbers in arrays:
        yield from map(deriver.derive, numbers)


def _tensors(ledger: LedgerEntries, step: int) -> Iterator[list[Quantity]]:
    """The gradients by each tensor, those of the objective where it has a penalty."""
    weights = "g" if ledger.step(step).is_penalised else "dW"
    for slot in ledger.example.layout.slots:
        kind = weights if slot.name[0] == "W" else "db"
        yield [Quantity(kind, slot.layer, index, step) for index in np.ndindex(slot.shape)]


def _require_gradient(ledger: LedgerEntries, quantity: Quantity) -> None:
    if quantity.kind not in GRADIENTS:
        raise InputError(
            ledger.example.where,
            expected="a gradient to derive: dW, db or g",
            got=repr(ledger.address_text(quantity)),
            argument="quantity",
            value=quantity,
        )


def _require_small(ledger: LedgerEntries, steps: int) -> None:
    """Refuse what would take SymPy too long, and what has no gradient."""
    example = ledger.example
    if example.recipe is None:
        raise InputError(
            example.where,
            expected="training, for gradients to be derived",
            got="a forward pass only",
            remedy="Add [training] with cost and learning_rate",
            argument="symbolic",
        )
    batch = min(example.recipe.batch_size, len(example.rows))
    ways = batch * math.prod(example.architecture.layers[2:])
    sizes = ((_PARAMETERS, example.layout.size), (_WAYS, ways), (_STEPS, steps))
    for limit, size in sizes:
        if size > (limit.high or 0):
            raise _too_large(example.where, limit, size)


def _too_large(where: str, limit: Limit, size: int) -> InputError:
    return InputError(
        where,
        expected=f"at most {limit.high} {limit.meaning} for SymPy to derive gradients",
        got=str(size),
        why="Larger derivatives take long and cannot be read",
        remedy="Show one step with --step" if limit is _STEPS else "",
        argument="symbolic",
        value=size,
    )

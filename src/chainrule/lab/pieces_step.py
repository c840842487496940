"""Pieces that add up to a function: a network 1-n-1 whose output weights are fitted to it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.descent import make_function
from chainrule.equations.activations import ACTIVATIONS, activate
from chainrule.errors import InputError
from chainrule.lab.shown_step import ShownStep, make_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import LabSubject
from chainrule.network import Network
from chainrule.recipe import Recipe

__all__ = ["PiecesStep", "make_pieces_step", "pieces_state"]

Array = NDArray[np.float64]

_HALF_SIDE = 3.0
_POINTS = 301
_STEEPNESS = 5.0
"""Of a sigmoid, in the distance from one neuron's middle to the next."""
_RATE = 0.1


@dataclass(frozen=True, eq=False, kw_only=True)
class PiecesStep(ShownStep):
    """A step on one x, of the network that was fitted.

    Args:
        x: ascending, (points,).
        target: the function there, (points,).
        pieces: what each hidden neuron adds, v_j a_j(x), (n, points).
        bias: what the output neuron adds everywhere.
        places: where each neuron bends: the kink of a ReLU, the middle of a sigmoid, (n,).
    """

    x: Array
    target: Array
    pieces: Array
    bias: float
    places: Array

    @property
    def total(self) -> Array:
        """The network's answer, (points,)."""
        return np.asarray(self.pieces.sum(axis=0) + self.bias)


def pieces_state(state: LabState) -> LabState:
    """Return what a state says of the room: edits and ink belong to another network."""
    names = ("room", "formula", "neurons", "bend", "at", "select", "edges", "digits", "direction")
    return LabState(**{name: getattr(state, name) for name in names})


def make_pieces_step(state: LabState) -> PiecesStep:
    """Return the step on the chosen x.

    The neurons bend at equal distances; their output weights and the bias are those with the least
    sum of squared differences from the function.

    Args:
        state: with formula, number of neurons and activation.

    Raises: InputError, UnknownNameError for a formula that does not fit.
    """
    x = np.linspace(-_HALF_SIDE, _HALF_SIDE, _POINTS)
    target = _values(state.formula, np.append(x, state.at))
    width = 2 * _HALF_SIDE / state.neurons
    shift, steepness = (0.0, 1.0) if state.bend == "relu" else (0.5, _STEEPNESS / width)
    places = -_HALF_SIDE + width * (np.arange(state.neurons) + shift)
    z = steepness * (x[:, None] - places)
    bent = np.column_stack((activate(ACTIVATIONS[state.bend], z), np.ones(_POINTS)))
    fitted = np.linalg.lstsq(bent, target[:-1], rcond=None)[0]
    first = np.full(state.neurons, steepness)
    network = Network.create(
        [1, state.neurons, 1], [state.bend, "identity"], dtype="float64"
    ).with_parameters(np.concatenate((first, -steepness * places, fitted)))
    example = Dataset(np.array([[state.at]]), target[-1:, None], name="approximate")
    recipe = Recipe(
        cost="half_squared_error", optimiser="sgd", learning_rate=_RATE, batch_size=1, seed=0
    )
    found = make_step(LabSubject("approximate", network, recipe, example), LabState(example=0))
    return PiecesStep(
        **{one.name: getattr(found, one.name) for one in fields(ShownStep)},
        x=x,
        target=target[:-1],
        pieces=(bent * fitted)[:, :-1].T,
        bias=float(fitted[-1]),
        places=places.astype(np.float64),
    )


def _values(formula: str, x: Array) -> Array:
    function = make_function(formula, "lab")
    if len(function.variables) != 1:
        raise InputError(
            "lab",
            expected="a formula of one variable",
            got=", ".join(function.variables),
            argument="formula",
            value=formula,
        )
    values = function.values_at(x[None])
    if not (np.abs(values) < _GREATEST).all():
        at = x[int(np.argmin(np.abs(values) < _GREATEST))]
        raise InputError(
            "lab",
            expected=f"a formula with a value below {_GREATEST:g} in size from -3 to 3",
            got=f"another at {function.variables[0]} = {at:.2f}",
            argument="formula",
            value=formula,
        )
    return values


_GREATEST = 1e6

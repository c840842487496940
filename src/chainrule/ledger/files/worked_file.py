"""Worked files: from TOML to a worked example, every value checked.

title = "One neuron a layer"
indices = 0                              # what neurons, inputs and examples count from: 0 or 1
delta = "output - target"                # or "target - output": claims of δ have the other sign
decimal_mark = "."                       # of claims, or ","; left out: each number shows it
[network]
layers = [1, 1, 1]
activations = ["sigmoid", "sigmoid"]     # or one for all layers
weights = [[[0.5]], [[1.0]]]             # a row for each neuron
biases = [[1.0], [0.0]]                  # left out: no biases
[training]                               # left out: the forward pass alone
cost = "squared_error"
learning_rate = 1.0
optimiser = "sgd"                        # and the other fields of a recipe for one step
steps = 2                                # 1 where it is left out
steps_before = 0                         # steps done before the first one shown
biases = "trained"                       # or "fixed": the steps leave them as they are
batch_size = 1                           # all examples where it is left out
[state.velocity]                         # what the update remembers; left out: zeros
weights = [[[0.1]], [[0.0]]]
biases = [[0.0], [0.0]]
[[examples]]
inputs = [1.0]
targets = [0.0]                          # not needed for the forward pass alone
weight = 1.0                             # what the example counts
[[claims]]
quantity = "a[1][0]"
printed = "0.818"                        # "" where there is no answer yet
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import InputError, ShapeError, unknown_name
from chainrule.ledger.files.claims import read_claims
from chainrule.ledger.files.fields import Array, Fields
from chainrule.ledger.files.prescan import MAX_LAYERS, layer_count_error
from chainrule.ledger.files.toml_positions import TomlSource, read_source
from chainrule.ledger.files.training_table import TrainingTable, read_training
from chainrule.ledger.steps import Conventions, WorkedExample, require_class_targets
from chainrule.limits import Limit, limits_of
from chainrule.network import Architecture, Layout, flatten

__all__ = ["MAX_EXAMPLES", "MAX_LAYERS", "parse_worked", "read_worked"]

MAX_EXAMPLES = 10_000

_CONVENTIONS = ("indices", "delta", "decimal_mark")
_TABLES = ("title", *_CONVENTIONS, "network", "training", "state", "examples", "claims")
_NETWORK = ("layers", "activations", "weights", "biases")
_EXAMPLE = ("inputs", "targets", "weight")
_TENSORS = ("weights", "biases")
_WIDTH = Limit(int, "neurons of each layer, the inputs first", 1, 100_000)
_COUNTS = Limit(float, "weight of the example", 0, 1e300)


def read_worked(path: str | Path, *, indices: int | None = None) -> WorkedExample:
    """The worked example that a file holds.

    A claim that cannot be read refuses itself, not the file; see `WorkedExample.refused_claims`.

    Args:
        path: a TOML file; the docstring of this module shows all that may be in it.
        indices: what the file's addresses count from, 0 or 1, if it does not say; None for 0.

    Raises: FileError, DataError, InputError, ShapeError, UnknownNameError; all name the file, and
        its line.
    """
    return _worked(read_source(path), indices)


def parse_worked(
    text: str, name: str = "worked example", *, indices: int | None = None
) -> WorkedExample:
    """The worked example that a text holds; errors as in `read_worked`.

    Args:
        text: as a file has it.
        name: what error texts call it.
        indices: as in `read_worked`.
    """
    return _worked(TomlSource(name, text), indices)


def _worked(source: TomlSource, indices: int | None) -> WorkedExample:
    if "function" in source.table and "network" not in source.table:
        raise _of_descent(source)
    top = Fields.at(source, (), source.table, _TABLES)
    network = Fields.at(source, ("network",), top.given("network", "{ layers = […] }"), _NETWORK)
    architecture = _architecture(network)
    layout = Layout(architecture)
    examples = _tables(top, "examples", _EXAMPLE, MAX_EXAMPLES)
    training = None
    if top.has("training"):
        training = read_training(source, top.values["training"], len(examples))
        if training.fixes_biases and not architecture.biases:
            where = source.where("training", "biases")
            expected = "biases to be held fixed"
            raise InputError(where, expected=expected, got="a network without any")
        architecture = architecture.for_cost(training.recipe.cost)
    dataset = _dataset(examples, architecture, training)
    if training is not None:
        where = source.where("training", "label_smoothing")
        require_class_targets(training.recipe, dataset, where)
    example = WorkedExample(
        title=top.text("title", '"…"') if top.has("title") else "",
        architecture=architecture,
        parameters=_flat(network, layout),
        dataset=dataset,
        rows=tuple(range(len(examples))),
        recipe=None if training is None else training.recipe,
        steps=1 if training is None else training.steps,
        start=0 if training is None else training.start,
        state=_state(top, layout, training),
        where=source.name,
        fixes_biases=training is not None and training.fixes_biases,
        conventions=_conventions(top, indices),
    )
    return read_claims(top, example)


def _conventions(top: Fields, indices: int | None) -> Conventions:
    limits = limits_of(Conventions)
    given = {name: top.limited(name, limits[name]) for name in _CONVENTIONS if top.has(name)}
    if indices is not None:
        given.setdefault("indices", limits["indices"].check(top.source.name, "indices", indices))
    return Conventions(**given)


def _of_descent(source: TomlSource) -> InputError:
    """The error for a file of a formula that is gone down."""
    return InputError(
        source.where("function"),
        expected="a table [network]",
        got="a table [function]",
        why="The file holds a function to minimise, and no network",
        remedy=f"Use chainrule descend {quote(source.name)}",
        argument="function",
    )


def _tables(top: Fields, name: str, keys: tuple[str, ...], most: int) -> list[Fields]:
    """The tables of an array of tables that must have at least one."""
    values = top.given(name, "[{ … }]")
    if not isinstance(values, list) or not 1 <= len(values) <= most:
        expected = f"{name} to be 1 to {most} tables [[{name}]]"
        got = len(values) if isinstance(values, list) else values
        raise top.refusal(name, expected, got)
    return [Fields.at(top.source, (name, at), table, keys) for at, table in enumerate(values)]


def _architecture(network: Fields) -> Architecture:
    layers = _widths(network)
    more: dict[str, Any] = {"dtype": "float64", "biases": network.has("biases")}
    names = _activations(network, layers)
    if isinstance(names, str):
        return Architecture.of(layers, names, **more)
    return Architecture(layers=layers, activations=names, output_given=True, **more)


def _activations(network: Fields, layers: tuple[int, ...]) -> str | tuple[str, ...]:
    """One name for all layers, or one per layer."""
    given = network.given("activations", '"sigmoid"')
    names = given if isinstance(given, list) else [given]
    for at, name in enumerate(names):
        if not isinstance(name, str) or name not in ACTIVATIONS:
            where = network.where("activations", at)
            raise unknown_name(where, "an activation", name, ACTIVATIONS, argument="activations")
    if isinstance(given, str):
        return given
    if len(names) != len(layers) - 1:
        raise ShapeError(
            network.where("activations"),
            expected=f"{len(layers) - 1} activations, one per layer after the inputs",
            got=f"{len(names)}: {', '.join(names)}" if names else "none",
            why=f"The layers are {', '.join(map(str, layers))}",
            argument="activations",
            value=given,
        )
    return tuple(names)


def _widths(network: Fields) -> tuple[int, ...]:
    layers = network.given("layers", "[2, 3, 1]")
    if not isinstance(layers, list):
        expected = f"layers to be 2 to {MAX_LAYERS + 1} widths in brackets, the inputs first"
        raise network.refusal("layers", expected, layers)
    if not 2 <= len(layers) <= MAX_LAYERS + 1:
        raise layer_count_error(network.where("layers"), len(layers))
    where = [network.where("layers", at) for at in range(len(layers))]
    return tuple(_WIDTH.check(w, "layers", n) for w, n in zip(where, layers, strict=True))


def _flat(fields: Fields, layout: Layout) -> NDArray[Any]:
    """The weights and biases of a table, as flat parameters."""
    fields.given("weights", "[[[0.5]], [[1.0]]]")
    widths = layout.architecture.layers
    why = f"The layers are {', '.join(map(str, widths))}; a row holds the weights of one neuron"
    weights = fields.layers("weights", [(n, k) for k, n in pairwise(widths)], why)
    biases: list[Array | None] = [None] * len(weights)
    if layout.architecture.biases:
        fields.given("biases", "[[1.0], [0.0]]")
        why = f"The layers are {', '.join(map(str, widths))}"
        biases = [*fields.layers("biases", [(n,) for n in widths[1:]], why)]
    return flatten(weights, biases)


def _dataset(
    examples: list[Fields], architecture: Architecture, training: TrainingTable | None
) -> Dataset:
    fan_in, fan_out = architecture.layers[0], architecture.layers[-1]
    inputs, targets, weights = [], [], []
    for example in examples:
        example.given("inputs", "[1.0, 0.0]")
        inputs.append(example.array("inputs", (fan_in,), _has(fan_in, "input")))
        if training is not None:
            example.given("targets", "[1.0]")
        if example.has("targets"):
            targets.append(example.array("targets", (fan_out,), _has(fan_out, "output")))
        else:
            targets.append(np.zeros(fan_out))
        weights.append(example.limited("weight", _COUNTS) if example.has("weight") else 1.0)
    weighted = any(example.has("weight") for example in examples)
    return Dataset(
        np.array(inputs),
        np.array(targets),
        sample_weights=np.array(weights) if weighted else None,
        name="examples",
        _where=examples[0].source.name,
    )


def _has(count: int, what: str) -> str:
    return f"The network has {count} {what}{'s' * (count > 1)}"


def _state(top: Fields, layout: Layout, training: TrainingTable | None) -> NDArray[Any] | None:
    """What the update remembers before the first step; None for zeros."""
    if not top.has("state"):
        return None
    slots = () if training is None else training.slots
    if not slots:
        raise top.refusal(
            "state",
            "no table [state]",
            top.values["state"],
            why="There is no update that keeps a state"
            if training is None
            else f"The optimiser {training.recipe.optimiser} keeps no state",
        )
    state = Fields.at(top.source, ("state",), top.values["state"], slots)
    flat = np.zeros((len(slots), layout.size))
    for row, name in enumerate(slots):
        if state.has(name):
            key, values = ("state", name), state.values[name]
            flat[row] = _flat(Fields.at(top.source, key, values, _TENSORS), layout)
    return flat

"""A worked example as the text of a worked file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.ledger.files.used_settings import list_used_settings
from chainrule.ledger.steps import Conventions, WorkedExample

__all__ = ["WrittenClaim", "format_worked"]

Array: TypeAlias = NDArray[Any]


class WrittenClaim(NamedTuple):
    """A claim to write: the number's address, what is printed for it, and a remark above it."""

    address: str
    printed: str
    remark: str


def format_worked(
    example: WorkedExample,
    claims: Iterable[WrittenClaim] = (),
    head: Sequence[str] = (),
) -> str:
    """The text from which `parse_worked` reads the same numbers.

    Args:
        example: with all examples of its data set.
        claims: in order, in the place of the example's own ones.
        head: lines of words at the top.
    """
    lines = [f"# {line}".rstrip() for line in head]
    top = [f"title = {_text(example.title)}"] if example.title else []
    top += _conventions(example)
    lines += ["", *top] if top else []
    lines += ["", "[network]", *_network(example)]
    lines += _training(example)
    lines += _state(example)
    lines += _examples(example)
    for address, printed, remark in claims:
        lines += ["", f"# {remark}", "[[claims]]"]
        lines += [f"quantity = {_text(address)}", f"printed = {_text(printed)}"]
    return "\n".join(lines).lstrip("\n") + "\n"


def _conventions(example: WorkedExample) -> Iterator[str]:
    """What is not as it is by default."""
    default = Conventions()
    for field in fields(Conventions):
        value = getattr(example.conventions, field.name)
        if value != getattr(default, field.name):
            yield f"{field.name} = {_text(value) if isinstance(value, str) else value}"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _value(value: float) -> str:
    """A number as TOML has it."""
    return repr(value) if isinstance(value, int) else repr(float(value))


def _list(array: Array) -> str:
    """Numbers in nested brackets."""
    if array.ndim == 0:
        return repr(float(array))
    return f"[{', '.join(map(_list, array))}]"


def _network(example: WorkedExample) -> Iterator[str]:
    architecture = example.architecture
    yield f"layers = [{', '.join(map(str, architecture.layers))}]"
    yield f"activations = [{', '.join(map(_text, architecture.activations))}]"
    yield from _tensors(example, example.parameters)


def _tensors(example: WorkedExample, flat: Array) -> Iterator[str]:
    parts = {
        "weights": example.layout.weights(flat),
        "biases": [bias for bias in example.layout.biases(flat) if bias is not None],
    }
    for name, arrays in parts.items():
        if arrays:
            yield f"{name} = ["
            yield from (f"    {_list(array)}," for array in arrays)
            yield "]"


def _training(example: WorkedExample) -> Iterator[str]:
    recipe = example.recipe
    if recipe is None:
        return
    yield from ("", "[training]", f"cost = {_text(recipe.cost)}")
    yield f"optimiser = {_text(recipe.optimiser)}"
    yield f"learning_rate = {_value(recipe.learning_rate)}"
    yield from (f"{used.name} = {_value(used.value)}" for used in list_used_settings(recipe))
    if recipe.schedule != "constant":
        yield f"schedule = {_text(recipe.schedule)}"
    if recipe.schedule != "constant" or recipe.warmup_epochs:
        yield f"epochs = {recipe.epochs}"
    if recipe.batch_size < len(example.rows):
        yield f"batch_size = {recipe.batch_size}"
    yield f"steps = {example.steps}"
    if example.fixes_biases:
        yield 'biases = "fixed"'
    if example.start:
        yield f"steps_before = {example.start}"


def _state(example: WorkedExample) -> Iterator[str]:
    assert example.state is not None
    for slot, flat in zip(example.slots, example.state, strict=True):
        if np.any(flat):
            yield from ("", f"[state.{slot}]", *_tensors(example, flat))


def _examples(example: WorkedExample) -> Iterator[str]:
    working = example.view
    rows = np.array(example.rows)
    weights = example.dataset.sample_weights
    for at, (x, y) in enumerate(
        zip(working.inputs(rows), example.unsmoothed_targets(example.rows), strict=True)
    ):
        yield from ("", "[[examples]]", f"inputs = {_list(x)}")
        if example.recipe is not None:
            yield f"targets = {_list(y)}"
        if weights is not None:
            yield f"weight = {_value(weights[example.rows[at]])}"

"""Differences between what a run recorded and what was computed: plain values and positions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import Position
from chainrule.network import Layout

__all__ = [
    "MISSING",
    "TensorDifference",
    "ValueDifference",
    "position_differences",
    "tensor_differences",
    "value_differences",
    "value_text",
]

Array = NDArray[Any]

_DIGEST = 64
"""Characters of a SHA-256, of which the first twelve are shown."""
_MOST_CHARACTERS = 60


class _Missing:
    """Stands for a value that one side does not have."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


@dataclass(frozen=True)
class ValueDifference:
    """A place at which two plain values differ.

    Args:
        path: such as "recipe.learning_rate" or "epochs[2].epoch".
        first: of the one; MISSING if it has none.
        second: of the other; likewise.
    """

    path: str
    first: Any
    second: Any


def value_differences(first: Any, second: Any, path: str = "") -> Iterator[ValueDifference]:
    """Yield each place at which two plain values differ: keys and lists are gone through.

    >>> [one.path for one in value_differences({"a": [1, 2], "b": 1}, {"a": [1, 3]})]
    ['a[1]', 'b']
    """
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for name in (*first, *(name for name in second if name not in first)):
            below = f"{path}.{name}" if path else str(name)
            pair = first.get(name, MISSING), second.get(name, MISSING)
            yield from value_differences(*pair, below)
    elif isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        pairs = zip_longest(first, second, fillvalue=MISSING)
        for number, (one, other) in enumerate(pairs):
            yield from value_differences(one, other, f"{path}[{number}]")
    elif type(first) is not type(second) or first != second:
        yield ValueDifference(path, first, second)


def value_text(value: Any) -> str:
    """Return a plain value in a few words; of a digest the first twelve characters.

    >>> value_text(0.02), value_text("ab" * 32), value_text(MISSING)
    ('0.02', 'abababababab…', 'nothing')
    """
    if value is MISSING:
        return repr(value)
    if isinstance(value, str) and len(value) == _DIGEST:
        return f"{value[:12]}…"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


@dataclass(frozen=True)
class TensorDifference:
    """A tensor that differs between two vectors of parameters, at its largest difference.

    Args:
        name: of the tensor, such as "W[1]".
        index: where the absolute difference is largest, such as (3, 17).
        first: the number of the one there.
        second: the number of the other.
        count: how many of the tensor's numbers differ.
    """

    name: str
    index: tuple[int, ...]
    first: float
    second: float
    count: int

    @property
    def place(self) -> str:
        """The address of the number, such as "W[1][3,17]"."""
        return f"{self.name}[{','.join(map(str, self.index))}]"

    @property
    def largest(self) -> float:
        """The largest absolute difference."""
        return abs(self.first - self.second)

    def describe(self) -> str:
        """Return how far the tensor is apart in words."""
        return f"{self.place} by {self.largest:.3g}, the most of {self.count} that differ"


def tensor_differences(layout: Layout, first: Array, second: Array) -> list[TensorDifference]:
    """Return the tensors in which two flat vectors differ in any bit, in the layout's order.

    Args:
        layout: of both.
        first: (n,).
        second: (n,).
    """
    found = []
    for slot in layout.slots:
        one, other = slot.view(first), slot.view(second)
        if one.tobytes() == other.tobytes():
            continue
        apart = np.abs(one.astype(np.float64) - other.astype(np.float64))
        at = np.unravel_index(int(np.nan_to_num(apart, nan=np.inf).argmax()), apart.shape)
        index = tuple(int(i) for i in at)
        count = int((one != other).sum())
        found.append(
            TensorDifference(slot.name, index, float(one[at]), float(other[at]), max(1, count))
        )
    return found


def position_differences(layout: Layout, recorded: Position, computed: Position) -> Iterator[str]:
    """Yield in words in what a recorded position differs from the one that was computed.

    Args:
        layout: of their parameters.
        recorded: as a checkpoint holds it.
        computed: as the run comes to it.
    """
    yield from _array_differences(layout, "", recorded.parameters, computed.parameters)
    if recorded.state.shape != computed.state.shape:
        yield f"state of shape {recorded.state.shape}, computed {computed.state.shape}"
    else:
        for row, (was, now) in enumerate(zip(recorded.state, computed.state, strict=True)):
            yield from _array_differences(layout, f"state[{row}], ", was, now)
    if recorded.best is not None and computed.best is not None:
        plain = replace(layout, gains=False)  # as inference parameters are
        best = recorded.best.parameters, computed.best.parameters
        yield from _array_differences(plain, "best, ", *best)
    for one in value_differences(_plain(recorded), _plain(computed)):
        yield f"{one.path} is {value_text(one.first)}, computed {value_text(one.second)}"


def _array_differences(layout: Layout, name: str, was: Array, now: Array) -> Iterator[str]:
    if was.shape != now.shape or was.dtype != now.dtype:
        yield f"{name}numbers {was.shape} {was.dtype}, computed {now.shape} {now.dtype}"
        return
    for one in tensor_differences(layout, was, now):
        yield f"{name}{one.describe()}"


def _plain(position: Position) -> dict[str, Any]:
    """All of a position but its arrays."""
    best = position.best
    values: dict[str, Any] = {
        "epoch": position.epoch,
        "batch": position.batch,
        "step": position.step,
        "sums": asdict(position.sums),
        "history": [asdict(record) for record in position.history],
        "best": None if best is None else {"epoch": best.epoch, "value": best.value},
    }
    return values

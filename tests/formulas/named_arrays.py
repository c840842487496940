"""Arrays whose axes have names: what a formula computes with.

An index such as i in a_i turns an axis of a tensor into a dimension of that name; two factors with
the same index then run along one dimension. Axes that no index has taken keep a label, such as
"row" or "out", and products of matrices contract axes of one label only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formula_tree import FormulaError

__all__ = ["NamedArray", "Numbers", "combine", "contract", "label", "lift", "number"]

Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class NamedArray:
    """An array with named dimensions first, and labelled axes behind them.

    Args:
        array: the numbers.
        dims: the names of its first dimensions, by which arrays are aligned.
        axes: the labels of the others.
    """

    array: Numbers
    dims: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()

    def spread(self, dims: Sequence[str], axes: int) -> Numbers:
        """The array with these dimensions, of size 1 where it has none, and so many axes."""
        order = [self.dims.index(name) for name in dims if name in self.dims]
        tail = range(len(self.dims), self.array.ndim)
        array = np.transpose(self.array, [*order, *tail])
        sizes = iter(array.shape)
        shape = [next(sizes) if name in self.dims else 1 for name in dims]
        return array.reshape([*shape, *[1] * (axes - len(self.axes)), *sizes])

    def take(self, index: NamedArray) -> NamedArray:
        """The elements of the first axis at these places."""
        if not self.axes or index.axes:
            raise FormulaError("an index where there is no axis")
        dims = merge(self, index)
        places = np.asarray(np.rint(np.real(index.spread(dims, 0))), np.int64)
        array = self.spread(dims, len(self.axes))
        if places.size and (places.min() < 0 or places.max() >= array.shape[len(dims)]):
            raise FormulaError("an index beyond the end")
        shape = np.broadcast_shapes(array.shape[: len(dims)], places.shape)
        array = np.broadcast_to(array, (*shape, *array.shape[len(dims) :]))
        places = places.reshape(*places.shape, *[1] * len(self.axes))
        places = np.broadcast_to(places, (*shape, *[1] * len(self.axes)))
        taken = np.take_along_axis(array, places, axis=len(dims))
        return NamedArray(np.squeeze(taken, axis=len(dims)), tuple(dims), self.axes[1:])

    def sum_over(self, name: str) -> NamedArray:
        """The sum along a dimension."""
        if name not in self.dims:
            raise FormulaError(f"nothing runs along {name}")
        at = self.dims.index(name)
        return NamedArray(self.array.sum(axis=at), self.dims[:at] + self.dims[at + 1 :], self.axes)

    def sum_first_axis(self) -> NamedArray:
        """The sum along the first axis that no index has taken."""
        if not self.axes:
            raise FormulaError("a sum over nothing")
        return NamedArray(self.array.sum(axis=len(self.dims)), self.dims, self.axes[1:])

    def transpose(self) -> NamedArray:
        """The transposed matrix."""
        if len(self.axes) != 2:
            raise FormulaError("only a matrix can be transposed")
        return NamedArray(np.swapaxes(self.array, -1, -2), self.dims, self.axes[::-1])

    def invert(self) -> NamedArray:
        """The inverse matrix."""
        return NamedArray(np.linalg.inv(self.array), self.dims, self.axes[::-1])


def number(value: Any) -> NamedArray:
    """A number."""
    return NamedArray(np.asarray(value))


def label(array: Any, labels: str = "") -> NamedArray:
    """An array whose axes are labelled: first dimensions, such as "*sample", then axes."""
    names = labels.split()
    dims = tuple(name for name in names if name.startswith("*"))
    made = NamedArray(np.asarray(array), dims, tuple(names[len(dims) :]))
    if made.array.ndim != len(names):
        raise ValueError(f"{made.array.ndim} axes for the labels {labels!r}")
    return made


def lift(function: Callable[..., Any]) -> Callable[..., NamedArray]:
    """A function of arrays as one of named arrays, of the same shape as the first."""

    def lifted(value: NamedArray, *others: NamedArray) -> NamedArray:
        arrays = (np.asarray(one.array, float) for one in (value, *others))
        made = np.asarray(function(*arrays))
        return NamedArray(made, value.dims, value.axes)

    return lifted


def merge(*values: NamedArray) -> list[str]:
    """The dimensions of all values, in order of appearance."""
    return list(dict.fromkeys(name for value in values for name in value.dims))


def combine(function: Callable[..., Any], *values: NamedArray) -> NamedArray:
    """A function of arrays, number by number."""
    axes = max((value.axes for value in values), key=len)
    for value in values:
        if value.axes and value.axes != axes[len(axes) - len(value.axes) :]:
            raise FormulaError(f"axes {value.axes} beside {axes}")
    dims = merge(*values)
    array = function(*(value.spread(dims, len(axes)) for value in values))
    return NamedArray(np.asarray(array), tuple(dims), axes)


def contract(left: NamedArray, right: NamedArray) -> NamedArray:
    """The product of two factors side by side: of numbers, or of matrices."""
    if not (left.axes and right.axes):
        return combine(np.multiply, left, right)
    if len(left.axes) == len(right.axes) == 1:
        raise FormulaError("the product of two vectors is not defined")
    if left.axes[-1] != right.axes[0]:
        raise FormulaError(f"a matrix product of {left.axes} and {right.axes}")
    dims = merge(left, right)
    a, b = left.spread(dims, len(left.axes)), right.spread(dims, len(right.axes))
    if a.shape[-1] != b.shape[len(dims)]:
        raise FormulaError("a matrix product of other sizes")
    if len(left.axes) == 1:
        product = np.matmul(a[..., None, :], b)[..., 0, :]
    elif len(right.axes) == 1:
        product = np.matmul(a, b[..., None])[..., 0]
    else:
        product = np.matmul(a, b)
    return NamedArray(product, tuple(dims), left.axes[:-1] + right.axes[1:])

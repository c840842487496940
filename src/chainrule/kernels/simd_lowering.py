"""What the operations of lanes.py mean to the compiler, in its own intermediate language.

This code runs inside Numba's compiler; the agreement test compiles and runs what it makes.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as cgutils_module
from numba.extending import intrinsic, models, register_model

__all__ = ["LANES", "Lanes", "load", "plus_times", "spread", "store", "sum_of", "times"]

LANES = 16
"""Numbers in one value; padded widths are multiples of it."""

cgutils: Any = cgutils_module


class Lanes(types.Type):
    """Numba's type of sixteen numbers of one element type."""

    def __init__(self, element: types.Type) -> None:
        self.element = element
        super().__init__(name=f"Lanes({element})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Lanes) -> None:
        element = manager.lookup(kind.element).get_value_type()
        super().__init__(manager, kind, ir.VectorType(element, LANES))


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Where sixteen numbers begin: arguments are an array, a row, and a column, from 0."""
    kind = signature.args[0]
    pairs = zip(arguments[1:3], signature.args[1:3], strict=True)
    place = [context.cast(builder, value, given, types.intp) for value, given in pairs]
    view = context.make_array(kind)(context, builder, arguments[0])
    indices = place[2 - kind.ndim :]
    start = cgutils.get_item_pointer(context, builder, kind, view, indices, wraparound=False)
    lanes = ir.VectorType(context.get_value_type(kind.dtype), LANES)
    return builder.bitcast(start, lanes.as_pointer())


@intrinsic
def load(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """(array, row, column) -> the sixteen numbers from there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature, arguments)
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return Lanes(array.dtype)(array, row, column), generate


@intrinsic
def store(typing: Any, array: Any, row: Any, column: Any, lanes: Any) -> Any:
    """(array, row, column, lanes): the inverse of load."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature, arguments)
        builder.store(arguments[3], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, row, column, lanes), generate


def spread(builder: Any, number: Any) -> Any:
    """One number in all sixteen places."""
    vector = ir.VectorType(number.type, LANES)
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.IntType(32)(0))
    first = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, nothing, first)


@intrinsic
def plus_times(typing: Any, total: Any, factor: Any, lanes: Any) -> Any:
    """(total, factor, lanes) -> total + factor · lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        by = arguments[1]
        if not isinstance(factor, Lanes):
            by = spread(builder, context.cast(builder, by, factor, lanes.element))
        product = builder.fmul(by, arguments[2], flags=("contract",))
        return builder.fadd(arguments[0], product, flags=("contract",))

    return lanes(total, factor, lanes), generate


@intrinsic
def times(typing: Any, one: Any, other: Any) -> Any:
    """(one, other) -> one · other."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fmul(*arguments)

    return one(one, other), generate


def _part(builder: Any, vector: Any, start: int, width: int) -> Any:
    nothing = ir.Constant(vector.type, ir.Undefined)
    mask = ir.Constant(ir.VectorType(ir.IntType(32), width), list(range(start, start + width)))
    return builder.shuffle_vector(vector, nothing, mask)


@intrinsic
def sum_of(typing: Any, lanes: Any) -> Any:
    """(lanes) -> their sum, halves first."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector, width = arguments[0], LANES
        while width > 1:  # halves are added up, so that the order of the sum is fixed
            width //= 2
            low, high = _part(builder, vector, 0, width), _part(builder, vector, width, width)
            vector = builder.fadd(low, high)
        return builder.extract_element(vector, ir.IntType(32)(0))

    return lanes.element(lanes), generate

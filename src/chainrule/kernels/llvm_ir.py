"""Pieces of the compiler's intermediate language from which the products of tiles are made.

This code runs inside Numba's compiler; the agreement test compiles and runs what it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils as cgutils_module

from chainrule.kernels.simd_lowering import LANES

__all__ = [
    "Loop",
    "base_of",
    "fused",
    "load_lanes",
    "part_of",
    "spread",
    "store_lanes",
    "whole",
]

cgutils: Any = cgutils_module

_WHOLE = ir.IntType(64)


def whole(number: int) -> Any:
    """A constant of 64 bits."""
    return _WHOLE(number)


def base_of(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """Where the numbers of an array begin."""
    return context.make_array(kind)(context, builder, array).data


def load_lanes(builder: Any, base: Any, index: Any, align: int) -> Any:
    """Sixteen numbers from an index on."""
    lanes = ir.VectorType(base.type.pointee, LANES)
    pointer = builder.bitcast(builder.gep(base, [index]), lanes.as_pointer())
    return builder.load(pointer, align=align)


def store_lanes(builder: Any, lanes: Any, base: Any, index: Any, align: int) -> None:
    """The inverse of load_lanes."""
    pointer = builder.bitcast(builder.gep(base, [index]), lanes.type.as_pointer())
    builder.store(lanes, pointer, align=align)


def spread(builder: Any, number: Any) -> Any:
    """One number in all sixteen places."""
    vector = ir.VectorType(number.type, LANES)
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.IntType(32)(0))
    first = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, nothing, first)


def fused(builder: Any, factor: Any, lanes: Any, total: Any) -> Any:
    """factor · lanes + total, rounded once, whatever the compiler thinks of it."""
    bits = 32 if isinstance(total.type.element, ir.FloatType) else 64
    kind = ir.FunctionType(total.type, [total.type] * 3)
    name = f"llvm.fma.v{LANES}f{bits}"
    return builder.call(
        cgutils.get_or_insert_function(builder.module, kind, name), [factor, lanes, total]
    )


def part_of(builder: Any, one: Any, other: Any, places: Sequence[int]) -> Any:
    """The numbers at these places of two vectors laid end to end."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places))
    return builder.shuffle_vector(one, other, mask)


class Loop:
    """A loop whose values stay in registers; the code that follows is its body until `close`.

    Args:
        builder: of the function.
        count: how often, 64 bits.
        values: what goes in; `values` of the loop are what each round begins with.
    """

    def __init__(self, builder: Any, count: Any, values: Sequence[Any]) -> None:
        self._builder, self._count, self._given = builder, count, list(values)
        self._before = builder.block
        self._body = builder.append_basic_block("round")
        self._after = builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed(">", count, whole(0)), self._body, self._after)
        builder.position_at_end(self._body)
        self.index = self._entering(whole(0))
        self.values = [self._entering(value) for value in self._given]

    def _entering(self, value: Any) -> Any:
        merged = self._builder.phi(value.type)
        merged.add_incoming(value, self._before)
        return merged

    def close(self, values: Sequence[Any]) -> list[Any]:
        """End a round with these values; gives what the loop leaves behind."""
        builder, last = self._builder, self._builder.block
        following = builder.add(self.index, whole(1))
        for merged, value in zip((self.index, *self.values), (following, *values), strict=True):
            merged.add_incoming(value, last)
        more = builder.icmp_signed("<", following, self._count)
        builder.cbranch(more, self._body, self._after)
        builder.position_at_end(self._after)
        left = []
        for given, value in zip(self._given, values, strict=True):
            merged = self._entering(given)
            merged.add_incoming(value, last)
            left.append(merged)
        return left

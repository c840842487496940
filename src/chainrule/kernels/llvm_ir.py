"""Pieces of the compiler's intermediate language that vectors and products of tiles are made of.

This code runs inside Numba's compiler. The agreement tests compile it and run the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils as cgutils_module

__all__ = [
    "LANES",
    "Loop",
    "array_data",
    "broadcast",
    "cgutils",
    "constant_lanes",
    "fused_multiply_add",
    "load_lanes",
    "shuffle",
    "store_lanes",
    "whole",
]

cgutils: Any = cgutils_module
"""Numba's helpers for generated code; type checkers know little of them."""

LANES = 16
"""Numbers in one vector: the float32 numbers of a register of 512 bits.

The compiler splits a vector where registers are narrower. Padded widths are multiples of it.
"""

_INT64 = ir.IntType(64)


def whole(number: int) -> Any:
    """A constant of 64 bits."""
    return _INT64(number)


def constant_lanes(element: Any, number: float) -> Any:
    """A vector with one constant in all places; `element` is the type of its numbers."""
    return ir.Constant(ir.VectorType(element, LANES), [number] * LANES)


def array_data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """The pointer to the first number of an array."""
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


def broadcast(builder: Any, number: Any) -> Any:
    """A vector with one number in all sixteen places."""
    vector = ir.VectorType(number.type, LANES)
    undefined = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(undefined, number, ir.IntType(32)(0))
    return shuffle(builder, one, undefined, [0] * LANES)


def fused_multiply_add(builder: Any, factor: Any, lanes: Any, total: Any) -> Any:
    """factor · lanes + total, rounded once, whatever the compiler would prefer."""
    bits = 32 if isinstance(total.type.element, ir.FloatType) else 64
    kind = ir.FunctionType(total.type, [total.type] * 3)
    name = f"llvm.fma.v{LANES}f{bits}"
    return builder.call(
        cgutils.get_or_insert_function(builder.module, kind, name), [factor, lanes, total]
    )


def shuffle(builder: Any, one: Any, other: Any, places: Sequence[int]) -> Any:
    """The numbers at these places of two vectors laid end to end."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places))
    return builder.shuffle_vector(one, other, mask)


class Loop:
    """A loop whose values stay in registers; the code that follows is its body until `close`.

    Args:
        builder: of the function.
        count: number of rounds, 64 bits.
        values: the values before the first round; the loop's own `values` are those that a round
            begins with.
    """

    def __init__(self, builder: Any, count: Any, values: Sequence[Any]) -> None:
        self._builder, self._count, self._given = builder, count, list(values)
        self._before = builder.block
        self._body = builder.append_basic_block("round")
        self._after = builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed(">", count, whole(0)), self._body, self._after)
        builder.position_at_end(self._body)
        self.index = self._merge(whole(0))
        self.values = [self._merge(value) for value in self._given]

    def _merge(self, value: Any) -> Any:
        """A value that comes from before the loop, and later from the end of a round."""
        merged = self._builder.phi(value.type)
        merged.add_incoming(value, self._before)
        return merged

    def close(self, values: Sequence[Any]) -> list[Any]:
        """End a round with these values.

        Returns: the values after the last round.
        """
        builder, last = self._builder, self._builder.block
        following = builder.add(self.index, whole(1))
        for merged, value in zip((self.index, *self.values), (following, *values), strict=True):
            merged.add_incoming(value, last)
        more = builder.icmp_signed("<", following, self._count)
        builder.cbranch(more, self._body, self._after)
        builder.position_at_end(self._after)
        results = []
        for given, value in zip(self._given, values, strict=True):
            merged = self._merge(given)
            merged.add_incoming(value, last)
            results.append(merged)
        return results

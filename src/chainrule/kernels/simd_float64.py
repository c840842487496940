"""Sixteen float64 numbers at a time: what lanes.py's operations on them mean to the compiler.

Like vectors.py, this code runs inside Numba's compiler; the accuracy test runs what it makes.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as cgutils_module
from numba.extending import intrinsic, lower_builtin, type_callable

from chainrule.kernels.simd_lowering import LANES, Lanes, spread

__all__ = ["load_wide", "store_rounded", "two_to", "where_positive", "within", "without"]

cgutils: Any = cgutils_module

_WIDE = Lanes(types.float64)


def _all(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """Sixteen numbers as they are; one number, in float64, in all sixteen places."""
    if isinstance(kind, Lanes):
        return value
    return spread(builder, context.cast(builder, value, kind, types.float64))


def _constant(vector: Any, number: Any) -> Any:
    return ir.Constant(vector, [number] * LANES)


def _register(symbol: Any, instruction: str) -> None:
    """Python's sign for an operation means it for sixteen float64 numbers, or one beside them.

    The only freedom is to round a product and a sum once: sums keep the order they are written in.
    """

    @type_callable(symbol)
    def typed(context: Any) -> Any:
        def typer(one: Any, other: Any) -> Any:
            numbers = all(k == _WIDE or isinstance(k, types.Float) for k in (one, other))
            return _WIDE if numbers and _WIDE in (one, other) else None

        return typer

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pair = zip(arguments, signature.args, strict=True)
        both = [_all(context, builder, value, kind) for value, kind in pair]
        return getattr(builder, instruction)(*both, flags=("contract",))

    for kinds in ((Lanes, Lanes), (Lanes, types.Float), (types.Float, Lanes)):
        lower_builtin(symbol, *kinds)(generate)


_register(operator.add, "fadd")
_register(operator.sub, "fsub")
_register(operator.mul, "fmul")
_register(operator.truediv, "fdiv")


def _chosen(builder: Any, condition: str, by: tuple[Any, Any], either: tuple[Any, Any]) -> Any:
    """The first of two where a condition holds, else the second; never for NaN."""
    where = builder.fcmp_ordered(condition, *by, flags=("contract",))
    return builder.select(where, *either)


@intrinsic
def where_positive(typing: Any, z: Any, one: Any, other: Any) -> Any:
    """(z, one, other) -> one where z > 0, else other; both are one number or sixteen."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero = _constant(arguments[0].type, 0.0)
        pair = zip(arguments[1:], signature.args[1:], strict=True)
        low, high = (_all(context, builder, value, kind) for value, kind in pair)
        return _chosen(builder, ">", (arguments[0], zero), (low, high))

    return z(z, one, other), generate


@intrinsic
def within(typing: Any, z: Any, least: Any, most: Any) -> Any:
    """(z, least, most) -> z, or the bound that it lies beyond; NaN stays NaN."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        least, most = (spread(builder, bound) for bound in arguments[1:])
        raised = _chosen(builder, "<", (arguments[0], least), (least, arguments[0]))
        return _chosen(builder, ">", (raised, most), (most, raised))

    return z(z, least, most), generate


@intrinsic
def two_to(typing: Any, shifted: Any) -> Any:
    """(n + 1.5 · 2^52) -> 2^n for whole n from -1022; 0 for n = -1023, infinity for 1024.

    The sum's last bits are n, and a number's exponent is kept in its first.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.VectorType(ir.IntType(64), LANES)
        bits = builder.bitcast(arguments[0], whole)
        biased = builder.add(bits, _constant(whole, 1023))
        return builder.bitcast(builder.shl(biased, _constant(whole, 52)), arguments[0].type)

    return shifted(shifted), generate


@intrinsic
def without(typing: Any, lanes: Any, place: Any) -> Any:
    """(lanes, place) -> the sixteen with 0 at a place, from 0; all of them if it is elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = arguments[1]
        places = ir.Constant(ir.VectorType(place.type, LANES), list(range(LANES)))
        here = builder.icmp_signed("==", places, spread(builder, place))
        return builder.select(here, _constant(arguments[0].type, 0.0), arguments[0])

    return lanes(lanes, types.intp), generate


def _is_row(kind: types.Type) -> bool:
    """Whether numbers lie one beside the other; a column of a table is refused by the compiler."""
    return isinstance(kind, types.Array) and (kind.ndim, kind.layout) == (1, "C")


def _rest(context: Any, builder: Any, kind: Any, arguments: Any) -> tuple[Any, Any]:
    """Where a row goes on at a column, and how many numbers are left; arguments are both."""
    view = context.make_array(kind)(context, builder, arguments[0])
    column = arguments[1]
    start = cgutils.get_item_pointer(context, builder, kind, view, [column], wraparound=False)
    vector = ir.VectorType(context.get_value_type(kind.dtype), LANES)
    left = builder.sub(cgutils.unpack_tuple(builder, view.shape)[0], column)
    return builder.bitcast(start, vector.as_pointer()), left


def _mask(builder: Any, left: Any) -> Any:
    """True in the first places, as many as are left."""
    places = ir.Constant(ir.VectorType(left.type, LANES), list(range(LANES)))
    return builder.icmp_signed("<", places, spread(builder, left))


def _masked(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """A call of the compiler's load or store of only some places."""
    vector = next(a.type for a in arguments[::-1] if isinstance(a.type, ir.VectorType))
    kind = ir.FunctionType(result, [a.type for a in arguments])
    letter = "f32" if isinstance(vector.element, ir.FloatType) else "f64"
    full = f"llvm.masked.{name}.v{LANES}{letter}.p0"
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, full), arguments)


@intrinsic
def load_wide(typing: Any, row: Any, column: Any, beyond: Any) -> Any:
    """(row, column, beyond) -> the sixteen from there in float64; `beyond` past the row's end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, left = _rest(context, builder, row, arguments)
        vector, align = pointer.type.pointee, row.dtype.bitwidth // 8
        filler = context.cast(builder, arguments[2], beyond, row.dtype)
        whole = builder.icmp_signed(">=", left, ir.Constant(left.type, LANES))
        with builder.if_else(whole) as (then, otherwise):
            with then:
                full, from_full = builder.load(pointer, align=align), builder.block
            with otherwise:
                size = ir.IntType(32)(align)
                given = [pointer, size, _mask(builder, left), spread(builder, filler)]
                part, from_part = _masked(builder, "load", vector, given), builder.block
        numbers = builder.phi(vector)
        numbers.add_incoming(full, from_full)
        numbers.add_incoming(part, from_part)
        wide = context.get_value_type(_WIDE)
        return numbers if vector == wide else builder.fpext(numbers, wide)

    return _WIDE(row, types.intp, types.float64) if _is_row(row) else None, generate


@intrinsic
def store_rounded(typing: Any, row: Any, column: Any, lanes: Any) -> Any:
    """(row, column, lanes): the sixteen from there, rounded to the row's type, up to its end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, left = _rest(context, builder, row, arguments)
        vector, align = pointer.type.pointee, row.dtype.bitwidth // 8
        numbers = arguments[2]
        if vector != numbers.type:
            numbers = builder.fptrunc(numbers, vector)
        whole = builder.icmp_signed(">=", left, ir.Constant(left.type, LANES))
        with builder.if_else(whole) as (then, otherwise):
            with then:
                builder.store(numbers, pointer, align=align)
            with otherwise:
                given = [numbers, pointer, ir.IntType(32)(align), _mask(builder, left)]
                _masked(builder, "store", ir.VoidType(), given)
        return context.get_dummy_value()

    return types.void(row, types.intp, _WIDE) if _is_row(row) else None, generate

"""The operations of simd.py in the compiler's intermediate language.

This code runs inside Numba's compiler. The agreement and accuracy tests compile it and run the
result.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

from chainrule.kernels.llvm_ir import LANES, broadcast, cgutils, constant_lanes, shuffle

__all__ = [
    "clip",
    "load",
    "load_float64",
    "multiply",
    "multiply_add",
    "power_of_two",
    "store",
    "store_rounded",
    "sum_lanes",
    "where_positive",
    "zero_lane",
]


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


_FLOAT64_LANES = Lanes(types.float64)


# ------------------------------------------------- vectors in the type of the network's numbers


def _lanes_pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Where sixteen numbers begin; the arguments are an array, a row, and a column, from 0."""
    kind = signature.args[0]
    pairs = zip(arguments[1:3], signature.args[1:3], strict=True)
    place = [context.cast(builder, value, given, types.intp) for value, given in pairs]
    view = context.make_array(kind)(context, builder, arguments[0])
    indices = place[2 - kind.ndim :]  # the row counts only in a matrix
    start = cgutils.get_item_pointer(context, builder, kind, view, indices, wraparound=False)
    lanes = ir.VectorType(context.get_value_type(kind.dtype), LANES)
    return builder.bitcast(start, lanes.as_pointer())


@intrinsic
def load(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """(array, row, column) -> the sixteen numbers from there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _lanes_pointer(context, builder, signature, arguments)
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return Lanes(array.dtype)(array, row, column), generate


@intrinsic
def store(typing: Any, array: Any, row: Any, column: Any, lanes: Any) -> Any:
    """(array, row, column, lanes): the inverse of load."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _lanes_pointer(context, builder, signature, arguments)
        builder.store(arguments[3], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, row, column, lanes), generate


@intrinsic
def multiply_add(typing: Any, total: Any, factor: Any, lanes: Any) -> Any:
    """(total, factor, lanes) -> total + factor · lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        by = arguments[1]
        if not isinstance(factor, Lanes):
            by = broadcast(builder, context.cast(builder, by, factor, lanes.element))
        product = builder.fmul(by, arguments[2], flags=("contract",))
        return builder.fadd(arguments[0], product, flags=("contract",))

    return lanes(total, factor, lanes), generate


@intrinsic
def multiply(typing: Any, one: Any, other: Any) -> Any:
    """(one, other) -> one · other."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fmul(*arguments)

    return one(one, other), generate


@intrinsic
def sum_lanes(typing: Any, lanes: Any) -> Any:
    """(lanes) -> their sum, halves first."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector, width = arguments[0], LANES
        while width > 1:  # halves are added up, so that the order of the sum is fixed
            width //= 2
            undefined = ir.Constant(vector.type, ir.Undefined)
            low = shuffle(builder, vector, undefined, range(width))
            high = shuffle(builder, vector, undefined, range(width, 2 * width))
            vector = builder.fadd(low, high)
        return builder.extract_element(vector, ir.IntType(32)(0))

    return lanes.element(lanes), generate


# ------------------------------------------------------------------ arithmetic of float64 vectors


def _as_lanes(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """A vector unchanged; one number, in float64, in all sixteen places."""
    if isinstance(kind, Lanes):
        return value
    return broadcast(builder, context.cast(builder, value, kind, types.float64))


def _register_operator(symbol: Any, instruction: str) -> None:
    """Let Python's sign for an operation work on float64 vectors, or one and a number.

    The only freedom is to round a product and a sum once: sums keep the order they are written in.
    """

    @type_callable(symbol)
    def typed(context: Any) -> Any:
        def typer(one: Any, other: Any) -> Any:
            kinds = (one, other)
            numbers = all(k == _FLOAT64_LANES or isinstance(k, types.Float) for k in kinds)
            return _FLOAT64_LANES if numbers and _FLOAT64_LANES in kinds else None

        return typer

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pair = zip(arguments, signature.args, strict=True)
        both = [_as_lanes(context, builder, value, kind) for value, kind in pair]
        return getattr(builder, instruction)(*both, flags=("contract",))

    for kinds in ((Lanes, Lanes), (Lanes, types.Float), (types.Float, Lanes)):
        lower_builtin(symbol, *kinds)(generate)


_register_operator(operator.add, "fadd")
_register_operator(operator.sub, "fsub")
_register_operator(operator.mul, "fmul")
_register_operator(operator.truediv, "fdiv")


def _choose(
    builder: Any, condition: str, compared: tuple[Any, Any], results: tuple[Any, Any]
) -> Any:
    """The first result where a condition holds, else the second; NaN fulfils no condition."""
    where = builder.fcmp_ordered(condition, *compared, flags=("contract",))
    return builder.select(where, *results)


@intrinsic
def where_positive(typing: Any, z: Any, one: Any, other: Any) -> Any:
    """(z, one, other) -> one where z > 0, else other; both are one number or sixteen."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero = ir.Constant(arguments[0].type, [0.0] * LANES)
        pair = zip(arguments[1:], signature.args[1:], strict=True)
        first, second = (_as_lanes(context, builder, value, kind) for value, kind in pair)
        return _choose(builder, ">", (arguments[0], zero), (first, second))

    return z(z, one, other), generate


@intrinsic
def clip(typing: Any, z: Any, least: Any, most: Any) -> Any:
    """(z, least, most) -> z, or the bound that it lies beyond; NaN stays NaN."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        least, most = (broadcast(builder, bound) for bound in arguments[1:])
        raised = _choose(builder, "<", (arguments[0], least), (least, arguments[0]))
        return _choose(builder, ">", (raised, most), (most, raised))

    return z(z, least, most), generate


@intrinsic
def power_of_two(typing: Any, shifted: Any) -> Any:
    """(n + 1.5 · 2^52) -> 2^n for whole n from -1022; 0 for n = -1023, infinity for 1024.

    The last bits of the sum are n. 1023 is the bias of a float64 number's exponent, which stands
    above its 52 bits of fraction.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        int64 = ir.IntType(64)
        bits = builder.bitcast(arguments[0], ir.VectorType(int64, LANES))
        biased = builder.add(bits, constant_lanes(int64, 1023))
        shifted_bits = builder.shl(biased, constant_lanes(int64, 52))
        return builder.bitcast(shifted_bits, arguments[0].type)

    return shifted(shifted), generate


@intrinsic
def zero_lane(typing: Any, lanes: Any, place: Any) -> Any:
    """(lanes, place) -> the sixteen with 0 at a place, from 0; unchanged if it lies elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = arguments[1]
        places = ir.Constant(ir.VectorType(place.type, LANES), list(range(LANES)))
        here = builder.icmp_signed("==", places, broadcast(builder, place))
        zero = ir.Constant(arguments[0].type, [0.0] * LANES)
        return builder.select(here, zero, arguments[0])

    return lanes(lanes, types.intp), generate


# ----------------------------------------------- float64 vectors from rows that may end within one


def _is_row(kind: types.Type) -> bool:
    """Whether numbers lie one beside the other; the compiler refuses a column of a matrix."""
    return isinstance(kind, types.Array) and (kind.ndim, kind.layout) == (1, "C")


def _rest_of_row(context: Any, builder: Any, kind: Any, arguments: Any) -> tuple[Any, Any]:
    """The pointer to a row's column, and the count of numbers from there to the row's end."""
    view = context.make_array(kind)(context, builder, arguments[0])
    column = arguments[1]
    start = cgutils.get_item_pointer(context, builder, kind, view, [column], wraparound=False)
    vector = ir.VectorType(context.get_value_type(kind.dtype), LANES)
    left = builder.sub(cgutils.unpack_tuple(builder, view.shape)[0], column)
    return builder.bitcast(start, vector.as_pointer()), left


def _mask(builder: Any, left: Any) -> Any:
    """True in the first `left` places."""
    places = ir.Constant(ir.VectorType(left.type, LANES), list(range(LANES)))
    return builder.icmp_signed("<", places, broadcast(builder, left))


def _call_masked(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    """A call of the compiler's load or store of only some places."""
    vector = next(a.type for a in arguments[::-1] if isinstance(a.type, ir.VectorType))
    kind = ir.FunctionType(result, [a.type for a in arguments])
    letter = "f32" if isinstance(vector.element, ir.FloatType) else "f64"
    full = f"llvm.masked.{name}.v{LANES}{letter}.p0"
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, full), arguments)


@intrinsic
def load_float64(typing: Any, row: Any, column: Any, beyond: Any) -> Any:
    """(row, column, beyond) -> the sixteen from there in float64; `beyond` past the row's end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, left = _rest_of_row(context, builder, row, arguments)
        vector, align = pointer.type.pointee, row.dtype.bitwidth // 8
        filler = context.cast(builder, arguments[2], beyond, row.dtype)
        # Masked loads are slow on some processors, so whole vectors are loaded without a mask.
        is_whole = builder.icmp_signed(">=", left, ir.Constant(left.type, LANES))
        with builder.if_else(is_whole) as (then, otherwise):
            with then:
                full, from_full = builder.load(pointer, align=align), builder.block
            with otherwise:
                size = ir.IntType(32)(align)
                given = [pointer, size, _mask(builder, left), broadcast(builder, filler)]
                part, from_part = _call_masked(builder, "load", vector, given), builder.block
        numbers = builder.phi(vector)
        numbers.add_incoming(full, from_full)
        numbers.add_incoming(part, from_part)
        wide = context.get_value_type(_FLOAT64_LANES)
        return numbers if vector == wide else builder.fpext(numbers, wide)

    signature = _FLOAT64_LANES(row, types.intp, types.float64)
    return signature if _is_row(row) else None, generate


@intrinsic
def store_rounded(typing: Any, row: Any, column: Any, lanes: Any) -> Any:
    """(row, column, lanes): the sixteen from there, rounded to the row's type, up to its end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, left = _rest_of_row(context, builder, row, arguments)
        vector, align = pointer.type.pointee, row.dtype.bitwidth // 8
        numbers = arguments[2]
        if vector != numbers.type:
            numbers = builder.fptrunc(numbers, vector)
        is_whole = builder.icmp_signed(">=", left, ir.Constant(left.type, LANES))
        with builder.if_else(is_whole) as (then, otherwise):
            with then:
                builder.store(numbers, pointer, align=align)
            with otherwise:
                given = [numbers, pointer, ir.IntType(32)(align), _mask(builder, left)]
                _call_masked(builder, "store", ir.VoidType(), given)
        return context.get_dummy_value()

    signature = types.void(row, types.intp, _FLOAT64_LANES)
    return signature if _is_row(row) else None, generate

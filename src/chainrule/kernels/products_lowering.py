"""Products of small tiles of matrices that stay in registers, for Numba's compiler.

A tile is up to eight rows of sixteen or thirty-two neighbouring columns. Each of its numbers is one
sum in the order of the terms, so it does not depend on how a matrix is cut into tiles. The records
that the products take, and what they compute, are in products.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from numba import types
from numba.extending import intrinsic

from chainrule.kernels.llvm_ir import (
    LANES,
    Loop,
    array_data,
    broadcast,
    cgutils,
    constant_lanes,
    fused_multiply_add,
    load_lanes,
    shuffle,
    store_lanes,
    whole,
)

__all__ = [
    "CHAINS",
    "MOST_ROWS",
    "MOST_VECTORS",
    "sparse_product",
    "tile_product",
    "transpose_block",
]

MOST_ROWS = 8
"""Rows of a tile: with two vectors each they fill half the registers of the widest processors."""

CHAINS = {1: 4, 2: 4, 4: 2}
"""Sums that go side by side for a row of 1, 2 or 4 vectors.

Each multiply-add of one chain waits some cycles for the one before; independent chains fill them.
"""

MOST_VECTORS = max(CHAINS)
"""Vectors of a row of a sparse product."""

_FACTOR, _C, _A, _B, _S = range(1, 6)
"""Places of a product's arguments, after the tile or vectors; a SparseRow takes that of A."""


def _choose(builder: Any, key: Any, cases: Mapping[int, Callable[[], None]]) -> None:
    """One piece of code for each value of a number; nothing for the others."""
    end = builder.append_basic_block("chosen")
    switch = builder.switch(key, end)
    for value, emit in cases.items():
        block = builder.append_basic_block(f"case{value}")
        switch.add_case(whole(value), block)
        builder.position_at_end(block)
        emit()
        builder.branch(end)
    builder.position_at_end(end)


class _Matrix:
    """An argument that is a record of an array, then whole numbers."""

    def __init__(self, context: Any, builder: Any, kinds: Any, packed: Any) -> None:
        first, *rest = cgutils.unpack_tuple(builder, packed)
        self.base = array_data(context, builder, kinds[0], first)
        self.kind = kinds[0].dtype
        self.align = self.kind.bitwidth // 8
        self.numbers = [
            context.cast(builder, value, kind, types.int64)
            for value, kind in zip(rest, list(kinds)[1:], strict=True)
        ]


class _Entries:
    """A SparseRow: indices, values, and which entries of theirs are meant."""

    def __init__(self, context: Any, builder: Any, kinds: Any, packed: Any) -> None:
        indices, values, *ends = cgutils.unpack_tuple(builder, packed)
        self.index_kind, self.value_kind = kinds[0].dtype, kinds[1].dtype
        self.indices = array_data(context, builder, kinds[0], indices)
        self.values = array_data(context, builder, kinds[1], values)
        self.first, self.after = (
            context.cast(builder, end, kind, types.int64)
            for end, kind in zip(ends, list(kinds)[2:], strict=True)
        )


class _Call:
    """The arguments of a call, by their places."""

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self.context, self.builder = context, builder
        self._kinds, self._arguments = signature.args, arguments

    def matrix(self, place: int) -> _Matrix:
        """An argument that is an array with whole numbers."""
        kinds, argument = self._kinds[place], self._arguments[place]
        return _Matrix(self.context, self.builder, kinds, argument)

    def entries(self, place: int) -> _Entries:
        """An argument that is a SparseRow."""
        kinds, argument = self._kinds[place], self._arguments[place]
        return _Entries(self.context, self.builder, kinds, argument)

    def whole(self, place: int) -> Any:
        """An argument that is a whole number."""
        kind, argument = self._kinds[place], self._arguments[place]
        return self.context.cast(self.builder, argument, kind, types.int64)

    def wholes(self, place: int) -> list[Any]:
        """An argument that is a record of whole numbers."""
        values = cgutils.unpack_tuple(self.builder, self._arguments[place])
        pairs = zip(values, self._kinds[place], strict=True)
        return [self.context.cast(self.builder, value, kind, types.int64) for value, kind in pairs]

    def lanes(self, place: int, kind: Any) -> Any:
        """An argument that is a number, in all lanes, as one of a type."""
        given, argument = self._kinds[place], self._arguments[place]
        number = self.context.cast(self.builder, argument, given, kind)
        return broadcast(self.builder, number)


def _tile_sums(call: _Call, rows: int, vectors: int) -> list[Any]:
    """The sums of a tile: over panels of A's columns, and over the columns of each."""
    builder, left, right = call.builder, call.matrix(_A), call.matrix(_B)
    a, row_step, term_step, panel_step = left.numbers
    b, b_step = right.numbers
    _, _, terms, width = call.wholes(0)
    panels = builder.sdiv(builder.add(terms, builder.sub(width, whole(1))), width)
    sums = [constant_lanes(left.base.type.pointee, 0.0) for _ in range(rows * vectors)]
    outer = Loop(builder, panels, [*sums, b])
    rest = builder.sub(terms, builder.mul(outer.index, width))
    many = builder.select(builder.icmp_signed("<", rest, width), rest, width)
    panel = builder.add(a, builder.mul(outer.index, panel_step))
    places = [builder.add(panel, builder.mul(whole(i), row_step)) for i in range(rows)]
    starts = [builder.gep(left.base, [place]) for place in places]
    inner = Loop(builder, many, outer.values)
    *sums, at = inner.values
    step = builder.mul(inner.index, term_step)
    columns = [
        load_lanes(builder, right.base, builder.add(at, whole(j * LANES)), right.align)
        for j in range(vectors)
    ]
    following: list[Any] = []
    for i in range(rows):
        x = broadcast(builder, builder.load(builder.gep(starts[i], [step])))
        totals = sums[i * vectors : (i + 1) * vectors]
        following += [
            fused_multiply_add(builder, x, *pair) for pair in zip(columns, totals, strict=True)
        ]
    return outer.close(inner.close([*following, builder.add(at, b_step)]))[:-1]


def _emit_tile(call: _Call, rows: int, vectors: int) -> None:
    builder, out, start = call.builder, call.matrix(_C), call.matrix(_S)
    sums, factor = _tile_sums(call, rows, vectors), call.lanes(_FACTOR, out.kind)
    for i in range(rows):
        for j in range(vectors):
            places = [
                builder.add(builder.add(at, builder.mul(whole(i), by)), whole(j * LANES))
                for at, by in (out.numbers, start.numbers)
            ]
            before = load_lanes(builder, start.base, places[1], start.align)
            total = fused_multiply_add(builder, factor, sums[i * vectors + j], before)
            store_lanes(builder, total, out.base, places[0], out.align)


@intrinsic
def tile_product(typing: Any, tile: Any, factor: Any, C: Any, A: Any, B: Any, S: Any) -> Any:
    """C = S + factor · A B for one tile; see products.py."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call = _Call(context, builder, signature, arguments)
        rows, vectors, *_ = call.wholes(0)
        key = builder.add(builder.mul(rows, whole(2)), vectors)
        cases = {
            i * 2 + j: partial(_emit_tile, call, i, j)
            for i in range(1, MOST_ROWS + 1)
            for j in (1, 2)
        }
        _choose(builder, key, cases)
        return context.get_dummy_value()

    return types.void(tile, factor, C, A, B, S), generate


def _sparse_round(call: _Call, entry: Any, sums: list[Any]) -> list[Any]:
    """Add one entry's term to the sums of all vectors."""
    builder, right, entries = call.builder, call.matrix(_B), call.entries(_A)
    b, row_step, panel_step = right.numbers
    index = builder.load(builder.gep(entries.indices, [entry]))
    row = call.context.cast(builder, index, entries.index_kind, types.int64)
    value = builder.load(builder.gep(entries.values, [entry]))
    x = broadcast(builder, call.context.cast(builder, value, entries.value_kind, right.kind))
    at, following = builder.add(b, builder.mul(row, row_step)), []
    for j, total in enumerate(sums):
        place = builder.add(builder.mul(whole(j // 2), panel_step), whole(j % 2 * LANES))
        columns = load_lanes(builder, right.base, builder.add(at, place), right.align)
        following.append(fused_multiply_add(builder, x, columns, total))
    return following


def _sparse_sums(call: _Call, vectors: int, chains: int) -> list[Any]:
    """The sums of a row; short rows are summed in several chains, as one alone would wait."""
    builder, entries = call.builder, call.entries(_A)
    many = builder.sub(entries.after, entries.first)
    rounds = builder.sdiv(many, whole(chains))
    element = call.matrix(_C).base.type.pointee
    loop = Loop(builder, rounds, [constant_lanes(element, 0.0) for _ in range(chains * vectors)])
    entry = builder.add(entries.first, builder.mul(loop.index, whole(chains)))
    following = []
    for k in range(chains):
        sums = loop.values[k * vectors : (k + 1) * vectors]
        following += _sparse_round(call, builder.add(entry, whole(k)), sums)
    sums = loop.close(following)
    done = builder.mul(rounds, whole(chains))
    rest = Loop(builder, builder.sub(many, done), sums[:vectors])
    entry = builder.add(builder.add(entries.first, done), rest.index)
    sums[:vectors] = rest.close(_sparse_round(call, entry, rest.values))
    while chains > 1:
        half = chains * vectors // 2
        sums = [builder.fadd(x, y) for x, y in zip(sums[:half], sums[half:], strict=True)]
        chains //= 2
    return sums


def _emit_sparse(call: _Call, vectors: int, chains: int) -> None:
    builder, out, start = call.builder, call.matrix(_C), call.matrix(_S)
    sums, factor = _sparse_sums(call, vectors, chains), call.lanes(_FACTOR, out.kind)
    for j, total in enumerate(sums):
        places = [
            builder.add(builder.add(at, builder.mul(whole(j // 2), by)), whole(j % 2 * LANES))
            for at, by in (out.numbers, start.numbers)
        ]
        before = load_lanes(builder, start.base, places[1], start.align)
        scaled = fused_multiply_add(builder, factor, total, before)
        store_lanes(builder, scaled, out.base, places[0], out.align)


@intrinsic
def sparse_product(typing: Any, vectors: Any, factor: Any, C: Any, E: Any, B: Any, S: Any) -> Any:
    """C = S + factor · Σ value · B[index] for one row; see products.py."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call = _Call(context, builder, signature, arguments)
        cases = {
            n * sign: partial(_emit_sparse, call, n, CHAINS[n] if sign > 0 else 1)
            for n in CHAINS
            for sign in (1, -1)
        }
        _choose(builder, call.whole(0), cases)
        return context.get_dummy_value()

    return types.void(vectors, factor, C, E, B, S), generate


def _transpose(builder: Any, rows: list[Any]) -> list[Any]:
    """Sixteen vectors as the columns of sixteen: four rounds of exchanges between pairs."""
    distance = 1
    while distance < LANES:
        low = [i if i // distance % 2 == 0 else LANES + i - distance for i in range(LANES)]
        high = [i + distance if i // distance % 2 == 0 else LANES + i for i in range(LANES)]
        exchanged = list(rows)
        for i in range(LANES):
            if i // distance % 2 == 0:
                one, other = rows[i], rows[i + distance]
                exchanged[i] = shuffle(builder, one, other, low)
                exchanged[i + distance] = shuffle(builder, one, other, high)
        rows, distance = exchanged, distance * 2
    return rows


@intrinsic
def transpose_block(typing: Any, A: Any, B: Any) -> Any:
    """Sixteen by sixteen numbers of A, transposed, to B; see products.py."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        call = _Call(context, builder, signature, arguments)
        source, target = call.matrix(0), call.matrix(1)
        (at, step), (to, by) = source.numbers, target.numbers
        places = [builder.add(at, builder.mul(whole(i), step)) for i in range(LANES)]
        rows = [load_lanes(builder, source.base, place, source.align) for place in places]
        for i, lanes in enumerate(_transpose(builder, rows)):
            place = builder.add(to, builder.mul(whole(i), by))
            store_lanes(builder, lanes, target.base, place, target.align)
        return context.get_dummy_value()

    return types.void(A, B), generate

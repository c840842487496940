"""Numbers that several threads change at once, for Numba's compiler; see task_queue.py."""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from chainrule.kernels.llvm_ir import array_data, cgutils

__all__ = ["fetch_add", "load_atomic", "yield_processor"]


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The place of one number; the first two arguments are an array and an index."""
    base = array_data(context, builder, signature.args[0], arguments[0])
    index = context.cast(builder, arguments[1], signature.args[1], types.intp)
    return builder.gep(base, [index])


@intrinsic
def fetch_add(typing: Any, array: Any, index: Any, number: Any) -> Any:
    """(array, index, number) -> the value before; all threads see one order of changes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature, arguments)
        by = context.cast(builder, arguments[2], number, types.int64)
        return builder.atomic_rmw("add", place, by, "seq_cst")

    return types.int64(array, index, number), generate


@intrinsic
def load_atomic(typing: Any, array: Any, index: Any) -> Any:
    """(array, index) -> the value there now, with all that was written before it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _pointer(context, builder, signature, arguments)
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(array, index), generate


_YIELD = "SwitchToThread" if sys.platform == "win32" else "sched_yield"
"""The operating system's name for it; every process has it loaded."""


@intrinsic
def yield_processor(typing: Any) -> Any:
    """() -> another thread that waits for this processor may go first."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, _YIELD), [])
        return context.get_dummy_value()

    return types.void(), generate

"""Numbers that several threads change at once, for Numba's compiler."""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as cgutils_module
from numba.extending import intrinsic

from chainrule.kernels.llvm_ir import base_of

__all__ = ["add_to", "give_way", "value_in"]

cgutils: Any = cgutils_module


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    base = base_of(context, builder, signature.args[0], arguments[0])
    index = context.cast(builder, arguments[1], signature.args[1], types.intp)
    return builder.gep(base, [index])


@intrinsic
def add_to(typing: Any, array: Any, index: Any, number: Any) -> Any:
    """(array, index, number) -> the value there before; all threads see one order of changes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        by = context.cast(builder, arguments[2], number, types.int64)
        return builder.atomic_rmw("add", place, by, "seq_cst")

    return types.int64(array, index, number), generate


@intrinsic
def value_in(typing: Any, array: Any, index: Any) -> Any:
    """(array, index) -> the value there now, with all that was written before it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(array, index), generate


_YIELD = "SwitchToThread" if sys.platform == "win32" else "sched_yield"
"""What the operating system calls it; every process has it loaded."""


@intrinsic
def give_way(typing: Any) -> Any:
    """() -> another thread that waits for this processor may go first."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, _YIELD), [])
        return context.get_dummy_value()

    return types.void(), generate

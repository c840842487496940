"""Errors of the elementary functions of both engines, over the range of float32.

    .venv/bin/python benchmarks/accuracy.py --write

takes about a quarter of an hour and writes docs/accuracy.md. --every 1 takes every float32 there
is, and hours.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

import chainrule
from chainrule.equations.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import output_cost, output_error
from chainrule.equations.precision import round_once
from chainrule.kernels.activations import (
    ACTIVATION_CODES,
    activate_row,
    activate_with_derivative,
)
from chainrule.kernels.compiling import entry
from chainrule.kernels.elementary import exp
from chainrule.kernels.output_error import COST_CODES, OutputRow, row_cost_and_error
from chainrule.kernels.simd import LANES, load_float64, store_rounded

Array: TypeAlias = NDArray[Any]
Pair: TypeAlias = tuple[Array, Array | None]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
COMMAND = ".venv/bin/python benchmarks/accuracy.py --write"
EVERY = 128
CHUNK = 1 << 19
SMALL, LARGE, INFINITE = 0x39800000, 0x43000000, 0x7F800000
"""The bits of 2^-12, 2^7 and infinity: curves bend between the first two, which are seen closer."""
CLOSER = 16
OTHERS = (0.75, -1.5)
"""The other two logits of the rows whose first one is swept."""
CROSS_ENTROPY = "categorical_cross_entropy"
Truth: TypeAlias = np.longdouble


# ------------------------------------------------------------------------------------ the truth


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _softplus(z: Array) -> Array:
    return np.where(z > 200, z, np.log1p(np.exp(np.minimum(z, 200))))


def _selu(z: Array, scale: Any, alpha: Any) -> Pair:
    curve, slope = alpha * np.expm1(np.minimum(z, 0)), np.where(z > 0, 1, alpha * np.exp(z))
    return scale * np.where(z > 0, z, curve), scale * slope


def _gelu(z: Array) -> Pair:
    """Φ by the C library's erfc in float64, whose error is 2^-29 of float32's."""
    near = np.clip(z, -60, 60)
    cdf = np.array([math.erfc(x) for x in (-near / np.sqrt(Truth(2))).tolist()], Truth) / 2
    pdf = np.exp(-near * near / 2) / np.sqrt(8 * np.arctan(Truth(1)))
    return np.maximum(z, -60) * cdf, cdf + near * pdf


def _others_sum() -> Any:
    return np.log(np.exp(np.array(OTHERS, Truth)).sum())


def _log_softmax_of_other(z: Array) -> Array:
    first, second = np.array(OTHERS, Truth)
    return _softplus(np.logaddexp(z, second) - first)


TRUTH: dict[str, Callable[[Array], Pair]] = {
    "exp": lambda z: (np.exp(z), None),
    "sigmoid": lambda z: (_sigmoid(z), _sigmoid(z) * _sigmoid(-z)),
    "tanh": lambda z: (np.tanh(z), 1 / np.square(np.cosh(z))),
    "softplus": lambda z: (_softplus(z), _sigmoid(z)),
    "elu": lambda z: _selu(z, Truth(1), Truth(1)),
    "selu": lambda z: _selu(z, Truth(SELU_SCALE), Truth(SELU_ALPHA)),
    "silu": lambda z: (
        np.maximum(z, -1e4) * _sigmoid(z),
        _sigmoid(z) * (1 + np.clip(z, -1e4, 1e4) * _sigmoid(-z)),
    ),
    "gelu": _gelu,
    "softmax": lambda z: (_sigmoid(z - _others_sum()), None),
    "-log softmax": lambda z: (_softplus(_others_sum() - z), -_sigmoid(_others_sum() - z)),
    "-log softmax of another": lambda z: (_log_softmax_of_other(z), _sigmoid(z - _others_sum())),
}
"""What each should be in numbers of 64 bits or more after the point, by other formulas."""

RISES = {"silu": 0, "gelu": 0, "-log softmax": -1}
"""Which way a function must go, where it is not up; 0 for neither."""


# ---------------------------------------------------------------------------------- the engines


def _by_book(name: str, z: Array) -> Pair:
    slope = ACTIVATIONS[name].derivative
    return ACTIVATIONS[name].value(z), None if slope is None else slope(z)


def _table(z: Array) -> Array:
    table = np.empty((z.size, 3), np.float32)
    table[:, 0], table[:, 1:] = z, OTHERS
    return table


def _softmax_by_book(z: Array) -> Pair:
    return ACTIVATIONS["softmax"].value(_table(z))[:, 0], None


def _cost_by_book(place: int, z: Array) -> Pair:
    table, y = _table(z), np.zeros((z.size, 3), np.float32)
    y[:, place] = 1
    pair = (COSTS[CROSS_ENTROPY], ACTIVATIONS["softmax"], table, table, y)
    return output_cost(*pair), output_error(*pair)[:, 0]


@entry
def _exp_row(z: Array, a: Array) -> None:
    for j in range(0, z.size, LANES):
        store_rounded(a, j, exp(load_float64(z, j, 0.0)))


@entry
def _curve_row(code: int, z: Array, a: Array, slope: Array) -> None:
    activate_with_derivative(code, z, a, slope)


@entry
def _rows(codes: tuple[int, int], z: Array, y: Array, made: tuple[Array, Array, Array]) -> None:
    a, delta, c = made
    for i in range(z.shape[0]):
        activate_row(codes[1], z[i], a[i])
        row = OutputRow(z[i], a[i], y, delta[i])
        c[i] = row_cost_and_error(codes[0], codes[1], 1.0, row, 1.0)


def _by_kernel(name: str, z: Array) -> Pair:
    a, slope = np.empty_like(z), np.empty_like(z)
    _curve_row(ACTIVATION_CODES[name], z, a, slope)
    return a, slope


def _exp_by_kernel(z: Array) -> Pair:
    a = np.empty_like(z)
    _exp_row(z, a)
    return a, None


def _rows_by_kernel(place: int, z: Array) -> tuple[Array, Array, Array]:
    """c, delta and a of the first output of each row."""
    table, y, c = _table(z), np.zeros(3, np.float32), np.empty_like(z)
    y[place] = 1
    a, delta = np.empty_like(table), np.empty_like(table)
    _rows((COST_CODES[CROSS_ENTROPY], ACTIVATION_CODES["softmax"]), table, y, (a, delta, c))
    return c, delta[:, 0], a[:, 0]


ELEMENTWISE = ("sigmoid", "tanh", "softplus", "elu", "selu", "silu", "gelu")
ENGINES: dict[str, dict[str, Callable[[Array], Pair]]] = {
    "reference": {
        "exp": lambda z: (round_once(np.exp)(z), None),
        **{name: partial(_by_book, name) for name in ELEMENTWISE},
        "softmax": _softmax_by_book,
        "-log softmax": partial(_cost_by_book, 0),
        "-log softmax of another": partial(_cost_by_book, 1),
    },
    "compiled": {
        "exp": _exp_by_kernel,
        **{name: partial(_by_kernel, name) for name in ELEMENTWISE},
        "softmax": lambda z: (_rows_by_kernel(0, z)[2], None),
        "-log softmax": lambda z: _rows_by_kernel(0, z)[:2],
        "-log softmax of another": lambda z: _rows_by_kernel(1, z)[:2],
    },
}


# ------------------------------------------------------------------------------- the measurement


@dataclass
class Finding:
    """What a sweep found of one function in one engine.

    Args:
        value: the worst error of its values in units of the last place.
        slope: the same of its slopes; None where there are none.
        falls: how often the next number's value goes the wrong way; None where both are right.
    """

    value: float = 0.0
    slope: float | None = None
    falls: int | None = None


def spans(every: int) -> list[tuple[int, int, int]]:
    """(first, after the last, step) of the bits of all sizes of numbers, in chunks."""
    parts = (0, SMALL, every), (SMALL, LARGE, max(1, every // CLOSER)), (LARGE, INFINITE, every)
    return [
        (start, min(after, start + CHUNK * step), step)
        for first, after, step in parts
        for start in range(first, after, CHUNK * step)
    ]


def sweep(every: int) -> Iterator[Array]:
    """Finite float32 in rising order: each `every`-th and the one next to it."""
    sizes = [(span, sign) for sign in (1, 0) for span in spans(every)[:: -1 if sign else 1]]
    for (first, after, step), sign in sizes:
        bits = np.arange(first, after, step, dtype=np.uint32)
        if step > 1:
            bits = np.unique(np.concatenate((bits, bits + np.uint32(1))))
        numbers = (bits | np.uint32(sign << 31)).view(np.float32)
        yield np.ascontiguousarray(numbers[::-1]) if sign else numbers


def ulps(got: Array, truth: Array) -> float:
    """The worst error in units of float32's last place at the true number."""
    _, exponent = np.frexp(truth)
    unit = np.ldexp(Truth(1), np.maximum(exponent - 24, -149))
    error = np.abs(got - truth) / unit
    with np.errstate(over="ignore"):
        error[np.isinf(got) & (got == truth.astype(np.float32))] = 0  # too large for float32
    return float(np.where(np.isnan(error), np.inf, error).max())


def _worse(sofar: float | None, got: Array | None, truth: Array | None) -> float | None:
    return sofar if got is None or truth is None else max(sofar or 0.0, ulps(got, truth))


def _falls(sofar: int | None, values: Array, way: int) -> int | None:
    return None if way == 0 else (sofar or 0) + int((np.diff(values) * way < 0).sum())


def measure(name: str, every: int) -> dict[str, Finding]:
    """Sweep one function of both engines.

    Args:
        name: one of TRUTH.
        every: which share of all numbers to take; 1 for all.
    """
    findings, last = {engine: Finding() for engine in ENGINES}, dict[str, Array]()
    for z in sweep(every):
        value, slope = TRUTH[name](z.astype(Truth))
        for engine, finding in findings.items():
            a, s = ENGINES[engine][name](z)
            finding.value = max(finding.value, ulps(a, value))
            finding.slope = _worse(finding.slope, s, slope)
            joined = np.concatenate((last.get(engine, a[:1]), a))
            finding.falls = _falls(finding.falls, joined, RISES.get(name, 1))
            last[engine] = a[-1:]
    return findings


# -------------------------------------------------------------------------------------- the page

HEAD = """# Accuracy

This page shows the largest errors of the elementary functions of both engines in float32, in units
in the last place (ULP). Half a unit is the least error that rounding allows. The page is written by

    {command}

with chainrule {chainrule}, Python {python}, NumPy {numpy} and Numba {numba} on {machine}.

| function | reference: value | derivative | falls | compiled: value | derivative | falls |
|---|---|---|---|---|---|---|
"""

TAIL = """
- **Arguments.** {count:,} float32 numbers between the least and the greatest finite one: every
  {every}th and the number next to it; for absolute values from 2^-12 to 2^7 every {closer}th and
  the number next to it.
- **falls** counts how often a greater argument has a smaller value, or a greater one for
  -log softmax, which decreases. The column is empty for SiLU and GELU, which are not monotonic.
- **-log softmax** is the cost [D3] for the one-hot class, on rows (z, 0.75, -1.5) with varying z:
  for the first class, and for the second ("of another"). Its derivative is the error δ of the first
  output [D3], which the compiled engine computes from a, already rounded. softmax is that output.
- **True values** are computed in numbers with {bits} bits after the point, by textbook formulas
  that lose no digits (the engines use float64, with 52 bits, and other formulas); Φ of GELU is
  computed in float64 by the C library. The error of float64 is 2^-29 of a float32 unit, too small
  for the digits of this table. Tests compare true values with 90 digits at selected arguments.
- **Method.** Both engines compute these functions in float64 and round once to the network's type.
  The reference engine uses NumPy's exponential; the compiled engine has its own, which computes
  sixteen numbers at a time.
"""


def _cell(value: float | int | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def page(found: dict[str, dict[str, Finding]], every: int) -> str:
    """The text of docs/accuracy.md."""
    versions = {
        "chainrule": chainrule.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "machine": platform.machine(),
    }
    lines = [
        f"| {name} | "
        + " | ".join(_cell(v) for e in ENGINES for v in asdict(of[e]).values())
        + " |"
        for name, of in found.items()
    ]
    count = sum(
        2 * (after - first) * (1 if step == 1 else 2) // step for first, after, step in spans(every)
    )
    closer, bits = max(1, every // CLOSER), np.finfo(Truth).nmant
    tail = TAIL.format(count=count, every=every, closer=closer, bits=bits)
    return HEAD.format(command=COMMAND, **versions) + "\n".join(lines) + "\n" + tail


def main() -> None:
    """Measure all functions and print the page, or one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=EVERY, help="take each n-th float32")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md")
    chosen = parser.parse_args()
    with np.errstate(all="ignore"):
        found = {name: measure(name, chosen.every) for name in TRUTH}
    if chosen.json:
        print(json.dumps({n: {e: asdict(f) for e, f in of.items()} for n, of in found.items()}))
        return
    text = page(found, chosen.every)
    print(text)
    if chosen.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

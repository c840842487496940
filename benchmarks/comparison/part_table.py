"""The parts of a run: what each measures, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.documents import Table
from chainrule.errors import unknown_name
from comparison.bench_settings import Bench
from comparison.imports import import_tables, measure_imports
from comparison.many import many_tables, measure_many
from comparison.memory import measure_memory, memory_tables
from comparison.prediction import measure_latency, measure_rows, prediction_tables
from comparison.roofline import Roofline, roofline_tables
from comparison.speed import measure_speed
from comparison.speed_tables import speed_tables
from comparison.to_98 import goal_tables, measure_goal

__all__ = ["PARTS", "Part", "find_parts"]


@dataclass(frozen=True)
class Part:
    """One kind of measurement.

    Args:
        name: what a user types.
        meaning: one line for help texts.
        measure: gives records.
        tables: shows them.
        quick: whether a quick run has it where no part is named.
    """

    name: str
    meaning: str
    measure: Callable[[Bench], Any]
    tables: Callable[[Any], tuple[Table, ...]]
    quick: bool = True


def _roofline(bench: Bench) -> Roofline:
    return bench.roofline


# fmt: off
_ALL = (
    Part("roofline", "matrix products and memory of the machine", _roofline, roofline_tables),
    Part("speed", "time an example in training, case after case", measure_speed, speed_tables),
    Part("to98", "time to 98 % on MNIST's test images", measure_goal, goal_tables, quick=False),
    Part("many", "16 trainings at once against one alone", measure_many, many_tables),
    Part("latency", "prediction of one row", measure_latency, prediction_tables),
    Part("rows", "prediction of 10,000 rows", measure_rows, prediction_tables),
    Part("imports", "time of import", measure_imports, import_tables),
    Part("memory", "peak memory of a training", measure_memory, memory_tables),
)
# fmt: on

PARTS = {part.name: part for part in _ALL}
"""Every part by name, in the order in which they are measured."""


def find_parts(names: Sequence[str], quick: bool = False) -> tuple[Part, ...]:
    """The parts of these names, in the table's order; the usual ones where none is named.

    Raises: UnknownNameError.
    """
    for name in names:
        if name not in PARTS:
            raise unknown_name("bench", "a part", name, PARTS, argument="part")
    if names:
        return tuple(part for part in _ALL if part.name in names)
    return tuple(part for part in _ALL if part.quick or not quick)

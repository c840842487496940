"""The speeds as tables: one of all cases, then one a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chainrule.documents import Table
from chainrule.evaluation import MISSING, count_text, percent_text
from comparison.remarks import add_remarks
from comparison.speed import CaseResult, SpeedRow

__all__ = ["micros_text", "speed_tables"]

_NOTE = (
    "Microseconds per example. The best other is the fastest peer of each round; the ratio is "
    "the median of the ratios of the rounds. Work: multiplications and additions per example, "
    "as if no input were 0. Share: fraction of the machine's peak in matrix products, which "
    "can exceed 100 % because zeros are skipped. In the tables below: median, least and "
    "greatest of the rounds; time as a multiple of chainrule's; distance of the weights from "
    "those of the reference engine in float64 after the same steps, as a fraction of the "
    "distance moved (rounding may cause 1e-4, or 1e-2 with ReLU, whose kink a sum near 0 may "
    "miss); number of threads, the faster one if a library lets it be chosen."
)


def speed_tables(results: Sequence[CaseResult]) -> tuple[Table, ...]:
    """All cases in one table, then each with its peers."""
    if not results:
        return ()
    return (_overview(results), *(_case(result) for result in results))


def _overview(results: Sequence[CaseResult]) -> Table:
    header = ("network/batch", "chainrule, µs", "best other", "its µs", "ratio", "kflop", "share")
    return Table("Training", header, tuple(map(_line, results)), _NOTE)


def _line(result: CaseResult) -> tuple[str, ...]:
    ours = next((row for row in result.rows if row.peer == "chainrule"), None)
    best = next((row for row in result.rows if row.title == result.best), None)
    return (
        result.case,
        micros_text(ours),
        result.best or MISSING,
        micros_text(best),
        MISSING if result.ratio is None else f"{result.ratio:.2f}",
        f"{result.flops / 1e3:,.0f}",
        percent_text(result.share, 0),
    )


def micros_text(row: SpeedRow | None) -> str:
    """The median time of a row in three digits."""
    return MISSING if row is None or row.micros is None else _digits(row.micros.median)


def _digits(micros: float) -> str:
    return f"{micros:.3g}" if micros < 100 else f"{micros:.0f}"


def _case(result: CaseResult) -> Table:
    header = ("peer", "µs", "least", "greatest", "times", "off", "threads")
    rows = tuple(tuple(_cells(row)) for row in result.rows)
    title = f"{result.case}, {count_text(result.examples)} examples an epoch"
    remarks = ((row.title, row.note) for row in result.rows)
    return Table(title, header, rows, add_remarks("", remarks))


def _cells(row: SpeedRow) -> Iterable[str]:
    yield row.title
    if row.micros is None:
        yield from [MISSING] * 6
    else:
        yield from (_digits(m) for m in (row.micros.median, row.micros.low, row.micros.high))
        yield MISSING if row.times is None else f"{row.times:.2f}"
        yield MISSING if row.distance is None else f"{row.distance:.0e}"
        yield str(row.threads)

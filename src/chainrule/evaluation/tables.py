"""The report as tables of texts, and as a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chainrule.documents import Document, Table
from chainrule.evaluation.calibration import Calibration
from chainrule.evaluation.confusion import frequent_confusions
from chainrule.evaluation.ensemble import Votes
from chainrule.evaluation.number_format import count_text, number_text, percent_text, share_text
from chainrule.evaluation.report import ClassReport, NumberReport, Report

__all__ = ["report_document", "report_lines", "report_tables"]

_WIDEST_MATRIX = 20
_LONGEST_LIST = 10


def report_tables(report: Report) -> tuple[Table, ...]:
    """The whole report as tables, the summary first."""
    tables = [Table("Summary", (), tuple(_summary(report)))]
    if report.numbers is not None:
        tables.append(_outputs(report.numbers))
    if report.classes is not None:
        tables += _tables_of_classes(report.classes)
    return tuple(table for table in tables if table.rows)


def report_document(report: Report, votes: Votes | None = None) -> Document:
    """The whole report as a document.

    Args:
        report: on one data set.
        votes: the answers that several networks give together; None for none.
    """
    tables = report_tables(report)

    def values() -> dict[str, Any]:
        together = {} if votes is None else {"together": votes.to_dict()}
        return {**report.to_dict(), **together}

    blocks = tables if votes is None else (*tables, _votes_table(votes))
    return Document(f"Evaluation on {report.data}", blocks, values=values)


def _votes_table(votes: Votes) -> Table:
    """The answers that are given together."""
    low, high = (percent_text(end) for end in votes.interval)
    alone = ", ".join(percent_text(accuracy) for accuracy in votes.alone)
    rows = (
        ("networks", count_text(votes.networks)),
        ("views of each example", count_text(1 + votes.views)),
        ("accuracy together", f"{percent_text(votes.accuracy)} ({low} to {high})"),
        ("each network alone", alone),
    )
    return Table("Together", (), rows, "This is no accuracy of the run.")


def _tables_of_classes(classes: ClassReport) -> Iterable[Table]:
    yield from (_classes(classes), _matrix(classes), _frequent(classes))
    if classes.calibration is not None:
        yield _calibration(classes.calibration, classes.calibration_note)
    yield _mistakes(classes)


def report_lines(report: Report) -> list[str]:
    """The whole report as plain lines, an empty one between tables."""
    blocks = [table.lines() for table in report_tables(report)]
    return [line for block in blocks for line in ("", *block)][1:]


def _summary(report: Report) -> Iterable[tuple[str, str]]:
    yield "data", f"{report.data}, {count_text(report.examples)} examples"
    if report.classes is not None:
        yield from _summary_of_classes(report.classes, report.examples)
    weighted = ", weighted by the data set's sample weights" if report.weighted else ""
    yield "mean cost", f"{number_text(report.cost)} ({report.cost_name}{weighted})"


def _summary_of_classes(classes: ClassReport, n: int) -> Iterable[tuple[str, str]]:
    low, high = (percent_text(end) for end in classes.interval)
    rights = f"{count_text(classes.correct)} of {count_text(n)}"
    yield "accuracy", f"{percent_text(classes.accuracy)} ({rights}; every example counts alike)"
    yield "95 % interval", f"{low} to {high} (Wilson)"
    if len(classes.names) > 2:
        yield "in the top two", percent_text(classes.top_two)
    yield "baseline", f"{percent_text(classes.baseline)} (always the commonest class)"
    macro = classes.macro
    yield (
        "macro averages",
        (
            f"precision {share_text(macro.precision)}, recall {share_text(macro.recall)}, "
            f"F1 {share_text(macro.f1)}"
        ),
    )
    if classes.calibration is None:
        yield "calibration", classes.calibration_note
    else:
        found = classes.calibration
        error = share_text(found.expected_error)
        yield "mean confidence", percent_text(found.mean_confidence)
        yield "calibration error", f"{error} (expected, over {len(found.bins)} bins)"
        yield "Brier score", share_text(found.brier)


def _classes(classes: ClassReport) -> Table:
    header = ("class", "examples", "answered", "precision", "recall", "F1")
    rows = (
        (
            f.name,
            count_text(f.support),
            count_text(f.predicted),
            *(share_text(figure) for figure in (f.precision, f.recall, f.f1)),
        )
        for f in classes.classes
    )
    return Table("Classes", header, tuple(rows))


def _matrix(classes: ClassReport) -> Table:
    title = "Confusion matrix: a row a true class, a column an answer"
    if len(classes.names) > _WIDEST_MATRIX:
        return Table(title, (), ())
    cells = zip(classes.names, classes.confusion.tolist(), strict=True)
    rows = ((name, *(str(count or "·") for count in row)) for name, row in cells)
    return Table(title, ("", *classes.names), tuple(rows))


def _frequent(classes: ClassReport) -> Table:
    found = frequent_confusions(classes.confusion, _LONGEST_LIST)
    rows = (
        (
            classes.names[c.truth],
            classes.names[c.predicted],
            count_text(c.count),
            percent_text(c.count / classes.classes[c.truth].support),
        )
        for c in found
    )
    header = ("true class", "answer", "examples", "of the class")
    return Table("Most frequent confusions", header, tuple(rows))


def _calibration(found: Calibration, note: str) -> Table:
    rows = (
        (
            f"{b.low:.3f} to {b.high:.3f}",
            count_text(b.count),
            share_text(b.confidence),
            share_text(b.accuracy),
            " to ".join(map(share_text, b.interval or ())),
        )
        for b in found.bins
        if b.count
    )
    header = ("confidence", "examples", "mean confidence", "accuracy", "95 % interval")
    return Table("Calibration", header, tuple(rows), f"{note}.")


def _mistakes(classes: ClassReport) -> Table:
    text = percent_text if classes.ranked_by == "confidence" else number_text
    rows = (
        (
            str(m.row),
            classes.names[m.truth],
            classes.names[m.predicted],
            text(m.confidence),
            f"{classes.names[m.runner_up]} ({text(m.runner_up_output)})",
        )
        for m in classes.mistakes[:_LONGEST_LIST]
    )
    header = ("row", "true class", "answer", "output", "runner-up")
    return Table(
        f"Surest mistakes, by {classes.ranked_by}", header, tuple(rows), "Rows count from 0."
    )


def _outputs(numbers: NumberReport) -> Table:
    rows = (
        (
            str(number),
            number_text(o.mean_absolute_error),
            number_text(o.root_mean_squared_error),
            number_text(o.r_squared),
        )
        for number, o in enumerate(numbers.outputs, 1)
    )
    header = ("output", "mean absolute error", "root mean squared error", "R²")
    return Table("Outputs", header, tuple(rows), "Every example counts alike.")

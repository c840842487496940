"""A whole run of the benchmarks: its records as JSON, and as a page of Markdown."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.documents import Table, plain_text
from comparison.bench_settings import Bench, Settings
from comparison.machine import Machine, this_machine
from comparison.part_table import PARTS, Part
from comparison.processes import PeerError, PeerProcesses

__all__ = ["BenchReport", "markdown", "run_benchmarks"]


@dataclass(frozen=True)
class BenchReport:
    """What a run gave.

    Args:
        machine: where it was made.
        settings: what was asked for.
        found: each part's records, by the part's name.
        failed: why a part has none, by its name.
    """

    machine: Machine
    settings: Settings
    found: dict[str, Any]
    failed: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        asked = self.settings
        return {
            "machine": dataclasses.asdict(self.machine),
            "threads": asked.threads,
            "rounds": asked.rounds,
            "quick": asked.quick,
            "parts": {name: _plain(found) for name, found in self.found.items()},
            "failed": self.failed,
        }


def _plain(found: Any) -> Any:
    if isinstance(found, tuple):
        return [dataclasses.asdict(row) for row in found]
    return dataclasses.asdict(found)


def run_benchmarks(
    settings: Settings,
    parts: Sequence[Part],
    progress: Callable[[str], None],
    show: Callable[[tuple[Table, ...]], None],
) -> BenchReport:
    """Measure part after part.

    Args:
        settings: what is asked for.
        parts: what to measure.
        progress: called with a few words on the work under way.
        show: gets the tables of each part as soon as it is done.

    Raises: FileError where MNIST cannot be read.
    """
    report = BenchReport(this_machine(settings.peers, settings.threads), settings, {}, {})
    with (
        tempfile.TemporaryDirectory() as folder,
        PeerProcesses(Path(folder), settings.threads) as processes,
    ):
        bench = Bench(settings, Path(folder), processes, progress)
        for part in parts:
            try:
                found = part.measure(bench)
            except PeerError as reason:
                report.failed[part.name] = str(reason)
                show((_failure(part, str(reason)),))
                continue
            report.found[part.name] = found
            show(part.tables(found))
    return report


def _failure(part: Part, reason: str) -> Table:
    return Table(part.name, (), (("not measured", reason),))


def markdown(report: BenchReport, command: str) -> str:
    """The report as a page.

    Args:
        report: the run.
        command: the command line that made it, to be copied.
    """
    lines = ["# Benchmarks", "", f"Made by `{command}`{_caution(report.settings)}", ""]
    lines += [f"- {label}: {text}" for label, text in _facts(report)]
    for part in PARTS.values():
        tables = part.tables(report.found[part.name]) if part.name in report.found else ()
        if part.name in report.failed:
            tables = (_failure(part, report.failed[part.name]),)
        for table in tables:
            lines += ["", *_lines(table)]
    return "\n".join(lines) + "\n"


def _caution(settings: Settings) -> str:
    return ", on less data: these figures are no measurement." if settings.quick else "."


def _facts(report: BenchReport) -> list[tuple[str, str]]:
    machine, asked = report.machine, report.settings
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    threads = f"{asked.threads} thread" + "s" * (asked.threads != 1)
    rounds = f"{asked.rounds} round" + "s" * (asked.rounds != 1)
    facts = [
        ("processor", machine.processor),
        ("system", f"{machine.system}, Python {machine.python}"),
        ("versions", versions),
        ("run", f"{threads} per peer, {rounds}, each peer in its own process, in turn"),
    ]
    facts += [("commit", machine.commit), ("date", machine.date)]
    return [fact for fact in facts if fact[1]]


def _lines(table: Table) -> list[str]:
    """A table in Markdown, below its title."""
    header = table.header or ("",) * len(table.rows[0])
    rule = ["---", *["---:" if table.header else "---"] * (len(header) - 1)]
    rows = (tuple(map(plain_text, row)) for row in table.rows)
    body = [_row(cells) for cells in (header, rule, *rows)]
    return [f"## {table.title}", "", *body, *(["", table.note] if table.note else [])]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

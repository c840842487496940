"""`chainrule verify`: compute a kept run again and compare it to the bit."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.parts import whole
from chainrule.cli.progress import training_observers
from chainrule.cli.runs import data_of, validation_of
from chainrule.training import RunFolder, Verification, verify

__all__ = ["command"]

_ABOUT = """Compute a kept run again and compare it to the bit.

RUN is the folder of a run that has ended, in whatever way. It is trained again from its first
checkpoint, and the SHA-256 of every tensor after every epoch, the history and the network are
compared with what was kept. The first difference is named, and the exit code is then 1.

The same bits are promised on one family of processors with the same versions of Python and NumPy,
however many threads there are and however often the run was interrupted."""

_EXAMPLES = (
    "chainrule verify runs/digits",
    "chainrule verify runs/flowers --data moved/flowers.csv",
    "chainrule verify runs/digits --json",
)


def _verify(run: str, data: str | None, validation: str | None, **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    with told_by_flags("verify", ()):
        facts = RunFolder(run).facts()
        remedy = f"Say where they are now: chainrule verify {run} "
        source = data_of(facts, run, data, remedy + "--data DATA")
        checks = validation_of(facts, run, validation, remedy + "--validation DATA")
        pair = source.load(offline=given["offline"])
        own = None if checks is None else whole(checks.load(offline=given["offline"]))
        with training_observers(console, None) as observers:
            found = verify(run, pair.train, validation=own, observers=observers)
    _tell(console, run, found)
    return 0 if found.holds else CHECK_FAILED


def _tell(console: Console, run: str, found: Verification) -> None:
    if console.as_json:
        console.json({"run": run, "holds": found.holds, **dataclasses.asdict(found)})
    epochs = f"{found.epochs} epoch" + "s" * (found.epochs != 1)
    if found.holds:
        console.line(f"{run} holds: {epochs} computed again, every bit the same", "green")
    else:
        console.line(f"{run} differs: {found.difference}", "red")
    for change in found.other_versions:
        console.line(f"note: {change}")


def _flags() -> list[click.Parameter]:
    group = "data and output"
    moved = "where the {} are now, if they were moved"
    return [
        argument("run"),
        Flag(["--data"], metavar="DATA", group=group, help=moved.format("data")),
        Flag(["--validation"], metavar="DATA", group=group, help=moved.format("validation data")),
        Flag(["--offline"], is_flag=True, group=group, help="fetch nothing from the network"),
        Flag(["--json", "as_json"], is_flag=True, group=group, help="print nothing but JSON"),
    ]


command = Command("verify", _verify, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

"""`chainrule verify`: compute a saved run again and compare it to the bit."""

from __future__ import annotations

from shlex import quote
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import json_flag, moved_data_flags, offline_flag
from chainrule.cli.progress import training_observers
from chainrule.experiment import open_run
from chainrule.training import Verification

__all__ = ["command"]

_ABOUT = """Compute a saved run again and compare it to the bit.

RUN is the folder of a run that has ended, for any reason. It is trained again from its first
checkpoint, and everything in the folder is compared with what is computed: each field of run.json,
recipe.toml and certificate.json, the history, and every tensor of the checkpoints and networks. All
that differs is named, up to the first tensor with other numbers, and the exit code is 1.

A run holds only if its start is accounted for: drawn again from its seed or, for weights that were
given (chainrule train --start FILE), read again from their file. A branch (chainrule train --resume
RUN --from EPOCH) is computed from the start of its parent, which has to be there.

--signer FILE says who signed the certificate (chainrule train --sign KEY); a run that none of those
in the file has signed does not hold.

Where a tensor is computed otherwise, the versions, the processor, the BLAS kernel and the settings
of the compiler that differ from those of the run are named, or that none does. The same bits are
promised on one family of processors with the same versions of Python and NumPy, however many
threads there are and however often the run was interrupted."""

_EXAMPLES = (
    "chainrule verify runs/digits",
    "chainrule verify runs/flowers --data moved/flowers.csv",
    "chainrule verify runs/digits --signer allowed_signers",
    "chainrule verify runs/digits --json",
)


def _verify(run: str, data: str | None, validation: str | None, **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    again = f"Say where they are: chainrule verify {quote(run)}"
    remedies = {"data": f"{again} --data DATA", "validation": f"{again} --validation DATA"}
    with errors_by_flags("verify", remedies=remedies), training_observers(console, None) as shown:
        found = open_run(run).verify(
            data=data,
            validation=validation,
            parent=given["parent"],
            start=given["start"],
            signers=given["signer"],
            observers=shown.observers,
        )
    _report(console, run, found)
    return 0 if found.holds else CHECK_FAILED


def _report(console: Console, run: str, found: Verification) -> None:
    if console.as_json:
        console.json({"run": run, **found.to_dict()})
    epochs = f"{found.epochs} epoch" + "s" * (found.epochs != 1)
    if found.holds:
        console.line(f"{run} holds: {epochs} computed again, every bit the same", "green")
    for difference in found.differences:
        console.line(f"{run} differs: {difference}", "red")
    if found.signer:
        console.line(f"signed by {found.signer}", "green")
    if found.cause:
        console.line(f"{run}: {found.cause}", "red")
    if found.start:
        console.line(f"note: computed from {found.start}")
    if not found.cause:  # which names what has changed
        for change in (*found.other_versions, *found.other_conditions):
            console.line(f"note: {change}")
    if found.unrecorded:
        console.line(f"note: the run does not record: {', '.join(found.unrecorded)}")


def _flags() -> list[click.Parameter]:
    group = "data and output"
    return [
        argument("run"),
        *moved_data_flags(group),
        Flag(
            ["--parent"],
            metavar="RUN",
            group=group,
            help="where the parent of a branch is now, if it was moved",
        ),
        Flag(
            ["--start"],
            metavar="FILE",
            group=group,
            help="where the network is whose weights the run was given, if it was moved",
        ),
        Flag(
            ["--signer"],
            metavar="FILE",
            group=group,
            help="who may have signed: names and keys, as in the ALLOWED SIGNERS of ssh-keygen(1)",
        ),
        offline_flag(group),
        json_flag(group),
    ]


command = Command("verify", _verify, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

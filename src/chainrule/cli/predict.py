"""`chainrule predict`: apply a network to pictures or rows of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flags import json_flag, limit_flag
from chainrule.documents import Table
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import InputError
from chainrule.evaluation import number_text, percent_text
from chainrule.experiment import open_run
from chainrule.limits import Limit
from chainrule.network import Network

if TYPE_CHECKING:
    from chainrule.experiment import Prediction

__all__ = ["command"]

_ABOUT = """Apply a network to pictures or rows of numbers.

RUN is the folder of a run, or a network in a .safetensors file. If it learned from images, each
FILE is a PNG, JPEG or CSV file of one picture of any size, with dark or light ink. The digit in the
picture is found, scaled and centred like those of MNIST, and anything unusual is reported. If the
network learned from a table, each FILE is a CSV file with one example per row."""

_EXAMPLES = (
    "chainrule predict runs/digits photo.png",
    "chainrule predict runs/digits photo.png --show steps.png --top 5",
    "chainrule predict runs/digits *.jpg --json",
    "chainrule predict runs/flowers new-flowers.csv",
)
_TOP = 3
_BAR = 24
"""Characters of a bar that stands for 100 %."""


def _predict(run: str, files: Sequence[str], **given: Any) -> int:
    console, top = Console(as_json=given["as_json"]), given["top"] or _TOP
    opened = open_run(run)
    pictures = opened.takes_images
    _check_show(given["show"], files, pictures)
    found = opened.predict(files)
    if given["show"] is not None and found[0].preparation is not None:
        from chainrule.figures import save_preparation

        save_preparation(found[0].preparation, given["show"])
    if console.as_json:
        console.json([one.to_dict() for one in found])
    elif pictures:
        for one in found:
            _print_picture(console, opened.network, one, top)
        if given["show"] is not None:
            console.fact("drawn", given["show"])
    else:
        console.table(_rows_table(opened.network, found, top))
    return 0


def _check_show(show: str | None, files: Sequence[str], pictures: bool) -> None:
    if show is not None and (len(files) > 1 or not pictures):
        raise InputError(
            "predict",
            expected="one picture with --show",
            got=f"{len(files)} files" if pictures else "a network that learned from a table",
            argument="show",
            value=show,
        )


def _gives_shares(network: Network) -> bool:
    """Return whether outputs lie between 0 and 1 and stand for classes."""
    last = ACTIVATIONS[network.architecture.activations[-1]]
    return bool(network.class_names) and last.low >= 0 and last.high <= 1


def _print_picture(console: Console, network: Network, one: Prediction, top: int) -> None:
    shown = one.outputs[:top]
    console.line(one.input if one.answer is None else f"{one.input}: {one.answer}", "bold")
    width = max(len(name) for name, _ in shown)
    for place, (name, output) in enumerate(shown):
        console.line(f"  {name:<{width}}  {_measure(network, output)}", "" if place else "cyan")
    for remark in one.remarks:
        console.line(f"  {remark}")


def _measure(network: Network, output: float) -> str:
    """Return an output as a bar and a share, or as a number."""
    if not _gives_shares(network):
        return number_text(output)
    return f"{_bar(output):<{_BAR}}  {percent_text(output):>8}"


def _bar(share: float) -> str:
    """Return a bar as long as the share, in eighths of a character."""
    eighths = round(share * _BAR * 8)
    return "█" * (eighths // 8) + ("" if eighths % 8 == 0 else "▏▎▍▌▋▊▉"[eighths % 8 - 1])


def _rows_table(network: Network, found: Sequence[Prediction], top: int) -> Table:
    text = percent_text if _gives_shares(network) else number_text
    named = bool(network.class_names)
    rows = tuple(
        (one.input, *(f"{n} {text(v)}" if named else text(v) for n, v in one.outputs[:top]))
        for one in found
    )
    ranks = [f"{k}." for k in range(1, len(rows[0]))]
    header = ("row", "answer", *ranks[1:]) if named else ("row", *ranks)
    return Table("Answers" if named else "Outputs", header, rows, " ".join(found[0].remarks))


def _flags() -> list[click.Parameter]:
    group = "output"
    top = Limit(int, "number of answers to show, the most likely first", 1)
    return [
        argument("run"),
        argument("files", metavar="FILE...", many=True),
        Flag(["--show"], metavar="FILE", group=group, help="also draw each stage of one picture"),
        limit_flag("top", top, group, str(_TOP)),
        json_flag(),
    ]


command = Command("predict", _predict, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

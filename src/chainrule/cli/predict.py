"""`chainrule predict`: apply a network to pictures or rows of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console, print_remark
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flags import json_flag, limit_flag, size_flag
from chainrule.documents import Table
from chainrule.errors import InputError
from chainrule.evaluation import number_text, percent_text
from chainrule.experiment import (
    ABSTAIN,
    WITHHELD,
    FailedPrediction,
    Prediction,
    SavedRun,
    open_run,
)
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.visible_text import cut_text

__all__ = ["command"]

_ABOUT = """Apply a network to pictures or rows of numbers.

RUN is the folder of a run, or a network in a .safetensors file. If it learned from images, each
FILE is a picture (PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC, PNM) or a CSV file of one picture, of any
size, with dark or light ink. A picture like the training images is left alone; in any other each
digit is found, scaled and placed like theirs, and anything unusual is reported. Printed lines of
the paper are removed; several digits are read from left to right. If the network learned from a
table, each FILE is a table of any format with one example per row. A file or a row that cannot be
read does not end the others: its error is printed, and the exit code is 1.

--output writes the columns of one table of any length, and behind them the answer, the outputs and
the error of each row. With - for FILE the table is read from standard input. Rows that cannot be
read do not stop the others; the exit code is then 1.

--abstain leaves an answer open (?) where no output reaches a bound."""

_EXAMPLES = (
    "chainrule predict runs/digits photo.png",
    "chainrule predict runs/digits photo.png --show steps.png --top 5",
    "chainrule predict runs/digits *.jpg --json",
    "chainrule predict runs/flowers new-flowers.csv",
    "chainrule predict runs/flowers new-flowers.csv --output answers.csv --abstain 0.9",
    "chainrule predict runs/flowers - < new-flowers.csv > answers.csv",
)
_TOP = 3
_BAR = 24
"""Characters of a bar that stands for 100 %."""


def _predict(run: str, files: Sequence[str], **given: Any) -> int:
    console, top = Console(as_json=given["as_json"]), given["top"] or _TOP
    opened = open_run(run)
    if given["output"] is not None or "-" in files:
        return _predict_table(console, opened, files, given)
    pictures = opened.takes_images
    _check_show(given["show"], files, pictures)
    # A file or a row that cannot be read does not end the others.
    results = opened.predict(files, errors="return", abstain=given["abstain"])
    if len(results) == 1 and isinstance(results[0], FailedPrediction):
        raise results[0].error
    found = [one for one in results if isinstance(one, Prediction)]
    if given["show"] is not None:
        from chainrule.figures import save_predictions

        save_predictions(found, given["show"])
    if console.as_json:
        console.json([one.to_dict() for one in results])
    elif pictures:
        for group in _by_picture([one for one in found if not _is_row(one)]):
            _print_picture(console, opened.network, group, top)
        if rows := [one for one in found if _is_row(one)]:
            console.table(_rows_table(opened.network, rows, top))
        if given["show"] is not None:
            console.fact("drawn", given["show"])
    elif found:
        console.table(_rows_table(opened.network, found, top))
    failed = [one for one in results if isinstance(one, FailedPrediction)]
    for one in failed:
        print_remark(str(one.error))
    return 1 if failed else 0


def _predict_table(
    console: Console, opened: SavedRun, files: Sequence[str], given: dict[str, Any]
) -> int:
    """Write the answers to a table's rows; what is said of them goes to standard error."""
    if len(files) > 1:
        raise InputError(
            "predict",
            expected="one table with --output",
            got=f"{len(files)} files",
            argument="files",
            value=tuple(files),
        )
    output = given["output"] or "-"
    found = opened.predict_table(files[0], output, abstain=given["abstain"])
    for sentence in (*found.remarks, *found.errors):
        print_remark(sentence)
    if found.failed > len(found.errors):
        print_remark(f"… {found.failed - len(found.errors)} more errors")
    if output == "-":
        print_remark(found.describe())
    elif console.as_json:
        console.json(found.to_dict())
    else:
        console.fact("rows", found.describe())
        console.fact("saved", f"in {output}")
    return CHECK_FAILED if found.failed else 0


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
    return bool(network.class_names) and network.gives_fractions


def _is_row(one: Prediction) -> bool:
    """Return whether an answer is to the row of a table, whose columns are the pixels of images."""
    return one.input != one.file and not one.input.startswith(f"{one.file}, digit ")


def _by_picture(found: Sequence[Prediction]) -> list[list[Prediction]]:
    """Return the answers to each picture, also if one is named twice."""
    groups: list[list[Prediction]] = []
    for one in found:
        if one.input == one.file or one.input.startswith(f"{one.file}, digit 1 of"):
            groups.append([])
        groups[-1].append(one)
    return groups


def _print_picture(
    console: Console, network: Network, digits: Sequence[Prediction], top: int
) -> None:
    """Print what is said of one picture: its digits, each with its own remarks, and the others."""
    if len(digits) == 1:
        (one,) = digits
        console.line(f"{one.input}{_answer_text(one)}", "bold")
        _print_digit(console, network, one, top, one.remarks)
        return
    answers = " ".join(one.answer or "?" for one in digits)
    console.line(f"{digits[0].file}: {answers}", "bold")
    shared = [text for text in digits[0].remarks if all(text in one.remarks for one in digits)]
    for one in digits:
        console.line(_digit_line(one), "bold")
        own = [text for text in one.remarks if text not in shared]
        _print_digit(console, network, one, top, own)
    for remark in shared:
        console.line(f"  {remark}")


def _answer_text(one: Prediction) -> str:
    """Return the answer after a colon, and the one upright where the digit seems to be turned."""
    if one.answer is None:
        return ""
    if one.upright is None:
        return f": {cut_text(one.answer)}"
    return f": {one.answer} as it lies, {one.upright.answer} upright"


def _digit_line(one: Prediction) -> str:
    """Return a digit's number, its answer, and its place in the picture."""
    number = one.input.removeprefix(f"{one.file}, ")
    place = "" if one.box is None else ", from column {}, row {} to column {}, row {}"
    return f"  {number}{_answer_text(one)}{place.format(*one.box or ())}"


def _print_digit(
    console: Console, network: Network, one: Prediction, top: int, remarks: Sequence[str]
) -> None:
    shown = one.outputs[:top]
    width = max(len(cut_text(name)) for name, _ in shown)
    for place, (name, output) in enumerate(shown):
        name = cut_text(name)
        console.line(f"  {name:<{width}}  {_measure(network, output)}", "" if place else "cyan")
    for remark in remarks:
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
    rows = tuple(
        (row[0], f"{WITHHELD} ({row[1]})", *row[2:]) if one.answer == WITHHELD else row
        for one, row in zip(found, rows, strict=True)
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
        Flag(
            ["--output"],
            metavar="FILE",
            group=group,
            help="write the table's columns and the answers, as CSV; - for standard output",
        ),
        limit_flag("abstain", ABSTAIN, group, "none"),
        size_flag(),
        json_flag(),
    ]


command = Command("predict", _predict, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

"""`chainrule predict`: what a network sees in a user's own pictures or rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.rows import read_rows
from chainrule.cli.runs import Kept, open_kept
from chainrule.data import prepare, read_picture
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import InputError
from chainrule.evaluation import in_columns, number_text, percent_text
from chainrule.figures import save_preparation
from chainrule.limits import Limit
from chainrule.network import Network

__all__ = ["command"]

_ABOUT = """Say what a network sees in pictures or rows of numbers.

RUN is the folder of a run, or a network in a .safetensors file. Where it learned from images, each
FILE is a PNG, JPEG or CSV of one picture, of any size, with dark or light ink: the digit in it is
found, scaled and centred as MNIST's are, and what is unusual about it is told in words. Where it
learned from a table, each FILE is a CSV with an example a row."""

_EXAMPLES = (
    "chainrule predict runs/digits photo.png",
    "chainrule predict runs/digits photo.png --show steps.png --top 5",
    "chainrule predict runs/digits *.jpg --json",
    "chainrule predict runs/flowers new-flowers.csv",
)
_TOP = Setting(
    name="top",
    limit=Limit(int, "answers to show, the likeliest first", 1, group="output"),
    default=3,
)
_BAR = 24


@dataclass(frozen=True, eq=False)
class _Prediction:
    """What was said to one example.

    Args:
        where: the file, and the line where it has several examples.
        outputs: an output a class, or the numbers.
        remarks: sentences on the input.
    """

    where: str
    outputs: NDArray[np.float64]
    remarks: tuple[str, ...]


def _predict(run: str, files: Sequence[str], **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    top = int(given["top"] or _TOP.default)
    kept = open_kept(run)
    pictures = len(kept.network.input_shape) == 2
    _check_show(given["show"], files, pictures)
    found: list[_Prediction] = []
    for path in files:
        found += _picture(kept.network, path, given["show"]) if pictures else _table(kept, path)
    if console.as_json:
        console.json([_as_json(kept.network, one) for one in found])
    elif pictures:
        for one in found:
            _tell(console, kept.network, one, top)
        if given["show"] is not None:
            console.fact("drawn", given["show"])
    else:
        _tell_rows(console, kept.network, found, top)
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


def _picture(network: Network, path: str, show: str | None) -> list[_Prediction]:
    rows, columns = network.input_shape
    preparation = prepare(read_picture(path), (rows, columns))
    if show is not None:
        save_preparation(preparation, show)
    ink, remarks = preparation.image.reshape(1, -1), preparation.remarks
    if network.input_scale == 1:
        # It learned from numbers rather than bytes, which are taken to have been shares of ink.
        return _predictions(network, ink / 255, [path], remarks)
    return _predictions(network, ink, [path], remarks)


def _table(kept: Kept, path: str) -> list[_Prediction]:
    network, options = kept.network, _options(kept)
    target, delimiter = str(options.get("target", "last")), options.get("delimiter")
    rows = read_rows(path, network.architecture.layers[0], target=target, delimiter=delimiter)
    places = [f"{path}, line {line}" for line in rows.lines]
    return _predictions(network, rows.inputs * network.input_scale, places, rows.remarks)


def _options(kept: Kept) -> Mapping[str, Any]:
    """How the run read its data."""
    notes: Any = {} if kept.facts is None else kept.facts.notes.get("data", {})
    options: Mapping[str, Any] = notes.get("options", {})
    return options


def _predictions(
    network: Network, inputs: NDArray[Any], places: Iterable[str], remarks: tuple[str, ...]
) -> list[_Prediction]:
    outputs = network.predict(inputs).astype(np.float64)
    if network.class_names:
        outputs = in_columns(outputs)
    return [_Prediction(*pair, remarks) for pair in zip(places, outputs, strict=True)]


def _names(network: Network, outputs: NDArray[np.float64]) -> list[str]:
    names = list(network.class_names) or [f"output {k}" for k in range(1, len(outputs) + 1)]
    # One output stands for two classes, though the data may have had one only.
    return names if len(names) == len(outputs) else [*names, f"not {names[0]}"]


def _ranked(network: Network, one: _Prediction) -> list[tuple[str, float]]:
    """Names and outputs, the greatest output first; numbers in their own order."""
    pairs = list(zip(_names(network, one.outputs), one.outputs.tolist(), strict=True))
    return sorted(pairs, key=lambda pair: -pair[1]) if network.class_names else pairs


def _are_shares(network: Network) -> bool:
    """Whether outputs lie between 0 and 1 and stand for classes."""
    last = ACTIVATIONS[network.architecture.activations[-1]]
    return bool(network.class_names) and last.low >= 0 and last.high <= 1


def _tell(console: Console, network: Network, one: _Prediction, top: int) -> None:
    ranked = _ranked(network, one)
    console.line(f"{one.where}: {ranked[0][0]}" if network.class_names else one.where, "bold")
    width = max(len(name) for name, _ in ranked[:top])
    for place, (name, output) in enumerate(ranked[:top]):
        console.line(f"  {name:<{width}}  {_measure(network, output)}", "" if place else "cyan")
    for remark in one.remarks:
        console.line(f"  {remark}")


def _measure(network: Network, output: float) -> str:
    """An output as a bar and a share, or as a number."""
    if not _are_shares(network):
        return number_text(output)
    return f"{_bar(output):<{_BAR}}  {percent_text(output):>8}"


def _bar(share: float) -> str:
    """A bar as long as the share, in eighths of a character."""
    eighths = round(share * _BAR * 8)
    return "█" * (eighths // 8) + ("" if eighths % 8 == 0 else "▏▎▍▌▋▊▉"[eighths % 8 - 1])


def _tell_rows(console: Console, network: Network, found: Sequence[_Prediction], top: int) -> None:
    from chainrule.evaluation import Table

    text = percent_text if _are_shares(network) else number_text
    named, rows = bool(network.class_names), []
    for one in found:
        ranked = _ranked(network, one)[:top]
        rows.append((one.where, *(f"{n} {text(a)}" if named else text(a) for n, a in ranked)))
    ranks = [f"{k}." for k in range(1, len(rows[0]))]
    header = ("row", "answer", *ranks[1:]) if named else ("row", *ranks)
    note = " ".join(found[0].remarks)
    console.table(Table("Answers" if named else "Outputs", header, tuple(rows), note))


def _as_json(network: Network, one: _Prediction) -> dict[str, Any]:
    ranked = _ranked(network, one)
    answer = ranked[0][0] if network.class_names else None
    return {
        "input": one.where,
        "answer": answer,
        "outputs": dict(ranked),
        "remarks": list(one.remarks),
    }


def _flags() -> list[click.Parameter]:
    group = "output"
    return [
        argument("run"),
        argument("files", metavar="FILE...", many=True),
        Flag(["--show"], metavar="FILE", group=group, help="also draw each stage of one picture"),
        flag_of(_TOP),
        Flag(["--json", "as_json"], is_flag=True, group=group, help="print nothing but JSON"),
    ]


command = Command("predict", _predict, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

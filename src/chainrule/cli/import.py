"""`chainrule import`: read a network that another program wrote, and say what was converted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flags import json_flag
from chainrule.errors import InputError
from chainrule.exchange import import_report

__all__ = ["command"]

_ABOUT = """Convert a network of another program into one of chainrule.

FILE is a state dict of PyTorch (.safetensors, .pt, .pth), a model of Keras (.keras, .h5), an MLP
of scikit-learn (skops), an ONNX graph, JSON of chainrule export or of Nielsen's network2.py, a
model of neural-network-digits, or an .npz of W1, b1, W2, … A layer that is not dense is refused by
its name. The file is read in a process with limits, and nothing in it is run.

OUT is the network file to write, FILE's name with .network.safetensors if it is left out. Every
command takes it: evaluate, predict, inspect, prove, figure, export.

A file of weights alone does not hold its activations: --activations gives them, one for each layer,
or the hidden layers' and the outputs'."""

_EXAMPLES = (
    "chainrule import model.keras",
    "chainrule import model.pt digits.safetensors --activations relu,softmax",
    "chainrule import mlp.skops flowers.safetensors",
    "chainrule import digits.onnx --input-scale 1/255 --input-shape 28,28 --json",
)


def _import(file: str, out: str | None, **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    report = import_report(
        file,
        out or f"{Path(file).stem}.network.safetensors",
        activations=_names(given["activations"]),
        class_names=_names(given["classes"]),
        target=_names(given["target"]),
        layer_order=_names(given["layer_order"]),
        orientation=given["orientation"] or "",
        input_scale=_scale(given["input_scale"]),
        input_shape=_shape(given["input_shape"]),
    )
    if console.as_json:
        console.json(report.to_dict())
        return 0
    console.fact("read", f"{report.file}, {report.form}")
    console.table(report.table())
    for remark in report.remarks:
        console.fact("note", remark)
    console.fact("proof", report.sentence())
    console.fact("written", report.written)
    return 0


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text else ()


def _scale(text: str | None) -> float | None:
    try:
        return None if text is None else float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise InputError(
            "import", expected="--input-scale to be a number, such as 1/255", got=repr(text)
        ) from None


def _shape(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(map(int, _names(text)))
    except ValueError:
        raise InputError(
            "import",
            expected="--input-shape to be whole numbers, such as 28,28",
            got=repr(text),
        ) from None


def _flags() -> list[click.Parameter]:
    known = "what the file does not hold"
    return [
        argument("file"),
        argument("out", required=False),
        Flag(
            ["--activations"],
            metavar="NAMES",
            group=known,
            help="one for each layer, or the hidden layers' and the outputs': relu,softmax",
        ),
        Flag(["--classes"], metavar="NAMES", group=known, help="the class of each output"),
        Flag(
            ["--input-scale"],
            metavar="FACTOR",
            group=known,
            help="what bytes of pictures are multiplied by: 1/255",
        ),
        Flag(["--input-shape"], metavar="SIZES", group=known, help="the shape of an input: 28,28"),
        Flag(
            ["--target"],
            metavar="NAME",
            group=known,
            help="the target's column, where a file names the inputs' columns",
        ),
        Flag(
            ["--layer-order"],
            metavar="NAMES",
            group=known,
            help="the layers of a state dict, from the inputs on",
        ),
        Flag(
            ["--orientation"],
            metavar="WAY",
            group=known,
            help="how weights of .npz lie: out-in or in-out",
        ),
        json_flag(),
    ]


command = Command("import", _import, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

"""What `chainrule data show` says of a data set."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from chainrule.cli.augment import COPIES_SEED, strengths_from
from chainrule.cli.braille import drawn_rows
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import given_settings
from chainrule.data import Dataset, DatasetPair
from chainrule.evaluation import Table, count_text, percent_text
from chainrule.experiment import DataSource, data_settings, describe_data

if TYPE_CHECKING:
    from chainrule.figures import AugmentationData

__all__ = ["show_data"]

_LISTED = 50
_DRAWN = 10
_LARGEST = 32
_EPOCHS = 2


def show_data(
    data: str, save: str | None, as_json: bool, offline: bool, augment: str | None, **more: Any
) -> None:
    """Show what is in a data set."""
    console, settings = Console(as_json=as_json), data_settings()
    strengths = None if augment is None else strengths_from(augment)
    with told_by_flags("data show", settings):
        options = given_settings(click.get_current_context(), settings)
        pair = DataSource(source=data, options=options).load()
    copies = None
    if strengths is not None:
        from chainrule.figures import augmentation_data

        seed = COPIES_SEED.default if more[COPIES_SEED.name] is None else more[COPIES_SEED.name]
        copies = augmentation_data(pair.train, strengths, seed=seed)
    if save is not None:
        _draw(pair.train, copies, save)
    if as_json:
        told = {} if strengths is None else {"augmentation": asdict(strengths)}
        console.json(_as_json(pair) | told)
        return
    _tell(console, pair)
    if copies is not None:
        _tell_copies(console, copies)
    if save is not None:
        console.fact("drawn", save)


def _tell(console: Console, pair: DatasetPair) -> None:
    console.fact("data", describe_data(pair))
    for label, part in (("train", pair.train), ("test", pair.test)):
        console.fact(label, _part_text(part))
        console.fact("", f"SHA-256 {part.digest}")
    if not pair.train.classifies:
        return
    console.line()
    console.table(_classes(pair))
    console.line()
    if len(pair.train.shape) == 2 and max(pair.train.shape) <= _LARGEST:
        for line in drawn_rows(_examples(pair.train)[:_DRAWN]):
            console.line(line)


def _tell_copies(console: Console, copies: AugmentationData) -> None:
    """The settings; and where the examples are drawn too, their copies of the first epochs."""
    console.fact("copies", copies.summary)
    if copies.originals.ndim != 3 or max(copies.originals.shape[1:]) > _LARGEST:
        return
    for epoch in copies.copies[:_EPOCHS]:
        for line in drawn_rows(list(epoch)):
            console.line(line)


def _part_text(part: Dataset) -> str:
    kind = str(part.inputs.dtype)
    scaled = f" times {part.scale:.6g}" if part.scale != 1 else ""
    zeros = percent_text(_zero_share(part))
    return f"{count_text(len(part))} examples; numbers are {kind}{scaled}, {zeros} of them 0"


def _zero_share(part: Dataset) -> float:
    return 1 - np.count_nonzero(part.inputs) / part.inputs.size


def _counts(part: Dataset) -> list[int]:
    counts: list[int] = np.bincount(part.targets, minlength=part.outputs).tolist()
    return counts


def _classes(pair: DatasetPair) -> Table:
    columns = pair.train.class_names, _counts(pair.train), _counts(pair.test)
    rows = tuple((n, count_text(a), count_text(b)) for n, a, b in zip(*columns, strict=True))
    left = len(rows) - _LISTED
    note = f"and {left} more classes" if left > 0 else ""
    return Table("Classes", ("class", "train", "test"), rows[:_LISTED], note)


def _examples(part: Dataset) -> list[Any]:
    """The first example of each class that has any, as an image."""
    _, first = np.unique(part.targets, return_index=True)
    return [part.inputs[row].reshape(part.shape) for row in first]


def _as_json(pair: DatasetPair) -> dict[str, Any]:
    parts = {"train": pair.train, "test": pair.test}
    return {
        "source": pair.train.source,
        "shape": list(pair.train.shape),
        "classes": list(pair.train.class_names),
        **{label: _part_json(part) for label, part in parts.items()},
    }


def _part_json(part: Dataset) -> dict[str, Any]:
    return {
        "name": part.name,
        "examples": len(part),
        "type": str(part.inputs.dtype),
        "scale": part.scale,
        "counts": _counts(part) if part.classifies else None,
        "zero_share": _zero_share(part),
        "sha256": part.digest,
    }


def _draw(part: Dataset, copies: AugmentationData | None, path: str) -> None:
    from chainrule.figures import digits_data, draw_augmentation, draw_digits, save_figure

    if copies is None:
        save_figure(draw_digits(digits_data(part)), path)
    else:
        save_figure(draw_augmentation(copies), path)

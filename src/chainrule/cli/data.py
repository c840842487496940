"""`chainrule data`: list, fetch, check and show data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from chainrule.cli.command import Command, Flag, argument, command_group
from chainrule.cli.console import Console
from chainrule.cli.downloads import size_text
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    Setting,
    flags_of,
    given_settings,
    json_flag,
    limit_flag,
    offline_flag,
)
from chainrule.data import Augmentation, Dataset, dataset_names
from chainrule.documents import Table, braille_rows
from chainrule.errors import InputError, unknown_name
from chainrule.evaluation import count_text, percent_text
from chainrule.experiment import (
    DataListing,
    DataSummary,
    PartSummary,
    list_data,
    summarise_data,
    verify_data,
)
from chainrule.limits import Limit, limits_of
from chainrule.presets import preset, preset_names
from chainrule.recipe import Recipe
from chainrule.settings import data_settings

if TYPE_CHECKING:
    from chainrule.figures.augmented_copies import AugmentedCopies

__all__ = ["command"]

_ABOUT = """List, fetch, check and show data sets.

Downloaded data are kept in the folder that CHAINRULE_CACHE names, or in the platform's cache
folder. CHAINRULE_OFFLINE=1 switches downloads off."""

_LIST = """List the named data sets.

MNIST comes with chainrule. The others are downloaded when they are first used, or by `chainrule
data fetch`, and verified by SHA-256."""

_FETCH = """Download a named data set into the cache.

If no mirror can be reached, the error says which files to download by hand, and where to put
them."""

_VERIFY = """Check the files of a data set against their published digests.

The exit code is 1 if a file is missing or damaged."""

_SHOW = """Show what is in a data set.

DATA is a name or a path as `chainrule train` takes it. The summary shows the shape of an example,
the classes and how many examples each has, the digest of the content, the fraction of zeros, what
became of each column of a table, and an example of each class; --save draws more of them.

--augment also shows copies that are distorted at random, as in training. Its settings are shift,
rotation, zoom, shear, elastic, elastic_smoothness, thickness, noise, cutout, mixup."""


_SETTINGS = data_settings()
_AUGMENT = "data show --augment"
_STRENGTHS = {n: limit for n, limit in limits_of(Recipe).items() if limit.group == "augmentation"}
_LISTED = 50
"""Classes in the table; a set of thousands of classes would fill screens."""
_DRAWN = 10
_LARGEST = 32
"""Pixels of a side up to which images are drawn in Braille, where they fit beside each other."""
_EPOCHS = 2
"""Epochs whose copies are drawn in Braille."""


def _list(as_json: bool) -> None:
    console, listed = Console(as_json=as_json), list_data()
    if as_json:
        console.json([entry.to_dict() for entry in listed])
    for entry in listed:
        console.line(f"{entry.name}: {_state_text(entry)}", "bold")
        console.line(f"  {entry.about}")
        console.line(f"  licence: {entry.licence}", "dim")


def _state_text(entry: DataListing) -> str:
    size = f"{size_text(entry.download)} to fetch"
    texts = {"missing": f"not here, {size}", "damaged": f"damaged, {size} again"}
    return texts.get(entry.state, entry.state)


def _fetch(name: str, as_json: bool) -> None:
    if name not in dataset_names():
        raise unknown_name("data fetch", "a data set", name, dataset_names(), argument="name")
    console = Console(as_json=as_json)
    with errors_by_flags("data fetch"):
        summary = summarise_data(name)
    if as_json:
        console.json({"name": name, "train": summary.train.examples, "test": summary.test.examples})
    console.line(f"{summary.describe()}; here and intact")


def _verify(name: str, as_json: bool) -> int:
    console, found = Console(as_json=as_json), verify_data(name)
    if as_json:
        console.json(found.to_dict())
    for file in found.files:
        console.line(f"{file.state:<8} {file.path}", "" if file.state == "intact" else "red")
    return 0 if found.state == "intact" else CHECK_FAILED


def _show(data: str, save: str | None, augment: str | None, **given: Any) -> None:
    console = Console(as_json=given["as_json"])
    augmentation = None if augment is None else parse_augmentation(augment)
    with errors_by_flags("data show", _SETTINGS):
        options = given_settings(click.get_current_context(), _SETTINGS)
        summary = summarise_data(data, augmentation, **options)
    pair, copies = summary.pair, None
    if augmentation is not None:
        from chainrule.figures.augmented_copies import augmented_copies_data

        copies = augmented_copies_data(pair.train, augmentation, seed=given["seed"] or 0)
    if save is not None:
        _draw(pair.train, copies, save)
    if console.as_json:
        console.json(summary.to_dict())
        return
    _print_data(console, summary)
    if copies is not None:
        _print_copies(console, copies)
    if save is not None:
        console.fact("drawn", save)


def parse_augmentation(text: str) -> Augmentation:
    """Return the distortions that a text such as "shift=2,rotation=10" names, or a preset's.

    Raises: InputError, UnknownNameError.
    """
    if text.strip() in preset_names():
        settings = preset(text.strip())
        return Augmentation(**{name: settings[name] for name in _STRENGTHS if name in settings})
    found: dict[str, Any] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        given, equals, value = part.partition("=")
        name = given.strip().replace("-", "_")
        if not equals:
            raise InputError(
                _AUGMENT,
                expected="settings such as shift=2,rotation=10",
                got=repr(part),
                argument="augment",
                value=text,
            )
        if name not in _STRENGTHS:
            raise unknown_name(_AUGMENT, "a distortion", name, _STRENGTHS, argument="augment")
        setting = Setting(name=name, limit=_STRENGTHS[name])
        found[name] = setting.parse(_AUGMENT, name, value.strip())
    return Augmentation(**found)


def _print_data(console: Console, summary: DataSummary) -> None:
    pair = summary.pair
    console.fact("data", summary.describe())
    for label, part in (("train", summary.train), ("test", summary.test)):
        console.fact(label, _part_text(part))
        console.fact("", f"SHA-256 {part.digest}")
    for remark in summary.remarks:
        console.fact("", remark)
    if summary.columns is not None:
        console.line()
        console.table(summary.columns)
    if not pair.train.classifies:
        return
    console.line()
    console.table(_classes_table(summary))
    console.line()
    if len(pair.train.shape) == 2 and max(pair.train.shape) <= _LARGEST:
        for line in braille_rows(_examples(pair.train)[:_DRAWN]):
            console.line(line)


def _print_copies(console: Console, copies: AugmentedCopies) -> None:
    """Print the settings and, where images are drawn, the copies of the first epochs."""
    console.fact("copies", copies.summary)
    if copies.originals.ndim != 3 or max(copies.originals.shape[1:]) > _LARGEST:
        return
    for epoch in copies.copies[:_EPOCHS]:
        for line in braille_rows(list(epoch)):
            console.line(line)


def _part_text(part: PartSummary) -> str:
    scaled = f" times {part.scale:.6g}" if part.scale != 1 else ""
    zeros = percent_text(part.zero_fraction)
    numbers = f"numbers are {part.dtype}{scaled}"
    return f"{count_text(part.examples)} examples; {numbers}, {zeros} of them 0"


def _classes_table(summary: DataSummary) -> Table:
    names, train, test = summary.pair.train.class_names, summary.train, summary.test
    columns = names, train.counts or (), test.counts or ()
    rows = tuple((n, count_text(a), count_text(b)) for n, a, b in zip(*columns, strict=True))
    left = len(rows) - _LISTED
    note = f"and {left} more classes" if left > 0 else ""
    return Table("Classes", ("class", "train", "test"), rows[:_LISTED], note)


def _examples(part: Dataset) -> list[Any]:
    """Return the first example of each class that has any, as an image."""
    _, first = np.unique(part.targets, return_index=True)
    return [part.inputs[row].reshape(part.shape) for row in first]


def _draw(part: Dataset, copies: AugmentedCopies | None, path: str) -> None:
    from chainrule.figures import save_figure
    from chainrule.figures.augmented_copies import draw_augmented_copies
    from chainrule.figures.sample_images import draw_sample_images, sample_images_data

    if copies is None:
        save_figure(draw_sample_images(sample_images_data(part)), path)
    else:
        save_figure(draw_augmented_copies(copies), path)


def _show_flags() -> list[click.Parameter]:
    save = (
        "also draw ten examples of each class, or distorted copies, into a .png, .svg or .pdf file"
    )
    augment = "also show copies that are distorted with these settings, or with those of a preset"
    seed = Limit(int, "seed of the random copies", 0, 2**63 - 1)
    return [
        argument("data"),
        Flag(["--save"], metavar="FILE", group="output", help=save),
        json_flag(),
        Flag(["--augment"], metavar="NAME=VALUE,…", group="augmentation", help=augment),
        limit_flag("seed", seed, "augmentation", "0"),
        *flags_of(_SETTINGS),
        offline_flag(),
    ]


_SUB = (
    Command(
        "list",
        _list,
        about=_LIST,
        parameters=[json_flag()],
        examples=("chainrule data list", "chainrule data list --json"),
    ),
    Command(
        "fetch",
        _fetch,
        about=_FETCH,
        parameters=[argument("name"), json_flag()],
        examples=("chainrule data fetch fashion_mnist",),
    ),
    Command(
        "verify",
        _verify,
        about=_VERIFY,
        parameters=[argument("name"), json_flag()],
        examples=("chainrule data verify mnist", "chainrule data verify fashion_mnist --json"),
    ),
    Command(
        "show",
        _show,
        about=_SHOW,
        parameters=_show_flags(),
        examples=(
            "chainrule data show mnist --save samples.png",
            "chainrule data show mnist --augment shift=2,rotation=10,elastic=34 --save copies.png",
            "chainrule data show flowers.csv --target kind",
        ),
    ),
)
command = command_group(
    "data", _SUB, about=_ABOUT, examples=("chainrule data list", "chainrule data show mnist")
)

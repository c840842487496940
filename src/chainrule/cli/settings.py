"""All that a user can set for a training, and how flags, --set and files come together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from chainrule.cli.flags import Setting
from chainrule.errors import InputError, unknown_name
from chainrule.limits import Limit, limits_of

__all__ = ["data_settings", "from_assignments", "from_file", "owned_by", "training_settings"]

_UNSET_FIELDS = ("output_given",)
_FIXED_READING = ("seed", "limit")
_DEFAULTS = {
    "layers": "inputs,128,outputs as the data have them",
    "activation": "relu",
    "output_activation": "softmax for categorical cross-entropy, else as the others",
    "initialiser": "what suits each function",
    "header": "looks whether it does",
    "delimiter": "looks for comma, semicolon and tab",
}


def training_settings() -> dict[str, Setting]:
    """Every setting of `train` by name, in the order in which help shows them."""
    rows = [*_network(), *_recipe(), *data_settings().values()]
    return {setting.name: setting for setting in rows}


def data_settings() -> dict[str, Setting]:
    """The settings for reading a user's own data, by name."""
    from chainrule.data import Reading

    target = Limit(str, "column of a table to learn: first, last, its name or number from 0")
    rows = [
        Setting(name="target", limit=target, default="last"),
        *_of_record(Reading, leave_out=_FIXED_READING),
    ]
    rows = [dataclasses.replace(row, owner="data") for row in rows]
    return {row.name: _placed(row, "data") for row in rows}


def _network() -> list[Setting]:
    from chainrule.equations.activations import ACTIVATIONS
    from chainrule.network import Architecture

    widths = Limit(int, "neurons of each layer, the inputs first", 1, 10_000_000)
    names = Limit(str, "function of all layers, or of each", choices=lambda: tuple(ACTIVATIONS))
    last = Limit(
        str, "function of the last layer", choices=lambda: tuple(ACTIVATIONS), optional=True
    )
    rows = [
        Setting(name="layers", limit=widths, many=True, least=2),
        Setting(name="activation", limit=names, many=True),
        Setting(name="output_activation", limit=last),
    ]
    rows = [dataclasses.replace(row, owner="network") for row in rows]
    described = _of_record(Architecture, leave_out=_UNSET_FIELDS)
    rows += [dataclasses.replace(row, owner="architecture") for row in described]
    return [_placed(row, "network") for row in rows]


def _placed(setting: Setting, group: str) -> Setting:
    """The setting under a heading, with words for a default that is worked out later."""
    limit = dataclasses.replace(setting.limit, group=group)
    return dataclasses.replace(setting, limit=limit, default_text=_DEFAULTS.get(setting.name, ""))


def _recipe() -> list[Setting]:
    from chainrule.recipe import Recipe

    weights = Limit(
        float, "how much an example counts, by class", 0, group="objective", optional=True
    )
    rows = _of_record(Recipe)
    place = next(i for i, row in enumerate(rows) if row.limit.group != "objective")
    rows.insert(place, Setting(name="class_weights", limit=weights, many=True))
    words = "share of neurons silent in a step: one for all hidden layers, or one each"
    silent = Limit(float, words, 0, 1, high_open=True, group="regularisation", optional=True)
    place = next(i for i, row in enumerate(rows) if row.limit.group == "regularisation")
    rows.insert(place, Setting(name="dropout", limit=silent, many=True))
    return rows


def _of_record(record: Any, leave_out: Iterable[str] = ()) -> list[Setting]:
    """A setting for each limited field of a record."""
    defaults = {field.name: field.default for field in dataclasses.fields(record)}
    return [
        Setting(name=name, limit=limit, default=defaults[name])
        for name, limit in limits_of(record).items()
        if name not in leave_out
    ]


def from_file(path: str, settings: Mapping[str, Setting]) -> dict[str, Any]:
    """The settings that a TOML or JSON file holds.

    Raises: FileError, DataError, InputError, UnknownNameError; all name the file.
    """
    from chainrule.recipe import read_table

    table = read_table(path)
    for name in table:
        if name not in settings:
            raise _unknown(path, name, settings)
    return {name: settings[name].checked(path, name, value) for name, value in table.items()}


def from_assignments(texts: Iterable[str], settings: Mapping[str, Setting]) -> dict[str, Any]:
    """The settings that texts such as "batch_size=32" hold.

    Raises: InputError, UnknownNameError.
    """
    found = {}
    for text in texts:
        given, equals, value = text.partition("=")
        name = given.strip().replace("-", "_")
        if not equals:
            raise InputError(
                "train", expected="--set name=value", got=repr(text), argument="set", value=text
            )
        if name not in settings:
            raise _unknown("train --set", name, settings)
        found[name] = settings[name].read("train --set", name, value)
    return found


def _unknown(where: str, name: str, settings: Mapping[str, Setting]) -> InputError:
    return unknown_name(where, "a setting", name, settings, argument=name)


def owned_by(
    owner: str, values: Mapping[str, Any], settings: Mapping[str, Setting]
) -> dict[str, Any]:
    """Those of the values that are handed to one owner."""
    return {name: value for name, value in values.items() if settings[name].owner == owner}

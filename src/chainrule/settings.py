"""The settings of an experiment, from flags and files to architecture and recipe.

A `Setting` knows the type, range and meaning of one thing that can be set. `merge_settings` brings
presets, files and flags together, `fill_defaults` adds what the data decide, and
`build_architecture` and `build_recipe` make the records.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chainrule.errors import DataError, InputError, unknown_name
from chainrule.limits import Limit, limits_of
from chainrule.network import Architecture
from chainrule.recipe import BALANCED, BEFORE_SCALING, Recipe, read_table

if TYPE_CHECKING:
    from chainrule.data import Dataset

__all__ = [
    "NETWORK_NAMES",
    "NEURONS",
    "Setting",
    "build_architecture",
    "build_recipe",
    "data_settings",
    "fill_defaults",
    "merge_settings",
    "parse_assignments",
    "read_settings",
    "select_settings",
    "training_settings",
]

NEURONS = re.compile(r"neurons_([1-9]\d?)")
"""The name of a hidden layer's width, such as neurons_1."""

HIDDEN = 128
"""Neurons of the hidden layer where the layers are not set."""

NETWORK_NAMES = (
    *("layers", "hidden", "activation", "output_activation"),
    *(name for name in limits_of(Architecture) if name != "output_given"),
)
"""The settings of a network; all others but those of the data are fields of Recipe."""

_TABLE_STEPS = 2000
_FEWEST_PASSES, _MOST_PASSES = 20, 200
_LARGE_TABLE = 20_000
_DECAYED_ROWS = 1000
"""The weight decay of a table is 1 up to so many rows, then falls as their number grows."""

_TRUTHS = dict.fromkeys(("true", "yes", "on", "1"), True)
_TRUTHS |= dict.fromkeys(("false", "no", "off", "0"), False)
# output_given follows from the others; load_dataset's seed and limit are not part of an experiment.
_NOT_OF_ARCHITECTURE = ("output_given",)
_NOT_OF_READING = ("seed", "limit")
_DEFAULTS = {
    "layers": "inputs,128,outputs; the data give inputs and outputs",
    "hidden": "128",
    "activation": "relu",
    "output_activation": "softmax for categorical cross-entropy, otherwise that of the "
    "other layers",
    "initialiser": "the one that suits each activation",
    "header": "detected",
    "delimiter": "detected: comma, semicolon, tab, bar or white space",
    "task": "detected: texts and few whole numbers are classes",
    "pixels": "detected",
    "table": "the first sheet, or the only table",
    **dict.fromkeys(("drop", "category", "number", "date", "missing"), "none"),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that a user can set by a flag, by --set, or in a file.

    Args:
        name: the name in records and files, such as "batch_size".
        limit: what the value, or each part of a list, may be.
        default: the value where the user sets none.
        owner: the record that takes it: "recipe", "network" or "data".
        many: whether it is a list, with commas between its parts.
        least: the fewest parts of a list.
        words: what may stand for the whole list, such as "balanced".
        default_text: what help says of the default; the default itself where empty.
    """

    name: str
    limit: Limit
    default: Any = None
    owner: str = "recipe"
    many: bool = False
    least: int = 1
    words: tuple[str, ...] = ()
    default_text: str = ""

    def check(self, where: str, name: str, value: Any) -> Any:
        """Return the value in its normal form.

        Args:
            where: the caller, for the error text.
            name: what the user calls the setting: its name, or its flag.
            value: a plain value.

        Raises: InputError, UnknownNameError.
        """
        if not self.many or (value is None and self.limit.optional):
            return self.limit.check(where, name, value)
        if isinstance(value, str) and value in self.words:
            return value
        parts = value if isinstance(value, (list, tuple)) else [value]
        if len(parts) < self.least:
            raise InputError(
                where,
                expected=f"{name} to be at least {self.least} values",
                got=", ".join(map(str, parts)) or "none",
                why=f"{name}: {self.limit.meaning}",
                argument=self.name,
                value=value,
            )
        return [self.limit.check(where, name, part) for part in parts]

    def parse(self, where: str, name: str, text: str) -> Any:
        """Return the value that a text stands for; arguments and errors as in `check`."""
        if self.limit.optional and text.strip().lower() == "none":
            return None
        if not self.many:
            return self.check(where, name, _plain_value(self.limit.kind, text))
        if text.strip() in self.words:
            return text.strip()
        parts = [_plain_value(self.limit.kind, part.strip()) for part in text.split(",")]
        return self.check(where, name, parts)


def _plain_value(kind: type, text: str) -> Any:
    """Return the text as a plain value if it is one; otherwise itself, for the limit to refuse."""
    if kind is bool:
        return _TRUTHS.get(text.strip().lower(), text)
    if kind is not str:
        for number in (int, float):
            with contextlib.suppress(ValueError):
                return number(text)
    return text


@cache
def training_settings() -> Mapping[str, Setting]:
    """Return every setting of an experiment by name, in the order in which help shows them."""
    rows = [*_network_settings(), *_recipe_settings(), *data_settings().values()]
    return MappingProxyType({setting.name: setting for setting in rows})


@cache
def data_settings() -> Mapping[str, Setting]:
    """Return the settings for reading a user's own data, by name."""
    from chainrule.data import ReadOptions

    target = Limit(str, "column of a table to learn: first, last, its name or number from 0")
    lists = {
        "drop": "columns that are not inputs",
        "category": "columns whose values are categories",
        "number": "columns that are numbers, however they look",
        "date": "columns that are dates",
        "missing": "texts that stand for a missing cell, besides blanks, ?, NA and the like",
    }
    rows = [
        Setting(name="target", limit=target, default="last"),
        *(
            Setting(name=name, limit=Limit(str, meaning), default=(), many=True, least=0)
            for name, meaning in lists.items()
        ),
        *_record_settings(ReadOptions, leave_out=_NOT_OF_READING),
    ]
    return MappingProxyType({row.name: _assign(row, "data") for row in rows})


def _network_settings() -> list[Setting]:
    from chainrule.equations.activations import ACTIVATIONS

    widths = Limit(int, "neurons of each layer, the inputs first", 1, 10_000_000)
    hidden = Limit(
        int, "neurons of each hidden layer; the data give inputs and outputs", 1, 10_000_000
    )
    names = Limit(
        str, "activation of all layers, or one for each layer", choices=lambda: tuple(ACTIVATIONS)
    )
    last = Limit(
        str, "activation of the last layer", choices=lambda: tuple(ACTIVATIONS), optional=True
    )
    rows = [
        Setting(name="layers", limit=widths, many=True, least=2),
        Setting(name="hidden", limit=hidden, many=True),
        Setting(name="activation", limit=names, many=True),
        Setting(name="output_activation", limit=last),
        *_record_settings(Architecture, leave_out=_NOT_OF_ARCHITECTURE),
    ]
    return [_assign(row, "network") for row in rows]


def _assign(setting: Setting, owner: str) -> Setting:
    """Return the setting for an owner, whose name is also its heading in help."""
    limit = dataclasses.replace(setting.limit, group=owner)
    text = _DEFAULTS.get(setting.name, "")
    return dataclasses.replace(setting, limit=limit, owner=owner, default_text=text)


def _recipe_settings() -> list[Setting]:
    """Return the recipe's settings; its two lists, which have no limit, join their groups."""
    meaning = "weight of each class's examples, or balanced, by which every class counts alike"
    weights = Limit(float, meaning, 0, group="objective", optional=True)
    words = "fraction of neurons dropped in a step: one for all hidden layers, or one for each"
    dropout = Limit(float, words, 0, 1, high_open=True, group="regularisation", optional=True)
    rows = _record_settings(Recipe)
    last = max(i for i, row in enumerate(rows) if row.limit.group == "objective")
    rows.insert(
        last + 1, Setting(name="class_weights", limit=weights, many=True, words=(BALANCED,))
    )
    first = next(i for i, row in enumerate(rows) if row.limit.group == "regularisation")
    rows.insert(first, Setting(name="dropout", limit=dropout, many=True))
    return rows


def _record_settings(record: Any, leave_out: Iterable[str] = ()) -> list[Setting]:
    """Return a setting for each limited field of a record."""
    defaults = {field.name: field.default for field in dataclasses.fields(record)}
    return [
        Setting(name=name, limit=limit, default=defaults[name])
        for name, limit in limits_of(record).items()
        if name not in leave_out
    ]


def merge_settings(
    given: Mapping[str, Any],
    *,
    preset: str | None = None,
    config: str | None = None,
    assignments: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the settings of a preset, a file, assignments and arguments as one.

    Where several set the same thing, arguments count more than assignments, assignments more than
    the file, and the file more than the preset.

    Args:
        given: settings by name, each already in its normal form or a plain value.
        preset: the name of a preset.
        config: a TOML or JSON file of settings.
        assignments: texts such as "batch_size=32".

    Raises: FileError, DataError, InputError, UnknownNameError.
    """
    from chainrule.presets import preset as read_preset

    settings = training_settings()
    values: dict[str, Any] = {}
    if preset is not None:
        values |= _check_all("preset", read_preset(preset))
    if config is not None:
        values |= read_settings(config)
    values |= parse_assignments(assignments)
    for name, value in given.items():
        if name not in settings and not NEURONS.fullmatch(name):
            raise _unknown_setting("Experiment", name)
        values[name] = (
            settings[name].check("Experiment", name, value) if name in settings else value
        )
    return values


def read_settings(path: str) -> dict[str, Any]:
    """Return the settings that a TOML or JSON file holds.

    Raises: FileError, DataError, InputError, UnknownNameError; all name the file.
    """
    table = read_table(path)
    whole = {name for name, value in Recipe().to_dict().items() if value is not None}
    if whole - set(table) == set(BEFORE_SCALING):  # a run's recipe, from before there was scaling
        table = {**BEFORE_SCALING, **table}
    return _check_all(path, table)


def _check_all(where: str, table: Mapping[str, Any]) -> dict[str, Any]:
    settings = training_settings()
    for name in table:
        if name not in settings:
            raise _unknown_setting(where, name)
    return {name: settings[name].check(where, name, value) for name, value in table.items()}


def parse_assignments(texts: Iterable[str], where: str = "--set") -> dict[str, Any]:
    """Return the settings that texts such as "batch_size=32" hold.

    Args:
        texts: a name, an equals sign and a value each.
        where: the flag that gave them, for error texts.

    Raises: InputError, UnknownNameError.
    """
    settings, found = training_settings(), {}
    for text in texts:
        given, equals, value = text.partition("=")
        name = given.strip().replace("-", "_")
        if not equals:
            raise InputError(
                where, expected="name=value", got=repr(text), argument="set", value=text
            )
        if name not in settings:
            raise _unknown_setting(where, name)
        found[name] = settings[name].parse(where, name, value)
    return found


def _unknown_setting(where: str, name: str) -> InputError:
    return unknown_name(where, "a setting", name, training_settings(), argument=name)


def select_settings(owner: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that one owner takes: "recipe", "network" or "data".

    >>> select_settings("network", {"neurons_1": 8, "epochs": 3})
    {'neurons_1': 8}
    """
    settings = training_settings()
    return {
        name: value
        for name, value in values.items()
        if (settings[name].owner if name in settings else "network") == owner
    }


def fill_defaults(settings: Mapping[str, Any], training: Dataset) -> dict[str, Any]:
    """Return the settings together with those that follow from the training set.

    Without layers or hidden there is one hidden layer of 128 neurons. A table is learned in 2,000
    steps of adamw or more. Targets that are numbers have the cost half_squared_error and, where one
    activation stands for all layers, the output activation identity: most activations bound their
    output, and such targets are seldom bounded.

    Args:
        settings: values by name; they are not changed.
        training: the training set.

    Raises: InputError if both layers and hidden are set; DataError for examples of a single class.
    """
    from chainrule.data import count_inputs

    if training.classifies and len(training.class_names) == 1:
        raise DataError(
            training.source or training.name,
            expected="examples of two classes or more",
            got=f"one class, {training.class_names[0]}",
            remedy="Name the label's column, or put the pictures of each class into a folder of "
            "its own",
        )
    inputs = count_inputs(training, str(settings.get("encoding", "one_hot")))
    filled = {name: value for name, value in settings.items() if name != "hidden"}
    if "hidden" in settings and "layers" in settings:
        raise InputError(
            "Experiment",
            expected="either layers or hidden",
            got="both",
            why="hidden stands for the layers between those that the data give",
            argument="hidden",
            value=settings["hidden"],
        )
    if training.is_raw_table:
        filled = {**_table_defaults(len(training), filled), **filled}
    filled.setdefault("layers", [inputs, *settings.get("hidden", [HIDDEN]), training.outputs])
    if training.classifies:
        return filled
    filled.setdefault("cost", "half_squared_error")
    activation = filled.get("activation", "relu")
    if isinstance(activation, str) or len(activation) == 1:
        filled.setdefault("output_activation", "identity")
    return filled


def _table_defaults(examples: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return how long, in which batches and with which decay a table is learned.

    A table of a few hundred rows needs more passes than images to come to as many steps, and more
    decay. docs/tables.md compares the outcome with another library's.
    """
    batch = settings.get("batch_size", 32 if examples < _LARGE_TABLE else 128)
    epochs = math.ceil(_TABLE_STEPS * batch / examples)
    found = {"batch_size": batch, "epochs": min(max(epochs, _FEWEST_PASSES), _MOST_PASSES)}
    if "optimiser" not in settings:
        decay = min(max(_DECAYED_ROWS / examples, 0.01), 1.0)
        found |= {"optimiser": "adamw", "weight_decay": round(decay, 3)}
    return found


def build_recipe(settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe that the settings describe; those of the network are passed over.

    Raises: InputError, UnknownNameError.
    """
    return Recipe.from_dict(
        {name: value for name, value in settings.items() if not _is_of_network(name)}
    )


def build_architecture(settings: Mapping[str, Any]) -> Architecture:
    """Return the architecture that the settings describe, before the cost decides its output.

    Args:
        settings: values by name, layers among them; neurons_1 is the width of the first hidden
            layer, whatever the layers say. Settings of the recipe are passed over.

    Raises: InputError, ShapeError, UnknownNameError.
    """
    network = {name: value for name, value in settings.items() if name in NETWORK_NAMES}
    layers = _replace_widths(network.pop("layers"), settings)
    activation = network.pop("activation", "relu")
    output = network.pop("output_activation", None)
    return Architecture.of(layers, activation, output, **network)


def _is_of_network(name: str) -> bool:
    return name in NETWORK_NAMES or NEURONS.fullmatch(name) is not None


def _replace_widths(layers: Any, settings: Mapping[str, Any]) -> Any:
    """Return the layers with the widths that settings such as neurons_1 give."""
    changed = list(layers) if isinstance(layers, (list, tuple)) else layers
    for name, width in settings.items():
        hidden = NEURONS.fullmatch(name)
        if hidden is None:
            continue
        if not isinstance(changed, list) or int(hidden[1]) > len(changed) - 2:
            raise InputError(
                "Architecture",
                expected=f"layers with a hidden layer {hidden[1]}",
                got=str(layers),
                why=f"{name} is its width",
                argument=name,
            )
        changed[int(hidden[1])] = width
    return changed

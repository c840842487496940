"""What decides all of the room Train: data, network, recipe, and how far it has learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from chainrule.data import dataset_names
from chainrule.errors import unknown_name
from chainrule.lab.room_settings import (
    LAYER_READERS,
    LAYER_WRITERS,
    RoomSettings,
    check_layers,
    refused,
)
from chainrule.limits import Limit, check_record, limited
from chainrule.settings import Setting, training_settings

__all__ = [
    "OWN_DATA",
    "PANELS",
    "POINT_MAPS",
    "TRAIN_WIDTH",
    "RateChange",
    "SettingValue",
    "TrainSettings",
    "form_settings",
]

OWN_DATA = "own"
"""The name of the data with which the lab was opened."""
TRAIN_WIDTH = 1024
"""Neurons of a hidden layer at most."""
PANELS = ("curves", "layers", "answers", "points", "diagnosis")
"""What can be looked at beside the network; only what is looked at is computed."""
POINT_MAPS = ("pca", "tsne")
"""How the activations of a layer become points of a plane."""
_MOST_CHANGES = 50
_LEFT_OUT = ("snapshots", "layers", "hidden", "activation")
"""Settings that need a run's folder, or that are drawn as layers."""


class SettingValue(NamedTuple):
    """A setting of the network or the recipe that was set.

    Args:
        name: of one of `form_settings`.
        value: in its normal form, a tuple for a list.
    """

    name: str
    value: Any


class RateChange(NamedTuple):
    """A change of the learning rate on the way.

    Args:
        updates: done before the first update with the new rate.
        rate: that the schedule begins from, from there on.
    """

    updates: int
    rate: float


def _data_names() -> tuple[str, ...]:
    return ("", OWN_DATA, *dataset_names())


@cache
def form_settings() -> Mapping[str, Setting]:
    """Return the settings of `chainrule train` that the room's form has, by name.

    They are those of the recipe and of the network. Its layers and their activations are drawn.
    """
    return {
        name: setting
        for name, setting in training_settings().items()
        if setting.owner != "data" and name not in _LEFT_OUT
    }


def _write_rates(changes: tuple[RateChange, ...]) -> str:
    return "/".join(f"{one.updates},{one.rate!r}" for one in changes)


def _read_rates(text: str) -> tuple[Any, ...]:
    pairs = (one.split(",") for one in text.split("/"))
    return tuple((int(updates), float(rate)) for updates, rate in pairs)


def _write_value(value: Any) -> str:
    if value is None:
        return "none"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _read_beside(text: str) -> TrainSettings:
    return TrainSettings.from_text(text) if text else TrainSettings()


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    **LAYER_WRITERS,
    "rates": _write_rates,
    "cell": lambda cell: ",".join(map(str, cell)),
    "beside": lambda beside: beside.to_text(),
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    **LAYER_READERS,
    "rates": _read_rates,
    "cell": lambda text: tuple(map(int, text.split(","))),
    "beside": _read_beside,
    **dict.fromkeys(("examples", "updates", "point", "within", "layer"), int),
}


@dataclass(frozen=True, kw_only=True)
class TrainSettings(RoomSettings):
    """The data, the network, the recipe and the number of updates done.

    As plain values and in an address the settings of `form_settings` stand beside the others.

    Args:
        data: `OWN_DATA`, "mnist", or empty for the lab's own, where there are any.
        examples: of the training set, from the first, that are learned from at most.
        hidden: widths of the hidden layers; None for those that the data come with.
        activations: one for each hidden layer; None with hidden None only.
        values: settings of network and recipe that are not those that the data come with.
        rates: changes of the learning rate on the way.
        beside: a second training on the same data, for comparison, done as far; it has no updates,
            and none beside it.
        updates: steps of training that have been done.
        point: the example of the test set whose numbers are shown.
        within: instead, the example of the next update's batch, from 1 in the batch's order; 0 for
            none.
        panel: what is shown beside the network.
        layer: whose activations are drawn as points, from 1; 0 for the inputs.
        map: how they become points of the plane.
        cell: of the table of confusions whose examples are shown: class and answer; empty for none.

    Raises: InputError, UnknownNameError.
    """

    room = "train"
    shown = ("updates", "point", "within", "panel", "layer", "map", "cell", "beside")
    writers = _WRITERS
    readers = _READERS

    # fmt: off
    data: str = limited("", Limit(str, "data that are learned", choices=_data_names))
    examples: int = limited(20_000, Limit(int, "examples learned from", 100, 1_000_000))
    hidden: tuple[int, ...] | None = None
    activations: tuple[str, ...] | None = None
    values: tuple[SettingValue, ...] = ()
    rates: tuple[RateChange, ...] = ()
    beside: TrainSettings | None = None
    updates: int = limited(0, Limit(int, "updates done", 0, 100_000))
    point: int = limited(0, Limit(int, "number of an example", 0))
    within: int = limited(0, Limit(int, "number of an example of the next update", 0))
    panel: str = limited("curves", Limit(str, "panel", choices=lambda: PANELS))
    layer: int = limited(1, Limit(int, "layer", 0))
    map: str = limited("pca", Limit(str, "map of points", choices=lambda: POINT_MAPS))
    cell: tuple[int, ...] = ()
    # fmt: on

    def __post_init__(self) -> None:
        check_record(self, "lab")
        if self.hidden is not None or self.activations is not None:
            check_layers(self.hidden, self.activations, TRAIN_WIDTH)
        store = object.__setattr__
        store(self, "values", _check_values(self.values))
        store(self, "rates", _check_rates(self.rates))
        if len(self.cell) not in (0, 2) or not all(type(one) is int for one in self.cell):
            raise refused("cell", "a class and an answer, two whole numbers", self.cell)
        if self.beside is not None:
            _check_beside(self.beside, self.data)

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, as plain values."""
        found = super().to_dict()
        if self.beside is not None:
            found["beside"] = self.beside.to_dict()
        for name, value in found.pop("values", ()):
            found[name] = value
        return found

    def to_text(self) -> str:
        """Return what differs from the defaults, as it stands in an address."""
        own = RoomSettings.to_text(replace(self, values=()))
        parts = [f"{name}:{quote(_write_value(value), safe=',')}" for name, value in self.values]
        return ";".join([*filter(None, (own,)), *parts])

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Return the settings that plain values describe; what is left out has its default.

        Raises: InputError, UnknownNameError for what they cannot mean.
        """
        if not isinstance(values, Mapping) or "values" in values:
            raise refused(cls.room, "an object with each setting by its name", values)
        known = form_settings()
        given = dict(values)
        chosen = [SettingValue(name, given.pop(name)) for name in values if name in known]
        if isinstance(given.get("beside"), Mapping):
            given["beside"] = cls.from_dict(given["beside"])
        made = super().from_dict(given)
        return replace(made, values=tuple(chosen))

    @classmethod
    def read_part(cls, name: str, text: str) -> Any:
        """Return the value of one setting from its text.

        Raises: ValueError, InputError, UnknownNameError.
        """
        setting = form_settings().get(name)
        return (
            super().read_part(name, text) if setting is None else setting.parse("lab", name, text)
        )


def _check_values(values: Any) -> tuple[SettingValue, ...]:
    """The settings in their normal form, in the order of their names."""
    known = form_settings()
    found: dict[str, SettingValue] = {}
    for name, value in values:
        if name not in known:
            raise unknown_name("lab", "a setting", name, known, argument=name)
        plain = list(value) if isinstance(value, tuple) else value
        checked = known[name].check("lab", name, plain)
        found[name] = SettingValue(name, tuple(checked) if isinstance(checked, list) else checked)
    return tuple(found[name] for name in sorted(found))


def _check_rates(changes: Any) -> tuple[RateChange, ...]:
    if not isinstance(changes, tuple) or len(changes) > _MOST_CHANGES:
        raise refused("rates", f"at most {_MOST_CHANGES} changes of the rate", changes)
    limit = form_settings()["learning_rate"].limit
    found: dict[int, RateChange] = {}
    for one in changes:
        if not isinstance(one, tuple) or len(one) != 2 or type(one[0]) is not int or one[0] < 1:
            raise refused("rates", "the number of updates before a change, and the rate", one)
        found[one[0]] = RateChange(one[0], limit.check("lab", "learning_rate", one[1]))
    return tuple(found[at] for at in sorted(found))


def _check_beside(beside: Any, data: str) -> None:
    if not isinstance(beside, TrainSettings) or beside.updates or beside.beside is not None:
        raise refused("beside", "the settings of a second training, without updates", beside)
    if beside.data != data:
        raise refused("beside", "a second training on the same data", beside.data)

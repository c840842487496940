"""What the settings of a room that trains have in common: both of their forms, and their limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote

from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import ChainruleError, InputError, unknown_name
from chainrule.limits import limits_of

__all__ = [
    "LAYER_READERS",
    "LAYER_WRITERS",
    "RoomSettings",
    "check_layers",
    "describe_limits",
    "layer_activations",
    "refused",
    "split_names",
]

_WHERE = "lab"
_MOST_LAYERS = 8
_MOST_WIDTH = 64


@dataclass(frozen=True, kw_only=True)
class RoomSettings:
    """Settings as plain values and as a part of an address; a room's are a frozen record of it."""

    room: ClassVar[str]
    """Name of the room."""
    writers: ClassVar[Mapping[str, Callable[[Any], str]]]
    """What writes a value as text, by the field's name, where `str` does not."""
    readers: ClassVar[Mapping[str, Callable[[str], Any]]]
    """What reads the text of a value that is none."""
    shown: ClassVar[tuple[str, ...]] = ("updates", "point")
    """Settings that do not decide the training, but how far it is, and what is looked at."""

    @property
    def training(self) -> tuple[Any, ...]:
        """All that decides the training: the settings without those of `shown`."""
        return tuple(v for name, v in vars(self).items() if name not in self.shown)

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, as plain values."""
        given = asdict(self)
        return {
            one.name: _plain(given[one.name])
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }

    def to_text(self) -> str:
        """Return what differs from the defaults, as it stands in an address."""
        parts = []
        for name in self.to_dict():
            value = getattr(self, name)
            text = self.writers[name](value) if name in self.writers else str(value)
            parts.append(f"{name}:{quote(text, safe=_SAFE)}")
        return ";".join(parts)

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Return the settings that plain values describe; what is left out has its default.

        Raises: InputError, UnknownNameError for what they cannot mean.
        """
        if not isinstance(values, Mapping):
            raise refused(cls.room, "an object", values)
        known = [one.name for one in fields(cls)]
        for name in values:
            if name not in known:
                raise unknown_name(
                    _WHERE, f"a setting of the {cls.room}", name, known, argument=cls.room
                )
        return cls(**{str(name): _tuple(value) for name, value in values.items()})

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the settings that a part of an address names.

        Raises: InputError, UnknownNameError for what it cannot mean.
        """
        values: dict[str, Any] = {}
        for part in text.split(";"):
            name, sign, written = part.partition(":")
            if not sign:
                raise refused(cls.room, "name:value, joined by ;", part)
            try:
                values[name] = cls.read_part(name, unquote(written))
            except ChainruleError:  # which is a ValueError too, and says more
                raise
            except ValueError:
                raise refused(name, "a value as in an address of the lab", written) from None
        return cls.from_dict(values)

    @classmethod
    def read_part(cls, name: str, text: str) -> Any:
        """Return the value of one setting from its text.

        Raises: ValueError for a text that is none.
        """
        return cls.readers.get(name, str)(text)


_SAFE = ",:.+-*/()^ "


def refused(name: str, expected: str, got: Any) -> InputError:
    """Return the error of a value that a setting cannot have."""
    return InputError(_WHERE, expected=expected, got=repr(got)[:80], argument=name, value=got)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def layer_activations() -> list[str]:
    """Return the activations that a hidden layer can have."""
    return [name for name in ACTIVATIONS if name != "softmax"]


def check_layers(widths: Any, activations: Any, most_width: int = _MOST_WIDTH) -> None:
    """Refuse hidden layers that a room cannot have.

    Args:
        widths: of the hidden layers.
        activations: one for each.
        most_width: neurons of a layer at most.

    Raises: InputError, UnknownNameError.
    """
    if not isinstance(widths, tuple) or len(widths) > _MOST_LAYERS:
        raise refused("hidden", f"at most {_MOST_LAYERS} widths", widths)
    for width in widths:
        if type(width) is not int or not 1 <= width <= most_width:
            raise refused("hidden", f"widths from 1 to {most_width}", width)
    if not isinstance(activations, tuple) or len(activations) != len(widths):
        raise refused("activations", f"{len(widths)} names, one for each layer", activations)
    for name in activations:
        if name not in ACTIVATIONS or name == "softmax":
            known = layer_activations()
            raise unknown_name(_WHERE, "an activation", name, known, argument="activations")


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a text, joined by commas."""
    return tuple(re.findall(r"[^,]+", text))


LAYER_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "hidden": lambda widths: ",".join(map(str, widths)),
    "activations": ",".join,
}
LAYER_READERS: Mapping[str, Callable[[str], Any]] = {
    "hidden": lambda text: tuple(map(int, split_names(text))),
    "activations": split_names,
}


def describe_limits(settings: RoomSettings) -> dict[str, Any]:
    """Return what each number of the settings can be, for the page's forms."""
    return {
        name: {
            "low": limit.low,
            "high": limit.high,
            "low_open": limit.low_open,
            "whole": limit.kind is int,
            "words": limit.constraint(),
        }
        for name, limit in limits_of(type(settings)).items()
        if limit.choices is None
    }

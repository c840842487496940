"""The state of the lab: everything that the page shows is a function of it.

It has two forms besides the record: plain values (`to_dict`), and an address (`to_address`) such as
`look?example=3&select=delta[2][3]`, which stands behind the # of the page's own. What has its
default is left out of both, so that an address stays short and later versions can add fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from chainrule.descent import DESCENT_LIMITS
from chainrule.errors import ChainruleError, InputError, unknown_name
from chainrule.lab.compare_settings import CompareSettings
from chainrule.lab.ink import Stroke, check_strokes, decode_strokes, encode_strokes
from chainrule.lab.plane_settings import PlaneSettings
from chainrule.lab.room_settings import RoomSettings
from chainrule.lab.studies_settings import StudiesSettings
from chainrule.lab.train_settings import TrainSettings
from chainrule.limits import Limit, check_record, limited

__all__ = ["ROOM_NAMES", "Edit", "LabState"]

_VERSION = 1
"""Of the state's form; an address of a later version is refused."""
ROOM_NAMES = (
    "draw",
    "train",
    "look",
    "plane",
    "descend",
    "approximate",
    "studies",
    "compare",
    "learn",
)
"""The rooms in the order in which the page names them."""

_WHERE = "lab"
_PARAMETER = re.compile(r"W\[\d{1,4}\]\[\d{1,9},\d{1,9}\]|b\[\d{1,4}\]\[\d{1,9}\]")
_INPUT = re.compile(r"x\[\d{1,9}\]")
_TRIAL = re.compile(r"(?:[^/]{1,200}/\d{1,9}/\d{1,20})?")
_SILENCED = re.compile(r"a\[\d{1,4}\]\[\d{1,9}\]")
_PHOTO = re.compile(r"[0-9a-f]{16}|")
_MOST_EDITS = 200
_BENDS = ("relu", "sigmoid")
_DIRECTIONS = ("forward", "backward")
_NETWORKS = ("", "train")


class Edit(NamedTuple):
    """A weight or bias that the visitor has set.

    Args:
        address: such as "W[1][4,300]" or "b[2][3]".
        value: finite.
    """

    address: str
    value: float


_PLANE = PlaneSettings()
_TRAIN = TrainSettings()
_COMPARE = CompareSettings()
_STUDIES = StudiesSettings()


def _rooms() -> tuple[str, ...]:
    return ROOM_NAMES


@dataclass(frozen=True, kw_only=True)
class LabState:
    """What the visitor sees, as plain numbers and texts.

    Args:
        room: one of ROOM_NAMES.
        ink: what is drawn, in canvas units; empty if an example is shown.
        photo: name of a photograph that was given to the lab; empty for none.
        inputs: columns of the example that were set, such as "x[3]".
        digit: which of several drawn digits is looked at, from 0 in reading order.
        example: a row of the examples; in a step of a run, a row of the training set.
        target: the class that the example is said to have; None for its own, or the answer.
        step: of a run, from 1; None for a step on the example alone.
        select: the address of the number that is opened; empty for none.
        edits: weights and biases that were set.
        silenced: addresses of neurons whose activation counts as 0, such as "a[1][4]".
        abstain: the answer is withheld where no probability reaches this.
        edges: how many connections are drawn, the greatest first.
        digits: significant digits of numbers.
        direction: of the pass that is drawn, "forward" or "backward".
        hidden: names of controls that a teacher has hidden.
        plane: points, network and recipe of the room Plane, and how far it has learned.
        train: the same of the room Train.
        network: that the rooms Draw and Look inside show: empty for the lab's, or "train" for the
            one of the room Train, where its training stands.
        compare: which two models the room Compare shows.
        studies: which study the room Studies shows.
        trial: "NAME/12/0", the trial 12 of a study with its seed 0, whose network takes the place
            of the lab's own in the rooms Draw, Look inside and Compare; empty for the lab's own.
        formula: of one or two variables in the room Descend, of one in the room Approximate.
        start: a number for each variable, in the order of the alphabet; 2 for those left out.
        rate: the learning rate of the descent.
        steps: of the descent.
        neurons: whose pieces add up to the formula's curve in the room Approximate.
        bend: their activation, "relu" or "sigmoid".
        at: the x whose numbers are shown there.
        chapter: of the room Learn, from 1.
        answers: what was typed for each question of its exercise.

    Raises: InputError, UnknownNameError.
    """

    room: str = limited("draw", Limit(str, "room", choices=_rooms))
    ink: tuple[Stroke, ...] = ()
    photo: str = ""
    inputs: tuple[Edit, ...] = ()
    digit: int = limited(0, Limit(int, "number of a drawn digit", 0, 99))
    example: int | None = limited(None, Limit(int, "number of an example", 0, optional=True))
    target: int | None = limited(None, Limit(int, "number of a class", 0, optional=True))
    step: int | None = limited(None, Limit(int, "number of a step", 1, optional=True))
    select: str = ""
    edits: tuple[Edit, ...] = ()
    silenced: tuple[str, ...] = ()
    abstain: float = limited(0.0, Limit(float, "least probability of an answer", 0, 1))
    edges: int = limited(40, Limit(int, "connections drawn", 0, 400))
    digits: int = limited(6, Limit(int, "significant digits of numbers", 1, 17))
    direction: str = limited("forward", Limit(str, "pass", choices=lambda: _DIRECTIONS))
    hidden: tuple[str, ...] = ()
    plane: PlaneSettings = _PLANE
    train: TrainSettings = _TRAIN
    network: str = limited("", Limit(str, "network", choices=lambda: _NETWORKS))
    compare: CompareSettings = _COMPARE
    studies: StudiesSettings = _STUDIES
    trial: str = ""
    formula: str = "x^2 - 2x + 1.5"
    start: tuple[float, ...] = ()
    rate: float = limited(0.3, DESCENT_LIMITS["learning_rate"])
    steps: int = limited(20, Limit(int, "steps of the descent", 1, 200))
    neurons: int = limited(4, Limit(int, "neurons of the hidden layer", 1, 30))
    bend: str = limited("relu", Limit(str, "activation", choices=lambda: _BENDS))
    at: float = limited(1.0, Limit(float, "x that is looked at", -3, 3))
    chapter: int = limited(1, Limit(int, "chapter", 1, 12))
    answers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_record(self, _WHERE)
        object.__setattr__(self, "ink", check_strokes(self.ink))
        object.__setattr__(self, "edits", _check_edits(self.edits, _PARAMETER))
        object.__setattr__(self, "inputs", _check_edits(self.inputs, _INPUT))
        object.__setattr__(self, "silenced", _check_texts("silenced", self.silenced, _SILENCED))
        object.__setattr__(self, "hidden", _check_texts("hidden", self.hidden, _HIDDEN))
        object.__setattr__(self, "start", _check_start(self.start))
        _check_answers(self.answers)
        if not isinstance(self.photo, str) or _PHOTO.fullmatch(self.photo) is None:
            raise _refused("photo", "the name of a photo", self.photo)
        if not isinstance(self.formula, str) or len(self.formula) > _LONGEST_FORMULA:
            raise _refused("formula", f"at most {_LONGEST_FORMULA} signs", self.formula)
        if not isinstance(self.select, str) or len(self.select) > _LONGEST:
            raise _refused("select", "the address of a number", self.select)
        if not isinstance(self.trial, str) or _TRIAL.fullmatch(self.trial) is None:
            raise _refused("trial", "NAME/NUMBER/SEED of a study's trial", self.trial)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with the version; what has its default is left out."""
        return {"version": _VERSION, **{name: _plain(v) for name, v in self._changed()}}

    def to_address(self) -> str:
        """Return the address: the room, and what differs from the defaults."""
        texts = {
            name: _WRITERS.get(name, str)(value)
            for name, value in self._changed()
            if name != "room"
        }
        query = urlencode(texts, safe="[],:;/")
        return f"{self.room}?{query}" if query else self.room

    def _changed(self) -> list[tuple[str, Any]]:
        pairs = ((one.name, getattr(self, one.name), one.default) for one in fields(self))
        return [(name, value) for name, value, default in pairs if value != default]

    @classmethod
    def from_dict(cls, values: Any) -> LabState:
        """Return the state that plain values describe.

        Raises: InputError, UnknownNameError for what they cannot mean.
        """
        if not isinstance(values, Mapping):
            raise _refused("state", "an object", values)
        version = values.get("version", _VERSION)
        if version != _VERSION:
            raise _refused("version", f"a state of version {_VERSION}", version)
        given = {str(name): value for name, value in values.items() if name != "version"}
        _require_known(given)
        return cls(**{name: _READ_PLAIN.get(name, _same)(value) for name, value in given.items()})

    @classmethod
    def from_address(cls, address: str) -> LabState:
        """Return the state that an address names, with or without the # before it.

        Raises: InputError, UnknownNameError for what it cannot mean.
        """
        room, _, query = address.removeprefix("#").removeprefix("/").partition("?")
        try:
            pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        except ValueError:
            raise _refused("address", "name=value, joined by &", address) from None
        given = dict(pairs)
        _require_known(given)
        values = {name: _read_text(name, text) for name, text in given.items()}
        return cls(**{"room": room or "draw", **values})

    def with_changes(self, **changes: Any) -> LabState:
        """Return the state with other values of some fields.

        Raises: as the class.
        """
        return replace(self, **changes)


_LONGEST = 80
_LONGEST_FORMULA = 200
_MOST_VARIABLES = 4
_MOST_ANSWERS = 4
_HIDDEN = re.compile(r"[a-z]{1,20}")


def _refused(name: str, expected: str, got: Any) -> InputError:
    return InputError(_WHERE, expected=expected, got=repr(got)[:80], argument=name, value=got)


def _require_known(given: Mapping[str, Any]) -> None:
    known = [one.name for one in fields(LabState)]
    for name in given:
        if name not in known:
            raise unknown_name(_WHERE, "a part of the state", name, known, argument=name)


def _check_edits(edits: Any, pattern: re.Pattern[str]) -> tuple[Edit, ...]:
    found: dict[str, Edit] = {}
    if not isinstance(edits, tuple) or len(edits) > _MOST_EDITS:
        raise _refused("edits", f"at most {_MOST_EDITS} numbers that were set", edits)
    for one in edits:
        if not isinstance(one, tuple) or len(one) != 2 or not _is_edit(*one, pattern):
            expected = f"an address and a number of at most {_GREATEST:g} in size"
            raise _refused("edits", expected, one)
        found[one[0]] = Edit(one[0], float(one[1]))
    return tuple(found[name] for name in sorted(found))


def _is_edit(address: Any, value: Any, pattern: re.Pattern[str]) -> bool:
    named = isinstance(address, str) and pattern.fullmatch(address) is not None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return named and number and abs(value) <= _GREATEST


_GREATEST = 1e6
"""Of a weight that is set by hand: beyond it a number was mistyped."""


def _check_texts(name: str, texts: Any, pattern: re.Pattern[str]) -> tuple[str, ...]:
    if not isinstance(texts, tuple) or len(texts) > _MOST_EDITS:
        raise _refused(name, f"at most {_MOST_EDITS} names", texts)
    for one in texts:
        if not isinstance(one, str) or pattern.fullmatch(one) is None:
            raise _refused(name, "names as in an address of the lab", one)
    return tuple(sorted(set(texts)))


def _check_start(numbers: Any) -> tuple[float, ...]:
    if not isinstance(numbers, tuple) or len(numbers) > _MOST_VARIABLES:
        raise _refused("start", f"at most {_MOST_VARIABLES} numbers", numbers)
    return tuple(DESCENT_LIMITS["start"].check(_WHERE, "start", one) for one in numbers)


def _check_answers(texts: Any) -> None:
    if not isinstance(texts, tuple) or len(texts) > _MOST_ANSWERS:
        raise _refused("answers", f"at most {_MOST_ANSWERS} texts", texts)
    for one in texts:
        if not isinstance(one, str) or len(one) > _LONGEST or not one.isprintable() or "|" in one:
            raise _refused("answers", "numbers as they are written", one)


def _plain(value: Any) -> Any:
    if isinstance(value, RoomSettings):
        return value.to_dict()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _same(value: Any) -> Any:
    return value


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


_LISTS = ("ink", "inputs", "edits", "silenced", "hidden", "start", "answers")
_SETTINGS: Mapping[str, type[RoomSettings]] = {
    "plane": PlaneSettings,
    "train": TrainSettings,
    "compare": CompareSettings,
    "studies": StudiesSettings,
}
"""Settings of rooms by the field that holds them."""
_READ_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_LISTS, _tuple),
    **{name: kind.from_dict for name, kind in _SETTINGS.items()},
}


def _write_edits(edits: tuple[Edit, ...]) -> str:
    return ";".join(f"{one.address}:{one.value!r}" for one in edits)


def _read_edits(text: str) -> tuple[Any, ...]:
    parts = (one.rpartition(":") for one in text.split(";"))
    return tuple((address, float(value)) for address, _, value in parts)


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    **{name: kind.to_text for name, kind in _SETTINGS.items()},
    "ink": encode_strokes,
    "edits": _write_edits,
    "inputs": _write_edits,
    "silenced": ";".join,
    "hidden": ",".join,
    "abstain": repr,
    "start": lambda numbers: ",".join(map(repr, numbers)),
    "rate": repr,
    "at": repr,
    "answers": "|".join,
}
_READERS: Mapping[str, Callable[[str], Any]] = {
    **{name: kind.from_text for name, kind in _SETTINGS.items()},
    "ink": decode_strokes,
    "edits": _read_edits,
    "inputs": _read_edits,
    "silenced": lambda text: tuple(text.split(";")),
    "hidden": lambda text: tuple(text.split(",")),
    "abstain": float,
    "formula": str,
    "start": lambda text: tuple(map(float, text.split(","))),
    "rate": float,
    "bend": str,
    "at": float,
    "answers": lambda text: tuple(text.split("|")),
    "room": str,
    "select": str,
    "photo": str,
    "direction": str,
    "network": str,
    "trial": str,
}


def _read_text(name: str, text: str) -> Any:
    try:
        return _READERS.get(name, int)(text)
    except ChainruleError:  # which is a ValueError too, and says more
        raise
    except ValueError:
        raise _refused(name, "a value as in an address of the lab", text) from None

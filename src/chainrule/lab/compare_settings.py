"""What the room Compare shows: which two models, and of which one the formulas are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from chainrule.lab.room_settings import RoomSettings, refused
from chainrule.limits import Limit, check_record, limited

__all__ = ["CompareSettings", "ComparedSide"]

_SIDE = re.compile(r"(A|B)(?::(\d{1,6}))?|(changed|trial)|")
_WRITERS: Mapping[str, Callable[[Any], str]] = MappingProxyType({})
_READERS: Mapping[str, Callable[[str], Any]] = dict.fromkeys(("opened", "parting"), int)


@dataclass(frozen=True)
class ComparedSide:
    """One of the two models, as it was asked for.

    Args:
        model: "A", the lab's own; "B", the second; "changed", the lab's own with what was set by
            hand; "trial", that of a study.
        epoch: after which it is shown; None for the network that it gave.
    """

    model: str
    epoch: int | None = None

    @property
    def name(self) -> str:
        """As it stands in an address."""
        return self.model if self.epoch is None else f"{self.model}:{self.epoch}"

    @classmethod
    def parse(cls, text: str) -> ComparedSide:
        """Return the side that a text names, which has been checked."""
        model, _, epoch = text.partition(":")
        return cls(model, int(epoch) if epoch else None)


@dataclass(frozen=True, kw_only=True)
class CompareSettings(RoomSettings):
    """Which two models are compared.

    Args:
        first: "A", "B", "changed" or "trial"; "A:3" for a run after its third epoch; empty for what
            the lab offers first.
        second: the same.
        opened: the model whose formula an opened number shows, 1 or 2.
        parting: 1 if the step is looked for in which two runs part.

    Raises: InputError.
    """

    room = "compare"
    writers = _WRITERS
    readers = _READERS

    first: str = ""
    second: str = ""
    opened: int = limited(1, Limit(int, "model whose formulas are shown", 1, 2))
    parting: int = limited(0, Limit(int, "whether the first step that differs is shown", 0, 1))

    def __post_init__(self) -> None:
        check_record(self, "lab")
        for name in ("first", "second"):
            given = getattr(self, name)
            if not isinstance(given, str) or _SIDE.fullmatch(given) is None:
                raise refused(name, "A, B, changed or trial, or A:3 after epoch 3", given)

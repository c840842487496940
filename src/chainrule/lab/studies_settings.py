"""What the room Studies shows: which study, which trial of it, and over which parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from chainrule.lab.room_settings import RoomSettings, refused
from chainrule.limits import Limit, check_record, limited

__all__ = ["NO_PAPER", "StudiesSettings"]

NO_PAPER = "none"
"""Written where no paper's points are drawn beside those of the study."""

_TEXTS = ("name", "across", "upward", "paper")
_LONGEST = 200
_WRITERS: Mapping[str, Callable[[Any], str]] = MappingProxyType({})
_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType({"trial": int})


@dataclass(frozen=True, kw_only=True)
class StudiesSettings(RoomSettings):
    """What is shown of the studies.

    Args:
        name: of a study, or "printed/NAME" for what a paper prints; empty for the first.
        trial: the number of the trial that is shown; None for the best.
        across: the parameter of the heat map from left to right; empty for that of most values.
        upward: the one from bottom to top; empty for the next.
        paper: whose printed points are drawn beside the study's; empty for the study's own.

    Raises: InputError.
    """

    room = "studies"
    writers = _WRITERS
    readers = _READERS

    name: str = ""
    trial: int | None = limited(None, Limit(int, "number of a trial", 0, optional=True))
    across: str = ""
    upward: str = ""
    paper: str = ""

    def __post_init__(self) -> None:
        check_record(self, "lab")
        for name in _TEXTS:
            given = getattr(self, name)
            if not isinstance(given, str) or len(given) > _LONGEST:
                raise refused(name, f"at most {_LONGEST} signs", given)

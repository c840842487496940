"""The rooms: each is a function of a step and a state, which returns numbers and no markup.

A room is a module here, with `show`, and a module of the same name in static/rooms, which draws
what it returns. It is named in ROOM_NAMES of state.py, and in ROOMS here; a room about functions,
which shows no network, in FUNCTION_ROOMS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from chainrule.lab.frames import RoomView
from chainrule.lab.rooms import (
    compare_room,
    descent_room,
    draw,
    learn_room,
    look,
    pieces_room,
    plane,
    studies_room,
    train_room,
)
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState

__all__ = ["FUNCTION_ROOMS", "ROOMS", "FunctionRoom", "compare_room", "learn_room", "studies_room"]

Room: TypeAlias = Callable[[RoomView, ShownStep, LabState], None]
FunctionRoom: TypeAlias = Callable[[RoomView, LabState], None]

ROOMS: Mapping[str, Room] = MappingProxyType(
    {
        "draw": draw.show,
        "train": train_room.show,
        "look": look.show,
        "plane": plane.show,
        "approximate": pieces_room.show,
    }
)
"""What adds a room's numbers to a view, by the room's name."""
FUNCTION_ROOMS: Mapping[str, FunctionRoom] = MappingProxyType(
    {"descend": descent_room.show, "learn": learn_room.show}
)
"""Rooms that need a state alone."""

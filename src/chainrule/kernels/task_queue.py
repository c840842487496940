"""How threads share the work: tasks are handed out one by one, and all meet before what is next.

A task's result does not depend on who does it, nor on when; so the bits of a training do not depend
on how many threads there are.
"""

from __future__ import annotations

from chainrule.kernels.compiling import kernel
from chainrule.kernels.products import add_to, give_way, value_in
from chainrule.kernels.records import Team

__all__ = ["meet", "next_task"]

_NEXT, _ARRIVED, _MEETINGS = 0, 1, 2

_PATIENCE = 1000
"""Looks before a thread that waits lets others go first: some microseconds."""


@kernel
def next_task(team: Team, task: int) -> int:
    """The task after one, or after -1 the first; threads share them out."""
    return task + 1 if team.threads == 1 else add_to(team.counters, _NEXT, 1)


@kernel
def meet(team: Team) -> None:
    """Wait until all threads are here; the tasks then begin anew."""
    if team.threads == 1:
        return
    meetings = value_in(team.counters, _MEETINGS)
    if add_to(team.counters, _ARRIVED, 1) == team.threads - 1:
        add_to(team.counters, _ARRIVED, -team.threads)
        add_to(team.counters, _NEXT, -value_in(team.counters, _NEXT))
        add_to(team.counters, _MEETINGS, 1)
        return
    looks = 0
    while value_in(team.counters, _MEETINGS) == meetings:
        looks += 1
        if looks > _PATIENCE:
            give_way()

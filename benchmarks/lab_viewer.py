"""How much slower a training in the lab's room Train is while somebody looks at it.

    .venv/bin/python benchmarks/lab_viewer.py [compiled|reference] [ROUNDS]

Each round trains 784-32-16-10 on 20,000 digits for four seconds alone, and four seconds with one
viewer, who gets 20 frames a second at most: whole views of the room, packed as they are sent. It
prints the updates a second of both, medians with the least and the greatest, and the difference.
"""

from __future__ import annotations

import statistics
import sys
import time

from chainrule.lab.frames import pack_frame
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.train_settings import SettingValue, TrainSettings
from chainrule.lab.workbench import Workbench

SECONDS, FRAME, FAR = 4.0, 0.05, 100_000


def updates_alone(workbench: Workbench, settings: TrainSettings) -> float:
    """Updates a second without a viewer."""
    ahead = workbench.room_trainings.find(settings).ahead
    begun, first = time.monotonic(), ahead.latest(FAR, 1).position.step
    last = first
    while time.monotonic() - begun < SECONDS and last < FAR:
        last = ahead.latest(FAR, 0.25).position.step
    return (last - first) / (time.monotonic() - begun)


def updates_viewed(workbench: Workbench, settings: TrainSettings) -> tuple[float, float]:
    """Updates a second with a viewer, and the frames a second."""
    state, known, frames = LabState(room="train", train=settings), "", 0
    begun, first, last = time.monotonic(), None, 0
    while time.monotonic() - begun < SECONDS and last < FAR:
        asked = time.monotonic()
        view = workbench.view(state, known, moving=True)
        pack_frame(view)
        frames, known = frames + 1, view.values["network"]["maps"]
        last = view.values["train"]["reached"]
        first = last if first is None else first
        time.sleep(max(0.0, FRAME - (time.monotonic() - asked)))
    taken = time.monotonic() - begun
    return (last - (first or 0)) / taken, frames / taken


def summary(rates: list[float]) -> str:
    """The median with the least and the greatest."""
    return f"{statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"


def main() -> None:
    """Measure alone and viewed in turn, each from the start of a training with another seed."""
    engine = sys.argv[1] if len(sys.argv) > 1 else "compiled"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    workbench = Workbench(open_subject("two-layers"))
    warm = TrainSettings(values=(SettingValue("engine", engine), SettingValue("seed", 0)))
    workbench.room_trainings.find(warm).position(3000)  # compiles all that a training needs
    alone: list[float] = []
    viewed: list[float] = []
    frames: list[float] = []
    for seed in range(1, rounds + 1):
        for rates in (alone, viewed):
            values = (SettingValue("engine", engine), SettingValue("seed", 2 * seed + len(rates)))
            settings = TrainSettings(values=values, updates=FAR)
            if rates is alone:
                alone.append(updates_alone(workbench, settings))
            else:
                found, seen = updates_viewed(workbench, settings)
                viewed.append(found)
                frames.append(seen)
    slower = [100 * (1 - two / one) for one, two in zip(alone, viewed, strict=True)]
    print(f"{engine}: alone {summary(alone)} updates a second, viewed {summary(viewed)}")
    print(f"frames a second {summary(frames)}; slower by {statistics.median(slower):.1f} %")
    print("each round: " + ", ".join(f"{one:.1f} %" for one in slower))


if __name__ == "__main__":
    main()

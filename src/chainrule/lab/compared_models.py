"""The two models of the room Compare, each made to fit the same examples."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, replace
from typing import Any

from chainrule.attribution import Parting, RunReplay, find_parting
from chainrule.data.handwriting import GreyPicture
from chainrule.errors import ChainruleError, InputError
from chainrule.evaluation import match_dataset
from chainrule.lab.compare_settings import ComparedSide
from chainrule.lab.edited_network import edit_network
from chainrule.lab.shown_step import ShownStep, make_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import LabSubject
from chainrule.network import Network

__all__ = ["ComparedModels", "ModelPair"]

_MOST_NETWORKS = 8
"""Networks of epochs that are kept: each is computed again from the nearest checkpoint."""


@dataclass(frozen=True, eq=False)
class ModelPair:
    """Two models that are compared.

    Args:
        sides: as they were asked for.
        subjects: the models with common examples, as each takes them.
        misfit: why the second does not take the examples of the first; None if it does.
        photo: that the page shows; None without one.
    """

    sides: tuple[ComparedSide, ComparedSide]
    subjects: tuple[LabSubject, LabSubject]
    misfit: ChainruleError | None = None
    photo: GreyPicture | None = None

    @property
    def networks(self) -> tuple[Network, Network]:
        """Both networks."""
        return self.subjects[0].network, self.subjects[1].network

    def step(self, which: int, state: LabState) -> ShownStep:
        """Return the step of one model on the example that a state shows.

        Args:
            which: 0 or 1.
            state: of the page; what was set by hand is in the model already.

        Raises: as `make_step`.
        """
        takes_ink = all(one.takes_ink for one in self.subjects)
        shown = LabState(
            ink=state.ink if takes_ink else (),
            digit=state.digit,
            example=self._example(state),
            inputs=state.inputs,
            target=state.target,
            digits=state.digits,
        )
        return make_step(self.subjects[which], shown, self.photo if takes_ink else None)

    def _example(self, state: LabState) -> int | None:
        """The example for both: a worked file has those of its first step alone."""
        worked = self.subjects[0].worked or self.subjects[1].worked
        if worked is None:
            return state.example
        rows = worked.batch(1)
        return state.example if state.example in rows else rows[0]


class ComparedModels:
    """The models that the lab was opened with.

    Args:
        own: the lab's.
        other: the second; None without one.
    """

    def __init__(self, own: LabSubject, other: LabSubject | None) -> None:
        self._models = {"A": own} | ({} if other is None else {"B": other})
        self._networks: dict[ComparedSide, Network] = {}
        self._partings: list[Parting] = []  # one at most, shared by copies for a page
        self._photo: GreyPicture | None = None
        self._lock = threading.Lock()

    def for_page(self, trial: LabSubject | None, photo: GreyPicture | None) -> ComparedModels:
        """Return the models with what the page shows besides.

        Args:
            trial: the network of a study's trial; None without one.
            photo: that is looked at in place of ink; None without one.
        """
        found = copy.copy(self)
        found._photo = photo
        if trial is not None:
            found._models = {**self._models, "trial": trial}
        return found

    def choices(self) -> list[dict[str, Any]]:
        """Return the models that can be chosen, with the epochs of those that are runs."""
        found = [
            {"model": name, "name": subject.name, "epochs": _epochs(subject.replay)}
            for name, subject in self._models.items()
        ]
        return [*found, {"model": "changed", "name": self._models["A"].name, "epochs": None}]

    def sides(self, state: LabState) -> tuple[ComparedSide, ComparedSide]:
        """Return the two sides of a state; what it leaves open is what the lab offers first."""
        first, second = self._first_choice()
        given = state.compare
        return (
            ComparedSide.parse(given.first) if given.first else first,
            ComparedSide.parse(given.second) if given.second else second,
        )

    def _first_choice(self) -> tuple[ComparedSide, ComparedSide]:
        """Both models; else a run at its start and at its end; else a network and its changes."""
        own = ComparedSide("A")
        if "trial" in self._models:
            return own, ComparedSide("trial")
        if "B" in self._models:
            return own, ComparedSide("B")
        epochs = _epochs(self._models["A"].replay)
        if epochs is not None:
            return ComparedSide("A", epochs["first"]), own
        return own, ComparedSide("changed")

    def pair(self, state: LabState) -> ModelPair:
        """Return the two models of a state.

        Raises: InputError for a model or an epoch that there is not; as computing an epoch.
        """
        sides = self.sides(state)
        first, second = (self._subject(side, state) for side in sides)
        source = next((one for one in (first, second) if one.loaded is not None), None)
        if source is None:  # both take drawings alone
            return ModelPair(sides, (first, second), photo=self._photo)
        try:
            fitting = _fit(first, source), _fit(second, source)
        except ChainruleError as error:
            return ModelPair(sides, (first, second), error)
        return ModelPair(sides, fitting, photo=self._photo)

    def _subject(self, side: ComparedSide, state: LabState) -> LabSubject:
        # What was set by hand is of the lab's own network, or of the trial that took its place.
        changed = "trial" if "trial" in self._models else "A"
        subject = self._models.get(changed if side.model == "changed" else side.model)
        if subject is None:
            raise InputError(
                "lab",
                expected=" or ".join((*self._models, "changed")),
                got=side.name,
                why="The lab was opened with one model",
                remedy="Name a second one: chainrule lab A B",
                argument="compare",
                value=side.name,
            )
        if side.model == "changed":
            network = edit_network(subject.network, state.edits, state.silenced)
            return replace(subject, network=network)
        if side.epoch is None:
            return subject
        return replace(subject, network=self._network_after(side, subject))

    def _network_after(self, side: ComparedSide, subject: LabSubject) -> Network:
        """The network of a run after an epoch, as evaluation would take it."""
        epochs, replay = _epochs(subject.replay), subject.replay
        if replay is None or epochs is None or side.epoch is None:
            raise InputError(
                "lab",
                expected="no epoch",
                got=side.name,
                why="A network file does not record its training",
                argument="compare",
                value=side.name,
            )
        if not epochs["first"] <= side.epoch <= epochs["last"]:
            raise InputError(
                "lab",
                expected=f"an epoch from {epochs['first']} to {epochs['last']}",
                got=str(side.epoch),
                argument="compare",
                value=side.name,
            )
        with self._lock:
            if side not in self._networks:
                position = replay.position_at(replay.steps_by(side.epoch))
                flat = replay.setup.engine.inference_parameters(position)
                self._networks[side] = subject.network.with_parameters(flat)
            while len(self._networks) > _MOST_NETWORKS:
                self._networks.pop(next(iter(self._networks)))
            return self._networks[side]

    def can_part(self, sides: tuple[ComparedSide, ComparedSide]) -> bool:
        """Return whether two sides are two runs, whose steps can be compared."""
        names = [side.model for side in sides]
        replays = [self._models[name].replay for name in names if name in self._models]
        return names[0] != names[1] and len([one for one in replays if one is not None]) > 1

    def parting(self, sides: tuple[ComparedSide, ComparedSide]) -> Parting | None:
        """Return where the runs of two sides part, computed once; None unless both are runs.

        Raises: as `find_parting`.
        """
        if not self.can_part(sides):
            return None
        replays = [self._models[name].replay for name in ("A", "B")]
        with self._lock:
            if not self._partings:
                found = find_parting(*(one for one in replays if one is not None))
                self._partings.append(found)
            return self._partings[0]


def _epochs(replay: RunReplay | None) -> dict[str, int] | None:
    """The first and the last epoch of a run that can be shown; None for what is no run."""
    if replay is None:
        return None
    first = replay.epoch_position(replay.first_step - 1)[0]
    return {"first": first, "last": replay.epoch_position(replay.steps_done)[0]}


def _fit(subject: LabSubject, source: LabSubject) -> LabSubject:
    """A model with the examples of another, as it takes them.

    Raises: ShapeError, InputError, DataError if they do not fit.
    """
    loaded = source.loaded
    if subject.loaded is loaded:
        return subject
    assert loaded is not None, "examples have been found there"
    examples = match_dataset(subject.network, loaded, "lab")
    columns = loaded if loaded.is_raw_table else None
    return replace(subject, examples=examples, columns=columns, worked=None, loaded=loaded)

"""The workbench: a subject and what was computed of it last; answers the page's requests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from chainrule.data import Dataset
from chainrule.data.handwriting import GreyPicture
from chainrule.errors import ChainruleError, InputError
from chainrule.evaluation import wilson_interval
from chainrule.lab.compared_models import ComparedModels
from chainrule.lab.edited_network import edit_network
from chainrule.lab.example_form import describe_examples
from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import add_network
from chainrule.lab.opened_number import open_number
from chainrule.lab.photo_album import PhotoAlbum
from chainrule.lab.pieces_step import make_pieces_step, pieces_state
from chainrule.lab.plane_step import describe_plane, make_plane_step, plane_state
from chainrule.lab.plane_training import PlaneTrainings
from chainrule.lab.rooms import (
    FUNCTION_ROOMS,
    ROOMS,
    FunctionRoom,
    compare_room,
    learn_room,
    studies_room,
)
from chainrule.lab.shown_step import ShownStep, answers, make_step
from chainrule.lab.state import ROOM_NAMES, LabState
from chainrule.lab.study_shelf import StudyShelf
from chainrule.lab.subject import LabSubject
from chainrule.lab.train_settings import TrainSettings
from chainrule.lab.train_source import TrainSources
from chainrule.lab.train_step import (
    describe_train,
    make_train_step,
    train_state,
    trained_subject,
)
from chainrule.lab.train_training import TrainTrainings
from chainrule.lab.trial_trainings import TrialTrainings
from chainrule.network import BLOCK, Network
from chainrule.proofs import ProofOptions, prove_place

__all__ = ["AccuracyFigure", "Workbench"]

_MOST_STEPS = 8
"""Steps that are kept: a visitor goes to and fro between a few."""
_TRIAL_ROOMS = ("draw", "look", "compare")
"""Rooms that show the network of a trial, if the state names one."""
_TRAINED_ROOMS = ("draw", "look")
"""Rooms that show the network of the room Train, if the state says so."""
_PATIENCE = 0.2
"""Seconds after which the page gets a training as far as it is, and asks again."""
_STEP_FIELDS = (
    *("ink", "photo", "inputs", "digit", "example"),
    *("target", "step", "edits", "silenced"),
)


@dataclass(frozen=True)
class AccuracyFigure:
    """How often the network is right on its examples.

    Args:
        right: examples that it classifies rightly.
        count: of examples.
        low: lower end of Wilson's 95 % interval, 0 to 1.
        high: its upper end.
    """

    right: int
    count: int
    low: float
    high: float


class Workbench:
    """Answers for one subject, from any thread.

    Args:
        subject: what is looked at.
        other: a second model, with which the room Compare compares it; None without one.
        storage: of the studies that the room Studies shows; None for that of the current folder.
        begins_with_studies: whether the lab opens in the room Studies.

    Raises: FileError, DataError for a storage that cannot be opened.
    """

    def __init__(
        self,
        subject: LabSubject,
        other: LabSubject | None = None,
        storage: str | None = None,
        *,
        begins_with_studies: bool = False,
    ) -> None:
        self.subject = subject
        self.photos = PhotoAlbum()
        self._begins_with_studies = begins_with_studies
        self._models = ComparedModels(subject, other)
        shelf = StudyShelf(storage)
        self._trials = TrialTrainings(shelf)
        self._own_rooms: Mapping[str, FunctionRoom] = {
            **FUNCTION_ROOMS,
            "compare": self._show_compare,
            "studies": partial(studies_room.show, shelf),
        }
        self._steps: dict[tuple[Any, ...], ShownStep] = {}
        self._lock = threading.Lock()
        self._trained: tuple[TrainSettings, LabSubject] | None = None
        """The network of the room Train that other rooms showed last, with what made it."""
        self._trainings = PlaneTrainings()
        self.room_trainings = TrainTrainings(TrainSources(subject.experiment))

    def start_state(self) -> LabState:
        """Return the state with which the lab opens."""
        if self._begins_with_studies:
            return LabState(room="studies")
        if self.subject.start_ink:
            return LabState(ink=self.subject.start_ink)
        return LabState(room="draw" if self.subject.worked is None else "look")

    def shown_step(
        self, state: LabState, seconds: float | None = None, *, moving: bool = False
    ) -> ShownStep:
        """Return the step that a state shows, computed once.

        Args:
            state: of the page.
            seconds: after which a training in the rooms Plane and Train is shown as far as it is.
            moving: as in `TrainStep`.

        Raises: as `make_step`, `make_plane_step` and `make_train_step`.
        """
        if state.room == "plane":
            return make_plane_step(self._trainings, state, seconds)
        if state.room == "train":
            return make_train_step(self.room_trainings, state, seconds, moving=moving)
        if state.room == "approximate":
            return make_pieces_step(state)
        if state.room == "learn":
            return learn_room.lesson_step(state)
        if state.room == "compare":
            return self._compared(state).pair(state).step(state.compare.opened - 1, state)
        subject = self._subject(state)
        photo = self._photo(state)
        key = (subject, *(getattr(state, name) for name in _STEP_FIELDS))
        with self._lock:
            found = self._steps.pop(key, None) or make_step(subject, state, photo)
            self._steps[key] = found
            while len(self._steps) > _MOST_STEPS:
                self._steps.pop(next(iter(self._steps)))
            return found

    def _subject(self, state: LabState) -> LabSubject:
        """What the rooms about a network show: the lab's own, a trial's, or the room Train's."""
        if not state.trial or state.room not in _TRIAL_ROOMS:
            is_trained = state.network and state.room in _TRAINED_ROOMS
            return self._trained_subject(state.train) if is_trained else self.subject
        found = self._trials.find(state.trial, None).subject
        assert found is not None, "it was waited for"
        return found

    def _trained_subject(self, settings: TrainSettings) -> LabSubject:
        key = replace(settings, beside=None, point=0)
        with self._lock:
            if self._trained is None or self._trained[0] != key:
                self._trained = (key, trained_subject(self.room_trainings, settings))
            return self._trained[1]

    def _compared(self, state: LabState) -> ComparedModels:
        trial = self._subject(state) if state.trial else None
        return self._models.for_page(trial, self._photo(state))

    def _photo(self, state: LabState) -> GreyPicture | None:
        return self.photos.find(state.photo) if state.photo else None

    def _show_compare(self, view: RoomView, state: LabState) -> None:
        compare_room.show(self._compared(state), view, state)

    def require(self, state: LabState) -> None:
        """Refuse a state that asks for what there is not.

        Raises: as `make_step`; UnknownNameError for the opened number.
        """
        if state.room in self._own_rooms:
            self._own_rooms[state.room](RoomView(), state)
            return
        shown = self.shown_step(state)
        if state.select:
            shown.locate(state.select)

    def view(self, state: LabState, known_maps: str = "", *, moving: bool = False) -> RoomView:
        """Return what the page shows of a state.

        Where the state asks for what there is not, the view says so in the words of the library.

        Args:
            state: of the page.
            known_maps: digest of the images of weights that the page has already.
            moving: whether the page asks for frame after frame of a training.
        """
        view = RoomView()
        view.values |= {
            "state": state.to_dict(),
            "address": state.to_address(),
            "subject": self._describe(self.subject),
            "examples": describe_examples(self.subject, state),
            "error": None,
            "opened": None,
            "trial": None,
        }
        if not self._add_subject(view, state):
            return view
        if state.room in self._own_rooms:
            try:
                self._own_rooms[state.room](view, state)
            except ChainruleError as error:
                view.values["error"] = _plain_error(error)
            return view
        if state.room == "plane":
            view.values["plane"] = describe_plane(state.plane)
            state = plane_state(state)
        if state.room == "train":
            state = train_state(state)
        if state.room == "approximate":
            state = pieces_state(state)
        try:
            if state.room == "train":
                view.values["train"] = describe_train(state.train, self.room_trainings)
            shown = self.shown_step(state, _PATIENCE, moving=moving)
        except ChainruleError as error:
            view.values["error"] = _plain_error(error)
            return view
        view.values["target"] = _target(shown)
        try:
            add_network(view, shown, state, known_maps)
        except ChainruleError as error:  # of the selection: the rest is shown all the same
            state = state.with_changes(select="")
            view.values["error"] = _plain_error(error)
            add_network(view, shown, state, known_maps)
        ROOMS[state.room](view, shown, state)
        if shown.failure is not None:
            view.values["error"] = _plain_error(shown.failure)
        if state.select:
            view.values["opened"] = open_number(shown, state.select, state.digits)
        return view

    def _add_subject(self, view: RoomView, state: LabState) -> bool:
        """Put another network in the place of the lab's own; return whether it is there."""
        if state.trial and state.room in _TRIAL_ROOMS:
            return self._add_trial(view, state)
        if state.network and state.room in _TRAINED_ROOMS:
            try:
                subject = self._subject(state)
            except ChainruleError as error:
                view.values["error"] = _plain_error(error)
                return False
            view.values["subject"] = self._describe(subject)
            view.values["examples"] = describe_examples(subject, state)
        return True

    def _add_trial(self, view: RoomView, state: LabState) -> bool:
        """Put a trial's network in the place of the lab's own; return whether it is trained."""
        try:
            found = self._trials.find(state.trial, _PATIENCE)
        except ChainruleError as error:
            view.values["error"] = _plain_error(error)
            return False
        view.values["trial"] = found.to_dict()
        if found.subject is None:
            view.values["subject"]["name"] = f"{found.key.study}, trial {found.key.number}"
            return False
        view.values["subject"] = self._describe(found.subject)
        view.values["examples"] = describe_examples(found.subject, state)
        return True

    def _describe(self, subject: LabSubject) -> dict[str, Any]:
        return {
            "name": subject.name,
            "rooms": list(ROOM_NAMES),
            "takes_ink": subject.takes_ink,
            "steps": subject.steps,
            "is_run": subject.replay is not None,
            "has_examples": subject.examples is not None,
        }

    def prove(self, state: LabState, *, peers: bool = False) -> list[dict[str, Any]]:
        """Return what each method without back-propagation says of the opened derivative.

        Args:
            state: of the page.
            peers: whether JAX and PyTorch are asked too, which takes seconds for the first time.

        Raises: InputError if no derivative of a weight or bias is opened; else as `make_step`.
        """
        shown = self.shown_step(state)
        quantity = shown.locate(state.select)
        if quantity.kind not in ("dW", "db") or not quantity.index:
            raise InputError(
                "lab",
                expected="the derivative by one weight or bias, such as dW[1][0,0]",
                got=state.select,
                argument="select",
                value=state.select,
            )
        options = ProofOptions(peers=peers)
        return [asdict(one) for one in prove_place(shown.step, quantity, options)]

    def accuracy(self, state: LabState) -> AccuracyFigure | None:
        """Return how often the network, as it was set, is right; None without classes.

        Raises: InputError for edits that the network does not have.
        """
        subject = self._subject(state)
        examples = subject.examples
        if subject.worked is not None or examples is None or not examples.classifies:
            return None
        network = edit_network(subject.network, state.edits, state.silenced)
        right = _count_right(network, examples)
        interval = wilson_interval(right, len(examples))
        return AccuracyFigure(right, len(examples), *interval)


def _count_right(network: Network, examples: Dataset) -> int:
    blocks = range(0, len(examples), BLOCK)
    found = [answers(network, examples.inputs[at : at + BLOCK]) for at in blocks]
    return int((np.concatenate(found) == examples.targets).sum())


def _target(shown: ShownStep) -> dict[str, Any]:
    """What the example should become."""
    dataset = shown.ledger.example.dataset
    target = dataset.targets[shown.row]
    if not dataset.classifies:
        return {"class": None, "names": [], "text": ", ".join(f"{one:.6g}" for one in target)}
    names = list(dataset.class_names)
    return {"class": int(target), "names": names, "text": names[int(target)]}


def _plain_error(error: ChainruleError) -> dict[str, Any]:
    parts = ("where", "expected", "got", "why", "remedy", "argument")
    found = {name: getattr(error, name, "") or "" for name in parts}
    return {**found, "text": str(error)}

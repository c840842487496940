"""The network of the room Train as the other rooms have theirs: every number of it opens."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from chainrule.engine import Position
from chainrule.errors import InputError
from chainrule.lab.room_settings import describe_limits, layer_activations
from chainrule.lab.seekable_training import ReachedPosition
from chainrule.lab.shown_step import ShownStep, make_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import LabSubject
from chainrule.lab.train_settings import (
    OWN_DATA,
    PANELS,
    POINT_MAPS,
    TRAIN_WIDTH,
    TrainSettings,
    form_settings,
)
from chainrule.lab.train_training import TrainTraining, TrainTrainings
from chainrule.ledger.steps import supported_recipe

__all__ = [
    "SecondTraining",
    "TrainStep",
    "describe_train",
    "make_train_step",
    "train_state",
    "trained_subject",
]


_FRAME = 0.05
"""Seconds that a frame waits for news at most."""
_FAR = 500
"""Updates ahead from which on a training goes on by itself, and frames show where it is."""


@dataclass(frozen=True, eq=False)
class SecondTraining:
    """The training beside the first, as far as it is."""

    training: TrainTraining
    reached: ReachedPosition

    def is_behind(self, updates: int) -> bool:
        """Whether it can come as far as the first, and has not."""
        position, failure = self.reached.position, self.reached.failure
        return position.step < updates and failure is None and not self.training.ended(position)


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainStep(ShownStep):
    """A step on one example of the test set alone, from where the training stands.

    Args:
        settings: of the room.
        training: that they describe.
        position: as far as it is; before `settings.updates` where time ran out.
        second: the training beside it; None without.
        moving: whether the page asks for frame after frame: what takes long is left out then.
    """

    settings: TrainSettings
    training: TrainTraining
    position: Position
    second: SecondTraining | None
    moving: bool = False


def train_state(state: LabState) -> LabState:
    """Return what a state says of the room Train: edits and ink belong to another network."""
    return LabState(
        room="train",
        train=state.train,
        select=state.select,
        edges=state.edges,
        digits=state.digits,
        direction=state.direction,
    )


def make_train_step(
    trainings: TrainTrainings,
    state: LabState,
    seconds: float | None = None,
    *,
    moving: bool = False,
) -> TrainStep:
    """Return the step on the chosen example.

    Args:
        trainings: where the training is kept.
        state: of the page.
        seconds: after which the training is shown as far as it is, also one that diverges; None for
            no limit.
        moving: as in `TrainStep`.

    Raises: InputError for an example that there is not; DivergenceError without a limit; as
        `TrainTraining`.
    """
    settings = state.train
    training = trainings.find(settings)
    reached = _reach(training, settings.updates, seconds, moving=moving)
    subject = _subject(training, reached.position)
    found = make_step(subject, LabState(example=settings.point))
    if settings.within:
        rows = training.next_rows(reached.position)
        row = rows[_check_within(settings.within, len(rows)) - 1]
        learned = replace(subject, examples=training.setup.training, columns=None)
        found = make_step(learned, LabState(example=int(row)))
    given = {one.name: getattr(found, one.name) for one in fields(ShownStep)}
    given["failure"] = reached.failure
    return TrainStep(
        **given,
        settings=settings,
        training=training,
        position=reached.position,
        second=_second(trainings, settings, reached.position.step, seconds, moving=moving),
        moving=moving,
    )


def _reach(
    training: TrainTraining, updates: int, seconds: float | None, *, moving: bool
) -> ReachedPosition:
    """The position; on a long way, the latest of a training that goes on by itself."""
    if moving and updates - training.newest(updates).step > _FAR:
        return training.ahead.latest(updates, _FRAME)
    return training.reach(updates, seconds)


def _check_within(number: int, count: int) -> int:
    if number > count:
        raise InputError(
            "lab",
            expected=f"an example of the next update from 1 to {count}",
            got=str(number),
            argument="within",
            value=number,
        )
    return number


def _second(
    trainings: TrainTrainings,
    settings: TrainSettings,
    updates: int,
    seconds: float | None,
    *,
    moving: bool,
) -> SecondTraining | None:
    """The training beside the first, after as many updates."""
    if settings.beside is None:
        return None
    training = trainings.find(settings.beside)
    return SecondTraining(training, _reach(training, updates, seconds, moving=moving))


def _subject(training: TrainTraining, position: Position) -> LabSubject:
    """The network of a position, with the examples tried."""
    recipe = supported_recipe(training.setup_at(position.step).recipe)
    network = training.network(position)
    layers = "-".join(map(str, network.architecture.layers))
    return LabSubject(
        f"{layers}, after {position.step:,} updates of Train",
        network,
        recipe.replaced(batch_size=1, shuffle=False),
        training.test,
        columns=training.columns if training.columns.is_raw_table else None,
    )


def trained_subject(trainings: TrainTrainings, settings: TrainSettings) -> LabSubject:
    """Return the network of the room Train for the other rooms, with all its updates done.

    Raises: DivergenceError; as `TrainTraining`.
    """
    training = trainings.find(settings)
    return _subject(training, training.position(settings.updates))


def describe_train(settings: TrainSettings, trainings: TrainTrainings) -> dict[str, Any]:
    """Return what the page's controls need: what each setting is at first, and can be."""
    sources = trainings.sources
    start = sources.start(settings.data)
    own = {one.name: getattr(TrainSettings(), one.name) for one in fields(settings)}
    del own["values"]
    architecture = start.architecture
    values = {**start.recipe.to_dict(), **architecture.to_dict(), "output_activation": None}
    return {
        "defaults": {
            **own,
            "data": sources.first,
            "hidden": architecture.layers[1:-1],
            "activations": architecture.activations[:-1],
            **{name: values[name] for name in form_settings()},
        },
        "limits": describe_limits(settings),
        "most_width": TRAIN_WIDTH,
        "groups": _form_groups(),
        "choices": {
            "data": sources.names,
            "activations": layer_activations(),
            "panel": PANELS,
            "map": POINT_MAPS,
        },
        "own_data": OWN_DATA,
    }


def _form_groups() -> list[dict[str, Any]]:
    """The fields of the form, by the headings of the recipe's settings."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, setting in form_settings().items():
        limit = setting.limit
        found.setdefault(limit.group, []).append(
            {
                "name": name,
                "meaning": limit.meaning,
                "unit": limit.unit,
                "words": limit.constraint(),
                "kind": limit.kind.__name__,
                "many": setting.many,
                "optional": limit.optional,
                "low": limit.low,
                "high": limit.high,
                "low_open": limit.low_open,
                "high_open": limit.high_open,
                "choices": list(limit.choices()) if limit.choices is not None else [],
            }
        )
    return [{"name": name, "fields": rows} for name, rows in found.items()]

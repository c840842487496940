"""The network of the room Plane as the other rooms have theirs: every number of it opens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from chainrule.data import Dataset
from chainrule.engine import Position
from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError
from chainrule.lab.plane_points import PlaneData
from chainrule.lab.plane_settings import FEATURES, HALF_SIDE, POINT_SETS, PlaneSettings
from chainrule.lab.plane_training import PlaneTraining, PlaneTrainings
from chainrule.lab.room_settings import describe_limits, layer_activations
from chainrule.lab.shown_step import ShownStep, make_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import LabSubject
from chainrule.ledger.steps import supported_recipe

__all__ = ["PlaneStep", "describe_plane", "make_plane_step", "plane_state"]


@dataclass(frozen=True, eq=False, kw_only=True)
class PlaneStep(ShownStep):
    """A step on one point alone, from where the training stands.

    Args:
        settings: of the plane.
        training: that they describe.
        position: as far as it is; before `settings.updates` where time ran out.
    """

    settings: PlaneSettings
    training: PlaneTraining
    position: Position


def plane_state(state: LabState) -> LabState:
    """Return what a state says of the room Plane: edits and ink belong to another network."""
    return LabState(
        room="plane",
        plane=state.plane,
        select=state.select,
        edges=state.edges,
        digits=state.digits,
        direction=state.direction,
    )


def make_plane_step(
    trainings: PlaneTrainings, state: LabState, seconds: float | None = None
) -> PlaneStep:
    """Return the step on the chosen point.

    Args:
        trainings: where the training is kept.
        state: of the page.
        seconds: after which the training is shown as far as it is, also one that diverges; None for
            no limit.

    Raises: InputError for a point that there is not; DivergenceError without a limit; as
        `PlaneTraining`.
    """
    settings = state.plane
    training = trainings.find(settings)
    reached = training.reach(settings.updates, seconds)
    position = reached.position
    recipe = supported_recipe(training.setup.recipe).replaced(batch_size=1, shuffle=False)
    example = _choose_point(training.data, settings.point)
    subject = LabSubject("plane", training.network(position), recipe, example)
    found = make_step(subject, LabState(example=0))
    given = {one.name: getattr(found, one.name) for one in fields(ShownStep)}
    given["failure"] = reached.failure
    return PlaneStep(**given, settings=settings, training=training, position=position)


def _choose_point(data: PlaneData, point: int) -> Dataset:
    """The data set of one point; those held out follow those learned from."""
    first = len(data.training)
    if point < first:
        return data.training.subset(np.array([point]))
    if data.test is None or point >= len(data.places):
        raise InputError(
            "lab",
            expected=f"the number of a point from 0 to {len(data.places) - 1}",
            got=str(point),
            argument="point",
            value=point,
        )
    return data.test.subset(np.array([point - first]))


def describe_plane(settings: PlaneSettings) -> dict[str, Any]:
    """Return what the page's controls need: the settings, and what each can be."""
    defaults = {one.name: getattr(PlaneSettings(), one.name) for one in fields(settings)}
    return {
        "defaults": defaults,
        "classifies": settings.classifies,
        "half_side": HALF_SIDE,
        "limits": describe_limits(settings),
        "choices": {
            "points": POINT_SETS,
            "features": FEATURES,
            "activations": layer_activations(),
            "optimiser": list(UPDATES),
        },
    }

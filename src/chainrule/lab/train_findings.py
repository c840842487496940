"""What keeps a training of the room Train from learning, and the settings that mend it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from chainrule.diagnosis import (
    CONDITIONS,
    Diagnosis,
    Evidence,
    Finding,
    diagnose_evidence,
    evidence_between,
)
from chainrule.engine import Position
from chainrule.errors import ChainruleError
from chainrule.evaluation import plain_values
from chainrule.lab.train_settings import SettingValue, TrainSettings, form_settings
from chainrule.lab.train_training import TrainTraining

__all__ = ["diagnose_position", "glance_at_position"]

_SECONDS = 1.0
"""Between two looks at a training that is under way, so that looking costs it little."""
_FEWEST_UPDATES = 50
"""Before them every training has learned little."""


@dataclass(frozen=True)
class _Look:
    """What was found last, and when."""

    time: float
    step: int
    found: tuple[dict[str, Any], ...]


_LATEST: WeakKeyDictionary[TrainTraining, _Look] = WeakKeyDictionary()
_WHOLE: WeakKeyDictionary[TrainTraining, tuple[int, Diagnosis]] = WeakKeyDictionary()


def glance_at_position(
    training: TrainTraining, position: Position, settings: TrainSettings, *, moving: bool
) -> tuple[dict[str, Any], ...]:
    """Return what the cheap conditions find, with the settings that mend each.

    Args:
        training: that is looked at.
        position: where it stands.
        settings: of the room.
        moving: whether it is under way: then what was found less than a second ago is kept.
    """
    latest, now = _LATEST.get(training), time.monotonic()
    if latest and (latest.step == position.step or (moving and now - latest.time < _SECONDS)):
        return latest.found
    found: tuple[dict[str, Any], ...] = ()
    if position.step >= _FEWEST_UPDATES:
        cheap = (one for one in CONDITIONS if one.cheap)
        findings = diagnose_evidence(_cheap_evidence(training, position), cheap).findings
        found = tuple(_describe(one, settings, training) for one in findings)
    _LATEST[training] = _Look(now, position.step, found)
    return found


def _cheap_evidence(training: TrainTraining, position: Position) -> Evidence:
    measures, setup = training.measures, training.setup
    return Evidence(
        architecture=measures.architecture,
        recipe=measures.recipe,
        training=measures.training,
        test=None,
        validation=None,
        start=training.first_snapshot,
        end=measures.snapshot(position, curvature=False),
        history=position.history,
        steps=setup.engine.schedule.steps,
        under_way=True,
    )


def diagnose_position(
    training: TrainTraining, position: Position, settings: TrainSettings, diverged: str
) -> dict[str, Any]:
    """Return the whole diagnosis between the first update and a position: it takes a second.

    Args:
        training: that is looked at.
        position: where it stands.
        settings: of the room.
        diverged: the message of the error by which it diverged; empty if it did not.
    """
    step, found = _WHOLE.get(training, (-1, None))
    if step != position.step or found is None:
        evidence = evidence_between(
            training.setup, training.position(0), position, diverged=diverged
        )
        found = diagnose_evidence(evidence)
        _WHOLE[training] = (position.step, found)
    return {
        "skill": plain_values(found.skill),
        "step": found.steps,
        "findings": [_describe(one, settings, training) for one in found.findings],
    }


def _describe(finding: Finding, settings: TrainSettings, training: TrainTraining) -> dict[str, Any]:
    mended = _mended_settings(settings, finding.changes, training)
    return {
        "name": finding.name,
        "title": finding.title,
        "what": finding.what,
        "why": finding.why,
        "remedy": finding.remedy,
        "changes": {name: plain_values(value) for name, value in finding.changes.items()},
        "mended": None if mended is None else mended.to_dict(),
    }


def _mended_settings(
    settings: TrainSettings, changes: Mapping[str, Any], training: TrainTraining
) -> TrainSettings | None:
    """Return the settings with the changes of a finding, the old training beside the new one.

    Args:
        settings: of the room.
        changes: as in a file for `chainrule train --config`.
        training: that the settings describe.

    Returns: None if there are no changes, or some that the room cannot make.
    """
    changed = dict(changes)
    network = training.experiment.architecture
    widths, names = changed.pop("layers", network.layers), changed.pop("activation", None)
    hidden = tuple(widths[1:-1])
    kept = network.activations[:-1]
    activations = (names,) * len(hidden) if isinstance(names, str) else kept
    if not changes or any(name not in form_settings() for name in changed):
        return None
    values = {one.name: one.value for one in settings.values} | changed
    old = replace(settings, updates=0, point=0, beside=None)
    try:
        return replace(
            settings,
            hidden=hidden,
            activations=activations,
            values=tuple(SettingValue(*one) for one in values.items()),
            rates=(),
            updates=0,
            beside=old,
        )
    except ChainruleError:  # such as a layer wider than the room has
        return None

"""Train: a network that learns, how its cost falls, what it confuses, and what ails it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import EpochRecord, Position
from chainrule.equations.penalties import penalty
from chainrule.errors import InputError
from chainrule.lab.frames import RoomView
from chainrule.lab.network_view import output_names
from chainrule.lab.shown_step import ShownStep
from chainrule.lab.state import LabState
from chainrule.lab.train_answers import TrainAnswers, answer_all
from chainrule.lab.train_findings import diagnose_position, glance_at_position
from chainrule.lab.train_measures import describe_layers, plane_points, weight_histograms
from chainrule.lab.train_step import TrainStep
from chainrule.lab.train_training import TrainTraining
from chainrule.ledger.formulas import number_text

__all__ = ["show"]

_MOST_EPOCHS = 300
"""Points of a curve; of more epochs some are left out, evenly."""
_MOST_EXAMPLES = 24
"""Pictures of a cell, or of the worst mistakes."""


def show(view: RoomView, shown: ShownStep, state: LabState) -> None:
    """Add how far the training is, its figures, the answer on the chosen example, and a panel.

    Args:
        view: to add to.
        shown: the step on the chosen example.
        state: of the page.

    Raises: InputError for a panel of what there is not.
    """
    assert isinstance(shown, TrainStep), "made by make_train_step"
    train = view.values["train"]
    training, position = shown.training, shown.position
    answers = answer_all(shown.network, training.test, training.setup.recipe)
    view.values["subject"]["name"] = "-".join(map(str, shown.network.architecture.layers))
    train |= _progress(shown)
    train["answer"] = _answer(shown, state.digits)
    train["scores"] = [_score(training, position, answers, state.digits)]
    train["findings"] = glance_at_position(training, position, shown.settings, moving=shown.moving)
    view.add("curve", _curve(position, "cost", "validation_cost"))
    view.add("accuracy", _curve(position, "accuracy", "validation_accuracy"))
    view.add("penalties", _curve(position, "penalty", "total_cost"))
    if shown.second is not None:
        _add_second(view, shown, state.digits)
    _PANELS[shown.settings.panel](view, shown, answers, state.digits)


def _progress(shown: TrainStep) -> dict[str, Any]:
    position, training = shown.position, shown.training
    setup = training.setup_at(position.step)
    return {
        "reached": position.step,
        "updates": shown.settings.updates,
        "epoch": position.epoch,
        "batch": position.batch,
        "batches": training.batches,
        "batch_size": setup.engine.schedule.size(position.epoch),
        "next": len(training.next_rows(position)),
        "rate": setup.engine.learning_rate(position),
        "behind": shown.second is not None and shown.second.is_behind(position.step),
        "ended": training.ended(position),
        "names": list(shown.network.class_names),
        "classifies": training.test.classifies,
        "learned": len(training.setup.training),
        "tested": len(training.test),
        "image": list(training.test.shape) if len(training.test.shape) == 2 else [],
    }


def _score(
    training: TrainTraining, position: Position, answers: TrainAnswers, digits: int
) -> dict[str, Any]:
    """Costs of the epoch so far, or of the last one, and the figures on the examples tried."""
    sums, last = position.sums, position.history[-1] if position.history else None
    count = sums.examples
    if count:
        data, extra = sums.cost / count, sums.penalty / count
    elif last is not None:
        data, extra = last.cost, last.penalty
    else:
        data, extra = None, _first_penalty(training, position)
    texts = {
        "data": data,
        "penalty": extra,
        "total": None if data is None else data + extra,
        "tried": answers.cost,
    }
    return {
        "step": position.step,
        **{name: None if one is None else number_text(one, digits) for name, one in texts.items()},
        "accuracy": answers.accuracy(),
    }


def _first_penalty(training: TrainTraining, position: Position) -> float:
    recipe, layout = training.setup.recipe, training.setup.engine.layout
    is_weight = np.asarray(layout.is_weight)
    return float(penalty(position.parameters, is_weight, recipe.l1, recipe.l2))


def _answer(shown: TrainStep, digits: int) -> dict[str, Any]:
    depth = shown.network.architecture.depth
    values = shown.example_array("a", depth)
    return {
        "best": int(values.argmax()) if shown.training.test.classifies else -1,
        "outputs": [
            {"name": name, "address": f"a[{depth}][{k}]", "text": number_text(float(one), digits)}
            for k, (name, one) in enumerate(zip(output_names(shown), values, strict=True))
        ],
    }


def _curve(position: Position, own: str, other: str) -> NDArray[np.float64]:
    """Rows of epoch and two figures, -1 for what there is not."""
    history = position.history
    kept: tuple[EpochRecord, ...] = history[::-1][:: -(-len(history) // _MOST_EPOCHS) or 1][::-1]
    rows = [(one.epoch, *(_or_none(getattr(one, name)) for name in (own, other))) for one in kept]
    return np.array(rows, np.float64).reshape(-1, 3)


def _or_none(value: float | None) -> float:
    return -1.0 if value is None else value


def _add_second(view: RoomView, shown: TrainStep, digits: int) -> None:
    """The figures and curves of the training beside the first."""
    second = shown.second
    assert second is not None, "asked for where there is one"
    training, position = second.training, second.reached.position
    network = training.network(position)
    answers = answer_all(network, training.test, training.setup.recipe)
    view.values["train"]["scores"].append(_score(training, position, answers, digits))
    view.values["train"]["beside"] = {
        "reached": position.step,
        "failure": "" if second.reached.failure is None else str(second.reached.failure),
    }
    view.add("curve_beside", _curve(position, "cost", "validation_cost"))
    view.add("accuracy_beside", _curve(position, "accuracy", "validation_accuracy"))


def _add_nothing(view: RoomView, shown: TrainStep, answers: TrainAnswers, digits: int) -> None:
    """The curves are there always."""


def _add_layers(view: RoomView, shown: TrainStep, answers: TrainAnswers, digits: int) -> None:
    training, position = shown.training, shown.position
    layers = describe_layers(training, position, digits)
    for layer, histogram in zip(layers, weight_histograms(training, position), strict=True):
        layer["weights"] = {**histogram, "most_text": number_text(histogram["most"], 3)}
    view.values["train"]["layers"] = layers


def _add_answers(view: RoomView, shown: TrainStep, answers: TrainAnswers, digits: int) -> None:
    train, settings = view.values["train"], shown.settings
    train["confusions"] = answers.confusions()
    train["cell"] = None
    if settings.cell:
        target, answer = _require_cell(settings.cell, answers)
        rows = answers.rows_of(target, answer)
        train["cell"] = {"target": target, "answer": answer, "count": len(rows)}
        train["cell"]["examples"] = _examples(view, "cell", answers, rows[:_MOST_EXAMPLES])
    train["worst"] = _examples(view, "worst", answers, answers.worst(_MOST_EXAMPLES))


def _require_cell(cell: tuple[int, ...], answers: TrainAnswers) -> tuple[int, int]:
    classes = 0 if answers.predicted is None else len(answers.dataset.class_names)
    target, answer = cell
    if not (0 <= target < classes and 0 <= answer < classes):
        raise InputError(
            "lab",
            expected=f"two classes from 0 to {classes - 1}" if classes else "no cell",
            got=f"{target},{answer}",
            argument="cell",
            value=cell,
        )
    return target, answer


def _examples(
    view: RoomView, name: str, answers: TrainAnswers, rows: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """What is said of each example; their images are an array of that name, where they are some."""
    dataset = answers.dataset
    if len(dataset.shape) == 2 and min(dataset.shape) > 1:
        pictures = dataset.scaled_inputs(rows).reshape(len(rows), *dataset.shape)
        view.add(name, pictures)
    return [
        {
            "row": int(row),
            "target": _target_text(answers, int(row)),
            "answer": _answer_text(answers, int(row)),
            "cost": number_text(float(answers.costs[row]), 3),
        }
        for row in rows
    ]


def _target_text(answers: TrainAnswers, row: int) -> str:
    target = answers.dataset.targets[row]
    if answers.predicted is not None:
        return answers.dataset.class_names[int(target)]
    return ", ".join(number_text(float(one), 4) for one in np.atleast_1d(target))


def _answer_text(answers: TrainAnswers, row: int) -> str:
    if answers.predicted is not None:
        return answers.dataset.class_names[int(answers.predicted[row])]
    return ", ".join(number_text(float(one), 4) for one in answers.outputs[row])


def _add_points(view: RoomView, shown: TrainStep, answers: TrainAnswers, digits: int) -> None:
    settings = shown.settings
    layer = min(settings.layer, shown.network.architecture.depth)
    method = "pca" if shown.moving else settings.map
    view.values["train"]["map"] = {"layer": layer, "method": method}
    view.add("map", plane_points(answers, layer, method))


def _add_diagnosis(view: RoomView, shown: TrainStep, answers: TrainAnswers, digits: int) -> None:
    """The whole diagnosis, where the training stands still."""
    diverged = "" if shown.failure is None else str(shown.failure)
    view.values["train"]["diagnosis"] = (
        None
        if shown.moving
        else diagnose_position(shown.training, shown.position, shown.settings, diverged)
    )


_Panel = Callable[[RoomView, TrainStep, TrainAnswers, int], None]
_PANELS: Mapping[str, _Panel] = MappingProxyType(
    {
        "curves": _add_nothing,
        "layers": _add_layers,
        "answers": _add_answers,
        "points": _add_points,
        "diagnosis": _add_diagnosis,
    }
)
"""What adds the numbers of each panel."""

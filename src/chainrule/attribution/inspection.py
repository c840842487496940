"""The questions that can be asked about a saved run; each is a function that returns a document.

>>> from chainrule.attribution import inspect_decision
>>> inspect_decision("runs/digits", 17)  # doctest: +SKIP
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from chainrule.attribution.decision import decision_document
from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.influence import influence_document
from chainrule.attribution.mislabels import mislabels_document
from chainrule.attribution.neuron import neuron_document
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import run_stages
from chainrule.attribution.weight import WeightRequest, weight_document
from chainrule.documents import Document
from chainrule.errors import InputError
from chainrule.experiment import SavedRun, open_run, take_part
from chainrule.ledger.steps import Quantity
from chainrule.limits import Limit

__all__ = [
    "INSPECTION_LIMITS",
    "SUSPECTS",
    "TOP",
    "inspect_decision",
    "inspect_influence",
    "inspect_mislabels",
    "inspect_neuron",
    "inspect_weight",
]

TOP = 10
"""Default number of parts that are listed one by one."""

SUSPECTS = 20
"""Default number of doubtful labels that are listed."""

INSPECTION_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "image": Limit(int, "number of an example", 0, optional=True),
        "step": Limit(int, "number of the step, counted over the whole run", 1, optional=True),
        "epoch": Limit(int, "epoch of the step", 1, optional=True),
        "batch": Limit(int, "batch of the step in its epoch", 1, optional=True),
        "top": Limit(int, "number of parts to list", 1),
        "count": Limit(int, "number of doubtful labels to list", 1),
    }
)
"""The limits of the numbers that the questions take."""

_WEIGHT = re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9}),([0-9]{1,9})")
_NEURON = re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9})")
_WHERE = "inspect"

Run = str | Path | SavedRun
Report = Callable[[str], object]


def inspect_weight(
    run: Run,
    weight: str,
    *,
    step: int | None = None,
    epoch: int | None = None,
    batch: int | None = None,
    image: int | None = None,
    top: int = TOP,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show what one step of a run did to one weight: the terms of its gradient, and the update.

    Without step, epoch and batch, the last step of the run is shown or, with an image, the last
    step whose batch contained it.

    Args:
        run: the folder of a run, or an opened run.
        weight: layer, neuron and input, such as "1:4,300"; layers count from 1, the others from 0.
        step: from 1, counted over the whole run.
        epoch: from 1, instead of `step`; its last batch if there is no `batch`.
        batch: from 1, in its epoch; of the last epoch if there is no `epoch`.
        image: an example of the training set whose term is shown whatever its size.
        top: number of terms to list one by one.
        data: a name or a path, if the run's data were moved.
        validation: the same for its validation set.
        report: called with a sentence before a computation that takes long.

    Raises: InputError if there is no such weight or step, or if the recipe cannot be explained term
        by term; what opening the run and loading its data raises.
    """
    layer, neuron, source = _parse_place(_WEIGHT, weight, "weight", "1:4,300")
    for name, value in (("step", step), ("epoch", epoch), ("batch", batch), ("image", image)):
        INSPECTION_LIMITS[name].check(_WHERE, name, value)
    count = INSPECTION_LIMITS["top"].check(_WHERE, "top", top)
    replay = RunReplay.open(_open(run), data, validation, report)
    found = replay.find_step(step=step, epoch=epoch, batch=batch, image=image)
    return weight_document(
        replay, found, WeightRequest(layer, (neuron, source), image=image, top=count)
    )


def inspect_neuron(
    run: Run,
    neuron: str,
    image: int,
    *,
    part: str = "test",
    top: int = TOP,
    data: str | None = None,
) -> Document:
    """Show how the activation of a neuron of the trained network comes about for one example.

    Args:
        run: the folder of a run or a network file, or an opened one.
        neuron: layer and neuron, such as "2:7"; layers count from 1, neurons from 0.
        image: the example's number in its part of the data, from 0.
        part: "test", "train" or "all".
        top: number of inputs to list one by one.
        data: a name or a path, if the run's data were moved; a network file needs it.

    Raises: InputError if there is no such neuron or example; what opening the run and loading its
        data raises.
    """
    layer, at = _parse_place(_NEURON, neuron, "neuron", "2:7")
    count = INSPECTION_LIMITS["top"].check(_WHERE, "top", top)
    trace = _trace(run, image, part, data)
    trace.ledger.locate(Quantity("z", layer, (at,)), _WHERE)
    return neuron_document(trace, layer, at, count)


def inspect_decision(
    run: Run, image: int, *, part: str = "test", top: int = TOP, data: str | None = None
) -> Document:
    """Show why the trained network chose a class for an example.

    Args:
        run: as in `inspect_neuron`.
        image: as in `inspect_neuron`.
        part: as in `inspect_neuron`.
        top: number of parts to list one by one.
        data: as in `inspect_neuron`.

    Raises: InputError if the network does not choose between classes, or if there is no such
        example; what opening the run and loading its data raises.
    """
    count = INSPECTION_LIMITS["top"].check(_WHERE, "top", top)
    return decision_document(_trace(run, image, part, data), count)


def inspect_influence(
    run: Run,
    image: int,
    *,
    part: str = "test",
    top: int = TOP,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show which training examples helped and which hurt the network's answer to an example.

    Args:
        run: the folder of a run, or an opened run.
        image: as in `inspect_neuron`.
        part: as in `inspect_neuron`.
        top: number of training examples of each kind to list one by one.
        data: as in `inspect_weight`.
        validation: as in `inspect_weight`.
        report: as in `inspect_weight`.

    Raises: InputError if there is no such example; what opening the run and loading its data
        raises.
    """
    count = INSPECTION_LIMITS["top"].check(_WHERE, "top", top)
    opened = _open(run)
    loaded = opened.experiment(data, validation).datasets
    replay = RunReplay(opened.path, loaded.pair.train, loaded.validation, report)
    dataset = take_part(loaded.pair, part)
    trace = ForwardTrace(opened.path, replay.setup.network, dataset, part, image, where=_WHERE)
    return influence_document(replay, run_stages(replay), trace, count)


def inspect_mislabels(
    run: Run,
    count: int = SUSPECTS,
    *,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show the training examples whose labels look wrong, the most doubtful first.

    Args:
        run: the folder of a run, or an opened run.
        count: greatest number of labels to list.
        data: as in `inspect_weight`.
        validation: as in `inspect_weight`.
        report: as in `inspect_weight`.

    Raises: InputError if the run did not learn classes; what opening the run and loading its data
        raises.
    """
    most = INSPECTION_LIMITS["count"].check(_WHERE, "count", count)
    replay = RunReplay.open(_open(run), data, validation, report)
    return mislabels_document(replay, run_stages(replay), most)


def _open(run: Run) -> SavedRun:
    return run if isinstance(run, SavedRun) else open_run(run)


def _trace(run: Run, image: int, part: str, data: str | None) -> ForwardTrace:
    """An example of some data on its way through a trained network."""
    opened = _open(run)
    network = opened.network  # a run without one is refused before its data are loaded
    dataset = opened.data(part, data)
    return ForwardTrace(opened.path, network, dataset, part, image, where=_WHERE)


def _parse_place(form: re.Pattern[str], text: str, name: str, example: str) -> tuple[int, ...]:
    """The numbers of a weight or a neuron."""
    found = form.fullmatch(text)
    if found is None:
        raise InputError(
            _WHERE,
            expected=f"a {name} such as {example}",
            got=repr(text),
            why="Layers count from 1, neurons and inputs from 0",
            argument=name,
            value=text,
        )
    return tuple(map(int, found.groups()))

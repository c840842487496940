"""Cost and accuracy batch by batch, within one epoch of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import RunReplay
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.run_path import choose_sample
from chainrule.figures.style import BLUE, ORANGE, set_integer_ticks
from chainrule.limits import Limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BatchCurves", "batch_curves_data", "draw_batch_curves"]

Array = NDArray[np.float64]

_POINTS = 60
"""Places in the epoch, at most."""


@dataclass(frozen=True, eq=False)
class BatchCurves:
    """What a run reaches within an epoch.

    Args:
        epoch: which, from 1.
        batches: done in the epoch at each place, ascending from 0, (points,).
        cost: the mean over the sample there, without penalties, (points,).
        accuracy: the fraction of the sample that is answered rightly; None if targets are numbers.
        examples: in a batch.
        sample: what they were computed on, in words.
    """

    epoch: int
    batches: NDArray[np.int64]
    cost: Array
    accuracy: Array | None
    examples: int
    sample: str


def batch_curves_data(
    replay: RunReplay, epoch: int = 1, *, points: int = _POINTS, examples: int = 1000, seed: int = 0
) -> BatchCurves:
    """Compute an epoch of a run again, and look at it between its batches.

    Args:
        replay: of a run with at least one step.
        epoch: which, from 1; of the run's last one the part that was done.
        points: places in the epoch, at most; at least 2. They lie closest at its beginning.
        examples: of the training set, at most.
        seed: of the sample.

    Raises: InputError for an epoch that the run has not begun; IntegrityError, RunFolderError,
        FileError, DataError.
    """
    done, begun = replay.steps_done, replay.epoch_position(replay.steps_done - 1)[0] + 1
    Limit(int, "epoch of the run", 1, begun).check("figure", "epoch", epoch)
    first, after = replay.steps_by(epoch - 1), min(replay.steps_by(epoch), done)
    parts = np.linspace(0, 1, points) ** 2
    places = np.unique(np.rint(parts * (after - first)).astype(np.int64))
    sample = choose_sample(replay, examples, seed)
    position, scores = replay.position_at(first), []
    for place in places:
        position = replay.position_at(first + int(place), position)
        parameters = replay.setup.engine.inference_parameters(position).astype(np.float64)
        scores.append(sample.score(parameters))
    right = [one.accuracy for one in scores if one.accuracy is not None]
    return BatchCurves(
        epoch=epoch,
        batches=places,
        cost=np.array([one.cost for one in scores]),
        accuracy=np.array(right) if right else None,
        examples=replay.setup.recipe.batch_size,
        sample=sample.description,
    )


@figure_function
def draw_batch_curves(data: BatchCurves, *, ax: Place | None = None) -> Place:
    """Draw cost and accuracy over the batches of the epoch.

    Args:
        data: `batch_curves_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = f"Epoch {data.epoch} in batches of {data.examples}; measured on {data.sample}."
    panels = 1 if data.accuracy is None else 2
    heading = FigureHeading("Learning within an epoch", note)
    figure = open_figure(ax, (4.9 * panels + 0.4, 4.2), heading)
    axes = figure.subplots(1, panels, squeeze=False)[0]
    _draw_curve(axes[0], data, data.cost, BLUE, "mean cost")
    if data.accuracy is not None:
        _draw_curve(axes[1], data, 100 * data.accuracy, ORANGE, "answered rightly, %")
    return figure


def _draw_curve(axes: Axes, data: BatchCurves, values: Array, colour: str, label: str) -> None:
    axes.plot(data.batches, values, color=colour, marker="o", markersize=3)
    axes.set_xlabel("batches")
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    set_integer_ticks(axes.xaxis)

"""Whether a peer computes the same thing: its weights beside those of the reference in float64."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comparison.cases import Case
from comparison.peers.ours import OurSession
from comparison.workload import load_job, load_tensors

__all__ = ["Truth", "compute_truth", "saved_distance", "steps_to_check", "tolerance"]

Array = NDArray[Any]

_SMOOTH, _KINKED = 1e-4, 1e-2
_FEWEST_STEPS, _FEWEST_EXAMPLES = 20, 1_000


def tolerance(case: Case) -> float:
    """How far off float32 may be: distance from the truth, as a share of the way gone.

    Rounding alone gives about 1e-6. But where a weighted sum is 0 but for rounding, ReLU may fall
    on either side, which happens about once in a million sums and then shows in every weight.
    Another cost or update is off by more than either.
    """
    return _SMOOTH if case.paper else _KINKED


def steps_to_check(case: Case) -> int:
    """Batches after which weights are compared: 20, or as many as 1,000 examples take."""
    return min(case.steps, max(_FEWEST_STEPS, -(-_FEWEST_EXAMPLES // case.batch_size)))


class Truth:
    """The weights that a case has after some steps, by the reference engine in float64.

    Args:
        start: the first weights, flat.
        end: those after the steps, flat.
    """

    def __init__(self, start: Array, end: Array) -> None:
        self._start, self._end = start, end

    def distance(self, weights: Sequence[Array], biases: Sequence[Array]) -> float | None:
        """How far other weights are off, as a share of the way gone; None for another shape."""
        found = _flat(weights, biases)
        if found.shape != self._end.shape:
            return None
        way = np.linalg.norm(self._end - self._start)
        return float(np.linalg.norm(found - self._end) / way)


def compute_truth(case: Case, folder: Path) -> Truth:
    """The truth of a case whose job lies in the folder."""
    job = load_job(folder, case, threads=1)
    reference = OurSession(job, "reference", "float64")
    reference.epoch(0, steps_to_check(case))
    return Truth(_flat(job.weights, job.biases), _flat(*reference.parameters()))


def saved_distance(truth: Truth, path: Path) -> float | None:
    """The distance of the weights in a file."""
    return truth.distance(*load_tensors(path))


def _flat(weights: Sequence[Array], biases: Sequence[Array]) -> Array:
    return np.concatenate([t.reshape(-1).astype(np.float64) for t in (*weights, *biases)])

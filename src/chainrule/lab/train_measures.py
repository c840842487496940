"""What is measured of the layers of a network under training, and their activations as points."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import Position
from chainrule.lab.train_answers import TrainAnswers
from chainrule.lab.train_training import TrainTraining
from chainrule.ledger.formulas import number_text
from chainrule.threads import one_blas_thread

__all__ = ["describe_layers", "plane_points", "weight_histograms"]

Array = NDArray[Any]

_BINS = 31
"""Odd, so that weights near 0 have a bar of their own."""
_MOST_POINTS = {"pca": 500, "tsne": 300}
"""Of the examples tried, from the first; t-SNE of 300 takes about a second."""
_PERPLEXITY = 30.0
_ITERATIONS = 500


def describe_layers(
    training: TrainTraining, position: Position, digits: int
) -> list[dict[str, Any]]:
    """Return the norm of each layer's gradient, and how much of it is flat, on a sample.

    Args:
        training: whose training set the sample is of.
        position: where it stands.
        digits: significant digits of the numbers.
    """
    snapshot = training.measures.snapshot(position, curvature=False)
    weights = training.network(position).layers
    found = []
    for one, layer in zip(snapshot.layers, weights, strict=True):
        # The ratio is the gradient's root mean square in units of √(2/inputs).
        norm = one.gradient_ratio * float(np.sqrt(2 / layer.W.shape[1] * layer.W.size))
        found.append(
            {
                "layer": one.layer,
                "activation": one.activation,
                "norm": norm if np.isfinite(norm) else None,
                "norm_text": number_text(norm, digits),
                "flat": _flat(one.dead_fraction, one.saturated_fraction),
                "kind": "dead" if one.dead_fraction is not None else "saturated",
            }
        )
    return found


def _flat(dead: float | None, saturated: float | None) -> float | None:
    return saturated if dead is None else dead


def weight_histograms(training: TrainTraining, position: Position) -> list[dict[str, Any]]:
    """Return how the weights of each layer are spread: counts between equally distant edges."""
    found = []
    for layer in training.network(position).layers:
        most = float(np.abs(layer.W).max()) or 1.0
        counts, _ = np.histogram(layer.W, bins=_BINS, range=(-most, most))
        found.append({"most": most, "counts": counts.tolist()})
    return found


def plane_points(answers: TrainAnswers, layer: int, method: str) -> NDArray[np.float64]:
    """Return the activations of a layer as points of a plane: rows of x, y, row, target, answer.

    Args:
        answers: with the activations.
        layer: from 1; 0 for the inputs.
        method: "pca", the two directions of the greatest variance, or "tsne", which keeps
            neighbours together (van der Maaten & Hinton 2008).

    Returns: (points, 5); target and answer are classes, or the first target and output. t-SNE of
        fewer than five examples is their PCA.
    """
    count = min(_MOST_POINTS[method], len(answers.dataset))
    values = np.asarray(answers.activations[layer][:count], np.float64)
    places = _tsne(values) if method == "tsne" and count > 4 else _pca(values)
    targets = answers.dataset.targets.reshape(len(answers.dataset), -1)[:count, 0]
    found = answers.outputs[:, 0] if answers.predicted is None else answers.predicted
    return np.column_stack((places, np.arange(count), targets, found[:count]))


def _pca(values: Array) -> Array:
    from sklearn.decomposition import PCA

    kept = min(2, *values.shape)
    places = np.zeros((len(values), 2))
    if np.isfinite(values).all():
        with one_blas_thread():
            places[:, :kept] = PCA(kept, svd_solver="full").fit_transform(values)
    return places


def _tsne(values: Array) -> Array:
    if not np.isfinite(values).all() or not np.ptp(values, axis=0).any():
        return np.zeros((len(values), 2))
    return _neighbour_places(values.tobytes(), len(values))


@lru_cache(maxsize=8)  # a visitor chooses one point after the other on the same map
def _neighbour_places(values: bytes, count: int) -> Array:
    """The places by t-SNE. Several threads would wait for each other on a busy machine."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    method = TSNE(2, perplexity=perplexity, max_iter=_ITERATIONS, init="pca", random_state=0)
    with threadpool_limits(1):
        return np.asarray(method.fit_transform(np.frombuffer(values).reshape(count, -1)))

"""NumPy as a careful student writes it: vectorised over the batch, a few lines, float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import epoch_order
from comparison.peers.contract import Peer, Predictor, Tensors
from comparison.workload import Job, step_rates

__all__ = ["NUMPY", "TextbookSession", "blas_threads"]

Array = NDArray[Any]

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _relu(z: Array) -> Array:
    return np.maximum(z, 0)


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _forward(x: Array, W: list[Array], b: list[Array], paper: bool) -> list[Array]:
    """The activations of all layers, the inputs first; weights are (fan_in, fan_out)."""
    a, last = [x], len(W) - 1
    for layer in range(last):
        z = a[-1] @ W[layer] + b[layer]
        a.append(_sigmoid(z) if paper else _relu(z))
    z = a[-1] @ W[last] + b[last]
    return [*a, _sigmoid(z) if paper else _softmax(z)]


def _gradients(a: list[Array], y: Array, W: list[Array], paper: bool) -> tuple[list[Array], ...]:
    """The gradients of all weights and biases, the first layer's first."""
    dW, db = [], []
    delta = (a[-1] - y) / np.float32(len(y))
    if paper:
        delta = 2 * delta * a[-1] * (1 - a[-1])
    for layer in range(len(W) - 1, -1, -1):
        dW.append(a[layer].T @ delta)
        db.append(delta.sum(axis=0))
        if layer:
            slope = a[layer] * (1 - a[layer]) if paper else a[layer] > 0
            delta = (delta @ W[layer].T) * slope
    return dW[::-1], db[::-1]


class TextbookSession:
    """A training in plain NumPy.

    Args:
        job: what to train.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._x = job.examples.floats
        self._y = job.examples.one_hot(job.case.layers[-1])
        self._rates = step_rates(job.case).astype(np.float32)
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        self._W = [np.array(W.T, order="C") for W in self._job.weights]
        self._b = [b.copy() for b in self._job.biases]
        self._means = [np.zeros_like(p) for p in (*self._W, *self._b)]
        self._squares = [np.zeros_like(p) for p in (*self._W, *self._b)]
        self._t = 0

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`."""
        case, n = self._job.case, self._job.case.batch_size
        order = epoch_order(case.seed, number, case.examples)
        first = number * case.steps
        with np.errstate(over="ignore"):
            for step in range(case.steps if steps is None else steps):
                rows = order[step * n : (step + 1) * n]
                rate = self._rates[min(first + step, len(self._rates) - 1)]
                self._step(self._x[rows], self._y[rows], rate)

    def _step(self, x: Array, y: Array, rate: Any) -> None:
        paper = self._job.case.paper
        a = _forward(x, self._W, self._b, paper)
        dW, db = _gradients(a, y, self._W, paper)
        if self._job.case.optimiser == "adam":
            self._adam([*dW, *db], float(rate))
            return
        for p, g in zip((*self._W, *self._b), (*dW, *db), strict=True):
            p -= rate * g

    def _adam(self, gradients: list[Array], rate: float) -> None:
        self._t += 1
        one, two = 1 - _BETA1**self._t, 1 - _BETA2**self._t
        both = zip((*self._W, *self._b), gradients, self._means, self._squares, strict=True)
        for p, g, m, v in both:
            m *= _BETA1
            m += (1 - _BETA1) * g
            v *= _BETA2
            v += (1 - _BETA2) * g * g
            p -= rate / one * m / (np.sqrt(v / two) + _EPSILON)

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        return [W.T for W in self._W], list(self._b)


def blas_threads(number: int) -> None:
    """Sets the number of threads of matrix products from now on."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=number)


def _predictor(job: Job) -> Predictor:
    W, b = [np.array(W.T, order="C") for W in job.weights], list(job.biases)
    return lambda rows: _forward(rows, W, b, job.case.paper)[-1]


NUMPY = Peer(
    name="numpy",
    title="NumPy, textbook",
    packages={"numpy": "numpy"},
    start=TextbookSession,
    predictor=_predictor,
    threads=blas_threads,
)

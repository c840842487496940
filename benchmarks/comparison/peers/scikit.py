"""scikit-learn's MLPClassifier: one `partial_fit` an epoch, on rows put in order beforehand."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import epoch_order
from comparison.cases import Case
from comparison.peers.contract import Peer, Predictor, Tensors
from comparison.peers.textbook import blas_threads
from comparison.workload import Job, step_rates

__all__ = ["SCIKIT", "ScikitSession"]

Array = NDArray[Any]

_BINARY = "one logistic output instead of two of softmax"
_EPSILON = "Adam's ε is added before the bias correction of the mean square"
_NO_SQUARES = "softmax and log-loss: it has no squared error for classes"


def _made(job: Job) -> Any:
    """The classifier, ready for weights: one step has been taken on a few rows of every class."""
    network: Any = importlib.import_module("sklearn.neural_network")
    case = job.case
    found = network.MLPClassifier(
        hidden_layer_sizes=case.layers[1:-1],
        activation="logistic" if case.paper else "relu",
        solver=case.optimiser,
        alpha=0.0,
        batch_size=case.batch_size,
        learning_rate_init=case.learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=False,
        random_state=0,
    )
    rows = np.zeros((case.batch_size, case.layers[0]), np.float32)
    labels = np.zeros(case.batch_size, np.int64)
    return found.partial_fit(rows, labels, classes=np.arange(case.layers[-1]))


def _put(classifier: Any, job: Job) -> None:
    """Give the classifier the job's first weights."""
    weights, biases = list(job.weights), list(job.biases)
    if job.case.layers[-1] == 2:  # one output: the difference of the two
        weights[-1] = weights[-1][1:] - weights[-1][:1]
        biases[-1] = biases[-1][1:] - biases[-1][:1]
    for kept, W in zip(classifier.coefs_, weights, strict=True):
        kept[...] = W.T
    for kept, b in zip(classifier.intercepts_, biases, strict=True):
        kept[...] = b


class ScikitSession:
    """A training by MLPClassifier.

    Args:
        job: what to train.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._x, self._labels = job.examples.floats, job.examples.labels
        self._rates = step_rates(job.case)
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        self._classifier = _made(self._job)
        _put(self._classifier, self._job)
        # Moments of the step that made the arrays are forgotten: the next fit begins anew.
        del self._classifier._optimizer

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`. The rate changes by the epoch."""
        case = self._job.case
        order = epoch_order(case.seed, number, case.examples)
        rows = order if steps is None else order[: steps * case.batch_size]
        if case.schedule != "constant":
            self._set_rate(number)
        self._classifier.partial_fit(self._x[rows], self._labels[rows])

    def _set_rate(self, number: int) -> None:
        """The mean of the epoch's rates; the classifier has no schedule of that kind itself."""
        steps = self._job.case.steps
        rate = float(self._rates[number * steps : (number + 1) * steps].mean())
        self._classifier.learning_rate_init = rate
        if number:
            self._classifier._optimizer.learning_rate_init = rate

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        found = self._classifier
        return [W.T for W in found.coefs_], list(found.intercepts_)


def _predictor(job: Job) -> Predictor:
    classifier = _made(job)
    _put(classifier, job)
    predict: Predictor = classifier.predict_proba
    return predict


def _differs(case: Case) -> str:
    if case.layers[-1] == 2:
        return _BINARY
    if case.paper:
        return _NO_SQUARES
    return _EPSILON if case.optimiser == "adam" else ""


SCIKIT = Peer(
    name="sklearn",
    title="scikit-learn",
    packages={"sklearn": "scikit-learn"},
    start=ScikitSession,
    predictor=_predictor,
    threads=blas_threads,
    differs=_differs,
)

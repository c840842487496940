"""neural-network-digits: its network's own `train_step`, batch after batch."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from chainrule.data import epoch_order
from comparison.cases import Case
from comparison.peers.contract import Peer, Predictor, Tensors
from comparison.peers.textbook import blas_threads
from comparison.workload import Job, step_rates

__all__ = ["DIGITS", "DigitsSession"]


def _network(job: Job) -> Any:
    """Its network with the job's first weights."""
    module: Any = importlib.import_module("nn_digits.neural_net.network")
    network = module.NeuralNetwork(job.case.layers, "sigmoid" if job.case.paper else "relu")
    network.weights = [np.array(W.T, order="C") for W in job.weights]
    network.biases = [b.copy() for b in job.biases]
    return network


class DigitsSession:
    """A training by neural-network-digits, without its distortions of images.

    Args:
        job: what to train.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._x = job.examples.floats
        self._y = job.examples.one_hot(job.case.layers[-1])
        self._rates = step_rates(job.case)
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        self._network = _network(self._job)

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`."""
        case, n = self._job.case, self._job.case.batch_size
        order = epoch_order(case.seed, number, case.examples)
        first = number * case.steps
        with np.errstate(all="ignore"):  # as its own trainer does
            for step in range(case.steps if steps is None else steps):
                rows = order[step * n : (step + 1) * n]
                rate = float(self._rates[min(first + step, len(self._rates) - 1)])
                self._network.train_step(self._x[rows], self._y[rows], rate, momentum=0.0, l2=0.0)

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        return [W.T for W in self._network.weights], list(self._network.biases)


def _predictor(job: Job) -> Predictor:
    predict: Predictor = _network(job).predict
    return predict


def _refuses(case: Case) -> str:
    return "it has no Adam" if case.optimiser == "adam" else ""


def _differs(case: Case) -> str:
    return "softmax and log-loss: it has no squared error" if case.paper else ""


DIGITS = Peer(
    name="nn-digits",
    title="neural-network-digits",
    packages={"nn_digits": "neural-network-digits"},
    start=DigitsSession,
    predictor=_predictor,
    threads=blas_threads,
    refuses=_refuses,
    differs=_differs,
)

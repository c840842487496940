"""JAX: a whole epoch as one jitted scan, with the parameters' buffers donated."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import epoch_order
from comparison.cases import Case
from comparison.peers.contract import Peer, Predictor, Tensors
from comparison.workload import Job, step_rates

__all__ = ["JAX", "ScanSession"]

Array = NDArray[Any]

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


def _jax() -> Any:
    return importlib.import_module("jax")


def _logits(parameters: Any, x: Any, paper: bool) -> Any:
    """The last layer's weighted sums; weights are (fan_in, fan_out)."""
    jax = _jax()
    *hidden, (W, b) = parameters
    for V, c in hidden:
        z = x @ V + c
        x = jax.nn.sigmoid(z) if paper else jax.nn.relu(z)
    return x @ W + b


def _cost(parameters: Any, x: Any, y: Any, paper: bool) -> Any:
    jax = _jax()
    z = _logits(parameters, x, paper)
    if paper:
        return ((jax.nn.sigmoid(z) - y) ** 2).sum(axis=1).mean()
    return -(y * jax.nn.log_softmax(z)).sum(axis=1).mean()


def _updated(case: Case, state: Any, g: Any, eta: Any) -> Any:
    """Parameters and moments after a step; eta holds the rate and the moments' corrections."""
    tree = _jax().tree_util.tree_map
    parameters, m, v = state
    if case.optimiser == "sgd":
        return tree(lambda p, dp: p - eta[0] * dp, parameters, g), m, v
    m = tree(lambda a, d: _BETA1 * a + (1 - _BETA1) * d, m, g)
    v = tree(lambda a, d: _BETA2 * a + (1 - _BETA2) * d * d, v, g)
    numpy = _jax().numpy

    def moved(p: Any, a: Any, q: Any) -> Any:
        return p - eta[0] * a / (numpy.sqrt(q / eta[1]) + _EPSILON)

    return tree(moved, parameters, m, v), m, v


def _epoch(case: Case, state: Any, data: Any, batches: Any, etas: Any) -> Any:
    """The state after an epoch: a scan over its batches."""
    gradient = _jax().grad(partial(_cost, paper=case.paper))

    def step(state: Any, given: Any) -> Any:
        rows, eta = given
        return _updated(case, state, gradient(state[0], data[0][rows], data[1][rows]), eta), None

    return _jax().lax.scan(step, state, (batches, etas))[0]


class ScanSession:
    """A training by JAX.

    Args:
        job: what to train.
    """

    def __init__(self, job: Job) -> None:
        jax, case = _jax(), job.case
        self._job = job
        targets = job.examples.one_hot(case.layers[-1])
        self._data = (jax.device_put(job.examples.floats), jax.device_put(targets))
        self._rates = step_rates(case)
        self._epoch = jax.jit(partial(_epoch, case), donate_argnums=0)
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        jax, job = _jax(), self._job
        pairs = zip(job.weights, job.biases, strict=True)
        parameters = [(jax.numpy.array(W.T), jax.numpy.array(b)) for W, b in pairs]
        zeros = partial(jax.tree_util.tree_map, jax.numpy.zeros_like, parameters)
        self._state = (parameters, zeros(), zeros())
        if job.case.optimiser == "sgd":
            self._state = (parameters, (), ())
        self._t = 0

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`."""
        case = self._job.case
        taken = case.steps if steps is None else steps
        order = epoch_order(case.seed, number, case.examples)[: taken * case.batch_size]
        batches = order.astype(np.int32).reshape(taken, case.batch_size)
        etas = self._etas(number * case.steps, taken)
        state = self._epoch(self._state, self._data, batches, etas)
        self._state = _jax().block_until_ready(state)
        self._t += taken

    def _etas(self, first: int, steps: int) -> Array:
        """The rate of each step and the corrections of Adam's moments, (steps, 2)."""
        at = np.minimum(np.arange(first, first + steps), len(self._rates) - 1)
        t = self._t + 1 + np.arange(steps)
        one, two = 1 - _BETA1**t, 1 - _BETA2**t
        if self._job.case.optimiser == "sgd":
            one, two = np.ones(steps), np.ones(steps)
        return np.stack((self._rates[at] / one, two), axis=1).astype(np.float32)

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        found = self._state[0]
        return [np.asarray(W).T for W, _ in found], [np.asarray(b) for _, b in found]


def _predictor(job: Job) -> Predictor:
    jax, paper = _jax(), job.case.paper
    pairs = zip(job.weights, job.biases, strict=True)
    parameters = [(jax.numpy.array(W.T), jax.numpy.array(b)) for W, b in pairs]
    last = jax.nn.sigmoid if paper else jax.nn.softmax
    compiled = jax.jit(lambda rows: last(_logits(parameters, rows, paper)))
    return lambda rows: np.asarray(compiled(rows))


JAX = Peer(
    name="jax",
    title="JAX, jitted scan",
    packages={"jax": "jax", "jaxlib": "jaxlib"},
    start=ScanSession,
    predictor=_predictor,
)

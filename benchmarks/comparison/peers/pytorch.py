"""PyTorch, run line by line, and with the whole step compiled."""

from __future__ import annotations

import importlib
import shutil
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import epoch_order
from comparison.cases import Case
from comparison.peers.contract import Peer, Predictor, Tensors
from comparison.workload import Job, step_rates

__all__ = ["TORCH", "TORCH_COMPILE", "CompiledSession", "EagerSession"]

Array = NDArray[Any]

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


def _torch() -> Any:
    return importlib.import_module("torch")


def _module(job: Job) -> Any:
    """The network as a Sequential with the job's first weights, its last layer without softmax."""
    torch, case = _torch(), job.case
    hidden = torch.nn.Sigmoid if case.paper else torch.nn.ReLU
    parts: list[Any] = []
    for layer, (ins, outs) in enumerate(pairwise(case.layers)):
        linear = torch.nn.Linear(ins, outs)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(job.weights[layer]))
            linear.bias.copy_(torch.tensor(job.biases[layer]))
        parts += [linear, hidden()]
    return torch.nn.Sequential(*(parts if case.paper else parts[:-1]))


def _targets(job: Job) -> Any:
    """One-hot rows for the squared error, class numbers for cross-entropy."""
    torch = _torch()
    if job.case.paper:
        return torch.from_numpy(job.examples.one_hot(job.case.layers[-1]))
    return torch.tensor(job.examples.labels)


def _cost(torch: Any, outputs: Any, targets: Any, paper: bool) -> Any:
    if paper:
        return ((outputs - targets) ** 2).sum(1).mean()
    return torch.nn.functional.cross_entropy(outputs, targets)


def _batches(case: Case, number: int, steps: int | None) -> Any:
    """The rows of each batch of an epoch, as tensors."""
    order = _torch().from_numpy(epoch_order(case.seed, number, case.examples))
    taken = case.steps if steps is None else steps
    return order[: taken * case.batch_size].view(taken, case.batch_size).unbind()


class EagerSession:
    """A training by PyTorch in its usual form, from tensors in memory.

    Args:
        job: what to train.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._x, self._y = _torch().from_numpy(job.examples.floats), _targets(job)
        self._rates = step_rates(job.case)
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        torch, case = _torch(), self._job.case
        self._module = _module(self._job)
        parameters = self._module.parameters()
        # Measured: one loop over six tensors is quicker for descent, the fused kernel for Adam.
        if case.optimiser == "adam":
            self._update = torch.optim.Adam(parameters, lr=case.learning_rate, fused=True)
        else:
            self._update = torch.optim.SGD(parameters, lr=case.learning_rate, foreach=False)

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`."""
        case, update = self._job.case, self._update
        varied, first = case.schedule != "constant", number * case.steps
        for step, rows in enumerate(_batches(case, number, steps)):
            if varied:
                update.param_groups[0]["lr"] = float(self._rates[first + step])
            outputs = self._module(self._x.index_select(0, rows))
            cost = _cost(_torch(), outputs, self._y.index_select(0, rows), case.paper)
            update.zero_grad()
            cost.backward()
            update.step()

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        found = [p.detach().numpy() for p in self._module.parameters()]
        return found[::2], found[1::2]


def _step_of(case: Case) -> Any:
    """One step as a single function of tensors, compiled: gather, gradient and update."""
    torch, last = _torch(), len(case.layers) - 2
    hidden = torch.sigmoid if case.paper else torch.relu
    update = _adam if case.optimiser == "adam" else _descent

    def cost(parameters: list[Any], x: Any, y: Any) -> Any:
        for layer in range(last + 1):
            x = torch.nn.functional.linear(x, parameters[2 * layer], parameters[2 * layer + 1])
            if case.paper or layer < last:
                x = hidden(x)
        return _cost(torch, x, y, case.paper)

    def step(p: list[Any], moments: list[Any], data: tuple[Any, Any], rows: Any, eta: Any) -> None:
        x, y = data[0].index_select(0, rows), data[1].index_select(0, rows)
        update(p, torch.func.grad(cost)(p, x, y), moments, eta)

    return torch.compile(step, fullgraph=True, dynamic=False)


def _descent(parameters: list[Any], gradients: list[Any], moments: list[Any], eta: Any) -> None:
    for theta, g in zip(parameters, gradients, strict=True):
        theta.sub_(eta[0] * g)


def _adam(parameters: list[Any], gradients: list[Any], moments: list[Any], eta: Any) -> None:
    for theta, g, (m, v) in zip(parameters, gradients, moments, strict=True):
        m.mul_(_BETA1).add_(g, alpha=1 - _BETA1)
        v.mul_(_BETA2).add_(g * g, alpha=1 - _BETA2)
        theta.sub_(eta[0] * m / ((v / eta[1]).sqrt() + _EPSILON))


class CompiledSession:
    """A training by PyTorch with the whole step in one compiled graph.

    Args:
        job: what to train.
    """

    def __init__(self, job: Job) -> None:
        torch = _torch()
        torch.compiler.reset()  # it compiles one function for eight shapes at most
        self._job = job
        self._data = (torch.from_numpy(job.examples.floats), _targets(job))
        self._rates = step_rates(job.case)
        self._step = _step_of(job.case)
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        torch, pairs = _torch(), zip(self._job.weights, self._job.biases, strict=True)
        self._parameters = [torch.tensor(tensor) for pair in pairs for tensor in pair]
        zeros = torch.zeros_like
        self._moments = [(zeros(p), zeros(p)) for p in self._parameters]
        self._t = 0

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`."""
        batches = _batches(self._job.case, number, steps)
        etas = _torch().from_numpy(self._etas(number, len(batches))).unbind()
        with _torch().no_grad():
            for rows, eta in zip(batches, etas, strict=True):
                self._step(self._parameters, self._moments, self._data, rows, eta)
        self._t += len(batches)

    def _etas(self, number: int, steps: int) -> Array:
        """What each step multiplies by and what its mean squares are divided by, (steps, 2)."""
        first = number * self._job.case.steps
        at = np.minimum(np.arange(first, first + steps), len(self._rates) - 1)
        eta, t = self._rates[at], self._t + 1 + np.arange(steps)
        if self._job.case.optimiser == "sgd":
            return np.stack((eta, np.ones(steps)), axis=1).astype(np.float32)
        both = (eta / (1 - _BETA1**t), 1 - _BETA2**t)
        return np.stack(both, axis=1).astype(np.float32)

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        found = [p.numpy().copy() for p in self._parameters]
        return found[::2], found[1::2]


def _set_threads(number: int) -> None:
    _torch().set_num_threads(number)


def _predictor(job: Job) -> Predictor:
    torch = _torch()
    module = _module(job)
    if not job.case.paper:
        module.append(torch.nn.Softmax(dim=1))
    module.train(False)

    def predict(rows: Array) -> Array:
        with torch.inference_mode():
            return np.asarray(module(torch.from_numpy(rows)).numpy())

    return predict


def _lacks_compiler() -> str:
    found = any(shutil.which(name) for name in ("c++", "g++", "clang++", "cl"))
    return "" if found else "torch.compile needs a C++ compiler, and there is none"


TORCH = Peer(
    name="torch",
    title="PyTorch",
    packages={"torch": "torch"},
    start=EagerSession,
    predictor=_predictor,
    threads=_set_threads,
)
TORCH_COMPILE = Peer(
    name="torch-compile",
    title="PyTorch, torch.compile",
    packages={"torch": "torch"},
    start=CompiledSession,
    threads=_set_threads,  # it compiles anew for another number
    lacks=_lacks_compiler,
)

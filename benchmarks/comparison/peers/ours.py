"""chainrule itself: the compiled engine, and the reference engine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from numpy.typing import NDArray

from comparison.peers.contract import Peer, Predictor, Session, Tensors
from comparison.workload import Job

__all__ = [
    "COMPILED",
    "REFERENCE",
    "OurSession",
    "job_dataset",
    "job_network",
    "job_recipe",
    "reference_outputs",
]

Array = NDArray[Any]


def job_network(job: Job, dtype: str = "float32") -> Any:
    """The job's first weights as a Network."""
    from chainrule.network import Network, flatten

    case = job.case
    made = Network.create(case.layers, case.activations, dtype=dtype)
    network = made.with_parameters(flatten(job.weights, job.biases))
    return replace(network, input_scale=job.examples.scale)


def reference_outputs(job: Job, rows: Array, dtype: str = "float64") -> Array:
    """Returns the outputs of the job's first weights by the equations of the reference.

    Args:
        job: weights and biases.
        rows: as the first layer takes them, (n, inputs).
        dtype: number type of the computation.
    """
    from chainrule.equations.backpropagation import forward

    return forward(rows.astype(dtype), job_network(job, dtype).layers)[1][-1]


def job_dataset(job: Job) -> Any:
    """The job's examples as a Dataset; bytes stay bytes."""
    from chainrule.data import Dataset

    names = tuple(map(str, range(job.case.layers[-1])))
    found = job.examples
    return Dataset(found.inputs, found.labels, scale=found.scale, class_names=names)


def job_recipe(job: Job, engine: str) -> Any:
    """The job's recipe."""
    from chainrule.recipe import Recipe

    case = job.case
    fields = ("cost", "optimiser", "learning_rate", "batch_size", "schedule", "epochs", "seed")
    return Recipe(engine=engine, **{name: getattr(case, name) for name in fields})


class OurSession:
    """A training by one of chainrule's engines.

    Args:
        job: what to train.
        engine: its name.
        dtype: number type of the computation.
    """

    def __init__(self, job: Job, engine: str, dtype: str = "float32") -> None:
        from chainrule.training import prepare_training

        network = job_network(job, dtype)
        self._plan = prepare_training(network, job_dataset(job), job_recipe(job, engine))
        self.restart()

    def restart(self) -> None:
        """Go back to the job's first weights."""
        from chainrule.training import first_position

        self._position = first_position(self._plan)

    def epoch(self, number: int, steps: int | None = None) -> None:
        """Train from the present weights; see `Session`."""
        from chainrule.engine import EpochSums, Until

        begun = replace(self._position, epoch=number, batch=0, sums=EpochSums())
        self._position = self._plan.engine.advance(begun, Until(batches=steps))

    def parameters(self) -> Tensors:
        """The present weights and biases."""
        network: Any = self._plan.network.with_parameters(self._position.parameters)
        return list(network.weights), list(network.biases)


def _start(engine: str, job: Job) -> Session:
    return OurSession(job, engine)


def _predictor(job: Job) -> Predictor:
    predict: Predictor = job_network(job).predict
    return predict


COMPILED = Peer(
    name="chainrule",
    title="chainrule",
    packages={"chainrule": "chainrule", "numba": "numba"},
    start=partial(_start, "compiled"),
    predictor=_predictor,
    own=True,
)
REFERENCE = Peer(
    name="reference",
    title="chainrule, reference engine",
    packages={"chainrule": "chainrule"},
    start=partial(_start, "reference"),
    own=True,
)

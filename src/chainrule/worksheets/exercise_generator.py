"""Random exercises with numbers that are easy to calculate with."""

from __future__ import annotations

import numpy as np

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.ledger.steps import WorkedExample
from chainrule.network import Layout, flatten
from chainrule.randomness import generator
from chainrule.worksheets import number_pools
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.number_faults import IMPOSSIBLE, count_faults

__all__ = ["generate_exercise"]

MAX_ATTEMPTS = 200
"""At most this many draws are made; the first without a fault is taken, else the best one."""


def generate_exercise(
    plan: ExercisePlan, seed: int, copy: int = 0, title: str = ""
) -> WorkedExample:
    """An exercise; the same plan, seed and copy give the same numbers.

    Args:
        plan: the network and the training.
        seed: a whole number of at least 0.
        copy: which of several exercises of the seed, from 0.
        title: a line of words; empty takes some about the network.

    Raises: InputError if no draw has only finite numbers.
    """
    best, fewest = None, IMPOSSIBLE
    for attempt in range(MAX_ATTEMPTS):
        made = _attempt(plan, generator(seed, "worksheet", copy, attempt), title)
        found = count_faults(made)
        if found < fewest:
            best, fewest = made, found
        if found == 0:
            break
    if best is None:
        raise InputError(
            "worksheet",
            expected="a cost that is finite for the outputs of the network",
            got=f"{plan.cost} with {plan.architecture.activations[-1]} outputs",
            why=f"None of {MAX_ATTEMPTS} draws had only finite numbers",
            remedy="Choose another cost, or another activation",
            argument="cost",
            value=plan.cost,
        )
    return best


def _attempt(plan: ExercisePlan, rng: np.random.Generator, title: str) -> WorkedExample:
    architecture = plan.architecture
    layout = Layout(architecture)
    shapes = [slot.shape for slot in layout.slots if len(slot.shape) == 2]
    weights = [number_pools.weights(rng, (shape[0], shape[1])) for shape in shapes]
    biases = [number_pools.biases(rng, shape[0]) if plan.biases else None for shape in shapes]
    last, fan_out = architecture.activations[-1], architecture.layers[-1]
    rows = range(plan.examples)
    inputs = [number_pools.inputs(rng, architecture.layers[0]) for _ in rows]
    targets = [number_pools.targets(rng, plan.cost, last, fan_out) for _ in rows]
    return WorkedExample(
        title=title or exercise_title(plan),
        architecture=architecture,
        parameters=flatten(weights, biases),
        dataset=Dataset(np.array(inputs), np.array(targets), name="examples"),
        rows=tuple(rows),
        recipe=plan.recipe,
        steps=plan.steps,
        where="worksheet",
    )


def exercise_title(plan: ExercisePlan) -> str:
    """A title for an exercise.

    >>> exercise_title(ExercisePlan(layers=(2, 2, 1)))
    'One step of training by hand: network 2-2-1'
    """
    steps = "One step" if plan.steps == 1 else f"{plan.steps} steps"
    return f"{steps} of training by hand: network {'-'.join(map(str, plan.layers))}"

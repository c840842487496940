"""Which training examples moved a decision: products of gradients, summed over a run's stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.working import WorkingSet, normalised_weights
from chainrule.equations.costs import Cost, get_cost
from chainrule.evaluation.tables import Table
from chainrule.network.network import chosen_classes
from chainrule.worked.formulas.plain_formula import number_text
from chainrule.worked.real.course import Course
from chainrule.worked.real.extras import extras_of
from chainrule.worked.real.gradients import Factors, by_blocks, factors, products
from chainrule.worked.real.looking import can_be_seen, example_picture, target_text
from chainrule.worked.real.passing import Passing
from chainrule.worked.real.stages import Stage, Stages, stages_table
from chainrule.worked.real.story import Block, Gallery, Lines, Story
from chainrule.worked.real.sums import cell

__all__ = ["Influences", "influence_story", "influences"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Influences:
    """What each training example does for one example's cost.

    Args:
        products: ∇c_i · ∇c of each stage, times what example i counts in training,
            (stages, n) float64.
        rates: learning rate of each stage, (stages,).
        costs: cost of the one example at each stage, (stages,).
        outputs: of the network for it at each stage, (stages, outputs).
    """

    products: Array
    rates: Array
    costs: Array
    outputs: Array

    @cached_property
    def total(self) -> Array:
        """Σ η ∇c_i · ∇c over the stages, (n,): above 0 for examples that helped."""
        return np.asarray(self.rates @ self.products)


def influences(course: Course, stages: Sequence[Stage], passing: Passing) -> Influences:
    """The influence of all training examples on one example, of whatever data.

    To first order, one gradient step of rate η on training example i alone changes the cost c of
    the example by -η ∇c_i · ∇c.

    Args:
        course: of the run.
        stages: of it.
        passing: names the example.
    """
    data, recipe = course.plan.training, course.plan.recipe
    cost, outputs = get_cost(recipe.cost, recipe.huber_threshold), course.outputs
    ones = [_one(passing, outputs, stage, cost) for stage in stages]
    found = np.empty((len(stages), len(data)))

    def look(rows: slice, x: Array, y: Array) -> None:
        for into, stage, one in zip(found, stages, ones, strict=True):
            into[rows] = products(factors(x, y, stage.layers, cost), one, stage.layers)

    by_blocks(data, outputs, look)
    weights = normalised_weights(data, recipe.class_weights)
    return Influences(
        products=found if weights is None else found * weights,
        rates=np.array([stage.rate for stage in stages]),
        costs=np.array([one.costs[0] for one in ones]),
        outputs=np.array([one.outputs[0] for one in ones]),
    )


def _one(passing: Passing, outputs: int, stage: Stage, cost: Cost) -> Factors:
    working, row = WorkingSet(passing.dataset, outputs, "float64"), np.array([passing.row])
    return factors(working.inputs(row), working.targets(row), stage.layers, cost)


def influence_story(course: Course, stages: Stages, passing: Passing, top: int) -> Story:
    """Which training examples helped and which hurt a decision.

    Args:
        course: of the run.
        stages: of it.
        passing: names the example, of whatever data.
        top: how many of either kind are told one by one.
    """
    told = _Told(course, stages, passing, top, influences(course, stages.kept, passing))
    return Story(
        title=f"What moved {course.path} on example {passing.row}",
        blocks=tuple(told.blocks()),
        numbers=told.record(),
    )


@dataclass(frozen=True, eq=False)
class _Told:
    course: Course
    stages: Stages
    passing: Passing
    top: int
    found: Influences

    @cached_property
    def helped(self) -> list[int]:
        """Examples that helped most, the greatest influence first."""
        total = self.found.total
        return [int(i) for i in np.argsort(-total, kind="stable")[: self.top] if total[i] > 0]

    @cached_property
    def hurt(self) -> list[int]:
        """Examples that hurt most, the least influence first."""
        total = self.found.total
        return [int(i) for i in np.argsort(total, kind="stable")[: self.top] if total[i] < 0]

    @cached_property
    def said(self) -> list[str]:
        """What the network said of the example at each stage, with the output that says so."""
        names, outputs = self.passing.dataset.class_names, self.found.outputs
        if not self.passing.dataset.classifies:
            return [", ".join(number_text(float(a), 4) for a in row) for row in outputs]
        chosen = chosen_classes(outputs)
        if outputs.shape[1] == 1:
            return [f"{names[j]} ({a:.3g})" for j, a in zip(chosen, outputs[:, 0], strict=True)]
        return [f"{names[j]} ({row[j]:.3g})" for j, row in zip(chosen, outputs, strict=True)]

    def blocks(self) -> Iterator[Block]:
        yield Lines("", tuple(self._sentences()))
        if can_be_seen(self.passing.dataset):
            caption = f"example {self.passing.row}: {self._target}"
            picture = example_picture(self.passing.dataset, self.passing.row, caption)
            yield Gallery("", (picture,))
        costs = tuple(cell(float(c)) for c in self.found.costs)
        yield stages_table(self.stages, its_cost=costs, says=tuple(self.said))
        yield from self._side("helped", self.helped)
        yield from self._side("hurt", self.hurt)

    @property
    def _target(self) -> str:
        return target_text(self.passing.dataset, self.passing.row)

    def _sentences(self) -> Iterator[str]:
        total, recipe = self.found.total, self.course.plan.recipe
        yield f"For {self.passing.described}. The network says {self.said[-1]}."
        yield (
            "An influence is Σ η ∇c·∇c over the stages below: by how much, to first order, this "
            "example's cost falls by one gradient step, at each stage, on the training example "
            "alone. Above 0 it helped, below 0 it hurt."
        )
        if normalised_weights(self.course.plan.training, recipe.class_weights) is not None:
            yield "Each is multiplied by what the training example counts in training."
        if recipe.optimiser != "sgd":
            yield f"The steps are plain ones; {recipe.optimiser} scales its own otherwise."
        extras = list(extras_of(recipe))
        if extras:
            yield (
                f"The run had {', '.join(extras)}; here the networks are plain, and examples are "
                "as they are."
            )
        yield from self.stages.sentences
        parts = [f"{int((total > 0).sum())} helped, by {cell(float(total[total > 0].sum()))}"]
        parts.append(f"{int((total < 0).sum())} hurt, by {cell(float(total[total < 0].sum()))}")
        yield f"Of {len(total)} training examples, {' in all; '.join(parts)} in all."
        if recipe.validation_fraction:
            yield "Examples are numbered without those that were held out to validate."

    def _side(self, word: str, rows: Sequence[int]) -> Iterator[Block]:
        data, total = self.course.plan.training, self.found.total
        if not rows:
            yield Lines(f"Training examples that {word} most", ("None.",))
            return
        cells = [(str(i), target_text(data, i), cell(float(total[i]))) for i in rows]
        header = ("example", "target", "influence")
        yield Table(f"Training examples that {word} most", header, tuple(cells))
        if can_be_seen(data):
            pictures = (example_picture(data, int(i), f"{i}: {t}, {v}") for i, t, v in cells)
            yield Gallery(f"Those that {word}", tuple(pictures))

    def record(self) -> dict[str, Any]:
        found = self.found
        return {
            "run": self.course.path,
            "part": self.passing.part,
            "example": self.passing.row,
            "target": self._target,
            "stages": [
                {
                    "step": stage.step,
                    "epoch": stage.epoch,
                    "learning_rate": stage.rate,
                    "cost": float(c),
                    "outputs": outputs.tolist(),
                    "says": said,
                }
                for stage, c, outputs, said in zip(
                    self.stages.kept, found.costs, found.outputs, self.said, strict=True
                )
            ],
            "epochs_left_out": list(self.stages.left_out),
            "helped": self._listed(self.helped),
            "hurt": self._listed(self.hurt),
            "influences": found.total.tolist(),
        }

    def _listed(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        data, found = self.course.plan.training, self.found
        return [
            {
                "example": i,
                "target": target_text(data, i),
                "influence": float(found.total[i]),
                "products": found.products[:, i].tolist(),
            }
            for i in rows
        ]

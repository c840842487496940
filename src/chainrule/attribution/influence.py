"""Influence of training examples on a decision: products of gradients over a run's stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import example_picture, is_image, sentences, target_text
from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.gradient_factors import (
    GradientFactors,
    gradient_factors,
    gradient_products,
    visit_blocks,
)
from chainrule.attribution.inspection import TOP, InspectedRun, Report, check_number, open_inspected
from chainrule.attribution.recipe_support import gradient_settings
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import RunStage, RunStages, run_stages, stages_table
from chainrule.attribution.term_sums import number_cell
from chainrule.data import prepare_dataset
from chainrule.documents import Block, Document, Gallery, Heading, Paragraph, Table
from chainrule.engine import DatasetView, normalised_weights
from chainrule.equations.costs import Cost, get_cost
from chainrule.experiment import take_part
from chainrule.ledger.formulas import number_text
from chainrule.network import predicted_classes

__all__ = ["Influences", "compute_influences", "influence_document", "inspect_influence"]

Array = NDArray[Any]


def inspect_influence(
    run: InspectedRun,
    image: int,
    *,
    part: str = "test",
    top: int = TOP,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show which training examples helped and which hurt the network's answer to an example.

    Args:
        run: the folder of a run, or an opened run.
        image: as in `inspect_neuron`.
        part: as in `inspect_neuron`.
        top: number of training examples of each kind to list one by one.
        data: as in `inspect_weight`.
        validation: as in `inspect_weight`.
        report: as in `inspect_weight`.

    Raises: InputError if there is no such example; what opening the run and loading its data
        raises.
    """
    count = check_number("top", top)
    opened = open_inspected(run)
    loaded = opened.experiment(data, validation).datasets
    replay = RunReplay(opened.path, loaded.pair.train, loaded.validation, report)
    dataset = prepare_dataset(take_part(loaded.pair, part), opened.network.preprocessing)
    trace = ForwardTrace(opened.path, replay.setup.network, dataset, part, image)
    return influence_document(replay, run_stages(replay), trace, count)


@dataclass(frozen=True, eq=False)
class Influences:
    """The influence of each training example on the cost of one example.

    Args:
        products: ∇c_i · ∇c of each stage, times the weight of example i in training,
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


def compute_influences(
    replay: RunReplay, stages: Sequence[RunStage], trace: ForwardTrace
) -> Influences:
    """Compute the influence of all training examples on one example, of any data.

    To first order, one gradient step of rate η on training example i alone changes the cost c of
    the example by -η ∇c_i · ∇c.

    Args:
        replay: of the run.
        stages: of it.
        trace: names the example.
    """
    data, recipe = replay.setup.training, replay.setup.recipe
    cost, outputs = get_cost(recipe.cost, recipe.huber_threshold), replay.outputs
    ones = [_example_factors(trace, outputs, stage, cost) for stage in stages]
    found = np.empty((len(stages), len(data)))

    def look(rows: slice, x: Array, y: Array) -> None:
        for into, stage, one in zip(found, stages, ones, strict=True):
            into[rows] = gradient_products(
                gradient_factors(x, y, stage.layers, cost), one, stage.layers
            )

    visit_blocks(data, outputs, look)
    weights = normalised_weights(data, recipe.class_weights)
    return Influences(
        products=found if weights is None else found * weights,
        rates=np.array([stage.rate for stage in stages]),
        costs=np.array([one.costs[0] for one in ones]),
        outputs=np.array([one.outputs[0] for one in ones]),
    )


def _example_factors(
    trace: ForwardTrace, outputs: int, stage: RunStage, cost: Cost
) -> GradientFactors:
    working, row = DatasetView(trace.dataset, outputs, "float64"), np.array([trace.row])
    return gradient_factors(working.inputs(row), working.targets(row), stage.layers, cost)


def influence_document(
    replay: RunReplay, stages: RunStages, trace: ForwardTrace, top: int
) -> Document:
    """Report which training examples helped and which hurt a decision.

    Args:
        replay: of the run.
        stages: of it.
        trace: the example, of any data.
        top: number of examples of each kind to list one by one.
    """
    producer = _InfluenceProducer(
        replay, stages, trace, top, compute_influences(replay, stages.stages, trace)
    )
    return Document(
        title=f"What influenced {replay.path} on example {trace.row}",
        blocks=tuple(producer.blocks()),
        values=producer.record,
    )


@dataclass(frozen=True, eq=False)
class _InfluenceProducer:
    replay: RunReplay
    stages: RunStages
    trace: ForwardTrace
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
    def predictions(self) -> list[str]:
        """The answer of the network to the example at each stage, with its output."""
        names, outputs = self.trace.dataset.class_names, self.found.outputs
        if not self.trace.dataset.classifies:
            return [", ".join(number_text(float(a), 4) for a in row) for row in outputs]
        chosen = predicted_classes(outputs)
        if outputs.shape[1] == 1:
            return [f"{names[j]} ({a:.3g})" for j, a in zip(chosen, outputs[:, 0], strict=True)]
        return [f"{names[j]} ({row[j]:.3g})" for j, row in zip(chosen, outputs, strict=True)]

    def blocks(self) -> Iterator[Block]:
        yield sentences(self._sentences())
        if is_image(self.trace.dataset):
            caption = f"example {self.trace.row}: {self._target}"
            picture = example_picture(self.trace.dataset, self.trace.row, caption)
            yield Gallery((picture,))
        costs = tuple(number_cell(float(c)) for c in self.found.costs)
        yield stages_table(self.stages, {"its cost": costs, "says": tuple(self.predictions)})
        yield from self._side("helped", self.helped)
        yield from self._side("hurt", self.hurt)

    @property
    def _target(self) -> str:
        return target_text(self.trace.dataset, self.trace.row)

    def _sentences(self) -> Iterator[str]:
        total, recipe = self.found.total, self.replay.setup.recipe
        yield f"For {self.trace.description}. The network answers {self.predictions[-1]}."
        yield (
            "An influence is Σ η ∇c·∇c over the stages below. To first order, it is how much the "
            "cost of this example falls if one gradient step is taken, at each stage, on the "
            "training example alone. A positive influence helped, a negative one hurt."
        )
        if normalised_weights(self.replay.setup.training, recipe.class_weights) is not None:
            yield "Each is multiplied by the weight of the training example in training."
        if recipe.optimiser != "sgd":
            yield f"The steps are those of sgd; {recipe.optimiser} scales its steps differently."
        extras = list(gradient_settings(recipe))
        if extras:
            yield (
                f"The run had {', '.join(extras)}; the networks and examples here are without them."
            )
        yield from self.stages.sentences
        parts = [
            f"{int((total > 0).sum())} helped, by {number_cell(float(total[total > 0].sum()))}"
        ]
        parts.append(
            f"{int((total < 0).sum())} hurt, by {number_cell(float(total[total < 0].sum()))}"
        )
        yield f"Of {len(total)} training examples, {' in all; '.join(parts)} in all."
        if recipe.validation_fraction:
            yield "The numbers of examples do not count those held out for validation."

    def _side(self, word: str, rows: Sequence[int]) -> Iterator[Block]:
        data, total = self.replay.setup.training, self.found.total
        if not rows:
            yield Heading(f"Training examples that {word} most")
            yield Paragraph("None.")
            return
        cells = [(str(i), target_text(data, i), number_cell(float(total[i]))) for i in rows]
        header = ("example", "target", "influence")
        yield Table(f"Training examples that {word} most", header, tuple(cells))
        if is_image(data):
            pictures = (example_picture(data, int(i), f"{i}: {t}, {v}") for i, t, v in cells)
            yield Heading(f"Those that {word}")
            yield Gallery(tuple(pictures))

    def record(self) -> dict[str, Any]:
        found = self.found
        return {
            "run": self.replay.path,
            "part": self.trace.part,
            "example": self.trace.row,
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
                    self.stages.stages, found.costs, found.outputs, self.predictions, strict=True
                )
            ],
            "epochs_left_out": list(self.stages.left_out),
            "helped": self._listed(self.helped),
            "hurt": self._listed(self.hurt),
            "influences": found.total.tolist(),
        }

    def _listed(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        data, found = self.replay.setup.training, self.found
        return [
            {
                "example": i,
                "target": target_text(data, i),
                "influence": float(found.total[i]),
                "products": found.products[:, i].tolist(),
            }
            for i in rows
        ]

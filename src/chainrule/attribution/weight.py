"""One weight in one step of a run: the gradient's terms example by example, and the update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import (
    example_picture,
    input_name,
    is_image,
    sentences,
    target_text,
)
from chainrule.attribution.inspection import (
    TOP,
    WHERE,
    InspectedRun,
    Report,
    check_number,
    open_inspected,
    parse_place,
)
from chainrule.attribution.recipe_support import (
    augmentation_settings,
    require_explainable,
    step_recipe,
)
from chainrule.attribution.regularised_step import (
    inference_state,
    is_normalised,
    is_regularised,
    regularisation_lines,
    regularised_step,
)
from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.attribution.term_sums import TermSum, number_cell, terms_table
from chainrule.attribution.weight_update import WeightUpdate
from chainrule.documents import Block, Document, Gallery, Heading
from chainrule.engine import Position
from chainrule.equations.updates import UPDATES
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Quantity, WorkedExample

__all__ = ["WeightRequest", "inspect_weight", "weight_document"]

Array = NDArray[Any]


def inspect_weight(
    run: InspectedRun,
    weight: str,
    *,
    step: int | None = None,
    epoch: int | None = None,
    batch: int | None = None,
    image: int | None = None,
    top: int = TOP,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show what one step of a run did to one weight: the terms of its gradient, and the update.

    Without step, epoch and batch, the last step of the run is shown or, with an image, the last
    step whose batch contained it.

    Args:
        run: the folder of a run, or an opened run.
        weight: layer, neuron and input, such as "1:4,300"; layers count from 1, the others from 0.
        step: from 1, counted over the whole run.
        epoch: from 1, instead of `step`; its last batch if there is no `batch`.
        batch: from 1, in its epoch; of the last epoch if there is no `epoch`.
        image: an example of the training set whose term is shown whatever its size.
        top: number of terms to list one by one.
        data: a name or a path, if the run's data were moved.
        validation: the same for its validation set.
        report: called with a sentence before a computation that takes long.

    Raises: InputError if there is no such weight or step, or if the recipe cannot be explained term
        by term; what opening the run and loading its data raises.
    """
    layer, neuron, source = parse_place("weight", weight)
    for name, value in (("step", step), ("epoch", epoch), ("batch", batch), ("image", image)):
        check_number(name, value)
    count = check_number("top", top)
    replay = RunReplay.open(open_inspected(run), data, validation, report)
    found = replay.find_step(step=step, epoch=epoch, batch=batch, image=image)
    return weight_document(
        replay, found, WeightRequest(layer, (neuron, source), image=image, top=count)
    )


@dataclass(frozen=True)
class WeightRequest:
    """What is asked of a run.

    Args:
        layer: from 1.
        index: neuron and input, from 0.
        image: a row of the training set whose term is shown whatever its size; None for none.
        top: how many terms are listed one by one.
    """

    layer: int
    index: tuple[int, int]
    image: int | None = None
    top: int = 10

    @property
    def gradient(self) -> Quantity:
        """The address of its gradient."""
        return Quantity("dW", self.layer, self.index)


def weight_document(replay: RunReplay, step: RunStep, request: WeightRequest) -> Document:
    """What one step of a run did to one weight, and why.

    Args:
        replay: of the run.
        step: that is explained.
        request: which weight.

    Raises: InputError if there is no such weight, or where the recipe has what is not explained
        term by term; what `RunReplay.position_before` raises.
    """
    require_explainable(replay.setup.recipe)
    position = replay.position_before(step)
    ledger = _ledger(replay, step, position)
    ledger.locate(request.gradient, WHERE)
    terms = _GradientTerms(replay, step, ledger, request)
    update = WeightUpdate(replay, position, ledger, request.layer, request.index)
    return Document(
        title=f"{_address(request)} in step {step.number} of {replay.path}",
        blocks=(*terms.blocks(), *update.blocks(), *terms.pictures()),
        values=lambda: _record(terms, update),
    )


def _address(request: WeightRequest) -> str:
    return str(Quantity("W", request.layer, request.index))


def _ledger(replay: RunReplay, step: RunStep, position: Position) -> Ledger:
    """The numbers of the step in float64."""
    example = _example(replay, step, position)
    if not is_regularised(replay):
        return Ledger(example)
    return Ledger(example, regularised_step(replay, step, position, example))


def _example(replay: RunReplay, step: RunStep, position: Position) -> WorkedExample:
    """The step as a worked example in float64, with plain layers."""
    setup, recipe = replay.setup, step_recipe(replay, step, position)
    layout = setup.engine.layout
    state = position.state[: len(UPDATES[recipe.optimiser].slots)]  # an average is no part of it
    return WorkedExample.from_network(
        setup.network.with_parameters(layout.drop_gains(position.parameters)),
        replay.examples(step),
        recipe,
        rows=step.rows,
        state=inference_state(layout, state).astype(np.float64),
        start=step.number - 1,
        where=replay.path,
    )


@dataclass(frozen=True, eq=False)
class _GradientTerms:
    """The terms of one gradient."""

    replay: RunReplay
    step: RunStep
    ledger: Ledger
    request: WeightRequest

    @property
    def deltas(self) -> Array:
        """dC/du of the neuron's sums, (batch,): delta where the layer is not normalised."""
        step = self.ledger.step(1)
        return np.asarray(step.trace.du[self.request.layer - 1][:, self.request.index[0]])

    @property
    def error(self) -> str:
        """What the errors are called."""
        return "du" if is_normalised(self.replay, self.request.layer) else "delta"

    @property
    def inputs(self) -> Array:
        step, layer = self.ledger.step(1), self.request.layer
        return np.asarray((step.a[layer - 2] if layer > 1 else step.x)[:, self.request.index[1]])

    @property
    def whole(self) -> TermSum:
        total = self.ledger.value(self.request.gradient)
        assert isinstance(total, float)
        return TermSum(self.deltas * self.inputs, total)

    def _listed_places(self) -> list[int]:
        """The places of the terms that are listed one by one."""
        return self.whole.ranked()[: self.request.top]

    def blocks(self) -> Iterator[Block]:
        layer, (j, k) = self.request.layer, self.request.index
        data = self.replay.setup.training
        source = input_name(data, k) if layer == 1 else f"neuron {k} of layer {layer - 1}"
        batch = (
            f"batch {self.step.batch} of epoch {self.step.epoch}, {len(self.step.rows)} examples"
        )
        lines = [
            f"From {source} to neuron {j} of layer {layer}.",
            f"Step {self.step.number} of {self.replay.steps_done} was {batch}.",
        ]
        yield sentences((*lines, *self._apart_lines(), *self._zeros_line(), *self._image_line()))
        product = f"{self.error} · a"
        header = (
            "example",
            "target",
            f"{self.error}[{layer}][{j}]",
            f"a[{layer - 1}][{k}]",
            product,
        )
        title = f"[BP4] {self.request.gradient} = Σ {product}, the largest terms first"
        yield terms_table(
            title, header, [self._row(at) for at in self._listed_places()], self.whole
        )

    def _apart_lines(self) -> Iterator[str]:
        """In what the examples differ from those of the data."""
        recipe = self.replay.setup.recipe
        if recipe.validation_fraction:
            yield "The numbers of examples do not count those held out for validation."
        distortions = ", ".join(augmentation_settings(recipe))
        if distortions:
            yield f"They are the copies that epoch {self.step.epoch} learned from: {distortions}."
        yield from regularisation_lines(self.replay, self.request.layer, self.request.index[1])

    def _zeros_line(self) -> Iterator[str]:
        """Why terms are 0, where some are."""
        without = int((self.inputs == 0).sum())
        errors = int(((self.inputs != 0) & (self.deltas == 0)).sum())
        if without or errors:
            by = f"{without} by an input of 0, {errors} by an error of 0"
            yield f"{without + errors} of {len(self.inputs)} terms are 0: {by}."

    def _image_line(self) -> Iterator[str]:
        image = self.request.image
        if image is not None:
            at = self.step.rows.index(image)
            place = self.whole.ranked().index(at) + 1
            delta, a = float(self.deltas[at]), float(self.inputs[at])
            product = f"{number_cell(delta)} · {number_cell(a)} = {number_cell(delta * a)}"
            yield f"Example {image} adds {product}: number {place} by size."

    def _row(self, at: int) -> tuple[str, ...]:
        row = self.step.rows[at]
        target = target_text(self.replay.setup.training, row)
        return (
            str(row),
            target,
            number_cell(float(self.deltas[at])),
            number_cell(float(self.inputs[at])),
        )

    def pictures(self) -> Iterator[Block]:
        data = self.replay.examples(self.step)
        if not is_image(data):
            return
        terms = self.whole.terms
        moved = [at for at in self._listed_places() if terms[at]]
        pictures = tuple(
            example_picture(
                data,
                self.step.rows[at],
                f"{self.step.rows[at]}: {target_text(data, self.step.rows[at])}, "
                f"{number_cell(float(terms[at]))}",
            )
            for at in moved
        )
        if pictures:
            yield Heading("The images that changed it most")
            yield Gallery(pictures)

    def record(self) -> list[dict[str, Any]]:
        """All terms as plain values."""
        data = self.replay.setup.training
        rows = zip(self.step.rows, self.deltas.tolist(), self.inputs.tolist(), strict=True)
        return [
            {
                "example": row,
                "target": target_text(data, row),
                "delta": delta,
                "input": a,
                "term": delta * a,
            }
            for row, delta, a in rows
        ]


def _record(terms: _GradientTerms, update: WeightUpdate) -> dict[str, Any]:
    whole = terms.whole
    return {
        "run": terms.replay.path,
        "weight": _address(terms.request),
        "image": terms.request.image,
        **{name: value for name, value in asdict(terms.step).items() if name != "number"},
        "step": terms.step.number,
        "terms": terms.record(),
        "gradient": whole.total,
        "sum_of_terms": whole.added,
        "adds_up": whole.holds,
        "update": update.record(),
        "in_the_run": update.in_the_run,
    }

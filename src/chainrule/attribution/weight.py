"""One weight in one step of a run: the gradient's terms example by example, and the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.active_step import ActiveStep, latest_active_step
from chainrule.attribution.error_chain import ErrorChain
from chainrule.attribution.example_view import (
    example_picture,
    input_name,
    is_image,
    sentences,
    target_text,
)
from chainrule.attribution.inspection import (
    ERRORS_BY,
    TOP,
    WHERE,
    InspectedRun,
    Report,
    check_number,
    open_inspected,
    parse_place,
    require_place,
)
from chainrule.attribution.recipe_support import augmentation_settings
from chainrule.attribution.regularised_step import is_normalised, regularisation_lines
from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.attribution.step_ledger import make_step_ledger
from chainrule.attribution.term_sums import TermSum, number_cell, terms_table
from chainrule.attribution.weight_update import WeightUpdate
from chainrule.documents import Block, Document, Gallery, Heading, math_text
from chainrule.ledger import DisplayOptions, Ledger
from chainrule.ledger.rendering import EntryFormulas
from chainrule.ledger.steps import Quantity

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
    by: str = "batch",
    notation: str = "row",
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show what one step of a run did to one weight or bias: its gradient's terms, and the update.

    The error of an example is then opened layer by layer, up to the outputs and the cost. Without
    step, epoch and batch, the latest step is shown in which a term is not 0 or, with an image, the
    last step whose batch contained it.

    Args:
        run: the folder of a run, or an opened run.
        weight: layer, neuron and input, such as "1:4,300", or "1:4" for the neuron's bias; layers
            count from 1, the others from 0.
        step: from 1, counted over the whole run.
        epoch: from 1, instead of `step`; its last batch if there is no `batch`.
        batch: from 1, in its epoch; of the last epoch if there is no `epoch`.
        image: an example of the training set whose term is shown whatever its size.
        top: number of terms to list one by one.
        by: "batch" opens the error of the example with the largest term, or of the image; "example"
            opens those of all examples that are listed.
        notation: how quantities are written: "row", "column" or "papers".
        data: a name or a path, if the run's data were moved.
        validation: the same for its validation set.
        report: called with a sentence before a computation that takes long.

    Raises: InputError if there is no such weight or step, or if the recipe cannot be explained term
        by term; what opening the run and loading its data raises.
    """
    layer, *index = parse_place("weight", weight)
    options = DisplayOptions(notation=notation)
    ERRORS_BY.check(WHERE, "by", by)
    for name, value in (("step", step), ("epoch", epoch), ("batch", batch), ("image", image)):
        check_number(name, value)
    count = check_number("top", top)
    replay = RunReplay.open(open_inspected(run), data, validation, report)
    request = WeightRequest(layer, tuple(index), image=image, top=count, by=by, options=options)
    require_place(replay.setup.network.architecture.layers, request.gradient)
    if (step, epoch, batch, image) == (None, None, None, None):
        return weight_document(replay, latest_active_step(replay, request.gradient), request)
    found = replay.find_step(step=step, epoch=epoch, batch=batch, image=image)
    return weight_document(replay, ActiveStep(found), request)


@dataclass(frozen=True)
class WeightRequest:
    """What is asked of a run.

    Args:
        layer: from 1.
        index: neuron and input, from 0; the neuron alone for its bias.
        image: a row of the training set whose term is shown whatever its size; None for none.
        top: how many terms are listed one by one.
        by: "batch" or "example", as in `inspect_weight`.
        options: notation of formulas.
    """

    layer: int
    index: tuple[int, ...]
    image: int | None = None
    top: int = 10
    by: str = "batch"
    options: DisplayOptions = field(default_factory=DisplayOptions)

    @property
    def is_bias(self) -> bool:
        """Whether a bias is asked for rather than a weight."""
        return len(self.index) == 1

    @property
    def gradient(self) -> Quantity:
        """The address of its gradient."""
        return Quantity("db" if self.is_bias else "dW", self.layer, self.index)

    @property
    def address(self) -> Quantity:
        """The address of the weight or bias itself."""
        return Quantity("b" if self.is_bias else "W", self.layer, self.index)


def weight_document(
    replay: RunReplay, chosen: ActiveStep | RunStep, request: WeightRequest
) -> Document:
    """What one step of a run did to one weight or bias, and why.

    Args:
        replay: of the run.
        chosen: the step that is explained, and perhaps how it was chosen.
        request: which weight or bias.

    Raises: InputError if there is no such weight, or where the recipe has what is not explained
        term by term; what `RunReplay.position_before` raises.
    """
    active = chosen if isinstance(chosen, ActiveStep) else ActiveStep(chosen)
    step = active.step
    position = active.position or replay.position_before(step)
    ledger = make_step_ledger(replay, step, position)
    ledger.locate(request.gradient, WHERE)
    terms = _GradientTerms(replay, active, ledger, request)
    update = WeightUpdate(
        replay, position, ledger, request.layer, request.index, options=request.options
    )
    chains = [
        ErrorChain(
            replay, step, ledger, request.layer, request.index[0], row, request.top, request.options
        )
        for row in terms.opened_rows()
    ]
    opened = [block for chain in chains for block in chain.blocks()]
    return Document(
        title=f"{request.address} in step {step.number} of {replay.path}",
        blocks=(*terms.blocks(), *opened, *update.blocks(), *terms.pictures()),
        values=lambda: _record(terms, update, chains),
    )


@dataclass(frozen=True, eq=False)
class _GradientTerms:
    """The terms of one gradient."""

    replay: RunReplay
    active: ActiveStep
    ledger: Ledger
    request: WeightRequest

    @property
    def step(self) -> RunStep:
        """The step that is explained."""
        return self.active.step

    @property
    def deltas(self) -> Array:
        """dC/du of the neuron's sums, (batch,): delta where the layer is not normalised.

        A bias stands behind the normalisation, so its errors are delta.
        """
        trace = self.ledger.step(1).trace
        errors = trace.delta if self.request.is_bias else trace.du
        return np.asarray(errors[self.request.layer - 1][:, self.request.index[0]])

    @property
    def error(self) -> str:
        """What the errors are called."""
        normalised = is_normalised(self.replay, self.request.layer)
        return "du" if normalised and not self.request.is_bias else "delta"

    @property
    def inputs(self) -> Array:
        """What the errors are multiplied by, (batch,): 1 for a bias."""
        if self.request.is_bias:
            return np.ones(len(self.step.rows))
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

    def opened_rows(self) -> list[int]:
        """The examples whose errors are opened, as rows of the training set."""
        if self.request.image is not None:
            return [self.request.image]
        places = [at for at in self._listed_places() if self.whole.terms[at]]
        places = places if self.request.by == "example" else places[:1]
        return [self.step.rows[at] for at in places]

    def _place(self) -> str:
        """The weight or bias in words."""
        layer, (j, *source) = self.request.layer, self.request.index
        neuron, data = f"neuron {j} of layer {layer}", self.replay.setup.training
        if not source:
            return f"The bias of {neuron}."
        (k,) = source
        name = input_name(data, k) if layer == 1 else f"neuron {k} of layer {layer - 1}"
        return f"From {name} to {neuron}."

    def _letter(self, kind: str, layer: int, *index: int) -> str:
        formulas = EntryFormulas(self.ledger, self.request.options)
        return math_text(formulas.symbol(Quantity(kind, layer, index)))

    def blocks(self) -> Iterator[Block]:
        layer, (j, *source) = self.request.layer, self.request.index
        batch = (
            f"batch {self.step.batch} of epoch {self.step.epoch}, {len(self.step.rows)} examples"
        )
        lines = [
            self._place(),
            f"Step {self.step.number} of {self.replay.steps_done} was {batch}.",
            *self.active.sentences(),
        ]
        yield sentences((*lines, *self._apart_lines(), *self._zeros_line(), *self._image_line()))
        error = f"du[{layer}][{j}]" if self.error == "du" else self._letter("delta", layer, j)
        gradient = self._letter(self.request.gradient.kind, layer, *self.request.index)
        if self.request.is_bias:
            header: tuple[str, ...] = ("example", "target", error)
            title = f"[BP3] {gradient} = Σ {self.error}, the largest terms first"
        else:
            product = f"{self.error} · a"
            input_ = self._letter("a", layer - 1, *source)
            header = ("example", "target", error, input_, product)
            title = f"[BP4] {gradient} = Σ {product}, the largest terms first"
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
        if not self.request.is_bias:
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
            if self.request.is_bias:
                product = number_cell(delta)
            yield f"Example {image} adds {product}: number {place} by size."

    def _row(self, at: int) -> tuple[str, ...]:
        row = self.step.rows[at]
        target = target_text(self.replay.setup.training, row)
        if self.request.is_bias:  # the error itself is the term
            return str(row), target
        delta, a = float(self.deltas[at]), float(self.inputs[at])
        return str(row), target, number_cell(delta), number_cell(a)

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


def _record(
    terms: _GradientTerms, update: WeightUpdate, chains: Sequence[ErrorChain]
) -> dict[str, Any]:
    whole = terms.whole
    return {
        "run": terms.replay.path,
        "weight": str(terms.request.address),
        "image": terms.request.image,
        **{name: value for name, value in asdict(terms.step).items() if name != "number"},
        "step": terms.step.number,
        "terms": terms.record(),
        "gradient": whole.total,
        "sum_of_terms": whole.added,
        "adds_up": whole.holds,
        "update": update.record(),
        "in_the_run": update.in_the_run,
        "errors": [chain.record() for chain in chains],
    }

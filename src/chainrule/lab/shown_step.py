"""The step of training that a state shows, as a ledger: every number of the page comes from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import make_step_ledger
from chainrule.data import Dataset
from chainrule.data.handwriting import GreyPicture, Preparation, match_picture
from chainrule.equations.backpropagation import forward
from chainrule.errors import DivergenceError, InputError
from chainrule.lab.edited_network import edit_network
from chainrule.lab.ink import draw_strokes
from chainrule.lab.state import Edit, LabState
from chainrule.lab.subject import LabSubject
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Quantity, Step, WorkedExample
from chainrule.network import Network, predicted_classes
from chainrule.threads import one_blas_thread

__all__ = ["ShownStep", "answers", "compute_outputs", "input_row", "make_step"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ShownStep:
    """A step on one example or batch.

    Args:
        subject: of the lab.
        network: with what the visitor has set; the run's before the step in a step of a run.
        ledger: of the step.
        number: of the step in the ledger, from 1.
        row: the example that is looked at, as the ledger numbers it.
        preparations: of the drawn digits, in reading order; none for an example.
        failure: what ended the training from which the step starts; None in all other rooms.
    """

    subject: LabSubject
    network: Network
    ledger: Ledger
    number: int
    row: int
    preparations: tuple[Preparation, ...] = ()
    failure: DivergenceError | None = None

    @property
    def step(self) -> Step:
        """The arrays of the step."""
        return self.ledger.step(self.number)

    @property
    def place(self) -> int:
        """The place of the example in the batch."""
        return self.step.rows.index(self.row)

    def locate(self, address: str) -> Quantity:
        """Return what an address names: of this step and example unless it says another.

        Raises: InputError, UnknownNameError.
        """
        asked = Quantity.parse(address, "lab")
        if not address.startswith("step["):
            asked = replace(asked, step=self.number)
        by_example = asked.scope == "example" and self.ledger.example.has_many
        if by_example and asked.example is None:
            asked = replace(asked, example=self.row)
        return self.ledger.locate(asked, "lab")

    def address(self, quantity: Quantity) -> str:
        """Return the address of a number for `locate`, without what the page shows anyway."""
        return self._step_text(quantity) + str(self._without_own(quantity))

    def name(self, quantity: Quantity) -> str:
        """Return the address as it is shown: its indices count from what the worked file says."""
        first = self.ledger.example.conventions.indices
        return self._step_text(quantity) + str(self._without_own(quantity).counted_from(first))

    def _step_text(self, quantity: Quantity) -> str:
        return "" if quantity.step == self.number else f"step[{quantity.step}]."

    def _without_own(self, quantity: Quantity) -> Quantity:
        """The address without its step, and without the example that the page shows."""
        is_own = quantity.scope == "example" and quantity.example == self.row
        return replace(quantity, step=1, example=None if is_own else quantity.example)

    def example_array(self, kind: str, layer: int) -> Array:
        """Return an array of the example, such as the activations of a layer."""
        arrays = {"a": self.step.a, "z": self.step.z}
        if kind == "delta":
            return np.asarray(self.step.trace.delta[layer - 1][self.place])
        return np.asarray(arrays[kind][layer - 1][self.place])


def make_step(subject: LabSubject, state: LabState, photo: GreyPicture | None = None) -> ShownStep:
    """Return the step that a state shows.

    Args:
        subject: what is looked at.
        state: which example, which step, and what was set.
        photo: that the state names; it is looked at in place of ink.

    Raises: InputError for what there is not; DataError for ink that is no digit; DivergenceError.
    """
    if subject.worked is not None:
        return _worked_step(subject, subject.worked, state)
    if state.step is not None:
        return _run_step(subject, state)
    return _own_step(subject, state, photo)


def _worked_step(subject: LabSubject, worked: WorkedExample, state: LabState) -> ShownStep:
    network = edit_network(subject.network, state.edits, state.silenced)
    ledger = Ledger(replace(worked, parameters=network.parameters))
    number = _check_step(state.step or 1, worked.steps)
    rows = ledger.example.batch(number)
    return ShownStep(subject, network, ledger, number, _choose_row(state.example, rows))


def _check_step(number: int, last: int) -> int:
    if number > last:
        raise InputError(
            "lab",
            expected=f"a step from 1 to {last}",
            got=str(number),
            argument="step",
            value=number,
        )
    return number


def _choose_row(asked: int | None, rows: tuple[int, ...]) -> int:
    return asked if asked in rows else rows[0]


def _run_step(subject: LabSubject, state: LabState) -> ShownStep:
    """A step that the run took, to the bit; nothing can be set in it."""
    replay = subject.replay
    if replay is None:
        raise InputError(
            "lab",
            expected="no step",
            got=str(state.step),
            why="A network file does not record its training",
            argument="step",
            value=state.step,
        )
    found = replay.find_step(step=state.step)
    position = replay.position_before(found)
    ledger = make_step_ledger(replay, found, position)
    network = subject.network.with_parameters(ledger.example.parameters)  # without normalisation
    return ShownStep(subject, network, ledger, 1, _choose_row(state.example, found.rows))


def _own_step(subject: LabSubject, state: LabState, photo: GreyPicture | None) -> ShownStep:
    network = edit_network(subject.network, state.edits, state.silenced)
    preparations: tuple[Preparation, ...] = ()
    if subject.takes_ink and (photo is not None or state.ink or subject.examples is None):
        picture = draw_strokes(state.ink) if photo is None else photo
        inputs, preparations = _picture_inputs(network, picture, state.digit)
        dataset = _one_example(network, inputs)
    else:
        dataset = _chosen_example(subject, state)
    dataset = _with_target(network, dataset, state, known=not preparations)
    recipe = subject.recipe
    assert recipe is not None, "only worked files have none"
    example = WorkedExample.from_network(network, dataset, recipe, where="lab")
    return ShownStep(subject, network, Ledger(example), 1, 0, preparations)


def _picture_inputs(
    network: Network, picture: GreyPicture, digit: int
) -> tuple[Array, tuple[Preparation, ...]]:
    rows, columns = network.input_shape
    form = None if network.schema is None else network.schema.image
    found = match_picture(picture, (rows, columns), network.input_scale, form)
    chosen = found[min(digit, len(found) - 1)]
    return chosen.inputs, tuple(one.preparation for one in found)


def _one_example(network: Network, inputs: Array) -> Dataset:
    width = network.architecture.layers[-1]
    names = network.class_names or tuple(map(str, range(max(width, 2))))
    return Dataset(
        inputs=inputs,
        targets=np.zeros(1, np.int64),
        class_names=names,
        name="drawing",
        shape=network.input_shape,
        scale=network.input_scale,
    )


def _chosen_example(subject: LabSubject, state: LabState) -> Dataset:
    examples = subject.examples
    assert examples is not None, "a subject without examples takes ink"
    row = _check_row(state.example or 0, len(examples))
    if not state.inputs:
        return examples.subset(np.array([row]))
    inputs = input_row(subject, row, state.inputs)
    if subject.columns is not None and subject.network.preprocessing is not None:
        inputs = subject.network.preprocessing.encode(inputs)
    chosen = examples.subset(np.array([row]))
    return replace(chosen, inputs=inputs.astype(chosen.inputs.dtype))


def input_row(subject: LabSubject, row: int, changes: tuple[Edit, ...]) -> Array:
    """Return an example as its form shows it, (1, columns): a table's columns, or inputs.

    Args:
        subject: with examples.
        row: of the examples.
        changes: columns that were set.

    Raises: InputError for a column that there is not.
    """
    source = subject.columns if subject.columns is not None else subject.examples
    assert source is not None, "asked for examples only"
    values = np.array(source.inputs[[row]], np.float64)
    for address, value in changes:
        at = int(address[2:-1])
        if at >= values.shape[1]:
            raise InputError(
                "lab",
                expected=f"x[k] with k below {values.shape[1]}",
                got=address,
                argument="inputs",
                value=address,
            )
        values[0, at] = value
    return values


def _check_row(row: int, count: int) -> int:
    if row >= count:
        raise InputError(
            "lab",
            expected=f"the number of an example from 0 to {count - 1}",
            got=str(row),
            argument="example",
            value=row,
        )
    return row


def answers(network: Network, inputs: Array) -> NDArray[np.int64]:
    """Return the class that each row gets, computed by NumPy: no kernel has to be compiled.

    Args:
        network: for classes.
        inputs: as its first layer takes them, (rows, inputs).
    """
    return predicted_classes(compute_outputs(network, inputs))


def compute_outputs(network: Network, inputs: Array) -> Array:
    """Return what a network gives for each row, (rows, outputs), computed by NumPy.

    Args:
        network: any.
        inputs: as its first layer takes them, (rows, inputs).
    """
    with one_blas_thread(), np.errstate(all="ignore"):
        _, activations = forward(network.scaled_inputs(inputs), network.layers)
    return activations[-1]


def _with_target(network: Network, dataset: Dataset, state: LabState, *, known: bool) -> Dataset:
    """The example with the class that the visitor says, its own, or the network's answer."""
    if not dataset.classifies or (known and state.target is None):
        return dataset
    target = state.target
    if target is None:
        target = int(answers(network, dataset.inputs)[0])
    classes = len(dataset.class_names)
    if target >= classes:
        raise InputError(
            "lab",
            expected=f"the number of a class from 0 to {classes - 1}",
            got=str(target),
            argument="target",
            value=target,
        )
    return replace(dataset, targets=np.array([target]))

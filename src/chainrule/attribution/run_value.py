"""Any number of a step of a saved run by its address, with the formula that made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chainrule.attribution.example_view import sentences, target_text
from chainrule.attribution.inspection import (
    TOP,
    WHERE,
    InspectedRun,
    Report,
    check_number,
    open_inspected,
)
from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.attribution.step_ledger import formula_holds, make_step_ledger
from chainrule.documents import Block, Document, Paragraph
from chainrule.errors import InputError
from chainrule.ledger import DisplayOptions, Ledger, LedgerEntry
from chainrule.ledger.rendering import EntryFormulas, entry_record
from chainrule.ledger.steps import Quantity

__all__ = ["inspect_value"]


def inspect_value(
    run: InspectedRun,
    address: str,
    *,
    step: int | None = None,
    epoch: int | None = None,
    batch: int | None = None,
    image: int | None = None,
    top: int = TOP,
    notation: str = "row",
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show a number of a step of a run, or the numbers of an array, with their formulas.

    Args:
        run: the folder of a run, or an opened run.
        address: as in docs/notation.md, such as "delta[2][3]", "z[1]", "cost" or
            "example[17].a[2][3]"; "step[40].W_new[1][0,3]" names the step as well. What belongs to
            an example is shown for each example of the batch unless one is named.
        step: from 1, counted over the whole run; the last without epoch and batch.
        epoch: from 1, instead of `step`; its last batch if there is no `batch`.
        batch: from 1, in its epoch; of the last epoch if there is no `epoch`.
        image: the example, a row of the training set; by itself it finds the last step that had it.
        top: how many numbers are shown; plain values hold all of them.
        notation: how quantities are written: "row", "column" or "papers".
        data: a name or a path, if the run's data were moved.
        validation: the same for its validation set.
        report: called with a sentence before a computation that takes long.

    Raises: InputError, UnknownNameError if there is no such number or step, or if the recipe cannot
        be explained term by term; what opening the run and loading its data raises.
    """
    asked = Quantity.parse(address, WHERE)
    for name, value in (("step", step), ("epoch", epoch), ("batch", batch), ("image", image)):
        check_number(name, value)
    options = DisplayOptions(notation=notation)
    if asked.step != 1:
        _require_one_step(address, step, epoch, batch)
        step = asked.step
    row = image if asked.example is None else asked.example
    replay = RunReplay.open(open_inspected(run), data, validation, report)
    found = replay.find_step(step=step, epoch=epoch, batch=batch, image=row)
    ledger = make_step_ledger(replay, found, replay.position_before(found))
    values = _RunValues(replay, found, ledger, options, check_number("top", top))
    return values.document(address, replace(asked, step=1, example=None), row)


def _require_one_step(address: str, *others: int | None) -> None:
    if any(other is not None for other in others):
        raise InputError(
            WHERE,
            expected="the step in the address or as an option",
            got="both",
            why=f"{address} names a step of the run",
            argument="address",
            value=address,
        )


@dataclass(frozen=True, eq=False)
class _RunValues:
    """Numbers of one step of a run.

    Args:
        replay: of the run.
        step: that is looked into.
        ledger: of the step.
        options: notation of formulas.
        top: how many numbers are shown.
    """

    replay: RunReplay
    step: RunStep
    ledger: Ledger
    options: DisplayOptions
    top: int

    def document(self, address: str, asked: Quantity, row: int | None) -> Document:
        """The numbers that an address names, for one example or for all of the batch."""
        places = self._places(asked, row)
        elements = [one for place in places for one in self.ledger.elements(place)]
        return Document(
            title=f"{address} in step {self.step.number} of {self.replay.path}",
            blocks=tuple(self._blocks(elements)),
            values=lambda: self._record(address, elements),
        )

    def _places(self, asked: Quantity, row: int | None) -> list[Quantity]:
        """The numbers or arrays asked for, located: one for each example it belongs to."""
        many = self.ledger.example.has_many
        by_example = asked.scope == "example" or (asked.scope == "both" and row is not None)
        if not many or not by_example:
            return [self.ledger.locate(asked, WHERE)]
        rows = self.step.rows if row is None else (row,)
        return [self.ledger.locate(replace(asked, example=one), WHERE) for one in rows]

    def _blocks(self, elements: Sequence[Quantity]) -> Iterator[Block]:
        step, formulas = self.step, EntryFormulas(self.ledger, self.options)
        batch = f"batch {step.batch} of epoch {step.epoch}, {len(step.rows)} examples"
        yield sentences([f"Step {step.number} of {self.replay.steps_done} was {batch}."])
        example: int | None = None
        for quantity in elements[: self.top]:
            if quantity.example not in (None, example):
                example = quantity.example
                target = target_text(self.replay.setup.training, int(str(example)))
                yield Paragraph(f"Example {example}, target {target}:")
            yield formulas.calculation(self._entry(quantity))
        left = len(elements) - self.top
        if left > 0:
            numbers = "1 more number" if left == 1 else f"{left} more numbers"
            yield Paragraph(f"… {numbers}.", "note")

    def _entry(self, quantity: Quantity) -> LedgerEntry:
        """The entry of a number; without a formula where the step makes it otherwise."""
        entry = self.ledger.entry(quantity)
        return entry if formula_holds(entry) else replace(entry, formula=None, equation="")

    def _record(self, address: str, elements: Sequence[Quantity]) -> dict[str, Any]:
        step = asdict(self.step)
        entries = map(self._entry, elements)
        return {
            "run": self.replay.path,
            "address": address,
            **{name: value for name, value in step.items() if name != "number"},
            "step": self.step.number,
            "values": [entry_record(self.ledger, entry, self.options) for entry in entries],
        }

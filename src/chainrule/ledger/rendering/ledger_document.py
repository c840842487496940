"""A ledger as a document: equations, given numbers, and each number with its formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from chainrule.documents import (
    Block,
    Code,
    Document,
    Formula,
    Gallery,
    Heading,
    Panel,
    Paragraph,
    Picture,
    parse_formula,
)
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries, LedgerEntry
from chainrule.ledger.notation_equations import section_equations
from chainrule.ledger.rendering.array_equations import array_equations
from chainrule.ledger.rendering.entry_formulas import EntryFormulas
from chainrule.ledger.rendering.given import Given, examples_of, given_arrays
from chainrule.ledger.rendering.labelled_svg import labelled_network_svg
from chainrule.ledger.rendering.ledger_json import ledger_values
from chainrule.ledger.rendering.network_drawing import is_drawable, lay_out_network
from chainrule.ledger.rendering.places import NumberPlaces, anchor_of, section_anchor, step_anchor
from chainrule.ledger.rendering.selection import (
    MAX_EXAMPLES,
    Omission,
    SelectedSection,
    select_sections,
)
from chainrule.ledger.rendering.symbolic import (
    SYMBOLIC_TEXT,
    SymbolicGradient,
    symbolic_gradients,
)
from chainrule.ledger.steps import WorkedExample

__all__ = [
    "BATCH_LEGENDS",
    "WEIGHT_LEGEND",
    "describe_example",
    "index_legend",
    "ledger_document",
]

MAX_STEPS = 20
"""Of a longer training the first steps alone are shown, where not all are asked for."""

LEGENDS = {
    "row": "Layers stand above in brackets and count from 1. Indices stand below and count from 0.",
    "papers": "Layers stand above and count from 1. Indices stand below and count from 0.",
}
LEGENDS["column"] = LEGENDS["row"]
"""How to read the letters of each notation, where indices count from 0."""
BATCH_LEGENDS = {
    "row": "In a batch the first index is the example, for a batch is a matrix with an example in "
    "each row.",
    "column": "In a batch the last index is the example, for an example is a column.",
    "papers": "An example is a column, and of several each stands in brackets.",
}
"""The same of several examples."""
WEIGHT_LEGEND = "A weight leads to the neuron of its first index from that of its second."


def index_legend(example: WorkedExample, notation: str) -> str:
    """How to read the letters of a worked example.

    Args:
        example: whose conventions count.
        notation: of `quantity_text.NOTATIONS`.
    """
    return LEGENDS[notation].replace("from 0", f"from {example.conventions.indices}")


def describe_example(example: WorkedExample) -> str:
    """What a worked example is, in a line.

    Args:
        example: with or without training.
    """
    architecture, recipe = example.architecture, example.recipe
    names = tuple(dict.fromkeys(architecture.activations))
    same = names if len(names) == 1 else architecture.activations
    network = "-".join(map(str, architecture.layers)) + " network, " + ", ".join(same)
    if not architecture.biases:
        network += ", no biases"
    if recipe is None:
        return network
    fixed = ", biases fixed" if example.fixes_biases else ""
    rate = f"learning rate {recipe.learning_rate:g}"
    turned = "; δ claimed as target - output" if example.conventions.delta_sign < 0 else ""
    return f"{network}; {recipe.cost}; {recipe.optimiser}, {rate}{fixed}{turned}"


def ledger_document(
    ledger: LedgerEntries, options: DisplayOptions, *, drawing: bool = False
) -> Document:
    """A ledger as a document.

    Args:
        ledger: of a worked example.
        options: what to show of it.
        drawing: whether the network is drawn, if it is small enough and all numbers are shown.

    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    example, about = ledger.example, describe_example(ledger.example)
    steps = list(_steps(ledger, options))
    entries = (one.quantity for step in steps for one in step.entries)
    cells = chain.from_iterable(
        row for step in steps for given in step.given for row in given.numbers
    )
    writer = _Blocks(
        ledger, options, EntryFormulas(ledger, options, NumberPlaces.of(entries, cells))
    )
    blocks = [block for step in steps for block in writer.step(step)]
    if drawing and not options.quantities and is_drawable(example.architecture.layers):
        blocks.insert(0, _network_picture(ledger, options.step or 1))
    is_whole = bool(options.quantities) or options.step is not None or options.full
    if example.steps > MAX_STEPS and not is_whole:
        blocks.append(_omission_note(f"{example.steps - MAX_STEPS} more steps"))
    notation = options.notation
    return Document(
        example.title or about,
        tuple(blocks),
        about=about if example.title else "",
        legend=f"{index_legend(example, notation)} {BATCH_LEGENDS[notation]} {WEIGHT_LEGEND}",
        contents=True,
        values=lambda: ledger_values(ledger, options),
    )


def _network_picture(ledger: LedgerEntries, step: int) -> Gallery:
    drawn = lay_out_network(ledger, step=step)
    return Gallery((Picture(drawn.caption, labelled_network_svg(drawn)),))


@dataclass(frozen=True)
class _StepSelection:
    """What is shown of a step: its number, what it starts from, its sections, SymPy's gradients."""

    number: int
    given: tuple[Given, ...]
    sections: tuple[SelectedSection, ...]
    gradients: tuple[SymbolicGradient, ...]

    @property
    def entries(self) -> Iterator[LedgerEntry]:
        for section in self.sections:
            yield from (item for item in section.items if isinstance(item, LedgerEntry))


def _steps(ledger: LedgerEntries, options: DisplayOptions) -> Iterator[_StepSelection]:
    known: set[int] = set()
    seen: set[int | None] = set()
    selected = select_sections(ledger, options)
    for number, sections in groupby(selected, key=lambda section: section.step):
        if len(known) == MAX_STEPS and not (options.full or options.quantities):
            return
        found = tuple(sections)
        gradients: tuple[SymbolicGradient, ...] = ()
        if options.symbolic and number not in known:
            gradients = tuple(symbolic_gradients(ledger, number, options))
        given = () if options.quantities else tuple(given_arrays(ledger, number, options, seen))
        yield _StepSelection(number, given, found, gradients)
        known.add(number)
        seen.update(examples_of(ledger, number))


def _omission_note(words: str) -> Paragraph:
    return Paragraph((f"… {words}: ", Code("--full"), " shows all"), "note")


@dataclass(frozen=True)
class _Blocks:
    """Writes the blocks of steps."""

    ledger: LedgerEntries
    options: DisplayOptions
    formulas: EntryFormulas

    def step(self, step: _StepSelection) -> Iterator[Block]:
        heading = self._step_heading(step.number)
        if heading is not None:
            yield heading
        level = 2 if heading is None else 3
        if step.given:
            yield Heading("Given", level, section_anchor(step.number, "given"))
            yield Panel(tuple(map(self.formulas.given, step.given)), "given")
        for section in step.sections:
            yield from self._section(section, level)
        if step.gradients:
            yield Heading("Symbolic", level, section_anchor(step.number, "symbolic"))
            yield Paragraph(SYMBOLIC_TEXT, "quiet")
            yield from map(self.formulas.calculation, step.gradients)

    def _step_heading(self, number: int) -> Heading | None:
        """The heading of a step; None for the only step of an only example."""
        example = self.ledger.example
        if example.steps == 1 and not example.has_many:
            return None
        short = text = f"Step {number} of {example.steps}"
        if example.has_many:
            rows = example.batch(number)
            first = example.conventions.indices
            listed = ", ".join(str(row + first) for row in rows[:MAX_EXAMPLES])
            more = " …" * (len(rows) > MAX_EXAMPLES)
            text += f": example{'s' * (len(rows) > 1)} {listed}{more}"
        return Heading(text, 2, step_anchor(number), short)

    def _section(self, section: SelectedSection, level: int) -> Iterator[Block]:
        place = section_anchor(section.step, section.name)
        yield Heading(section.name.capitalize(), level, place)
        found = section_equations(self.ledger.example, section.name, self.options.notation)
        if found:
            yield Panel(tuple(Formula(parse_formula(one.text), one.label) for one in found))
        arrays = array_equations(self.ledger, section.step, section.name, self.options)
        yield from map(self.formulas.array_calculation, arrays)
        for item in section.items:
            if isinstance(item, Omission):
                yield _omission_note(f"{item.count} more of {item.name}")
            else:
                yield self.formulas.calculation(item, anchor_of(item.quantity))

"""What a typeset rendering of a ledger has in it: the same for HTML, LaTeX and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.quantity_text import section_equations
from chainrule.ledger.rendering.arrays import ArrayLaw, array_laws
from chainrule.ledger.rendering.given import Given, examples_of, given_arrays
from chainrule.ledger.rendering.selection import Omission, Part, shown
from chainrule.ledger.rendering.showing import example_text
from chainrule.ledger.rendering.symbolic import Derived, derived
from chainrule.ledger.steps import Quantity

__all__ = ["LEGENDS", "Document", "Item", "Note", "Section", "StepPart", "document_of"]

MOST_EXAMPLES = 8
"""Of so many examples of a batch each number is shown where not all are asked for."""
MOST_STEPS = 20

LEGENDS = {
    "row": "Layers stand above in brackets and count from 1. Indices stand below and count from 0. "
    "In a batch the first index is the example, for a batch is a matrix with an example a row.",
    "column": "Layers stand above in brackets and count from 1. Indices stand below and count "
    "from 0. In a batch the last index is the example, for an example is a column.",
    "papers": "Layers stand above and count from 1. Indices stand below and count from 0. An "
    "example is a column, and of several each stands in brackets.",
}
"""How to read the letters of each notation."""
_WEIGHTS = " A weight leads to the neuron of its first index from that of its second."


@dataclass(frozen=True)
class Note:
    """A remark among the entries, such as that some are left out."""

    text: str


Item = Entry | Derived | Note


@dataclass(frozen=True)
class Section:
    """A section of a step.

    Args:
        name: such as "forward".
        laws: (id, law) of its equations.
        items: in order.
        arrays: the same equations layer by layer, with the numbers in them.
    """

    name: str
    laws: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    arrays: tuple[ArrayLaw, ...] = ()


@dataclass(frozen=True)
class StepPart:
    """A step.

    Args:
        number: from 1.
        heading: what it is; empty where it is the only one.
        given: the numbers it starts from.
        sections: in order.
    """

    number: int
    heading: str
    given: tuple[Given, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Document:
    """All that a rendering shows.

    Args:
        title: of the example; a few words about the network where it has none.
        about: the network in a line; empty where that is the title.
        legend: how to read the letters.
        steps: in order.
        rest: how many steps are left out.
    """

    title: str
    about: str
    legend: str
    steps: tuple[StepPart, ...]
    rest: int = 0

    @property
    def items(self) -> Iterator[Item]:
        """All items of all steps."""
        for step in self.steps:
            for section in step.sections:
                yield from section.items


def document_of(ledger: Ledger, options: DisplayOptions) -> Document:
    """What to show of a ledger.

    Args:
        ledger: of a worked example.
        options: what is asked for.

    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    example, about = ledger.example, example_text(ledger.example)
    steps = tuple(_steps(ledger, options))
    asked = bool(options.quantities) or options.step is not None or options.full
    return Document(
        title=example.title or about,
        about=about if example.title else "",
        legend=LEGENDS[options.notation] + _WEIGHTS,
        steps=steps,
        rest=0 if asked else max(0, example.steps - MOST_STEPS),
    )


def _steps(ledger: Ledger, options: DisplayOptions) -> Iterator[StepPart]:
    known: set[int] = set()
    seen: set[int | None] = set()
    for number, parts in groupby(shown(ledger, options), key=lambda part: part.step):
        if len(known) == MOST_STEPS and not (options.full or options.quantities):
            return
        sections = [_section(ledger, part, options) for part in parts]
        if options.symbolic and number not in known:
            sections.append(_symbolic(ledger, number, options))
        given = () if options.quantities else given_arrays(ledger, number, options, seen)
        yield StepPart(number, _heading(ledger, number), tuple(given), tuple(sections))
        known.add(number)
        seen.update(examples_of(ledger, number))


def _heading(ledger: Ledger, step: int) -> str:
    if ledger.example.steps == 1 and not ledger.example.has_many:
        return ""
    text = f"Step {step} of {ledger.example.steps}"
    if not ledger.example.has_many:
        return text
    rows = ledger.example.batch(step)
    few = ", ".join(map(str, rows[:MOST_EXAMPLES])) + " …" * (len(rows) > MOST_EXAMPLES)
    return f"{text}: example{'s' * (len(rows) > 1)} {few}"


def _section(ledger: Ledger, part: Part, options: DisplayOptions) -> Section:
    laws = section_equations(ledger.example, part.section, options.notation)
    arrays = array_laws(ledger, part.step, part.section, options)
    return Section(part.section, laws, tuple(_items(ledger, part, options)), arrays)


def _items(ledger: Ledger, part: Part, options: DisplayOptions) -> Iterator[Item]:
    hidden: set[int] = set()
    if not (options.full or options.quantities):
        hidden = set(ledger.example.batch(part.step)[MOST_EXAMPLES:])
    skipped = 0
    for item in part.items:
        quantity = item.after if isinstance(item, Omission) else item.quantity
        if quantity.example in hidden:
            skipped += item.count if isinstance(item, Omission) else 1
        else:
            yield _omitted(item) if isinstance(item, Omission) else item
    if skipped:
        yield Note(f"… {skipped} more of other examples: --full shows all")


def _omitted(omission: Omission) -> Note:
    after: Quantity = omission.after
    name = after.kind if after.form == "parameter" else str(after.at())
    return Note(f"… {omission.count} more of {name}: --full shows all")


def _symbolic(ledger: Ledger, step: int, options: DisplayOptions) -> Section:
    return Section("symbolic", (), tuple(derived(ledger, step, options)))

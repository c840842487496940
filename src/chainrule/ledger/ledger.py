"""The ledger: every number of a worked example, in order, with the formula that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from chainrule.documents import Block, Document, Paragraph
from chainrule.documents import render as render_document
from chainrule.errors import unknown_name
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries
from chainrule.ledger.files import read_worked
from chainrule.ledger.rendering.entry_formulas import EntryFormulas
from chainrule.ledger.rendering.ledger_document import (
    describe_example,
    index_legend,
    ledger_document,
)
from chainrule.ledger.rendering.ledger_json import ledger_json
from chainrule.ledger.steps import Quantity

__all__ = ["LEDGER_FORMATS", "Ledger", "explain", "select_quantity"]

LEDGER_FORMATS = ("text", "markdown", "latex", "html", "json")
"""The formats in which a ledger can be rendered."""

_MOST_ENTRIES = 24
"""A notebook shows as many entries by itself."""


class Ledger(LedgerEntries):
    """Every number of a worked example, which shows itself in a notebook.

    A step's arrays are computed once, by the reference equations. An entry is made for one number
    at a time, so that a single weight of a large network is explained at once.

    Args:
        example: what to work through.
        first: its first step if that was computed elsewhere; None computes it on demand.

    Example:
        >>> from chainrule.ledger import parse_worked
        >>> ledger = Ledger(parse_worked('''
        ... [network]
        ... layers = [1, 1]
        ... activations = ["identity"]
        ... weights = [[[3.0]]]
        ... [training]
        ... cost = "squared_error"
        ... learning_rate = 0.1
        ... [[examples]]
        ... inputs = [2.0]
        ... targets = [5.0]
        ... '''))
        >>> for entry in ledger.entries():
        ...     print(entry.equation, entry.quantity, round(entry.value, 6))
        F1 z[1][0] 6.0
        A2 a[1][0] 6.0
        C1 cost 1.0
        C1 da[1][0] 2.0
        A2 slope[1][0] 1.0
        BP1 delta[1][0] 2.0
        BP4 dW[1][0,0] 4.0
        S1 learning_rate 0.1
        U1 W_new[1][0,0] 2.6
    """

    def document(self, options: DisplayOptions | None = None, *, drawing: bool = False) -> Document:
        """The ledger as a document: equations, given numbers, and each number with its formula.

        Args:
            options: what to show of it; None for the defaults.
            drawing: whether the network with its numbers is drawn at the beginning, if it is small
                enough and all numbers are shown.

        Raises: DivergenceError if a number is not finite; with `options.symbolic` also
            InputError, MissingLibraryError.
        """
        return ledger_document(self, options or DisplayOptions(), drawing=drawing)

    def render(self, format_name: str, options: DisplayOptions | None = None) -> str:
        """The ledger in one of the LEDGER_FORMATS.

        JSON holds every number of every array, as docs/notation.md describes it. HTML begins with a
        drawing of the network, as `document` does with `drawing`.

        Args:
            format_name: one of LEDGER_FORMATS.
            options: what to show of it; None for the defaults.

        Raises: UnknownNameError; else as `document`.
        """
        if format_name not in LEDGER_FORMATS:
            raise unknown_name(
                "explain", "a format", format_name, LEDGER_FORMATS, argument="format"
            )
        if format_name == "json":
            return ledger_json(self, options or DisplayOptions())
        return render_document(self.document(options, drawing=format_name == "html"), format_name)

    def _repr_html_(self) -> str:
        """The first entries."""
        options = DisplayOptions()
        formulas = EntryFormulas(self, options)
        found = list(islice(self.entries(), _MOST_ENTRIES + 1))
        title = self.example.title or describe_example(self.example)
        legend = index_legend(self.example, "row")
        rest = f"The first {_MOST_ENTRIES} numbers. ledger.entry(address) shows any of them."
        blocks: list[Block] = [formulas.calculation(one) for one in found[:_MOST_ENTRIES]]
        if len(found) > _MOST_ENTRIES:
            blocks.append(Paragraph(rest))
        return Document(title, tuple(blocks), legend=legend)._repr_html_()


def explain(
    path: str | Path,
    *,
    addresses: Sequence[str] = (),
    options: DisplayOptions | None = None,
    indices: int | None = None,
    drawing: bool = False,
) -> Document:
    """Show every number of a worked file, or those that addresses name.

    Args:
        path: the file, or the name of a bundled one.
        addresses: numbers or arrays such as "delta[1]"; none for all. With `options.step` an
            address that names no step is of that one.
        options: what else to show, and how; None for the defaults.
        indices: what the indices of addresses count from, 0 or 1; None for what the file says.
        drawing: whether the network is drawn too, as in `Ledger.document`.

    Raises: FileError, DataError, InputError, UnknownNameError, DivergenceError; MissingLibraryError
        with `options.symbolic`.

    Example:
        >>> from chainrule.documents import render
        >>> shown = render(explain("one-neuron-a-layer", addresses=["z[1][0]"]), "text")
        >>> shown.splitlines()[-1].strip()
        '= 1.5'
    """
    ledger, chosen = Ledger(read_worked(path).counted_from(indices)), options or DisplayOptions()
    located = tuple(select_quantity(ledger, one, chosen.step) for one in addresses)
    shown = replace(chosen, quantities=(*chosen.quantities, *located))
    return ledger.document(shown, drawing=drawing)


def select_quantity(
    ledger: Ledger, address: str, step: int | None, where: str = "explain"
) -> Quantity:
    """Return what an address names; one that names no step is of the step that is shown.

    Args:
        ledger: of a worked example.
        address: of a number or an array.
        step: the only step that is shown; None for all.
        where: who asks, for error texts.

    Raises: InputError, UnknownNameError.
    """
    quantity = Quantity.parse(address, where, ledger.example.conventions.indices)
    if step is not None and quantity.step == 1:
        quantity = replace(quantity, step=step)
    return ledger.locate(quantity, where)

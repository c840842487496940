"""The parts of a ledger's document: selection, letters, given arrays, equations, entries."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.rendering.entry_formulas import EntryFormulas as EntryFormulas
    from chainrule.ledger.rendering.given import Given as Given
    from chainrule.ledger.rendering.given import examples_of as examples_of
    from chainrule.ledger.rendering.given import given_arrays as given_arrays
    from chainrule.ledger.rendering.ledger_document import BATCH_LEGENDS as BATCH_LEGENDS
    from chainrule.ledger.rendering.ledger_document import WEIGHT_LEGEND as WEIGHT_LEGEND
    from chainrule.ledger.rendering.ledger_document import index_legend as index_legend
    from chainrule.ledger.rendering.ledger_json import entry_record as entry_record
    from chainrule.ledger.rendering.places import NumberPlaces as NumberPlaces

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "entry_formulas": "EntryFormulas",
        "given": "Given examples_of given_arrays",
        "ledger_document": "BATCH_LEGENDS WEIGHT_LEGEND index_legend",
        "ledger_json": "entry_record",
        "places": "NumberPlaces",
    },
)

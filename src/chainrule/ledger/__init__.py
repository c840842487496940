"""The ledger: every number of a few steps of training, with the formula that made it."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.display_options import Options as Options
    from chainrule.ledger.ledger import Entry as Entry
    from chainrule.ledger.ledger import Ledger as Ledger
    from chainrule.ledger.ledger import members as members
    from chainrule.ledger.quantity_text import NOTATIONS as NOTATIONS
    from chainrule.ledger.quantity_text import function_sign as function_sign
    from chainrule.ledger.quantity_text import laws_of as laws_of
    from chainrule.ledger.step_order import section_of as section_of

__all__ = [
    "NOTATIONS",
    "Entry",
    "Ledger",
    "Options",
    "function_sign",
    "laws_of",
    "members",
    "section_of",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "display_options": ["Options"],
        "ledger": ["Entry", "Ledger", "members"],
        "quantity_text": ["NOTATIONS", "function_sign", "laws_of"],
        "step_order": ["section_of"],
    },
)

"""The ledger: every number of a few steps of training, with the formula that made it."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.display_options import DisplayOptions as DisplayOptions
    from chainrule.ledger.ledger import Entry as Entry
    from chainrule.ledger.ledger import Ledger as Ledger
    from chainrule.ledger.ledger import group_members as group_members
    from chainrule.ledger.quantity_text import NOTATIONS as NOTATIONS
    from chainrule.ledger.quantity_text import activation_letter as activation_letter
    from chainrule.ledger.quantity_text import section_equations as section_equations
    from chainrule.ledger.step_order import section_of as section_of

__all__ = [
    "NOTATIONS",
    "DisplayOptions",
    "Entry",
    "Ledger",
    "activation_letter",
    "group_members",
    "section_equations",
    "section_of",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "display_options": ["DisplayOptions"],
        "ledger": ["Entry", "Ledger", "group_members"],
        "quantity_text": ["NOTATIONS", "activation_letter", "section_equations"],
        "step_order": ["section_of"],
    },
)

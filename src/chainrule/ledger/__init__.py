"""The ledger: every number of a few steps of training, with the formula that made it."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.display_options import DisplayOptions as DisplayOptions
    from chainrule.ledger.entries import LedgerEntry as LedgerEntry
    from chainrule.ledger.entries import group_members as group_members
    from chainrule.ledger.files.worked_file import parse_worked as parse_worked
    from chainrule.ledger.files.worked_file import read_worked as read_worked
    from chainrule.ledger.ledger import LEDGER_FORMATS as LEDGER_FORMATS
    from chainrule.ledger.ledger import Ledger as Ledger
    from chainrule.ledger.ledger import explain as explain
    from chainrule.ledger.ledger import select_quantity as select_quantity
    from chainrule.ledger.notation_equations import section_equations as section_equations
    from chainrule.ledger.quantity_text import NOTATIONS as NOTATIONS
    from chainrule.ledger.quantity_text import activation_letter as activation_letter
    from chainrule.ledger.rendering.drawing_parts import restrict_drawing as restrict_drawing
    from chainrule.ledger.rendering.drawing_parts import turn_upright as turn_upright
    from chainrule.ledger.rendering.ledger_document import describe_example as describe_example
    from chainrule.ledger.rendering.network_drawing import DRAWN_RADIUS as DRAWN_RADIUS
    from chainrule.ledger.rendering.network_drawing import DrawnNeuron as DrawnNeuron
    from chainrule.ledger.rendering.network_drawing import NetworkDrawing as NetworkDrawing
    from chainrule.ledger.rendering.network_drawing import (
        lay_out_network as lay_out_network,
    )
    from chainrule.ledger.step_order import section_of as section_of

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "display_options": "DisplayOptions",
        "entries": "LedgerEntry group_members",
        "files.worked_file": "parse_worked read_worked",
        "ledger": "LEDGER_FORMATS Ledger explain select_quantity",
        "quantity_text": "NOTATIONS activation_letter",
        "rendering.drawing_parts": "restrict_drawing turn_upright",
        "rendering.ledger_document": "describe_example",
        "rendering.network_drawing": ("DRAWN_RADIUS DrawnNeuron NetworkDrawing lay_out_network"),
        "notation_equations": "section_equations",
        "step_order": "section_of",
    },
)

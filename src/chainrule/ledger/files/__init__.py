"""Worked examples and claims as files."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.files.fields import Fields as Fields
    from chainrule.ledger.files.printed_numbers import NOISE as NOISE
    from chainrule.ledger.files.printed_numbers import PrintedNumber as PrintedNumber
    from chainrule.ledger.files.toml_positions import read_source as read_source
    from chainrule.ledger.files.worked_file import read_worked as read_worked

__all__ = ["NOISE", "Fields", "PrintedNumber", "read_source", "read_worked"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "fields": ["Fields"],
        "printed_numbers": ["NOISE", "PrintedNumber"],
        "toml_positions": ["read_source"],
        "worked_file": ["read_worked"],
    },
)

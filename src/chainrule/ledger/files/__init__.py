"""Worked examples and claims as files."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.files.fields import Fields as Fields
    from chainrule.ledger.files.printed_numbers import NOISE as NOISE
    from chainrule.ledger.files.printed_numbers import PrintedNumber as PrintedNumber
    from chainrule.ledger.files.printed_numbers import parse_printed as parse_printed
    from chainrule.ledger.files.toml_positions import read_source as read_source
    from chainrule.ledger.files.used_settings import list_used_settings as list_used_settings
    from chainrule.ledger.files.worked_file import read_worked as read_worked
    from chainrule.ledger.files.worked_writer import WrittenClaim as WrittenClaim
    from chainrule.ledger.files.worked_writer import format_worked as format_worked

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "fields": "Fields",
        "printed_numbers": "NOISE PrintedNumber parse_printed",
        "toml_positions": "read_source",
        "used_settings": "list_used_settings",
        "worked_file": "read_worked",
        "worked_writer": "WrittenClaim format_worked",
    },
)

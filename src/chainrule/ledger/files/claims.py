"""The claims of a worked file: quantities, and the texts that were printed for them.

A claim whose text is empty is not answered yet, as in the file that goes with a worksheet.
"""

from __future__ import annotations

import math
from dataclasses import replace

from chainrule.ledger.files.fields import Fields
from chainrule.ledger.files.printed_numbers import parse_printed
from chainrule.ledger.steps import Claim, Quantity, WorkedExample, locate, quantity_shape

__all__ = ["read_claims"]

MAX_CLAIMS = 10_000
_KEYS = ("quantity", "printed")
_LONGEST = 2000
_PRINTED = '"0.818"'


def read_claims(top: Fields, example: WorkedExample) -> WorkedExample:
    """The worked example with the claims of its file.

    Args:
        top: the file.
        example: without them.

    Raises: InputError, UnknownNameError.
    """
    values = top.values.get("claims", [])
    if not isinstance(values, list) or len(values) > MAX_CLAIMS:
        expected = f"claims to be at most {MAX_CLAIMS} tables [[claims]]"
        raise top.refusal("claims", expected, len(values) if isinstance(values, list) else values)
    tables = [
        Fields.at(top.source, ("claims", at), table, _KEYS) for at, table in enumerate(values)
    ]
    return replace(example, claims=tuple(_claim(table, example) for table in tables))


def _claim(table: Fields, example: WorkedExample) -> Claim:
    address = table.text("quantity", '"z[1][0]"')
    where = table.where("quantity")
    quantity = locate(example, Quantity.parse(address, where), where)
    if not str(table.given("printed", _PRINTED)).strip():
        return Claim(quantity, "", where)
    printed = table.text("printed", _PRINTED, _LONGEST)
    parse_printed(printed, math.prod(quantity_shape(example, quantity)), table.where("printed"))
    return Claim(quantity, printed, where)

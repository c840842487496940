"""The claims of a worked file: quantities, and the texts that were printed for them.

A claim whose text is empty is not answered yet, as in the file that goes with a worksheet. One that
cannot be read is kept apart with its error, so that the others can be judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chainrule.errors import ChainruleError
from chainrule.ledger.files.fields import Fields
from chainrule.ledger.files.printed_numbers import find_decimal_mark, parse_printed
from chainrule.ledger.steps import (
    Claim,
    Quantity,
    RefusedClaim,
    WorkedExample,
    locate,
    quantity_shape,
)

__all__ = ["read_claims"]

MAX_CLAIMS = 10_000
_KEYS = ("quantity", "printed")
_LONGEST = 2000
_PRINTED = '"0.818"'


def read_claims(top: Fields, example: WorkedExample) -> WorkedExample:
    """The worked example with the claims of its file.

    The sign before the decimals is the one that the file names, else the one that its numbers show.

    Args:
        top: the file.
        example: without them.

    Raises: InputError if they are not tables, or too many; what the first one raises if none of
        them can be read.
    """
    values = top.values.get("claims", [])
    if not isinstance(values, list) or len(values) > MAX_CLAIMS:
        expected = f"claims to be at most {MAX_CLAIMS} tables [[claims]]"
        raise top.refusal("claims", expected, len(values) if isinstance(values, list) else values)
    named = [_name(top, at, table, example) for at, table in enumerate(values)]
    mark = example.conventions.decimal_mark or find_decimal_mark(
        _text_of(one.table.values, "printed")
        for one in named
        if isinstance(one, _NamedClaim) and one.count == 1
    )
    read = [one if isinstance(one, RefusedClaim) else _read(one, mark) for one in named]
    claims = tuple(one for one in read if isinstance(one, Claim))
    refused = tuple(one for one in read if isinstance(one, RefusedClaim))
    if refused and not claims:
        raise refused[0].error
    return replace(example, claims=claims, refused_claims=refused)


@dataclass(frozen=True)
class _NamedClaim:
    """A table of a claim with what its address names, and how many numbers that is."""

    table: Fields
    quantity: Quantity
    count: int


def _name(top: Fields, at: int, values: Any, example: WorkedExample) -> _NamedClaim | RefusedClaim:
    try:
        table = Fields.at(top.source, ("claims", at), values, _KEYS)
        where, first = table.where("quantity"), example.conventions.indices
        asked = Quantity.parse(table.text("quantity", '"z[1][0]"'), where, first)
        quantity = locate(example, asked, where)
        return _NamedClaim(table, quantity, math.prod(quantity_shape(example, quantity)))
    except ChainruleError as error:
        return _refused(values, error, 1)


def _read(claim: _NamedClaim, mark: str) -> Claim | RefusedClaim:
    table, where = claim.table, claim.table.where("quantity")
    try:
        if not str(table.given("printed", _PRINTED)).strip():
            return Claim(claim.quantity, "", where)
        printed = table.text("printed", _PRINTED, _LONGEST)
        parse_printed(printed, claim.count, table.where("printed"), mark)
        return Claim(claim.quantity, printed, where, mark)
    except ChainruleError as error:
        return _refused(table.values, error, claim.count)


def _refused(values: Any, error: ChainruleError, count: int) -> RefusedClaim:
    address, printed = _text_of(values, "quantity"), _text_of(values, "printed")
    return RefusedClaim(address, printed, error, count)


def _text_of(values: Any, key: str) -> str:
    value = values.get(key) if isinstance(values, Mapping) else None
    return value if isinstance(value, str) else ""

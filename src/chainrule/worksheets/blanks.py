"""The choice of the numbers of an exercise that are left blank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.errors import InputError, unknown_name
from chainrule.ledger import Ledger
from chainrule.ledger.steps import KINDS, Quantity

__all__ = ["Pattern", "choose_blanks", "exercise_quantities", "parse_patterns"]

_COUNT = r"(?:0|[1-9][0-9]{0,8})"
_PATTERN = re.compile(
    rf"(?:step\[(?P<step>{_COUNT})\]\.)?(?:example\[(?P<example>{_COUNT})\]\.)?(?P<kind>[A-Za-z_]+)"
    rf"(?:\[(?P<first>{_COUNT})\])?(?:\[(?P<index>{_COUNT}(?:,{_COUNT})*)\])?"
)
_OUTSIDE = re.compile(r",(?![^\[]*\])")
_WHERE = "--blank"


@dataclass(frozen=True)
class Pattern:
    """An address, of which parts may be left out; what is left out may be anything.

    Args:
        text: as it was given.
        kind: a name of `quantity.KINDS`.
        layer: its layer.
        index: its indices.
        step: of the training.
        example: of the batch.

    Example:
        >>> pattern = Pattern.parse("delta[1]")
        >>> pattern.fits(Quantity("delta", 1, (0,))), pattern.fits(Quantity("delta", 2, (0,)))
        (True, False)
    """

    text: str
    kind: str
    layer: int | None = None
    index: tuple[int, ...] = ()
    step: int | None = None
    example: int | None = None

    @classmethod
    def parse(cls, text: str, where: str = _WHERE, counted_from: int = 0) -> Pattern:
        """The pattern that a text is.

        Args:
            text: such as "a", "delta[1]", "W_new[2][0,1]" or "step[2].cost".
            where: who asks, for the error text.
            counted_from: what its indices and examples count from, 0 or 1.

        Raises: InputError, UnknownNameError.
        """
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise InputError(
                where,
                expected="an address, or the beginning of one, such as a or delta[1]",
                got=repr(text),
                argument="blank",
                value=text,
            )
        if match["kind"] not in KINDS:
            raise unknown_name(where, "a quantity", match["kind"], KINDS, argument="blank")
        first, index = _number(match["first"]), match["index"]
        places = tuple(int(one) - counted_from for one in index.split(",")) if index else ()
        step, example = _number(match["step"]), _number(match["example"], counted_from)
        return cls(text.strip(), match["kind"], first, places, step, example)

    def fits(self, quantity: Quantity) -> bool:
        """Whether a quantity is meant."""
        return (
            quantity.kind == self.kind
            and self.layer in (None, quantity.layer)
            and self.index in ((), quantity.index)
            and self.step in (None, quantity.step)
            and self.example in (None, quantity.example)
        )


def _number(text: str | None, counted_from: int = 0) -> int | None:
    return None if text is None else int(text) - counted_from


def parse_patterns(texts: Sequence[str], counted_from: int = 0) -> tuple[Pattern, ...]:
    """The patterns of texts, each of which may hold several with commas between them.

    Args:
        texts: addresses, or beginnings of addresses.
        counted_from: what their indices and examples count from, 0 or 1.

    Raises: InputError, UnknownNameError.
    """
    parts = [part for text in texts for part in _OUTSIDE.split(text)]
    return tuple(Pattern.parse(part, counted_from=counted_from) for part in parts)


def exercise_quantities(ledger: Ledger) -> tuple[Quantity, ...]:
    """The numbers of an exercise that are to be worked out, in order; learning rates are given."""
    steps = range(1, ledger.example.steps + 1)
    every = (quantity for step in steps for quantity in ledger.quantities(step))
    return tuple(one for one in every if one.kind != "learning_rate")


def choose_blanks(
    asked: Sequence[Quantity], patterns: Sequence[Pattern], where: str = _WHERE
) -> tuple[Quantity, ...]:
    """The numbers that are left blank, in order.

    Args:
        asked: of the exercise.
        patterns: of those to be left blank; none for all.
        where: who asks, for the error text.

    Raises: InputError for a pattern that nothing fits.
    """
    for pattern in patterns:
        if not any(map(pattern.fits, asked)):
            kinds = dict.fromkeys(one.kind for one in asked)
            raise InputError(
                where,
                expected="a quantity that the exercise asks for",
                got=repr(pattern.text),
                why="It asks for " + ", ".join(kinds),
                argument="blank",
                value=pattern.text,
            )
    if not patterns:
        return tuple(asked)
    return tuple(one for one in asked if any(pattern.fits(one) for pattern in patterns))

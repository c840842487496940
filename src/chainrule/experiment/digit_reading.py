"""The ways to read what looks like one digit: as it lies, upright, or as several that touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.experiment.digit_orientation import read_upright

if TYPE_CHECKING:
    from chainrule.data.handwriting import Preparation
    from chainrule.experiment.file_predictions import Prediction

__all__ = ["read_digit"]

_DIGITS = frozenset("0123456789")


def read_digit(
    preparation: Preparation,
    class_names: Sequence[str],
    answer: Callable[[Preparation], Prediction],
) -> list[Prediction]:
    """Return the answer to a digit, or to each of the digits that it turns out to be.

    Another reading than the one as the digit lies is said in the first remark. Networks for
    anything but the ten digits know no other reading.

    Args:
        preparation: of the digit.
        class_names: the classes of the network.
        answer: gives the network's answer to a prepared digit.
    """
    found = answer(preparation)
    if frozenset(class_names) != _DIGITS:
        return [found]
    upright = read_upright(found, answer)
    apart = [answer(part) for part in preparation.parts]
    if apart and (upright is None or upright.probability < _least_probability(apart)):
        return [_with_remark(one, _apart_sentence(len(apart))) for one in apart]
    if upright is None:
        return [found]
    return [replace(_with_remark(found, upright.sentence(found.answer)), upright=upright)]


def _least_probability(apart: Sequence[Prediction]) -> float:
    return min(one.outputs[0].value for one in apart)


def _apart_sentence(count: int) -> str:
    return f"{count} digits touch: they were cut apart; as one digit they would be too wide."


def _with_remark(one: Prediction, sentence: str) -> Prediction:
    return replace(one, remarks=(sentence, *one.remarks))

"""The ways to read what looks like one digit: as it lies, upright, or as several that touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.experiment.digit_orientation import read_upright, upright_probability

if TYPE_CHECKING:
    from chainrule.data.handwriting import Preparation
    from chainrule.experiment.file_predictions import Prediction

__all__ = ["read_digit"]

_DIGITS = frozenset("0123456789")
# Each part of what is cut apart is at least so likely a digit: those of touching pairs of MNIST's
# digits usually are, those of digits that lie on their side and are cut across are not.
_CREDIBLE = 0.3


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
    apart = [answer(part) for part in preparation.parts]
    if apart and min(map(_credibility, apart)) >= _CREDIBLE:
        sentence = f"{len(apart)} digits touch: as one they would be too wide; they were cut apart."
        return [_with_remark(one, sentence) for one in apart]
    upright = read_upright(found, answer)
    if upright is None:
        return [found]
    return [replace(_with_remark(found, upright.sentence(found.answer)), upright=upright)]


def _credibility(found: Prediction) -> float:
    """How likely a part is a digit that stands upright, and has this answer."""
    return found.outputs[0].value * upright_probability(found)


def _with_remark(one: Prediction, sentence: str) -> Prediction:
    return replace(one, remarks=(sentence, *one.remarks))

"""The ways to read what looks like one digit: as it lies, upright, or as several that touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from chainrule.data.handwriting import NORMS, Preparation
from chainrule.experiment.digit_orientation import read_upright, upright_probability
from chainrule.experiment.prediction_records import Prediction

__all__ = ["read_digit"]

_DIGITS = frozenset("0123456789")
# Digits are read apart if each part is at least so likely a digit, and the whole at most so likely.
# Of 192 single digits of MNIST wider than 0.8 of their height none was, of 82 pairs that touch 41.
_PART_CREDIBLE = 0.5
_WHOLE_CREDIBLE = 0.8
# A whole that is wider than 99.5 % of MNIST's digits is not an upright digit, so that less is asked
# of its parts; those of a digit that lies on its side and is cut across do not reach even this.
_WIDEST = NORMS["aspect"][2]
_PART_OF_WIDE_CREDIBLE = 0.3
# Below this the whole hardly looks like one digit: 66 of those pairs, 11 of those single digits.
_DOUBTFUL = 0.3
_USUAL_WIDTH = NORMS["aspect"][1]
_DOUBT = "This hardly looks like one upright digit: it may be turned, or several that touch."


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
    if apart and _are_digits(found, apart):
        sentence = f"{len(apart)} digits touch: they were cut apart."
        return [_with_remark(one, sentence) for one in apart]
    upright = read_upright(found, answer)
    if upright is not None:
        return [replace(_with_remark(found, upright.sentence(found.answer)), upright=upright)]
    if _aspect(found) > _USUAL_WIDTH and _credibility(found) < _DOUBTFUL:
        return [_with_remark(found, _DOUBT)]
    return [found]


def _are_digits(found: Prediction, apart: Sequence[Prediction]) -> bool:
    """Whether the parts are more likely digits than the whole is one."""
    least = min(map(_credibility, apart))
    if _aspect(found) > _WIDEST:
        return least >= _PART_OF_WIDE_CREDIBLE
    return least >= _PART_CREDIBLE and _credibility(found) < _WHOLE_CREDIBLE


def _aspect(found: Prediction) -> float:
    """The width of a digit as a multiple of its height; 0 for what was not measured."""
    return 0.0 if found.preparation is None else found.preparation.figures.get("aspect", 0.0)


def _credibility(found: Prediction) -> float:
    """How likely this is a digit that stands upright, and has this answer."""
    return found.outputs[0].value * upright_probability(found)


def _with_remark(one: Prediction, sentence: str) -> Prediction:
    return replace(one, remarks=(sentence, *one.remarks))

"""four-equations on the page: what its program reaches, why, and what mends it."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.wording import listed, mean_text, number, prose, table

__all__ = ["told"]

Change = list[Any]

_PROGRAM = ("uniform", 0.003, "sgd", "sigmoid", 200)
_WORDS = {
    "uniform": "[0, 0.01)",
    "lecun": "N(0, 1/n)",
    "sgd": "plain descent",
    "adam": "Adam",
    "relu": "ReLU",
}


def told(found: dict[str, Any]) -> list[str]:
    """The lines of the paper's part."""
    ends, accuracy = found["ends"], found["accuracy"]
    return [
        *prose(
            f"""The program line for line: 784-392-196-10, sigmoids, weights and biases from [0,
            0.01), 200 updates of rate 0.003 with 32 images drawn without replacement, and the
            mean test loss after each. The paper prints none of its 200 numbers. They fall from
            {found["start"]:.3f} to {np.mean(ends):.4f} (five seeds, {min(ends):.4f} to
            {max(ends):.4f}), which looks like learning and is none: always the same output of
            0.1 for each digit costs 0.45, and that is where it stays. The accuracy after 200
            updates is {mean_text(accuracy)}, that of one digit for all."""
        ),
        "",
        "![What the printed program reaches, and why](pictures/papers/four-equations.png)",
        "",
        *_why(found),
        "",
        *_mended(found["changes"]),
    ]


def _why(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{place}",
            *(number(layer[name]) for name in _LOOKED_AT),
        ]
        for place, layer in enumerate(found["layers"], start=1)
    ]
    head = ("layer", "gradient of a weight", "size of a weight", "mean a")
    first, *_, last = found["layers"]
    ratio = number(last["gradient"] / first["gradient"], 2)
    lines = listed([f"**{one['title']}**: {one['what']}." for one in found["findings"]])
    return [
        "Why: before the first update, on 512 images; sizes are root mean squares, spreads standard"
        " deviations.",
        "",
        *table((*head, "spread of a between neurons", "between images"), rows),
        "",
        *prose(
            f"""The last layer's gradient is {ratio} times the first's. All weights are positive and
            nearly alike: so are the neurons of a layer, which get like gradients and stay
            alike; each layer passes on a sum of its inputs, in which images differ less and
            less. `chainrule diagnose` finds the same, and the rate:"""
        ),
        "",
        *lines,
    ]


_LOOKED_AT = ("gradient", "weight", "a", "between_neurons", "between_examples")


def _mended(changes: list[Change]) -> list[str]:
    pairs = {tuple(key): accuracy for *key, accuracy in changes}
    mended = sorted(pairs, key=lambda key: (_changed(key), -np.mean(pairs[key])))
    rows = [[*_texts(key), f"{_changed(key)}", mean_text(pairs[key], 1)] for key in mended]
    single = [key for key in mended if _changed(key) == 1]
    double = [key for key in mended if _changed(key) == 2]
    both = double[:3] if len(double) > 3 else double
    shown = [
        row for key, row in zip(mended, rows, strict=True) if key in (_PROGRAM, *single, *both)
    ]
    head = ("weights", "rate", "update", "hidden", "updates", "changes", "accuracy")
    return [
        *prose(
            """What mends it: all ways to change five things, five seeds each, on 6,400 images.
            The printed program, each single change, and the best pairs of changes:"""
        ),
        "",
        *table(head, shown),
        "",
        *_verdict(pairs, single, double),
    ]


def _verdict(
    pairs: dict[tuple[Any, ...], list[float]], single: list[Any], double: list[Any]
) -> list[str]:
    if not single or not double:
        return []
    best, two = (max(keys, key=lambda k: float(np.mean(pairs[k]))) for keys in (single, double))
    quick = [key for key in double if key[-1] == _PROGRAM[-1]]
    fast = max(quick, key=lambda k: float(np.mean(pairs[k])), default=two)
    return [
        *prose(
            f"""No single change is enough: the best of them, {_difference(best)}, comes to
            {mean_text(pairs[best], 1)}. Two are. Within the 200 updates: {_difference(fast)},
            {mean_text(pairs[fast], 1)}. With ten times as many, {_difference(two)} come to
            {mean_text(pairs[two], 1)}, with the weights as printed: given time, Adam's steps, all
            of about one size, tell even such neurons apart. The four equations of the paper are
            right, and so is its code; its numbers are what does not learn."""
        ),
    ]


def _changed(key: tuple[Any, ...]) -> int:
    """How many of the five differ from the program's."""
    return sum(one != printed for one, printed in zip(key, _PROGRAM, strict=True))


def _texts(key: tuple[Any, ...]) -> list[str]:
    weights, rate, update, hidden, made = key
    return [_WORDS[weights], f"{rate:g}", _WORDS[update], _WORDS.get(hidden, hidden), f"{made:,}"]


def _difference(key: tuple[Any, ...]) -> str:
    """What is changed, in words."""
    words = ("weights from {}", "rate {}", "{}", "{} in the hidden layers", "{} updates")
    texts = zip(words, _texts(key), key, _PROGRAM, strict=True)
    return " and ".join(word.format(text) for word, text, own, printed in texts if own != printed)

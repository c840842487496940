"""four-detector and approximator on the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.wording import mean_text, number, prose, table

__all__ = ["told_approximator", "told_detector"]


def told_detector(found: dict[str, Any]) -> list[str]:
    """The lines of four-detector's part: dice, and 4s."""
    return [*_dice(found["dice"]), "", *_fours(found["fours"])]


def _dice(found: dict[str, Any]) -> list[str]:
    rows = [
        [f"{noise:g}", *(mean_text(found[name][k], 1) for name in ("clean", "noisy")),
         f"{100 * found['best'][k]:.1f} %"]
        for k, noise in enumerate(found["noises"])
    ]  # fmt: skip
    six = found["six"]["clean"] + found["six"]["noisy"]
    known = "all six" if min(six) == 6 else f"{min(six)} to {max(six)} of six"
    trained = f"learned with noise of {found['trained']:g}"
    return [
        *prose(
            f"""A die's face as seven dots [a … g], which of 1 … 6? The paper trains nothing here.
            By its own means, one-hot targets, sigmoids and the squared error, a network 7-7-6
            learns the faces: {known} are right in each of {len(six)} trainings. With normal
            noise on each dot, five seeds:"""
        ),
        "",
        *table(("noise", "learned clean", trained, "nearest face"), rows),
        "",
        *prose(
            """The last column is the most that any detector can reach. The paper is right that the
            network finds the patterns by itself, and learns more of them when it has seen them
            disturbed."""
        ),
        "",
        "![Dice under noise](pictures/papers/four-detector-dice.png)",
    ]


def _fours(found: dict[str, Any]) -> list[str]:
    rows = [[one["name"], *_figures(one)] for one in found["detectors"]]
    never = (found["examples"] - found["fours"]) / found["examples"]
    head = ("detector", "accuracy, %", "precision, %", "recall, %", "area below the curve", "fails")
    failed, seeds = (f(found["detectors"][0]["counts"]) for f in (_failed, len))
    return [
        *prose(
            f""""Is it a 4, or not" on MNIST's 60,000 and 10,000 digits, five passes in batches of
            10, judged at an output of 0.5: the median of {seeds} seeds, with the least and the
            greatest. Whoever always says no is right in {100 * never:.2f} %; *fails* counts the
            seeds that are right no more often."""
        ),
        "",
        *table(head, rows),
        "",
        *prose(
            f"""The paper prints one step on a made-up picture, and no result. Its detector, two
            hidden neurons without biases, can do it, but in {failed} of {seeds} seeds it is no
            better than to say no always: with so few neurons, and one 4 in ten examples, that is a
            place to stay. More neurons mend that, and cross-entropy gains most. How good a detector
            is, accuracy hardly shows, since it begins at that of always no; precision and recall
            do. To count a 4 nine times, as there are nine others for each, gains recall at the cost
            of precision; it moves along the curve more than it lifts it."""
        ),
        "",
        "![4s found against others taken for one](pictures/papers/four-detector.png)",
    ]


def _failed(counts: list[dict[str, int]]) -> int:
    """In how many seeds it is no more often right than always no: more alarms than 4s found."""
    return sum(c["found"] <= c["false"] for c in counts)


def _figures(one: dict[str, Any]) -> list[str]:
    """Accuracy, precision, recall and area over the seeds, and how many seeds failed."""
    counts = one["counts"]
    total = sum(counts[0].values())
    accuracy = [100 * (c["found"] + c["left"]) / total for c in counts]
    said = [c for c in counts if c["found"] + c["false"]]
    precision = [100 * c["found"] / (c["found"] + c["false"]) for c in said]
    recall = [100 * c["found"] / max(1, c["found"] + c["missed"]) for c in counts]
    texts = [_middle(values, 2) for values in (accuracy, precision, recall)]
    return [*texts, _middle(one["area"], 4), f"{_failed(counts)} of {len(counts)}"]


def _middle(values: list[float], digits: int) -> str:
    """Median, least and greatest."""
    if not values:
        return "-"
    ends = f"{min(values):.{digits}f} to {max(values):.{digits}f}"
    return f"{np.median(values):.{digits}f} ({ends})"


def told_approximator(found: dict[str, Any]) -> list[str]:
    """The lines of approximator's part: 2^x, the descent, digits."""
    pieces = [
        [
            f"{one['neurons']}",
            number(one["worst"]),
            number(one["mean"]),
            number(one["least"]),
            ", ".join(f"{kink:.2f}" for kink in one["kinks"]),
        ]
        for one in found["pieces"]
    ]
    head = ("neurons", "greatest error", "mean error", "least possible greatest error", "kinks")
    return [
        "2^x between -2 and 3 by one hidden layer of ReLU, trained by the squared error:",
        "",
        *table(head, pieces),
        "",
        *prose(
            """The paper is right: more neurons come closer, and training finds the weights. The
            least possible error is computed without training: joined lines, each as far from the
            curve as any other; it falls about with n². Training by squares lets places stray, the
            ends above all, and its greatest error falls more slowly."""
        ),
        "",
        "![Pieces that add up to 2^x](pictures/papers/approximator.png)",
        "",
        *_descent(found["descent"]),
        "",
        *_digits(found["digits"]),
    ]


def _descent(found: list[dict[str, Any]]) -> list[str]:
    rows = [[f"{one['rate']:g}", *(f"{x:.4g}" for x in one["x"]), one["fate"]] for one in found]
    head = ("rate", "after 1", "2", "3", "10", "50 steps", "")
    return [
        *prose(
            """Descent on f(x) = x² - 2x + 1.5 from -1. The paper prints -1, 3, -1, … for the rate
            1 and -0.6 for the first step of 0.1, which is what comes of it:"""
        ),
        "",
        *table(head, rows),
        "",
        "![Descent with both rates](pictures/papers/approximator-descent.png)",
    ]


def _digits(found: list[list[Any]]) -> list[str]:
    rows = [[f"{rate:g}", mean_text(values)] for rate, values in found]
    return [
        *prose(
            """Its network for digits, 784-15-10, for which it prints no result; squared error,
            batches of 10, ten passes, five seeds. It does what the paper hopes for:"""
        ),
        "",
        *table(("learning rate", "test accuracy"), rows),
    ]

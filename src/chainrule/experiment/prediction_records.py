"""The answer of a network to one example of a file, or what is wrong with the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from chainrule.data.handwriting import PixelBox, Preparation
from chainrule.errors import ChainruleError, InputError
from chainrule.limits import Limit
from chainrule.network import Network

__all__ = [
    "ABSTAIN",
    "WITHHELD",
    "FailedPrediction",
    "Output",
    "Prediction",
    "UprightReading",
    "check_abstain",
]

ABSTAIN = Limit(float, "greatest output below which no class is answered", 0, 1, optional=True)

WITHHELD = "?"
"""The answer where no output is great enough."""


def check_abstain(network: Network, abstain: float | None) -> None:
    """Refuse a bound for outputs that are no fractions of classes.

    Raises: InputError.
    """
    ABSTAIN.check("predict", "abstain", abstain)
    if abstain is not None and not (network.class_names and network.gives_fractions):
        raise InputError(
            "predict",
            expected="a network whose outputs for classes are from 0 to 1",
            got="outputs of any size" if network.class_names else "numbers",
            why="It leaves a row open if no output reaches the bound",
            argument="abstain",
            value=abstain,
        )


@dataclass(frozen=True)
class UprightReading:
    """What a digit reads once it is turned upright.

    Args:
        orientation: how it lies: "turned left", "turned right" or "upside down".
        answer: the class of the digit turned upright.
        probability: of that answer.
        other: the answer if the digit lies on its other side, where that is nearly as likely and
            reads differently; otherwise None.
    """

    orientation: str
    answer: str
    probability: float
    other: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as part of those of a prediction."""
        return {"lies": self.orientation, "answer": self.answer, "probability": self.probability}

    def sentence(self, lying: str | None) -> str:
        """Return what is to be said of the digit, for the answer to it as it lies."""
        how = "is upside down" if self.orientation == "upside down" else "lies on its side"
        other = "" if self.other is None else f" (or {self.other}, if it lies on the other side)"
        return f"The digit {how}: upright it reads {self.answer}{other}, as it lies {lying}."


class Output(NamedTuple):
    """One output of a network, with the name of its class or its number from 1."""

    name: str
    value: float


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answer of a network to one example.

    Args:
        input: the file, with the line if it is a table, or with the digit's number in reading
            order, as "photo.jpg, digit 2 of 4", if a picture shows several.
        answer: the class, or "?" where no output reaches the bound that was asked for; None for a
            network whose outputs are numbers.
        outputs: of classes, the greatest first; of numbers, in their order.
        remarks: sentences about the input.
        preparation: the stages by which a picture was prepared; None for a row of a table.
        file: the picture; empty for a row of a table.
        upright: what a digit reads upright, if it seems to be turned; otherwise None.
    """

    input: str
    answer: str | None
    outputs: tuple[Output, ...]
    remarks: tuple[str, ...] = ()
    preparation: Preparation | None = None
    file: str = ""
    upright: UprightReading | None = None

    def withhold(self, abstain: float | None) -> Prediction:
        """Return the prediction with its answer left open if no output reaches a bound."""
        if abstain is None or self.outputs[0].value >= abstain:
            return self
        return replace(self, answer=WITHHELD)

    @property
    def box(self) -> PixelBox | None:
        """Where the digit lies in its picture; None for a row, or a picture that is the digit."""
        return None if self.preparation is None else self.preparation.box

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule predict --json` prints of an example."""
        values: dict[str, Any] = {
            "input": self.input,
            "answer": self.answer,
            "outputs": dict(self.outputs),
            "remarks": list(self.remarks),
        }
        if self.box is not None:
            values["box"] = self.box._asdict()
        if self.upright is not None:
            values["upright"] = self.upright.to_dict()
        return values


@dataclass(frozen=True, eq=False)
class FailedPrediction:
    """A file that could not be read as examples.

    Args:
        input: the file.
        error: what is wrong with it.
    """

    input: str
    error: ChainruleError

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule predict --json` prints instead of an answer."""
        return {"input": self.input, "error": str(self.error)}

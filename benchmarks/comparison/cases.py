"""What is measured: networks, data, costs, updates and batches, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from chainrule.errors import unknown_name

__all__ = ["CASES", "PREDICTED", "QUICK_CASES", "Case", "find_cases"]

_PAPER_COST, _USUAL_COST = "squared_error", "categorical_cross_entropy"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One training that every peer is asked for, in float32.

    An epoch is a whole number of batches, so that nobody compiles a second shape for the last one.

    Args:
        layers: widths from the inputs to the outputs.
        batch_size: examples a step.
        examples: examples an epoch, the same for every peer; the first ones of the data.
        paper: sigmoid throughout and the squared error, as in the papers; else ReLU, softmax and
            categorical cross-entropy.
        data: "mnist", or "table": 20 made-up columns and two classes.
        optimiser: "sgd" or "adam".
        learning_rate: of the schedule's start.
        schedule: one of the recipe's that need no history.
        epochs: the run's length, which a schedule spans.
        seed: fixes the weights and the order of the examples.
    """

    layers: tuple[int, ...]
    batch_size: int
    examples: int
    paper: bool = False
    data: str = "mnist"
    optimiser: str = "sgd"
    learning_rate: float = 0.1
    schedule: str = "constant"
    epochs: int = 1
    seed: int = 0

    @property
    def name(self) -> str:
        """Layers, batch size, and the update where it is not plain descent.

        >>> Case(layers=(20, 32, 2), batch_size=32, examples=64, optimiser="adam").name
        '20-32-2/32/adam'
        """
        parts = [self.shape, str(self.batch_size)]
        return "/".join(parts if self.optimiser == "sgd" else [*parts, self.optimiser])

    @property
    def shape(self) -> str:
        """The layers in a word, such as "784-15-10"."""
        return "-".join(map(str, self.layers))

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return self.examples // self.batch_size

    @property
    def activations(self) -> tuple[str, ...]:
        """A name a layer after the inputs."""
        hidden, last = ("sigmoid", "sigmoid") if self.paper else ("relu", "softmax")
        return (*[hidden] * (len(self.layers) - 2), last)

    @property
    def cost(self) -> str:
        """The cost's name in recipes."""
        return _PAPER_COST if self.paper else _USUAL_COST

    @property
    def flops(self) -> int:
        """Multiplications and additions for one example, as if no input were 0.

        Forward and the weights' gradient take two for each weight, and so does the way back,
        which ends before the first layer. Activations, costs and updates are not counted.

        >>> Case(layers=(20, 32, 2), batch_size=32, examples=64).flops
        2944
        """
        sizes = [ins * outs for ins, outs in pairwise(self.layers)]
        return 6 * sum(sizes) - 2 * sizes[0]

    def limited_to(self, examples: int) -> Case:
        """Returns the case with fewer examples: a whole number of batches, at least one."""
        batches = min(examples, self.examples) // self.batch_size
        return replace(self, examples=max(1, batches) * self.batch_size)

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain values."""
        return {**asdict(self), "layers": list(self.layers)}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Case:
        """The case that `to_dict` described."""
        return cls(**{**fields, "layers": tuple(fields["layers"])})


def _all() -> tuple[Case, ...]:
    """The table; examples an epoch are chosen so that the slowest peer takes a few seconds."""
    small, wide, widest = (784, 32, 16, 10), (784, 392, 196, 10), (784, 800, 800, 10)
    paper: dict[str, Any] = {"paper": True, "learning_rate": 1.0}
    rows = [
        Case(layers=small, batch_size=1, examples=10_000, paper=True, learning_rate=0.1),
        *(Case(layers=small, batch_size=b, examples=60_000, **paper) for b in (10, 40, 100)),
        Case(layers=(784, 15, 10), batch_size=10, examples=60_000, **paper),
        Case(layers=(784, 64, 10), batch_size=32, examples=60_000, **paper),
        *_both(Case(layers=wide, batch_size=32, examples=19_200, **paper)),
        *_both(Case(layers=wide, batch_size=128, examples=38_400)),
        *_both(Case(layers=widest, batch_size=128, examples=12_800)),
        *_both(Case(layers=(20, 32, 2), batch_size=32, examples=100_000, data="table")),
    ]
    return tuple(rows)


def _both(case: Case) -> tuple[Case, Case]:
    """The case with plain descent, and with Adam."""
    return case, replace(case, optimiser="adam", learning_rate=0.001)


CASES = {case.name: case for case in _all()}
"""Every case by name."""

QUICK_CASES = (
    "784-32-16-10/1",
    "784-32-16-10/10",
    "784-32-16-10/100",
    "784-392-196-10/128",
    "784-800-800-10/128/adam",
    "20-32-2/32",
)
"""What a quick run looks at."""

PREDICTED = Case(layers=(784, 128, 10), batch_size=32, examples=60_000)
"""The network whose predictions and memory are measured."""


def find_cases(names: Sequence[str]) -> tuple[Case, ...]:
    """The cases of these names, each once; layers alone name all cases that have them.

    Raises: UnknownNameError.
    """
    chosen: dict[str, Case] = {}
    for name in names:
        found = {n: c for n, c in CASES.items() if name in (n, c.shape)}
        if not found:
            shapes = {case.shape for case in CASES.values()}
            raise unknown_name("bench", "a case", name, {*CASES, *shapes}, argument="case")
        chosen |= found
    return tuple(chosen.values())

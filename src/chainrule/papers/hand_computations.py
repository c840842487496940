"""The papers' hand computations: worked files whose claims are the numbers that a paper prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.bundled import bundled_files
from chainrule.documents import (
    Block,
    Code,
    Content,
    Definition,
    Definitions,
    Document,
    Heading,
    Table,
)
from chainrule.ledger import Ledger
from chainrule.ledger.files import read_worked
from chainrule.marking import VERDICTS, Judgement, MarkedClaims, correct_text, judge

__all__ = ["HandComputation", "HandComputationReport"]

_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True)
class HandComputation:
    """A computation that a paper works out by hand.

    Args:
        name: of its worked file, as the command line takes it.
        title: what is computed.
    """

    name: str
    title: str

    @property
    def path(self) -> Path:
        """The worked file."""
        return bundled_files("worked")[self.name]

    def check(self) -> CheckedComputation:
        """Judges each printed number."""
        return CheckedComputation(self, judge(Ledger(read_worked(self.path))))


@dataclass(frozen=True)
class CheckedComputation:
    """A hand computation with its judged claims.

    Args:
        computation: which.
        marked: a judgement of each number.
    """

    computation: HandComputation
    marked: MarkedClaims

    def remark(self, one: Judgement) -> str:
        """Returns where a number stands in the paper: what the file says beside its claim."""
        found = _LINE.search(one.where)
        if found is None:
            return ""
        lines = self.computation.path.read_text(encoding="utf-8").splitlines()
        # A claim's place is the line of its text; the address above it bears the remark.
        return lines[int(found[1]) - 2].partition("#")[2].strip()

    def to_dict(self) -> dict[str, Any]:
        """Returns the judged claims as plain values, as `chainrule check --json` has them."""
        return {"name": self.computation.name, **self.marked.to_dict()}


@dataclass(frozen=True)
class HandComputationReport:
    """Hand computations, checked.

    Args:
        checked: in the order of the papers.
    """

    checked: tuple[CheckedComputation, ...]

    def document(self) -> Document:
        """Returns the report: how many numbers are right, and what is to be said of the others."""
        return Document("The papers' hand computations", self.blocks(), values=self.to_dict)

    def blocks(self) -> tuple[Block, ...]:
        """Returns the blocks of the document."""
        wrong = [
            (*_cells(one, judgement), _slip_text(judgement))
            for one, judgement in self._judgements()
            if judgement.is_wrong
        ]
        carried = [
            (*_cells(one, judgement), correct_text(judgement, judgement.follows))
            for one, judgement in self._judgements()
            if judgement.verdict == "carried" or _is_shifted(judgement)
        ]
        meanings = (
            Definition(verdict, f"the printed number {meaning}.")
            for verdict, meaning in VERDICTS.items()
        )
        return (
            self._counts(),
            Definitions(tuple(meanings)),
            *_section("What does not follow", "slip", wrong),
            *_section(
                "What follows only from other printed numbers", "from the numbers before", carried
            ),
        )

    def _judgements(self) -> Iterable[tuple[CheckedComputation, Judgement]]:
        return ((one, judgement) for one in self.checked for judgement in one.marked.judgements)

    def _counts(self) -> Table:
        rows: list[tuple[Content, ...]] = []
        for one in self.checked:
            counts = Counter(judgement.verdict for judgement in one.marked.judgements)
            cells = (str(counts[verdict] or "") for verdict in VERDICTS)
            rows.append((Code(one.computation.name), str(one.marked.out_of), *cells))
        return Table("", ("worked file", "claims", *VERDICTS), tuple(rows))

    def to_dict(self) -> dict[str, Any]:
        """Returns the judged claims of each file as plain values."""
        return {"hand_computations": [one.to_dict() for one in self.checked]}


def _is_shifted(one: Judgement) -> bool:
    """Whether a number is cut off only because the one before it was rounded."""
    return one.verdict == "truncated" and one.finding is not None


def _section(title: str, last: str, rows: list[tuple[Any, ...]]) -> tuple[Block, ...]:
    header = ("worked file", "quantity", "in the paper", "printed", "right", last)
    leftward = ("quantity", "in the paper", "slip")
    return (Heading(title), Table("", header, tuple(rows), leftward=leftward)) if rows else ()


def _cells(checked: CheckedComputation, one: Judgement) -> tuple[Any, ...]:
    return (
        checked.computation.name,
        Code(str(one.quantity)),
        checked.remark(one),
        one.printed,
        correct_text(one, one.exact),
    )


def _slip_text(one: Judgement) -> str:
    if one.finding is None:
        return "none of the catalogue"
    return f"{one.finding.name}: {one.finding.sentence}"

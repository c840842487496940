"""The numbers that the papers worked out by hand, checked: which follow, and which do not.

    .venv/bin/python benchmarks/papers_claims.py             prints the part of docs/papers.md
    .venv/bin/python benchmarks/papers_claims.py --write     puts it there

Each file of worked/ that begins with a paper's id is checked as `chainrule check` does. What stands
beside a claim in the file, after its #, says where the number stands in the paper.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chainrule.bundled import bundled_files
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.marking.judging import VERDICTS, Judgement, MarkedClaims, judge
from chainrule.marking.marks import correct_text

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "approximator-relu",
    "approximator-descent-rate-1",
    "approximator-descent-rate-0.1",
    "approximator-back-propagation",
    "four-detector",
    "investigation-chain",
)
BEGIN = "<!-- begin: benchmarks/papers_claims.py -->"
END = "<!-- end: benchmarks/papers_claims.py -->"
_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True)
class Checked:
    """A paper's worked file with its judged claims and the words beside them."""

    name: str
    marked: MarkedClaims
    lines: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> Checked:
        """The file of a name, checked."""
        text = bundled_files("worked")[name].read_text(encoding="utf-8")
        marked = judge(Ledger(parse_worked(text, f"{name}.toml")))
        return cls(name, marked, tuple(text.splitlines()))

    def words(self, one: Judgement) -> str:
        """What the file says of a claim."""
        found = _LINE.search(one.where)
        line = self.lines[int(found[1]) - 2] if found else ""
        return line.partition("#")[2].strip()

    @property
    def link(self) -> str:
        """The file, to be clicked."""
        return f"[{self.name}](../src/chainrule/papers/worked/{self.name}.toml)"


def part() -> str:
    """The part of docs/papers.md, with its marks."""
    checked = [Checked.of(name) for name in FILES]
    return (
        "\n".join([BEGIN, "", *_counts(checked), *_wrong(checked), *_others(checked), END]) + "\n"
    )


def _counts(checked: list[Checked]) -> Iterator[str]:
    yield f"| worked file | claims | {' | '.join(VERDICTS)} |"
    yield "|---|---|" + "---|" * len(VERDICTS)
    for one in checked:
        counts = Counter(judgement.verdict for judgement in one.marked.judgements)
        cells = " | ".join(str(counts[verdict] or "") for verdict in VERDICTS)
        yield f"| {one.link} | {one.marked.out_of} | {cells} |"
    yield ""
    for verdict, meaning in VERDICTS.items():
        yield f"- *{verdict}*: {meaning}."
    yield ""


def _wrong(checked: list[Checked]) -> Iterator[str]:
    yield "### What does not follow"
    yield ""
    yield "| worked file | quantity | in the paper | printed | right | slip |"
    yield "|---|---|---|---|---|---|"
    for one in checked:
        for judgement in one.marked.judgements:
            if judgement.is_wrong:
                yield _row(one, judgement, _slip(judgement))
    yield ""


def _others(checked: list[Checked]) -> Iterator[str]:
    yield "### What follows only from other printed numbers"
    yield ""
    yield "| worked file | quantity | in the paper | printed | right | from the numbers before it |"
    yield "|---|---|---|---|---|---|"
    for one in checked:
        for judgement in one.marked.judgements:
            is_shifted = judgement.verdict == "truncated" and judgement.finding is not None
            if judgement.verdict == "carried" or is_shifted:
                yield _row(one, judgement, correct_text(judgement, judgement.follows))
    yield ""


def _row(checked: Checked, one: Judgement, last: str) -> str:
    words = _cell(checked.words(one))
    right = correct_text(one, one.exact)
    return (
        f"| {checked.name} | `{one.quantity}` | {words} | {one.printed} | {right} | {_cell(last)} |"
    )


def _cell(text: str) -> str:
    """Text that Markdown takes as it stands."""
    return re.sub(r"([|*_^~<>\[\]])", r"\\\1", text)


def _slip(one: Judgement) -> str:
    if one.finding is None:
        return "none of the catalogue"
    return f"{one.finding.name}: {one.finding.sentence}"


def written(page: str) -> str:
    """A page with the part put in the place of an older one."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END + "\n")
    return before + part() + after


def main() -> int:
    """Print the part, or write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put it into docs/papers.md")
    given = parser.parse_args()
    if not given.write:
        print(part(), end="")
        return 0
    page = ROOT / "docs" / "papers.md"
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

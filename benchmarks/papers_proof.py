"""The formulas that the papers print, each tried on a small network: which hold, and which do not.

    .venv/bin/python benchmarks/papers_proof.py             prints the part of docs/papers.md
    .venv/bin/python benchmarks/papers_proof.py --write     puts it there

The part is what `chainrule prove --papers --markdown` prints.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chainrule.papers.printed import tried
from chainrule.papers.printed_report import printed_markdown

PAGE = Path(__file__).resolve().parents[1] / "docs" / "papers.md"
BEGIN = "<!-- begin: benchmarks/papers_proof.py -->"
END = "<!-- end: benchmarks/papers_proof.py -->"


def part() -> str:
    """The part of docs/papers.md, with its marks."""
    return "\n".join([BEGIN, "", *printed_markdown(list(tried())), "", END]) + "\n"


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
    if given.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(part(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The papers' experiments: computed, recorded, drawn, and put into docs/papers.md.

.venv/bin/python benchmarks/papers_experiments.py            computes all: `make papers`
… --only investigation                                       one part, as often as wanted
… --write                                                    computes nothing: page and pictures
                                                             from benchmarks/results/papers
… --page                                                     the page alone
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from experiments.page import PARTS, written
from experiments.pictures import draw
from experiments.record import RESULTS, keep, kept
from experiments.size import FULL, Size

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "papers.md"
PICTURES = ROOT / "docs" / "pictures" / "papers"


def compute(parts: Sequence[str], size: Size = FULL, folder: Path = RESULTS) -> None:
    """Compute and record some parts."""
    for name in parts:
        print(name, file=sys.stderr)
        begun = time.monotonic()
        found = PARTS[name].measure(size)
        keep(name, found, time.monotonic() - begun, folder)


def main() -> int:
    """Compute, draw and write, as far as it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may come again")
    parser.add_argument("--write", action="store_true", help="compute nothing, draw and write")
    parser.add_argument("--page", action="store_true", help="compute and draw nothing, write")
    given = parser.parse_args()
    parts = given.only or list(PARTS)
    if not given.write and not given.page:
        compute(parts)
    for name in parts if not given.page else ():
        draw(name, kept(name)["found"], PICTURES, FULL)
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

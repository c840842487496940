"""docs/papers.md: the papers' hand computations, formulas and experiments, written from chainrule.

.venv/bin/python benchmarks/papers_page.py    computes all experiments: `make papers`
… --only investigation                        those of one paper; may be given several times
… --page                                      computes nothing: writes the page and its pictures
                                              from the records in benchmarks/results/papers
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainrule.documents import Block, Document, Table, render
from chainrule.figures import save_figure
from chainrule.papers import (
    ExperimentRun,
    HandComputationReport,
    check_formulas,
    list_papers,
    paper,
)

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "papers.md"
PICTURES = ROOT / "docs" / "pictures" / "papers"
RECORDS = ROOT / "benchmarks" / "results" / "papers"
PAPERS = tuple(one.id for one in list_papers())


def fill_page(page: str, folder: Path = RECORDS) -> str:
    """Returns a page with its three parts replaced.

    Args:
        page: has the marks of each part.
        folder: with the records of the experiments.
    """
    parts = {
        "hand computations": _markdown(
            HandComputationReport(
                tuple(one.check() for p in list_papers() for one in p.hand_computations())
            ).blocks()
        ),
        "printed formulas": _markdown(check_formulas().document().blocks),
        "experiments": _experiments(folder),
    }
    for name, text in parts.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
    return page


def _markdown(blocks: Sequence[Block]) -> str:
    """Blocks in Markdown, headings one level down, below those of the page."""
    text = render(Document("", tuple(blocks)), "markdown").partition("\n")[2]
    return re.sub(r"^##", "###", text, flags=re.MULTILINE)


def _experiments(folder: Path) -> str:
    lines = []
    runs = [recorded_run(name, folder) for name in PAPERS]
    for run in runs:
        lines.append(f"### {run.paper}")
        for section in run.sections():
            lines.append(f"#### {section.title}")
            lines.append(_markdown(section.blocks(run.measured)).strip())
            if section.figure is not None:
                figure = section.figure
                lines.append(f"![{figure.caption}](pictures/papers/{figure.name}.png)")
    seconds = sum(run.seconds for run in runs)
    lines.append(
        f"Computed by `make papers` in {seconds / 60:.0f} minutes, and recorded in "
        "[benchmarks/results/papers](../benchmarks/results/papers):"
    )
    lines.append(_markdown([_origins(runs)]).strip())
    return "\n\n".join(lines)


def _origins(runs: Sequence[ExperimentRun]) -> Table:
    """When and on what each paper's experiments were computed."""
    header = ("paper", *runs[0].versions, "seconds")
    rows = [(run.paper, *run.versions.values(), f"{run.seconds:.0f}") for run in runs]
    return Table("", header, tuple(rows))


def record(run: ExperimentRun, folder: Path = RECORDS) -> None:
    """Writes a run as JSON, a line for each measurement."""
    values = run.to_dict()
    found = [f"{json.dumps(name)}: {_text(value)}" for name, value in values.pop("found").items()]
    lines = [f"{json.dumps(name)}: {_text(value)}" for name, value in values.items()]
    lines.append('"found": {\n  ' + ",\n  ".join(found) + "\n }")
    folder.mkdir(parents=True, exist_ok=True)
    text = "{\n " + ",\n ".join(lines) + "\n}\n"
    (folder / f"{run.paper}.json").write_text(text, encoding="utf-8")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def recorded_run(name: str, folder: Path = RECORDS) -> ExperimentRun:
    """Returns the recorded run of a paper's experiments."""
    values = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return paper(name).recorded_run(values)


def draw(run: ExperimentRun, folder: Path = PICTURES) -> list[Path]:
    """Draws the figures of a run into a folder and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {folder / f"{name}.png": figure for name, figure in run.figures().items()}
    for path, figure in figures.items():
        save_figure(figure, path)
        _make_small(path)
    return list(figures)


def _make_small(path: Path) -> None:
    """Writes a picture again with 256 colours, which is all that it has but for its soft edges."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256)
    few.save(path, optimize=True)


def main() -> int:
    """Computes, draws and writes what is asked for, and returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--only", action="append", choices=PAPERS, help="this paper; may be given several times"
    )
    parser.add_argument("--page", action="store_true", help="compute nothing, write the page")
    given = parser.parse_args()
    for name in given.only or PAPERS:
        if not given.page:
            record(paper(name).run(progress=_show))
            print(file=sys.stderr)
        draw(recorded_run(name))
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _show(text: str) -> None:
    print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

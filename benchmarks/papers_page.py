"""docs/papers.md: the papers' hand computations, formulas and experiments, written from chainrule.

.venv/bin/python benchmarks/papers_page.py    computes all experiments: `make papers`
… --only investigation                        those of one paper; may be given several times
… --page                                      computes nothing: writes the page and its pictures
                                              from the records in benchmarks/results/papers
… --figures                                   trains four runs and draws ours of the papers' figures
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainrule.bundled import bundled_files
from chainrule.documents import Block, Document, Table, render
from chainrule.figures import save_figure
from chainrule.papers import (
    ExperimentRun,
    HandComputationReport,
    OutlookRow,
    Paper,
    PrintedFigure,
    check_formulas,
    figure_command,
    list_papers,
    paper,
)

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "papers.md"
PICTURES = ROOT / "docs" / "pictures" / "papers"
RECORDS = ROOT / "benchmarks" / "results" / "papers"
FIGURES = ROOT / "docs" / "pictures" / "paper-figures"
SOURCE = "../src/chainrule/papers"
PAPERS = tuple(one.id for one in list_papers())
RUNS = {
    "runs/paper": "--preset investigation --learning-rate 0.9 --batch-size 20 --epochs 10",
    "runs/approximator": "--preset approximator",
    "runs/matrix-based": "--preset matrix-based",
    "runs/saturated": "--layers 784,64,10 --activation sigmoid --initialiser normal "
    "--bias-initialiser normal --cost half_squared_error --optimiser sgd --learning-rate 1 "
    "--batch-size 32 --epochs 5",
}
"""The runs of which figures are drawn, with the flags of `chainrule train mnist`."""


def fill_page(page: str, folder: Path = RECORDS) -> str:
    """Returns a page with its three parts replaced.

    Args:
        page: has the marks of each part.
        folder: with the records of the experiments.
    """
    parts = {
        "contents": "\n\n".join(map(contents_text, list_papers())),
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


def contents_text(one: Paper) -> str:
    """Returns the five tables of a paper, each row with a link to what answers it."""
    contents, index = one.contents, _derivations()
    run = f"chainrule papers run {one.id}"
    equations = [
        (e.place, e.what, ", ".join(f"[{i}]({index[i]})" for i in e.ids))
        for e in contents.equations
    ]
    figures = [
        (f.place, f.what, f"[picture]({picture_of(f)}): `{figure_command(one, f)}`")
        for f in contents.figures
    ]
    worked = [
        (c.title, f"[{c.name}]({SOURCE}/worked/{c.name}.toml): `chainrule check {c.name}`")
        for c in contents.computations
    ]
    worked += [
        ("a function", f"[{name}]({SOURCE}/functions/{name}.toml): `chainrule descend {name}`")
        for name in one.functions
    ]
    experiments = [
        (
            e.what,
            f"[{e.section}](#{slug(e.section)}): `{run} {e.experiment}`",
            f"[{e.study}]({SOURCE}/studies/{e.study}.toml)" if e.study else "a loop of its own",
        )
        for e in contents.experiments
    ]
    outlook = [(o.remark, o.outcome, _answer_link(o, index)) for o in contents.outlook]
    parts = [f"### {one.id}, what it prints"]
    for title, header, rows in (
        ("equations", ("in the paper", "what", "derived as"), equations),
        ("figures", ("in the paper", "what", "ours"), figures),
        ("hand computations", ("in the paper", "ours"), worked),
        ("experiments", ("in the paper", "ours", "study"), experiments),
        ("remarks on the future", ("in the paper", "what came of it", "ours"), outlook),
    ):
        if rows:
            parts.append(f"**{title.capitalize()}**")
            parts.append(_rows(header, rows))
    return "\n\n".join(parts)


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, whose cells may hold links."""
    lines = [header, ["---"] * len(header), *rows]
    cells = (
        [cell.replace("|", "\\|").replace("[0, ", "\\[0, ") for cell in line] for line in lines
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _answer_link(row: OutlookRow, index: Mapping[str, str]) -> str:
    if row.section:
        return f"[{row.section}](#{slug(row.section)})"
    if row.answer in index:
        return f"[{row.answer}]({index[row.answer]})"
    path = bundled_files("worked")[row.answer].relative_to(ROOT)
    return f"[{row.answer}](../{path}): `chainrule explain {row.answer}`"


def picture_of(figure: PrintedFigure) -> str:
    """Returns the path of the picture that our figure is, beside the page."""
    folder = "papers" if figure.drawn else "paper-figures"
    return f"pictures/{folder}/{figure.name}.png"


def slug(heading: str) -> str:
    """Returns the anchor of a heading, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def _derivations() -> dict[str, str]:
    """The place of each equation's derivation, by its id."""
    text = (ROOT / "docs" / "derivation" / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| \[(\w+)\]\(([^)]+)\)", text, re.MULTILINE)
    return {name: f"derivation/{target}" for name, target in found}


def draw_figures(folder: Path = FIGURES) -> list[Path]:
    """Trains the runs, and draws ours of the papers' figures by their commands."""
    from chainrule.cli import main as chainrule

    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f.name: f for one in list_papers() for f in one.contents.figures if not f.drawn}
    with tempfile.TemporaryDirectory() as work, contextlib.chdir(work):
        for run, settings in RUNS.items():
            chainrule(["train", "mnist", *settings.split(), "--seed", "0", "--run", run])
        for name, figure in wanted.items():
            path = folder / f"{name}.png"
            chainrule(["figure", *figure.arguments, "--save", str(path)])
            _make_small(path)
    return [folder / f"{name}.png" for name in wanted]


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
        "The measurements are recorded in "
        "[benchmarks/results/papers](../benchmarks/results/papers). "
        f"`make papers` computes them anew, in about {seconds / 60:.0f} minutes on such a machine:"
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
    text = "train four runs, and draw ours of the papers' figures"
    parser.add_argument("--figures", action="store_true", help=text)
    given = parser.parse_args()
    if given.figures:
        draw_figures()
    for name in given.only or PAPERS:
        if not given.page and not given.figures:
            record(paper(name).run(progress=_show))
            print(file=sys.stderr)
        draw(recorded_run(name))
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _show(text: str) -> None:
    print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Overviews: the list of the papers, and the tables of what each prints."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from chainrule.bundled import bundled_files
from chainrule.documents import Block, Code, Content, Document, Heading, Paragraph, Table
from chainrule.papers.paper_contents import OutlookRow, PrintedFigure
from chainrule.papers.paper_table import Paper

__all__ = ["figure_command", "paper_list", "paper_overview", "papers_overview"]


def paper_list(papers: Sequence[Paper]) -> Document:
    """Returns the papers with the numbers of their hand computations, formulas and experiments."""
    header = ("paper", "year", "network", "computations", "formulas", "experiments")
    rows = tuple((one.id, str(one.year), one.network, *map(str, _counts(one))) for one in papers)
    summaries = tuple(Paragraph(f"{one.id}: {one.title}. It {one.about}.") for one in papers)
    return Document(
        "The five papers",
        (Table("", header, rows), *summaries),
        values=lambda: [_values(one) for one in papers],
    )


def _counts(paper: Paper) -> tuple[int, int, int]:
    return len(paper.hand_computations()), len(paper.formulas()), len(paper.experiments())


def _values(paper: Paper) -> dict[str, Any]:
    computations, formulas, experiments = _counts(paper)
    return {
        "id": paper.id,
        "title": paper.title,
        "year": paper.year,
        "about": paper.about,
        "network": paper.network,
        "hand_computations": computations,
        "formulas": formulas,
        "experiments": experiments,
    }


def papers_overview(papers: Sequence[Paper]) -> Document:
    """Returns the list of the papers, and the tables of each, one after the other."""
    blocks: list[Block] = [*paper_list(papers).blocks]
    for one in papers:
        blocks += [Heading(f"{one.title} ({one.year})"), *_tables(one, level=3)]
    title = "What five papers print, and what answers it"
    return Document(title, tuple(blocks), values=lambda: [_overview_values(one) for one in papers])


def paper_overview(paper: Paper) -> Document:
    """Returns the tables of a paper: what it prints, and what of chainrule answers each row.

    They hold its equations with the ids under which docs/derivation derives them, its figures with
    the commands that draw ours, its hand computations with their worked files, its experiments with
    their studies, and its remarks on the future with what came of them.
    """
    title = f"{paper.title} ({paper.year})"
    return Document(title, tuple(_tables(paper)), values=lambda: _overview_values(paper))


def _tables(paper: Paper, level: int = 2) -> list[Block]:
    run = f"chainrule papers run {paper.id}"
    contents = paper.contents
    equations = tuple((one.place, one.what, ", ".join(one.ids)) for one in contents.equations)
    figures = tuple(
        (one.place, one.what, Code(figure_command(paper, one))) for one in contents.figures
    )
    experiments = tuple(
        (one.what, Code(f"{run} {one.experiment}"), one.study) for one in contents.experiments
    )
    outlook = tuple(
        (one.remark, one.outcome, Code(_answer_command(paper, one))) for one in contents.outlook
    )
    return [
        Paragraph(f"The paper {paper.about}. Its network is {paper.network}."),
        Heading("Equations", level),
        Table("", ("in the paper", "what", "here"), equations, leftward=("what", "here")),
        Paragraph(
            (
                f"{len(paper.formulas())} printed formulas are tried by ",
                Code(f"chainrule papers prove {paper.id}"),
                ".",
            )
        ),
        Heading("Figures", level),
        Table("", ("in the paper", "what", "ours"), figures, leftward=("what", "ours")),
        Paragraph("A figure is saved by --save FILE, those of experiments by --figures FOLDER."),
        *_computation_blocks(paper, level),
        Heading("Experiments", level),
        Table("", ("in the paper", "ours", "study"), experiments, leftward=("ours", "study")),
        Heading("Remarks on the future", level),
        Table("", ("in the paper", "what came of it", "ours"), outlook, leftward=_LEFT),
    ]


_LEFT = ("in the paper", "what came of it", "ours")


def figure_command(paper: Paper, figure: PrintedFigure) -> str:
    """Returns the command that draws our figure, without the file to save it in."""
    if figure.drawn:
        return f"chainrule papers run {paper.id} --figures FOLDER"
    return shlex.join(["chainrule", "figure", *figure.arguments])


def _answer_command(paper: Paper, row: OutlookRow) -> str:
    """What answers a remark: an experiment, a worked file, or an equation."""
    if row.section:
        return f"chainrule papers run {paper.id} {row.answer}"
    is_file = row.answer in bundled_files("worked")
    return f"chainrule explain {row.answer}" if is_file else row.answer


def _computation_blocks(paper: Paper, level: int) -> list[Block]:
    """What the paper works out by hand, and its functions, with the commands that take them."""
    rows: list[tuple[Content, ...]] = [
        (one.title, one.name, Code(f"chainrule check {one.name}"))
        for one in paper.hand_computations()
    ]
    rows += [
        ("a function, by gradient descent", name, Code(f"chainrule descend {name}"))
        for name in paper.functions
    ]
    header = ("in the paper", "file", "command")
    table = Table("", header, tuple(rows), leftward=("file", "command"))
    return [Heading("Hand computations", level), table] if rows else []


def _overview_values(paper: Paper) -> dict[str, Any]:
    contents = paper.contents
    return {
        **_values(paper),
        "equations": [one._asdict() for one in contents.equations],
        "printed_figures": [
            {"place": one.place, "what": one.what, "command": figure_command(paper, one)}
            for one in contents.figures
        ],
        "hand_computations": [one.name for one in paper.hand_computations()],
        "functions": list(paper.functions),
        "printed_experiments": [one._asdict() for one in contents.experiments],
        "outlook": [one._asdict() for one in contents.outlook],
        "experiments": {one.name: one.title for one in paper.experiments()},
        "figures": {one.name: one.caption for one in paper.figures()},
    }

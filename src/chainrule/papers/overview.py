"""Overviews: the list of the papers, and the contents of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.documents import Block, Code, Content, Document, Heading, Paragraph, Table
from chainrule.papers.paper_table import Paper

__all__ = ["paper_list", "paper_overview"]


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


def paper_overview(paper: Paper) -> Document:
    """Returns the equations of a paper with their ids, its computations and its experiments."""
    equations = tuple((one.place, one.what, ", ".join(one.ids)) for one in paper.equations)
    experiments = tuple((Code(one.name), one.title) for one in paper.experiments())
    figures = tuple((Code(f"{one.name}.png"), one.caption) for one in paper.figures())
    blocks: list[Block] = [
        Paragraph(f"The paper {paper.about}. Its network is {paper.network}."),
        Heading("Equations"),
        Table("", ("in the paper", "what", "here"), equations, leftward=("what", "here")),
        Paragraph(
            (
                f"{len(paper.formulas())} printed formulas are tried by ",
                Code(f"chainrule papers prove {paper.id}"),
                ".",
            )
        ),
        *_computation_blocks(paper),
        Heading("Experiments"),
        Table("", ("name", "what"), experiments, leftward=("what",)),
        Paragraph(("They are run by ", Code(f"chainrule papers run {paper.id} NAME"), ".")),
        Heading("Figures"),
        Table("", ("file", "what"), figures, leftward=("what",)),
        Paragraph(
            (
                "They are saved by ",
                Code(f"chainrule papers run {paper.id} --figures FOLDER"),
                ", and stand in the page that --format html writes.",
            )
        ),
    ]
    title = f"{paper.title} ({paper.year})"
    return Document(title, tuple(blocks), values=lambda: _overview_values(paper))


def _computation_blocks(paper: Paper) -> list[Block]:
    """What the paper works out by hand, and its functions, with the commands that take them."""
    rows: list[tuple[Content, ...]] = [
        (Code(one.name), one.title, Code(f"chainrule check {one.name}"))
        for one in paper.hand_computations()
    ]
    rows += [
        (Code(name), "a function, by gradient descent", Code(f"chainrule descend {name}"))
        for name in paper.functions
    ]
    header = ("name", "what", "command")
    table = Table("", header, tuple(rows), leftward=("what", "command"))
    return [Heading("Hand computations"), table] if rows else []


def _overview_values(paper: Paper) -> dict[str, Any]:
    return {
        **_values(paper),
        "equations": [one._asdict() for one in paper.equations],
        "hand_computations": [one.name for one in paper.hand_computations()],
        "functions": list(paper.functions),
        "experiments": {one.name: one.title for one in paper.experiments()},
        "figures": {one.name: one.caption for one in paper.figures()},
    }

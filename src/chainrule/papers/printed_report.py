"""What holds of the papers' printed formulas: as lines, as a page's section, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.papers.printed import Outcome

__all__ = ["printed_lines", "printed_markdown", "printed_summary"]


def printed_summary(outcomes: Sequence[Outcome]) -> str:
    """How many hold, in a sentence."""
    wrong = sum(not one.holds for one in outcomes)
    return (
        f"{len(outcomes)} printed formulas tried: {len(outcomes) - wrong} hold, {wrong} are wrong"
    )


def printed_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Each formula with what came of it, the wrong ones first."""
    yield "Wrong as printed"
    for one in outcomes:
        if not one.holds:
            p = one.printed
            yield f"  {p.paper}, {p.place}; on {p.network}, {p.cost}"
            yield f"    {p.text}"
            yield f"    {one.verdict}"
            yield f"    right is: {p.remedy}"
    yield ""
    yield "Right as printed"
    for one in outcomes:
        if one.holds:
            p = one.printed
            yield f"  {p.paper}, {p.place}; on {p.network}, {p.cost}"
            yield f"    {p.text}"


def printed_markdown(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The same as a section of a page, in Markdown, without a heading."""
    yield f"{printed_summary(outcomes)}."
    yield "Each was computed as it stands, on a small network of sigmoids, and held against"
    yield "differences of the cost, into which no formula for a gradient enters."
    yield from _table(
        ("paper", "place", "as printed", "tried on", "what comes of it", "right is"),
        [
            (
                one.printed.paper,
                one.printed.place,
                f"`{one.printed.text}`",
                one.printed.network,
                one.verdict,
                one.printed.remedy,
            )
            for one in outcomes
            if not one.holds
        ],
    )
    yield ""
    yield "These hold:"
    yield from _table(
        ("paper", "place", "as printed", "tried on"),
        [
            (p.paper, p.place, f"`{p.text}`", p.network)
            for p in (one.printed for one in outcomes if one.holds)
        ],
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield ""
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(row)} |"

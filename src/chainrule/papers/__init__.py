"""What only the five papers need: their printed formulas, each tried against the true gradient."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.papers.printed import tried as tried
    from chainrule.papers.printed_report import printed_lines as printed_lines
    from chainrule.papers.printed_report import printed_markdown as printed_markdown
    from chainrule.papers.printed_report import printed_summary as printed_summary

__all__ = ["printed_lines", "printed_markdown", "printed_summary", "tried"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "printed": ["tried"],
        "printed_report": ["printed_lines", "printed_markdown", "printed_summary"],
    },
)

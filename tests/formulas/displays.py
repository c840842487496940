"""All displayed formulas of the project: those of docs/derivation/, of docstrings and of tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.initialisers import INITIALISERS
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from formula_parser import parse_latex, parse_text
from formula_tree import Node

__all__ = [
    "ROOT",
    "UNCHECKED",
    "Display",
    "all_displays",
    "docs_displays",
    "docstring_displays",
    "formula_field_displays",
]

ROOT = Path(__file__).resolve().parents[2]
ID = r"[A-Z]+[0-9]*[a-z]?"
BETWEEN = "    "
"""Between two formulas of one docstring."""
WITHOUT_ID = {
    "equations.activations.Activation": "F2",
    "equations.normalisation": "N1",
    "equations.normalisation.NormalisedBatch": "N1",
}
"""Docstrings of modules and records that state formulas of these equations."""
_HEADINGS = ("Args:", "Example:", "Source:")
_CUTS = re.compile(
    r"""
    ;\s | \.\s | :\s                      # the end of a clause or sentence
    | ,\s+(?:since|with|where|computed\sas)\s   # what goes on with another formula
    | ,\s+(?!else\b)(?=[^\W\d]+(?:_\w)?\s[a-z]{2,})   # words
    | ,\s+(?=one\b|the\b|\((?:batch|width|n),) | \s->\s | ,\s{2,} | ,\s(?=[^\W\d]\w*\s=\s)
""",
    re.VERBOSE,
)
_RELATION = re.compile(r"[=←~](?![a-zA-Z]+[\"'])")


UNCHECKED = {
    r"\frac{\partial C_t}{\partial a_k^{L-j}} =": "a misprint of a paper, quoted",
}
"""How the displays begin that are not computed, with the reason."""


@dataclass(frozen=True)
class Display:
    """A formula as a reader sees it.

    Args:
        place: the file and the function or the number of the display in its section.
        equation: the id of the equation that it belongs to, or the chapter before the first one.
        source: the formula.
        is_latex: whether the source is LaTeX, not plain text.
    """

    place: str
    equation: str
    source: str
    is_latex: bool

    @property
    def is_checked(self) -> bool:
        """Whether the display is computed."""
        return not self.source.startswith(tuple(UNCHECKED))

    def statements(self) -> list[Node]:
        """The formula as trees."""
        return parse_latex(self.source) if self.is_latex else parse_text(self.source)

    def __str__(self) -> str:
        return f"{self.place} [{self.equation}]: {' '.join(self.source.split())}"


def docs_displays() -> Iterator[Display]:
    """Every formula between lines of $$ in the chapters of docs/derivation/."""
    for page in sorted((ROOT / "docs" / "derivation").glob("[0-9]*.md")):
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for part in re.split(r"^(?=##)", text, flags=re.M):
            heading = re.match(rf"### \[({ID})\]", part)
            equation = heading[1] if heading else f"chapter {page.name[:2]}"
            found = re.finditer(r"^\$\$\n(.*?)\n\$\$$", part, re.M | re.S)
            for count, formula in enumerate(found, 1):
                yield Display(f"{page.name} {equation} {count}", equation, formula[1], True)


def docstring_displays() -> Iterator[Display]:
    """Every formula in the docstring of what bears the id of an equation, or is named above."""
    for path in sorted((ROOT / "src" / "chainrule").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT / "src" / "chainrule").with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                continue
            text = (ast.get_docstring(node, clean=False) or "").rstrip()
            indent = 0 if isinstance(node, ast.Module) else node.col_offset + 4
            text = re.sub(rf"^ {{{indent}}}", "", text, flags=re.M)
            place = f"{module}.{node.name}" if not isinstance(node, ast.Module) else module
            heading = re.match(rf"\[({ID})\]\s*", text)
            equation = heading[1] if heading else WITHOUT_ID.get(place)
            if equation is None:
                continue
            headings = _HEADINGS if heading else ()
            formulas = list(_formulas(text[heading.end() if heading else 0 :], headings))
            if formulas:
                yield Display(place, equation, BETWEEN.join(formulas), False)


def _formulas(text: str, left_out: tuple[str, ...]) -> Iterator[str]:
    """The pieces of a docstring that state a relation, without sections that begin so."""
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.startswith(left_out or "\0"):
            continue
        lines = paragraph.splitlines()
        if all(line.startswith("    ") for line in lines):
            apart = [piece for line in lines for piece in re.split(r"\s{2,}", line.strip())]
            pieces = [piece for one in apart for piece in _CUTS.split(one + " ")]
        else:
            pieces = _CUTS.split(" ".join(line.strip() for line in lines) + " ")
        for piece in pieces:
            if _RELATION.search(piece) and "`" not in piece.split("=")[0]:
                yield piece.strip().rstrip(".,")


def formula_field_displays() -> Iterator[Display]:
    """The formulas in the tables of activations, costs, updates, schedules and initialisers."""
    tables = (
        ("activations", "a = ", ACTIVATIONS.values()),
        ("costs", "c = ", COSTS.values()),
        ("updates", "θ ← ", UPDATES.values()),
        ("schedules", "η = ", SCHEDULES.values()),
        ("initialisers", "W ~ ", INITIALISERS.values()),
    )
    for module, left, rows in tables:
        for row in rows:
            start = "a_i = " if row.formula.startswith("exp(z_i)") else left
            start = "W = " if row.formula == "0" else start
            equation = row.equation + " in the table" * (module == "updates")
            formula = start + BETWEEN.join(_CUTS.split(row.formula))
            yield Display(f"equations.{module}: {row.name}", equation, formula, False)


def all_displays() -> list[Display]:
    """Every display, computed or not."""
    return [*docs_displays(), *docstring_displays(), *formula_field_displays()]

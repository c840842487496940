"""Sets of worksheets, from a seed or a worked example, written to a folder."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.ledger import Ledger
from chainrule.ledger.files import read_worked
from chainrule.ledger.steps import Conventions, describe_quantity
from chainrule.limits import Limit
from chainrule.worksheets.blanks import parse_patterns
from chainrule.worksheets.browser import find_browser, print_pdf
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.sheet import SheetOptions, Worksheet, make_worksheet
from chainrule.worksheets.sheet_folder import write_sheets
from chainrule.worksheets.sheet_rendering import render_answers, render_sheets

__all__ = ["WORKSHEET_LIMITS", "WorksheetSet", "make_worksheets"]

_WHERE = "worksheet"
_SEEDS = 1_000_000
"""A seed that is drawn is short enough to type again."""
_TITLE = 200
WORKSHEET_LIMITS = {
    "seed": Limit(int, "seed of all numbers", 0, 2**63 - 1, group="exercise"),
    "copies": Limit(int, "number of sheets, each with different numbers", 1, 500, group="exercise"),
}


@dataclass(frozen=True, eq=False)
class WorksheetSet:
    """Worksheets with what their numbers were drawn from.

    Args:
        sheets: at least one.
        name: the seed, or the name of the worked example; folders are named by it.
        seed: None for a worked example.
        seed_drawn: whether the seed was drawn rather than set.
    """

    sheets: tuple[Worksheet, ...]
    name: str
    seed: int | None = None
    seed_drawn: bool = False

    def write(
        self,
        folder: str | Path | None = None,
        *,
        format_name: str = "html",
        pdf: str | Path | None = None,
    ) -> dict[str, Any]:
        """Write sheets, answers and claims files.

        Args:
            folder: where to; "worksheet-" and the name where None. It is made if it is not there.
            format_name: of the sheets and answers: "html" or "latex".
            pdf: also print the sheets to this file by an installed Chromium, and the answers to
                one beside it.

        Returns: plain values: what `chainrule worksheet --json` prints.
        Raises: UnknownNameError, FileError, and InputError if a PDF cannot be made.
        """
        if pdf is not None:
            _require_pdf(pdf)
        paths = write_sheets(self.sheets, folder or f"worksheet-{self.name}", format_name)
        if pdf is not None:
            paths |= self._print(Path(pdf))
        rows = zip(self.sheets, paths["claims"], strict=True)
        return {
            "seed": self.seed,
            "seed_drawn": self.seed_drawn,
            "digits": self.sheets[0].options.digits,
            "files": paths,
            "sheets": [
                {
                    "label": sheet.label,
                    "title": sheet.title,
                    "claims": path,
                    "blanks": _blank_rows(sheet),
                }
                for sheet, path in rows
            ],
        }

    def _print(self, path: Path) -> dict[str, Any]:
        answers = path.with_name(f"{path.stem}-answers.pdf")
        print_pdf(render_sheets(self.sheets, "html"), path, _WHERE)
        print_pdf(render_answers(self.sheets, "html"), answers, _WHERE)
        return {"pdf": str(path), "pdf_answers": str(answers)}


def _blank_rows(sheet: Worksheet) -> list[dict[str, Any]]:
    return [
        {
            "quantity": sheet.ledger.address_text(blank),
            "name": describe_quantity(sheet.ledger.example, blank),
            "answer": sheet.answer(blank),
            "value": float(sheet.ledger.value(blank)),
        }
        for blank in sheet.blanks
    ]


def _require_pdf(path: str | Path) -> None:
    """Refuse what cannot come to a PDF before anything is written."""
    if Path(path).suffix.lower() != ".pdf":
        raise InputError(
            _WHERE,
            expected="--pdf with a name that ends with .pdf",
            got=repr(str(path)),
            argument="pdf",
            value=path,
        )
    find_browser(_WHERE)


def make_worksheets(
    source: str | Path | None = None,
    *,
    seed: int | None = None,
    copies: int = 1,
    plan: ExercisePlan | None = None,
    blanks: Sequence[str] = (),
    title: str = "",
    options: SheetOptions | None = None,
    indices: int | None = None,
) -> WorksheetSet:
    """Make worksheets with random numbers, or one of a worked example.

    Args:
        source: a worked file, or the name of a bundled one; None draws numbers.
        seed: seed of the numbers; None draws one.
        copies: number of sheets, each with different numbers.
        plan: network and training of the exercise.
        blanks: addresses, or their beginnings, of the numbers to leave blank; empty for all.
        title: the heading of the sheets.
        options: layout of the sheets.
        indices: what the indices of addresses count from, 0 or 1; None for what the worked file
            says, else 0.

    Raises: InputError, UnknownNameError, and what reading the worked file raises.

    Example:
        >>> made = make_worksheets(seed=42, blanks=["delta"])
        >>> made.name, len(made.sheets)
        ('42', 1)
    """
    heading, layout = _check_title(title), options or SheetOptions()
    if source is not None:
        if seed is not None or copies != 1 or plan is not None:
            raise InputError(
                _WHERE,
                expected="a worked example, or numbers that are drawn",
                got="both",
                why="A worked example has its own network and numbers",
                argument="source",
            )
        example = read_worked(source).counted_from(indices)
        ledger = Ledger(replace(example, title=heading or example.title))
        patterns = parse_patterns(list(blanks), example.conventions.indices)
        return WorksheetSet((make_worksheet(ledger, patterns, layout),), Path(source).stem)
    first = Conventions(indices=indices or 0).indices
    patterns = parse_patterns(list(blanks), first)
    WORKSHEET_LIMITS["copies"].check(_WHERE, "copies", copies)
    chosen = secrets.randbelow(_SEEDS) if seed is None else seed
    WORKSHEET_LIMITS["seed"].check(_WHERE, "seed", chosen)
    exercise = plan or ExercisePlan()
    sheets = (
        make_worksheet(
            Ledger(generate_exercise(exercise, chosen, at, heading).counted_from(first)),
            patterns,
            layout,
            label,
        )
        for at, label in enumerate(_labels(chosen, copies))
    )
    return WorksheetSet(tuple(sheets), str(chosen), chosen, seed is None)


def _labels(seed: int, copies: int) -> list[str]:
    """Return the labels of the sheets: the seed, and a number if there are several."""
    if copies == 1:
        return [str(seed)]
    width = max(2, len(str(copies)))
    return [f"{seed}-{at:0{width}d}" for at in range(1, copies + 1)]


def _check_title(title: str) -> str:
    if title and (not title.strip() or not title.isprintable() or len(title) > _TITLE):
        raise InputError(
            _WHERE,
            expected=f"title to be a line of text, at most {_TITLE} characters",
            got=repr(title[:_TITLE]),
            argument="title",
            value=title,
        )
    return title

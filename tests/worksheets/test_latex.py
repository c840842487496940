from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter

import pytest

from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.blanks import parse_patterns
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.sheet import SheetOptions, Worksheet, make_worksheet
from chainrule.worksheets.sheet_rendering import render_answers, render_sheets

ARGUMENTS = {"block": 2, "fact": 2, "blank": 4, "filled": 2, "entry": 4}
PLANS = (
    ExercisePlan(),
    ExercisePlan(layers=(2, 3, 2), activation="relu", examples=2, steps=2, optimiser="adamw"),
    ExercisePlan(layers=(2, 3), activation="selu", cost="categorical_cross_entropy"),
)


def made(plan: ExercisePlan, *blanks: str, seed: int = 0, **manner) -> Worksheet:
    title = r"50% of $x_1 & #2 {~^\}"
    ledger = Ledger(generate_exercise(plan, seed, title=title))
    return make_worksheet(ledger, parse_patterns(blanks), SheetOptions(**manner), "1_2")


def sheets_latex(sheets: list[Worksheet]) -> str:
    return render_sheets(sheets, "latex")


def answers_latex(sheets: list[Worksheet]) -> str:
    return render_answers(sheets, "latex")


def strict(text: str) -> str:
    """Refuse what a LaTeX would stumble over; gives the document's body."""
    assert text.isascii()
    body = text.partition(r"\begin{document}")[2].partition(r"\end{document}")[0]
    body = re.sub(r"(?<!\\)%.*\n", "", body)
    depth, is_math = 0, False
    for token in re.findall(r"\\[a-zA-Z]+|\\.|[{}$&^_#]", body, re.DOTALL):
        is_math ^= token == "$"
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
        assert token != "#"
    assert (depth, is_math) == (0, False)
    for name, count in ARGUMENTS.items():
        for at in re.finditer(rf"\\{name}(?![a-zA-Z])", body):
            assert arguments(body[at.end() :]) == count
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", text))
    return body


def arguments(text: str) -> int:
    """How many groups stand at the beginning."""
    count = depth = 0
    for token in re.findall(r"\\.|[{}]|[^\\{}]+", text, re.DOTALL):
        if depth == 0 and token != "{":
            break
        depth += {"{": 1, "}": -1}.get(token, 0)
        count += depth == 0
    return count


def decimals(text: str) -> Counter[str]:
    text = re.sub(r"\\(blank|filled)\{0\.[0-9]+\}|[0-9.]+em", "", text)
    return Counter(re.findall(r"[0-9]+\.[0-9]+", text))


@pytest.mark.parametrize("notation", ["row", "column", "papers"])
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.cost)
def test_documents_hold_together(plan, notation) -> None:
    sheet = made(plan, notation=notation, hints=True)
    body = strict(sheets_latex([sheet]))
    assert body.count(r"\blank{") == len(sheet.blanks)
    assert r"50\% of \$x\_1 \& \#2 \{\textasciitilde{}\textasciicircum{}\textbackslash{}\}" in body
    assert strict(answers_latex([sheet])).count(r"\entry{") == len(sheet.blanks)


@pytest.mark.parametrize("seed", range(3))
def test_no_answer_stands_on_a_sheet(seed) -> None:
    sheet = made(ExercisePlan(), seed=seed, hints=True)
    step = sheet.ledger.step(1)
    numbers = [*step.trace.x.flat, *step.trace.y.flat, *step.theta, 0.5]
    body = strict(sheets_latex([sheet]))
    assert decimals(body) == Counter(f"{abs(one):.12g}" for one in numbers)


def test_numbers_between_blanks() -> None:
    body = strict(sheets_latex([made(ExercisePlan(), "a[2]", "delta")]))
    assert body.count(r"\blank{") == 4
    assert r"\filled{0.475}" in body
    assert r"\mbox{$" in body
    assert "dW" not in body


def test_the_answers_are_the_ledger_s() -> None:
    sheet = made(ExercisePlan(), seed=4)
    body = strict(answers_latex([sheet]))
    found = re.findall(
        r"\\entry\{\S+?\}\{.*?\}\{(\S+?)\}.*?= ([^$=]*)\$\\newline\n  with more", body, re.DOTALL
    )
    answers = {address.replace(r"\_", "_"): text.replace("- ", "-") for address, text in found}
    assert answers == sheet.answers()


def test_copies_begin_on_new_pages() -> None:
    text = sheets_latex([made(ExercisePlan()), made(ExercisePlan(), seed=1)])
    assert text.count("\\newpage\n\\setcounter{page}{1}\n") == 1


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("render", [sheets_latex, answers_latex])
def test_pdflatex_sets_them(render, tmp_path) -> None:
    sheets = [made(plan, hints=True) for plan in PLANS]
    (tmp_path / "sheets.tex").write_text(render(sheets))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheets.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout

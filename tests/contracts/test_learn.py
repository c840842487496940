"""The chapters of docs/learn: what they print, draw, compute and ask is so."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chainrule.cli import main
from chainrule.ledger import Ledger, parse_worked, read_worked

LEARN = Path(__file__).resolve().parents[2] / "docs" / "learn"
DERIVATIONS = sorted((LEARN.parent / "derivation").glob("[0-9]*.md"))
CHAPTERS = sorted(LEARN.glob("[0-9]*.md"))
EXERCISES = sorted((LEARN / "exercises").glob("*.toml"))
NUMBER = r"-?\d+(?:\.\d+)?"
ADDRESS = r"(?:step\[\d+\]\.)?(?:cost|[A-Za-z_]+\[\d+\](?:\[[\d,]+\])?)"
STEPS = {"edge-detector": (1, 2, 10), "edge-detector-batch": (1, 501)}
LARGEST_SIGMOID_SLOPE = 0.25


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """A page without its code, formulas, links and commands."""
    for pattern in (r"^```.*?^```", r"\$\$.*?\$\$", r"^    .*?$", r"`[^`]*`", r"\]\([^)]*\)"):
        text = re.sub(pattern, " ", text, flags=re.MULTILINE | re.DOTALL)
    return text


def ledger_of(chapter: Path) -> Ledger:
    """The worked example that a chapter is about."""
    name = "edge-detector-batch" if chapter.name.startswith("12") else "edge-detector"
    return Ledger(read_worked(name))


def is_rounded(printed: str, value: float) -> bool:
    """Whether a text is a number rounded to the digits that the text has."""
    digits = len(printed.partition(".")[2])
    return abs(float(printed) - value) <= 0.5000001 * 10.0**-digits


def compute(expression: str) -> float:
    """The value of an expression in the notation of the pages."""
    code = expression.replace("·", "*").replace("^", "**").replace("e**", "exp")
    assert re.fullmatch(r"[\d\s.()+*/-]*", code.replace("exp", "")), expression
    found = eval(code.replace("exp", "2.718281828459045**"))
    return float(found)


def test_there_are_twelve_with_a_picture_a_formula_and_an_exercise_each() -> None:
    assert [path.name[:2] for path in CHAPTERS] == [f"{n:02}" for n in range(1, 13)]
    for chapter in CHAPTERS:
        text = chapter.read_text("utf-8")
        picture, number, formula = (text.find(mark) for mark in ("![", "```text", "$$"))
        # A picture comes first, then what is computed, then the formula.
        assert 0 < picture < number < formula, chapter.name
        assert f"exercises/{chapter.stem}.toml" in text
        assert "../derivation/" in text
    assert [path.stem for path in EXERCISES] == [path.stem for path in CHAPTERS]


@pytest.mark.parametrize("page", [LEARN / "README.md", *CHAPTERS], ids=lambda page: page.stem)
def test_commands_print_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    shutil.copytree(LEARN / "exercises", tmp_path / "exercises")
    monkeypatch.chdir(tmp_path)
    for block in fences(page.read_text("utf-8"), "console"):
        command, *due = block.splitlines()
        assert command.startswith("$ chainrule ")
        assert main(shlex.split(command)[2:]) == 0
        printed = capsys.readouterr().out.rstrip("\n").splitlines()
        pattern = "".join(
            r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r" *\n"
            for line in due
        )
        assert not due or re.fullmatch(pattern, "\n".join(printed) + "\n"), command


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_sums_are_right(chapter: Path) -> None:
    ledger, text = ledger_of(chapter), chapter.read_text("utf-8")
    for line in "".join(fences(text, "text")).splitlines():
        first, *others = line.split(" = ")
        result = others[-1]
        if re.fullmatch(ADDRESS, first):
            assert is_rounded(result, float(ledger.value(ledger.locate(first)))), line
        else:
            others.insert(0, first)
        # What is computed from rounded numbers is off by a unit of the last digit at most.
        unit = 10.0 ** -len(result.partition(".")[2])
        for expression in others[:-1]:
            assert abs(compute(expression) - float(result)) <= 1.0001 * unit, line
    for address, printed in re.findall(rf"`({ADDRESS})` = ({NUMBER})", text):
        assert is_rounded(printed, float(ledger.value(ledger.locate(address)))), address


def known_values(ledger: Ledger, steps: tuple[int, ...]) -> Iterator[float]:
    """All numbers of some steps, and what the example sets."""
    for number in steps:
        step = ledger.step(number)
        yield from (step.trace.cost, LARGEST_SIGMOID_SLOPE)
        arrays = [step.x, step.trace.y, *step.trace.z, *step.trace.a, *step.trace.delta]
        for number_of_layer, layer in enumerate(step.layers, 1):
            arrays += [layer.W, layer.b]
            for kind in ("dW", "db"):
                address = f"step[{number}].{kind}[{number_of_layer}]"
                arrays.append(ledger.value(ledger.locate(address)))
        for array in arrays:
            yield from np.ravel(array).tolist()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_numbers_in_sentences_are_those_of_the_network(chapter: Path) -> None:
    text, ledger = chapter.read_text("utf-8"), ledger_of(chapter)
    sums = "".join(fences(text, "text") + fences(text, "console"))
    shown = {abs(float(one)) for one in re.findall(NUMBER, sums)}
    commands = " ".join(re.findall(r"^    chainrule .*$", text, re.MULTILINE))
    shown |= {abs(float(one)) for one in re.findall(NUMBER, commands)}
    name = ledger.example.where
    values = [abs(value) for value in known_values(ledger, STEPS[name])]
    for printed in re.findall(r"\d+\.\d+", prose(text)):
        is_known = any(is_rounded(printed, value) for value in values)
        assert is_known or float(printed) in shown, printed


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)
def test_formulas_are_those_of_the_derivations(chapter: Path) -> None:
    """There each is computed against the function that bears its id."""
    derived = "".join(p.read_text("utf-8") for p in (LEARN.parent / "derivation").glob("*.md"))
    formulas = re.findall(r"\$\$\n.*?\n\$\$", chapter.read_text("utf-8"), re.DOTALL)
    assert formulas
    for formula in formulas:
        assert formula in derived


ILLUSTRATED = [page for page in (*CHAPTERS, *DERIVATIONS) if "![" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", ILLUSTRATED, ids=lambda page: page.stem)
def test_pictures_are_what_their_commands_draw(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text("utf-8")
    pictures = re.findall(r"^!\[.*\]\((.*)\)$", text, re.MULTILINE)
    commands = re.findall(r"^    chainrule (figure .*)$", text, re.MULTILINE)
    assert len(pictures) == len(commands) == 1
    kept, drawn = (LEARN / pictures[0]).resolve(), shlex.split(commands[0])
    assert drawn[-2:] == ["--save", kept.name]
    assert main(drawn) == 0
    with Image.open(kept) as due, Image.open(kept.name) as found:
        assert due.size == found.size
        apart = np.abs(np.asarray(due, np.float64) - np.asarray(found, np.float64))
    assert apart.mean() < 2  # another release of Matplotlib may smooth otherwise


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_an_exercise_takes_the_right_numbers_and_no_others(
    path: Path, tmp_path: Path, capsys: Any
) -> None:
    text = path.read_text("utf-8")
    ledger = Ledger(parse_worked(text, str(path)))
    assert main(["check", str(path)]) == 0
    assert "No number has an answer yet." in capsys.readouterr().out
    for factor, code in ((1.0, 0), (1.3, 1)):
        filled = text
        for address in re.findall(r'quantity = "(.*)"', text):
            value = np.asarray(ledger.value(ledger.locate(address))) * factor
            numbers = ", ".join(f"{x:.4f}" for x in np.ravel(value))
            filled = filled.replace('printed = ""', f'printed = "{numbers}"', 1)
        (tmp_path / "filled.toml").write_text(filled, "utf-8")
        assert main(["check", str(tmp_path / "filled.toml")]) == code
        marks = re.search(r"^(\d+) of (\d+) marks$", capsys.readouterr().out, re.MULTILINE)
        assert marks is not None
        assert (marks[1] == marks[2]) is (code == 0)

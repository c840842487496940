"""The examples of help texts: each parses, names only what exists, and the quick ones are run."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chainrule.bundled import bundled_files
from chainrule.cli import app
from chainrule.data import dataset_names
from chainrule.figures import FIGURES
from chainrule.papers import list_papers
from chainrule.presets import preset_names

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("runs", "moved", "figures", "exam")
"""Folders that a user has or gets; files are in the current folder."""
COMES_WITH = {
    *(name for kind in ("worked", "function", "study") for name in bundled_files(kind)),
    *(*dataset_names(), *FIGURES, *preset_names(), *(paper.id for paper in list_papers())),
}


def _of(name: str, command: Any) -> Iterator[str]:
    yield from " ".join(command.examples).replace("\\ ", "").split(" chainrule ")
    for part in getattr(command, "commands", {}).values():
        yield from _of(name, part)


def examples() -> list[str]:
    """Every example of every help text, without the program's name."""
    found = [*" ".join(app._EXAMPLES).split(" chainrule ")]
    for name in app.COMMANDS:
        found += _of(name, importlib.import_module(f"chainrule.cli.{name}").command)
    return sorted({line.removeprefix("chainrule ") for line in found})


def words_of(line: str) -> list[str]:
    """The words of a command, without a redirection to a file."""
    return shlex.split(line.partition(" > ")[0])


EXAMPLES = examples()
QUICK = [
    line
    for line in EXAMPLES
    if line.split()[0] in ("explain", "prove", "descend", "worksheet", "completion", "data")
    and not re.search(r"runs/|network\.safetensors|flowers|fashion|verify|--papers|--pdf", line)
]


def test_the_examples_are_found() -> None:
    assert len(EXAMPLES) > 80
    assert len(QUICK) > 15


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_parses(line: str) -> None:
    name, *words = words_of(line)
    command = importlib.import_module(f"chainrule.cli.{name}").command
    with command.make_context(name, list(words)) as context:
        rest = [*context._protected_args, *context.args]
        if rest:
            part, *more = rest
            with command.commands[part].make_context(part, more, parent=context):
                pass


def strange_paths(words: list[str], folders: tuple[str, ...]) -> list[str]:
    """Paths in other folders, such as `worked/two-layers.toml`; `rates/3` is a trial of a study."""
    paths = (word for word in words if re.match(r"[a-z]+/\D", word))
    return [path for path in paths if path.partition("/")[0] not in folders]


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_names_no_path_that_a_user_does_not_have(line: str) -> None:
    assert strange_paths(words_of(line), FOLDERS) == []


@pytest.mark.parametrize(
    ("command", "place"),
    [("explain", 0), ("descend", 0), ("figure", 0), ("papers", 1), ("study", 1), ("train", 0)],
)
def test_names_come_with_the_package(command: str, place: int) -> None:
    own = re.compile(r"runs/.*|.*\.\w+|.*[(^*].*|--.*|\w+/\d+|widths")
    for line in EXAMPLES:
        name, *words = words_of(line)
        if name == command and len(words) > place and not own.fullmatch(words[place]):
            assert words[place] in COMES_WITH, line


@pytest.mark.parametrize("line", QUICK)
def test_an_example_runs_in_an_empty_folder(
    own_folder: None, chainrule: Callable[..., Any], line: str
) -> None:
    done = chainrule(*words_of(line))
    assert (done.code, done.err) == (0, "")


def commands_of(page: Path) -> Iterator[str]:
    """Command lines of chainrule on a page: indented or between back-ticks."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    yield from re.findall(r"^ {4,}(?:\$ )?chainrule (.+)$", text, re.MULTILINE)
    yield from re.findall(r"`chainrule ([^`…]+)`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_no_path_that_a_user_does_not_have(page: Path) -> None:
    for line in commands_of(page):
        # Pictures of the documentation are written into the checkout.
        assert strange_paths(line.partition("#")[0].split(), (*FOLDERS, "run", "docs")) == []

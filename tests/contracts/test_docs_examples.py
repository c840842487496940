"""The documentation's examples print what they say they print."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_NUMBERS = [
    ROOT / "docs" / "notation.md",
    *sorted((ROOT / "docs" / "derivation").glob("[0-9]*.md")),
]


class Markdown(doctest.DocTestParser):
    """A fence ends what a command prints, as a blank line does."""

    def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
        return super().parse(re.sub(r"^ *```.*$", "", string, flags=re.MULTILINE), name)


def run(page: Path) -> doctest.TestResults:
    """All examples of a page, in their order, with the names of the ones before."""
    return doctest.testfile(
        str(page), module_relative=False, parser=Markdown(), encoding="utf-8", verbose=False
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_hold(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(page).failed == 0


@pytest.mark.parametrize("page", WITH_NUMBERS, ids=lambda page: page.stem)
def test_pages_with_numbers_have_examples(page: Path) -> None:
    assert ">>> " in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("printed", "failed"), [("2", 0), ("3", 1), ("2\n\n2", 0), ("", 1)])
def test_a_wrong_number_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], printed: str, failed: int
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```python\n>>> 1 + 1\n{printed}\n```\nText.\n", encoding="utf-8")
    assert run(page) == (failed, 1)
    assert ("Failed example" in capsys.readouterr().out) == bool(failed)

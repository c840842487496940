"""docs/papers.md tells of the papers' formulas what `chainrule prove --papers` finds."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "papers_proof.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that writes the tables."""
    spec = importlib.util.spec_from_file_location("papers_proof", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_the_tables_of_today(script) -> None:
    page = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
    assert script.part() in page
    assert script.written(page) == page
    assert page.count(script.BEGIN) == page.count(script.END) == 1


def test_an_older_part_is_replaced_and_nothing_else(script) -> None:
    page = f"before\n{script.BEGIN}\nold\n{script.END}\nafter\n"
    assert script.written(page) == f"before\n{script.part()}after\n"


def test_the_part_is_what_the_command_prints(script) -> None:
    command = [sys.executable, "-m", "chainrule", "prove", "--papers", "--markdown"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    lines = [line.rstrip() for line in run.stdout.splitlines()]
    assert lines == script.part().splitlines()[2:-2]

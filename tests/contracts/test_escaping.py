"""Text is escaped for HTML and SVG in one place: the markup of documents."""

from __future__ import annotations

import ast
from pathlib import Path

import chainrule

SOURCES = Path(chainrule.__file__).parent


def escapes(source: str) -> bool:
    """Whether a module imports the function that escapes, in either way."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "html":
            return True
        if isinstance(node, ast.Import) and any(one.name == "html" for one in node.names):
            return True
    return False


def test_one_module_escapes() -> None:
    found = [
        path.relative_to(SOURCES).as_posix()
        for path in sorted(SOURCES.rglob("*.py"))
        if escapes(path.read_text(encoding="utf-8"))
    ]
    assert found == ["documents/markup.py"]


def test_both_ways_to_import_are_seen() -> None:
    assert escapes("from html import escape")
    assert escapes("import html")
    assert not escapes("from html.parser import HTMLParser\nimport json")

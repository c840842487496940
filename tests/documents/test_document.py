from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from chainrule.documents.document import FORMATS, Document, render, render_all, write_document
from chainrule.documents.nodes import Gallery, Heading, Paragraph, Picture, Table
from chainrule.documents.terminal_writer import terminal_text
from chainrule.errors import InputError, UnknownNameError


def test_unknown_formats_are_refused() -> None:
    assert set(FORMATS) == {"text", "json", "markdown", "latex", "html"}
    with pytest.raises(UnknownNameError, match="Did you mean 'json'"):
        render(Document("Title"), "jsn")


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("page.html", "<!DOCTYPE html>"),
        ("page.md", "# Title"),
        ("page.tex", "\\documentclass"),
        ("page.txt", "Title\n"),
        ("page.json", "{\n"),
    ],
)
def test_a_file_has_the_format_of_its_suffix(tmp_path: Path, name: str, begin: str) -> None:
    write_document(Document("Title", (Paragraph("Words."),)), tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_document(Document("Title"), tmp_path / "page.pdf")
    assert str(caught.value).startswith(
        f"{tmp_path / 'page.pdf'}: expected a file name that ends in"
    )
    assert not (tmp_path / "page.pdf").exists()


def test_json_is_the_values_or_the_tree() -> None:
    document = Document("Title", (Heading("Part"),), values=lambda: {"found": [1.5, None]})
    assert json.loads(render(document, "json")) == {"found": [1.5, None]}
    tree = json.loads(render(Document("Title", (Gallery((Picture("eye", np.eye(2)),)),)), "json"))
    assert tree["type"] == "Document"
    assert tree["blocks"][0]["pictures"][0]["image"] == [[1, 0], [0, 1]]


def test_a_document_with_every_node_is_json(everything) -> None:
    tree = json.loads(render(everything, "json"))
    assert {block["type"] for block in tree["blocks"]} >= {"Calculation", "Panel", "Gallery"}


def test_a_notebook_shows_a_document(everything) -> None:
    fragment = everything._repr_html_()
    assert fragment.startswith('<div class="chainrule-document"><style>')
    assert " id=" not in fragment  # two documents of a notebook may have the same anchors
    assert "data-to" not in fragment
    assert everything._repr_markdown_() == render(everything, "markdown")


def test_several_documents_in_one_text(everything) -> None:
    second = Document("Second", (Paragraph("Words."),))
    assert render_all([everything, second], "text").endswith("\fSecond\n\nWords.\n")
    assert render_all([everything, second], "markdown").endswith("\n---\n\n# Second\n\nWords.\n")
    latex = render_all([everything, second], "latex")
    assert latex.count("\\newpage\n\\setcounter{page}{1}\n{\\LARGE Second\\par}") == 1
    assert latex.count("\\documentclass") == 1
    with pytest.raises(UnknownNameError):
        render_all([second], "json")


def test_a_terminal_shows_headings_bold() -> None:
    blocks = (Heading("Part"), Table("", ("n",), (("1",),), "one"), Paragraph("Best.", "lead"))
    text = terminal_text(Document("Title", blocks), styled=True)
    assert text == (
        "\x1b[1mTitle\x1b[0m\n\n\x1b[1mPart\x1b[0m\n  \x1b[4mn\x1b[0m\n  1\n"
        "  \x1b[2mone\x1b[0m\n\n\x1b[1mBest.\x1b[0m\n"
    )


def test_tables_know_their_columns() -> None:
    assert Table("", (), (("a", "b"),)).to_the_right == (False, False)
    assert Table("", ("a", "b", "c"), (), leftward=("c",)).to_the_right == (False, True, False)

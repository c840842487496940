from __future__ import annotations

import numpy as np

from chainrule.documents.document import Document
from chainrule.documents.nodes import Gallery, Heading, Paragraph, Picture, Table
from chainrule.documents.terminal_writer import terminal_text, wrap


def test_every_node(everything) -> None:
    text = terminal_text(everything)
    assert text.startswith(
        "<b>&\"'</b> | *x_1* $5 `c` \\input{x} #1 % (Sheet 1)\nAll nodes.\n\nGiven (2 marks)\n\n"
    )
    assert "       [0.25 0.5]\n\nForward\n\nF1     z\n\n" in text
    assert (
        "F1     z[1][0] = W[1][0,1]·a[0][1] - b[1][0], as z ≥ 0\n"
        "               = 0.5·(-2) - 1e-07\n"
        "               = -1\n"
        "                 by BP1 another number\n"
        "       … 3 more\n\n"
        "F2     a\n\n"
        "Claims\n  quantity  printed  verdict\n  z[1]          0.5  wrong\n"
    ) in text
    assert "A strong word, --full and δ.\n\nSee the page.\n\n- one\n- <b>" in text
    assert "\n1. first\n\nwrong    not right\n\n  a  b\n  ```\n  <c>\n\n" in text
    assert "  eye             parts, above 0  parts, below 0\n" in text
    assert text.endswith(
        "  drawing\n\n"
        "Name _________________________  Marks __________ of 3\n\n"
        "         φ: φ\n\n"
        "       z = ____________  weighted sum\n       a\n\n"
        "       b\n       c\n\n"
        "inside\n"
    )


def test_a_title_and_blocks_below_their_headings() -> None:
    blocks = (
        Paragraph("One sentence."),
        Table("Numbers", ("n",), (("1",),)),
        Heading("Pictures"),
        Gallery((Picture("x", np.eye(4)),)),
    )
    assert terminal_text(Document("A title", blocks)) == (
        "A title\n\nOne sentence.\n\nNumbers\n  n\n  1\n\nPictures\n  x\n  ⠑⢄\n"
    )


def test_lines_are_broken_between_words() -> None:
    assert wrap("aa bb cc", 6, "- ", "  ") == ["- aa", "  bb", "  cc"]
    assert wrap("aa\N{NO-BREAK SPACE}bb cc", 4) == ["aa bb", "cc"]
    assert (
        max(map(len, terminal_text(Document("t", (Paragraph("word " * 99),))).splitlines())) <= 80
    )

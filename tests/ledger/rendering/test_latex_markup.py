from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.ledger.rendering.latex_markup import Latex, escaped


@pytest.mark.parametrize(
    ("words", "latex"),
    [
        ("a_b & c", r"a\_b \& c"),
        ("{%$#}", r"\{\%\$\#\}"),
        (r"\end{document}", r"\textbackslash{}end\{document\}"),
        ("São ça Øst", r"S\~{a}o \c{c}a \O{}st"),
        ("η → ∞", r"$\eta$ [U+2192] $\infty$"),
        ("line\nline\x00", "line line[U+0000]"),
        ("“x” – ‘y’", "``x'' -- `y'"),
        ("<1 | 2>", r"\textless{}1 \textbar{} 2\textgreater{}"),
    ],
)
def test_words(words, latex) -> None:
    assert escaped(words) == latex


@given(st.text())
def test_any_words_are_harmless(words) -> None:
    text = escaped(words)
    assert text.isascii()
    assert text.isprintable()
    bare = text.replace("\\{", "").replace("\\}", "")
    assert bare.count("{") == bare.count("}")
    assert text.replace("\\$", "").count("$") % 2 == 0
    assert "\\end" not in text
    assert "\\input" not in text


def test_matrices() -> None:
    rows = [["1", "2"], ["3", "4"]]
    matrix = Latex().matrix
    assert matrix(rows, (False, False)) == r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"
    assert matrix(rows, (True, True)) == (
        r"\begin{pmatrix} 1 & 2 & \cdots \\ 3 & 4 & \cdots \\ \vdots & \vdots & \ddots "
        r"\end{pmatrix}"
    )
    assert matrix(rows, (True, False)).count(r"\vdots") == 2

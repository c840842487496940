from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.documents.mathematics.formula_nodes import Matrix, Numeral
from chainrule.documents.mathematics.latex_math import MathLatex, escape_latex


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
    assert escape_latex(words) == latex


@given(st.text())
def test_any_words_are_harmless(words) -> None:
    text = escape_latex(words)
    assert text.isascii()
    assert text.isprintable()
    bare = text.replace("\\{", "").replace("\\}", "")
    assert bare.count("{") == bare.count("}")
    assert text.replace("\\$", "").count("$") % 2 == 0
    assert "\\end" not in text
    assert "\\input" not in text


def test_matrices() -> None:
    rows = tuple(tuple(map(Numeral, row)) for row in ("12", "34"))
    write = MathLatex().write
    assert write(Matrix(rows)) == r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"
    assert write(Matrix(rows, cut_below=True, cut_right=True)) == (
        r"\begin{pmatrix} 1 & 2 & \cdots \\ 3 & 4 & \cdots \\ \vdots & \vdots & \ddots "
        r"\end{pmatrix}"
    )
    assert write(Matrix(rows, cut_below=True)).count(r"\vdots") == 2

from __future__ import annotations

import re

from chainrule.documents.document import Document
from chainrule.documents.latex_writer import latex
from chainrule.documents.mathematics.formula_nodes import Matrix, Numeral
from chainrule.documents.mathematics.latex_math import escape_latex
from chainrule.documents.nodes import Formula, Panel, Table


def test_every_node(everything) -> None:
    text = latex(everything)
    assert text.isascii()
    body = re.sub(r"(?<!\\)%.*", "", text.partition(r"\begin{document}")[2]).replace(r"\{", "")
    assert body.count("{") == body.replace(r"\}", "").count("}")
    assert len(re.findall(r"(?<!\\)\$", body)) % 2 == 0
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", text))
    assert r"\textbackslash{}input\{x\} \#1 \%\hfill\normalsize Sheet 1\par}" in text
    assert "\\block{Given}{2 marks}\n\n$\\displaystyle \\begin{pmatrix}" in text
    assert (
        "\\entry{F1}{weighted sum}{z[1][0]}"
        "{$\\displaystyle z_{0}^{[1]} = w_{0,1}^{[1]} \\cdot a_{1}^{[0]} - b$, as $z \\geq 0$"
        "\\newline\n  $\\displaystyle = 0.5 \\cdot (- 2) - 1 \\cdot 10^{- 7}$\\newline\n"
        "  $\\displaystyle = - 1$\\newline\n  by BP1 another number}\n"
    ) in text
    assert "\\begin{tabular}{lrp{14em}}\nquantity & printed & verdict \\\\ \\hline\n" in text
    assert "\\texttt{z[1]} & 0.5 & wrong \\\\\n" in text
    assert r"\textbf{A \textbf{strong} word, \texttt{-{}-full} and $\delta$.}" in text
    assert "the page (\\texttt{https://example.org/?a=1\\&b})" in text
    assert "\\texttt{a~~b}\\par" in text
    assert r"Name \makebox[15em]{\hrulefill}\quad Marks \makebox[6em]{\hrulefill} of 3\par" in text
    assert "\\fact{}{$\\varphi$: $\\varphi$}" in text
    assert "\\blank{0.475}{z}{weighted sum}{z[1][0]}%\n\\filled{0.475}{a}%\n\\par\n" in text
    assert r"\mbox{$b$}\quad \mbox{$c$}" in text
    assert r"\newcommand{\entry}" in text
    assert text.endswith("inside\n\n\\end{document}\n")


def test_wide_matrices() -> None:
    wide = Matrix((tuple(Numeral(str(at)) for at in range(20)),), cut_right=True)
    assert r"\setcounter{MaxMatrixCols}{21}" in latex(Document("t", (Panel((Formula(wide),)),)))
    assert r"\setcounter{MaxMatrixCols}{10}" in latex(Document("t"))


def test_words_may_hold_the_signs_of_formulas() -> None:
    assert escape_latex("½ Σ x² - 2x₀") == r"$\frac{1}{2}$ $\sum$ x$^{2}$ - 2x$_{0}$"
    assert escape_latex("f′ · δ ≤ √2") == r"f$'$ $\cdot$ $\delta$ $\leq$ $\surd$2"


def test_short_words_need_no_column_of_their_own_width() -> None:
    rows = (("a", "short", "long " * 9), ("b", "too", "long " * 9))
    text = latex(Document("t", (Table("", ("x", "y", "z"), rows, leftward=("y", "z")),)))
    assert r"\begin{tabular}{llp{14em}}" in text

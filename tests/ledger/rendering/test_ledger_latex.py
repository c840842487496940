from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.formulas.text_formula import number_text
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.quantity_text import NOTATIONS

PAIRS = list(itertools.product(ACTIVATIONS, COSTS))
COMMANDS = """
    alpha beta gamma delta Delta varepsilon eta theta lambda mu pi rho sigma varphi Phi ell partial
    nabla cdot geq leq odot leftarrow sum lvert rvert lVert rVert frac sqrt left right text hat dots
    cdots vdots ddots infty ln tanh cos max min exp operatorname biggl biggr begin end displaystyle
    par medskip
    bigskip LARGE small textit textbf texttt section subsection newline makebox entry documentclass
    usepackage setcounter addtolength setlength textwidth textheight oddsidemargin topmargin
    parindent raggedright lineskiplimit lineskip newcommand hangindent hangafter interlinepenalty
    quad textbackslash textasciitilde textasciicircum textless textgreater textbar
    """


def strict(text: str) -> None:
    """Refuse what a LaTeX would stumble over."""
    assert text.isascii()
    body = re.sub(r"(?<!\\)%.*", "", text.partition(r"\begin{document}")[2])
    assert set(re.findall(r"\\([a-zA-Z]+)", text)) <= set(COMMANDS.split())
    depth, is_math, groups = 0, False, []
    for token in re.findall(r"\\[a-zA-Z]+\*?|\\.|[{}$&^_#]", body, re.DOTALL):
        if token == "$":
            is_math = not is_math
            assert depth == 0 or is_math or groups.pop() == depth
            groups += [depth] if is_math and depth else []
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
        assert is_math or token not in ("^", "_", "&")
        assert token != "#"
        assert not is_math or token not in (r"\newline", r"\par", r"\textbf")
    assert depth == 0
    assert not is_math
    for formula in re.findall(r"(?<!\\)\$(.*?)(?<!\\)\$", body, re.DOTALL):
        assert formula.count(r"\left") - formula.count(r"\leftarrow") == formula.count(r"\right")
        assert formula.count("{") == formula.count("}")
        assert not re.search(r"\}\^\{[^{}]*\}\^|\^\{[^{}]*\}\^", formula), formula
        assert "&" not in re.sub(r"\\begin\{pmatrix\}.*?\\end\{pmatrix\}", "", formula)
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", text))


def number(latex: str) -> str:
    latex = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2", latex.replace("- ", "-"))
    return re.sub(r" \\cdot 10\^\{(.*?)\}", r"e\1", latex)


def results(text: str) -> dict[str, str]:
    """The last number of every entry by the address that it bears."""
    found = {}
    for address, body in re.findall(
        r"\\entry\{\S+?\}\{.*?\}\{(\S+?)\}\{(.*?\$)\}\n", text, re.DOTALL
    ):
        found[address.replace(r"\_", "_")] = number(body.rpartition("= ")[2].rstrip("$"))
    return found


def latex_of(ledger: Ledger, *addresses: str, **options) -> str:
    chosen = tuple(map(ledger.locate, addresses))
    return ledger.render("latex", DisplayOptions(quantities=chosen, **options))


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_every_number_of_every_pair(make, activation, cost) -> None:
    at = PAIRS.index((activation, cost))
    optimiser = ("sgd", "nesterov", "rmsprop", "adamw")[at % 4]
    example = make(activation, cost=cost, seed=at, l1=0.01, optimiser=optimiser, weighted=True)
    ledger = Ledger(example)
    text = latex_of(ledger, digits=5, notation=NOTATIONS[at % 3])
    strict(text)
    shown = results(text)
    for entry in ledger.entries():
        assert float(shown[str(entry.quantity)]) == float(number_text(entry.value, 5))
    assert len(shown) == len(list(ledger.entries()))


def test_entries(chain) -> None:
    text = latex_of(Ledger(parse_worked(chain)), "a[1][0]", "slope[1][0]", notation="papers")
    assert text.partition("\\subsection*{Forward}\n\n")[2] == (
        "\\makebox[3.6em][l]{\\textbf{F1}}$\\displaystyle z^{l} = w^{l} a^{l-1} + b^{l}$\\par\n"
        "\\makebox[3.6em][l]{\\textbf{F2}}$\\displaystyle a^{l} = \\sigma ( z^{l} )$\\par\n"
        "\\entry{A3}{activation of neuron 0 in layer 1}{a[1][0]}"
        "{$\\displaystyle a_{0}^{1} = \\frac{1}{1 + e^{- z_{0}^{1}}}$\\newline\n"
        "  $\\displaystyle = \\frac{1}{1 + e^{- 1.5}}$\\newline\n"
        "  $\\displaystyle = 0.817574$}\n\n"
        "\\subsection*{Errors}\n\n"
        "\\makebox[3.6em][l]{\\textbf{BP1}}$\\displaystyle \\delta^{L} = \\nabla_{a} C \\odot "
        "\\sigma' ( z^{L} )$\\par\n"
        "\\makebox[3.6em][l]{\\textbf{BP2}}$\\displaystyle \\delta^{l} = ( ( w^{l+1} )^{T} "
        "\\delta^{l+1} ) \\odot \\sigma' ( z^{l} )$\\par\n"
        "\\entry{A3}{slope of the activation function of neuron 0 in layer 1}{slope[1][0]}"
        "{$\\displaystyle \\sigma'(z_{0}^{1}) = a_{0}^{1} \\cdot (1 - a_{0}^{1})$\\newline\n"
        "  $\\displaystyle = 0.817574 \\cdot (1 - 0.817574)$\\newline\n"
        "  $\\displaystyle = 0.149146$}\n\n"
        "\\end{document}\n"
    )


def test_titles_are_words(chain) -> None:
    title = r"50% of $x_1 & #2 {~^\} é Ö δ — 数 \input{/etc/passwd}"
    text = Ledger(replace(parse_worked(chain), title=title)).render("latex")
    strict(text)
    assert (
        r"{\LARGE 50\% of \$x\_1 \& \#2 \{\textasciitilde{}\textasciicircum{}\textbackslash{}\} "
        r"\'{e} \"{O} $\delta$ --- [U+6570] \textbackslash{}input\{/etc/passwd\}\par}"
    ) in text


def test_matrices(make) -> None:
    ledger = Ledger(make(layers=(20, 3, 1), cost="squared_error"))
    text = ledger.render("latex")
    strict(text)
    assert r"\setcounter{MaxMatrixCols}{7}" in text
    assert r" & \cdots \end{pmatrix}$" in text
    full = ledger.render("latex", DisplayOptions(full=True, notation="column"))
    strict(full)
    assert r"\setcounter{MaxMatrixCols}{21}" in full
    assert r"\cdots" not in full


def test_many_steps_and_examples(make, chain) -> None:
    text = latex_of(Ledger(make(cost="squared_error", examples=12, steps=1)))
    strict(text)
    assert r"\textit{\dots{} 32 more of other examples: \texttt{-{}-full} shows all}" in text
    many = latex_of(Ledger(parse_worked(chain.replace("steps = 2", "steps = 25"))))
    assert r"\textit{\dots{} 5 more steps: \texttt{-{}-full} shows all}" in many


def test_symbolic(chain) -> None:
    text = latex_of(Ledger(parse_worked(chain)), "db[2]", symbolic=True)
    strict(text)
    assert (
        "\\entry{SymPy}{gradient of the cost by the bias of neuron 0 in layer 2}{db[2][0]}"
        "{$\\displaystyle db_{0}^{[2]} = \\frac{2 \\cdot \\left(\\frac{1}{1 + e^{- z_{0}^{[2]}}} - "
        "y_{0}\\right) \\cdot e^{- z_{0}^{[2]}}}{(1 + e^{- z_{0}^{[2]}})^{2}}$\\newline\n"
    ) in text
    assert "by BP3 the same number, " in text

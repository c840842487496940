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


def number(latex: str) -> str:
    return re.sub(r" \\cdot 10\^\{(.*?)\}", r"e\1", latex.replace("- ", "-"))


def results(text: str) -> dict[str, str]:
    """The last number of every entry by the address that it bears."""
    found = {}
    for entry in text.split("\n- ")[1:]:
        address = re.search(r"`(.*?)`<br>", entry)
        assert address is not None
        (line,) = re.findall(r"= ([^$=]*)\$$", entry.partition("\n\n")[0], re.MULTILINE)
        found[address[1]] = number(line)
    return found


def markdown_of(ledger: Ledger, *addresses: str, **options) -> str:
    chosen = tuple(map(ledger.locate, addresses))
    return ledger.render("markdown", DisplayOptions(quantities=chosen, **options))


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_every_number_of_every_pair(make, activation, cost) -> None:
    at = PAIRS.index((activation, cost))
    ledger = Ledger(make(activation, cost=cost, seed=at, optimiser="adam", clip_norm=0.01))
    text = markdown_of(ledger, digits=4, notation=NOTATIONS[at % 3])
    shown = results(text)
    for entry in ledger.entries():
        assert float(shown[str(entry.quantity)]) == float(number_text(entry.value, 4))
    for formula in re.findall(r"\$(.*?)\$", text):
        assert formula.count("{") == formula.count("}")
        assert formula == formula.strip()
        # Before dollar signs are looked at, Markdown takes away a backslash before punctuation,
        # and makes links of brackets and emphasis of what stands between two bare underscores.
        assert not re.search(r"\\[^a-zA-Z]|\]\(|(?<![a-zA-Z])_|\*", formula), formula


def test_one_entry_in_full(chain) -> None:
    text = markdown_of(Ledger(parse_worked(chain)), "z[1][0]", notation="row", fractions=True)
    assert text == (
        "# One neuron a layer\n\n"
        "1-1-1 network, sigmoid; squared_error; sgd, learning rate 1\n\n"
        "Layers stand above in brackets and count from 1. Indices stand below and count from 0. In "
        "a batch the first index is the example, for a batch is a matrix with an example in each "
        "row. A weight leads to the neuron of its first index from that of its second.\n\n"
        "## Step 1 of 2\n\n"
        "### Forward\n\n"
        "**F1** $z^{[l]} = a^{[l-1]} W^{[l]T} + b^{[l]}$<br>\n"
        "**F2** $a^{[l]} = \\varphi ( z^{[l]} )$\n\n"
        "- **F1** weighted sum of neuron 0 in layer 1 `z[1][0]`<br>\n"
        "  $z_{0}^{[1]} = W_{0,0}^{[1]} \\cdot a_{0}^{[0]} + b_{0}^{[1]}$<br>\n"
        "  $= \\frac{1}{2} \\cdot 1 + 1$<br>\n"
        "  $= \\frac{3}{2}$<br>\n"
        "  $= 1.5$\n"
    )


def test_notations(make) -> None:
    ledger = Ledger(make(cost="squared_error", layers=(3, 2)))
    asked = ("example[1].z[1][0]", "dW[1][0,2]")
    row, column, papers = (
        markdown_of(ledger, *asked, notation=name) for name in ("row", "column", "papers")
    )
    assert "$z_{1,0}^{[1]} = W_{0,0}^{[1]} \\cdot a_{1,0}^{[0]} + " in row
    assert "$dW_{0,2}^{[1]} = \\delta_{0,0}^{[1]} \\cdot a_{0,2}^{[0]} + " in row
    assert "**BP4** $dW^{[l]} = \\delta^{[l]T} a^{[l-1]}$" in row
    assert "$z_{0,1}^{[1]} = W_{0,0}^{[1]} \\cdot a_{0,1}^{[0]} + " in column
    assert "$dW_{0,2}^{[1]} = \\delta_{0,0}^{[1]} \\cdot a_{2,0}^{[0]} + " in column
    assert "**BP4** $dW^{[l]} = \\delta^{[l]} a^{[l-1]T}$" in column
    assert "$z_{0}^{1}(x_{1}) = w_{0,0}^{1} \\cdot a_{0}^{0} + " in papers
    assert (
        "$\\frac{\\partial C}{\\partial w_{0,2}^{1}} = \\delta_{0}^{1}(x_{0}) \\cdot "
        "a_{2}^{0}(x_{0}) + \\delta_{0}^{1}(x_{1}) \\cdot a_{2}^{0}(x_{1})$"
    ) in papers
    assert "**BP4** $\\frac{\\partial C}{\\partial w^{l}} = \\sum \\delta^{l} " in papers


def test_given_matrices_lie_as_the_notation_has_them(make) -> None:
    example = make(cost="squared_error", layers=(3, 2), biases=False)
    example = replace(example, parameters=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    x = example.dataset.inputs
    lying = " \\\\ ".join(" & ".join(f"{v:.3g}" for v in row) for row in x).replace("-", "- ")
    standing = " \\\\ ".join(" & ".join(f"{v:.3g}" for v in row) for row in x.T)
    standing = standing.replace("-", "- ")
    row = markdown_of(Ledger(example), digits=3)
    assert f"```math\na^{{[0]}} = \\begin{{pmatrix}} {lying} \\end{{pmatrix}}\n```\n" in row
    column = markdown_of(Ledger(example), digits=3, notation="column")
    assert f"```math\na^{{[0]}} = \\begin{{pmatrix}} {standing} \\end{{pmatrix}}\n```\n" in column
    for text in (row, column):
        assert "W^{[1]} = \\begin{pmatrix} 1 & 2 & 3 \\\\ 4 & 5 & 6 \\end{pmatrix}" in text


def test_titles_are_words(chain) -> None:
    example = replace(parse_worked(chain), title="<b>*x_1* [a](b) | `c` $5 and $6 #\n# no heading")
    text = Ledger(example).render("markdown")
    assert text.startswith(
        "# \\<b\\>\\*x_1\\* \\[a\\](b) \\| \\`c\\` <span>$</span>5 and <span>$</span>6 \\# \\# "
        "no heading\n\n"
    )


def test_long_ones_are_shortened(make, chain) -> None:
    text = markdown_of(Ledger(make(cost="squared_error", examples=12, steps=1)))
    assert "- … 32 more of other examples: `--full` shows all\n" in text
    many = markdown_of(Ledger(parse_worked(chain.replace("steps = 2", "steps = 25"))))
    assert many.endswith("… 5 more steps: `--full` shows all\n")


def test_conditions_and_symbolic(make) -> None:
    ledger = Ledger(make("relu", cost="huber", huber_threshold=0.01, examples=1, layers=(1, 1)))
    text = markdown_of(ledger, "db[1]", "cost", symbolic=True)
    assert "$, as $\\lvert a_{0}^{[1]} - y_{0}\\rvert > h$<br>\n" in text
    assert (
        "- **SymPy** gradient of the cost by the bias of neuron 0 in layer 1 `db[1][0]`<br>" in text
    )
    assert text.endswith("  by BP3 the same number, 0 apart\n")

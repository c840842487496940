from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import read_worked
from chainrule.ledger.ledger import Ledger

EXAMPLES = bundled_files("worked")
CHAIN = str(EXAMPLES["one-neuron-a-layer"])
TWO = str(EXAMPLES["two-layers"])


def test_the_text_of_the_library(chainrule) -> None:
    outcome = chainrule("explain", CHAIN)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == Ledger(read_worked(CHAIN)).render("text")


def test_only_some_quantities(chainrule) -> None:
    flags = ("--quantity", "a[1][0]", "--quantity", "cost", "--digits", "3")
    outcome = chainrule("explain", CHAIN, *flags)
    assert "               = 0.818\n" in outcome.out
    assert "            = 0.481\n" in outcome.out
    assert "delta" not in outcome.out


@pytest.mark.parametrize("name", ["markdown", "latex", "html"])
def test_other_formats(chainrule, name) -> None:
    outcome = chainrule("explain", TWO, "--format", name, "--notation", "column", "--step", "1")
    assert (outcome.code, outcome.err) == (0, "")
    options = DisplayOptions(notation="column", step=1)
    assert outcome.out == Ledger(read_worked(TWO)).render(name, options)


def test_symbolic(chainrule) -> None:
    outcome = chainrule("explain", CHAIN, "--symbolic", "--quantity", "dW[1]", "--digits", "3")
    assert (outcome.code, outcome.err) == (0, "")
    assert "SymPy  dW[1][0,0] = (2·W[2][0,0]·a[0][0]·(1/(1 + e^(-z[2][0])) -\n" in outcome.out
    assert "                  = 0.044\n                    by BP4 the same number, " in outcome.out
    refused = chainrule("explain", CHAIN, "--symbolic", "--quantity", "cost")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (f"{CHAIN}: expected a gradient to derive: dW, db or g, got 'cost'.\n")


def test_a_title_cannot_break_out(chainrule) -> None:
    text = Path(CHAIN).read_text().replace("One neuron a layer", "<script>1</script> $x_1$ \\\\end")
    Path("odd.toml").write_text(text)
    page = chainrule("explain", "odd.toml", "--format", "html").out
    assert "<h1>&lt;script&gt;1&lt;/script&gt; $x_1$ \\end</h1>" in page
    latex = chainrule("explain", "odd.toml", "--format", "latex").out
    assert (
        "{\\LARGE \\textless{}script\\textgreater{}1\\textless{}/script\\textgreater{} "
        "\\$x\\_1\\$ \\textbackslash{}end\\par}"
    ) in latex


def test_json(chainrule) -> None:
    flags = ("--format", "json", "--step", "2", "--quantity", "cost", "--quantity", "a[2]")
    outcome = chainrule("explain", CHAIN, *flags)
    found = json.loads(outcome.out)
    assert [r["quantity"] for r in found] == ["step[2].cost", "step[2].a[2][0]"]
    assert found[0]["value"] == pytest.approx(0.33435, abs=5e-6)


def test_the_other_flags(chainrule) -> None:
    flags = ("--fractions", "--notation", "papers", "--full", "--step", "1")
    outcome = chainrule("explain", TWO, *flags)
    assert outcome.code == 0
    assert "F1     z¹₁(0) = w¹₁,₀·a⁰₀ + w¹₁,₁·a⁰₁ + b¹₁\n" in outcome.out
    assert "              = 3/4\n              = 0.75\n" in outcome.out


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ("--quantity", "z[1][0]"),
            "--quantity: expected one example, got 'z[1][0]'. Step 1 has examples 0, 1. Write "
            "example[0].z[1][0].",
        ),
        (
            ("--quantity", "z1"),
            "--quantity: expected an address such as z[1][0] or step[2].W_new[1][0,0], got 'z1' "
            "(str).",
        ),
        (
            ("--step", "3"),
            "{0}: expected --step of at most 2, got 3. Set steps in [training] to see more.",
        ),
        (
            ("--format", "htm"),
            "explain: expected a name for --format, got 'htm' (str). Did you mean 'html'? "
            "Valid names: html, json, latex, markdown, text.",
        ),
        (
            ("--notation", "rows"),
            "explain: expected a name for --notation, got 'rows' (str). Did you mean 'row'? "
            "Valid names: column, papers, row.",
        ),
        (
            ("--digits", "18"),
            "explain: expected --digits to be a whole number at least 1 and at most 17, got 18 "
            "(int). --digits: significant digits of numbers.",
        ),
    ],
)
def test_bad_flags(chainrule, flags, told) -> None:
    outcome = chainrule("explain", TWO, *flags)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == told.format(TWO) + "\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'printed = "0.818"',
            "printed = 0.818",
            "bad.toml, line 21: expected printed to be a line of text, at most 2000 characters, "
            'got 0.818 (float). Write printed = "0.818".\n',
        ),
        (
            "layers = [1, 1, 1]",
            f"layers = {[1] * 1_000_000}",
            "bad.toml, line 5: expected layers to be 2 to 101 widths in brackets, the inputs "
            "first, got 1000000 layers.\n",
        ),
        (
            "[training]",
            "[training",
            "bad.toml, line 10: expected TOML, got Expected ']' at the end of a table declaration "
            "at column 10.\n",
        ),
    ],
)
def test_bad_files(chainrule, old, new, told) -> None:
    text = Path(CHAIN).read_text()
    assert old in text
    Path("bad.toml").write_text(text.replace(old, new, 1))
    outcome = chainrule("explain", "bad.toml")
    assert (outcome.code, outcome.out, outcome.err) == (2, "", told)


def test_no_file_and_no_finite_numbers(chainrule) -> None:
    outcome = chainrule("explain", "none.toml")
    assert outcome.code == 2
    assert outcome.err == ("none.toml: expected a readable file, got No such file or directory.\n")
    text = Path(CHAIN).read_text().replace('"sigmoid", "sigmoid"', '"identity", "identity"')
    Path("far.toml").write_text(text.replace("[[0.5]]", "[[1e300]]").replace("[[1.0]]", "[[1e9]]"))
    outcome = chainrule("explain", "far.toml")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "far.toml: expected finite numbers, got inf in z[2] of step 1. The step was not "
        "taken. Use smaller weights, inputs or learning_rate.\n"
    )

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files
from chainrule.worksheets.browser import BROWSERS

EXAMPLES = bundled_files("worked")
TWO_LAYERS = str(EXAMPLES["two-layers"])
INSTALLED = any(map(shutil.which, BROWSERS))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_it_says(chainrule, tmp_path) -> None:
    outcome = chainrule("worksheet", "--seed", "42")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        "seed     42\n"
        "network  2-2-1 network, sigmoid; half_squared_error; sgd, learning rate 0.5\n"
        "blanks   34, to 4 significant digits\n\n"
        "sheets   worksheet-42/sheets.html\n"
        "answers  worksheet-42/answers.html\n"
        "claims   worksheet-42/claims.toml\n"
    )
    assert sorted(files(tmp_path / "worksheet-42")) == [
        "answers.html",
        "claims.toml",
        "sheets.html",
    ]


@pytest.mark.parametrize("format_name", ["html", "latex"])
def test_the_same_seed_gives_the_same_bytes(chainrule, tmp_path, format_name) -> None:
    flags = ("--seed", "7", "--copies", "3", "--layers", "2,3,1", "--format", format_name)
    for out in ("one", "two"):
        assert chainrule("worksheet", *flags, "--out", out).code == 0
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert len(files(tmp_path / "one")) == 5
    claims = [files(tmp_path / "one")[f"claims-0{at}.toml"] for at in (1, 2, 3)]
    assert len(set(claims)) == 3


def test_a_drawn_seed_is_told_and_gives_the_sheet_again(chainrule, tmp_path) -> None:
    record = json.loads(chainrule("worksheet", "--out", "one", "--json").out)
    assert record["seed_drawn"]
    outcome = chainrule("worksheet", "--seed", str(record["seed"]), "--out", "two")
    assert outcome.out.startswith(f"seed     {record['seed']}\n")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_json_and_the_claims_that_check_marks(chainrule, tmp_path) -> None:
    flags = ("--seed", "1", "--layers", "2,2", "--activation", "tanh,", "--json")
    assert chainrule("worksheet", *flags).code == 2
    flags = ("--seed", "1", "--layers", "2,2", "--activation", "tanh", "--digits", "3", "--json")
    record = json.loads(chainrule("worksheet", *flags, "--out", "x").out)
    (sheet,) = record["sheets"]
    assert (record["seed"], record["seed_drawn"], record["digits"]) == (1, False, 3)
    assert (sheet["label"], sheet["claims"]) == ("1", "x/claims.toml")
    assert record["files"]["claims"] == ["x/claims.toml"]
    path = Path(sheet["claims"])
    text = path.read_text()
    for blank in sheet["blanks"]:
        assert float(blank["answer"]) == float(f"{blank['value']:.3g}")
        empty = f'quantity = "{blank["quantity"]}"\nprinted = ""'
        assert empty in text
        text = text.replace(empty, empty.replace('""', f'"{blank["answer"]}"'))
    empty = chainrule("check", str(path))
    assert empty.code == 0
    assert "\n0 of 23 marks" in empty.out
    path.write_text(text)
    full = chainrule("check", str(path))
    assert full.code == 0
    assert "\n23 of 23 marks" in full.out
    again = chainrule("worksheet", *flags, "--out", "x")
    assert (again.code, again.err) == (
        2,
        "x/claims.toml: expected a claims file without answers, or none, got one with answers in "
        "it. The answers would be lost. Choose another folder with --out, or remove the file.\n",
    )


def test_a_worked_example_becomes_a_sheet(chainrule, tmp_path) -> None:
    outcome = chainrule("worksheet", "--from", TWO_LAYERS, "--blank", "step[2].cost", "--hints")
    assert outcome.code == 0
    assert outcome.out == (
        "network  2-2-1 network, sigmoid; half_squared_error; momentum, learning rate 0.5\n"
        "blanks   3, to 4 significant digits\n\n"
        "sheets   worksheet-two-layers/sheets.html\n"
        "answers  worksheet-two-layers/answers.html\n"
        "claims   worksheet-two-layers/claims.toml\n"
    )
    html = (tmp_path / "worksheet-two-layers" / "sheets.html").read_text()
    assert "<h1>Two inputs, two hidden neurons, one output</h1>" in html
    assert html.count('class="space"') == 3


def test_copies_and_titles(chainrule, tmp_path) -> None:
    outcome = chainrule(
        "worksheet", "--seed", "5", "--copies", "2", "--title", "Test", "--out", "x"
    )
    assert "blanks   34, to 4 significant digits, on each of 2 sheets\n" in outcome.out
    assert "claims   x/claims-01.toml … claims-02.toml\n" in outcome.out
    html = (tmp_path / "x" / "sheets.html").read_text()
    assert html.count("<h1>Test</h1>") == 2
    assert "Sheet 5-01" in html
    assert "Sheet 5-02" in html


@pytest.mark.skipif(not INSTALLED, reason="no Chromium, Chrome or Edge on PATH")
def test_pdf(chainrule, tmp_path) -> None:
    outcome = chainrule("worksheet", "--seed", "5", "--layers", "1,1", "--pdf", "exam.pdf")
    assert outcome.code == 0
    assert outcome.out.endswith("PDF      exam.pdf, exam-answers.pdf\n")
    for name in ("exam.pdf", "exam-answers.pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")


def test_no_browser_for_a_pdf(chainrule, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = chainrule("worksheet", "--pdf", "exam.pdf")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "worksheet: expected a browser that prints to PDF: chromium, chromium-browser, "
        "google-chrome, google-chrome-stable, chrome, msedge, microsoft-edge, got none of them on "
        "PATH. Install Chromium, or open the HTML in any browser and print it to a file.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ("--from", TWO_LAYERS, "--layers", "2,2,1"),
            "worksheet: expected --from or --layers, got both. A worked example has its own "
            "network and numbers. Leave one of them out.",
        ),
        (
            ("--from", TWO_LAYERS, "--learning-rate", "0.1"),
            "worksheet: expected --from or --learning-rate, got both. A worked example has its "
            "own network and numbers. Leave one of them out.",
        ),
        (
            ("--from", "missing.toml"),
            "missing.toml: expected a readable file, got No such file or directory.",
        ),
        (
            ("--layers", "2"),
            "worksheet: expected --layers to be at least 2 values, got 2. --layers: neurons of "
            "each layer, the inputs first.",
        ),
        (
            ("--layers", "2,99"),
            "worksheet: expected --layers to be a whole number at least 1 and at most 20, got 99 "
            "(int). --layers: neurons of each layer, the inputs first.",
        ),
        (
            ("--activation", "tanh,relu,tanh"),
            "worksheet: expected 2 activations, one per layer after the inputs, got 3: tanh, relu, "
            "tanh. The layers are 2, 2, 1.",
        ),
        (
            ("--cost", "categorical_cross_entropy"),
            "worksheet: expected at least 2 outputs for softmax, got 1. A softmax of one number "
            "is always 1. Choose wider layers, another activation or another cost.",
        ),
        (
            ("--blank", "velocity"),
            "--blank: expected a quantity that the exercise asks for, got 'velocity'. It asks for "
            "z, a, cost, da, slope, delta, dW, db, W_new, b_new.",
        ),
        (
            ("--digits", "1"),
            "worksheet: expected --digits to be a whole number at least 2 and at most 10, got 1 "
            "(int). --digits: significant digits to round to.",
        ),
        (
            ("--format", "pdf"),
            "worksheet: expected a name for --format, got 'pdf' (str). This name is "
            "unknown. Valid names: html, latex, markdown, text.",
        ),
        (
            ("--optimiser", "lbfgs"),
            "worksheet: expected a name for --optimiser, got 'lbfgs' (str). This name is "
            "unknown. Valid names: adam, adamw, lion, momentum, nesterov, rmsprop, sgd.",
        ),
        (
            ("--pdf", "exam.html"),
            "worksheet: expected --pdf with a name that ends with .pdf, got 'exam.html'.",
        ),
        (
            ("--title", " "),
            "worksheet: expected title to be a line of text, at most 200 characters, got ' '.",
        ),
    ],
)
def test_bad_flags(chainrule, tmp_path, flags, told) -> None:
    outcome = chainrule("worksheet", *flags)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", told + "\n")
    assert list(tmp_path.iterdir()) == []

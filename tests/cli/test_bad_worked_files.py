"""Worked files that do not fit: one line, with the file and its line, and nothing on stdout."""

from __future__ import annotations

from pathlib import Path

import pytest

WHOLE = """title = "Two neurons"
[network]
layers = [2, 2, 1]
activations = "sigmoid"
weights = [
    [[0.5, -0.5], [0.25, 1.0]],
    [[1.0, -1.0]],
]
biases = [[0.0, 0.5], [0.25]]
[training]
cost = "half_squared_error"
learning_rate = 0.5
[[examples]]
inputs = [1.0, 0.0]
targets = [1.0]
[[claims]]
quantity = "z[1][1]"
printed = "0.75"
"""
MILLION = 1_000_000
COMMANDS = ("explain", "check", "prove")
REFUSED = [
    ('"z[1][1]"', '"q[1][1]"', "17: expected a quantity, got 'q' (str)"),
    ('"z[1][1]"', '"z[3][0]"', "17: expected a layer from 1 to 2, got 'z[3][0]'"),
    ('"z[1][1]"', '"z[1][2]"', "17: expected a neuron from 0 to 1, got 'z[1][2]'"),
    ("[[1.0, -1.0]]", "[[1.0]]", "7: expected weights[1][0] to be 2 numbers in brackets, got 1"),
    ("[0.25]]", "[0.25, 1]]", "9: expected biases[1] to be 1 number in brackets, got 2"),
    ("[1.0, 0.0]", "[1.0]", "14: expected inputs to be 2 numbers in brackets, got 1"),
    ("0.25, 1.0", '"0.25", 1.0', "6: expected weights[0][1][0] to be a number, got '0.25' (str)"),
    ("0.25, 1.0", "nan, 1.0", "6: expected weights[0][1][0] to be a number of at most 1e300, got"),
    ("0.25, 1.0", "1e400, 1.0", "6: expected weights[0][1][0] to be a number of at most 1e300,"),
    ("0.25", "9" * 4000, "6: expected weights[0][1][0] to be a number of at most 1e300, got"),
    ("0.25, 1.0", "9" * 5000, "6: expected TOML, got a whole number of more than 4300 digits."),
    ("0.25, 1.0", "[" * 90_000, "6: expected TOML, got brackets that are nested too deeply."),
    ("= 0.5", "= 0.5\nlearning_rate = 1", "13: expected TOML, got Cannot overwrite a value"),
    ('"Two neurons"', '"\\u001b[31m"', "1: expected title to be a line of text, at most 200"),
    ('"0.75"', '"9**9**9**9"', "18: expected a number as it is printed, such as '0.818', '-3/4'"),
    ('"0.75"', '"1/0"', "18: expected a number as it is printed, such as '0.818', '-3/4'"),
    ("2, 2, 1", "2, 1" + ", 1" * MILLION, "3: expected layers to be 2 to 101 widths in brackets"),
    ("title", ".".join(["a"] * 50_000), "1: expected keys of at most 32 names with dots between"),
    ("\n[net", "\n" * MILLION + "[net", "250000: expected a file of at most 250000 commas and"),
]


@pytest.mark.parametrize(("old", "new", "told"), REFUSED, ids=[told[:40] for *_, told in REFUSED])
def test_text_that_does_not_fit(chainrule, old, new, told) -> None:
    assert old in WHOLE
    Path("bad.toml").write_text(WHOLE.replace(old, new, 1))
    for command in COMMANDS:
        outcome = chainrule(command, "bad.toml")
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith(f"bad.toml, line {told}"), command
        assert outcome.err.count("\n") == 1
        assert len(outcome.err) < 500


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", ": expected the key network in the file, got none."),
        (WHOLE.encode("utf-16"), ", line 1: expected text in UTF-8, got the byte 0xff."),
        (bytes(range(256)), ", line 2: expected text in UTF-8, got the byte 0x80."),
        (bytes(1000), ", line 1: expected TOML, got Invalid statement at column 1."),
        (b"#" * 16_000_001, ": expected a file of at most 16 MB, got a larger one."),
    ],
)
def test_bytes_that_are_no_worked_file(chainrule, content, told) -> None:
    Path("bad.toml").write_bytes(content)
    for command in COMMANDS:
        outcome = chainrule(command, "bad.toml")
        assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
        assert outcome.err.startswith(f"bad.toml{told}")


def test_names_that_are_no_file(chainrule) -> None:
    long = "x" * 300 + ".toml"
    Path("round.toml").symlink_to("round.toml")
    for command in COMMANDS:
        for name, told in {
            "none.toml": "No such file or directory",
            long: "File name too long",
            "round.toml": "Too many levels of symbolic links",
        }.items():
            outcome = chainrule(command, name)
            assert (outcome.code, outcome.out) == (2, "")
            assert outcome.err == f"{name}: expected a readable file, got {told}.\n"


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "with a mark of its order"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_what_editors_make_of_a_right_file(chainrule, start, end) -> None:
    Path("good.toml").write_bytes((start + WHOLE.replace("\n", end)).encode())
    outcome = chainrule("explain", "good.toml", "--quantity", "z[1][1]")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Two neurons\n2-2-1 network, sigmoid;")
    Path("bad.toml").write_bytes(
        (start + WHOLE.replace("z[1]", "q[1]").replace("\n", end)).encode()
    )
    assert chainrule("check", "bad.toml").err.startswith("bad.toml, line 17: expected a quantity")

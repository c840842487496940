from __future__ import annotations

import json
from pathlib import Path

import pytest

FILE = """title = "A parabola"
[function]
formula = "x**2 - 2*x + 1.5"
[descent]
start = { x = -1.0 }
learning_rate = 1.0
steps = 2
"""
TOLD = """
       f(x) = x² + 3/2 - 2·x
       f′(x) = 2·x - 2

Learning rate η = 1

U1     x_1 = x_0 - η·f′(x)
           = -1 - 1·(2·(-1) - 2)
           = -1 - 1·(-4)
           = 3
U1     x_2 = x_1 - η·f′(x)
           = 3 - 1·(2·3 - 2)
           = 3 - 1·4
           = -1

Steps
  step   x    f  f′(x)
  0     -1  4.5     -4
  1      3  4.5      4
  2     -1  4.5     -4

It oscillates between -1 and 3 for ever: the rate 1 is 2/curvature.
"""


def test_a_formula(chainrule) -> None:
    flags = ("--start", "x=-1", "--learning-rate", "1", "--steps", "2")
    outcome = chainrule("descend", "x**2 - 2*x + 1.5", *flags)
    assert (outcome.code, outcome.err, outcome.out) == (
        0,
        "",
        f"Descent on f(x) = x**2 - 2*x + 1.5\n{TOLD}",
    )


def test_a_file_and_flags_in_place_of_what_it_says(chainrule) -> None:
    Path("f.toml").write_text(FILE)
    assert chainrule("descend", "f.toml").out == f"A parabola\n{TOLD}"
    other = chainrule(
        "descend", "f.toml", "--start", "2", "--learning-rate", "0.25", "--steps", "40"
    )
    assert other.out.endswith("\nIt arrives at a minimum at 1.\n")
    assert "  0           2       1.5            2\n" in other.out
    assert "  …\n" in other.out
    whole = chainrule("descend", "f.toml", "--steps", "40", "--full", "--digits", "2")
    assert "  …\n" not in whole.out


def test_json(chainrule) -> None:
    outcome = chainrule("descend", "x**2 + y**3", "--json", "--steps", "1")
    record = json.loads(outcome.out)
    assert record["derivatives"] == {"x": "2·x", "y": "3·y²"}
    assert [step["point"] for step in record["steps"]] == [[1.0, 1.0], [0.8, 0.7]]


def test_a_picture(chainrule) -> None:
    outcome = chainrule("descend", "x**2 + y**3", "--picture", "path.png")
    assert outcome.out.endswith("drawn    path.png\n")
    assert Path("path.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("x.real",), "descend: expected numbers, variables, + - * / **, brackets and functions, "
         "got an attribute access at sign 1: 'x.real'."),
        (("system(x)",), "descend: expected a function, got 'system' (str). This name is "
                         "unknown. Valid names: abs, cos, exp, ln, log, sigmoid, sin, sqrt, tanh."),
        (("x**9**9**9",), "descend: expected a power with a number up to 100 as its exponent, or "
         "as its base, got '9**9**9' at sign 4."),
        (("x*y", "--start", "x=1"), "descend: expected --start to be a number for each variable, "
         "such as x=1,y=1, got 'x=1'."),
        (("x*y", "--start", "x=1,y=two"), "descend: expected --start to be a number for each "
         "variable, such as x=1,y=1, got 'x=1,y=two'."),
        (("x*y", "--start", "1,2,3"), "descend: expected --start to be a number for each "
         "variable, such as x=1,y=1, got '1,2,3'."),
        (("x", "--learning-rate", "0"), "descend: expected --learning-rate to be a number above 0 "
         "and at most 1e+06, got 0 (int). --learning-rate: step size, as a multiple of the slope."),
        (("x", "--steps", "0"), "descend: expected --steps to be a whole number at least 1 and at "
         "most 10000, got 0 (int). --steps: number of steps."),
        (("ln(x)", "--start", "-1"), "descend: expected start to be where the function has a value "
         "and a derivative, got x = -1."),
        (("x", "--picture", "path.txt"), "descend: expected --picture with a name that ends with "
         ".png, .svg, .pdf, got 'path.txt'."),
        (("a+b+c", "--picture", "path.png"), "descend: expected one or two variables for a "
         "picture, got a, b, c."),
        (("none.toml",), "none.toml: expected a readable file, got No such file or directory."),
    ],
)  # fmt: skip
def test_what_does_not_fit(chainrule, arguments, told) -> None:
    outcome = chainrule("descend", *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"{told}\n")


def test_a_bad_file_is_told_with_its_line(chainrule) -> None:
    Path("f.toml").write_text(FILE.replace("2*x", "x.__class__"))
    outcome = chainrule("descend", "f.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "f.toml, line 3: expected numbers, variables, + - * / **, brackets and functions, got an "
        "attribute access at sign 8: 'x.__class__'.\n"
    )

"""Descents of functions: each step, what becomes of it, how it is told, and files of them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from chainrule.bundled import bundled_files
from chainrule.descent.descent_report import descent_document
from chainrule.descent.function import make_function
from chainrule.descent.function_file import read_function
from chainrule.descent.gradient_descent import Descent, descend
from chainrule.documents.document import render
from chainrule.documents.nodes import Table
from chainrule.errors import ChainruleError, InputError

PARABOLA = "x**2 - 2*x + 1.5"
FILES = bundled_files("function")
FILE = """title = "A parabola"
[function]
formula = "x**2 - 2*x*y"
[descent]
start = { x = -1.0, y = 2 }
learning_rate = 0.1
steps = 3
"""


def made(text: str, start: list[float], rate: float, steps: int) -> Descent:
    return descend(make_function(text), start, learning_rate=rate, steps=steps)


def test_the_papers_steps() -> None:
    slow = made(PARABOLA, [-1], 0.1, 2).path.points[:, 0]
    assert slow == pytest.approx([-1, -0.6, -0.28], rel=1e-15)
    fast = made(PARABOLA, [-1], 1, 3)
    assert fast.path.points[:, 0].tolist() == [-1, 3, -1, 3]
    assert fast.limit == 1.0
    two = made("x**2 + y**3", [1, 1], 0.1, 1)
    assert two.path.gradients[0].tolist() == [2, 3]
    assert two.path.points[1] == pytest.approx([0.8, 0.7])


COURSES = [
    (PARABOLA, [-1], 0.1, 200, "arrives", "It arrives at a minimum at 1."),
    (
        PARABOLA,
        [-1],
        0.1,
        2,
        "nears",
        "It has not arrived. The slope went from 4 to 2.56 in 2 steps.",
    ),
    (
        PARABOLA,
        [-1],
        0.9,
        20,
        "nears",
        "It has not arrived. The slope went from 4 to 0.0461 in 20 steps. It alternates, "
        "since the rate 0.9 is above 1/curvature = 0.5; at 2/curvature = 1 it would "
        "oscillate for ever.",
    ),
    (
        PARABOLA,
        [-1],
        1.0,
        5,
        "swings",
        "It oscillates between -1 and 3 for ever: the rate 1 is 2/curvature.",
    ),
    (
        PARABOLA,
        [-1],
        1.1,
        5,
        "diverges",
        "It diverges: the rate 1.1 is above 2/curvature = 1, so each step ends higher up on the "
        "other side.",
    ),
    (
        PARABOLA,
        [-1],
        1.1,
        3000,
        "diverges",
        "It diverges: the rate 1.1 is above 2/curvature = 1, so each step ends higher up on the "
        "other side.",
    ),
    (
        "x**2 + 100*y**2",
        [1, 1],
        0.01,
        500,
        "swings",
        "It oscillates and comes no nearer: the rate 0.01 is 2/curvature.",
    ),
    ("abs(x)", [1], 0.3, 100, "swings", "It oscillates between -0.2 and 0.1 for ever."),
    (
        "x**2 + y**3",
        [1, -0.1],
        0.1,
        1000,
        "falls",
        "It falls without end: there is no minimum in that direction.",
    ),
    (
        "-x**2",
        [1],
        0.1,
        1000,
        "falls",
        "It falls without end: there is no minimum in that direction.",
    ),
    (
        "-2*x",
        [1],
        0.1,
        5,
        "falls",
        "It keeps falling: the slope is 2 after 5 steps, and was 2 at the start. No minimum "
        "is near.",
    ),
    (
        "x**4",
        [1],
        0.9,
        100,
        "diverges",
        "It diverges: the rate 0.9 is above 2/curvature = 0.166667, so each step ends higher up on "
        "the other side.",
    ),
    (
        "exp(x**2)",
        [3],
        1,
        5,
        "diverges",
        "It diverges: the rate 1 is above 2/curvature = 6.49525e-06, so each step ends higher up "
        "on the other side.",
    ),
    (
        "sqrt(x)",
        [1],
        1,
        9,
        "ends",
        "Step 2 leads to a point where the function has no value, and ends the descent.",
    ),
    (
        "sqrt(x)",
        [0.25],
        0.25,
        9,
        "ends",
        "Step 1 leads to a point where the function has no slope, and ends the descent.",
    ),
    (
        "ln(x)",
        [2],
        1e6,
        9,
        "ends",
        "Step 1 leads to a point where the function has no value, and ends the descent.",
    ),
    (
        PARABOLA,
        [1],
        1,
        9,
        "rests",
        "The slope is 0 at the start, a minimum at 1: nothing moves.",
    ),
    (
        "x**2 - y**2",
        [0, 0],
        1,
        9,
        "rests",
        "The slope is 0 at the start, a saddle at (0, 0): nothing moves.",
    ),
    (
        "-x**2",
        [0],
        1,
        9,
        "rests",
        "The slope is 0 at the start, a maximum at 0: nothing moves.",
    ),
    (
        "x**3",
        [0],
        1,
        9,
        "rests",
        "The slope is 0 at the start, a flat place at 0: nothing moves.",
    ),
    ("x**2 - y**2", [1, 0], 0.3, 100, "arrives", "It arrives at a saddle at (0, 0)."),
]


@pytest.mark.parametrize(("text", "start", "rate", "steps", "name", "sentence"), COURSES)
def test_what_becomes_of_it(text, start, rate, steps, name, sentence) -> None:
    course = made(text, start, rate, steps).outcome
    assert (course.name, course.sentence) == (name, sentence)


@pytest.mark.parametrize("curvature", [0.5, 2.0, 7.0])
def test_two_by_curvature_parts_arriving_from_diverging(curvature) -> None:
    for share, name in ((0.5, "arrives"), (0.95, "arrives"), (1.0, "swings"), (1.05, "diverges")):
        descent = made(f"{curvature / 2}*x**2", [3], share * 2 / curvature, 500)
        assert descent.outcome.name == name
        assert descent.limit == pytest.approx(2 / curvature)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ([1, 2], "descend: expected start to be 1 number, for x, got 2."),
        (
            [-1],
            "descend: expected start to be where the function has a value and a derivative, "
            "got x = -1.",
        ),
        (
            [math.nan],
            "descend: expected start to be a number at least -1e+100 and at most 1e+100, got nan "
            "(float). start: starting point.",
        ),
    ],
)
def test_starts_that_do_not_fit(start, told) -> None:
    with pytest.raises(InputError) as caught:
        made("ln(x)", start, 0.1, 5)
    assert str(caught.value) == told


def test_how_it_is_told() -> None:
    descent = made("x**2 + y**3", [1, -1], 0.5, 1)
    text = render(descent_document(descent, digits=3), "text")
    assert "\n\n       f(x, y) = x² + y^3\n       ∂f/∂x = 2·x\n       ∂f/∂y = 3·y²\n\n" in text
    assert (
        "U1     x_1 = x_0 - η·(∂f/∂x)\n"
        "           = 1 - 0.5·(2·1)\n"
        "           = 1 - 0.5·2\n"
        "           = 0\n"
        "U1     y_1 = y_0 - η·(∂f/∂y)\n"
        "           = -1 - 0.5·(3·(-1)²)\n"
        "           = -1 - 0.5·3\n"
        "           = -2.5\n"
    ) in text
    assert (
        "\nSteps\n"
        "  step  x     y      f  ∂f/∂x  ∂f/∂y\n"
        "  0     1    -1      0      2      3\n"
        "  1     0  -2.5  -15.6      0   18.8\n"
    ) in text
    one = render(descent_document(made(PARABOLA, [-1], 1, 2)), "text")
    assert (
        "U1     x_1 = x_0 - η·f′(x)\n"
        "           = -1 - 1·(2·(-1) - 2)\n"
        "           = -1 - 1·(-4)\n"
        "           = 3\n"
    ) in one


def rows_of(descent: Descent, **options) -> list[tuple]:
    blocks = descent_document(descent, **options).blocks
    return next(block.rows for block in blocks if isinstance(block, Table))


def test_long_ones_are_shortened() -> None:
    descent = made(PARABOLA, [-1], 0.1, 100)
    rows = rows_of(descent)
    assert [row[0] for row in rows] == [*map(str, range(12)), "…", *map(str, range(89, 101))]
    assert len(rows_of(descent, full=True)) == 101


def test_the_record_is_json() -> None:
    record = json.loads(json.dumps(made("-x**2", [1], 1, 2000).to_dict(), allow_nan=False))
    assert record["formula"] == "-x**2"
    assert record["derivatives"] == {"x": "-2·x"}
    assert (record["course"], record["rate_limit"]) == ("falls", None)
    assert record["curvature"] == {"start": -2.0, "end": -2.0}
    assert record["steps"][1] == {"step": 1, "point": [3.0], "value": -9.0, "gradient": [-6.0]}


def test_a_file(tmp_path) -> None:
    path = tmp_path / "f.toml"
    path.write_text(FILE)
    asked = read_function(path)
    assert (asked.title, asked.function.variables) == ("A parabola", ("x", "y"))
    assert (asked.start, asked.learning_rate, asked.steps) == ((-1.0, 2.0), 0.1, 3)
    assert np.array_equal(asked.descend().path.points[0], [-1, 2])
    path.write_text(FILE.replace("steps = 3\n", "").replace('title = "A parabola"\n', ""))
    assert (read_function(path).title, read_function(path).steps) == ("", 10)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2*x*y", "x.real", "3: expected numbers, variables, + - * / **, brackets and functions, "
         "got an attribute access at sign 8: 'x.real'."),
        ("2*x*y", "open(x)", "3: expected a function, got 'open' (str). This name is "
                             "unknown. Valid names: abs, cos, exp, ln, log, sigmoid, sin, "
                             "sqrt, tanh."),
        ('"x**2 - 2*x*y"', "5", "3: expected formula to be a line of text, at most 400 characters, "
         'got 5 (int). Write formula = "x**2".'),
        ("formula", "formulae", "3: expected a key of [function], got 'formulae' (str). Did you "
         "mean 'formula'? Valid names: formula."),
        ("y = 2", "z = 2", "5: expected a key of [descent.start], got 'z' (str). This name "
                           "is unknown. Valid names: x, y."),
        (", y = 2", "", "5: expected the key y in [descent.start], got none. Write y = 1.0."),
        ("y = 2", 'y = "2"', "5: expected y to be a number at least -1e+100 and at most "
         "1e+100, got '2' (str). y: starting point."),
        ("- 2*x*y", "+ ln(y)*0 - sqrt(x)*y", "5: expected start to be where the function has a "
         "value and a derivative, got x = -1, y = 2."),
        ("= 0.1", "= 0", "6: expected learning_rate to be a number above 0 and at most 1e+06, got "
         "0 (int). learning_rate: step size, as a multiple of the slope."),
        ("= 3", "= 0.5", "7: expected steps to be a whole number at least 1 and at most 10000, "
         "got 0.5 (float). steps: number of steps."),
        ("[descent]", "[network]", "4: expected a key of the file, got 'network' (str). "
                                   "This name is unknown. Valid names: descent, function, title."),
    ],
)  # fmt: skip
def test_bad_files(tmp_path, monkeypatch, old, new, told) -> None:
    monkeypatch.chdir(tmp_path)
    assert old in FILE
    Path("f.toml").write_text(FILE.replace(old, new, 1))
    with pytest.raises(ChainruleError) as caught:
        read_function("f.toml")
    assert str(caught.value) == f"f.toml, line {told}"


def test_the_files_of_this_project() -> None:
    parabola, surface = map(read_function, FILES.values())
    assert parabola.descend().path.points[:3, 0] == pytest.approx([-1, -0.6, -0.28])
    assert surface.descend().outcome.name == "nears"
    assert list(FILES) == ["parabola", "two-variables"]

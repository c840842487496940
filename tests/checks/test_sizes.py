from __future__ import annotations

import pytest

TABLE = 5  # lines before the findings


def function(lines: int, *, name: str = "f", arguments: str = "") -> str:
    return f"def {name}({arguments}):\n" + "    x = 1\n" * lines


# Enough lines that a file is not a crumb.
FILLED = "\n" * 40


def findings(plant, run_check, text):
    plant("src/room.py", text + FILLED)
    code, lines = run_check("sizes.py", "src")
    found = [line for line in lines[TABLE:] if not line.startswith("note: ")]
    assert code == (1 if found else 0)
    return lines[TABLE:]


def test_small_rooms_pass_and_the_table_gives_the_figures(plant, run_check):
    plant("src/room.py", function(1) + function(2) + function(4, arguments="a, b") + "\n" * 90)
    plant("src/hall.py", "x = 1\n" * 40)
    assert run_check("sizes.py", "src") == (
        0,
        [
            "                       median  most  at most",
            "file, lines                70   100      450 (2 measured)",
            "function body, lines        2     4       60 (3 measured)",
            "nesting                     0     0        3 (3 measured)",
            "positional arguments        0     2        5 (3 measured)",
        ],
    )


@pytest.mark.parametrize(
    ("lines", "found"),
    [(60, []), (61, ["src/room.py:1: The body of f has 61 lines, 60 at most."])],
)
def test_a_body_has_at_most_60_lines(plant, run_check, lines, found):
    assert findings(plant, run_check, function(lines)) == found


def test_docstring_signature_and_decorators_are_not_body(plant, run_check):
    docstring = '    """\n' + "    word\n" * 70 + '    """\n'
    decorated = "@mark(\n" + "    1,\n" * 70 + ")\ndef f(\n" + "    *,\n    a,\n):\n"
    assert findings(plant, run_check, decorated + docstring + "    x = 1\n") == []


def test_a_decorated_inner_function_counts_from_its_decorator(plant, run_check):
    inner = "def f():\n    @mark(\n" + "        1,\n" * 70 + "    )\n    def g(): pass\n"
    assert findings(plant, run_check, inner) == [
        "src/room.py:1: The body of f has 73 lines, 60 at most."
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (350, []),
        (351, ["note: src/room.py:1: The file has 351 lines, usual are 60 to 350."]),
        (450, ["note: src/room.py:1: The file has 450 lines, usual are 60 to 350."]),
        (451, ["src/room.py:1: The file has 451 lines, 450 at most."]),
    ],
)
def test_long_files_are_noted_and_far_out_refused(plant, run_check, lines, found):
    assert findings(plant, run_check, "x = 1\n" * (lines - 40)) == found


def test_a_crumb_is_refused_but_a_door_is_none(plant, run_check):
    plant("src/__init__.py", "")
    plant("src/__main__.py", "")
    assert findings(plant, run_check, "") == []
    plant("src/crumb.py", "x = 1\n" * 39)
    assert findings(plant, run_check, "") == [
        "src/crumb.py:1: The file has 39 lines: join it to the file that it belongs to."
    ]


def nested(*heads: str) -> str:
    lines = ["def f():"]
    for depth, head in enumerate(heads, start=1):
        lines.append("    " * depth + head)
    lines.append("    " * (len(heads) + 1) + "pass")
    return "\n".join(lines) + "\n"


TRY_TAIL = "    finally:\n        pass\n"


@pytest.mark.parametrize("block", ["for a in b:", "while a:", "if a:", "with a:"])
def test_blocks_nest_at_most_3_deep(plant, run_check, block):
    assert findings(plant, run_check, nested(block, block, block)) == []
    assert findings(plant, run_check, nested(block, block, block, block)) == [
        "src/room.py:1: f nests 4 deep, 3 at most."
    ]


@pytest.mark.parametrize(
    "text",
    [
        nested("try:", "if a:", "if b:", "if c:") + TRY_TAIL,
        nested("match a:", "case 1:", "if a:", "if b:", "if c:"),
        nested("if a:", "if b:", "if c:").replace("pass", "pass\n            else:\n")
        + "                if d:\n                    pass\n",
        "async " + nested("async for a in b:", "async with a:", "if a:", "if b:"),
    ],
    ids=["try", "match", "an if inside else", "async"],
)
def test_other_blocks_count_too(plant, run_check, text):
    assert findings(plant, run_check, text) == ["src/room.py:1: f nests 4 deep, 3 at most."]


def test_an_elif_is_no_deeper_than_its_if(plant, run_check):
    chain = "def f():\n    if a:\n        pass\n" + "    elif b:\n        pass\n" * 5
    assert findings(plant, run_check, chain) == []


def test_a_function_inside_is_measured_by_itself(plant, run_check):
    text = nested("if a:", "if b:", "def g():", "if c:", "if d:")
    assert findings(plant, run_check, text) == []


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("a, b, c, d, e, *rest, f, g, **more", []),
        ("a, b, /, c, d, e, f", ["f takes 6"]),
    ],
)
def test_at_most_5_arguments_go_by_place(plant, run_check, arguments, found):
    tail = " positional arguments, 5 at most; make the rest keyword-only."
    assert findings(plant, run_check, function(1, arguments=arguments)) == [
        f"src/room.py:1: {words}{tail}" for words in found
    ]


def test_self_is_no_argument_but_a_static_method_has_none(plant, run_check):
    method = "    def f(self, a, b, c, d, e): pass\n"
    static = "    @staticmethod\n    def g(a, b, c, d, e, f): pass\n"
    assert findings(plant, run_check, "class C:\n" + method) == []
    assert findings(plant, run_check, "class C:\n" + static) == [
        "src/room.py:3: g takes 6 positional arguments, 5 at most; make the rest keyword-only."
    ]


def test_private_functions_and_kernels_may_take_more(plant, run_check):
    many = "a, b, c, d, e, f"
    private = function(1, name="_f", arguments=many)
    inside = "def g():\n    def h(a, b, c, d, e, f): pass\n"
    hidden = "class _C:\n    def f(self, a, b, c, d, e, f): pass\n"
    assert findings(plant, run_check, private + inside + hidden) == []
    plant("src/kernels/tiles.py", function(1, arguments=many) + FILLED)
    assert findings(plant, run_check, "") == []


def test_a_folder_without_python_does_not_pass(run_check):
    code, lines = run_check("sizes.py", "nowhere")
    assert (code, lines[TABLE:]) == (1, ["nowhere:1: No Python file here to measure."])


def test_a_file_that_is_no_python_is_a_finding(plant, run_check):
    assert findings(plant, run_check, "x = = 1\n") == ["src/room.py:1: no Python: invalid syntax."]

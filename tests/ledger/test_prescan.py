from __future__ import annotations

import pytest

from chainrule.errors import ChainruleError, DataError, InputError
from chainrule.ledger.files.prescan import (
    MAX_DEPTH,
    MAX_PARTS,
    check_text,
    deep_line,
    long_number_line,
)


def refusal(text: str, kind: type[ChainruleError] = DataError) -> str:
    with pytest.raises(kind) as caught:
        check_text("f.toml", text)
    return str(caught.value)


@pytest.mark.parametrize("separator", [", ", ",\n", " , # and more\n"])
@pytest.mark.parametrize("end", ["", ",", " ,\n"])
def test_a_million_layers_are_not_parsed(separator, end) -> None:
    text = f"# one\n[network]\nlayers = [{separator.join(['1'] * 1_000_001)}{end}]\n"
    assert refusal(text, InputError) == (
        "f.toml, line 3: expected layers to be 2 to 101 widths in brackets, the inputs first, "
        "got 1000001 layers."
    )


def test_a_few_layers_too_many_are_left_to_the_reader() -> None:
    check_text("f.toml", f"layers = [{', '.join(['1'] * 102)}]")


def test_too_many_values() -> None:
    check_text("f.toml", "x = [" + "1," * (MAX_PARTS - 1) + "1]\n")
    assert refusal("\n\nx = [" + "1," * MAX_PARTS + "1]\n") == (
        "f.toml, line 3: expected a file of at most 250000 commas and lines, got 250003."
    )
    assert refusal("\n" * 300_000) == (
        "f.toml, line 250000: expected a file of at most 250000 commas and lines, got 300000."
    )


@pytest.mark.parametrize(
    "text",
    [
        "{} = 1",
        "[{}]\nx = 1",
        "[[{}]]",
        "x = {{ {} = 1 }}",
        "x = [1, {{ y = 1, {} = 2 }}]",
        '  "quoted" . {} = 1',
    ],
)
def test_keys_of_many_names(text) -> None:
    key = ".".join(["a"] * (MAX_DEPTH + 1))
    assert refusal("# first\n" + text.format(key)) == (
        "f.toml, line 2: expected keys of at most 32 names with dots between them, "
        "got a longer one."
    )


def test_what_only_looks_like_such_a_key() -> None:
    dots = ".".join(["a"] * 100)
    check_text("f.toml", f'title = "{dots}"  # {dots}\nx = [0.5, 1.25]\n# {dots}\na.b.c = 1')


def test_the_line_where_brackets_are_too_deep() -> None:
    text = 'title = "[[[["  # [[[[\nx = [[1],\n[2],\n[{y = [1]}]]'
    assert deep_line(text, 2) == 4
    assert deep_line(text, 5) is None


def test_the_line_of_a_number_that_python_does_not_read() -> None:
    assert long_number_line("x = 1\ny = [2,\n-" + "9" * 4301 + "]") == 3
    assert long_number_line("x = " + "9" * 4300) is None

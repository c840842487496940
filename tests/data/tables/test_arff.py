"""Weka's files: attributes, quoted values, missing cells, and what is refused."""

from __future__ import annotations

import pytest

_HEAD = "% Iris\n@relation iris\n\n@attribute 'sepal length' real\n@ATTRIBUTE kind {a, 'b c'}\n"


def test_numbers_nominal_values_and_dates(read, cells_of) -> None:
    table = read(
        "@RELATION r\n@attribute x numeric\n@attribute \"the kind\" {'a b', c}\n"
        "@attribute day date 'yyyy-MM-dd'\n@attribute it\\'s string\n@DATA\n"
        "% first\n5.1,'a b',\"2020-01-02\",'it\\'s'\n\n?, c ,?,?\n",
        "t.arff",
    )
    assert table.names == ("x", "the kind", "day", "it\\'s")
    assert cells_of(table) == [
        ["5.1", "?"],
        ["a b", "c"],
        ["2020-01-02", "?"],
        ["it's", "?"],
    ]
    assert [table.place(row) for row in range(2)] == ["line 8", "line 10"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (_HEAD + "@data\n1,a\n2\n", "line 8: expected 2 values, one for each attribute, got 1."),
        (
            _HEAD + "@data\n{0 1, 1 a}\n",
            "line 7: expected a value for each attribute, got a sparse row. "
            "Write the table dense, with Weka's filter SparseToNonSparse.",
        ),
        (_HEAD + "@data\n1,'a\n", 'line 7: expected values between commas, got "\'a".'),
        (_HEAD + "1,a\n", "line 6: expected @relation, @attribute or @data, got '1,a'."),
        ("@attribute x\n", "line 1: expected @attribute, a name and a type, got '@attribute x'."),
    ],
)
def test_broken_files_are_refused_by_line(refusal, content, text) -> None:
    assert refusal(content, "t.arff") == f"t.arff, {text}"


def test_files_without_attributes_or_rows_are_refused(refusal) -> None:
    assert refusal("% nothing\n", "t.arff") == (
        "t.arff: expected a line that begins with @attribute, got none."
    )
    assert "at least one row" in refusal(_HEAD + "@data\n", "t.arff")

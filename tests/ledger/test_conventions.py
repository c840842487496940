"""The conventions of texts: indices from 1, the sign of δ, the sign before the decimals."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chainrule.documents import render
from chainrule.errors import ChainruleError, InputError
from chainrule.ledger import DisplayOptions, Ledger, describe_example, explain
from chainrule.ledger.files import PrintedNumber, format_worked, parse_printed
from chainrule.ledger.files.printed_numbers import find_decimal_mark
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.rendering.network_drawing import lay_out_network
from chainrule.ledger.steps import Conventions, Quantity
from chainrule.marking import judge, marks_document

WIDE = """
indices = 1
[network]
layers = [2, 3]
activations = "tanh"
weights = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]
[training]
cost = "half_squared_error"
learning_rate = 0.5
[[examples]]
inputs = [0.25, 0.5]
targets = [1.0, 0.0, 0.0]
[[examples]]
inputs = [0.5, 0.25]
targets = [0.0, 1.0, 0.0]
[[claims]]
quantity = "example[2].z[1][3]"
printed = "4.0"
"""


def test_addresses_count_from_1() -> None:
    example = parse_worked(WIDE)
    assert str(example.claims[0].quantity) == "example[1].z[1][2]"
    ledger = Ledger(example)
    assert ledger.value("example[2].z[1][3]") == 4.0
    assert ledger.value("W[1][3,2]") == 6.0
    record = json.loads(ledger.render("json"))[0]
    assert (record["quantity"], record["example"]) == ("example[1].z[1][1]", 1)
    assert record["tree"]["sum"][1]["product"][0] == {"term": "W[1][1,2]", "value": 2.0}
    assert record["name"] == "weighted sum of neuron 1 in layer 1, example 1"


def test_every_format_counts_from_1() -> None:
    ledger = Ledger(parse_worked(WIDE))
    text = ledger.render("text")
    assert "Step 1 of 1: examples 1, 2" in text
    assert "W[1][3,2]·a[0][2]" in text
    assert "[0,0]" not in text
    assert "example[0]" not in text
    html = ledger.render("html")
    assert "count from 1." in html
    assert "count from 0" not in html
    assert "for example 1:" in html
    drawn = lay_out_network(ledger)
    assert drawn.weights[-1].label == "w₃₂ = 6"
    assert [one.inside[0][:2] for one in drawn.neurons[:2]] == ["a₁", "a₂"]
    assert [one.beside[:2] for one in drawn.neurons[2:]] == ["y₁", "y₂", "y₃"]
    latex = ledger.render("latex", DisplayOptions(notation="papers"))
    assert r"w_{3,2}^{1}" in latex
    assert "w_{0" not in latex


def test_from_0_and_from_1_are_the_same_numbers() -> None:
    from_1 = parse_worked(WIDE)
    from_0 = from_1.counted_from(0)
    shown = [json.loads(Ledger(one).render("json")) for one in (from_0, from_1)]
    assert [one["value"] for one in shown[0]] == [one["value"] for one in shown[1]]
    assert shown[0][0]["quantity"] == "example[0].z[1][0]"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("W[1][0,1]", "expected an address without an index 0, got 'W[1][0,1]' (str). Indices and "
         "examples count from 1 here."),
        ("example[0].cost", "expected an address without an index 0, got 'example[0].cost' (str). "
         "Indices and examples count from 1 here."),
        ("W[1][4,1]", "expected a neuron from 1 to 3, got 'W[1][4,1]'. The network is 2-3."),
        ("example[3].cost", "expected an example of step 1: examples 1, 2, got 'example[3].cost'."),
        ("z[1][1]", "expected one example, got 'z[1][1]'. Step 1 has examples 1, 2. Write "
         "example[1].z[1][1]."),
    ],
)  # fmt: skip
def test_errors_count_from_1(address, told) -> None:
    with pytest.raises(InputError) as caught:
        Ledger(parse_worked(WIDE)).locate(address, "f")
    assert str(caught.value) == f"f: {told}"


def test_one_input_alone_is_number_1() -> None:
    text = WIDE.replace("[2, 3]", "[1, 3]").replace(", 2.0]", "]").replace(", 4.0]", "]")
    text = (
        text.replace(", 6.0]", "]").replace("[0.25, 0.5]", "[0.25]").replace("[0.5, 0.25]", "[0.5]")
    )
    with pytest.raises(InputError, match="expected input 1 alone"):
        Ledger(parse_worked(text)).locate("W[1][1,2]")


def test_what_a_reader_asks_for() -> None:
    whole = render(explain("two-layers", addresses=["W[1][2,1]"], indices=1), "text")
    assert "W[1][2,1]" in whole
    assert "= 0.25" in whole
    with pytest.raises(InputError):
        explain("two-layers", indices=2)


def test_a_file_is_written_in_its_conventions() -> None:
    example = replace(
        parse_worked(WIDE), conventions=Conventions(indices=1, delta="target - output")
    )
    text = format_worked(example)
    assert text.startswith('indices = 1\ndelta = "target - output"\n\n[network]\n')
    assert parse_worked(text).conventions == example.conventions


def test_a_line_says_which_errors_a_text_claims() -> None:
    example = parse_worked('delta = "target - output"\n' + WIDE)
    assert describe_example(example).endswith("; δ claimed as target - output")
    assert "claimed" not in describe_example(parse_worked(WIDE))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("indices = 2", "expected indices to be a whole number at least 0 and at most 1, got 2 "
         "(int). indices: what indices count from, 0 or 1."),
        ('delta = "y - a"', "expected a name for delta, got 'y - a' (str). This name is unknown. "
         "Valid names: output - target, target - output."),
    ],
)  # fmt: skip
def test_other_conventions_are_refused(line, told) -> None:
    with pytest.raises(ChainruleError) as caught:
        parse_worked(WIDE.replace("indices = 1", line), "f.toml")
    assert str(caught.value) == f"f.toml, line 2: {told}"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0,690", 0.69, 0.001),
        ("0,69", 0.69, 0.01),
        ("−12,34", -12.34, 0.01),
        (",5", 0.5, 0.1),
        ("1.234,5", 1234.5, 0.1),
        ("12 345,6", 12345.6, 0.1),
        ("81,8 %", 0.818, 0.001),
        ("1,5·10⁻³", 0.0015, 0.0001),
        ("12,345.6", 12345.6, 0.1),
    ],
)
def test_decimals_behind_a_comma(text, value, unit) -> None:
    (number,) = parse_printed(text, 1)
    assert (float(number.value), float(number.unit), number.text) == (value, unit, text)
    assert number.remark == ""


@pytest.mark.parametrize(
    ("text", "wanted", "mark", "values"),
    [
        ("0,69, 0,31", 2, "", [0.69, 0.31]),
        ("0,69 0,31", 2, "", [0.69, 0.31]),
        ("0,69; 1.5; 2", 3, "", [0.69, 1.5, 2]),
        ("1, 5", 2, ",", [1, 5]),
        ("0,690", 2, "", [0, 690]),
        ("12 345.6, 1", 2, "", [12345.6, 1]),
    ],
)
def test_several_numbers_with_commas(text, wanted, mark, values) -> None:
    assert [float(one.value) for one in parse_printed(text, wanted, decimal_mark=mark)] == values


@pytest.mark.parametrize(("text", "mark"), [("1,234", ""), ("1.234", ",")])
def test_what_may_be_thousands_is_refused(text, mark) -> None:
    with pytest.raises(InputError) as caught:
        parse_printed(text, 1, "f", mark)
    assert str(caught.value) == (
        f"f: expected a number that can be read in one way only, got '{text}'. It may be 1.234 or "
        '1234. Write one of these, or decimal_mark = "," or "." at the top of the file.'
    )


def test_the_other_numbers_tell_what_a_comma_is() -> None:
    assert [find_decimal_mark(texts) for texts in (["0,5", "1,234"], ["0.5"], ["0.5", "0,5"])] == [
        ",",
        ".",
        "",
    ]
    (number,) = parse_printed("1,234", 1, decimal_mark=",")
    assert (float(number.value), number.remark) == (1.234, "1,234 is read as 1.234")
    (number,) = parse_printed("1,234", 1, decimal_mark=".")
    assert (float(number.value), number.remark) == (1234, "1,234 is read as 1234")
    with pytest.raises(InputError, match="expected 2 numbers"):
        parse_printed("0,690", 2, decimal_mark=",")


def test_a_file_says_how_a_number_was_read(chain) -> None:
    def shown(head: str, *printed: str):
        text = head + chain[: chain.index("[[claims]]")]
        for one in printed:
            text += f'[[claims]]\nquantity = "z[1][0]"\nprinted = "{one}"\n'
        return parse_worked(text, "f.toml")

    example = shown("", "1,5", "1,500")
    assert [one.decimal_mark for one in example.claims] == [",", ","]
    with pytest.raises(InputError, match=r"It may be 1\.500 or 1500\."):
        shown("", "1,500")
    example = shown('decimal_mark = ","\n', "1,500")

    marked = judge(Ledger(example))
    (judgement,) = marked.judgements
    assert (judgement.verdict, judgement.remark) == ("exact", "1,500 is read as 1.500")
    assert marked.to_dict()["claims"][0]["remark"] == judgement.remark
    text = render(marks_document(Ledger(example), marked), "text")
    assert "\n1,500 is read as 1.500.\n" in text


def test_the_opposite_of_a_printed_number() -> None:
    number = -PrintedNumber.parse("0.25")
    assert (float(number.value), number.text) == (-0.25, "0.25")


def test_another_name_for_a_gradient_by_inputs() -> None:
    assert str(Quantity.parse("dx[1][0]")) == "da[0][0]"
    assert str(Quantity.parse("step[2].dx[3]")) == "step[2].da[2]"
    for text in ("dx", "dx[0][1]", "dx[1,2]"):
        with pytest.raises(InputError, match=r"expected dx\[layer\] or dx\[layer\]\[input\]"):
            Quantity.parse(text)

"""The drawing of a small network: its numbers, their places, and when there is none."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from chainrule.documents import render
from chainrule.errors import InputError
from chainrule.ledger import DisplayOptions, Ledger, explain, parse_worked, read_worked
from chainrule.ledger.rendering.labelled_svg import labelled_network_svg
from chainrule.ledger.rendering.network_drawing import is_drawable, lay_out_network

SVG = "{http://www.w3.org/2000/svg}"


def ledger(name: str = "two-layers") -> Ledger:
    return Ledger(read_worked(name))


def wide(width: int) -> Ledger:
    row = [0.5] * width
    return Ledger(
        parse_worked(
            f"[network]\nlayers = [{width}, 1]\nactivations = 'identity'\nweights = [[{row}]]\n"
            f"[[examples]]\ninputs = {row}\n"
        )
    )


def test_each_number_stands_at_its_neuron() -> None:
    drawing = lay_out_network(ledger())
    shown = [(one.inside, one.above, one.beside) for one in drawing.neurons]
    assert shown[0] == (("a₀", "1"), "", "")
    assert shown[2] == (("z 0.5", "a 0.6225"), "b₀ = 0", "")
    assert shown[4][1:] == ("b₀ = 0.25", "y₀ = 1")
    assert [one.label for one in drawing.weights[:4]] == [
        "w₀₀ = 0.5",
        "w₁₀ = 0.25",
        "w₀₁ = -0.5",
        "w₁₁ = 1",
    ]
    assert [one.text for one in drawing.titles] == [
        "inputs",
        "layer 1: sigmoid",
        "layer 2: sigmoid",
    ]
    assert "step 1 for example 0" in drawing.caption


def test_another_step_and_another_example() -> None:
    found = ledger()
    drawing = lay_out_network(found, step=2, example=1)
    assert drawing.neurons[0].inside == ("a₀", "0")
    z = found.value("step[2].example[1].z[1][0]")
    assert drawing.neurons[2].inside[0] == f"z {z:.4g}"
    assert "step 2 for example 1" in drawing.caption


def test_indices_may_count_from_1() -> None:
    drawing = lay_out_network(Ledger(read_worked("two-layers").counted_from(1)))
    assert [one.label for one in drawing.weights[:2]] == ["w₁₁ = 0.5", "w₂₁ = 0.25"]
    assert drawing.neurons[0].inside == ("a₁", "1")
    assert (drawing.neurons[3].above, drawing.neurons[4].beside) == ("b₂ = 0.5", "y₁ = 1")
    assert "for example 1" in drawing.caption


def test_without_biases_and_without_training() -> None:
    drawing = lay_out_network(ledger("four-detector"))
    assert not any(one.above for one in drawing.neurons)
    forward = lay_out_network(ledger("approximator-relu"))
    assert not any(one.beside for one in forward.neurons)
    assert " for example" not in forward.caption


def test_no_label_stands_on_another_or_on_a_neuron() -> None:
    for name in ("two-layers", "four-detector", "approximator-relu"):
        drawing = lay_out_network(ledger(name))
        labels = sorted((one.x, one.y) for one in drawing.weights)
        for (x, y), (other, below) in pairwise(labels):
            assert x != other or below - y > 14
        for label in drawing.weights:
            for neuron in drawing.neurons:
                assert (label.x - neuron.x) ** 2 + (label.y - neuron.y) ** 2 > 34**2


def test_lines_lead_from_neuron_to_neuron() -> None:
    drawing = lay_out_network(ledger("four-detector"))
    ends = {(one.start, one.end) for one in drawing.weights}
    assert ends == {(k, 4 + j) for k in range(4) for j in range(2)} | {(4, 6), (5, 6)}


def test_a_large_network_is_not_drawn() -> None:
    assert is_drawable((6, 6, 1))
    assert not is_drawable((7, 1))
    assert not is_drawable((6, 6, 6))
    with pytest.raises(InputError) as caught:
        lay_out_network(wide(7))
    assert "expected at most 6 neurons in a layer and 48 weights in all, got 7-1" in str(
        caught.value
    )
    assert "<img" not in wide(7).render("html")


def test_an_example_that_is_not_in_the_batch() -> None:
    with pytest.raises(InputError, match="place of an example in the batch"):
        lay_out_network(ledger(), example=2)


def test_the_svg_has_every_neuron_line_and_text() -> None:
    drawing = lay_out_network(ledger())
    root = ElementTree.fromstring(labelled_network_svg(drawing))
    assert len(root.findall(f"{SVG}circle")) == len(drawing.neurons)
    lines = root.findall(f"{SVG}line")
    assert len(lines) == len(drawing.weights)
    colours = [line.get("stroke") for line in lines]
    assert [c == "#d55e00" for c in colours] == [one.value < 0 for one in drawing.weights]
    written = {text.text for text in root.findall(f"{SVG}text")}
    assert written >= {"w₀₁ = -0.5", "z 0.5", "b₁ = 0.5", "y₀ = 1", "layer 1: sigmoid"}


def test_a_network_of_zeros_is_drawn() -> None:
    drawing = lay_out_network(ledger())
    flat = replace(drawing, weights=tuple(replace(one, value=0.0) for one in drawing.weights))
    assert b'stroke-width="0.8"' in labelled_network_svg(flat)


def test_a_page_begins_with_the_drawing() -> None:
    page = ledger().render("html")
    assert re.search(r'<img[^>]+src="data:image/svg\+xml;base64,', page)
    assert "<img" not in ledger().render(
        "html", DisplayOptions(quantities=(ledger().locate("cost"),))
    )
    assert "The network before step 2" in ledger().render("html", DisplayOptions(step=2))


def test_other_formats_have_none_unless_they_are_asked() -> None:
    caption = "The network before step 1"
    assert caption not in ledger().render("text")
    assert caption not in render(explain("two-layers"), "html")
    assert caption in render(explain("two-layers", drawing=True), "html")

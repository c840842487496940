from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import InputError, UnknownNameError
from chainrule.ledger.steps.quantity import KINDS, Quantity

LENGTHS = {"number": (0,), "target": (0, 1), "vector": (0, 1), "matrix": (0, 2)}
small = st.integers(0, 10_000)


@st.composite
def quantities(draw: st.DrawFn) -> Quantity:
    kind = draw(st.sampled_from(sorted(KINDS)))
    form, scope = KINDS[kind].form, KINDS[kind].scope
    length = draw(st.sampled_from(LENGTHS.get(form, (1, 2))))
    layered = form not in ("number", "target")
    lowest = 0 if kind == "a" else 1
    return Quantity(
        kind,
        draw(st.integers(lowest, 100)) if layered else None,
        tuple(draw(small) for _ in range(length)),
        draw(st.integers(1, 10_000)),
        draw(st.none() | small) if scope != "batch" else None,
    )


@given(quantities())
def test_what_is_printed_is_read_again(quantity) -> None:
    assert Quantity.parse(str(quantity)) == quantity
    assert str(Quantity.parse(str(quantity))) == str(quantity)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text) -> None:
    told = ""
    try:
        told = f"Quantity: expected {Quantity.parse(text)}"
    except InputError as error:
        told = str(error)
    assert told.startswith("Quantity: expected ")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("cost", ("cost", None, (), 1, None)),
        ("step[1].cost", ("cost", None, (), 1, None)),
        ("z[1][0]", ("z", 1, (0,), 1, None)),
        ("a[0][13]", ("a", 0, (13,), 1, None)),
        ("delta[1]", ("delta", 1, (), 1, None)),
        ("y[2]", ("y", None, (2,), 1, None)),
        ("W_new[1][0,12]", ("W_new", 1, (0, 12), 1, None)),
        ("velocity[1][0]", ("velocity", 1, (0,), 1, None)),
        ("step[2].example[0].dW[2][0,1]", ("dW", 2, (0, 1), 2, 0)),
    ],
)
def test_addresses(text, fields) -> None:
    q = Quantity.parse(text)
    assert (q.kind, q.layer, q.index, q.step, q.example) == fields


FORM = "expected an address such as z[1][0] or step[2].W_new[1][0,0]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", f"Quantity: {FORM}, got '' (str)."),
        ("z[1] [0]", f"Quantity: {FORM}, got 'z[1] [0]' (str). An address has no spaces."),
        ("z[01][0]", f"Quantity: {FORM}, got 'z[01][0]' (str)."),
        ("z[١][0]", f"Quantity: {FORM}, got 'z[١][0]' (str)."),
        ("z[9999999999][0]", f"Quantity: {FORM}, got 'z[9999999999][0]' (str)."),
        ("z", "Quantity: expected z[layer] or z[layer][neuron], got 'z' (str)."),
        ("z[1][0,0]", "Quantity: expected z[layer] or z[layer][neuron], got 'z[1][0,0]' (str)."),
        ("z[1,1]", "Quantity: expected z[layer] or z[layer][neuron], got 'z[1,1]' (str)."),
        ("z[1][0][0]", "Quantity: expected z[layer] or z[layer][neuron], got 'z[1][0][0]' (str)."),
        ("cost[1]", "Quantity: expected cost, got 'cost[1]' (str)."),
        ("y[0][1]", "Quantity: expected y or y[output], got 'y[0][1]' (str)."),
        (
            "W[1][0]",
            "Quantity: expected W[layer] or W[layer][neuron,input], got 'W[1][0]' (str).",
        ),
        (
            "velocity[1]",
            "Quantity: expected velocity[layer][neuron,input] of a weight or "
            "velocity[layer][neuron] of a bias, got 'velocity[1]' (str).",
        ),
        (
            "z[0][0]",
            "Quantity: expected a layer from 1, got 'z[0][0]' (str). Only a[0], the inputs, "
            "and da[0], their gradients, have "
            "layer 0.",
        ),
        (
            "example[0].W[1]",
            "Quantity: expected no example before it, got 'example[0].W[1]' (str). W belongs to "
            "the whole batch.",
        ),
        ("step[0].cost", "Quantity: expected a step from 1, got 'step[0].cost' (str)."),
    ],
)
def test_refused(text, told) -> None:
    with pytest.raises(InputError) as caught:
        Quantity.parse(text)
    assert str(caught.value) == told


def test_an_unknown_name_is_corrected() -> None:
    with pytest.raises(UnknownNameError) as caught:
        Quantity.parse("dela[1]", "chain.toml, line 3")
    assert str(caught.value).startswith(
        "chain.toml, line 3: expected a quantity, got 'dela' (str). Did you mean 'delta'?"
    )


def test_a_quantity_made_by_hand_is_checked_too() -> None:
    with pytest.raises(InputError) as caught:
        Quantity("W", 1, (0,))
    assert str(caught.value) == (
        "Quantity: expected W[layer] or W[layer][neuron,input], got 'W[1][0]' (str)."
    )

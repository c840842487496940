from __future__ import annotations

import json
from dataclasses import replace

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger


def records(ledger: Ledger, *addresses: str, **options) -> list[dict]:
    chosen = tuple(map(ledger.locate, addresses))
    return json.loads(ledger.render("json", DisplayOptions(quantities=chosen, **options)))


def test_every_entry_with_all_its_digits(chain) -> None:
    ledger = Ledger(parse_worked(chain))
    found = records(ledger)
    assert [(r["quantity"], r["value"]) for r in found] == [
        (str(entry.quantity), entry.value) for entry in ledger.entries()
    ]


def test_one_entry(chain) -> None:
    (found,) = records(Ledger(parse_worked(chain)), "z[1][0]", fractions=True, digits=2)
    assert found == {
        "quantity": "z[1][0]",
        "equation": "F1",
        "name": "weighted sum of neuron 0 in layer 1",
        "section": "forward",
        "step": 1,
        "example": None,
        "value": 1.5,
        "exact": "3/2",
        "formula": "W[1][0,0]·a[0][0] + b[1][0]",
        "substituted": "(1/2)·1 + 1",
        "tree": {
            "sum": [
                {
                    "product": [
                        {"term": "W[1][0,0]", "value": 0.5},
                        {"term": "a[0][0]", "value": 1.0},
                    ]
                },
                {"term": "b[1][0]", "value": 1.0},
            ]
        },
    }


def test_a_given_number(chain) -> None:
    (found,) = records(Ledger(parse_worked(chain)), "W[1][0,0]")
    assert found["value"] == 0.5
    assert [found[key] for key in ("equation", "formula", "substituted", "tree")] == [None] * 4


def test_calls_cases_and_symbols(make) -> None:
    ledger = Ledger(make("leaky_relu", cost="squared_error", examples=1, optimiser="momentum"))
    a, velocity = records(ledger, "a[2][0]", "velocity[1][0,0]")
    z = {"term": "z[2][0]", "value": ledger.value("z[2][0]")}
    assert a["tree"] == {"case": z, "left": z, "relation": ">", "right": {"number": 0.0}}
    assert velocity["tree"]["sum"][0]["product"][0] == {"symbol": "mu", "value": 0.9}
    (sigmoid,) = records(Ledger(make(cost="squared_error", examples=1)), "a[1][0]")
    bottom = sigmoid["tree"]["quotient"][1]["sum"][1]
    assert (bottom["call"], list(bottom["of"][0])) == ("exp", ["negative"])


def test_nothing_is_shortened(make) -> None:
    ledger = Ledger(make(layers=(20, 15, 1), cost="squared_error", examples=1))
    found = records(ledger, "z[1]")
    assert len(found) == 15
    assert all(len(r["tree"]["sum"]) == 21 for r in found)


def test_what_is_not_finite_is_null(make) -> None:

    example = make("sigmoid", cost="binary_cross_entropy", examples=1, layers=(2, 2))
    sure = replace(example, parameters=example.parameters * 0 + 800.0)
    (found,) = records(Ledger(sure), "da[1][0]")
    assert found["value"] is None

from __future__ import annotations

import json

import pytest

from chainrule.cli.tune import parse_variation
from chainrule.errors import ChainruleError

SMALL = ("--engine", "reference", "--epochs", "1", "--workers", "1", "--trials", "3")


def test_tune_is_a_study(chainrule, flowers: str) -> None:
    vary = ("--vary", "neurons_1=2..5", "--vary", "activation=relu,tanh")
    done = chainrule("tune", flowers, "--layers", "2,3,2", *vary, *SMALL, "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert (told["study"], told["metric"]) == ("tune-flowers", "validation_accuracy")
    assert told["counts"]["complete"] == 3
    for entry in told["configurations"]:
        assert entry["parameters"]["neurons_1"] in range(2, 6)
        assert entry["parameters"]["activation"] in ("relu", "tanh")
    assert chainrule("study", "status").out == "tune-flowers 3 of 3 configurations have ended\n"


def test_what_varies_where_nothing_is_said(chainrule, line: str) -> None:
    done = chainrule("tune", line, "--task", "numbers", "--batch-size", "8", *SMALL, "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["metric"] == "validation_cost"
    assert {tuple(e["parameters"]) for e in told["configurations"]} == {("learning_rate",)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("batch-size=8,16", ("batch_size", [8, 16])),
        ("layers=2-4-2,2-2", ("layers", [[2, 4, 2], [2, 2]])),
        ("activation=relu,tanh", ("activation", ["relu", "tanh"])),
        ("l2=0..1", ("l2", {"low": 0.0, "high": 1.0})),
        ("neurons_2=4..64:log", ("neurons_2", {"low": 4, "high": 64, "log": True})),
        ("neurons_1=4,8", ("neurons_1", [4, 8])),
    ],
)
def test_varied(text: str, found: tuple[str, object]) -> None:
    assert parse_variation(text) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("batch_size", "tune: expected --vary name=values, got 'batch_size'."),
        (
            "lr=0..1",
            "tune --vary: expected a setting, got 'lr' (str). lr is called learning_rate here. "
            "The nearest of the",
        ),
        ("l2=0..1:exp", "tune: expected a range to end with :log, got :exp."),
        ("epochs=1..x", "tune --vary: expected a whole number for epochs, got 'x'."),
        (
            "batch_size=0,1",
            "tune --vary: expected batch_size to be a whole number at least 1, got 0 (int). "
            "batch_size: examples per step.",
        ),
    ],
)
def test_what_cannot_vary(text: str, told: str) -> None:
    with pytest.raises(ChainruleError) as error:
        parse_variation(text)
    assert str(error.value).startswith(told)


def test_fixed_and_varied(chainrule, flowers: str) -> None:
    done = chainrule("tune", flowers, "--batch-size", "8", "--vary", "batch_size=4,8")
    told = "tune: expected batch_size to be fixed or varied, got both.\n"
    assert (done.code, done.out, done.err) == (2, "", told)

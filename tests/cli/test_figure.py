from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.figures.catalogue import FIGURES

SOURCES = {
    "activations": (),
    "calibration": ("run",),
    "confusion": ("run",),
    "digits": ("bars.npz",),
    "learning-curves": ("run", "seen"),
    "mistakes": None,
    "network": ("run",),
    "weights": ("seen",),
}


def test_every_figure_is_tried() -> None:
    assert list(SOURCES) == list(FIGURES)


@pytest.mark.parametrize("name", [name for name, sources in SOURCES.items() if sources is not None])
def test_a_figure_is_drawn(chainrule, trained, bars, name) -> None:
    outcome = chainrule("figure", name, *SOURCES[name], "--save", "drawn.svg")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "drawn    drawn.svg\n"
    assert "<svg" in Path("drawn.svg").read_text()


def test_mistakes_where_there_are_none(chainrule, trained) -> None:
    outcome = chainrule("figure", "mistakes", "seen", "--save", "drawn.png")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "figure: expected at least one mistake to draw, got a report that names none of 0.\n"
    )
    assert not Path("drawn.png").exists()


def test_only_the_functions_that_are_named(chainrule) -> None:
    assert chainrule("figure", "activations", "relu", "--save", "one.svg").code == 0
    assert chainrule("figure", "activations", "--save", "all.svg").code == 0
    assert Path("one.svg").stat().st_size < Path("all.svg").stat().st_size


def test_the_samples_of_a_runs_own_data(chainrule, trained) -> None:
    assert chainrule("figure", "digits", "seen", "--save", "a.png").code == 0
    assert chainrule("figure", "digits", "seen", "--save", "b.png", "--seed", "1").code == 0
    assert Path("a.png").read_bytes() != Path("b.png").read_bytes()


def test_a_network_judged_by_named_data(chainrule, trained, bars) -> None:
    network = "seen/network.safetensors"
    outcome = chainrule("figure", "confusion", network, bars, "--split", "all", "--save", "c.png")
    assert (outcome.code, outcome.err) == (0, "")


def test_fewer_neurons(chainrule, trained) -> None:
    assert chainrule("figure", "network", "seen", "--most", "2", "--save", "few.svg").code == 0
    assert chainrule("figure", "network", "seen", "--most", "none", "--save", "all.svg").code == 0
    assert Path("few.svg").stat().st_size < Path("all.svg").stat().st_size

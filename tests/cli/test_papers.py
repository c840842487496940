"""`chainrule papers`: what is listed, shown, checked, proved and run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainrule.papers import check_formulas, paper


def test_the_list_is_shown_without_a_command(chainrule) -> None:
    outcome = chainrule("papers")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == chainrule("papers", "show").out
    listed = chainrule("papers", "list").out.partition("\n")[2]
    assert listed in outcome.out
    assert "  investigation   2023    784-32-16-10" in outcome.out


def test_a_paper_is_shown(chainrule) -> None:
    outcome = chainrule("papers", "show", "matrix-based")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Artificial Neural Networks (2022)\n")


def test_hand_computations_are_checked(chainrule) -> None:
    outcome = chainrule("papers", "check", "four-detector", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == paper("four-detector").check().to_dict()
    everything = json.loads(chainrule("papers", "check", "--json").out)
    assert len(everything["hand_computations"]) == 6


def test_formulas_are_proved(chainrule) -> None:
    outcome = chainrule("papers", "prove", "four-equations", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == paper("four-equations").prove().to_dict()


def test_the_older_spelling_of_prove(chainrule) -> None:
    assert chainrule("prove", "--papers").out == chainrule("papers", "prove").out
    assert json.loads(chainrule("prove", "--papers", "--json").out) == check_formulas().to_dict()
    markdown = chainrule("papers", "prove", "--format", "markdown").out
    assert chainrule("prove", "--papers", "--markdown").out == markdown


def test_an_experiment_is_run_and_its_figures_saved(chainrule, tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    outcome = chainrule("papers", "run", "approximator", "descent", "--figures", str(folder))
    assert (outcome.code, outcome.err) == (0, "")
    assert "  0.1           -0.6    -0.28   -0.024    0.7853         1  tends to 1" in outcome.out
    assert "The paper prints -1, 3, -1, … for the" in outcome.out
    assert [path.name for path in folder.iterdir()] == ["approximator-descent.png"]


def test_a_run_as_json(chainrule) -> None:
    found = json.loads(chainrule("papers", "run", "four-detector", "dice", "--quick", "--json").out)
    assert found["part"] == "four-detector"
    assert list(found["found"]) == ["dice"]


def test_a_program_as_printed(chainrule) -> None:
    line = ("papers", "run", "four-equations", "--as-printed", "--quick")
    found = json.loads(chainrule(*line, "--json").out)
    assert len(found["test_loss"]) == 4
    assert str(found["test_loss"][0]) in chainrule(*line).out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--figures", "drawn"), "papers run: expected no figures with --as-printed, got drawn."),
        (("program",), "papers run: expected no experiment with --as-printed, got program."),
    ],
)
def test_what_does_not_go_with_a_program_as_printed(chainrule, arguments, text: str) -> None:
    outcome = chainrule("papers", "run", "four-equations", *arguments, "--as-printed")
    assert (outcome.code, outcome.out, outcome.err) == (2, "", text + "\n")


@pytest.mark.parametrize("format_name", ["markdown", "latex", "html"])
def test_other_formats(chainrule, format_name: str) -> None:
    for arguments in (("list",), ("show", "approximator"), ("check",), ("prove",)):
        outcome = chainrule("papers", *arguments, "--format", format_name)
        assert (outcome.code, outcome.err) == (0, "")
        assert len(outcome.out) > 300


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("show", "investigations"),
            "papers: expected a paper, got 'investigations' (str). Did you mean 'investigation'? "
            "Valid names: approximator, four-detector, four-equations, investigation, "
            "matrix-based.",
        ),
        (
            ("check", "matrix-based"),
            "papers check: expected a paper with hand computations, got matrix-based. "
            "See chainrule papers.",
        ),
        (
            ("run", "four-detector", "dise"),
            "papers: expected an experiment, got 'dise' (str). Did you mean 'dice'? "
            "Valid names: dice, federated, fours.",
        ),
        (
            ("list", "--format", "htm"),
            "papers: expected a name for --format, got 'htm' (str). Did you mean 'html'? "
            "Valid names: html, json, latex, markdown, text.",
        ),
        (
            ("ran",),
            "papers: expected a command, got 'ran' (str). Did you mean 'run'? "
            "Valid names: check, list, prove, run, show.",
        ),
    ],
)
def test_bad_input(chainrule, arguments: tuple[str, ...], text: str) -> None:
    outcome = chainrule("papers", *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", text + "\n")

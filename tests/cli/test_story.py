"""Stories of real networks on a terminal, and what can be asked of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from chainrule.attribution.story import Gallery, Lines, Picture, Story
from chainrule.cli.console import Console
from chainrule.cli.explain_run import explain_run, refuse_run_flags
from chainrule.cli.report import gallery_lines, tell_story
from chainrule.cli.run_flags import run_flags
from chainrule.errors import InputError
from chainrule.evaluation.tables import Table


def told(capsys, target: str = "seen", **given) -> str:
    capsys.readouterr()
    assert explain_run(target, given) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_gallery_beside_each_other() -> None:
    eye = np.eye(4)
    both = Gallery("Two", (Picture("one", eye), Picture("the other", 1 - eye)))
    assert list(gallery_lines(both)) == ["one        the other", "⠑⢄         ⣮⡻"]


def test_contributions_are_drawn_above_and_below_0() -> None:
    values = np.zeros((4, 2))
    values[0, 0], values[3, 1], values[2, 0] = 5.0, -2.0, -0.5
    one = Gallery("One", (Picture("parts", values, signed=True),))
    assert list(gallery_lines(one)) == ["parts, above 0  parts, below 0", "⠁               ⢀"]


def test_more_pictures_than_a_line_takes_and_too_large_ones() -> None:
    name = "a caption of thirty characters"
    many = Gallery("Many", tuple(Picture(name, np.eye(4)) for _ in range(3)))
    lines = list(gallery_lines(many))
    assert lines == [f"{name}  {name}", f"⠑⢄{' ' * 30}⠑⢄", "", name, "⠑⢄"]
    large = Gallery("Large", (Picture("a photo", np.zeros((40, 40))),))
    assert list(gallery_lines(large)) == ["a photo"]


def test_a_story_on_a_terminal(capsys) -> None:
    blocks = (
        Lines("", ("One sentence.",)),
        Table("Numbers", ("n",), (("1",),)),
        Lines("More", ("", "two")),
        Gallery("Pictures", (Picture("x", np.eye(4)),)),
    )
    tell_story(Console(), Story("A title", blocks, {}))
    assert capsys.readouterr().out == (
        "A title\n\nOne sentence.\n\nNumbers\n  n\n  1\n\nMore\n\n  two\n\nPictures\n  x\n  ⠑⢄\n"
    )


def test_a_weight(capsys, trained) -> None:
    out = told(capsys, weight="1:0,66", top=2)
    lines = out.splitlines()
    assert lines[0] == "W[1][0,66] in step 80 of seen"
    assert lines[2:4] == [
        "From input 66 (row 5, column 6) to neuron 0 of layer 1.",
        "Step 80 of 80 was batch 4 of epoch 20, 8 examples.",
    ]
    assert "The images that moved it most" in lines
    assert "  U5  W_new[1][0,66] = W[1][0,66] - learning_rate·" in out
    assert told(capsys, weight="1:0,66", top=2, epoch=20, batch=4) == out
    assert told(capsys, weight="1:0,66", top=2, step=80) == out
    assert told(capsys, weight="1:0,66", top=2, batch=4) == out
    assert told(capsys, weight="1:0,66", step=77) == told(capsys, weight="1:0,66", batch=1)
    assert told(capsys, weight="1:0,66", epoch=2) == told(capsys, weight="1:0,66", step=8)


def test_the_step_that_had_an_image(capsys, trained) -> None:
    found = json.loads(told(capsys, weight="1:0,66", image=3, format="json"))
    assert (found["epoch"], found["image"]) == (20, 3)
    assert 3 in found["rows"]
    same = told(capsys, weight="1:0,66", image=3, step=found["step"], format="json")
    assert json.loads(same) == found


def test_a_neuron_and_a_decision(capsys, trained) -> None:
    out = told(capsys, neuron="1:0", image=1)
    assert out.startswith(
        "Neuron 0 of layer 1 of seen\n\nFor example 1 of the test part of bars.npz, "
    )
    assert "What it sees\n" in out
    out = told(capsys, decision=0, split="train")
    assert "\nFor example 0 of the train part of bars.npz" in out
    assert out.startswith("Why seen chose ")
    page = told(capsys, decision=0, split="train", format="html")
    assert page.startswith("<!doctype html>")
    assert page.count("<img ") == 2


def test_a_network_file(capsys, trained, bars) -> None:
    out = told(capsys, "seen/network.safetensors", decision=0, split="all", data=bars)
    assert out.startswith("Why seen/network.safetensors chose ")


def test_the_last_step_of_a_run_that_has_not_ended(capsys, trained) -> None:
    whole = told(capsys, weight="1:0,66")
    (trained / "seen" / "network.safetensors").unlink()
    assert told(capsys, weight="1:0,66") == whole


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {},
            "explain: expected one of --weight, --neuron, --decision, --influence, --mislabels "
            "for a run, got none. Ask for example for a decision: chainrule explain seen "
            "--decision 0.",
        ),
        (
            {"weight": "1:0,0", "decision": 0},
            "explain: expected one of --weight, --neuron, --decision, --influence, --mislabels "
            "for a run, got --weight and --decision. Ask for example for a decision: "
            "chainrule explain seen --decision 0.",
        ),
        (
            {"weight": "1:0"},
            "--weight: expected numbers such as 1:4,300: layer 1, neuron 4, input 300, got '1:0'. "
            "Layers count from 1, neurons and inputs from 0.",
        ),
        (
            {"neuron": "0:1"},
            "--neuron: expected numbers such as 2:7, got '0:1'. Layers count from 1, neurons and "
            "inputs from 0.",
        ),
        (
            {"neuron": "1:1"},
            "explain: expected --image with --neuron, got none. A neuron is explained for one "
            "example.",
        ),
        (
            {"neuron": "2:0", "image": 0},
            "--neuron: expected a layer from 1 to 1, got 'z[2][0]'. The network is 144-2.",
        ),
        (
            {"decision": 32, "split": "train"},
            "--decision: expected the number of an example from 0 to 31, got 32. The train part "
            "of bars.npz has 32 examples.",
        ),
        (
            {"weight": "1:2,0"},
            "--weight: expected a neuron from 0 to 1, got 'dW[1][2,0]'. The network is 144-2.",
        ),
        (
            {"weight": "1:0,0", "step": 81},
            "seen: expected a step from 1 to 80, got 81. The run has 4 batches an epoch.",
        ),
        ({"weight": "1:0,0", "epoch": 21}, "--epoch: expected an epoch from 1 to 20, got 21."),
        ({"weight": "1:0,0", "batch": 5}, "--batch: expected a batch from 1 to 4, got 5."),
        (
            {"weight": "1:0,0", "step": 1, "epoch": 1},
            "explain: expected no --epoch here, got 1. --step counts all batches of the run.",
        ),
        (
            {"weight": "1:0,0", "split": "test"},
            "explain: expected no --split here, got test. A weight learned from the training set.",
        ),
        (
            {"weight": "1:0,0", "image": 32},
            "--image: expected the number of an example from 0 to 31, got 32. The run learned "
            "from 32 examples.",
        ),
        (
            {"decision": 0, "image": 1},
            "explain: expected no --image here, got 1. --decision has the number of the example "
            "itself.",
        ),
        (
            {"decision": 0, "step": 1},
            "explain: expected no --step here, got 1. --decision is of the network as it was kept.",
        ),
        (
            {"decision": 0, "digits": 3, "quantity": ()},
            "explain: expected no --digits here, got 3. It is for worked files.",
        ),
        (
            {"decision": 0, "format": "latex"},
            "explain: expected --format to be one of text, html, json for a run, got 'latex'. The "
            "others are for worked files.",
        ),
    ],
)
def test_what_cannot_be_asked(trained, given, words) -> None:
    with pytest.raises(InputError) as caught:
        explain_run("seen", given)
    assert str(caught.value) == words


def test_an_image_that_another_step_had(capsys, trained) -> None:
    found = json.loads(told(capsys, weight="1:0,66", image=3, format="json"))
    other = found["step"] % 4 + 77 if found["step"] % 4 + 77 != found["step"] else 77
    with pytest.raises(InputError) as caught:
        explain_run("seen", {"weight": "1:0,66", "image": 3, "step": other})
    assert str(caught.value) == (
        f"--image: expected an example of step {other}, got 3. That example was last in step "
        f"{found['step']}. Set --step {found['step']}, or leave it out."
    )


def test_a_network_file_does_not_know_its_course(trained) -> None:
    with pytest.raises(InputError) as caught:
        explain_run("seen/network.safetensors", {"weight": "1:0,0"})
    assert str(caught.value) == (
        "explain: expected the folder of a run with --weight, got seen/network.safetensors. A "
        "network file does not know how it learned."
    )
    with pytest.raises(InputError) as caught:
        explain_run("seen/network.safetensors", {"decision": 0})
    assert str(caught.value) == (
        "seen/network.safetensors: expected data to go with the network, got none. A network file "
        "does not know its data. Say where they are: chainrule explain seen/network.safetensors "
        "--data DATA."
    )


def test_flags_of_runs_are_refused_for_worked_files() -> None:
    refuse_run_flags({"step": 1, "format": "text", "weight": None})
    with pytest.raises(InputError) as caught:
        refuse_run_flags({"weight": "1:0,0"})
    assert str(caught.value) == (
        "explain: expected no --weight here, got 1:0,0. It is for runs; FILE is a worked example."
    )


def test_every_flag_is_known_where_flags_are_refused() -> None:
    names = {str(flag.name) for flag in run_flags()} - {"offline"}
    for name in names:
        with pytest.raises(InputError):
            refuse_run_flags({name: 1})

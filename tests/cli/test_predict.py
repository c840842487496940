from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import chainrule as cr


@pytest.fixture
def standing() -> str:
    """A photo of a bar that stands: dark ink on light paper."""
    grey = np.full((90, 90), 235, np.uint8)
    grey[15:75, 40:50] = 30
    Image.fromarray(grey).save("standing.png")
    return "standing.png"


def test_a_photo(chainrule, trained, standing) -> None:
    outcome = chainrule("predict", "seen", standing)
    assert (outcome.code, outcome.err) == (0, "")
    first, sure, other, *remarks = outcome.out.splitlines()
    assert first == "standing.png: 0"
    assert re.fullmatch(r"  0  █+[▏▎▍▌▋▊▉]? +\d+\.\d\d %", sure)
    assert re.fullmatch(r"  1  [█▏▎▍▌▋▊▉]* +<?\d+\.\d\d %", other)
    assert (
        "  The ink was inverted: it is dark on light; the training images are light on dark."
        in remarks
    )


def test_a_table_of_pixels_is_answered_row_by_row(chainrule, trained, bars) -> None:
    with np.load(bars) as arrays:
        rows = arrays["x"].reshape(40, 144)
    header = ",".join(f"pixel{k}" for k in range(144))
    np.savetxt("rows.csv", rows, "%d", ",", header=header, comments="")
    outcome = chainrule("predict", "seen", "rows.csv")
    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.split()[:4] for line in outcome.out.splitlines() if "line" in line]
    assert [line[3] for line in lines] == ["0"] * 20 + ["1"] * 20
    told = json.loads(chainrule("predict", "seen", "rows.csv", "--json").out)
    assert [one["answer"] for one in told] == ["0"] * 20 + ["1"] * 20
    assert told[0]["input"] == "rows.csv, line 2"


def test_the_stages_are_drawn(chainrule, trained, standing) -> None:
    outcome = chainrule("predict", "seen", standing, "--show", "steps.png")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith("drawn    steps.png\n")
    assert Path("steps.png").read_bytes().startswith(b"\x89PNG")
    told = chainrule("predict", "seen", standing, "--show", "steps.svg", "--json")
    assert json.loads(told.out)[0]["answer"] == "0"
    assert "<svg" in Path("steps.svg").read_text()
    outcome = chainrule("predict", "seen", standing, "--show", "steps.bmp")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "steps.bmp: expected a name that ends with .png, .svg or .pdf, got '.bmp'.\n"
    )


def test_only_the_likeliest(chainrule, trained, standing) -> None:
    outcome = chainrule("predict", "seen", standing, "--top", "1")
    assert [line[:3] for line in outcome.out.splitlines()[:3]] == ["sta", "  0", "  T"]


def test_several_pictures_of_several_kinds(chainrule, trained, standing) -> None:
    lying = np.zeros((12, 12), int)
    lying[5:7, 2:10] = 210
    np.savetxt("lying.csv", lying, fmt="%d", delimiter=",")
    outcome = chainrule("predict", "seen", standing, "lying.csv", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    first, second = json.loads(outcome.out)
    assert (first["input"], first["answer"]) == ("standing.png", "0")
    assert (second["input"], second["answer"]) == ("lying.csv", "1")
    assert sum(first["outputs"].values()) == pytest.approx(1)
    assert list(first["outputs"]) == ["0", "1"]
    assert first["remarks"][0].startswith("The ink was inverted")


def test_pictures_for_a_network_that_learned_from_numbers(chainrule, trained, standing) -> None:
    network = cr.Network.load("seen/network.safetensors")
    described = (network.architecture, network.parameters)
    for name, scale in (("bytes", 1 / 255), ("floats", 1.0)):
        cr.Network(*described, scale, (12, 12), ("0", "1")).save(f"{name}.safetensors")
    by_bytes = json.loads(chainrule("predict", "bytes.safetensors", standing, "--json").out)
    by_numbers = json.loads(chainrule("predict", "floats.safetensors", standing, "--json").out)
    assert by_numbers[0]["outputs"] == pytest.approx(by_bytes[0]["outputs"])


def test_rows_of_a_table(chainrule, trained) -> None:
    Path("new.csv").write_text("length,width\n1.0,2.0\n5.0,7.0\n")
    outcome = chainrule("predict", "run", "new.csv")
    assert (outcome.code, outcome.err) == (0, "")
    title, *lines = outcome.out.splitlines()
    assert title == "Answers"
    assert lines[0].split() == ["row", "answer", "2."]
    assert re.fullmatch(r"  new.csv, line 2   +rose \d\S+ %  +tulip <?\d\S+ %", lines[1])
    assert re.fullmatch(r"  new.csv, line 3  +tulip \d\S+ %  +rose <?\d\S+ %", lines[2])
    assert len(lines) == 3


def test_rows_with_their_targets(chainrule, trained, flowers) -> None:
    outcome = chainrule("predict", "run", flowers, "--top", "1")
    (note,) = [line for line in outcome.out.splitlines() if "training data" in line]
    assert note.startswith("  length: 1 value above 5.18, the greatest of the training data")
    assert sum("rose" in line for line in outcome.out.splitlines()) == 20


def test_numbers(chainrule, line) -> None:
    assert chainrule("train", line, "--task", "numbers", "--epochs", "1", "--run", "run").code == 0
    Path("new.csv").write_text("0.5\n")
    told = json.loads(chainrule("predict", "run", "new.csv", "--json").out)
    network = cr.Network.load("run/network.safetensors")
    by_place = "The columns were matched by their places, as their names are not known."
    expected = float(network.predict(np.array([[0.5]]))[0, 0])
    assert told[0] == {
        "input": "new.csv, line 1",
        "answer": None,
        "outputs": {"output 1": pytest.approx(expected)},
        "remarks": [by_place],
    }
    words = chainrule("predict", "run", "new.csv").out.replace(by_place, "")
    assert words.split() == ["Outputs", "row", "1.", "new.csv,", "line", "1", f"{expected:.6g}"]


def test_one_output_for_two_classes(chainrule, flowers) -> None:
    flags = ("--layers", "2,1", "--activation", "sigmoid", "--cost", "binary_cross_entropy")
    learned = ("--epochs", "60", "--learning-rate", "0.1", "--seed", "0", "--run", "run")
    assert chainrule("train", flowers, *flags, *learned).code == 0
    Path("new.csv").write_text("1.0,2.0\n5.0,7.0\n")
    told = json.loads(chainrule("predict", "run", "new.csv", "--json").out)
    assert [one["answer"] for one in told] == ["rose", "tulip"]
    assert sum(told[0]["outputs"].values()) == pytest.approx(1)


def test_outputs_that_are_no_shares(chainrule, bars, standing) -> None:
    flags = ("--layers", "144,2", "--activation", "identity", "--cost", "squared_error")
    assert (
        chainrule("train", bars, *flags, "--epochs", "5", "--seed", "1", "--run", "run").code == 0
    )
    lines = chainrule("predict", "run", standing).out.splitlines()
    assert all(re.fullmatch(r"  [01]  -?\d\S*", line) for line in lines[1:3])


def test_a_row_that_cannot_be_read_does_not_end_the_others(chainrule, trained) -> None:
    Path("rows.csv").write_text("1,2\n1\n1,2\n1,x\n")
    outcome = chainrule("predict", "run", "rows.csv")
    assert outcome.code == 1
    assert [line.split()[:3] for line in outcome.out.splitlines()[2:4]] == [
        ["rows.csv,", "line", "1"],
        ["rows.csv,", "line", "3"],
    ]
    assert outcome.err.splitlines() == [
        "rows.csv, line 2: expected 2 fields, got 1.",
        "rows.csv, line 4, column 1: expected a number, got 'x'.",
    ]


def test_answers_that_are_not_sure_are_left_open(chainrule, trained, standing) -> None:
    Path("new.csv").write_text("1.0,2.0\n5.0,7.0\n")
    outcome = chainrule("predict", "run", "new.csv", "--abstain", "1", "--top", "1")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert re.fullmatch(r"  new.csv, line 1   \? \(rose \d\S+ %\)", lines[2])
    assert re.fullmatch(r"  new.csv, line 2  \? \(tulip \d\S+ %\)", lines[3])
    sure = chainrule("predict", "run", "new.csv", "--abstain", "0").out
    assert sure == chainrule("predict", "run", "new.csv").out
    picture = json.loads(chainrule("predict", "seen", standing, "--abstain", "1", "--json").out)
    assert picture[0]["answer"] == "?"
    due = json.loads(chainrule("predict", "seen", standing, "--json").out)
    assert picture[0]["outputs"] == due[0]["outputs"]
    assert chainrule("predict", "seen", standing, "--abstain", "1").out.startswith(f"{standing}: ?")

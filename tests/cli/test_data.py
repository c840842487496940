from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import chainrule as cr

MNIST = "mnist: comes with chainrule\n  70,000 digits in 10 classes, 28 x 28\n"


def test_list(chainrule) -> None:
    outcome = chainrule("data", "list")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(MNIST + "  licence: CC BY-SA 3.0\nfashion_mnist: ")
    assert "kmnist: not here, 21.2 MB to fetch\n" in outcome.out


def test_list_as_json(chainrule) -> None:
    told = json.loads(chainrule("data", "list", "--json").out)
    assert [entry["name"] for entry in told] == list(cr.data.sources.dataset_names())
    assert told[2]["state"] == "missing"
    assert told[2]["download"] == 18165135 + 29497 + 3041136 + 5120


def test_a_damaged_file_is_seen(chainrule, cache) -> None:
    folder = cache / "downloads" / "kmnist"
    folder.mkdir(parents=True, exist_ok=True)
    broken = folder / "t10k-labels-idx1-ubyte.gz"
    broken.write_bytes(b"broken")
    try:
        assert "kmnist: damaged, 21.2 MB to fetch again\n" in chainrule("data", "list").out
        outcome = chainrule("data", "verify", "kmnist")
        assert (outcome.code, outcome.err) == (1, "")
        assert f"damaged  {broken}\n" in outcome.out
        told = json.loads(chainrule("data", "verify", "kmnist", "--json").out)
        assert told["state"] == "damaged"
        assert [file["state"] for file in told["files"]] == ["missing"] * 3 + ["damaged"]
    finally:
        broken.unlink()


def test_verify_mnist(chainrule) -> None:
    outcome = chainrule("data", "verify", "mnist")
    assert (outcome.code, outcome.err) == (0, "")
    states = [line.split()[0] for line in outcome.out.splitlines()]
    assert states == ["intact"] * 4


def test_fetch_what_is_here(chainrule) -> None:
    outcome = chainrule("data", "fetch", "mnist")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        "mnist: 60,000 examples, 10,000 to test; 28 x 28, 10 classes; here and intact\n"
    )
    told = json.loads(chainrule("data", "fetch", "mnist", "--json").out)
    assert told == {"name": "mnist", "train": 60000, "test": 10000}


def test_fetch_offline_tells_how_to_do_it_by_hand(chainrule) -> None:
    outcome = chainrule("data", "fetch", "kmnist")
    assert (outcome.code, outcome.out) == (2, "")
    assert "downloads are switched off" in outcome.err
    assert outcome.err.count("\n") == 1


def test_show_a_table(chainrule, flowers) -> None:
    outcome = chainrule("data", "show", flowers)
    pair = cr.load_dataset(flowers)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "data     flowers.csv (without 0.2 held out of 40, seed 0): 32 examples, 8 to test; "
        "2 numbers, 2 classes",
        "train    32 examples; numbers are float64, 0.00 % of them 0",
        f"         SHA-256 {pair.train.digest}",
        "test     8 examples; numbers are float64, 0.00 % of them 0",
        f"         SHA-256 {pair.test.digest}",
        "         The target is kind: 2 classes in 40 rows.",
        "",
        "Columns",
        "  column  kind                   values       missing  becomes",
        "  length  number, decimal point  1 to 5.18             1 input",
        "  width   number, decimal point  1.81 to 7             1 input",
        "  kind    classes                rose, tulip           the target",
        "",
        "Classes",
        "  class  train  test",
        "  rose      16     4",
        "  tulip     16     4",
        "",
    ]


def test_show_images(chainrule, bars) -> None:
    outcome = chainrule("data", "show", bars, "--save", "samples.png")
    lines = outcome.out.splitlines()
    assert "train    32 examples; numbers are uint8 times 0.00392157, 88.89 % of them 0" in lines
    assert lines[-4:] == [
        "⠀⠀⢠⡄⠀⠀  ⠀⠀⠀⠀⠀⠀",
        "⠀⠀⢸⡇⠀⠀  ⠀⠶⠶⠶⠶⠀",
        "⠀⠀⠘⠃⠀⠀  ⠀⠀⠀⠀⠀⠀",
        "drawn    samples.png",
    ]
    assert Path("samples.png").read_bytes().startswith(b"\x89PNG")


def test_show_as_json(chainrule, bars) -> None:
    told = json.loads(chainrule("data", "show", bars, "--json").out)
    assert told["shape"] == [12, 12]
    assert told["classes"] == ["0", "1"]
    assert told["train"]["counts"] == [16, 16]
    assert told["test"]["examples"] == 8
    assert told["train"]["zero_share"] == 1 - 16 / 144
    assert told["train"]["sha256"] == cr.load_dataset(bars).train.digest


def test_show_numbers(chainrule, line) -> None:
    outcome = chainrule("data", "show", line, "--task", "numbers")
    assert outcome.out.splitlines()[0].endswith("24 examples, 6 to test; 1 number, 1 target")
    assert "Classes" not in outcome.out
    told = json.loads(chainrule("data", "show", line, "--task", "numbers", "--json").out)
    assert told["train"]["counts"] is None


def test_many_classes_are_cut_short(chainrule) -> None:
    np.savez("many.npz", x=np.arange(240.0)[:, None], y=np.repeat(np.arange(60), 4))
    outcome = chainrule("data", "show", "many.npz")
    assert "  and 10 more classes\n" in outcome.out


def test_help_where_no_command_is_named(chainrule) -> None:
    outcome = chainrule("data")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == chainrule("data", "--help").out
    names = [line.split()[0] for line in outcome.out.partition("Commands:\n")[2].splitlines()[:4]]
    assert names == ["list", "fetch", "verify", "show"]

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import main

TINY = ("--part", "speed", "--case", "20-32-2/32", "--peer", "numpy", "--peer", "reference")
SMALL = ("--examples", "64", "--rounds", "2", "--threads", "1")


@pytest.fixture
def bench(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process and a folder of its own: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        return (code, *capsys.readouterr())

    return run


def test_tables_json_markdown_and_a_picture(bench) -> None:
    files = ("--json", "b.json", "--markdown", "b.md", "--picture", "b.png")
    code, out, err = bench(*TINY, *SMALL, *files)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Training"
    assert any(line.startswith("  NumPy, textbook") for line in lines)
    kept = json.loads(Path("b.json").read_text())
    assert (kept["threads"], kept["rounds"], kept["quick"]) == (1, 2, False)
    (case,) = kept["parts"]["speed"]
    assert (case["case"], case["examples"]) == ("20-32-2/32", 64)
    assert [row["agreement"] for row in case["rows"]] == ["same", "same"]
    page = Path("b.md").read_text()
    command, given = page.split("`")[1].split(" ARGS=")
    assert command == "make bench"
    words = [word for flag in shlex.split(*shlex.split(given)) for word in flag.split("=")]
    assert sorted(words) == sorted([*TINY, *SMALL, *files])
    assert "\n## 20-32-2/32, 64 examples an epoch\n" in page
    assert Path("b.png").read_bytes().startswith(b"\x89PNG")


def test_json_alone(bench) -> None:
    code, out, err = bench("--part", "imports", "--peer", "numpy", "--quick", "--json", "-")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["quick"] is True
    assert [row["title"] for row in found["parts"]["imports"]] == ["Python alone", "NumPy"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("--part", "sped"),
            "bench: expected a part, got 'sped' (str). Did you mean 'speed'? Valid names: "
            "imports, latency, many, memory, roofline, rows, speed, to98.",
        ),
        (
            ("--peer", "jaxx"),
            "bench: expected a peer, got 'jaxx' (str). Did you mean 'jax'? Valid names: "
            "chainrule, jax, nn-digits, numpy, onnxruntime, reference, sklearn, torch, "
            "torch-compile.",
        ),
        (
            ("--threads", "0"),
            "bench: expected --threads to be a whole number at least 1 and at most 1024, "
            "got 0 (int). --threads: threads that each peer may use.",
        ),
        (
            ("--picture", "b.jpg"),
            "bench: expected --picture to end with .png, .svg or .pdf, got b.jpg.",
        ),
        (
            ("--part", "rows", "--picture", "b.png"),
            "bench: expected the part speed for --picture, got rows. Add --part speed.",
        ),
        (
            ("--json", "nowhere/b.json"),
            "bench: expected --json in a folder that exists, got nowhere/b.json. "
            "Make the folder first.",
        ),
    ],
)
def test_bad_input_is_one_line_before_anything_is_measured(bench, arguments, text) -> None:
    assert bench(*arguments) == (2, "", text + "\n")


def test_help_has_examples_parts_and_peers(bench, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        bench("--help")
    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert "make bench ARGS=--quick" in text
    assert "    torch-compile  PyTorch, torch.compile" in text
    assert "    to98       time to 98 % on MNIST's test images" in text

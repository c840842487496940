from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.cli.bench import command
from chainrule.cli.exit_status import ended

TINY = ("--part", "speed", "--case", "20-32-2/32", "--peer", "numpy", "--peer", "reference")
SMALL = ("--examples", "64", "--rounds", "2", "--threads", "1")


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process: exit code, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        def action() -> int:
            with command.make_context("bench", list(arguments)) as context:
                return int(command.invoke(context) or 0)

        code = ended(action, ["bench", *arguments])
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
    words = shlex.split(page.split("`")[1])
    assert words[:4] == ["chainrule", "bench", "--part", "speed"]
    assert sorted(words[2:]) == sorted([*TINY, *SMALL, *files])
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
            "bench: expected a part, got 'sped' (str). Did you mean 'speed'? The names are: "
            "imports, latency, many, memory, roofline, rows, speed, to98.",
        ),
        (
            ("--peer", "jaxx"),
            "bench: expected a peer, got 'jaxx' (str). Did you mean 'jax'? The names are: "
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


def test_help_has_examples_parts_and_peers(bench) -> None:
    with command.make_context("bench", []) as context:
        text = command.get_help(context)
    assert "chainrule bench --quick" in text
    assert "    torch-compile  PyTorch, torch.compile" in text
    assert "    to98       time to 98 % on MNIST's test images" in text

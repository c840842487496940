from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

import chainrule as cr
from chainrule.cli.app import COMMANDS
from chainrule.cli.app import chainrule as group

HEAVY = ("numpy", "rich", "matplotlib", "PIL", "safetensors", "pyarrow", "chainrule.recipe")
SUB = ("list", "fetch", "verify", "show")


def loaded_by(*arguments: str) -> set[str]:
    """The heavy modules that a command line loads, in a new interpreter."""
    program = (
        "import sys; from chainrule.cli import main; code = main(sys.argv[1:]);"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    return set(run.stderr.split())


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",), ("--version",)])
def test_help_loads_nothing_heavy(arguments) -> None:
    assert loaded_by(*arguments) == set()


def test_the_package_of_commands_loads_nothing() -> None:
    program = "import sys, chainrule.cli; print('click' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"


def test_plain_output_needs_no_rich(flowers) -> None:
    assert "rich" not in loaded_by("train", flowers, "--epochs", "1")


def test_version(chainrule) -> None:
    assert chainrule("--version").out == f"chainrule {cr.__version__}\n"


def test_without_a_command_there_is_help(chainrule) -> None:
    outcome = chainrule()
    assert outcome.code == 0
    assert outcome.out == chainrule("--help").out
    assert outcome.out.startswith("Usage: chainrule [OPTIONS] [COMMAND] [ARGS]...\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command(chainrule, name) -> None:
    outcome = chainrule(name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == chainrule(name, "-h").out
    assert outcome.out.startswith(f"Usage: chainrule {name} [OPTIONS]")
    # Begins with the sentence of the list of commands, and ends with examples of itself.
    assert outcome.out.splitlines()[2].strip() == COMMANDS[name]
    examples = outcome.out.partition("\nExamples:\n")[2].splitlines()
    assert examples
    assert all(f"{line} ".startswith((f"  chainrule {name} ", "      --")) for line in examples)


@pytest.mark.parametrize("name", SUB)
def test_the_help_of_a_command_on_data(chainrule, name) -> None:
    outcome = chainrule("data", name, "--help")
    assert outcome.code == 0
    assert f"\nExamples:\n  chainrule data {name}" in outcome.out


def test_help_lists_the_commands(chainrule) -> None:
    out = chainrule("--help").out
    width = max(map(len, COMMANDS))
    for name, sentence in COMMANDS.items():
        assert f"  {name:<{width}}  {sentence}\n" in out


def test_clicks_own_runner_sees_the_same() -> None:
    runner = CliRunner()
    result = runner.invoke(group, ["trian"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("chainrule: expected a command, got 'trian'")
    assert runner.invoke(group, ["--version"]).exit_code == 0
    assert runner.invoke(group, ["data", "verify", "kmnist"]).exit_code == 1

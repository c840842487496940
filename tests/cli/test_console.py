from __future__ import annotations

import io
import json
import sys

import pytest

from chainrule.cli.console import Console, is_terminal
from chainrule.documents.nodes import Table
from chainrule.errors import FileError

TABLE = Table("Sizes", ("what", "n"), (("[b]ants", "12"),), "A note.")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch) -> Terminal:
    """Standard output as a terminal; called by the test, as pytest puts its own in before it."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    return shown


def test_plain_lines(capsys) -> None:
    console = Console()
    console.line("words", "bold")
    console.fact("seed", "7")
    console.table(TABLE)
    assert capsys.readouterr().out == (
        "words\nseed     7\nSizes\n  what      n\n  [b]ants  12\n  A note.\n"
    )


def test_json_leaves_words_out(capsys) -> None:
    console = Console(as_json=True)
    console.line("words")
    console.fact("seed", "7")
    console.table(TABLE)
    console.json({"name": "é", "n": [1]})
    out = capsys.readouterr().out
    assert json.loads(out) == {"name": "é", "n": [1]}
    assert "é" in out


def test_a_terminal(monkeypatch) -> None:
    terminal = on_terminal(monkeypatch)
    console = Console()
    assert console.terminal
    console.fact("seed", "7")
    console.table(TABLE)
    assert terminal.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "") == (
        "seed     7\nSizes\nwhat      n\n───────────\n[b]ants  12\n\x1b[2mA note.\n"
    )


def test_a_long_fact_is_wrapped_beside_its_label(monkeypatch) -> None:
    terminal = on_terminal(monkeypatch)
    Console().fact("recipe", "word " * 20)
    shown = terminal.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
    first, second, _ = shown.split("\n")
    assert len(first) <= 80
    assert second.startswith(" " * 9 + "word")


def test_json_is_never_coloured(monkeypatch) -> None:
    terminal = on_terminal(monkeypatch)
    console = Console(as_json=True)
    assert not console.terminal
    console.json([1])
    assert terminal.getvalue() == "[\n  1\n]\n"


@pytest.mark.parametrize("name", ["dumb", "xterm"])
def test_terminals_that_cannot_draw(monkeypatch, name) -> None:
    monkeypatch.setenv("TERM", name)
    assert is_terminal(Terminal()) is (name != "dumb")
    assert not is_terminal(io.StringIO())
    assert not is_terminal(None)


def test_what_cannot_be_written_is_an_error_each_time(monkeypatch, tmp_path) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)

        def refuse(text: str) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(stream, "write", refuse, raising=False)
        console = Console()
        for _ in range(2):
            with pytest.raises(FileError) as caught:
                console.line("words")
            assert str(caught.value) == (
                "standard output: expected a writable stream, got No space left on device."
            )

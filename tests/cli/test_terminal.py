"""Commands on a real terminal: a pseudo-terminal of 80 columns."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def seen(*arguments: str, out: str = "", **environment: str) -> str:
    """What the terminal got, with its codes; standard output goes to the file `out` if named."""
    leader, follower = pty.openpty()
    stdout = os.open(out, os.O_WRONLY | os.O_CREAT) if out else os.dup(follower)
    one = subprocess.Popen(
        [sys.executable, "-m", "chainrule", *arguments],
        stdin=follower,
        stdout=stdout,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
    )
    os.close(follower)
    os.close(stdout)
    text = b"".join(iter(lambda: _read(leader), b"")).decode()
    os.close(leader)
    assert one.wait() == 0, text
    return text.replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the last process has let go of the terminal
        return b""


def test_training_shows_a_bar_and_leaves_a_record(flowers) -> None:
    text = seen("train", flowers, "--layers", "2,4,2", "--epochs", "300", "--seed", "1")
    assert "━" in text
    assert "\x1b[?25h" in text.rpartition("━")[2]  # the cursor is shown again
    # Each frame of the bar begins with a return of the carriage.
    plain = CODES.sub("", text).replace("\r", "\n")
    assert re.search(r"^network +2, 4 relu, 2 softmax; 22 parameters, float32", plain, re.M)
    assert re.search(r"^ *300/300 +\d", plain, re.M)
    assert re.search(r"^test +\d+\.\d\d % of 8 right", plain, re.M)
    assert max(len(line.rstrip()) for line in plain.split("\n")) <= 80


def test_json_keeps_the_bar_on_stderr(flowers) -> None:
    arguments = ("train", flowers, "--layers", "2,4,2", "--epochs", "300", "--json")
    assert "━" in seen(*arguments, out="told.json")
    out = Path("told.json").read_text()
    assert out.startswith("{\n")
    assert out.endswith("}\n")


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}])
def test_a_terminal_that_cannot_draw_gets_lines(flowers, environment) -> None:
    text = seen("train", flowers, "--layers", "2,4,2", "--epochs", "3", **environment)
    assert "\x1b" not in text
    assert re.search(r"^    3/3 +\d", text, re.M)


def test_no_colours_on_request(trained) -> None:
    text = seen("evaluate", "run", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", text)


def test_tables_and_pictures(trained) -> None:
    text = seen("evaluate", "run")
    plain = CODES.sub("", text)
    assert re.search(r"^  class  examples  answered  precision  recall      F1$", plain, re.M)
    assert re.search(r"^  \x1b\[4mclass  examples", text, re.M)
    Path("new.csv").write_text("1,2\n5,7\n")
    plain = CODES.sub("", seen("predict", "run", "new.csv"))
    assert re.search(r"^new.csv, line 1 +rose", plain, re.M)
    assert "run holds: 30 epochs" in seen("verify", "run")


ATTACK = "\x1b[8mowned\x07"
ROWS = [f"{i % 5},{i % 3},{('rose', 'tulip')[i % 2]}{ATTACK}" for i in range(40)]
NAMED = f"flo{ATTACK}wers.csv"


def test_what_others_named_sends_no_codes(chainrule) -> None:
    Path(NAMED).write_text("\n".join([f"length{ATTACK},width,kind", *ROWS]) + "\n")
    learn = ("train", NAMED, "--layers", "2,4,2", "--epochs", "30", "--seed", "1")
    run = f"run{ATTACK}"
    for words in (
        (*learn, "--run", run),
        ("evaluate", run),
        ("predict", run, NAMED, "--top", "2"),
        ("predict", run, NAMED, "--output", "-"),
        ("data", "show", NAMED),
        ("data", "show", NAMED, "--json"),
        ("evaluate", run, "--json"),
        ("inspect", run, "importance"),
    ):
        text = seen(*words, TERM="xterm")
        assert ATTACK not in text, words
        assert "\x07" not in text, words
        assert r"\x1b[8mowned" in text or r"\u001b[8mowned" in text, (words, text)
    for words in (
        (*learn, "--run", run),
        ("evaluate", NAMED),
        ("check", NAMED),
        ("explain", NAMED),
    ):
        refused = chainrule(*words)
        assert refused.code == 2
        assert r"\x1b[8mowned\x07" in refused.err
        assert "\x1b" not in refused.out + refused.err


def test_data_for_programs_stay_as_they_are(chainrule) -> None:
    Path("flowers.csv").write_text("\n".join(["length,width,kind", *ROWS]) + "\n")
    chainrule("train", "flowers.csv", "--layers", "2,4,2", "--epochs", "30", "--run", "run")
    outcome = chainrule("predict", "run", "flowers.csv", "--output", "-")
    assert outcome.code == 0
    assert f"tulip{ATTACK}" in outcome.out


def test_advice_can_be_pasted_into_a_shell(chainrule, flowers) -> None:
    place = "my runs; rm -r $HOME"
    learn = ("train", flowers, "--layers", "2,4,2", "--epochs", "3", "--run", place)
    assert f"see chainrule evaluate '{place}'" in chainrule(*learn).out.replace("\n", "")
    assert f"`--resume '{place}'`" in chainrule(*learn).err

from __future__ import annotations

import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

# Put together here, so that the check of this very file finds nothing.
TO_DO = "TO" + "DO"
LATER = "FIX" + "ME"
CROSSES = "X" * 3
UNFINISHED = "Not" + "ImplementedError"
PICKLE = "allow_" + "pickle"
HOME = "/ho" + "me/"
HOST = "pyp" + "i.org"

LEFTOVER = "a leftover: do it, or leave the remark out."
ONE_MACHINE = "a path of one machine: make it relative."


@pytest.fixture
def checkout(tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)


@pytest.mark.usefixtures("checkout")
def test_clean_files_pass(plant, run_check):
    plant("src/batches.py", "method = prefix_xxx + 'todo', XXXX, https://example.org/home/page\n")
    plant("docs/guide.md", "np.load(path, allow_" + "pickle=False)\n~/home/x ../work/y\n")
    assert run_check("words.py") == (0, ["2 files read"])


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    ("text", "found", "sentence"),
    [
        (f"# {TO_DO}: more", TO_DO, LEFTOVER),
        (f"# {LATER}", LATER, LEFTOVER),
        (f"x = 1  # {CROSSES}", CROSSES, LEFTOVER),
        (f"raise {UNFINISHED}", UNFINISHED, "unfinished: write it, or leave it out."),
        (f"{PICKLE} = True", f"{PICKLE} = True", "loading it would run a stranger's code."),
        (f"open('{HOME}x')", f"{HOME}x", ONE_MACHINE),
        ("cd /wo" + "rk/main", "/wo" + "rk/m", ONE_MACHINE),
        ("/Us" + "ers/somebody", "/Us" + "ers/s", ONE_MACHINE),
        ("C:\\Us" + "ers\\x", "C:\\Us" + "ers", ONE_MACHINE),
        (f"--index https://{HOST}/simple", HOST, "a registry's host: leave it out."),
    ],
)
def test_each_pattern_is_found_with_its_line(plant, run_check, text, found, sentence):
    plant("notes/plan.txt", "first\n" + text + "\n")
    assert run_check("words.py") == (
        1,
        ["1 files read", f"notes/plan.txt:2: '{found}' is {sentence}"],
    )


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The path, or None where there is no" + "ne.", "where there is no" + "ne"),
        ("None where\n    # there is no" + "ne", "where there is no" + "ne"),
        ("Who" + "ever calls it", "Who" + "ever"),
        ("The loop is\n    to" + "ld so.", "is to" + "ld"),
        ("sizes, one a la" + "yer", "one a la" + "yer"),
    ],
)
def test_phrases_that_read_badly_are_found_in_prose(plant, run_check, text, found):
    plant("src/rooms.py", f"# First line.\n# {text}\n")
    plant("tests/test_rooms.py", f"# {text}\n")
    code, (_, line) = run_check("words.py")
    assert code == 1
    assert line.startswith(f"src/rooms.py:2: '{found}' reads badly: write '")


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    "name",
    [
        "src/utils.py",
        "src/helpers/dots.py",
        "src/common.py",
        "src/base/x.txt",
        "src/core.py",
        "src/manager.py",
        "tests/test_misc.py",
        "src/affine_fast.py",
        "src/affine_new/x.md",
    ],
)
def test_empty_names_are_found(plant, run_check, name):
    plant(name, "")
    part = name.split("/")[1].removesuffix(".py")
    assert run_check("words.py") == (
        1,
        [
            "1 files read",
            f"{name}:1: '{part}' does not say what is inside: name it by its subject.",
        ],
    )


@pytest.mark.usefixtures("checkout")
def test_names_that_only_contain_such_a_word_pass(plant, run_check):
    for name in ("database.py", "score.py", "fast.py", "docs/base.md", "renewal.py"):
        plant(name, "")
    assert run_check("words.py") == (0, ["5 files read"])


@pytest.mark.usefixtures("checkout")
def test_ignored_and_deleted_and_binary_files_are_passed_over(plant, run_check, tmp_path):
    plant(".gitignore", "*.log\n")
    plant("run.log", TO_DO)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0" + TO_DO.encode())
    (tmp_path / "old.csv").write_bytes(b"\xff" + TO_DO.encode())
    gone = plant("gone.txt", TO_DO)
    subprocess.run(["git", "-C", str(tmp_path), "add", "--all"], check=True)
    gone.unlink()
    assert run_check("words.py") == (0, ["4 files read"])


def test_outside_a_checkout_it_refuses(run_check, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, (line,) = run_check("words.py", ".")
    assert code == 2
    assert line.startswith("words: expected a git checkout, got .. fatal: not a git repository")


def test_without_git_it_refuses(run_check, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_check("words.py", ".") == (
        2,
        ["words: expected a git checkout, got .. git: No such file or directory"],
    )

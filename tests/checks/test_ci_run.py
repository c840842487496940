from __future__ import annotations

import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "make", "timeout"))),
    reason="bash, make or timeout is missing",
)

PASSED = "===== 3 passed in 0.01s ====="


@pytest.fixture
def ci_run(root, tmp_path, plant):
    """Run .ci/run where make's two verbs print a line and exit as told; its exit code and lines."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(root / ".ci/run", tmp_path / ".ci")

    def run(*, check: int, test: int, closing: str):
        verbs = f"check:\n\t@exit {check}\ntest:\n\t@printf '{closing}\\n'; exit {test}\n"
        plant("Makefile", f".PHONY: check test\n{verbs}")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(
            ["bash", str(tmp_path / ".ci/run")],
            cwd="/",
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout.splitlines()[-2:]

    return run


@pytest.mark.parametrize(
    ("check", "test", "closing", "summary"),
    [
        (0, 1, "===== 1 failed, 3 passed in 0.01s =====", "make check: exit 0; make test: exit 2"),
        (1, 0, PASSED, "make check: exit 2; make test: exit 0"),
        (0, 1, PASSED, "make check: exit 0; make test: exit 2"),
        (0, 5, "===== no tests ran in 0.01s =====", "make check: exit 0; make test: exit 2"),
        (0, 0, "===== no tests ran in 0.01s =====", "make check: exit 0; make test: exit 5"),
        (0, 0, "===== 3 skipped in 0.01s =====", "make check: exit 0; make test: exit 5"),
    ],
)
def test_it_fails_when_anything_fails_and_runs_both(ci_run, check, test, closing, summary):
    assert ci_run(check=check, test=test, closing=closing) == (1, [summary, closing])


def test_it_passes_when_all_pass_and_ends_with_the_closing_line(ci_run):
    summary = "make check: exit 0; make test: exit 0"
    assert ci_run(check=0, test=0, closing=PASSED) == (0, [summary, PASSED])


def test_a_coloured_closing_line_counts_too(ci_run):
    coloured = "\\033[32m===== \\033[1m3 passed\\033[0m in 0.01s =====\\033[0m"
    assert ci_run(check=0, test=0, closing=coloured)[0] == 0


def test_a_run_that_says_nothing_fails(ci_run):
    summary = "make check: exit 0; make test: exit 5"
    assert ci_run(check=0, test=0, closing="") == (1, [summary, "no tests ran"])

"""Files that chainrule 0.1.0 wrote before its redesign open, and give the same answers.

tests/fixtures/before_redesign holds files of that version and its answers to questions about them.
The same questions are asked here about a copy of the files, in one process for all tests. The
answers agree to the bit if the libraries and the processor are those that made the fixtures, and
within a tolerance otherwise.
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from chainrule import import_network

FIXTURES = Path(__file__).parents[1] / "fixtures" / "before_redesign"
CIRCUMSTANCES = json.loads((FIXTURES / "circumstances.json").read_text())

# Values that differ each time: measured times, and the versions of the libraries.
NEVER_SAME = {"seconds", "versions", "other_versions"}
# Values that change entirely if the last digit of a number changes.
ROUGH = {"effects", "error", "address", "step"}
# How far a proof by the tape is from back-propagation is rounding, in an order of sums of its own.
ROUNDING = 1e-12
# Sentences for people, which may be reworded: the tests compare whether there are any.
SENTENCES = {
    "diagnose": {"title", "what", "why", "remedy", "diverged", "unjudged"},
    "predict": {"remarks"},
    "prove": {"left_out"},
    "study": {"effects_note", "warnings"},
}
# Commands that train, and flags that compute a training again.
TRAINING = ("train", "verify", "diagnose", "study run", "study resume")
REPLAYING = ("--weight", "--influence", "--mislabels")
DOUBLE = ("runs/reference/", "runs/lbfgs/", "worked/", "claims/", "sheets/", "hard/", "--seed")


@dataclass(frozen=True)
class Question:
    """A question about the fixtures, with the answer of chainrule 0.1.0.

    Args:
        asked: the question and its answer, as a file of answers holds them.
        line: the question as one line of text.
    """

    asked: dict[str, Any]
    line: str

    @classmethod
    def read(cls, text: str) -> Question:
        """Read a question from a line of a file of answers."""
        asked = json.loads(text)
        (what,) = (
            asked[kind] for kind in ("command", "network", "python", "file") if kind in asked
        )
        return cls(asked, what if isinstance(what, str) else " ".join(what))

    @property
    def computes_a_training(self) -> bool:
        """Whether the answer depends on every step of a training."""
        again = self.line.startswith(TRAINING) or any(flag in self.line for flag in REPLAYING)
        return again or any(run in self.line for run in ("verify(", "history", "certificate"))

    @property
    def tolerance(self) -> float:
        """The relative and absolute tolerance for numbers from other libraries or processors."""
        path = self.line.split()[1] if "command" in self.asked else self.line
        is_double = "float64" in path or f"{path}/".startswith(DOUBLE)
        return 1e-12 if is_double else 1e-6

    def value(self, out: Any) -> Any:
        """Return an answer, parsed if it is the text of a file or a table."""
        if not isinstance(out, str) or out == "":
            return out
        if self.line.endswith(".toml"):
            return tomllib.loads(out)
        if self.line.endswith(".json"):
            return json.loads(out)
        if self.line.endswith(".jsonl"):
            return [json.loads(line) for line in out.splitlines()]
        assert "--csv" in self.line
        return [
            {name: number(field) for name, field in row.items()}
            for row in csv.DictReader(out.splitlines())
        ]


def number(field: str) -> float | str:
    """Return the number in a field of a table, or the field if it is not a number."""
    try:
        return float(field)
    except ValueError:
        return field


QUESTIONS = [
    Question.read(line)
    for name in ("runs", "networks", "studies", "worked")
    for line in (FIXTURES / "answers" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory, compiled: dict[str, str]) -> dict[str, Any]:
    """The answers of today and their circumstances; one replay serves all workers."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = folder / "older_files.json"
    with FileLock(folder / "older_files.lock"):
        if not kept.exists():
            copy = folder / "older_files"
            shutil.copytree(FIXTURES, copy, dirs_exist_ok=True)
            done = subprocess.run(
                [sys.executable, "replay.py"],
                input=json.dumps([question.asked for question in QUESTIONS]),
                cwd=copy,
                env=compiled,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            kept.write_text(done.stdout)
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


@pytest.fixture
def same_bits(replayed: dict[str, Any]) -> bool:
    """Whether a computation has the same bits here as where the fixtures were made."""
    return bool(replayed["circumstances"] == CIRCUMSTANCES)


def differences(then: Any, now: Any, tolerance: float, at: str = "") -> Iterator[str]:
    """Yield each difference between two answers; keys that only the new one has are ignored."""
    if isinstance(then, dict) and isinstance(now, dict):
        ignored = NEVER_SAME | ROUGH if tolerance else NEVER_SAME
        if then.get("method") == "own autodiff":
            ignored = ignored | ROUGH
            if not now["error"] <= ROUNDING:
                yield f"{at}.error is {now['error']!r}, above {ROUNDING}"
        for name in (name for name in then if name not in ignored):
            if name not in now:
                yield f"{at}.{name} is missing"
            else:
                yield from differences(then[name], now[name], tolerance, f"{at}.{name}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (old, new) in enumerate(zip(then, now, strict=True)):
            yield from differences(old, new, tolerance, f"{at}[{index}]")
    elif not agree(then, now, tolerance):
        yield f"{at} was {then!r}, is {now!r}"


def agree(then: Any, now: Any, tolerance: float) -> bool:
    """Whether two values are equal, or two numbers are within the tolerance."""
    if isinstance(then, float) and isinstance(now, float):
        return then == now or math.isclose(then, now, rel_tol=tolerance, abs_tol=tolerance)
    return type(then) is type(now) and bool(then == now)


def without_sentences(value: Any, names: set[str]) -> Any:
    """Return the value with each sentence replaced by whether there is one."""
    if isinstance(value, list):
        return [without_sentences(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: bool(one) if name in names else without_sentences(one, names)
        for name, one in value.items()
    }


@pytest.mark.parametrize("index", range(len(QUESTIONS)), ids=[one.line for one in QUESTIONS])
def test_the_answer_is_the_same(index: int, replayed: dict[str, Any], same_bits: bool) -> None:
    question, now = QUESTIONS[index], replayed["answers"][index]
    then = question.asked
    assert "error" not in now, now["error"]
    if question.computes_a_training and not same_bits:
        # A training amplifies a difference in the last digit. The files must open all the same.
        assert now.get("code") in (then.get("code"), 1 if "verify" in question.line else None)
        return
    assert now.get("code") == then.get("code")
    names = SENTENCES.get(question.line.split()[0], set())
    old, new = (without_sentences(question.value(one["out"]), names) for one in (then, now))
    tolerance = 0.0 if same_bits else question.tolerance
    assert list(differences(old, new, tolerance)) == []


def answers_to(line: str, replayed: dict[str, Any]) -> list[Any]:
    """Return the answers of today to a question, in the order of asking."""
    return [
        question.value(now["out"])
        for question, now in zip(QUESTIONS, replayed["answers"], strict=True)
        if question.line == line
    ]


def test_every_fixture_is_asked_about() -> None:
    lines = [question.line for question in QUESTIONS]
    folders = {"runs": "*", "networks": "*", "worked": "**/*.toml", "claims": "*.toml"}
    paths = [path for name, kind in folders.items() for path in (FIXTURES / name).glob(kind)]
    paths += [*(FIXTURES / "studies").glob("*.journal"), *(FIXTURES / "studies").glob("*.db")]
    names = [path.relative_to(FIXTURES).as_posix() for path in paths]
    assert len(names) > 45
    assert [name for name in names if not any(name in line for line in lines)] == []


ENDED = sorted(
    path.parent.name
    for path in (FIXTURES / "runs").glob("*/certificate.json")
    if f"verify runs/{path.parent.name} " in " ".join(question.line for question in QUESTIONS)
)


@pytest.mark.parametrize("run", ENDED)
def test_a_run_is_reproduced_or_other_versions_are_named(
    run: str, replayed: dict[str, Any], same_bits: bool
) -> None:
    (line,) = {one.line for one in QUESTIONS if one.line.startswith(f"verify runs/{run} ")}
    found = answers_to(line, replayed)[0]
    certificate = json.loads((FIXTURES / "runs" / run / "certificate.json").read_text())
    today = replayed["circumstances"]
    other = [
        name
        for name, version in certificate["versions"].items()
        if name in today and today[name] != version
    ]
    named = [text.split()[0] for text in found["other_versions"]]
    assert [name for name in named if name != "chainrule"] == other
    assert found["holds"] is not bool(found["difference"])
    if same_bits:
        assert found["holds"]
        assert other == []


@pytest.mark.parametrize("run", ["interrupted", "stopped"])
def test_a_run_that_is_resumed_goes_on_from_where_it_was(
    run: str, replayed: dict[str, Any]
) -> None:
    before = (FIXTURES / "runs" / run / "history.jsonl").read_text().splitlines()
    (after,) = answers_to(f"runs/{run}/history.jsonl", replayed)
    recipe = json.loads((FIXTURES / "runs" / run / "run.json").read_text())["recipe"]
    assert len(before) < len(after) == recipe["epochs"]
    assert after[: len(before)] == [json.loads(line) for line in before]


def test_a_study_goes_on_without_computing_its_finished_trials_again(
    replayed: dict[str, Any],
) -> None:
    before, after = answers_to(
        "study export half --storage studies/half.journal --json -", replayed
    )
    assert len(before) == 3
    # Equal rows include equal times: nothing was computed again.
    assert after[:3] == before
    assert sorted(row["configuration"] for row in after) == list(range(6))
    # The fourth trial was running when the study was killed, so it is attempted again.
    assert [row["attempt"] for row in after] == [1, 1, 1, 2, 1, 1]


EXPORTED = Path(__file__).parents[1] / "fixtures" / "exported"


@pytest.mark.parametrize("name", ["table-1", "two-1"])
def test_an_export_as_json_of_format_1_opens(name: str) -> None:
    network = import_network(EXPORTED / f"{name}.json")
    with np.load(EXPORTED / f"{name}.answers.npz") as answers:
        assert network.predict(answers["inputs"]) == pytest.approx(answers["outputs"], rel=1e-6)

"""Kill workers and coordinators of a study at random moments; every trial must end exactly once.

    python campaigns/study_kills.py [--kills 200] [--trials 1000] [--seed 0] [--storage URL]

A study is computed by children: coordinators with two threads each, and workers. They are killed
by SIGKILL after random times and others take their place, until there are enough kills; one last
child then goes on to the end. Counts what was lost, doubled or is stuck, and compares every digest
with a study that nobody disturbed. The storage is a journal file, or the database that --storage
names (campaigns/postgres.py gives one). Prints one line of JSON; exit 1 where anything is wrong.
"""

from __future__ import annotations

import os

# Children are forked, which copies one thread only.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import random
import select
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna.storages.journal
import sqlalchemy.dialects.postgresql

from chainrule.study.executors import ThreadExecutor
from chainrule.study.runner import begin_stored_study, work_on_study
from chainrule.study.scheduler import Scheduler
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.stored_study import load_study
from chainrule.study.study_storage import open_store
from chainrule.study.toml_source import StudySource
from chainrule.study.trial_queue import TrialQueue
from chainrule.study.verified_trials import has_ended, read_attempts
from chainrule.training.computing_conditions import versions

AT_ONCE = 3
"""Children that compute side by side."""

_LOADED = (optuna.storages.journal, sqlalchemy.dialects.postgresql)
"""Loaded once, so that children are killed at work and not while they import."""


def described(place: Path, trials: int, name: str) -> StudySpec:
    """A study of small trainings of some milliseconds each."""
    data = place / "points.npz"
    if not data.exists():
        chance = np.random.default_rng(0)
        labels = chance.integers(0, 3, 300)
        inputs = chance.normal(0, 1, (300, 6)) + 2 * np.eye(3)[labels] @ np.ones((3, 6))
        np.savez(data, x=inputs.astype(np.float32), y=labels)
    table = {
        "search": "random",
        "data": {"source": str(data)},
        "network": {"layers": [6, 4, 3]},
        "recipe": {"engine": "reference", "optimiser": "sgd", "epochs": 3},
        "space": {
            "learning_rate": {"low": 0.01, "high": 1.0, "log": True},
            "batch_size": [10, 30, 90],
        },
        "budget": {"trials": trials},
    }
    return parse_study(StudySource(name, table), name)


def nothing(*told: object) -> None:
    """Nobody watches."""


def coordinate(url: str, name: str) -> None:
    """Be a coordinator with two threads, to the end of the study."""
    study = load_study(open_store(url), name)
    scheduler = Scheduler(study, TrialQueue(study, spread_out=False), nothing)
    with ThreadExecutor(2) as executor:
        scheduler.run(executor, wait=True)


def work(url: str, name: str) -> None:
    """Be a worker, until nothing is open."""
    work_on_study(url, name, on_trial=nothing, on_begin=nothing)


def child(action: Callable[[str, str], None], url: str, name: str) -> int:
    """Do something in a child; its process number."""
    number = os.fork()
    if number == 0:
        code = 1
        try:
            warnings.simplefilter("error")
            action(url, name)
            code = 0
        finally:
            os._exit(code)
    return number


def ended(number: int, delay: float | None) -> int | None:
    """A child's exit status; None where it was killed after the delay in seconds."""
    process = os.pidfd_open(number)
    select.select([process], [], [], delay)
    os.close(process)
    os.kill(number, signal.SIGKILL)
    _, status = os.waitpid(number, 0)
    return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def longest_life(seconds: float, kills: int) -> float:
    """Seconds within which a kill comes, so that all of them come before the study is over.

    Args:
        seconds: that the study takes undisturbed.
        kills: how many there are to be.
    """
    return min(max(seconds / kills, 0.03), 0.3)


def disturbed(
    url: str, name: str, kills: int, chance: random.Random, longest: float
) -> Counter[str]:
    """Compute a study with children that are killed; how often, and how many failed."""
    roles = {"coordinators": coordinate, "workers": work}
    came: Counter[str] = Counter()
    running: list[tuple[str, int]] = []
    while came["coordinators"] + came["workers"] < kills:
        while len(running) < AT_ONCE:
            role = chance.choice(list(roles))
            running.append((role, child(roles[role], url, name)))
        role, number = running.pop(chance.randrange(len(running)))
        status = ended(number, chance.uniform(0, longest))
        came[role if status is None else "ended" if status == 0 else "failed"] += 1
        if status == 0 and is_over(url, name):
            break
    for _, number in running:
        came["failed"] += ended(number, None) not in (0, None)
    came["failed"] += ended(child(coordinate, url, name), None) != 0
    return came


def is_over(url: str, name: str) -> bool:
    """Whether every configuration has a result."""
    study = load_study(open_store(url), name)
    several = read_attempts(study)
    return all(any(map(has_ended, several.get(k, ()))) for k in range(study.count))


def digests(url: str, name: str) -> dict[int, list[list[str]]]:
    """What each configuration ended with: one list of digests, where all is well."""
    study = load_study(open_store(url), name)
    return {
        number: [
            [run["digest"] for run in trial.user_attrs["result"]["runs"]]
            for trial in several
            if has_ended(trial)
        ]
        for number, several in read_attempts(study).items()
    }


def campaign(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Compute the study twice, once undisturbed; what came of it."""
    chance, began = random.Random(given.seed), time.monotonic()
    url = given.storage or str(place / "studies.journal")
    quiet = str(place / "undisturbed.journal")
    name = f"kills-{given.seed}-{os.getpid()}"
    for where in (quiet, url):
        begin_stored_study(described(place, given.trials, name), where)
    coordinate(quiet, name)
    longest = longest_life(time.monotonic() - began, given.kills)
    came = disturbed(url, name, given.kills, chance, longest)
    wanted, found = digests(quiet, name), digests(url, name)
    study = load_study(open_store(url), name)
    trials = study.store.trials(study.key)
    return {
        "campaign": "study_kills",
        "storage": "postgresql" if "://" in url else "journal file",
        "seed": given.seed,
        "trials": given.trials,
        "kills": came["coordinators"] + came["workers"],
        "kills_asked": given.kills,
        "killed": {role: came[role] for role in ("coordinators", "workers")},
        "failed_children": came["failed"],
        "lost": sum(not found.get(k) for k in range(given.trials)),
        "doubled": sum(len(several) > 1 for several in found.values()),
        "stuck": sum(trial.state.name == "RUNNING" for trial in trials),
        "other_digests": sum(found.get(k) != wanted[k] for k in wanted),
        "tried_again": sum(t.user_attrs["attempt"] > 1 for t in trials if has_ended(t)),
        "attempts_given_up": sum(trial.state.name == "FAIL" for trial in trials),
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="how many in all")
    parser.add_argument("--trials", type=int, default=1000, help="configurations of the study")
    parser.add_argument("--seed", type=int, default=0, help="fixes the moments' distribution")
    parser.add_argument("--storage", help="the address of a database, instead of a journal file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        told = campaign(given, Path(place))
    print(json.dumps(told))
    wrong = ("failed_children", "lost", "doubled", "stuck", "other_digests")
    return int(any(told[name] for name in wrong) or told["kills"] < given.kills)


if __name__ == "__main__":
    sys.exit(main())

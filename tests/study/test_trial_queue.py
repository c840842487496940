from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from chainrule.errors import ChainruleError
from chainrule.study.process_identity import current_process, is_gone, lease_end
from chainrule.study.results import count_trials
from chainrule.study.runner import begin_stored_study, work_on_study
from chainrule.study.seals import claim_seal
from chainrule.study.spec import StudySpec
from chainrule.study.stored_study import StoredStudy
from chainrule.study.trial_queue import (
    LOST,
    TrialQueue,
    abandon_trial,
)
from chainrule.study.verified_trials import has_ended, read_attempts


@pytest.fixture(params=["journal", "postgres"])
def study(request: pytest.FixtureRequest, described: Callable[..., StudySpec]) -> StoredStudy:
    """A study that has begun, in each kind of storage."""
    url = request.getfixturevalue(request.param)
    return begin_stored_study(
        described(name=f"claims-{request.node.name}"[:60].replace("/", "-")), url
    )


def queue_of(study: StoredStudy, *, spread_out: bool = False) -> TrialQueue:
    return TrialQueue(study, spread_out=spread_out)


def gone() -> dict[str, Any]:
    """The owner of a trial whose process has ended."""
    code = "import json; from chainrule.study.process_identity import current_process; "
    code += "print(json.dumps(current_process()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    import json

    found: dict[str, Any] = json.loads(done.stdout)
    return found


def nobody(*told: object) -> None:
    """Nobody watches."""


def test_each_configuration_is_handed_out_once(study: StoredStudy) -> None:
    first, second = queue_of(study), queue_of(study, spread_out=True)
    handed = [claims.next() for claims in (first, second, first, second)]
    assert sorted(claim.configuration for claim in handed if claim) == [0, 1, 2, 3]
    assert first.next() is second.next() is None
    assert first.running() == 4
    assert [claim.attempt for claim in handed if claim] == [1, 1, 1, 1]


def test_the_trial_of_a_dead_process_is_tried_again_and_marked(study: StoredStudy) -> None:
    claim = queue_of(study).next()
    assert claim is not None
    study.store.set_trial_attribute(claim.trial, "owner", gone())
    assert count_trials(study).stale == 1
    again = queue_of(study).next()
    assert again is not None
    assert (again.configuration, again.attempt) == (claim.configuration, 2)
    assert again.parameters == claim.parameters
    old, new = study.store.trial(claim.trial), study.store.trial(again.trial)
    assert (old.state.name, old.user_attrs["given_up"]) == ("FAIL", "its process is gone")
    assert new.user_attrs["retries_trials"] == [old.number]
    # The dead process was not dead, and comes late: its result is not taken.
    assert not study.store.set_trial_attribute(claim.trial, "result", {})
    assert not study.store.end_trial(claim.trial, "COMPLETE", 1.0)


def test_a_claim_that_came_later_steps_back(study: StoredStudy) -> None:
    claims = queue_of(study)
    # What another process would see between its look and its claim.
    late = claims._claim(0)
    assert late is not None
    assert queue_of(study)._claim(0) is None
    several = read_attempts(study)[0]
    assert [trial.state.name for trial in several] == ["RUNNING", "FAIL"]
    number = several[0].number
    assert several[1].user_attrs["given_up"] == f"trial {number} has its configuration"


def test_a_claim_left_beside_a_result_is_tidied_away(study: StoredStudy) -> None:
    left = queue_of(study).next()
    assert left is not None
    study.store.set_trial_attribute(left.trial, "owner", gone())
    work_on_study(study.store.url, study.spec.name, on_trial=nobody, on_begin=nobody)
    attributes = {"configuration": 0, "owner": gone()}
    attributes["seal"] = claim_seal({}, attributes)
    double = study.store.create_trial(study.key, {}, {}, attributes)
    assert queue_of(study).next() is None
    assert study.store.trial(double).state.name == "FAIL"
    trials = study.store.trials(study.key)
    assert sum(map(has_ended, trials)) == 4


def test_what_kills_its_workers_is_not_tried_for_ever(study: StoredStudy) -> None:
    claims = queue_of(study)
    for _ in range(5):
        claim = claims.next()
        assert claim is not None
        assert claim.configuration == 0
        abandon_trial(study.store, claim.trial, LOST)
    with pytest.raises(ChainruleError) as error:
        claims.next()
    assert str(error.value) == (
        f"study {study.spec.name}: Configuration 0 was being computed when a worker died, 5 times. "
        "Check whether it needs more memory than there is, or use fewer workers."
    )


def test_owners() -> None:
    me, now = current_process(), time.time()
    assert not is_gone(me, 0)
    assert me["pid"] == os.getpid()
    assert is_gone(gone(), now + 1000)
    assert is_gone({**me, "began": "1"}, now + 1000)
    far = {**me, "machine": "another"}
    assert not is_gone(far, lease_end())
    assert is_gone(far, now - 1)
    assert is_gone({}, 0)


def test_a_process_that_nobody_waited_for_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        number = process.pid
        from chainrule.study.process_identity import _process

        state = _process(number)
        assert state is not None
        there = {**current_process(), "pid": number, "began": state[1]}
        assert not is_gone(there, 0)
        process.kill()
        os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)
        assert is_gone(there, 0)

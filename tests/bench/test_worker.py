from __future__ import annotations

import io
import json
from pathlib import Path

from comparison.peers.table import PEERS
from comparison.worker import serve
from comparison.worker_tasks import TASKS, PeerState


def _answers(state: PeerState, *asked: dict[str, object]) -> list[dict[str, object]]:
    out = io.StringIO()
    serve(state, [json.dumps(one) for one in asked], out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_line_has_its_answer(tmp_path: Path, tiny, job_of) -> None:
    job_of(tiny)
    state = PeerState(PEERS["reference"], tmp_path, 1)
    found = _answers(
        state,
        {"do": "start", "case": tiny.to_dict()},
        {"do": "warm", "checked": 2},
        {"do": "threads", "number": 1},
        {"do": "restart"},
        {"do": "keep"},
    )
    assert found == [{"done": value} for value in (None, 1, None, None, None)]
    assert (tmp_path / "reference.npz").exists()


def test_an_error_is_an_answer_in_one_line(tmp_path: Path) -> None:
    state = PeerState(PEERS["numpy"], tmp_path, 1)
    found = _answers(state, {"do": "epoch", "number": 0}, {"do": "memory"})
    assert found[0] == {"failed": "AssertionError: start comes first"}
    assert set(found[1]) == {"done"}


def test_the_quicker_number_of_threads_is_taken(tmp_path: Path, tiny, job_of) -> None:
    job_of(tiny)
    state = PeerState(PEERS["numpy"], tmp_path, 2)
    TASKS["start"](state, tiny.to_dict())
    assert TASKS["warm"](state, 2) in (1, 2)

"""Compute studies: begin, go on, work beside others."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from chainrule.cli.console import Console
from chainrule.cli.study_flags import STORAGE, given_place
from chainrule.cli.study_progress import StudyView, study_view
from chainrule.study import (
    Kept,
    Spec,
    read_study,
    resume_study,
    run_study,
    summarised,
    summary_tables,
    work_on_study,
)

__all__ = ["compute", "resume", "run", "worker"]


def run(**given: Any) -> int:
    """`chainrule study run`."""
    spec = read_study(given["file"])
    if given["name"] is not None:
        spec = spec.replaced(name=given["name"])
    place = given_place(spec.settings.executor)
    return compute(spec, given["storage"], place, as_json=given["as_json"])


def compute(spec: Spec, storage: str, place: dict[str, Any], *, as_json: bool) -> int:
    """Compute a study and show its answer.

    Args:
        spec: the study.
        storage: where it is kept.
        place: settings of where it is computed.
        as_json: whether to print nothing but JSON.

    Returns: the exit code.
    """
    ready = replace(spec, settings=replace(spec.settings, **place))
    return _followed(
        Console(as_json=as_json),
        _way_on(spec.name, storage),
        lambda view: run_study(ready, storage, watch=view.ended_one, begun=view.begun),
    )


def resume(**given: Any) -> int:
    """`chainrule study resume`."""
    name, storage, place = given["name"], given["storage"], given_place()
    return _followed(
        Console(as_json=given["as_json"]),
        _way_on(name, storage),
        lambda view: resume_study(
            storage, name, changes=place, watch=view.ended_one, begun=view.begun
        ),
    )


def worker(**given: Any) -> int:
    """`chainrule study worker`."""
    name, storage, console = given["name"], given["storage"], Console(as_json=given["as_json"])
    with _stoppable(_way_on(name, storage)):
        view = StudyView(console, None)
        work_on_study(storage, name, watch=view.ended_one, begun=view.begun)
    if console.as_json:
        console.json({"study": name, "ended": view.computed})
    return 0


def _followed(console: Console, way_on: str, action: Callable[[StudyView], Kept]) -> int:
    with _stoppable(way_on), study_view(console) as view:
        kept = action(view)
    summary = summarised(kept, effects=view.computed > 0)
    if console.as_json:
        console.json(summary.to_dict())
    for table in summary_tables(summary):
        console.line()
        console.table(table)
    return 0


@contextlib.contextmanager
def _stoppable(way_on: str) -> Iterator[None]:
    """While it is entered, Ctrl-C ends with a word on how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"study: interrupted; what was under way was dropped. Go on with: {way_on}"
        ) from None


def _way_on(name: str, storage: str) -> str:
    where = [] if storage == STORAGE else ["--storage", storage]
    return shlex.join(["chainrule", "study", "resume", name, *where])

"""A study from its description to its end: begun or gone on with, in any storage."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chainrule.errors import DataError, InputError
from chainrule.study.clusters import executor_for
from chainrule.study.configuration import settled_study
from chainrule.study.executors import Executor, Here
from chainrule.study.leases import Claims
from chainrule.study.scheduler import Conductor, Ended
from chainrule.study.search import planned_count, require_search
from chainrule.study.spec import Settings, Spec, study_of
from chainrule.study.study_data import opened_again, opened_material, placed
from chainrule.study.study_storage import Store, open_store
from chainrule.study.toml_source import StudySource

__all__ = [
    "TEST_WARNING",
    "Kept",
    "begin_study",
    "kept_study",
    "resume_study",
    "run_study",
    "work_on_study",
]

TEST_WARNING = "The test set was used to choose: the best test figures are too good"

Watch = Callable[[Ended], object]
Begun = Callable[["Kept"], object]


@dataclass(frozen=True, eq=False)
class Kept:
    """A study in a storage.

    Args:
        store: the storage.
        key: the study's key in it.
        spec: the study.
        digest: of its data.
        count: configurations that it has.
    """

    store: Store
    key: int
    spec: Spec
    digest: str
    count: int


def kept_study(store: Store, name: str) -> Kept:
    """A study that is kept.

    Raises: UnknownNameError, DataError, FileError.
    """
    key = store.key_of(name)
    facts = store.facts(key)
    table = facts.get("study")
    if not isinstance(table, dict):
        raise DataError(
            store.shown,
            expected=f"a study {name!r} with its description",
            got="none",
            why="It was made by another program, or ended while it began",
            remedy="Run its file again",
        )
    spec = study_of(StudySource(name, table), name)
    return Kept(store, key, spec, str(facts["data_digest"]), int(facts["trials"]))


def run_study(spec: Spec, url: str, *, watch: Watch, begun: Begun) -> Kept:
    """Begin a study, or go on with it where it has begun, and compute it to its end.

    Nothing is written before all that can be checked is checked: the data, every value of the
    space, the executor, the storage.

    Args:
        spec: the study; its settings say where it is computed.
        url: the storage.
        watch: called with each trial that ends.
        begun: called once, before the first trial.

    Raises: InputError where the storage has another study of that name, KeyboardInterrupt, and
        what loading data, training and storing raise.
    """
    settled, digest, count = _prepared(spec)
    with executor_for(settled, spec.settings) as executor:
        kept = _begun(open_store(url, create=True), settled, digest, count)
        _conduct(kept, executor, watch, begun)
    return kept


def begin_study(spec: Spec, url: str) -> Kept:
    """Write a study into a storage without computing anything: workers can then begin.

    Args: as in `run_study`.
    Raises: as there.
    """
    settled, digest, count = _prepared(spec)
    return _begun(open_store(url, create=True), settled, digest, count)


def _prepared(spec: Spec) -> tuple[Spec, str, int]:
    """The study with what its data decide, their digest, and how many configurations it has."""
    require_search(spec)
    material = opened_material(spec, fresh=True)
    settled = settled_study(spec.replaced(data=placed(spec.data)), material.learned)
    return settled, material.digest, planned_count(settled)


def resume_study(
    url: str, name: str, *, changes: dict[str, Any], watch: Watch, begun: Begun
) -> Kept:
    """Go on with a study that is kept, to its end.

    Args:
        url: the storage.
        name: the study's.
        changes: settings of where it is computed, that are other than by default.
        watch: as in `run_study`.
        begun: as in `run_study`.

    Raises: UnknownNameError, and what `run_study` raises.
    """
    kept = kept_study(open_store(url), name)
    opened_again(kept.spec, kept.digest)
    settings: Settings = replace(kept.spec.settings, **changes)
    with executor_for(kept.spec, settings) as executor:
        _conduct(kept, executor, watch, begun)
    return kept


def work_on_study(url: str, name: str, *, watch: Watch, begun: Begun) -> Kept:
    """Compute trials of a study in this process, beside any others, until none is open.

    Args: as in `resume_study`.
    Raises: as there.
    """
    kept = kept_study(open_store(url), name)
    opened_again(kept.spec, kept.digest)
    begun(kept)
    claims = Claims(kept.store, kept.key, kept.spec, kept.count, apart=True)
    conductor = Conductor(kept.store, kept.key, kept.spec, claims, digest=kept.digest, watch=watch)
    conductor.run(Here(), wait=False)
    return kept


def _conduct(kept: Kept, executor: Executor, watch: Watch, begun: Begun) -> None:
    begun(kept)
    claims = Claims(kept.store, kept.key, kept.spec, kept.count, apart=False)
    conductor = Conductor(kept.store, kept.key, kept.spec, claims, digest=kept.digest, watch=watch)
    conductor.run(executor, wait=True)


def _begun(store: Store, spec: Spec, digest: str, count: int) -> Kept:
    """The study in the storage: made, or found to be the same."""
    identity = json.loads(json.dumps(spec.identity()))
    if spec.name in store.names():
        key = store.key_of(spec.name)
        facts = store.facts(key)
        _require_same(store, spec, facts.get("study", identity), identity)
        _require_data(store, spec, facts.get("data_digest", digest), digest)
        count = max(count, int(facts.get("trials", 0)))
    else:
        key = store.made(spec.name, rising=spec.settings.rising)
        facts = {}
    wanted = {"data_digest": digest, "trials": count, "metric": spec.settings.metric}
    if spec.settings.on_test:
        wanted["warning"] = TEST_WARNING
    # The description comes last: where it is, everything is.
    for name, value in {**wanted, "study": identity}.items():
        if facts.get(name) != value:
            store.keep_fact(key, name, value)
    return Kept(store, key, spec, digest, count)


def _require_same(store: Store, spec: Spec, kept: Any, given: Any) -> None:
    if kept == given:
        return
    changed = [key for key in {**kept, **given} if kept.get(key) != given.get(key)]
    raise InputError(
        spec.source.name,
        expected=f"the study {spec.name!r} as it began in {store.shown}",
        got=f"another {', '.join(sorted(changed))}",
        why="Trials of two studies cannot stand side by side",
        remedy='Give it another name, by name = "…" in its file or by --name',
        argument="name",
        value=spec.name,
    )


def _require_data(store: Store, spec: Spec, kept: str, given: str) -> None:
    if kept != given:
        raise InputError(
            spec.source.where("data"),
            expected=f"the data with which {spec.name!r} began in {store.shown}",
            got=f"others, {given[:12]}… for {kept[:12]}…",
            remedy="Give the data back, or the study another name",
            argument="data",
        )

"""A stored study: created, found again, and checked against its description and its data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chainrule.errors import DataError, InputError
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.study_storage import StudyStore
from chainrule.study.toml_source import StudySource

__all__ = ["TEST_WARNING", "StoredStudy", "create_study", "load_study"]

TEST_WARNING = "The test set was used to choose: the best test figures are too good"


@dataclass(frozen=True, eq=False)
class StoredStudy:
    """A study in a storage.

    Args:
        store: the storage.
        key: the study's key in it.
        spec: the description.
        digest: digest of the study's data.
        count: number of configurations.
    """

    store: StudyStore
    key: int
    spec: StudySpec
    digest: str
    count: int


def load_study(store: StudyStore, name: str) -> StoredStudy:
    """Return the study of that name.

    Raises: UnknownNameError, DataError, FileError.
    """
    key = store.find_study(name)
    attributes = store.attributes(key)
    table = attributes.get("study")
    if not isinstance(table, dict):
        raise DataError(
            store.display_name,
            expected=f"a study {name!r} with its description",
            got="none",
            why="Another program created it, or it was interrupted at the start",
            remedy="Run its file again",
        )
    spec = parse_study(StudySource(name, table), name)
    return StoredStudy(store, key, spec, str(attributes["data_digest"]), int(attributes["trials"]))


def create_study(store: StudyStore, spec: StudySpec, digest: str, count: int) -> StoredStudy:
    """Write a study into a storage, or find it there with the same description and data.

    Args:
        store: the storage.
        spec: the description, with the values that the data decide.
        digest: digest of its data.
        count: number of configurations; a study in the storage may only grow.

    Raises: InputError if the storage has another study of that name, FileError.
    """
    # As JSON gives it back: tuples become lists.
    description = json.loads(json.dumps(spec.identity()))
    stored: dict[str, Any] = {}
    if spec.name in store.names():
        key = store.find_study(spec.name)
        stored = store.attributes(key)
        _require_same_description(store, spec, stored.get("study", description), description)
        _require_same_data(store, spec, stored.get("data_digest", digest), digest)
        count = max(count, int(stored.get("trials", 0)))
    else:
        key = store.create_study(spec.name, higher_is_better=spec.settings.higher_is_better)
    attributes = {"data_digest": digest, "trials": count, "metric": spec.settings.metric}
    if spec.settings.uses_test_set:
        attributes["warning"] = TEST_WARNING
    # The description is written last: a study that has one is complete.
    for name, value in {**attributes, "study": description}.items():
        if stored.get(name) != value:
            store.set_attribute(key, name, value)
    return StoredStudy(store, key, spec, digest, count)


def _require_same_description(store: StudyStore, spec: StudySpec, stored: Any, given: Any) -> None:
    if stored == given:
        return
    changed = [key for key in {**stored, **given} if stored.get(key) != given.get(key)]
    raise InputError(
        spec.source.name,
        expected=f"the study {spec.name!r} as it began in {store.display_name}",
        got=f"another {', '.join(sorted(changed))}",
        why="A study cannot hold the trials of two descriptions",
        remedy='Give it another name, with name = "…" in its file or with --name',
        argument="name",
        value=spec.name,
    )


def _require_same_data(store: StudyStore, spec: StudySpec, stored: str, given: str) -> None:
    if stored != given:
        raise InputError(
            spec.source.where("data"),
            expected=f"the data with which {spec.name!r} began in {store.display_name}",
            got=f"others, {given[:12]}… for {stored[:12]}…",
            remedy="Restore the data, or give the study another name",
            argument="data",
        )

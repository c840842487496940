"""A stored study: created, found again, extended, and checked against its description and data."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from shlex import quote
from types import MappingProxyType
from typing import Any

from chainrule.errors import ChainruleError, DataError, InputError, IntegrityError
from chainrule.study.configuration_plan import SpaceStage, choose_search, count_configurations
from chainrule.study.seals import SEALED_STUDY, seal_description, verified_description
from chainrule.study.space import Parameter
from chainrule.study.space_extension import require_extension
from chainrule.study.space_reading import read_space
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.study_storage import StudyStore
from chainrule.study.toml_source import StudySource

__all__ = ["TEST_WARNING", "StoredStudy", "create_study", "load_study", "write_description"]

TEST_WARNING = "The test set was used to choose: the best test figures are too good"

_FORMAT = 2
_FIRST_SEARCH = "tpe"
"""The search of studies that were stored without one, before "auto" was the default."""
_FIRST_RECIPE = MappingProxyType({"scaling": "none", "target_scaling": "none"})
"""What the recipe of a study says that was stored before data were scaled, without a format."""


@dataclass(frozen=True, eq=False)
class StoredStudy:
    """A study in a storage.

    Args:
        store: the storage.
        key: the study's key in it.
        spec: the description.
        digest: digest of the study's data.
        count: number of configurations.
        earlier: the spaces that it had before it was extended.
        sealed: whether each of its trials has a seal.
        repaired: numbers of damaged trials that were computed again.
    """

    store: StudyStore
    key: int
    spec: StudySpec
    digest: str
    count: int
    earlier: tuple[SpaceStage, ...] = ()
    sealed: bool = False
    repaired: frozenset[int] = frozenset()

    @property
    def first_space(self) -> tuple[Parameter, ...]:
        """The space with which the study began."""
        return self.earlier[0].space if self.earlier else self.spec.space


def load_study(store: StudyStore, name: str) -> StoredStudy:
    """Return the study of that name.

    Raises: UnknownNameError, DataError, FileError.
    """
    key = store.find_study(name)
    attributes = _read_attributes(store, key, name)
    if not isinstance(attributes.get("study"), dict):
        raise DataError(
            store.display_name,
            expected=f"a study {name!r} with its description",
            got="none",
            why="Another program created it, or it was interrupted at the start",
            remedy="Run its file again",
        )
    try:
        return _read_study(store, key, name, attributes)
    except ChainruleError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError):
        raise _damaged_description(store, name) from None


def _read_attributes(store: StudyStore, key: int, name: str) -> dict[str, Any]:
    """Return what describes a study; of a sealed study, what agrees with its seal."""
    attributes = store.attributes(key)
    if SEALED_STUDY not in attributes:
        return attributes
    verified = verified_description(name, attributes)
    if verified is None:
        raise _damaged_description(store, name)
    again = seal_description(name, verified)
    stored = {key: value for key, value in attributes.items() if key in verified}
    if again != attributes[SEALED_STUDY] or any(verified[key] != stored[key] for key in stored):
        store.remark(
            f"the description of the study {name!r} is damaged in one of its two places; the one "
            "that agrees with its seal is used; "
            f"chainrule study repair {quote(name)} writes both again",
            about=("description", key),
        )
    return {**verified, SEALED_STUDY: again}


def _damaged_description(store: StudyStore, name: str) -> IntegrityError:
    return IntegrityError(
        store.display_name,
        expected=f"the description with which the study {name!r} began",
        got="one that is damaged",
        remedy="Restore the storage from a copy, or run the study's file with another --name",
    )


def _read_study(
    store: StudyStore, key: int, name: str, attributes: Mapping[str, Any]
) -> StoredStudy:
    table = {"search": _FIRST_SEARCH, **attributes["study"]}
    if "format" not in attributes:
        table["recipe"] = {**_FIRST_RECIPE, **table.get("recipe", {})}
    spec = parse_study(StudySource(name, table), name)
    return StoredStudy(
        store,
        key,
        spec,
        str(attributes["data_digest"]),
        int(attributes["trials"]),
        _read_stages(attributes, spec.settings.search),
        sealed=SEALED_STUDY in attributes,
        repaired=frozenset(attributes.get("repaired", ())),
    )


def write_description(study: StoredStudy, changes: Mapping[str, Any]) -> None:
    """Write attributes that describe a study, and those again that are damaged.

    A sealed study has them twice. The sealed ones are written first and in one piece, and count:
    a process that is killed in between leaves a whole description.

    Args:
        study: the study.
        changes: the attributes to write, in this order.
    """
    store, key, name = study.store, study.key, study.spec.name
    if study.sealed:
        kept = _read_attributes(store, key, name)
        del kept[SEALED_STUDY]
        stored = store.attributes(key)
        record = seal_description(name, {**kept, **changes})
        if record != stored[SEALED_STUDY]:
            store.set_attribute(key, SEALED_STUDY, record)
        damaged = {k: v for k, v in kept.items() if stored.get(k) != v and k not in changes}
        changes = {**damaged, **changes}
    for attribute, value in changes.items():
        store.set_attribute(key, attribute, value)


def _read_stages(attributes: Mapping[str, Any], search: str) -> tuple[SpaceStage, ...]:
    """Return the earlier spaces of a study from its attributes."""
    return tuple(
        SpaceStage(read_space(StudySource("", stage), search), int(stage["trials"]))
        for stage in attributes.get("earlier_spaces", ())
    )


def create_study(
    store: StudyStore, spec: StudySpec, digest: str, stated: Collection[str] = ()
) -> StoredStudy:
    """Write a study into a storage, or find it there with the same description and data.

    More values in its space extend a study that is there. Defaults that follow from the data, and a
    search that is not named, are chosen when a study begins, and stay.

    Args:
        store: the storage.
        spec: the description, with the values that the data decide.
        digest: digest of its data.
        stated: the settings of network and recipe that the description names by itself.

    Raises: InputError if the storage has another study of that name, FileError.
    """
    is_there = spec.name in store.names()
    stored = store.attributes(store.find_study(spec.name)) if is_there else {}
    if "study" in stored or SEALED_STUDY in stored:
        return _continue_study(load_study(store, spec.name), spec, digest, stated)
    # It is new, or was interrupted at the start.
    return _begin_study(store, spec.replaced(search=choose_search(spec)), digest)


def _begin_study(store: StudyStore, spec: StudySpec, digest: str) -> StoredStudy:
    key = store.create_study(spec.name, higher_is_better=spec.settings.higher_is_better)
    count = count_configurations(spec)
    attributes = {"format": _FORMAT, "data_digest": digest, "trials": count}
    attributes["metric"] = spec.settings.metric
    if spec.settings.uses_test_set:
        attributes["warning"] = TEST_WARNING
    # The description is written last: a study that has one is complete.
    attributes["study"] = _describe(spec)
    sealed = {SEALED_STUDY: seal_description(spec.name, attributes)}
    for name, value in {**sealed, **attributes}.items():
        store.set_attribute(key, name, value)
    return StoredStudy(store, key, spec, digest, count, sealed=True)


def _describe(spec: StudySpec) -> dict[str, Any]:
    """Return what is stored of a description, as JSON gives it back: tuples become lists."""
    described: dict[str, Any] = json.loads(json.dumps(spec.identity()))
    return described


def _continue_study(
    stored: StoredStudy, spec: StudySpec, digest: str, stated: Collection[str]
) -> StoredStudy:
    """Return a study that is in the storage, with the values by which it is extended."""
    before = stored.spec.identity()
    for name, settings in {"network": spec.network, "recipe": spec.recipe}.items():
        kept = {k: v for k, v in settings.items() if k in stated or k in before.get(name, {})}
        first = {k: v for k, v in before.get(name, {}).items() if k in _FIRST_RECIPE}
        spec = spec.replaced(**{name: {**first, **kept}})
    if spec.settings.search == "auto":
        spec = spec.replaced(search=before["search"])
    # The order of the parameters decides the numbers of the configurations.
    space = spec.source.table["space"]
    spec = spec.replaced(space={k: space[k] for k in (*before["space"], *space) if k in space})
    after = _describe(spec)
    _require_same_description(stored, spec, before, after)
    _require_same_data(stored, spec, digest)
    stages = stored.earlier
    attributes: dict[str, Any] = {}
    if before["space"] != after["space"]:
        require_extension(spec.source, spec.name, stored.spec.space, spec.space)
        stages = (*stages, SpaceStage(stored.spec.space, stored.count))
        attributes = {"earlier_spaces": _stage_tables(stored, before["space"]), "study": after}
    count = max(count_configurations(spec, stages), stored.count)
    # The number of configurations is written last: every process that reads it can plan them.
    if stored.count != count:
        attributes["trials"] = count
    if attributes:
        write_description(stored, attributes)
    return replace(stored, spec=spec, digest=digest, count=count, earlier=stages)


def _stage_tables(stored: StoredStudy, space: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the earlier spaces of a study as its storage keeps them, the latest last."""
    kept = _read_attributes(stored.store, stored.key, stored.spec.name).get("earlier_spaces", [])
    return [*kept, {"space": space, "trials": stored.count}]


def _require_same_description(
    stored: StoredStudy, spec: StudySpec, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    changed = [k for k in {**before, **after} if k != "space" and before.get(k) != after.get(k)]
    if not changed:
        return
    raise InputError(
        spec.source.name,
        expected=f"the study {spec.name!r} as it began in {stored.store.display_name}",
        got=f"another {', '.join(sorted(changed))}",
        why="A study cannot hold the trials of two descriptions",
        remedy='Give it another name, with name = "…" in its file or with --name',
        argument="name",
        value=spec.name,
    )


def _require_same_data(stored: StoredStudy, spec: StudySpec, given: str) -> None:
    if stored.digest != given:
        raise InputError(
            spec.source.where("data"),
            expected=f"the data with which {spec.name!r} began in {stored.store.display_name}",
            got=f"others, {given[:12]}… for {stored.digest[:12]}…",
            remedy="Restore the data, or give the study another name",
            argument="data",
        )

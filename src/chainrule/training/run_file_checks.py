"""Checks of a run folder's files, against each other and against what was computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import zip_longest
from pathlib import Path
from shlex import quote
from typing import Any

from chainrule.engine import Position, Until
from chainrule.errors import ChainruleError, DataError, DivergenceError, RunFolderError
from chainrule.network import Architecture, Layout, Network, tensor_digests
from chainrule.recipe import Recipe, read_table
from chainrule.storage import read_bytes
from chainrule.training.certificate import FORMAT, certify, has_notes, require_known_entries
from chainrule.training.checkpoint import read_checkpoint
from chainrule.training.epoch_end import final_parameters, stop_reason
from chainrule.training.loop import DIVERGED, INTERRUPTED, STOPPED, train_chunk
from chainrule.training.recorded_differences import (
    position_differences,
    tensor_differences,
    value_differences,
    value_text,
)
from chainrule.training.run_facts import RunFacts, complete_recipe, data_facts
from chainrule.training.run_folder import RunFolder
from chainrule.training.setup import TrainingSetup

__all__ = [
    "certificate_differences",
    "checkpoint_differences",
    "data_differences",
    "history_differences",
    "network_differences",
    "read_certificate",
    "request_differences",
    "snapshot_differences",
    "start_differences",
]

_COMPUTED_OF_DATA = ("digest", "examples", "validation_digest", "validation_examples")
"""What run.json says of the data that can be computed; where they were is only noted."""


def read_certificate(folder: RunFolder) -> dict[str, Any]:
    """The certificate of a run that has ended.

    Raises: RunFolderError without one, DataError for one that is not complete, FileError.
    """
    if not folder.has("certificate.json"):
        raise RunFolderError(
            str(folder.path),
            expected="a run that has ended",
            got="one without certificate.json",
            remedy=f"Finish it with `chainrule train --resume {quote(str(folder.path))}`",
        )
    certificate = folder.read_json("certificate.json")
    if not _is_whole(certificate):
        raise DataError(
            str(folder.path / "certificate.json"),
            expected=f"a complete certificate of format {FORMAT!r}",
            got=f"one of format {certificate.get('format')!r} that is not",
        )
    require_known_entries(certificate, str(folder.path / "certificate.json"))
    return certificate


def _is_whole(certificate: Mapping[str, Any]) -> bool:
    """Whether a certificate has the parts that are read one by one."""
    epochs = certificate.get("epochs")
    return (
        certificate.get("format") == FORMAT
        and isinstance(certificate.get("versions"), dict)
        and isinstance(epochs, list)
        and all(isinstance(e, dict) and isinstance(e.get("tensor_sha256"), dict) for e in epochs)
    )


def request_differences(
    folder: RunFolder, facts: RunFacts, certificate: Mapping[str, Any]
) -> Iterator[str]:
    """Yield where run.json, certificate.json and recipe.toml disagree on what was asked for."""
    asked = json.loads(json.dumps(facts.to_dict()))
    names = dict.fromkeys((*asked, "parent", "keep_epochs", "start", "environments"))
    if not has_notes(certificate):
        names = dict.fromkeys(("recipe", "architecture", "data"))
    certified = {name: certificate[name] for name in names if name in certificate}
    # Settings that an older version did not know have the defaults of this one.
    certified |= {
        name: _completed(certified[name], read)
        for name, read in (("recipe", _read_recipe), ("architecture", Architecture.from_dict))
        if name in certified
    }
    for one in value_differences({n: asked[n] for n in names if n in asked}, certified):
        first, second = value_text(one.first), value_text(one.second)
        yield f"run.json: {one.path} is {first}, certificate.json has {second}"
    try:
        written = _read_recipe(read_table(folder.path / "recipe.toml"))
    except ChainruleError as error:
        yield f"recipe.toml cannot be read: {error}"
        return
    for one in value_differences(written.to_dict(), facts.recipe.to_dict()):
        first, second = value_text(one.first), value_text(one.second)
        yield f"recipe.toml: {one.path} is {first}, run.json has {second}"


def _read_recipe(values: Any) -> Recipe:
    return Recipe.from_dict(complete_recipe(values))


def _completed(values: Any, read: Callable[[Any], Any]) -> Any:
    """The values of a record with those that were left out; unchanged if they make none."""
    try:
        return json.loads(json.dumps(read(values).to_dict()))
    except (ChainruleError, TypeError, ValueError, KeyError):
        return values


def data_differences(facts: RunFacts, setup: TrainingSetup) -> Iterator[str]:
    """Yield what run.json says of the data that is not so."""
    given = data_facts(setup.training, setup.validation)
    said, found = (
        {name: values[name] for name in _COMPUTED_OF_DATA if name in values}
        for values in (facts.data, given)
    )
    for one in value_differences(said, found, "data"):
        first, second = value_text(one.first), value_text(one.second)
        yield f"run.json: {one.path} is {first}, computed {second}"


def start_differences(
    certificate: Mapping[str, Any], setup: TrainingSetup, position: Position
) -> Iterator[str]:
    """Yield the tensors before the first step that are not those of the certificate."""
    if not has_notes(certificate):
        return
    found = tensor_digests(setup.engine.layout, position.parameters)
    for one in value_differences(certificate.get("start_sha256"), found, "start_sha256"):
        first, second = value_text(one.first), value_text(one.second)
        yield f"certificate.json: {one.path} is {first}, the first checkpoint's {second}"


def checkpoint_differences(path: Path, setup: TrainingSetup, position: Position) -> Iterator[str]:
    """Yield in what a checkpoint differs from the position of its place."""
    name = f"checkpoints/{path.name}"
    try:
        recorded = read_checkpoint(path)
    except ChainruleError as error:
        yield f"{name} cannot be read: {error}"
        return
    for difference in position_differences(setup.engine.layout, recorded, position):
        yield f"{name}: {difference}"


def history_differences(folder: RunFolder, position: Position) -> Iterator[str]:
    """Yield the lines of history.jsonl that are not those of the position."""
    lines = read_bytes(folder.path / "history.jsonl").decode(errors="replace").splitlines()
    again = [record.line() for record in position.history]
    for number, (line, due) in enumerate(zip_longest(lines, again), 1):
        if due is None or line != json.dumps(due):
            yield f"history.jsonl, line {number}{_line_difference(line, due)}"


def _line_difference(line: str | None, due: Mapping[str, Any] | None) -> str:
    """In which field a line differs, if it is one of the right kind."""
    if line is None or due is None:
        return ": missing" if line is None else ": of an epoch that was not computed"
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return ": not JSON"
    found = [
        f"{one.path} is {value_text(one.first)}, computed {value_text(one.second)}"
        for one in value_differences(said, dict(due))
    ]
    return f": {'; '.join(found) or 'written otherwise'}"


def network_differences(
    folder: RunFolder, certificate: Mapping[str, Any], setup: TrainingSetup, position: Position
) -> Iterator[str]:
    """Yield in what network.safetensors differs from the certificate's, and from the run's."""
    name, network = "network.safetensors", folder.network()
    claimed = certificate.get("network_sha256")
    if network.digest != claimed:
        said, found = value_text(claimed), value_text(network.digest)
        yield f"certificate.json: network_sha256 is {said}, {name} has {found}"
    due = setup.network.with_parameters(final_parameters(setup, position))
    if network.preprocessing is None:  # a run from before the meaning of images was kept
        due = replace(due, preprocessing=None)
    yield from _differences(name, network, due)


def _differences(name: str, network: Network, due: Network) -> Iterator[str]:
    """Yield in what a saved network differs from the one that was computed."""
    if network.architecture == due.architecture:
        layout = Layout(due.architecture)
        for one in tensor_differences(layout, network.parameters, due.parameters):
            yield f"{name}: other weights than the run's: {one.describe()}"
    for field in fields(Network):
        given, wanted = getattr(network, field.name), getattr(due, field.name)
        if field.init and field.name != "parameters" and given != wanted:
            yield f"{name}: {field.name} is {given!r}, the run's is {wanted!r}"


def snapshot_differences(
    folder: RunFolder, setup: TrainingSetup, position: Position
) -> Iterator[str]:
    """Yield in what the snapshot of a cycle's end differs from the network of the position."""
    if not (setup.recipe.snapshots and setup.engine.schedule.ends_cycle(position.epoch)):
        return
    path = folder.snapshot_path(position.epoch)
    name = f"snapshots/{path.name}"
    try:
        network = Network.load(path)
    except ChainruleError as error:
        yield f"{name} cannot be read: {error}"
        return
    due = setup.network.with_parameters(setup.engine.inference_parameters(position))
    yield from _differences(name, network, due)


def certificate_differences(
    folder: RunFolder, certificate: Mapping[str, Any], setup: TrainingSetup, position: Position
) -> Iterator[str]:
    """Yield the entries of the certificate that are not what they would be now.

    Left out are the versions, what was asked for, which `request_differences` compares, and the
    start, for which there is `start_differences`.
    """
    facts = folder.facts()
    ended = _end(setup, position, certificate.get("ended"))
    again = json.loads(json.dumps(certify(facts, {}, position, folder.network(), ended)))
    left_out = {"versions", "format", "network_sha256", "start_sha256"}
    left_out |= {"parent", "keep_epochs", "start", "environments"}
    left_out |= facts.to_dict().keys()
    claims, found = (
        {name: value for name, value in values.items() if name not in left_out}
        for values in (certificate, again)
    )
    for one in value_differences(claims, found):
        first, second = value_text(one.first), value_text(one.second)
        yield f"certificate.json: {one.path} is {first}, computed {second}"


def _end(setup: TrainingSetup, position: Position, claimed: Any) -> str:
    """Why a run ended at a position: as its recipe has it, by diverging, or as it claims."""
    due = stop_reason(setup.recipe, position)
    if due is not None:
        return due
    try:
        train_chunk(setup, position, Until(batches=1))
    except DivergenceError:
        return DIVERGED
    return str(claimed) if claimed in (INTERRUPTED, STOPPED) else INTERRUPTED

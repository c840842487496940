"""Seals: digests by which a damaged line, trial or description of a study is known.

A seal is not a signature: someone who changes a storage on purpose can make a new one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = [
    "LOST_TRIAL",
    "SEALED_STUDY",
    "claim_seal",
    "find_damage",
    "line_seal",
    "result_seal",
    "seal_description",
    "seal_line",
    "sealed_part",
    "study_name_of",
    "verified_description",
]

LOST_TRIAL = "its line is damaged"
"""The mark of a trial that stands for one whose first line in a journal is damaged."""

SEALED_STUDY = "sealed"
"""The attribute of a study that holds its other attributes once more, with their seal."""

_LENGTH = 16
_LINE_END = re.compile(rb',"seal":"([0-9a-f]{16})"}')
_END_LENGTH = 27
_CHANGING = frozenset(("seal", "owner", "lease", "progress", "given_up", "result"))
"""Attributes of a trial that are no part of its configuration."""


def seal_line(operation: Mapping[str, Any]) -> bytes:
    """Return a line of a journal that ends with its seal."""
    body = json.dumps(operation, separators=(",", ":"))[:-1].encode()
    return body + f',"seal":"{_line_digest(body)}"}}\n'.encode()


def sealed_part(line: bytes) -> bytes | None:
    """Return what the seal of a journal's line is of, or None if it has no seal that holds.

    Args:
        line: without its line end.
    """
    found = _LINE_END.fullmatch(line[-_END_LENGTH:])
    body = line[:-_END_LENGTH]
    holds = found is not None and found[1].decode() == _line_digest(body)
    return body if holds else None


def line_seal(line: bytes) -> str:
    """Return the seal of a journal's line, which has one: 16 hex digits."""
    return line[-_LENGTH - 2 : -2].decode()


def _line_digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:_LENGTH]


def _digest(values: Any) -> str:
    """Return the digest of plain values, which are the same after JSON has stored them."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def claim_seal(params: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    """Return the seal of what a trial is to compute.

    Args:
        params: values of the parameters, as Optuna stores them.
        attributes: the trial's; those that change while it is computed are left out.
    """
    kept = {name: value for name, value in attributes.items() if name not in _CHANGING}
    return _digest([{name: _as_stored(value) for name, value in params.items()}, kept])


def _as_stored(value: Any) -> Any:
    """Return a parameter's value as every storage gives it back: a number without its type."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else value


def result_seal(
    trial: FrozenTrial, state: str, value: float | None, record: Mapping[str, Any]
) -> str:
    """Return the seal of a trial's result together with what it computed.

    Args:
        trial: as the storage has it.
        state: "COMPLETE" or "PRUNED".
        value: the metric, if the trial has one.
        record: the result without its seal.
    """
    reported = sorted((int(step), float(v)) for step, v in trial.intermediate_values.items())
    claim = trial.user_attrs.get("seal")
    kept = {name: part for name, part in record.items() if name != "seal"}
    return _digest([claim, trial.number, state, value, reported, kept])


def find_damage(trial: FrozenTrial, *, sealed: bool) -> str:
    """Return in words what of a trial does not agree with its seals, or "" if all does.

    Args:
        trial: as the storage has it.
        sealed: whether the study seals its trials, so that one without a seal is damaged.
    """
    ended = trial.state.name in ("COMPLETE", "PRUNED")
    attributes, record = trial.user_attrs, trial.user_attrs.get("result")
    if "seal" not in attributes:
        return "its seal is missing" if sealed else ""
    if attributes["seal"] != claim_seal(trial.params, attributes):
        return "its configuration"
    if not ended:
        return ""
    if not isinstance(record, dict) or "seal" not in record:
        return "its result is missing"
    value = None if trial.values is None else trial.values[0]
    whole = record["seal"] == result_seal(trial, trial.state.name, value, record)
    return "" if whole else "its result"


def seal_description(name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a study stores of its own attributes a second time, with their seal.

    Args:
        name: the study's name.
        attributes: those that describe it.
    """
    kept = {key: value for key, value in attributes.items() if key != SEALED_STUDY}
    return {"name": name, "attributes": kept, "seal": _digest([name, kept])}


def study_name_of(record: Any) -> str | None:
    """Return the name of a study by its sealed description, or None if that is damaged."""
    if not isinstance(record, dict) or not isinstance(record.get("attributes"), dict):
        return None
    name = record.get("name")
    whole = record.get("seal") == _digest([name, record["attributes"]])
    return name if whole and isinstance(name, str) else None


def verified_description(name: str, attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the attributes of a sealed study, or None if their seal is broken.

    They stand in the storage twice; either of the two may be the one that is whole.

    Args:
        name: the study's name.
        attributes: all of its attributes, with the sealed ones.
    """
    record = attributes[SEALED_STUDY]
    if study_name_of(record) == name:
        return dict(record["attributes"])
    plain = {key: value for key, value in attributes.items() if key != SEALED_STUDY}
    seal = record.get("seal") if isinstance(record, dict) else None
    return plain if seal == seal_description(name, plain)["seal"] else None

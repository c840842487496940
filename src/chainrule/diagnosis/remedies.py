"""Mend a recipe: change what the root cause asks for, and try again until nothing is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.diagnoser import Diagnosis
from chainrule.evaluation import plain_values

__all__ = ["Mended", "Treatment", "mend", "settings_text"]

ROUNDS = 8
"""How often a recipe is tried again at most."""


@dataclass(frozen=True)
class Treatment:
    """One change on the way.

    Args:
        finding: what it is for.
        changes: the settings that were changed.
    """

    finding: Finding
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Mended:
    """A recipe after its treatment.

    Args:
        settings: the whole recipe, as in a file for `chainrule train --config`.
        treatments: what was changed, in order.
        last: the diagnosis of the mended recipe.
    """

    settings: Mapping[str, Any]
    treatments: tuple[Treatment, ...]
    last: Diagnosis

    @property
    def changes(self) -> dict[str, Any]:
        """All settings that are other than before."""
        return {name: v for one in self.treatments for name, v in one.changes.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule diagnose --apply --json` prints as "mended"."""
        return {
            "changes": self.changes,
            "skill": plain_values(self.last.skill),
            "findings": [finding.to_dict() for finding in self.last.findings],
        }

    def to_toml(self) -> str:
        """Return the settings as a file for `chainrule train --config`."""
        return settings_text(self.settings)


def mend(
    settings: Mapping[str, Any],
    first: Diagnosis,
    examine: Callable[[Mapping[str, Any]], Diagnosis],
) -> Mended:
    """Treat the first finding that a setting can mend, examine again, and go on.

    What a cause brings about need not be treated: it is gone when the cause is.

    Args:
        settings: the recipe, as in a file for `chainrule train --config`.
        first: its diagnosis.
        examine: settings -> diagnosis of a trial by them.
    """
    now, last, done = dict(settings), first, list[Treatment]()
    for _ in range(ROUNDS):
        chosen = next((f for f in last.findings if _changes(f, now)), None)
        if chosen is None:
            break
        changes = _changes(chosen, now)
        now |= changes
        done.append(Treatment(chosen, changes))
        last = examine(now)
    return Mended(now, tuple(done), last)


def _changes(finding: Finding, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a finding's changes that are none so far."""
    return {n: v for n, v in finding.changes.items() if n not in settings or settings[n] != v}


def settings_text(settings: Mapping[str, Any], notes: Iterable[str] = ()) -> str:
    """Settings as TOML, with notes above; those that are None are left out.

    >>> settings_text({"layers": [2, 2], "patience": None, "activation": "tanh"}, ["Mended"])
    '# Mended\\nlayers = [2, 2]\\nactivation = "tanh"\\n'
    """
    lines = [f"# {note}" for note in notes]
    given = {name: value for name, value in settings.items() if value is not None}
    lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in given.items()]
    return "".join(line + "\n" for line in lines)

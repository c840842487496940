"""Remedies: correct the root cause in a recipe, and try again until nothing is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any

from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.diagnosis import Diagnosis, assignments_text
from chainrule.documents import Definition, Definitions, Document
from chainrule.evaluation import plain_values

__all__ = ["AppliedRemedy", "MendedSettings", "mend", "settings_text"]

ROUNDS = 8
"""Trials of a recipe at most; remedies that undo each other would go on forever."""


@dataclass(frozen=True)
class AppliedRemedy:
    """A remedy that was applied.

    Args:
        finding: the finding that it mends.
        changes: the settings that were changed.
    """

    finding: Finding
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class MendedSettings:
    """A recipe after the remedies for its findings were applied.

    Args:
        settings: the whole recipe, as in a file for `chainrule train --config`.
        remedies: the remedies applied, in order.
        first: the diagnosis before them.
        last: the diagnosis of the mended recipe.
    """

    settings: Mapping[str, Any]
    remedies: tuple[AppliedRemedy, ...]
    first: Diagnosis
    last: Diagnosis

    @property
    def changes(self) -> dict[str, Any]:
        """All settings that differ from the original ones."""
        return {name: v for one in self.remedies for name, v in one.changes.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule diagnose --apply --json` prints as "mended"."""
        return {
            "changes": self.changes,
            "skill": plain_values(self.last.skill),
            "findings": [finding.to_dict() for finding in self.last.findings],
        }

    def document(self, target: str = "", path: str = "") -> Document:
        """Return the first diagnosis as a document, followed by the remedies and their effect.

        Args:
            target: the run or the recipe, for the title.
            path: the file of the mended recipe, if it was written.
        """
        lines = [
            Definition("mended", f"{one.finding.title}: {assignments_text(one.changes)}")
            for one in self.remedies
        ]
        again = f"{self.last.progress_text()}; found: {self.last.findings_text()}"
        lines.append(Definition("again", again))
        if path:
            lines.append(
                Definition("saved", f"in {path}; see chainrule train DATA --config {quote(path)}")
            )
        document = self.first.document(target)
        return replace(
            document,
            blocks=(*document.blocks, Definitions(tuple(lines))),
            values=lambda: {**self.first.to_dict(), "mended": self.to_dict()},
        )

    def to_toml(self) -> str:
        """Return the settings as a file for `chainrule train --config`."""
        return settings_text(self.settings)


def mend(
    settings: Mapping[str, Any],
    first: Diagnosis,
    examine: Callable[[Mapping[str, Any]], Diagnosis],
) -> MendedSettings:
    """Apply the remedy of the first finding that a setting can mend, try again, and repeat.

    Findings that a root cause brings about disappear with it, so the first one is mended alone.

    Args:
        settings: the recipe, as in a file for `chainrule train --config`.
        first: its diagnosis.
        examine: settings -> diagnosis of a trial with them.
    """
    current, last, applied = dict(settings), first, list[AppliedRemedy]()
    for _ in range(ROUNDS):
        chosen = next((f for f in last.findings if _new_changes(f, current)), None)
        if chosen is None:
            break
        changes = _new_changes(chosen, current)
        current |= changes
        if "layers" in changes:
            current.pop("hidden", None)  # stands for the same
        applied.append(AppliedRemedy(chosen, changes))
        last = examine(current)
    return MendedSettings(current, tuple(applied), first, last)


def _new_changes(finding: Finding, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes of a finding that differ from the settings."""
    return {n: v for n, v in finding.changes.items() if n not in settings or settings[n] != v}


def settings_text(settings: Mapping[str, Any], notes: Iterable[str] = ()) -> str:
    """Return settings as TOML, with notes above; those that are None are left out.

    >>> settings_text({"layers": [2, 2], "patience": None, "activation": "tanh"}, ["Mended"])
    '# Mended\\nlayers = [2, 2]\\nactivation = "tanh"\\n'
    """
    lines = [f"# {note}" for note in notes]
    given = {name: value for name, value in settings.items() if value is not None}
    lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in given.items()]
    return "".join(line + "\n" for line in lines)

"""Under which circumstances a run was computed, beside those of its verification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chainrule.training.computing_conditions import (
    changed_conditions,
    computing_conditions,
    versions,
)
from chainrule.training.run_facts import RunFacts

__all__ = ["Circumstances"]

_CONDITIONS = "processor, BLAS and compiler"


@dataclass(frozen=True)
class Circumstances:
    """What a run says of the software and the machine that computed it, compared with this process.

    Args:
        other_versions: of the software, what has changed.
        other_conditions: of processor, BLAS and compiler, what has changed.
        changed_within: what changed while the run was computed, since it was continued elsewhere.
        unrecorded: what the run does not say.
    """

    other_versions: tuple[str, ...]
    other_conditions: tuple[str, ...]
    changed_within: tuple[str, ...]
    unrecorded: tuple[str, ...]

    @classmethod
    def of(cls, facts: RunFacts, certificate: Mapping[str, Any]) -> Circumstances:
        """Compare what the files of a run say with this process.

        Args:
            facts: of run.json.
            certificate: with its versions, which older versions recorded as well.
        """
        spans = facts.environments
        here = computing_conditions(facts.recipe.engine)
        unrecorded = ["the start"] if facts.start is None and facts.parent is None else []
        if not spans or spans[0].epoch > facts.first_epoch or spans[0].batch:
            unrecorded.append(_CONDITIONS)
        unrecorded += [name for name in versions() if name not in certificate["versions"]]
        return cls(
            other_versions=changed_conditions(certificate["versions"], versions()),
            other_conditions=changed_conditions(spans[-1].conditions, here) if spans else (),
            changed_within=tuple(
                f"in epoch {now.epoch + 1}, {'; '.join(before.changes(now))}"
                for before, now in pairwise(spans)
            ),
            unrecorded=tuple(unrecorded),
        )

    def cause(self) -> str:
        """Return in words why a tensor may be computed otherwise than it was."""
        changed = (*self.other_versions, *self.other_conditions, *self.changed_within)
        if changed:
            return f"computed under other conditions: {'; '.join(changed)}"
        if _CONDITIONS in self.unrecorded:
            return f"the versions are the same; {_CONDITIONS} were not recorded"
        return f"same fields, different bits: versions, {_CONDITIONS} are as recorded"

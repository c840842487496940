"""What one run of the benchmarks is asked for, and what its parts share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from comparison.cases import Case
from comparison.peers.contract import Peer
from comparison.processes import PeerError, PeerProcesses
from comparison.roofline import Roofline, measure_roofline

__all__ = ["EPOCH_SECONDS", "QUICK_EXAMPLES", "WARM_SECONDS", "Bench", "Settings"]

EPOCH_SECONDS = 120.0
"""A peer that takes longer for an epoch is given up."""
WARM_SECONDS = 300.0
"""A peer that takes longer to load its data, or to compile, is given up."""
QUICK_EXAMPLES = 2_000
"""Examples an epoch in a quick run."""


@dataclass(frozen=True)
class Settings:
    """What a run is asked for.

    Args:
        cases: trainings to time.
        peers: programs to measure.
        threads: how many each may use, at least 1.
        rounds: how often each is measured, at least 1.
        quick: whether smaller data will do; the figures are then no measurement.
        examples: the greatest number an epoch; None for each case's own.
    """

    cases: tuple[Case, ...]
    peers: tuple[Peer, ...]
    threads: int
    rounds: int
    quick: bool = False
    examples: int | None = None


@dataclass(frozen=True, eq=False)
class Bench:
    """One run of the benchmarks.

    Args:
        settings: what is asked for.
        folder: where arrays are handed over; thrown away afterwards.
        processes: the peers' processes.
        progress: called with a few words on the work under way.
    """

    settings: Settings
    folder: Path
    processes: PeerProcesses
    progress: Callable[[str], None]

    @property
    def peers(self) -> tuple[Peer, ...]:
        """The peers that were asked for."""
        return self.settings.peers

    @cached_property
    def roofline(self) -> Roofline:
        """What the machine can do, measured once a run."""
        self.progress("roofline")
        return measure_roofline(self.processes, self.settings.threads, self.settings.quick)

    def limited(self, case: Case) -> Case:
        """The case with as many examples as this run has time for."""
        most = self.settings.examples
        if most is None and self.settings.quick:
            most = QUICK_EXAMPLES
        return case if most is None else case.limited_to(most)

    def require(self, peer: Peer, case: Case | None = None) -> None:
        """Refuse a peer that is not here, or cannot do the case.

        Raises: PeerError with the reason.
        """
        reason = peer.missing() or (peer.refuses(case) if case else "")
        if reason:
            raise PeerError(reason)

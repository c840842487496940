"""The certificate of a run: digests of its data and tensors, by which others can check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.engine import Position
from chainrule.network import Network
from chainrule.plain_records import require_names
from chainrule.training.computing_conditions import versions
from chainrule.training.run_facts import RunFacts

__all__ = ["FORMAT", "certify", "has_notes", "require_known_entries", "versions"]

FORMAT = "chainrule certificate 1"
_ADDED = ("notes", "start_sha256")


def certify(
    facts: RunFacts,
    start: Mapping[str, str],
    position: Position,
    network: Network,
    ended: str,
) -> dict[str, Any]:
    """The certificate of a run.

    Args:
        facts: what was asked for.
        start: the digest of each tensor before the first step.
        position: where the run stands.
        network: what it gave.
        ended: why it is over.

    Returns: plain values: format, versions, all facts, start_sha256, ended, best_epoch,
        network_sha256, preprocessing_sha256 if the network has any, and for each epoch its
        weights_sha256 and tensor_sha256.
    """
    epochs: list[Mapping[str, Any]] = [
        {
            "epoch": record.epoch,
            "weights_sha256": record.weights_sha256,
            "tensor_sha256": record.tensor_sha256,
        }
        for record in position.history
    ]
    return {
        "format": FORMAT,
        "versions": versions(),
        "engine": facts.recipe.engine,
        **facts.to_dict(),
        "start_sha256": dict(start),
        "ended": ended,
        "best_epoch": position.best.epoch if position.best else None,
        "network_sha256": network.digest,
        **_preprocessing_digest(network),
        "epochs": epochs,
    }


_ENTRIES = (
    *("format", "versions", "engine", "data", "recipe", "architecture", "notes", "start_sha256"),
    *("parent", "keep_epochs", "start", "environments", "ended", "best_epoch", "network_sha256"),
    *("preprocessing_sha256", "epochs"),
)
_OF_EPOCH = ("epoch", "weights_sha256", "tensor_sha256")


def require_known_entries(certificate: Mapping[str, Any], path: str) -> None:
    """Refuse a certificate with entries that no version writes.

    Args:
        certificate: with the parts of one.
        path: of its file.

    Raises: DataError, which names the entry.
    """
    require_names(certificate, _ENTRIES, path)
    require_names(certificate["versions"], versions(), f"{path}: versions")
    for place, epoch in enumerate(certificate["epochs"]):
        require_names(epoch, _OF_EPOCH, f"{path}: epochs[{place}]")


def has_notes(certificate: Mapping[str, Any]) -> bool:
    """Whether a certificate holds notes and start; those of older versions have neither."""
    return any(name in certificate for name in _ADDED)


def _preprocessing_digest(network: Network) -> dict[str, str]:
    """The digest of what the network knows of its data; nothing for a network without."""
    steps = network.preprocessing
    return {} if steps is None else {"preprocessing_sha256": steps.digest}

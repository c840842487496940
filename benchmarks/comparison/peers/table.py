"""Every peer by name."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.errors import unknown_name
from comparison.peers.contract import Peer
from comparison.peers.digits_package import DIGITS
from comparison.peers.jax_scan import JAX
from comparison.peers.onnx_runtime import ONNX
from comparison.peers.ours import COMPILED, REFERENCE
from comparison.peers.pytorch import TORCH, TORCH_COMPILE
from comparison.peers.scikit import SCIKIT
from comparison.peers.textbook import NUMPY

__all__ = ["PEERS", "find_peers"]

_ALL = (COMPILED, REFERENCE, NUMPY, SCIKIT, TORCH, TORCH_COMPILE, JAX, DIGITS, ONNX)

PEERS = {peer.name: peer for peer in _ALL}
"""In the order in which tables show them."""


def find_peers(names: Sequence[str]) -> tuple[Peer, ...]:
    """The peers of these names, in the table's order; all of them where none is named.

    Raises: UnknownNameError.
    """
    for name in names:
        if name not in PEERS:
            raise unknown_name("bench", "a peer", name, PEERS, argument="peer")
    return tuple(peer for peer in _ALL if not names or peer.name in names)

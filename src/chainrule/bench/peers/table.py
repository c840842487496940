"""Every peer by name."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.bench.peers.contract import Peer
from chainrule.bench.peers.digits_package import DIGITS
from chainrule.bench.peers.jax_scan import JAX
from chainrule.bench.peers.onnx_runtime import ONNX
from chainrule.bench.peers.ours import COMPILED, REFERENCE
from chainrule.bench.peers.pytorch import TORCH, TORCH_COMPILE
from chainrule.bench.peers.scikit import SCIKIT
from chainrule.bench.peers.textbook import NUMPY
from chainrule.errors import unknown_name

__all__ = ["PEERS", "peers_named"]

_ALL = (COMPILED, REFERENCE, NUMPY, SCIKIT, TORCH, TORCH_COMPILE, JAX, DIGITS, ONNX)

PEERS = {peer.name: peer for peer in _ALL}
"""In the order in which tables show them."""


def peers_named(names: Sequence[str]) -> tuple[Peer, ...]:
    """The peers of these names, in the table's order; all of them where none is named.

    Raises: UnknownNameError.
    """
    for name in names:
        if name not in PEERS:
            raise unknown_name("bench", "a peer", name, PEERS, argument="peer")
    return tuple(peer for peer in _ALL if not names or peer.name in names)

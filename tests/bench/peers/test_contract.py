from __future__ import annotations

from comparison.cases import Case
from comparison.peers.contract import Peer


def test_a_peer_names_the_first_package_that_is_missing() -> None:
    packages = {"numpy": "numpy", "no_such_module": "no-such-package"}
    peer = Peer(name="some", title="Some", packages=packages)
    assert peer.missing() == "no-such-package is not installed"
    assert (peer.package, peer.version() != "") == ("numpy", True)
    gone = Peer(name="none", title="None", packages={"no_such_module": "no-such-package"})
    assert gone.version() == ""


def test_a_peer_may_lack_something_else() -> None:
    peer = Peer(name="some", title="Some", packages={"numpy": "numpy"}, lacks=lambda: "no disk")
    assert peer.missing() == "no disk"


def test_without_more_it_refuses_nothing_and_computes_the_same() -> None:
    peer, case = (
        Peer(name="some", title="Some", packages={"numpy": "numpy"}),
        Case(layers=(4, 2), batch_size=1, examples=1),
    )
    assert (peer.missing(), peer.refuses(case), peer.differs(case)) == ("", "", "")

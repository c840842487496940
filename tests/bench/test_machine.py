from __future__ import annotations

import platform
import re

import chainrule as cr
from comparison.machine import this_machine
from comparison.peers.contract import Peer
from comparison.peers.table import find_peers


def test_the_machine_is_told_with_versions_of_what_is_installed() -> None:
    nobody = Peer(name="nobody", title="Nobody", packages={"no_such_module": "no-such-package"})
    found = this_machine([*find_peers(["chainrule", "numpy"]), nobody], 2)
    assert list(found.versions) == ["chainrule", "numpy"]
    assert found.versions["chainrule"] == cr.__version__
    assert (found.cores, found.python) == (2, platform.python_version())
    assert found.processor
    assert re.fullmatch(r"([0-9a-f]{12}\+?)?", found.commit)

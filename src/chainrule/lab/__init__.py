"""The lab: a page on which a network is drawn for, looked into and changed, number by number.

`open_lab` serves the page on this machine; `lab_view` returns what it shows at an address. A room
is a module in `rooms`, which makes numbers of a state, and one in `static/rooms`, which draws them.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.lab.lab_server import lab_view as lab_view
    from chainrule.lab.lab_server import open_lab as open_lab
    from chainrule.lab.state import LabState as LabState

__getattr__, __dir__, __all__ = attach(
    __name__, {"lab_server": "lab_view open_lab", "state": "LabState"}
)

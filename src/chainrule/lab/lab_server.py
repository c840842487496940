"""The lab on this machine: opened in a browser, or asked for one view."""

from __future__ import annotations

import asyncio
import threading
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.lab.frames import RoomView
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench
from chainrule.study import is_storage

__all__ = ["LabView", "lab_view", "open_lab"]

_HOST = "127.0.0.1"


@dataclass(frozen=True, eq=False)
class LabView:
    """What the lab's page shows of a state.

    Args:
        view: the room's values and arrays.
    """

    view: RoomView

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule lab --view` prints."""
        arrays = {name: array.tolist() for name, array in self.view.arrays.items()}
        return {**self.view.values, "arrays": arrays}


def lab_view(
    target: str | Path | None = None,
    address: str = "",
    *,
    other: str | Path | None = None,
    data: str | None = None,
    config: str | None = None,
    storage: str | None = None,
) -> LabView:
    """Return what the lab shows at an address, without a page.

    Args:
        target: as for `open_lab`.
        address: what stands behind the # of the page's address, such as
            "look?example=3&select=delta[2][3]"; empty for the beginning.
        other: as for `open_lab`.
        data: as for `open_lab`.
        config: as for `open_lab`.
        storage: as for `open_lab`.

    Raises: InputError, UnknownNameError, DataError for an address of what there is not; what
        opening raises.

    Example:
        >>> shown = lab_view("two-layers", "look?select=delta[2][0]").to_dict()
        >>> shown["opened"]["equation"]
        'BP1'
    """
    workbench = _open_workbench(target, other, data, config, storage)
    state = LabState.from_address(address) if address else workbench.start_state()
    workbench.require(state)
    return LabView(workbench.view(state))


def _open_workbench(
    target: str | Path | None,
    other: str | Path | None,
    data: str | None,
    config: str | None,
    storage: str | None,
) -> Workbench:
    is_study = target is not None and is_storage(str(target))
    if is_study and storage is None:
        storage = str(target)
    subject = open_subject(None if is_study else target, data, config)
    second = None if other is None else open_subject(other, data)
    return Workbench(subject, second, storage, begins_with_studies=is_study)


def open_lab(
    target: str | Path | None = None,
    other: str | Path | None = None,
    *,
    data: str | None = None,
    config: str | None = None,
    storage: str | None = None,
    port: int = 0,
    browser: bool = True,
    on_start: Callable[[str], object] = print,
) -> None:
    """Open a page on which a network is drawn for, looked into and changed, until it is stopped.

    The page is served on this machine alone, and needs the token in the address.

    Args:
        target: a run's folder, a network file, a worked file or the name of a bundled one, or data,
            which are learned first; or the storage of studies, which opens the room Studies. None
            for a small network trained on digits.
        other: a second model of the same kinds, with which the room Compare compares it.
        data: where a run's data are, if they were moved; the examples of a network file.
        config: a TOML or JSON file of settings, as for `chainrule train`, by which data are
            learned.
        storage: a journal file, or the address of a database, whose studies the room Studies shows;
            None for studies.journal in the current folder, if it is there.
        port: 0 for any that is free.
        browser: whether the system's browser is opened.
        on_start: called with the address.

    Raises: MissingLibraryError, InputError for a port in use; what opening the target raises.
    """
    from chainrule.serving import ServiceLimits, listen_at, require_libraries, run_application

    require_libraries()
    from chainrule.lab.lab_application import make_lab
    from chainrule.lab.lab_gate import LabSession

    workbench = _open_workbench(target, other, data, config, storage)
    session = LabSession()
    threading.Thread(target=_warm_up, args=(workbench,), daemon=True).start()

    def announce(home: str) -> None:
        address = f"{home}/?token={session.token}"
        on_start(address)
        if browser:
            webbrowser.open(address)

    with ExitStack() as stack:
        listening = listen_at(_HOST, port, stack)
        application = make_lab(workbench, session)
        asyncio.run(run_application(application, listening, ServiceLimits(), announce))


def _warm_up(workbench: Workbench) -> None:
    """Compute the first view while the browser opens."""
    workbench.view(workbench.start_state())

"""What `chainrule data` says of the sets that have a name, and whether they are here."""

from __future__ import annotations

from typing import Any

from chainrule.cli.console import Console
from chainrule.cli.downloads import size_text
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import told_by_flags
from chainrule.data import CATALOGUE, FileState, dataset_names, verify_dataset
from chainrule.errors import unknown_name
from chainrule.experiment import DataSource, describe_data

__all__ = ["fetch_named", "list_named", "verify_named"]

_MNIST: dict[str, Any] = {
    "name": "mnist",
    "about": "70,000 digits in 10 classes, 28 x 28",
    "licence": "CC BY-SA 3.0",
    "download": 0,
    "state": "comes with chainrule",
}


def list_named(as_json: bool) -> None:
    """Show the data sets that have a name."""
    console, sets = Console(as_json=as_json), [_MNIST, *_fetchable()]
    if as_json:
        console.json(sets)
    for entry in sets:
        console.line(f"{entry['name']}: {_state_text(entry)}", "bold")
        console.line(f"  {entry['about']}")
        console.line(f"  licence: {entry['licence']}", "dim")


def _fetchable() -> list[dict[str, Any]]:
    states: dict[str, str] = {}
    for name, named in CATALOGUE.items():
        if named.family not in states:  # sets that share files share their state
            states[named.family] = _state(verify_dataset(name))
    return [
        {
            "name": name,
            "about": named.about,
            "licence": named.licence,
            "download": sum(served.size for served in named.served),
            "state": states[named.family],
        }
        for name, named in CATALOGUE.items()
    ]


def _state_text(entry: dict[str, Any]) -> str:
    state, size = str(entry["state"]), f"{size_text(entry['download'])} to fetch"
    texts = {"missing": f"not here, {size}", "damaged": f"damaged, {size} again"}
    return texts.get(state, state)


def _state(files: tuple[FileState, ...]) -> str:
    """One word for all of a set's files, the worst."""
    states = {file.state for file in files}
    return next(word for word in ("damaged", "missing", "intact") if word in states)


def fetch_named(name: str, as_json: bool) -> None:
    """Fetch a data set that has a name, and keep it."""
    if name not in dataset_names():
        raise unknown_name("data fetch", "a data set", name, dataset_names(), argument="name")
    console = Console(as_json=as_json)
    with told_by_flags("data fetch", ()):
        pair = DataSource(source=name).load()
    if as_json:
        console.json({"name": name, "train": len(pair.train), "test": len(pair.test)})
    console.line(f"{describe_data(pair)}; here and intact")


def verify_named(name: str, as_json: bool) -> int:
    """Check the files of a data set against their published digests."""
    if name not in dataset_names():
        raise unknown_name("data verify", "a data set", name, dataset_names(), argument="name")
    console, files = Console(as_json=as_json), verify_dataset(name)
    if as_json:
        rows = [{"path": f.path, "state": f.state, "sha256": f.found} for f in files]
        console.json({"name": name, "state": _state(files), "files": rows})
    for file in files:
        console.line(f"{file.state:<8} {file.path}", "" if file.state == "intact" else "red")
    return 0 if _state(files) == "intact" else CHECK_FAILED

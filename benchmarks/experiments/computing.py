"""Study files of studies/, computed to their end."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chainrule.study.runner import begin_study, run_study, work_on_study
from chainrule.study.spec import Spec, read_study
from chainrule.study.summary import Entry, entries
from experiments.size import Size

__all__ = ["STUDIES", "accuracies", "computed"]

STUDIES = Path(__file__).resolve().parents[2] / "src/chainrule/papers/studies"


def computed(name: str, size: Size) -> list[Entry]:
    """The trials of a study file, in its order, computed in a storage that is then thrown away."""
    spec = _sized(read_study(STUDIES / f"{name}.toml"), size)
    done, live = 0, sys.stderr.isatty()

    def watch(_: object) -> None:
        nonlocal done
        done += 1
        if live:
            print(f"\r  {name}: {done} trials", end="", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        url = f"{folder}/papers.journal"
        how: dict[str, Any] = {"watch": watch, "begun": lambda _: None}
        if size.quick:  # in this process and thread
            begin_study(spec, url)
            kept = work_on_study(url, spec.name, **how)
        else:
            kept = run_study(spec, url, **how)
        found = entries(kept)
    print(file=sys.stderr) if live else print(f"  {name}: {done} trials", file=sys.stderr)
    return found


def accuracies(entry: Entry) -> list[float]:
    """The test accuracy of each seed."""
    return [run["test_accuracy"] for run in entry.runs if run.get("test_accuracy") is not None]


def _sized(spec: Spec, size: Size) -> Spec:
    """The study on other data, and cut down where it is to be quick."""
    table = spec.source.table
    tables: dict[str, Any] = {"data": {**spec.data, "source": size.source}}
    if size.quick:
        tables["space"] = {name: _cut(given) for name, given in table["space"].items()}
        few = {"epochs": 1, "trials": 2}
        tables["budget"] = {name: few[name] for name in table.get("budget", {})}
        tables["seeds"] = 2
        tables["recipe"] = {**table["recipe"], "engine": size.engine}
    return spec.replaced(**tables)


def _cut(given: Any) -> Any:
    """The first two values of a parameter."""
    if isinstance(given, Mapping):
        return {**given, "values": given["values"][:2]} if "values" in given else given
    return given[:2]

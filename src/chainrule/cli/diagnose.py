"""`chainrule diagnose`: why a training does not learn, and what to set instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import json_flag, limit_flag, offline_flag
from chainrule.diagnosis import CONDITIONS, POOR, Diagnosis, Finding, Mended
from chainrule.errors import InputError
from chainrule.evaluation import count_text, number_text, percent_text
from chainrule.experiment import open_target
from chainrule.limits import Limit
from chainrule.settings import training_settings
from chainrule.storage import write_atomically

__all__ = ["command"]

_ABOUT = """Say why a training does not learn, and what to set instead.

TARGET is the folder of a run, or a recipe in a TOML or JSON file as `chainrule train --config`
takes it. A recipe is tried on DATA (mnist where none is named) for a few hundred steps, in memory,
and measured before and after them. A run is measured where it began and where it stands; DATA says
where its data are now.

What is found comes with its figure, the bound, the cause and the settings that mend it, the root
cause first. --apply writes the mended recipe: the root cause is mended, the recipe is tried again,
and so on until nothing is found that a setting can mend. Exit code 1 says that something was
found, or is left after --apply."""

_EXAMPLES = (
    "chainrule diagnose runs/digits",
    "chainrule diagnose recipe.toml mnist --apply mended.toml",
    "chainrule diagnose recipe.toml flowers.csv --validation checks.csv --json",
)
_TITLES = {condition.name: condition.title for condition in CONDITIONS}


def _diagnose(target: str, data: str | None, apply: str | None, **given: Any) -> int:
    console = Console(as_json=given["as_json"])
    again = f"Say where they are: chainrule diagnose {target}"
    _check_place(apply)
    remedies = {"data": f"{again} DATA", "validation": f"{again} --validation DATA"}
    with errors_by_flags("diagnose", training_settings(), remedies):
        opened = open_target(target, data, validation=given["validation"], steps=given["steps"])
        found = opened.diagnose()
        mended = None if apply is None else opened.mend(found)
    if mended is not None and apply is not None:
        write_atomically(Path(apply), mended.to_toml().encode())
    if console.as_json:
        more = {} if mended is None else {"mended": mended.to_dict()}
        console.json({**found.to_dict(), **more})
    _print_diagnosis(console, found)
    if mended is not None and apply is not None:
        _print_mended(console, mended, apply)
    left = found.findings if mended is None else mended.last.findings
    return CHECK_FAILED if left else 0


def _check_place(path: str | None) -> None:
    """Refuse a file that `chainrule train --config` would not read as TOML, before any work."""
    if path is not None and Path(path).suffix != ".toml":
        raise InputError(
            "--apply",
            expected="a file whose name ends with .toml",
            got=path,
            why="The mended recipe is written as TOML",
            argument="apply",
            value=path,
        )


def _assignments(changes: Mapping[str, Any]) -> str:
    """Settings as they stand in a file.

    >>> _assignments({"initialiser": "he", "batch_size": 32})
    'initialiser = "he", batch_size = 32'
    """
    pairs = (f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in changes.items())
    return ", ".join(pairs)


def _print_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """Print what was looked at, each finding with figure, cause and remedy, and what is open."""
    console.fact("seen", _seen(diagnosis))
    if diagnosis.diverged:
        console.fact("ended", diagnosis.diverged)
    if not diagnosis.findings:
        console.fact("found", "nothing" + _doubt(diagnosis))
    for number, finding in enumerate(diagnosis.findings, 1):
        console.line()
        console.line(f"{number}. {finding.title}" + " (the root cause)" * (number == 1), "bold")
        console.fact("what", f"{finding.what[0].upper()}{finding.what[1:]}.")
        console.fact("why", f"{finding.why}.")
        console.fact("do", _remedy(finding))
    if len(diagnosis.findings) > 1 or diagnosis.unjudged:
        console.line()
    if len(diagnosis.findings) > 1:
        console.fact("note", "What stands lower may come from what stands higher: mend 1 first.")
    for name, why in diagnosis.unjudged.items():
        console.fact("open", f"{_TITLES[name]}: not judged, as {why}.")


def _seen(diagnosis: Diagnosis) -> str:
    steps = f"{count_text(diagnosis.steps)} of {count_text(diagnosis.steps_planned)} steps"
    costs = f"mean cost {number_text(diagnosis.cost_start)} to {number_text(diagnosis.cost_end)}"
    return f"{steps}; {costs}; better than a constant answer by {_skill(diagnosis.skill)}"


def _skill(skill: float) -> str:
    return percent_text(max(0.0, skill), 0)


def _doubt(diagnosis: Diagnosis) -> str:
    """What to add where nothing was found and yet little was learned."""
    if diagnosis.skill >= POOR and not diagnosis.diverged:
        return ""
    if diagnosis.steps < diagnosis.steps_planned:
        longer = min(diagnosis.steps_planned, 10 * diagnosis.steps)
        return f"; but little was learned so far: a longer trial says more, --steps {longer}"
    return "; but little was learned, by no cause that is looked for here"


def _remedy(finding: Finding) -> str:
    settings = f"Set {_assignments(finding.changes)}." if finding.changes else ""
    words = f"{finding.remedy}." if finding.remedy else ""
    return " ".join(filter(None, (settings, words)))


def _print_mended(console: Console, mended: Mended, path: str) -> None:
    """Print what was changed, and what the mended recipe does."""
    console.line()
    for treatment in mended.treatments:
        console.fact("mended", f"{treatment.finding.title}: {_assignments(treatment.changes)}")
    titles = ", ".join(finding.title for finding in mended.last.findings)
    left = titles or "nothing" + _doubt(mended.last)
    console.fact("again", f"{_seen(mended.last)}; found: {left}")
    console.fact("kept", f"in {path}; see chainrule train DATA --config {path}")


def _flags() -> list[click.Parameter]:
    steps = Limit(int, "steps of a trial, at most", 1, optional=True)
    return [
        argument("target"),
        argument("data", required=False),
        Flag(["--apply"], metavar="FILE", group="report", help="write the mended recipe, as TOML"),
        json_flag("report"),
        limit_flag("steps", steps, "trial", "400, fewer for large networks"),
        Flag(["--validation"], metavar="DATA", group="data", help="a separate validation set"),
        offline_flag(),
    ]


command = Command("diagnose", _diagnose, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

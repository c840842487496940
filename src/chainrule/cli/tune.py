"""`chainrule tune`: find good settings for a network, without a file."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flags import Setting, flag_of, given_settings, json_flag
from chainrule.cli.study import compute_in_view, place_flags, storage_flag
from chainrule.errors import InputError, unknown_name
from chainrule.limits import limits_of
from chainrule.settings import NEURONS, training_settings
from chainrule.study import StudySettings, describe_tuning, train_best

__all__ = ["command", "parse_variation"]

_ABOUT = """Find good settings for a network: a study without a file.

DATA is a name or a path as `chainrule train` takes it. --vary names what varies; by default the
learning rate, from 0.0001 to 0.1 on a logarithmic scale, and the batch size, from 16 to 256. The
flags of `chainrule train` fix other settings. Configurations are chosen by the accuracy on a tenth
of the training set that is held out (by the cost, if targets are numbers); the test set is
reported but never used to choose.

The best network is trained once more, to the same bits, and kept as a run in the folder --run. The
command that trains it is printed in full.

\b
    --vary learning_rate=0.001..1:log     a range on a logarithmic scale
    --vary neurons_1=16..128              a range of whole numbers
    --vary activation=relu,tanh           a list"""

_EXAMPLES = (
    "chainrule tune mnist --layers 784,64,10 --trials 50",
    "chainrule tune mnist --vary neurons_1=16..128 --vary learning_rate=1e-4..1e-2:log \\",
    "    --epochs 5 --pruner median --name widths",
)
_STUDY = ("trials", "search", "pruner", "metric", "seconds")
_LEFT_OUT = ("seed", "validation_fraction")
_SETTINGS = {
    name: setting for name, setting in training_settings().items() if name not in _LEFT_OUT
}
_SEARCH = {
    name: Setting(
        name=name,
        limit=limits_of(StudySettings)[name],
        default={"trials": 50, "seconds": None}.get(name, getattr(StudySettings(), name)),
    )
    for name in _STUDY
}


def _tune(**given: Any) -> int:
    settings = given_settings(click.get_current_context(), {**_SETTINGS, **_SEARCH})
    vary = dict(map(parse_variation, given["vary"]))
    spec = describe_tuning(
        given["data"], settings, vary, seeds=given["seeds"] or 1, name=given["name"]
    )
    console, folder = Console(as_json=given["as_json"]), _free_folder(given["run"], spec.name)
    study, _ = compute_in_view(console, spec, given["storage"])
    if not console.as_json:
        console.fact("best", f"is trained once more, into {folder}")
    tuned = train_best(study, folder)
    console.line()
    console.document(tuned.document())
    return 0


def _free_folder(asked: str | None, name: str) -> str:
    """Return the folder for the best run: the one that was asked for, or a free one in runs.

    Raises: InputError, before the search, for a folder that holds something.
    """
    if asked is None:
        names = (f"runs/{name}" + f"-{number}" * (number > 1) for number in count(1))
        return next(path for path in names if not Path(path).exists())
    if Path(asked).exists() and (not Path(asked).is_dir() or any(Path(asked).iterdir())):
        raise InputError(
            "tune",
            expected="a new or empty folder for the best network",
            got=asked,
            remedy="Choose another --run",
            argument="run",
            value=asked,
        )
    return asked


def parse_variation(text: str) -> tuple[str, Any]:
    """Return a parameter of a space and what it may be, from a text of the command line.

    Args:
        text: a name, =, and a list with commas or a range with two points.

    Raises: InputError, UnknownNameError.

    Example:
        >>> parse_variation("learning_rate=0.001..1:log")
        ('learning_rate', {'low': 0.001, 'high': 1.0, 'log': True})
    """
    given, equals, values = text.partition("=")
    name = given.strip().replace("-", "_")
    if not equals:
        raise InputError("tune", expected="--vary name=values", got=repr(text), argument="vary")
    if name not in _SETTINGS and not NEURONS.fullmatch(name):
        raise unknown_name("tune --vary", "a setting", name, (*_SETTINGS, "neurons_1"))
    low, dots, rest = values.partition("..")
    if not dots:
        return name, [_value(name, part.strip()) for part in values.split(",")]
    high, colon, how = rest.partition(":")
    if colon and how != "log":
        raise InputError(
            "tune", expected="a range to end with :log", got=f":{how}", argument="vary"
        )
    ends = {"low": _number(name, low), "high": _number(name, high)}
    return name, {**ends, **({"log": True} if colon else {})}


def _value(name: str, text: str) -> Any:
    """One value of a list."""
    if name not in _SETTINGS:
        return _number(name, text)
    setting = _SETTINGS[name]
    if name == "layers":
        return setting.parse("tune --vary", name, text.replace("-", ","))
    value = setting.parse("tune --vary", name, text)
    return value[0] if setting.many else value


def _number(name: str, text: str) -> float:
    whole = NEURONS.fullmatch(name) or _SETTINGS[name].limit.kind is int
    try:
        return int(text) if whole else float(text)
    except ValueError:
        raise InputError(
            "tune --vary",
            expected=f"a {'whole ' if whole else ''}number for {name}",
            got=repr(text),
            argument=name,
        ) from None


def _flags() -> list[click.Parameter]:
    vary = "what varies; may be given more than once [learning_rate and batch_size]"
    seeds = Setting(name="seeds", limit=_SEARCH["trials"].limit, default=1)
    kept = Flag(
        ["--run"], metavar="DIR", group="study", help="folder for the best network [runs/tune-DATA]"
    )
    named = Flag(["--name"], metavar="NAME", group="study", help="name of the study [tune-DATA]")
    searching = [flag_of(setting, "study") for setting in _SEARCH.values()]
    counting = flag_of(seeds, "study")
    counting.help = "seeds of each configuration [1]"
    return [
        argument("data"),
        Flag(["--vary"], metavar="NAME=VALUES", multiple=True, group="study", help=vary),
        *searching,
        counting,
        named,
        kept,
        storage_flag(),
        *place_flags(),
        json_flag(),
        *(flag_of(setting) for setting in _SETTINGS.values()),
    ]


command = Command("tune", _tune, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)

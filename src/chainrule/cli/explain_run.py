"""`chainrule explain RUN`: a weight, a neuron, a decision, its causes, the labels learned."""

from __future__ import annotations

import atexit
import gc
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chainrule.attribution import Story
from chainrule.cli.console import Console
from chainrule.cli.explain_course import course_of, step_of
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import flag_name
from chainrule.cli.run_flags import TOP, refuse
from chainrule.errors import InputError
from chainrule.experiment import open_run, take_part
from chainrule.ledger.steps import Quantity

if TYPE_CHECKING:
    from chainrule.attribution import ForwardTrace

__all__ = ["FORMATS_OF_RUNS", "explain_run", "refuse_run_flags"]

FORMATS_OF_RUNS = ("text", "html", "json")
"""How a real network can be explained."""

_OF_RUNS = (
    "weight",
    "neuron",
    "decision",
    "influence",
    "mislabels",
    "image",
    "epoch",
    "batch",
    "top",
    "data",
    "validation",
    "split",
)
_OF_FILES = ("quantity", "digits", "fractions", "notation", "full", "symbolic")
_OF_STEPS = ("step", "epoch", "batch")
_WEIGHT = re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9}),([0-9]{1,9})")
_NEURON = re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9})")


def explain_run(target: str, given: Mapping[str, Any]) -> int:
    """Explain what one of the flags for runs asks for.

    Args:
        target: a run's folder, or a network in a .safetensors file.
        given: the parameters of the command by name; None, or missing, where not given.

    Returns: the exit code.
    Raises: InputError and all that opening the run and its data raises.
    """
    refuse(given, _OF_FILES, "It is for worked files")
    form = _checked_format(given.get("format"))
    with _uncollected():
        story = _story(target, given)
    if form == "html":
        from chainrule.attribution import story_page

        Console().line(story_page(story).rstrip("\n"))
    elif form == "json":
        Console(as_json=True).json(story.numbers)
    else:
        from chainrule.cli.report import tell_story

        tell_story(Console(), story)
    return 0


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without searches for garbage, which find none while compiled kernels are loaded."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


# At the exit too: what loading the kernels made is many objects, and ends with the process.
atexit.register(gc.freeze)


def _checked_format(form: str | None) -> str:
    if form not in (None, *FORMATS_OF_RUNS):
        raise InputError(
            "explain",
            expected=f"--format to be one of {', '.join(FORMATS_OF_RUNS)} for a run",
            got=repr(form),
            why="The others are for worked files",
            argument="format",
            value=form,
        )
    return form or "text"


def _story(target: str, given: Mapping[str, Any]) -> Story:
    asked = [name for name in _STORIES if given.get(name) is not None]
    if len(asked) != 1:
        raise InputError(
            "explain",
            expected=f"one of {', '.join(map(flag_name, _STORIES))} for a run",
            got=" and ".join(map(flag_name, asked)) or "none",
            remedy=f"Ask for example for a decision: chainrule explain {target} --decision 0",
            argument="weight",
        )
    again = f"Say where they are: chainrule explain {target} --"
    remedies = {"data": f"{again}data DATA", "validation": f"{again}validation DATA"}
    with told_by_flags("explain", ("data", "image", "decision", "influence", "top"), remedies):
        return _STORIES[asked[0]](target, given)


def _of_neuron(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.attribution import neuron_story

    refuse(given, _OF_STEPS, "--neuron is of the network as it was kept")
    layer, neuron = _numbers(_NEURON, given["neuron"], "neuron")
    if given.get("image") is None:
        raise InputError(
            "explain",
            expected="--image with --neuron",
            got="none",
            why="A neuron is explained for one example",
            argument="image",
        )
    passing = _passing(target, given, "image")
    passing.ledger.locate(Quantity("z", layer, (neuron,)), "--neuron")
    return neuron_story(passing, layer, neuron, given.get("top") or TOP)


def _of_decision(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.attribution import decision_story

    refuse(given, _OF_STEPS, "--decision is of the network as it was kept")
    refuse(given, ("image",), "--decision has the number of the example itself")
    return decision_story(_passing(target, given, "decision"), given.get("top") or TOP)


def _passing(target: str, given: Mapping[str, Any], name: str) -> ForwardTrace:
    """The kept network and the example that a flag has the number of."""
    from chainrule.attribution import ForwardTrace

    kept = open_run(target)
    kept.network  # noqa: B018  # a run without one is refused before data are loaded
    split = given.get("split") or "test"
    dataset = kept.data(split, given.get("data"))
    return ForwardTrace(kept.path, kept.network, dataset, split, given[name], where=flag_name(name))


def _of_weight(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.attribution import WeightRequest, weight_story

    refuse(given, ("split",), "A weight learned from the training set")
    layer, neuron, source = _numbers(_WEIGHT, given["weight"], "weight")
    course, _ = course_of(target, given, "--weight")
    step = step_of(course, given)
    image, top = given.get("image"), given.get("top") or TOP
    asked = WeightRequest(layer, (neuron, source), image=image, top=top, where="--weight")
    return weight_story(course, step, asked)


def _of_influence(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.attribution import ForwardTrace, influence_story, run_stages

    refuse(given, _OF_STEPS, "--influence is of the whole run")
    refuse(given, ("image",), "--influence has the number of the example itself")
    course, pair = course_of(target, given, "--influence")
    split, begun = given.get("split") or "test", course.plan.network
    data, row = take_part(pair, split), given["influence"]
    passing = ForwardTrace(target, begun, data, split, row, where="--influence")
    return influence_story(course, run_stages(course), passing, given.get("top") or TOP)


def _of_mislabels(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.attribution import mislabels_story, run_stages

    refuse(given, _OF_STEPS, "--mislabels is of the whole run")
    refuse(given, ("image", "top"), "--mislabels has the number of examples itself")
    refuse(given, ("split",), "Labels are learned from the training set")
    course, _ = course_of(target, given, "--mislabels")
    return mislabels_story(course, run_stages(course), given["mislabels"])


def _numbers(form: re.Pattern[str], text: str, name: str) -> tuple[int, ...]:
    found = form.fullmatch(text)
    if found is None:
        example = "1:4,300: layer 1, neuron 4, input 300" if name == "weight" else "2:7"
        raise InputError(
            flag_name(name),
            expected=f"numbers such as {example}",
            got=repr(text),
            why="Layers count from 1, neurons and inputs from 0",
            argument=name,
            value=text,
        )
    return tuple(map(int, found.groups()))


_STORIES: dict[str, Callable[[str, Mapping[str, Any]], Story]] = {
    "weight": _of_weight,
    "neuron": _of_neuron,
    "decision": _of_decision,
    "influence": _of_influence,
    "mislabels": _of_mislabels,
}
"""What can be asked of a real network, by flag."""


def refuse_run_flags(given: Mapping[str, Any]) -> None:
    """Refuse, for a worked file, the flags that are for runs.

    Raises: InputError.
    """
    refuse(given, _OF_RUNS, "It is for runs; FILE is a worked example")

"""`chainrule explain RUN`: one weight, one neuron or one decision of a real network."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chainrule.cli.console import Console
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import flag_name
from chainrule.cli.own_data import own_data
from chainrule.cli.parts import SPLITS, whole
from chainrule.cli.run_flags import TOP
from chainrule.cli.runs import data_of, open_kept, validation_of
from chainrule.errors import InputError
from chainrule.training.run_folder import RunFolder
from chainrule.worked.quantity import Quantity
from chainrule.worked.real.course import Course, StepOfRun
from chainrule.worked.real.story import Story

if TYPE_CHECKING:
    from chainrule.worked.real.passing import Passing

__all__ = ["FORMATS_OF_RUNS", "explain_run", "refuse_run_flags"]

FORMATS_OF_RUNS = ("text", "html", "json")
"""How a real network can be explained."""

_OF_RUNS = (
    "weight",
    "neuron",
    "decision",
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
    """Explain what one of --weight, --neuron and --decision asks for.

    Args:
        target: a run's folder, or a network in a .safetensors file.
        given: the parameters of the command by name; None, or missing, where not given.

    Returns: the exit code.
    Raises: InputError and all that opening the run and its data raises.
    """
    _refuse(given, _OF_FILES, "It is for worked files")
    form = _checked_format(given.get("format"))
    story = _story(target, given)
    if form == "html":
        from chainrule.worked.real.page import story_page

        Console().line(story_page(story).rstrip("\n"))
    elif form == "json":
        Console(as_json=True).json(story.numbers)
    else:
        from chainrule.cli.story import tell_story

        tell_story(Console(), story)
    return 0


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
            expected="one of --weight, --neuron and --decision for a run",
            got=" and ".join(map(flag_name, asked)) or "none",
            remedy=f"Ask for example for a decision: chainrule explain {target} --decision 0",
            argument="weight",
        )
    with told_by_flags("explain", ("data", "image", "decision", "top")):
        return _STORIES[asked[0]](target, given)


def _of_neuron(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.worked.real.neuron import neuron_story

    _refuse(given, _OF_STEPS, "--neuron is of the network as it was kept")
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
    passing.ledger.located(Quantity("z", layer, (neuron,)), "--neuron")
    return neuron_story(passing, layer, neuron, given.get("top") or TOP)


def _of_decision(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.worked.real.decision import decision_story

    _refuse(given, _OF_STEPS, "--decision is of the network as it was kept")
    _refuse(given, ("image",), "--decision has the number of the example itself")
    return decision_story(_passing(target, given, "decision"), given.get("top") or TOP)


def _passing(target: str, given: Mapping[str, Any], name: str) -> Passing:
    """The kept network and the example that a flag has the number of."""
    from chainrule.worked.real.passing import Passing

    kept = open_kept(target)
    source = own_data(kept, "explain", given.get("data"))
    split = given.get("split") or "test"
    dataset = SPLITS[split](source.load(offline=bool(given.get("offline"))))
    return Passing(kept.path, kept.network, dataset, split, given[name], where=flag_name(name))


def _of_weight(target: str, given: Mapping[str, Any]) -> Story:
    from chainrule.worked.real.weight import WeightAsked, weight_story

    _refuse(given, ("split",), "A weight learned from the training set")
    layer, neuron, source = _numbers(_WEIGHT, given["weight"], "weight")
    course = _course(target, given)
    step = _step(course, given)
    image, top = given.get("image"), given.get("top") or TOP
    asked = WeightAsked(layer, (neuron, source), image=image, top=top, where="--weight")
    return weight_story(course, step, asked)


def _course(target: str, given: Mapping[str, Any]) -> Course:
    """The run with the data it learned from."""
    if target.endswith(".safetensors"):
        raise InputError(
            "explain",
            expected="the folder of a run with --weight",
            got=target,
            why="A network file does not know how it learned",
            argument="file",
            value=target,
        )
    facts, offline = RunFolder(target).facts(), bool(given.get("offline"))
    remedy = f"Say where they are now: chainrule explain {target} "
    source = data_of(facts, target, given.get("data"), remedy + "--data DATA")
    checks = validation_of(facts, target, given.get("validation"), remedy + "--validation DATA")
    validation = None if checks is None else whole(checks.load(offline=offline))
    return Course(target, source.load(offline=offline).train, validation, tell=_tell)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _step(course: Course, given: Mapping[str, Any]) -> StepOfRun:
    """The step that is asked for: by number, by epoch and batch, by an example; else the last."""
    number, epoch, batch, image = (given.get(n) for n in ("step", "epoch", "batch", "image"))
    if number is not None:
        _refuse(given, ("epoch", "batch"), "--step counts all batches of the run")
    if image is not None:
        _check_image(course, image)
    if number is None and epoch is None and batch is None:
        return course.step(course.done) if image is None else course.step_with(image)
    step = course.step(_numbered(course, epoch, batch) if number is None else number)
    if image is not None and image not in step.rows:
        seen = course.step_with(image)
        raise InputError(
            "--image",
            expected=f"an example of step {step.number}",
            got=str(image),
            why=f"That example was last in step {seen.number}",
            remedy=f"Set --step {seen.number}, or leave it out",
            argument="image",
            value=image,
        )
    return step


def _numbered(course: Course, epoch: int | None, batch: int | None) -> int:
    """The number of a step by its epoch and batch: where one is left out, the last one."""
    epochs = (course.done - 1) // course.batches + 1
    if epoch is not None and epoch > epochs:
        raise InputError(
            "--epoch",
            expected=f"an epoch from 1 to {epochs}",
            got=str(epoch),
            argument="epoch",
            value=epoch,
        )
    epoch = epochs if epoch is None else epoch
    if batch is not None and batch > course.batches:
        raise InputError(
            "--batch",
            expected=f"a batch from 1 to {course.batches}",
            got=str(batch),
            argument="batch",
            value=batch,
        )
    last = min(epoch * course.batches, course.done)
    return last if batch is None else (epoch - 1) * course.batches + batch


def _check_image(course: Course, image: int) -> None:
    last = len(course.plan.training) - 1
    if image > last:
        raise InputError(
            "--image",
            expected=f"the number of an example from 0 to {last}",
            got=str(image),
            why=f"The run learned from {last + 1} examples",
            argument="image",
            value=image,
        )


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


def _refuse(given: Mapping[str, Any], names: tuple[str, ...], why: str) -> None:
    """Refuse flags that mean nothing beside the others."""
    for name in names:
        if given.get(name) not in (None, ()):
            raise InputError(
                "explain",
                expected=f"no {flag_name(name)} here",
                got=str(given[name]),
                why=why,
                argument=name,
                value=given[name],
            )


_STORIES: dict[str, Callable[[str, Mapping[str, Any]], Story]] = {
    "weight": _of_weight,
    "neuron": _of_neuron,
    "decision": _of_decision,
}
"""What can be asked of a real network, by flag."""


def refuse_run_flags(given: Mapping[str, Any]) -> None:
    """Refuse, for a worked file, the flags that are for runs.

    Raises: InputError.
    """
    _refuse(given, _OF_RUNS, "It is for runs; FILE is a worked example")

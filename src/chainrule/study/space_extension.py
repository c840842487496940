"""Extension of a study's space: more values, never fewer, under the same name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.errors import InputError
from chainrule.study.space import Parameter, value_text
from chainrule.study.toml_source import StudySource

__all__ = ["require_extension"]


def require_extension(
    source: StudySource, name: str, before: Sequence[Parameter], after: Sequence[Parameter]
) -> None:
    """Refuse a space that does not hold all values that a study has varied so far.

    Args:
        source: the description with the new space; error texts name its lines.
        name: the study's name.
        before: the space in the storage.
        after: the new space.

    Raises: InputError.
    """
    began = {parameter.name: parameter for parameter in before}
    now = {parameter.name: parameter for parameter in after}
    for parameter in (*before, *after):
        old, new = began.get(parameter.name), now.get(parameter.name)
        if old is None:
            conflict = f"{parameter.name}, which the trials so far do not vary"
        elif new is None:
            conflict = f"no {parameter.name}, which the trials so far vary"
        else:
            conflict = next(_conflicts(old, new), "")
        if conflict:
            raise InputError(
                source.where("space", parameter.name),
                expected=f"the space with which {name!r} began, or more values of its parameters",
                got=conflict,
                remedy='Give the study another name, with name = "…" in its file or with --name',
                argument=parameter.name,
            )


def _conflicts(old: Parameter, new: Parameter) -> Iterator[str]:
    """Yield what the new values of a parameter lack, in words."""
    name = old.name
    if bool(old.choices) != bool(new.choices):
        kinds = ("a list", "a range") if new.choices else ("a range", "a list")
        yield f"{kinds[0]} of {name} in place of {kinds[1]}"
    elif old.when != new.when:
        yield f"another condition of {name}"
    elif old.choices:
        missing = [value_text(value) for value in old.choices if value not in new.choices]
        if missing:
            yield f"{name} without {', '.join(missing)}"
    elif (old.log, old.whole, old.step) != (new.log, new.whole, new.step):
        yield f"another log or step of {name}"
    elif new.low > old.low or new.high < old.high:
        yield f"{name} from {new.low:g} to {new.high:g}, not all from {old.low:g} to {old.high:g}"
    elif old.step is not None and _is_shifted((old.low - new.low) / old.step):
        yield f"{name} in steps of {old.step:g} from {new.low:g}, which leave out {old.low:g}"


def _is_shifted(steps: float) -> bool:
    """Whether a number of steps is not whole, but for rounding."""
    return abs(steps - round(steps)) > 1e-9

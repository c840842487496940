"""Learn: the chapters of docs/learn, whose numbers open and whose exercises are marked."""

from __future__ import annotations

from chainrule.lab.exercise_marking import mark_exercise
from chainrule.lab.frames import RoomView
from chainrule.lab.lessons import lessons
from chainrule.lab.opened_number import open_number
from chainrule.lab.shown_step import ShownStep, make_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject

__all__ = ["lesson_step", "show"]


def show(view: RoomView, state: LabState) -> None:
    """Add a chapter, its exercise as far as it is answered, and the opened number.

    Args:
        view: to add to.
        state: with the chapter, the answers, and what is opened.

    Raises: InputError, UnknownNameError for a number that the chapter's network does not have;
        MissingLibraryError.
    """
    chapters = lessons()
    lesson = chapters[state.chapter - 1]
    view.values["lesson"] = {
        "number": lesson.number,
        "title": lesson.title,
        "titles": [one.title for one in chapters],
        "worked": lesson.worked,
        "blocks": list(lesson.blocks),
        "exercise": mark_exercise(lesson.exercise, state.answers),
    }
    if state.select:
        view.values["opened"] = open_number(lesson_step(state), state.select, state.digits)


def lesson_step(state: LabState) -> ShownStep:
    """Return the step of training that a chapter is about, or that the opened number is of."""
    subject = open_subject(lessons()[state.chapter - 1].worked)
    return make_step(subject, LabState(room="look"))

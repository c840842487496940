"""Learn: chapters as blocks, every number of theirs opens, exercises are marked as by `check`."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chainrule.errors import FileError, InputError, MissingLibraryError
from chainrule.lab import lessons as lessons_module
from chainrule.lab.exercise_marking import mark_exercise
from chainrule.lab.lessons import draw_lesson, lessons, split_addresses
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench
from chainrule.ledger import Ledger, read_worked
from chainrule.ledger.steps import Quantity


@pytest.fixture(scope="module")
def workbench() -> Workbench:
    return Workbench(open_subject("edge-detector"))


def shown(workbench: Workbench, **state: Any) -> dict[str, Any]:
    return workbench.view(LabState(room="learn", **state)).values


def test_there_are_twelve_chapters_with_all_that_they_say() -> None:
    assert [one.number for one in lessons()] == list(range(1, 13))
    kinds = {block["kind"] for one in lessons() for block in one.blocks}
    assert kinds == {"picture", "paragraph", "code", "formula", "table", "heading"}
    for one in lessons():
        assert [block["kind"] for block in one.blocks].count("picture") == 1
        text = json.dumps(one.blocks)
        assert "Contents" not in text
        assert "chainrule check" not in text


def test_each_number_of_a_chapter_opens_with_its_value(workbench: Workbench) -> None:
    opened = 0
    for lesson in lessons():
        ledger = Ledger(read_worked(lesson.worked))
        pairs = re.findall(
            r'"kind": "address", "text": "([^"]*)", "to": "([^"]*)"', json.dumps(lesson.blocks)
        )
        for name, address in sorted(set(pairs)):
            found = shown(workbench, chapter=lesson.number, select=address)
            assert found["error"] is None
            assert found["opened"]["full_address"].removeprefix("step[1].").startswith(name)
            place = ledger.locate(Quantity.parse(name, "test", 1))
            if not place.is_number:
                place = next(ledger.elements(place))
            assert found["opened"]["value"] == ledger.entry(place).value
            opened += 1
    assert opened > 25


def test_addresses_in_text_are_parts() -> None:
    parts = split_addresses("so W[2][1,2] and cost")
    assert [(one["kind"], one.get("to")) for one in parts] == [
        ("text", None),
        ("address", "W[2][0,1]"),
        ("text", None),
        ("address", "cost"),
    ]


def test_an_exercise_is_marked(workbench: Workbench) -> None:
    found = shown(workbench, chapter=3, answers=("-0.1, 0.2", "0.475, 0.6"))["lesson"]
    first, second = found["exercise"]["questions"]
    assert [one["right"] for one in first["verdicts"]] == [True, True]
    assert [one["right"] for one in second["verdicts"]] == [True, False]
    assert (found["exercise"]["marks"], found["exercise"]["out_of"]) == (3, 4)
    blank = shown(workbench, chapter=3)["lesson"]["exercise"]
    assert [one["verdicts"] for one in blank["questions"]] == [[], []]


def test_a_slip_is_named_and_what_cannot_be_read_does_not_hide_the_rest() -> None:
    found = mark_exercise(lessons()[2].exercise, ["x", "0.475, 0.55"])
    first, second = found["questions"]
    assert first["error"]
    assert len(second["verdicts"]) == 2
    slip = mark_exercise(lessons()[2].exercise, ["0.5, -0.2"])["questions"][0]["verdicts"]
    assert any(one["slip"] for one in slip)


def test_answers_stand_in_the_address() -> None:
    state = LabState(room="learn", chapter=9, answers=("0.1, 2", "", "1e-3"))
    assert LabState.from_address(state.to_address()) == state
    assert LabState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    for wrong in (("a",) * 5, ("a|b",), ("\n",), ("x" * 81,), (1,)):
        with pytest.raises(InputError):
            LabState(answers=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        LabState(chapter=13)


def test_a_derivative_of_a_chapter_is_proved_on_its_own_network(workbench: Workbench) -> None:
    found = workbench.prove(LabState(room="learn", chapter=10, select="dW[1][0,0]"))
    assert found
    assert all(one["holds"] for one in found if one["holds"] is not None)


def test_the_figure_of_a_chapter_is_drawn() -> None:
    content = draw_lesson(2)
    assert content.lstrip().startswith(b"<?xml")
    assert draw_lesson(2) is content


def test_what_lessons_need_is_named(monkeypatch: pytest.MonkeyPatch, workbench: Workbench) -> None:
    import importlib

    real = importlib.import_module

    def without(name: str, *more: Any) -> Any:
        if name == "latex2mathml.converter":
            raise ImportError("No module named 'latex2mathml'")
        return real(name, *more)

    lessons.cache_clear()
    monkeypatch.setattr(importlib, "import_module", without)
    error = shown(workbench)["error"]
    assert "chainrule[lab]" in error["text"]
    with pytest.raises(MissingLibraryError):
        lessons()


def test_chapters_that_were_not_installed_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    lessons.cache_clear()
    monkeypatch.setattr(lessons_module, "__file__", str(tmp_path / "a" / "b" / "c" / "lessons.py"))
    with pytest.raises(FileError, match="the chapters"):
        lessons()

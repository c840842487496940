from __future__ import annotations

import pytest

GOOD = '''"""A module."""

__all__ = ["LIMITS", "Room", "open_door"]

LIMITS = (1, 2)


class Room:
    """A room."""

    def enter(self):
        """Go in."""

    def _inside(self): ...

    def __len__(self):
        return 1

    @property
    def width(self):
        """In metres."""

    @width.setter
    def width(self, value): ...


def open_door():
    """Open it."""


def _hidden(): ...
'''


@pytest.fixture
def judge(plant, run_check):
    def run(text: str, name: str = "rooms.py", **others: str):
        plant(f"src/house/{name}", text)
        for path, other in others.items():
            plant(f"src/house/{path.replace('__', '/')}.py", other)
        code, lines = run_check("names.py", "src")
        assert lines[0].endswith(" modules read")
        assert code == (1 if lines[1:] else 0)
        return lines[1:]

    return run


def test_a_good_module_passes(judge):
    assert judge(GOOD) == []


def test_a_script_and_a_docstring_need_no_list(judge):
    assert judge('"""Only words."""\n') == []
    assert judge('"""Start."""\n\nprint()\n', name="__main__.py") == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (('__all__ = ["LIMITS", "Room", "open_door"]', ""), "1: The module has no __all__."),
        (
            ('["LIMITS", "Room", "open_door"]', '["Room", "LIMITS", "open_door"]'),
            "3: __all__ is not in order: expected LIMITS, Room, open_door.",
        ),
        (
            ('["LIMITS", "Room"', '["LIMITS", "Room", "Room"'),
            "3: __all__ is not in order: expected LIMITS, Room, open_door.",
        ),
        (
            ('"open_door"]', '"open_door", "shut"]'),
            "3: __all__ lists shut, which the module does not have.",
        ),
        (
            ('["LIMITS", "Room", "open_door"]', "list(LIMITS)"),
            "3: __all__ is not a plain list of names.",
        ),
        (('"open_door"]', "open_door]"), "3: __all__ is not a plain list of names."),
        (('    """A room."""\n', "    x = 1\n"), "8: Room is public and has no docstring."),
        (('        """Go in."""', "        ..."), "11: Room.enter is public and has no docstring."),
        (('    """Open it."""', "    ..."), "27: open_door is public and has no docstring."),
    ],
)
def test_each_fault_is_found(judge, change, found):
    assert change[0] in GOOD
    assert judge(GOOD.replace(*change)) == [f"src/house/rooms.py:{found}"]


def test_numbers_in_names_go_by_value(judge):
    assert judge('"""X."""\n__all__ = ["step9", "step10"]\nstep9 = step10 = 1\n') == []


def test_lazy_names_may_be_listed(judge):
    text = '"""X."""\n__all__ = ["late"]\n\n\ndef __getattr__(name): ...\n'
    assert judge(text) == []


def test_a_list_that_sorts_itself_is_in_order_but_no_other_call_is(judge):
    text = '"""X."""\n__all__ = sorted(["b", "a"])\na = b = 1\n'
    assert judge(text) == []
    assert judge(text.replace("sorted", "list")) == [
        "src/house/rooms.py:2: __all__ is not a plain list of names."
    ]


def test_imported_names_may_be_listed(judge):
    text = '"""X."""\nimport os.path\nfrom io import StringIO as Text\n__all__ = ["Text", "os"]\n'
    assert judge(text) == []


def module(*lines: str) -> str:
    return '"""X."""\n__all__: list[str] = []\n' + "\n".join(lines) + "\n"


def test_two_public_classes_of_one_name_are_found_and_private_ones_are_not(judge):
    one = module("class Room:", '    """A."""', "class _Wall: pass")
    assert judge(one, hall=module("class _Room: pass", "class _Wall: pass")) == []
    assert judge(one, hall=one) == [
        "src/house/rooms.py:3: src/house/hall.py has a public class Room too: "
        "one name, one meaning."
    ]


def test_two_modules_of_one_basename_are_found(judge):
    assert judge(module(), garden__rooms=module()) == [
        "src/house/rooms.py:1: src/house/garden/rooms.py is called rooms too: "
        "name it by what it adds."
    ]


def test_kernels_may_repeat_a_chapter_of_the_equations_but_no_other_name(judge):
    others = {"equations__costs": module(), "kernels__costs": module()}
    assert judge(module(), **others) == []
    assert judge(module(), **others, figures__costs=module()) == [
        "src/house/figures/costs.py:1: src/house/equations/costs.py is called costs too: "
        "name it by what it adds."
    ]


def test_fixed_roles_may_share_a_basename(judge):
    assert judge(module(), study__report=module(), cli__report=module()) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["def _make_stretch(): pass"], "3: _make_stretch holds the word 'stretch'"),
        (["class _TrainingCrew: pass"], "3: _TrainingCrew holds the word 'crew'"),
        (["def _f(a, *, kept): pass"], "3: kept holds the word 'kept'"),
        (["class _A:", "    said: int = 1"], "4: said holds the word 'said'"),
        (["MOST_TOLD = 3"], "3: MOST_TOLD holds the word 'told'"),
    ],
)
def test_retired_words_are_found_in_names(judge, lines, found):
    (line,) = judge(module(*lines))
    assert line.startswith(f"src/house/rooms.py:{found}: write ")


def test_retired_words_inside_other_words_and_in_local_names_pass(judge):
    assert judge(module("def _stretched(essay):", "    kept = essay", "    return kept")) == []


def test_a_module_named_by_a_retired_word_is_found(judge):
    assert judge(module(), name="timetable.py") == [
        "src/house/timetable.py:1: timetable holds the word 'timetable': write schedule or another."
    ]

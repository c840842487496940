from __future__ import annotations

import pytest

DOOR = '"""A package."""\n'
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
    def run(text: str, name: str = "rooms.py", door: str = DOOR):
        plant("src/house/__init__.py", door)
        plant(f"src/house/{name}", text)
        code, lines = run_check("public_names.py", "src", "house")
        assert lines[0].endswith("modules read, house imported")
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


def test_each_name_of_the_door_leads_somewhere(judge):
    door = (
        '"""X."""\n__all__ = sorted(["near", "far", "lost"])\nnear = 1\n\n\n'
        "def __getattr__(name):\n"
        "    if name == 'far':\n        return 2\n"
        "    raise AttributeError(f'no {name}')\n"
    )
    assert judge(GOOD, door=door) == [
        "src/house/__init__.py:1: house lists lost, which cannot be had: AttributeError: no lost."
    ]


def test_imported_names_may_be_listed(judge):
    text = '"""X."""\nimport os.path\nfrom io import StringIO as Text\n__all__ = ["Text", "os"]\n'
    assert judge(text) == []


def test_a_heavy_import_is_found_however_deep(judge, plant):
    plant("src/numba.py", '"""Heavy."""\n')
    plant("src/PIL/__init__.py", '"""Heavy."""\n')
    door = '"""A package."""\nimport house.rooms\n__all__ = ["house"]\n'
    assert judge('"""X."""\nimport PIL, numba\n__all__ = ["PIL", "numba"]\n', door=door) == [
        "src/house/__init__.py:1: import house imports PIL: import it where it is used.",
        "src/house/__init__.py:1: import house imports numba: import it where it is used.",
    ]


def test_an_import_inside_a_function_is_light(judge, plant):
    plant("src/numba.py", '"""Heavy."""\n')
    door = '"""X."""\n__all__ = ["quick"]\n\n\ndef quick():\n    """Do it."""\n    import numba\n'
    assert judge(GOOD, door=door) == []


def test_a_package_that_cannot_be_imported_is_found(judge):
    assert judge(GOOD, door='"""X."""\nimport nowhere_at_all\n__all__ = ["nowhere_at_all"]\n') == [
        "src/house/__init__.py:1: import house fails: "
        "ModuleNotFoundError: No module named 'nowhere_at_all'."
    ]

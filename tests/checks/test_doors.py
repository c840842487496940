from __future__ import annotations

import pytest

ROOM = '"""A room."""\n__all__ = ["Chair", "sit"]\n\n\nclass Chair: ...\n\n\ndef sit(): ...\n'
READER = "import house\nhouse.Chair, house.sit\n"
LAZY = """
import importlib


def attach(package, names):
    def load(name):
        for module, listed in names.items():
            if name in listed.split():
                return getattr(importlib.import_module(f"{package}.{module}"), name)
        raise AttributeError(f"no {name}")
    return load, None, " ".join(names.values()).split()
"""
DOOR = '''"""A house."""
from typing import TYPE_CHECKING
from lazy import attach
if TYPE_CHECKING:
    from house.room import Chair as Chair
    from house.room import sit as sit
__getattr__, __dir__, __all__ = attach(__name__, {"room": "Chair sit"})
'''
ATTACH = 7  # the line of the call in the door


@pytest.fixture
def judge(plant, run_check):
    def run(*, door: str = DOOR, room: str = ROOM, reader: str = READER):
        plant("src/lazy.py", LAZY)
        plant("src/house/__init__.py", door)
        plant("src/house/room.py", room)
        plant("tests/test_house.py", reader)
        code, lines = run_check("doors.py", "src", "house", "tests")
        assert lines[0].endswith("modules read")
        findings = [line for line in lines[1:] if not line.startswith("note: ")]
        assert code == (1 if findings else 0)
        return lines[1:]

    return run


def test_a_good_door_passes(judge):
    assert judge() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            ("    from house.room import sit as sit\n", "    pass\n"),
            "7: type checkers lack sit of room, which attach loads.",
        ),
        (
            ('{"room": "Chair sit"}', '{"room": "Chair"}'),
            "7: attach lacks sit of room, which type checkers see.",
        ),
        (
            ('{"room": "Chair sit"}', '{"room": "Chair sit room"}'),
            "7: room is a module of the package as well, which hides the name.",
        ),
        (
            ('{"room": "Chair sit"}', "dict(room='Chair sit')"),
            "7: attach is not given a plain table {module: names}.",
        ),
    ],
)
def test_lists_that_differ_are_found(judge, change, found):
    assert change[0] in DOOR
    line = int(found.split(":")[0]) + change[1].count("\n") - change[0].count("\n")
    text = found.partition(":")[2]
    lines = judge(door=DOOR.replace(*change))
    assert any(f"src/house/__init__.py:{ATTACH}:{text}" == found for found in lines), (line, lines)


def test_a_name_of_a_door_that_leads_nowhere_is_found(judge):
    door = DOOR.replace("Chair sit", "Chair sit stand")
    assert [line for line in judge(door=door) if "fails" in line] == [
        "src/house/__init__.py:1: house lists stand, which fails: "
        "AttributeError: module 'house.room' has no attribute 'stand'."
    ]


def test_an_export_that_nothing_reads_is_found(judge):
    assert judge(reader="import house\nhouse.Chair\n") == [
        "src/house/__init__.py:1: sit is exported and read nowhere else.",
        "src/house/room.py:1: sit is exported and read nowhere else.",
    ]


def test_a_name_of_a_door_that_only_its_own_package_reads_is_found(judge, plant):
    plant("src/house/cellar.py", "from house.room import Chair, sit\n__all__: list[str] = []\n")
    assert judge(reader="") == [
        "src/house/__init__.py:1: Chair is exported and read nowhere else.",
        "src/house/__init__.py:1: sit is exported and read nowhere else.",
    ]


@pytest.mark.parametrize(
    "reader", ["from house.room import Chair, sit", "f('house:Chair', 'house:sit')"]
)
def test_imports_and_strings_read_a_name(judge, reader):
    assert judge(reader=reader) == []


ROOMS = {
    "hall": 'from house.hall.stairs import go as go\n__all__ = ["go"]\n',
    "hall/stairs": '__all__ = ["go"]\n\n\ndef go(): ...\n',
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from house.hall import go\ngo()", []),
        ("from house.hall.stairs import go\ngo()", [2]),
        ("from house.hall import stairs\nstairs.go()", [2]),
        ("def f():\n    import house.hall.stairs as s\n    return s.go", [3]),
        ("import_module('house.hall.stairs').go", [2]),
        ("HOMES = {'go': 'house.hall.stairs:go'}", [2]),
    ],
)
def test_rooms_read_each_others_doors_only(judge, plant, text, found):
    plant("src/house/hall/__init__.py", ROOMS["hall"])
    plant("src/house/hall/stairs.py", ROOMS["hall/stairs"])
    plant("src/house/garden/__init__.py", "")
    plant("src/house/garden/tree.py", f"__all__: list[str] = []\n{text}\n")
    plant("src/house/hall/lift.py", f"__all__: list[str] = []\n{text}\n")
    assert judge() == [
        f"src/house/garden/tree.py:{line}: house.hall.stairs is inside: "
        "import from the door house.hall."
        for line in found
    ]


def test_a_module_outside_all_rooms_reads_doors_only_too(judge, plant):
    plant("src/house/garden/__init__.py", "")
    plant("src/house/garden/tree.py", "__all__: list[str] = []\n")
    assert judge(room=ROOM + "import house.garden.tree\n") == [
        "src/house/room.py:9: house.garden.tree is inside: import from the door house.garden."
    ]


def test_docs_read_a_name(judge, plant):
    plant("tests/guide.md", "Take a `Chair` and `sit()`.")
    assert judge(reader="") == []


def test_a_wide_door_is_noted_and_passes(judge):
    names = [f"chair{n}" for n in range(16)]
    room = '"""X."""\n__all__: list[str] = []\n' + " = ".join(names) + " = 1\n"
    door = f'"""X."""\nfrom house.room import {", ".join(names)}\n__all__ = {names}\n'
    plural = "import house.room, house\n" + "\n".join(f"house.{name}" for name in names)
    assert judge(room=room, door=door, reader=plural) == []  # the package's own door may be wide


def test_a_wide_door_inside_is_noted(judge, plant):
    names = [f"chair{n}" for n in range(16)]
    listed = "".join(f"{name} = 1\n" for name in names)
    plant("src/house/hall/__init__.py", f'"""X."""\n__all__ = {names}\n{listed}')
    reader = READER + "\n".join(f"house.hall.{name}" for name in names)
    assert judge(reader=reader) == [
        "note: src/house/hall/__init__.py:1: The door has 16 names, usual are about ten."
    ]


def test_a_heavy_import_is_found_however_deep(judge, plant):
    plant("src/numba.py", '"""Heavy."""\n')
    plant("src/PIL/__init__.py", '"""Heavy."""\n')
    assert judge(door=DOOR + "import house.room\n", room=ROOM + "import PIL, numba\n") == [
        "src/house/__init__.py:1: import house imports PIL: import it where it is used.",
        "src/house/__init__.py:1: import house imports numba: import it where it is used.",
    ]


def test_an_import_inside_a_function_is_light(judge, plant):
    plant("src/numba.py", '"""Heavy."""\n')
    assert judge(room=ROOM + "\n\ndef _quick():\n    import numba\n") == []


def test_a_package_that_cannot_be_imported_is_found(judge):
    assert judge(door=DOOR + "import nowhere_at_all\n") == [
        "src/house/__init__.py:1: import house fails: "
        "ModuleNotFoundError: No module named 'nowhere_at_all'."
    ]

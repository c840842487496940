from __future__ import annotations

import pytest

HEAD = "from dataclasses import dataclass, field\n"


@pytest.fixture
def judge(plant, run_check):
    def run(text: str):
        plant("src/room.py", text)
        code, lines = run_check("records.py", "src")
        assert lines[0] == "1 files read"
        assert code == (1 if lines[1:] else 0)
        return [line.removeprefix("src/room.py:") for line in lines[1:]]

    return run


@pytest.mark.parametrize(
    "kind",
    [
        "tuple[int, str]",
        "tuple[int, ...]",
        "list[tuple[int, int]]",
        "Callable[[int, int, int], str]",
    ],
)
def test_short_tuples_and_sequences_pass(judge, kind):
    assert judge(f"def f(a: {kind}): ...\n") == []


@pytest.mark.parametrize(
    "kind", ["tuple[int, str, int]", "list[tuple[int, int, int]]", "tuple[int, int, int] | None"]
)
def test_anonymous_tuples_are_found(judge, kind):
    assert judge(f"def f(a: {kind}): ...\n") == [
        f"1: f(a) is an anonymous {kind}: make it a named record."
    ]


def test_an_alias_does_not_hide_a_tuple(judge):
    assert judge("_Row = tuple[int, int, int]\n\n\ndef f(*, a: list[_Row]): ...\n") == [
        "4: f(a) is an anonymous list[_Row]: make it a named record."
    ]


def test_an_alias_of_itself_ends(judge):
    assert judge("A = B\nB = A\n\n\ndef f(a: A): ...\n") == []


def record(line: str, head: str = "@dataclass(frozen=True)\nclass Room:") -> str:
    return f"{HEAD}{head}\n    {line}\n"


@pytest.mark.parametrize(
    "line",
    [
        "a: Mapping[str, int]",
        "a: tuple[list[int], ...]",
        "a: int = field(default_factory=int)",
        "a: frozenset[int]",
    ],
)
def test_frozen_fields_pass(judge, line):
    assert judge(record(line)) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("a: dict[str, int]", "dict"),
        ("a: list[int] | None", "list"),
        ("a: collections.deque", "deque"),
        ("a: Mapping[str, int] = field(default_factory=dict)", "dict"),
        ("a: set", "set"),
    ],
)
@pytest.mark.parametrize(
    ("head", "at"),
    [
        ("@dataclass(frozen=True)\nclass Room:", 4),
        ("@dataclasses.dataclass(eq=False, frozen=True)\nclass Room:", 4),
        ("class Room(NamedTuple):", 3),
    ],
)
def test_mutable_fields_of_frozen_records_are_found(judge, line, word, head, at):
    assert judge(record(line, head)) == [f"{at}: Room.a is a {word} in a frozen record."]


@pytest.mark.parametrize("head", ["@dataclass\nclass Room:", "class Room:"])
def test_other_classes_may_hold_what_changes(judge, head):
    assert judge(record("a: dict[str, int]", head)) == []


def test_writing_into_a_record_is_found_except_while_it_is_made(judge):
    write = "object.__setattr__(self, 'a', 1)\n"
    assert judge(f"class A:\n    def __post_init__(self):\n        {write}") == []
    assert judge(f"class A:\n    def late(self):\n        {write}") == [
        "3: object.__setattr__ outside __post_init__ writes into a record."
    ]

"""One equation, one home: the ids of the book and of docs/derivation/ match one to one."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.initialisers import INITIALISERS
from chainrule.equations.output_error import FUSED
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "src" / "chainrule" / "equations"
DOCS = ROOT / "docs"
DERIVATION = DOCS / "derivation"

ID = r"[A-Z]+[0-9]*[a-z]?"
NO_EQUATION = {
    "arrays.flatten": "puts tensors into one vector",
    "arrays.scale_inputs": "brings stored inputs into the type of the computation",
    "arrays.nonnegative": "chooses a branch of a formula",
    "costs.get_cost": "looks a cost up",
    "costs.huber_cost": "binds the threshold of [C7]",
    "precision.round_once": "computes an equation in float64",
}
BORROWED = {"softplus": "A3"}  # its derivative is the sigmoid, an equation of its own


@dataclass(frozen=True)
class Section:
    """An equation as the docs define it."""

    id: str
    title: str
    page: Path
    text: str

    @property
    def functions(self) -> list[tuple[str, str]]:
        """(module.function, link) as the section's line of code names them."""
        code = re.search(r"^- Code:(.*?)(?=^- |^$)", self.text, re.MULTILINE | re.DOTALL)
        return re.findall(r"\[`(\w+\.\w+)`\]\((\S+)\)", code[1]) if code else []


def first_id(docstring: str | None) -> str | None:
    """The id that a docstring's first line begins with."""
    found = re.match(rf"\[({ID})\]", docstring or "")
    return found[1] if found else None


def public_functions() -> dict[str, str | None]:
    """module.function -> id, for every public function of the book."""
    return {
        f"{path.stem}.{node.name}": first_id(ast.get_docstring(node))
        for path in sorted(BOOK.glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def prose(page: Path) -> str:
    """A page without its blocks of code, in which # is a remark."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def sections() -> Iterator[Section]:
    for page in sorted(DERIVATION.glob("[0-9]*.md")):
        pattern = rf"^### \[({ID})\] ([^\n]+)\n(.*?)(?=^#|\Z)"
        for found in re.finditer(pattern, prose(page), re.MULTILINE | re.DOTALL):
            yield Section(found[1], found[2], page, found[3])


def anchor(heading: str) -> str:
    """The anchor that a heading gets on a rendered page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(h) for h in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}


FUNCTIONS = public_functions()
SECTIONS = list(sections())


def test_every_public_function_bears_an_id_or_is_a_known_exception() -> None:
    assert {name for name, id in FUNCTIONS.items() if id is None} == set(NO_EQUATION)


def test_code_and_docs_have_the_same_ids() -> None:
    assert {section.id for section in SECTIONS} == set(FUNCTIONS.values()) - {None}


def test_each_id_is_defined_once() -> None:
    headings = [
        id
        for page in DOCS.rglob("*.md")
        for id in re.findall(rf"^#+ \[({ID})\]", prose(page), re.MULTILINE)
    ]
    assert {id: n for id, n in Counter(headings).items() if n != 1} == {}
    assert sorted(headings) == sorted(section.id for section in SECTIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.id)
def test_a_section_opens_with_its_formula_and_names_its_functions(section: Section) -> None:
    assert section.text.startswith("\n$$\n")
    assert sorted(name for name, _ in section.functions) == sorted(
        name for name, id in FUNCTIONS.items() if id == section.id
    )
    for name, link in section.functions:
        assert (section.page.parent / link).resolve() == BOOK / f"{name.split('.')[0]}.py"


def test_the_index_lists_every_equation_with_its_functions_in_order() -> None:
    line = rf"^\| \[({ID})\]\((\S+)\) \| (.+?) \| (\d+) \| (.+?) \|$"
    index = re.findall(line, (DERIVATION / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert index == [
        (
            section.id,
            f"{section.page.name}#{anchor(f'[{section.id}] {section.title}')}",
            section.title,
            str(int(section.page.name[:2])),
            ", ".join(f"`{name}`" for name, _ in section.functions),
        )
        for section in SECTIONS
    ]


def parts(record: Any) -> dict[str, Callable[..., Any]]:
    """The functions of a record, without what binds their arguments."""
    values = {name: value for name, value in vars(record).items() if callable(value)}
    return {n: v.func if isinstance(v, partial) else v for n, v in values.items()}


@pytest.mark.parametrize(
    "record",
    [
        record
        for table in (ACTIVATIONS, COSTS, UPDATES, SCHEDULES, INITIALISERS)
        for record in table.values()
    ],
    ids=lambda record: f"{type(record).__name__}-{record.name}",
)
def test_a_record_has_the_id_of_its_functions(record: Any) -> None:
    expected = dict.fromkeys(parts(record), record.equation)
    if record.name in BORROWED:
        expected["derivative"] = BORROWED[record.name]
    assert expected
    assert {name: first_id(part.__doc__) for name, part in parts(record).items()} == expected


def test_cost_and_error_of_a_pair_have_one_id_and_each_pair_its_own() -> None:
    ids = [{first_id(value.__doc__), first_id(error.__doc__)} for value, error in FUSED.values()]
    assert ids == [{"D2"}, {"D3"}, {"D4"}, {"D5"}]


@pytest.mark.parametrize(
    "page",
    [*BOOK.glob("*.py"), DOCS / "notation.md", *DERIVATION.glob("*.md")],
    ids=lambda page: page.name,
)
def test_only_ids_that_exist_are_cited(page: Path) -> None:
    cited = re.findall(r"\[([A-Z]{1,2}[0-9]+[a-z]?|BP)\]", page.read_text(encoding="utf-8"))
    assert set(cited) - {section.id for section in SECTIONS} == set()


@pytest.mark.parametrize(
    "page", [DOCS / "notation.md", *sorted(DERIVATION.glob("*.md"))], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        name, _, fragment = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.is_file(), target
        assert not fragment or fragment in anchors(linked), target

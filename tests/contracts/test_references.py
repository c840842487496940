"""Each equation names its sources; docs/references.bib holds exactly the works that are cited."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "src" / "chainrule" / "equations"
DERIVATION = ROOT / "docs" / "derivation"
BIBLIOGRAPHY = ROOT / "docs" / "references.bib"
PAGES = sorted(DERIVATION.glob("*.md"))

ID = r"[A-Z]+[0-9]*[a-z]?"
CITATION = re.compile(r"\[([a-z]+[0-9]{4}[a-z]?)\](?!\()")
OWN = {"C8", "D1", "D4", "D5", "H3", "X4"}
"""Equations of our own, which give a reason why no publication has them."""

REQUIRED = {
    "article": {"journal"},
    "book": {"publisher"},
    "incollection": {"booktitle", "editor", "publisher"},
    "inproceedings": {"booktitle"},
    "misc": set(),
    "techreport": {"institution"},
}
OPTIONAL = {
    *("address", "archiveprefix", "doi", "edition", "eprint", "howpublished", "number", "pages"),
    *("series", "url", "volume"),
}


@dataclass(frozen=True)
class Entry:
    """A work in the bibliography."""

    kind: str
    fields: dict[str, str]

    @property
    def short(self) -> str:
        """Authors and year, as they are cited in docstrings and pages."""
        names = [name.partition(",")[0] for name in self.fields["author"].split(" and ")]
        if len(names) > 3:
            return f"{names[0]} et al. ({self.fields['year']})"
        listed = " & ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        return f"{listed} ({self.fields['year']})"

    @property
    def title(self) -> str:
        """The title as plain text."""
        return re.sub(r"[{}]", "", self.fields["title"]).replace("--", "–")


def parsed(text: str) -> dict[str, Entry]:
    """The entries of a bibliography, with their keys; strict, so that every BibTeX reads it alike.

    Raises: ValueError, naming the line that is wrong.
    """
    entries: dict[str, Entry] = {}
    for block in re.split(r"\n\n(?=@)", text.rstrip("\n"))[1:]:
        first, *lines, last = block.split("\n")
        opening = re.fullmatch(r"@([a-z]+)\{([a-z]+[0-9]{4}[a-z]?),", first)
        if opening is None or opening[1] not in REQUIRED or opening[2] in entries:
            raise ValueError(
                f"{first}: an unknown kind, a key that is not a name and year, or twice"
            )
        fields: dict[str, str] = {}
        for line in lines:
            field = re.fullmatch(r"  ([a-z]+) = \{([^{}]*(?:\{[^{}]+\}[^{}]*)*)\},", line)
            if field is None or field[1] in fields or not field[2].strip():
                raise ValueError(f"{line} is not a field, or empty, or there twice")
            fields[field[1]] = field[2]
        required = {"author", "title", "year"} | REQUIRED[opening[1]]
        if last != "}" or not required <= set(fields) <= required | OPTIONAL:
            raise ValueError(f"{first} lacks a field that its kind requires, or has another")
        entries[opening[2]] = Entry(opening[1], fields)
    return entries


ENTRIES = parsed(BIBLIOGRAPHY.read_text(encoding="utf-8"))


def docstrings() -> dict[str, list[str]]:
    """id -> the docstrings of its public functions, each on one line."""
    found: dict[str, list[str]] = {}
    for path in sorted(BOOK.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            text = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
            id = re.match(rf"\[({ID})\]", text or "")
            if text and id and not getattr(node, "name", "_").startswith("_"):
                found.setdefault(id[1], []).append(" ".join(text.split()))
    return found


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def source_lines() -> dict[str, str]:
    """id -> what its section names as its source, on one line."""
    found = {}
    for page in PAGES:
        for section in re.finditer(
            rf"^### \[({ID})\](.*?)(?=^#|\Z)", prose(page), re.MULTILINE | re.DOTALL
        ):
            source = re.search(r"^- Source: (.*?)\n(?=\n|- )", section[2], re.MULTILINE | re.DOTALL)
            found[section[1]] = " ".join(source[1].split()) if source else ""
    return found


DOCSTRINGS = docstrings()
SOURCE_LINES = source_lines()
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in (*BOOK.glob("*.py"), *PAGES)}


@pytest.mark.parametrize("id", DOCSTRINGS)
def test_each_equation_names_a_source(id: str) -> None:
    named = [text for text in DOCSTRINGS[id] if "Source: " in text]
    assert named
    assert any(CITATION.search(text) for text in named) or id in OWN
    assert any("Source: own, because " in text for text in named) == (id in OWN)


@pytest.mark.parametrize("id", DOCSTRINGS)
def test_docstrings_and_page_name_the_same_sources(id: str) -> None:
    sources = [text.partition("Source: ")[2] for text in DOCSTRINGS[id]]
    assert set(CITATION.findall(SOURCE_LINES[id])) == set(CITATION.findall(" ".join(sources)))
    assert ("own, because " in SOURCE_LINES[id]) == (id in OWN)


@pytest.mark.parametrize("name", TEXTS)
def test_a_citation_gives_authors_and_year_of_its_entry(name: str) -> None:
    text = " ".join(TEXTS[name].split())
    for citation in CITATION.finditer(text):
        assert text[: citation.start()].endswith(f"{ENTRIES[citation[1]].short} "), citation[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_ends_with_the_works_that_it_cites(page: Path) -> None:
    text, _, listed = prose(page).partition("\n## Sources\n")
    assert listed.strip().split("\n") == [
        f"- [{key}](../references.bib): {ENTRIES[key].short}. *{ENTRIES[key].title}*."
        for key in sorted(set(CITATION.findall(text)))
    ]


def test_every_entry_is_cited() -> None:
    assert set(ENTRIES) == {key for text in TEXTS.values() for key in CITATION.findall(text)}


def test_entries_are_in_order() -> None:
    assert list(ENTRIES) == sorted(ENTRIES)


@pytest.mark.parametrize(
    "wrong",
    [
        "@article{a1900,\n  author = {A},\n  title = {T},\n  year = {1900},\n}",
        "@misc{a1900,\n  author = {A},\n  title = {T},\n}",
        "@misc{a1900,\n  author = {A},\n  title = {T},\n  year = {1900},\n  note = {N},\n}",
        "@misc{a1900,\n  author = {A},\n  title = {T},\n  year = {1900}\n}",
        "@misc{a1900,\n  author = {A},\n  title = {T{},\n  year = {1900},\n}",
        "@misc{a1900,\n  author = {A},\n  author = {B},\n  title = {T},\n  year = {1900},\n}",
        "@misc{a1900,\n  author = {A},\n  title = {},\n  year = {1900},\n}",
        "@misc{a1900,\n  author = {A},\n  title = {T},\n  year = {1900},",
        "@misc{A,\n  author = {A},\n  title = {T},\n  year = {1900},\n}",
        "@thesis{a1900,\n  author = {A},\n  title = {T},\n  year = {1900},\n}",
    ],
)
def test_a_malformed_entry_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(f"Sources.\n\n{wrong}\n")


def test_an_entry_is_cited_by_up_to_three_authors() -> None:
    entry = "@misc{a1900,\n  author = {%s},\n  title = {On {BFGS}},\n  year = {1900},\n}\n"
    authors = ["A, X", "A, X and B, Y", "A, X and B, Y and C, Z", "A, X and B and C and D"]
    entries = [parsed(f"Sources.\n\n{entry % names}")["a1900"] for names in authors]
    assert [e.short for e in entries] == [
        "A (1900)",
        "A & B (1900)",
        "A, B & C (1900)",
        "A et al. (1900)",
    ]
    assert entries[0].title == "On BFGS"

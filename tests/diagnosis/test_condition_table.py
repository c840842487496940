from __future__ import annotations

from pathlib import Path

from chainrule.diagnosis.condition_table import CONDITIONS

PAGE = Path(__file__).parents[2] / "docs" / "diagnosis.md"


def row_of(number: int) -> str:
    row = CONDITIONS[number]
    bound = f"{'above' if row.above else 'below'} {row.threshold:g}"
    when = "yes" if row.harmful_only else ""
    cells = (str(number + 1), row.title, row.figure, bound, when, f"{row.why}.", f"{row.remedy}.")
    return f"| {' | '.join(cells)} |"


def test_names_and_titles_are_unique() -> None:
    assert len({row.name for row in CONDITIONS}) == len(CONDITIONS)
    assert len({row.title for row in CONDITIONS}) == len(CONDITIONS)


def test_the_page_has_the_table() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line[:3].strip("| ").isdigit()]
    assert lines == [row_of(number) for number in range(len(CONDITIONS))]


def test_sentences_are_without_a_full_stop() -> None:
    texts = [text for row in CONDITIONS for text in (row.why, row.remedy, row.figure, row.title)]
    assert [text for text in texts if text.endswith(".")] == []

"""The marks of a class: one worked file per student, students by questions."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from chainrule.documents import (
    Block,
    Code,
    Content,
    Definition,
    Definitions,
    Document,
    Heading,
    Paragraph,
    Table,
)
from chainrule.errors import ChainruleError, InputError
from chainrule.marking.judging import UNANSWERED, MarkedClaims, judge, open_claims
from chainrule.storage import write_atomically

__all__ = ["ClassMarks", "StudentMarks", "check_class"]

REFUSED = "refused"
_ACROSS = 16
"""Questions beside each other in a table."""
_SIGNS = {"wrong": "0", UNANSWERED: "-", REFUSED: "?", "": ""}
_MEANINGS = {
    "1": "the number is right, or follows from those before it",
    "0": "the number is wrong",
    "-": "the question has no answer",
    "?": "the claim cannot be read",
}


@dataclass(frozen=True)
class StudentMarks:
    """What came of one student's file.

    Args:
        name: of the student: the file's, without its suffix.
        path: the file, as it was given.
        marked: its judged claims; None if the file cannot be read.
        error: the line that says why it cannot be read.
    """

    name: str
    path: str
    marked: MarkedClaims | None
    error: str = ""

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """The verdict on each question by its address; one claimed again has its number behind."""
        marked, found = self.marked, dict[str, str]()
        if marked is None:
            return found
        pairs = [(marked.address(one.quantity), one.verdict) for one in marked.judgements]
        pairs += [(one.address or one.error.where, REFUSED) for one in marked.refused]
        for address, verdict in pairs:
            again = 2
            key = address
            while key in found:
                key, again = f"{address} ({again})", again + 1
            found[key] = verdict
        return found

    @property
    def slips(self) -> dict[str, str]:
        """The likely slip of each number that is wrong, by its address."""
        marked = self.marked
        wrong = [one for one in marked.judgements if one.is_wrong] if marked else []
        return {
            marked.address(one.quantity): one.finding.name
            for one in wrong
            if marked and one.finding is not None
        }

    @property
    def first_wrong(self) -> str:
        """The address of the first wrong number; empty if none is wrong."""
        first = None if self.marked is None else self.marked.first_wrong
        return "" if first is None or self.marked is None else self.marked.address(first.quantity)

    @property
    def slip(self) -> str:
        """The likely slip behind the first wrong number; empty if none is named."""
        return self.slips.get(self.first_wrong, "")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as in `ClassMarks.to_dict`."""
        record: dict[str, Any] = {"student": self.name, "file": self.path}
        if self.marked is None:
            return {**record, "error": self.error}
        return {**record, "slip": self.slip or None, **self.marked.to_dict()}


@dataclass(frozen=True)
class ClassMarks:
    """The judged claims of a class.

    Args:
        students: in the order of the files.
    """

    students: tuple[StudentMarks, ...]

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The addresses that are claimed, in the order in which they are first met."""
        return tuple(dict.fromkeys(key for one in self.students for key in one.verdicts))

    @property
    def errors(self) -> tuple[str, ...]:
        """The lines that say which files and claims cannot be read."""
        return tuple(line for one in self.students for line in _errors(one))

    @property
    def has_wrong(self) -> bool:
        """Whether a number of somebody is wrong."""
        return any(one.first_wrong for one in self.students)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule check FILE FILE … --json` prints.

        Returns: "students", with "student", "file", "slip" (that of the first wrong number) and
            what `MarkedClaims.to_dict` has, or "error" where the file cannot be read; and
            "questions", with "quantity", "right", "of" and "slip" (the one named most often).
        """
        return {
            "students": [one.to_dict() for one in self.students],
            "questions": [self._question(key) for key in self.questions],
        }

    def _question(self, key: str) -> dict[str, Any]:
        verdicts = [one.verdicts[key] for one in self.students if key in one.verdicts]
        slips = Counter(one.slips[key] for one in self.students if key in one.slips)
        return {
            "quantity": key,
            "right": sum(_sign(verdict) == "1" for verdict in verdicts),
            "of": len(verdicts),
            "slip": slips.most_common(1)[0][0] if slips else None,
        }

    def to_csv(self) -> str:
        """Return the marks as CSV: a row for each student, a column for each question.

        A cell is 1 for a mark, 0 for none, and empty for a question without an answer.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        head = ("student", "file", "marks", "out_of", "first_wrong", "slip")
        writer.writerow([*head, *self.questions, "error"])
        for one in self.students:
            marks, out_of = _marks(one)
            cells = (_CSV_SIGNS[_sign(one.verdicts.get(key, ""))] for key in self.questions)
            row = (one.name, one.path, marks, out_of, one.first_wrong, one.slip)
            writer.writerow([*row, *cells, one.error])
        return text.getvalue()

    def write_csv(self, path: str | Path) -> None:
        """Write `to_csv` into a file.

        Raises: FileError if it cannot be written.
        """
        write_atomically(path, self.to_csv().encode())

    def document(self) -> Document:
        """Return the class table: marks, first wrong numbers and slips, and each question."""
        return Document("Marks of a class", tuple(self._blocks()), values=self.to_dict)

    def _blocks(self) -> Iterator[Block]:
        read = [one.marked for one in self.students if one.marked is not None]
        marks, out_of = sum(one.marks for one in read), sum(one.out_of for one in read)
        yield Paragraph(f"{len(self.students)} files, {marks} of {out_of} marks", "lead")
        header = ("student", "marks", "first wrong", "slip")
        yield Table("", header, tuple(map(_student_row, self.students)), leftward=header[2:])
        yield from (Paragraph(f"Not read: {line}") for line in self.errors)
        if not self.questions:
            return
        yield Heading("Questions")
        for start in range(0, len(self.questions), _ACROSS):
            yield self._table(range(start, min(start + _ACROSS, len(self.questions))))
        present = {_sign(v) for one in self.students for v in one.verdicts.values()}
        legend = (Definition(k, v) for k, v in _MEANINGS.items() if k in present)
        yield Definitions(tuple(legend))
        names = ("question", "quantity", "right", "of", "slip named most often")
        yield Table("", names, tuple(self._question_rows()), leftward=(names[1], names[-1]))

    def _table(self, numbers: Sequence[int]) -> Table:
        keys = [self.questions[at] for at in numbers]
        rows = (
            (one.name, *(_sign(one.verdicts.get(key, "")) for key in keys)) for one in self.students
        )
        return Table("", ("student", *(str(at + 1) for at in numbers)), tuple(rows))

    def _question_rows(self) -> Iterator[tuple[Content, ...]]:
        for at, key in enumerate(self.questions, 1):
            found = self._question(key)
            counts = str(found["right"]), str(found["of"])
            yield (str(at), Code(key), *counts, found["slip"] or "")


_CSV_SIGNS = {"1": 1, "0": 0, "?": 0, "-": "", "": ""}


def _sign(verdict: str) -> str:
    return _SIGNS.get(verdict, "1")


def _marks(one: StudentMarks) -> tuple[str, str]:
    marked = one.marked
    return ("", "") if marked is None else (str(marked.marks), str(marked.out_of))


def _student_row(one: StudentMarks) -> tuple[Content, ...]:
    marks = "not read" if one.marked is None else " of ".join(_marks(one))
    first: Content = Code(one.first_wrong) if one.first_wrong else ""
    return one.name, marks, first, one.slip


def _errors(one: StudentMarks) -> list[str]:
    return [one.error] if one.marked is None else [str(claim.error) for claim in one.marked.refused]


def check_class(paths: Sequence[str | Path], *, indices: int | None = None) -> ClassMarks:
    """Mark the claims of many worked files, one per student.

    A file that cannot be read, or that claims nothing, does not end the others.

    Args:
        paths: of the files, or names of bundled ones.
        indices: as in `check_claims`.

    Raises: InputError if there are no files.

    Example:
        >>> marks = check_class(["four-detector", "approximator-back-propagation"])
        >>> [(one.name, one.marked.marks, one.first_wrong) for one in marks.students]
        [('four-detector', 14, 'a[1][0]'), ('approximator-back-propagation', 19, '')]
    """
    if not paths:
        raise InputError("check", expected="at least one file", got="none", argument="paths")
    stems = Counter(Path(path).stem for path in paths)
    return ClassMarks(
        tuple(
            _student(path, Path(path).stem if stems[Path(path).stem] == 1 else str(path), indices)
            for path in paths
        )
    )


def _student(path: str | Path, name: str, indices: int | None) -> StudentMarks:
    try:
        marked = judge(open_claims(path, indices=indices))
    except ChainruleError as error:
        return StudentMarks(name, str(path), None, str(error))
    return StudentMarks(name, str(path), marked)

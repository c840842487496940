"""Worksheets answered by a simulated student: every planted slip must be found, none invented.

    python campaigns/planted_slips.py [--sheets 1000] [--seed 0]

The worksheets are those of `chainrule worksheet`, of random plans and seeds. The student works
them out in plain Python of its own (`campaigns/student.py`), rounding or cutting off to 2 to 6
digits, and going on from the printed numbers, from those behind them, or now from these and now
from those, and fills in the worksheet's claims file. Half of the students answer everything, half
leave some blanks empty; a quarter of the sheets goes on to the forward pass of a second step, a
quarter counts from 1, and a quarter of the students writes decimal commas.

- A correct student must never be marked wrong.
- One with a slip in one quantity must have that quantity named as the first that is wrong, and the
  slip named. A slip counts as planted where it shows: where it leads out of the range of what
  correct work prints, which the same student finds by working 24 times in other ways. Other draws
  are taken again. Named is a slip whose result equals that of the planted one, for two slips that
  give the same number cannot be told apart; how often it is the planted one by name is counted too.

Prints one line of JSON; exit 1 where a slip's quantity is missed, fewer than 98 % of the slips are
named, or a correct student is marked wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from sheets import Key, Manner, Sheet, address, random_sheet
from student import SLIPS, Student

from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.marking.judging import Judgement, MarkedClaims, judge
from chainrule.training.computing_conditions import versions

WAYS = 24
LEAST_NAMED = 0.98


@dataclass
class Tally:
    """What came of the sheets."""

    redrawn: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    found: int = 0
    named: int = 0
    by_name: int = 0
    with_others: int = 0
    carried: int = 0
    after: int = 0
    missed: list[str] = field(default_factory=list)


def marked(sheet: Sheet, claims: list[tuple[str, str]]) -> MarkedClaims:
    """The judgement of claims about a sheet."""
    return judge(Ledger(parse_worked(sheet.text(claims))))


def left_out(student: Student, chance: random.Random, keep: Key | None = None) -> set[Key]:
    """The quantities that a student does not claim."""
    if chance.random() < 0.5:
        return set()
    return {key for key in student.order if key != keep and chance.random() < 0.3}


def claims_of(student: Student, without: set[Key]) -> list[tuple[str, str]]:
    """What a student hands in."""
    kept = (key for key in student.order if key not in without)
    mark = student.manner.mark
    return [(address(key, student.sheet), student.texts[key].replace(".", mark)) for key in kept]


def correct(sheets: int, chance: random.Random) -> list[str]:
    """Correct students that are marked wrong: their sheets."""
    wrong = []
    for _ in range(sheets):
        sheet = random_sheet(chance)
        student = Student(sheet, Manner.drawn(chance), chance)
        student.work()
        without = left_out(student, chance)
        claims = claims_of(student, without) or claims_of(student, set())
        result = marked(sheet, claims)
        if result.first_wrong is not None or result.refused:
            wrong.append(sheet.text(claims))
    return wrong


def shows(student: Student, key: Key, chance: random.Random) -> bool:
    """Whether a slip leads out of what correct work could print."""
    values = []
    for _ in range(WAYS):
        other = Student(student.sheet, student.manner.otherwise(chance), chance)
        other.work()
        values.append(other.values[key])
    low, high = min(values), max(values)
    slack = 2 * (high - low) + 1.5 * student.unit(key)
    return not low - slack <= float(student.texts[key]) <= high + slack


def planted(chance: random.Random, tally: Tally) -> tuple[Student, Key, str]:
    """A student with a slip that shows."""
    while True:
        sheet = random_sheet(chance)
        manner = Manner.drawn(chance)
        keys = Student(sheet, manner, chance)
        keys.work()
        slip = chance.choice(list(SLIPS))
        fitting = [key for key in keys.order if key[0] in SLIPS[slip]]
        if not fitting:
            continue
        key = chance.choice(fitting)
        student = Student(sheet, manner, chance, slip=(key, slip))
        if student.work() and shows(student, key, chance):
            return student, key, slip
        tally.redrawn += 1


def judged(chance: random.Random, tally: Tally) -> None:
    """Plant one slip and count what is found of it."""
    student, key, slip = planted(chance, tally)
    tally.planted[slip] += 1
    claims = claims_of(student, left_out(student, chance, keep=key))
    result = marked(student.sheet, claims)
    first, place = result.first_wrong, address(key, student.sheet)
    if first is None or result.address(first.quantity) != place:
        tally.missed.append(f"{slip} in {place}: {first and first.quantity}")
        return
    tally.found += 1
    after = result.judgements[result.judgements.index(first) + 1 :]
    later = [one for one in after if one.is_answered]
    tally.after += len(later)
    tally.carried += sum(not one.is_wrong for one in later)
    count_name(student, key, slip, first, tally)


def count_name(student: Student, key: Key, slip: str, first: Judgement, tally: Tally) -> None:
    """Count whether the slip is named."""
    if first.finding is None:
        tally.missed.append(f"{slip} in {first.quantity}: not named")
        return
    same = student.same_as_planted(key)
    name = first.finding.name
    tally.by_name += name == slip
    tally.named += name in same
    tally.with_others += bool({name, *first.finding.also} & same)
    if name not in same:
        tally.missed.append(f"{slip} in {first.quantity}: named {name}")


def campaign(sheets: int, seed: int) -> dict[str, Any]:
    """Plant as many slips, and judge as many correct students; what came of it."""
    chance, began, tally = random.Random(seed), time.monotonic(), Tally()
    wrong = correct(sheets, chance)
    for _ in range(sheets):
        judged(chance, tally)
    return {
        "campaign": "planted_slips",
        "seed": seed,
        "correct_students": sheets,
        "correct_marked_wrong": len(wrong),
        "slips": sheets,
        "first_wrong_named": tally.found,
        "slip_named": tally.named,
        "slip_named_first_or_beside": tally.with_others,
        "slip_named_by_the_planted_name": tally.by_name,
        "later_claims": tally.after,
        "later_claims_right_or_carried": tally.carried,
        "drawn_again_as_too_small_to_show": tally.redrawn,
        "planted": dict(sorted(tally.planted.items())),
        "missed": tally.missed,
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sheets", type=int, default=1000, help="of each sort")
    parser.add_argument("--seed", type=int, default=0, help="fixes sheets, students and slips")
    given = parser.parse_args()
    told = campaign(given.sheets, given.seed)
    print(json.dumps(told, ensure_ascii=False))
    sound = told["first_wrong_named"] == told["slips"] and not told["correct_marked_wrong"]
    return int(not sound or told["slip_named"] < LEAST_NAMED * told["slips"])


if __name__ == "__main__":
    sys.exit(main())

"""Errors planted in displayed formulas: the test of the formulas must find each.

    python campaigns/formula_mutations.py [--errors 1000 | --errors all] [--seed 0]

The displays are those of docs/derivation/, of docstrings and of the tables of equations, as
`tests/formulas` reads them. An error is a changed sign, transpose, index, factor, function,
comparison or letter, swapped operands, or a dropped part; each kind has its share of the errors as
far as there are enough of it, and the last kinds fill up. An error is found if the test of the
display fails: because the numbers differ, because the formula fits no instance of its equation, or
because it cannot be read. An error that changes no number, such as (y - a)² for (a - y)², is no
error: it is recognised by computing both forms with numbers that belong to no equation, and counted
and listed by itself; others are drawn in its place.

Prints one line of JSON; exit 1 if an error is not found.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "formulas"))

from chainrule.training.computing_conditions import versions
from displays import all_displays
from environments import make_environments
from formula_checks import check_formula
from formula_errors import KINDS, Mutant, is_equivalent, mutate
from formula_evaluation import Environment

OTHER_SEED = 1


@cache
def environments_of(equation: str, seed: int) -> list[Environment]:
    """Instances of an equation."""
    return make_environments(equation, seed)


def draw(seed: int) -> Iterator[Mutant]:
    """All errors in a random order, one of each kind in turn."""
    chance = random.Random(seed)
    by_kind: dict[str, list[Mutant]] = {kind: [] for kind in KINDS}
    for display in all_displays():
        if display.is_checked:
            for mutant in mutate(display):
                by_kind[mutant.kind].append(mutant)
    for mutants in by_kind.values():
        chance.shuffle(mutants)
    for turn in zip_longest(*by_kind.values()):
        yield from (mutant for mutant in turn if mutant)


def reason(problem: str) -> str:
    """How an error shows."""
    if problem.startswith("cannot be read"):
        return "cannot be read"
    return "numbers differ" if "differ" in problem else "fits no instance of the equation"


def campaign(errors: int | None, seed: int) -> dict[str, Any]:
    """Plant so many errors, or all if None, and count what was found."""
    start = time.perf_counter()
    planted, how = Counter[str](), Counter[str]()
    missed, equivalent = list[str](), list[str]()
    for mutant in draw(seed):
        if planted.total() == errors:
            break
        equation, is_latex = mutant.display.equation, mutant.display.is_latex
        report = check_formula(mutant.source, is_latex, environments_of(equation, 0))
        if not report.problems and is_equivalent(
            mutant, environments_of(equation, OTHER_SEED), np.random.default_rng(seed)
        ):
            equivalent.append(str(mutant))
            continue
        planted[mutant.kind] += 1
        if report.problems:
            how[min(map(reason, report.problems), key=list(ORDER).index)] += 1
        else:
            missed.append(str(mutant))
    return {
        **{"campaign": "formula_mutations", "seed": seed, "errors": planted.total()},
        **{
            "found": how.total(),
            "missed": missed,
            "planted": dict(planted),
            "found_because": dict(how),
        },
        **{"without_effect": len(equivalent), "listed": sorted(equivalent)},
        **{"displays": sum(one.is_checked for one in all_displays())},
        **{"seconds": round(time.perf_counter() - start), "versions": versions()},
    }


ORDER = ("numbers differ", "fits no instance of the equation", "cannot be read")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", default="1000", help='how many to plant, or "all"')
    parser.add_argument("--seed", type=int, default=0, help="fixes the errors")
    given = parser.parse_args()
    errors = None if given.errors == "all" else int(given.errors)
    told = campaign(errors, given.seed)
    print(json.dumps(told, ensure_ascii=False))
    return int(bool(told["missed"]) or (errors is not None and told["errors"] < errors))


if __name__ == "__main__":
    sys.exit(main())

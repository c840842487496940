"""Ask about random formulas and numbers: no internal error, and none may take long.

    python campaigns/formulas.py [--formulas 10000] [--seed 0] [--minutes 60]

Formulas grow at random from numbers of all sizes, variables, operators and functions; a third is
then mutated character by character. Each is descended as the command would, is written into a
function file, or stands for claimed numbers in a worked file that is judged. Prints one line of
JSON; exit 1 if anything but an error of the package was raised, or one took more than five seconds
of the processor's time.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainrule.descent import FUNCTIONS, descent_document, read_descent
from chainrule.documents import render
from chainrule.errors import ChainruleError
from chainrule.marking import judge, marks_document, open_claims
from chainrule.training.computing_conditions import versions

LONGEST = 5.0
"""Seconds of the processor that an answer may take."""
NUMBERS = (
    *("0", "1", "2", "3", "0.5", "1.5", "7/3", "1e3", "1e-9", "1e100", "1e308", "5e-324", ".5"),
    *("2.2250738585072014e-308", "123456789012345678901", "2.", "12345.678", "1e-300", "10"),
)
ODD_NUMBERS = ("1e309", "1_0", "0x10", "nan", "inf", "1e", "--2", "pi", "e", "-1")
VARIABLES = ("x", "y")
OPERATORS = ("+", "-", "*", "/", "**", "^", " ", "//", "%", "<", "=", ",")
USUAL = 5
"""Operators from the front that formulas mostly have."""
CHARACTERS = "xyzab0123456789.+-*/^()[]{}'\"\\ \t\n,;:=<>!&|~@#$%_eEπ²−·√∞é\0"
WORKED = """
[network]
layers = [2, 2, 1]
activations = "sigmoid"
weights = [[[0.5, -1.0], [2.0, 0.25]], [[1.0, -0.5]]]
biases = [[0.1, 0.0], [-0.2]]
[[examples]]
inputs = [1.0, 0.5]
targets = [1.0]
[training]
cost = "squared_error"
learning_rate = 0.5
"""
ADDRESSES = (
    *("z[1]", "a[1]", "z[2]", "a[2]", "cost", "delta[2]", "dW[2]", "W_new[2]", "b_new[1]"),
    *("z[1][0]", "a[1][1]", "delta[1][1]", "dW[1][0,1]", "W_new[1][1,0]", "z[9][0]", "a[1][7]"),
)


class TooSlow(BaseException):
    """What the timer raises; no handler of errors may catch it."""


def grow(chance: random.Random, depth: int) -> str:
    """A formula of at most this depth."""
    kind = chance.random()
    if depth == 0 or kind < 0.15:
        numbers = NUMBERS if chance.random() < 0.97 else ODD_NUMBERS
        return chance.choice(VARIABLES if chance.random() < 0.6 else numbers)
    if kind < 0.35:
        name = chance.choice(FUNCTIONS if chance.random() < 0.98 else ("f", "log10"))
        return f"{name}({grow(chance, depth - 1)})"
    if kind < 0.45:
        return f"-({grow(chance, depth - 1)})"
    operators = OPERATORS[:USUAL] if chance.random() < 0.98 else OPERATORS
    sides = (grow(chance, depth - 1), grow(chance, depth - 1))
    text = chance.choice(operators).join(sides)
    return f"({text})" if chance.random() < 0.6 else text


def mutate(chance: random.Random, text: str) -> str:
    """The text with a few characters changed, left out, doubled or put in."""
    characters = list(text)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(characters) + 1)
        put = chance.choice(CHARACTERS) * chance.choice((0, 1, 1, 2, 200))
        characters[at : at + chance.randrange(3)] = put
    return "".join(characters)


def quoted(text: str) -> str:
    """The text as a string of TOML."""
    return json.dumps(text, ensure_ascii=True).replace("\\u0000", "\\u0001")


def descend(text: str, chance: random.Random, place: Path) -> None:
    """As `chainrule descend FORMULA`."""
    asked = read_descent(text, steps=chance.choice((1, 10, 100)))
    show(descent_document(asked.descend(), asked.title, full=chance.random() < 0.3), chance)


def descend_file(text: str, chance: random.Random, place: Path) -> None:
    """As `chainrule descend FILE`, with a start of its own."""
    file, start = place / "function.toml", chance.choice(("1.0", "-3.5", "0.0", "1e99", "1e-300"))
    words = set(re.findall(r"[a-z]\w*", text))
    names = [name for name in VARIABLES if name in words]
    starts = ", ".join(f"{name} = {start}" for name in names)
    rate = chance.choice(("0.1", "1e-9", "1e6", "0"))
    file.write_text(
        f"[function]\nformula = {quoted(text)}\n"
        f"[descent]\nstart = {{ {starts} }}\nlearning_rate = {rate}\n"
    )
    asked = read_descent(str(file))
    show(descent_document(asked.descend(), asked.title), chance)


def claim(text: str, chance: random.Random, place: Path) -> None:
    """As `chainrule check FILE`, with the formula or a number for several claims."""
    file, lines = place / "claims.toml", []
    for address in chance.sample(ADDRESSES, chance.randrange(1, 5)):
        given = (
            text
            if chance.random() < 0.3
            else chance.choice((*NUMBERS, *ODD_NUMBERS, "0.62", "0,7"))
        )
        kinds = (quoted(given), f"[{quoted(given)}, {quoted('0.5')}]", given.split("\n")[0])
        printed = chance.choice((*kinds, kinds[0], kinds[0]))
        lines.append(f"[[claims]]\nquantity = {quoted(address)}\nprinted = {printed}")
    file.write_text(WORKED + "\n".join(lines) + "\n", encoding="utf-8", errors="replace")
    ledger = open_claims(file)
    show(marks_document(ledger, judge(ledger)), chance)


def show(document: Any, chance: random.Random) -> None:
    """Write the document in one of the formats."""
    render(document, chance.choice(("text", "markdown", "latex", "html", "json")))


WAYS: tuple[Callable[[str, random.Random, Path], None], ...] = (descend, descend_file, claim)


def ask(way: Callable[..., None], text: str, chance: random.Random, place: Path) -> str:
    """Ask one way about a formula; how it ended."""
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        way(text, chance, place)
        ended = "answered"
    except ChainruleError as error:
        ended = "internal" if "\n" in str(error) else "refused"
    except TooSlow:
        ended = "slow"
    except Exception:
        traceback.print_exc()
        ended = "internal"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if ended in ("internal", "slow"):
        print(f"{ended}: {way.__name__} {text!r}", file=sys.stderr)
    return ended


def stop(*_: object) -> None:
    raise TooSlow


def campaign(formulas: int, seed: int, minutes: float) -> dict[str, Any]:
    """Ask about as many formulas; what came of it."""
    began, found, longest = time.monotonic(), Counter[str](), 0.0
    signal.signal(signal.SIGVTALRM, stop)
    with tempfile.TemporaryDirectory() as place:
        while found.total() < formulas and time.monotonic() - began < 60 * minutes:
            chance = random.Random(f"{seed} {found.total()}")
            text = grow(chance, chance.randrange(1, 6))
            text = mutate(chance, text) if chance.random() < 0.3 else text
            before = time.process_time()
            found[ask(WAYS[found.total() % len(WAYS)], text, chance, Path(place))] += 1
            longest = max(longest, time.process_time() - before)
    return {
        "campaign": "formulas",
        "seed": seed,
        "formulas": found.total(),
        "formulas_asked": formulas,
        **{name: found[name] for name in ("answered", "refused", "internal", "slow")},
        "longest_seconds": round(longest, 2),
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--formulas", type=int, default=10_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0, help="fixes the formulas")
    parser.add_argument("--minutes", type=float, default=60, help="the most time to take")
    given = parser.parse_args()
    told = campaign(given.formulas, given.seed, given.minutes)
    print(json.dumps(told))
    return int(bool(told["internal"] or told["slow"]))


if __name__ == "__main__":
    sys.exit(main())

"""Words: no leftovers, no empty names, no machine's paths, and plain English.

    python checks/words.py [FOLDER]            default: this folder

Read are all files that git holds or would hold. A file that is not UTF-8 text is skipped; its name
is still judged. The patterns are written so that they do not match themselves.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from findings import Finding, report

__all__ = ["main"]

_WORDS = (
    (r"\b(T[O]DO|F[I]XME|X{3})\b", "a leftover: do it, or leave the remark out"),
    (r"\bNot[I]mplementedError\b", "unfinished: write it, or leave it out"),
    (r"allow_[p]ickle\s*=\s*True", "loading it would run a stranger's code"),
    (
        r"(?<![\w.:/~-])/(?:h[o]me|r[o]ot|w[o]rk|U[s]ers)/\w|\b[A-Z]:\\U[s]ers\b",
        "a path of one machine: make it relative",
    ),
    (
        r"\b(?:p[y]pi\.org|p[y]thonhosted\.org|r[e]gistry\.npmjs)\b",
        "a registry's host: leave it out",
    ),
)
_PATTERNS = tuple((re.compile(pattern), sentence) for pattern, sentence in _WORDS)

# Phrases at which a native reader stumbles, wherever lines break, and what to write instead.
_PHRASES = (
    (r"where there (?:is|are) n[o]ne", "if there is no ..."),
    (r"who[e]ver", "the caller, the user, the function that"),
    (r"(?:is|are|was|were) t[o]ld", "receives, knows, is given"),
    (r"one a l[a]yer", "one per layer"),
)
_PROSE = tuple(
    (re.compile(r"\b" + pattern.replace(" ", r"[\s#]+") + r"\b", re.IGNORECASE), better)
    for pattern, better in _PHRASES
)
_PROSE_IN = ("src", "docs", "checks", "examples", "README.md", "CONTRIBUTING.md")

# A name that says nothing about what is inside.
_EMPTY_NAME = re.compile(
    r"(?:test_)?(?:utils?|helpers?|common|base|core|managers?|misc|\w+_fast|\w+_new)"
)


def main(folder: str) -> int:
    """Judge all files in a checkout; return 1 if there are findings, 2 if it is not a checkout."""
    listed = _listed(folder)
    if isinstance(listed, str):
        print(f"words: expected a git checkout, got {folder}. {listed}", file=sys.stderr)
        return 2
    findings = [found for name in listed for found in _judged(Path(folder), name)]
    print(f"{len(listed)} files read")
    return report(findings)


def _listed(folder: str) -> list[str] | str:
    """Returns the names of the files that git holds or would hold, or git's error message."""
    command = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError as error:
        return f"git: {error.strerror}"
    if run.returncode:
        return run.stderr.strip()
    return sorted(set(filter(None, run.stdout.split("\0"))))


def _judged(folder: Path, name: str) -> Iterator[Finding]:
    """Yields what is wrong with one file's name and text."""
    path = folder / name
    if not path.is_file():
        return  # deleted, but not yet for git
    for part in _names(PurePosixPath(name)):
        if _EMPTY_NAME.fullmatch(part):
            yield Finding(name, 1, f"'{part}' does not say what is inside: name it by its subject.")
    text = _text(path)
    for number, line in enumerate(text.split("\n"), start=1):
        for pattern, sentence in _PATTERNS:
            if match := pattern.search(line):
                yield Finding(name, number, f"'{match[0]}' is {sentence}.")
    if PurePosixPath(name).parts[0] in _PROSE_IN:
        yield from _stumbles(name, text)


def _stumbles(name: str, text: str) -> Iterator[Finding]:
    """Yields the phrases of a text that are not plain English."""
    for pattern, better in _PROSE:
        for match in pattern.finditer(text):
            phrase = " ".join(match[0].replace("#", " ").split())
            line = text.count("\n", 0, match.start()) + 1
            yield Finding(name, line, f"'{phrase}' reads badly: write '{better}' or another.")


def _names(path: PurePosixPath) -> tuple[str, ...]:
    """Returns the names of the folders, and of the module if the file is one."""
    return (*path.parts[:-1], path.stem) if path.suffix == ".py" else path.parts[:-1]


def _text(path: Path) -> str:
    """Returns a file's text, or "" if it holds something else."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else "."))

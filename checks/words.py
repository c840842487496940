"""The words law: no leftovers, no forbidden names, no machine's paths in any file that git holds.

    python checks/words.py [FOLDER]            the folder is this one where none is named

Files that git does not yet hold but would are read too. A file that is not UTF-8 text is skipped;
its name is still judged. The patterns are written so that they do not match themselves.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from findings import Finding, tell

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

# A name that says nothing about what is inside.
_EMPTY_NAME = re.compile(
    r"(?:test_)?(?:utils?|helpers?|common|base|core|managers?|misc|\w+_fast|\w+_new)"
)


def main(folder: str) -> int:
    """Judge all files in a checkout; 1 where there are findings, 2 where it is no checkout."""
    listed = _listed(folder)
    if isinstance(listed, str):
        print(f"words: expected a git checkout, got {folder}. {listed}", file=sys.stderr)
        return 2
    findings = [found for name in listed for found in _judged(Path(folder), name)]
    print(f"{len(listed)} files read")
    return tell(findings)


def _listed(folder: str) -> list[str] | str:
    """The names of the files that git holds or would, or git's own words on why it cannot say."""
    command = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError as error:
        return f"git: {error.strerror}"
    if run.returncode:
        return run.stderr.strip()
    return sorted(set(filter(None, run.stdout.split("\0"))))


def _judged(folder: Path, name: str) -> Iterator[Finding]:
    """What is wrong with one file's name and text."""
    path = folder / name
    if not path.is_file():
        return  # deleted, and git has not been told
    for part in _names(PurePosixPath(name)):
        if _EMPTY_NAME.fullmatch(part):
            yield Finding(name, 1, f"'{part}' does not say what is inside: name it by its subject.")
    for number, line in enumerate(_text(path).split("\n"), start=1):
        for pattern, sentence in _PATTERNS:
            if match := pattern.search(line):
                yield Finding(name, number, f"'{match[0]}' is {sentence}.")


def _names(path: PurePosixPath) -> tuple[str, ...]:
    """The folders' names, and the module's where the file is one."""
    return (*path.parts[:-1], path.stem) if path.suffix == ".py" else path.parts[:-1]


def _text(path: Path) -> str:
    """A file's text; nothing where it holds something else."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else "."))

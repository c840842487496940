"""What runs exported JavaScript: Node, or a browser without a window."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError, MissingLibraryError
from chainrule.exchange.child_process import call_program
from chainrule.worksheets import BROWSERS, HEADLESS_FLAGS

__all__ = ["describe_runtime", "run_script"]

_WHERE = "export as javascript"
_ROWS = """
const given = {rows};
const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const found = globalThis.chainrule.predictAll(given.isBytes ? given.rows.map(bytes) : given.rows);
const answer = JSON.stringify([found, globalThis.chainrule.selfTest()]);
"""
_PAGE = """<!doctype html><meta charset="utf-8"><pre></pre><script type="module">{script}
document.querySelector("pre").textContent = answer;
</script>"""
_FLAGS = (*HEADLESS_FLAGS, "--timeout=60000", "--dump-dom")


def describe_runtime(**_: Any) -> str:
    """Return the name of the program that runs JavaScript, with its version.

    Raises: MissingLibraryError if there is none.
    """
    program = _find_program()
    version = call_program([program, "--version"], _WHERE).strip()
    return f"Node {version.removeprefix('v')}" if Path(program).name == "node" else version


def run_script(script: str, rows: dict[str, Any]) -> NDArray[np.float64]:
    """Return the outputs of a script for some rows, (rows, outputs).

    Args:
        script: it sets `globalThis.chainrule` to the exports of the module.
        rows: as `row_values` returns them.

    Raises: MissingLibraryError; DataError if the script fails, or its self-test.
    """
    program = _find_program()
    text = json.dumps(rows).replace("<", "\\u003c")
    whole = script + _ROWS.replace("{rows}", text)
    is_node = Path(program).name == "node"
    with tempfile.TemporaryDirectory(prefix="chainrule-", ignore_cleanup_errors=True) as folder:
        if is_node:
            path = Path(folder) / "run.mjs"
            path.write_text(whole + "process.stdout.write(answer);\n", encoding="utf-8")
            printed = call_program([program, str(path)], _WHERE)
        else:
            path = Path(folder) / "run.html"
            path.write_text(_PAGE.replace("{script}", whole), encoding="utf-8")
            profile = f"--user-data-dir={folder}/profile"
            dom = call_program([program, *_FLAGS, profile, path.as_uri()], _WHERE)
            printed = "".join(re.findall(r"<pre>(.+)</pre>", dom))
    return _read_answer(printed, program)


def _read_answer(printed: str, program: str) -> NDArray[np.float64]:
    if not printed:
        raise DataError(_WHERE, expected=f"answers by {program}", got="none: the script fails")
    outputs, test = json.loads(printed)
    if not test["passed"]:
        raise DataError(
            _WHERE,
            expected="a self-test that passes",
            got=f"a difference of {test['difference']}",
        )
    return np.array(outputs, np.float64)


def _find_program() -> str:
    found = next(filter(None, map(shutil.which, ("node", *BROWSERS))), None)
    if found is None:
        raise MissingLibraryError(
            _WHERE,
            expected="Node or Chromium, which proves the script",
            got="neither on PATH",
            remedy="Install Node (nodejs) or Chromium",
        )
    return found

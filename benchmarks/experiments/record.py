"""What a part of the experiments found, kept as JSON with the versions that found it."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import numba
import numpy as np
import optuna

import chainrule

__all__ = ["RESULTS", "keep", "kept", "versions"]

RESULTS = Path(__file__).resolve().parents[1] / "results" / "papers"

_DIGITS = 6


def versions() -> dict[str, str]:
    """What computed it."""
    return {
        "chainrule": chainrule.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "optuna": optuna.__version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
    }


def keep(part: str, found: dict[str, Any], seconds: float, folder: Path = RESULTS) -> None:
    """Write what a part found, an entry a line."""
    record = {"part": part, "seconds": round(seconds), "versions": versions()}
    lines = [f"{json.dumps(name)}: {_text(value)}" for name, value in record.items()]
    inner = [f"{json.dumps(name)}: {_text(value)}" for name, value in found.items()]
    lines.append('"found": {\n  ' + ",\n  ".join(inner) + "\n }")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")


def kept(part: str, folder: Path = RESULTS) -> dict[str, Any]:
    """What a part found, as it was written."""
    record: dict[str, Any] = json.loads((folder / f"{part}.json").read_text(encoding="utf-8"))
    return record


def _text(value: Any) -> str:
    return json.dumps(_short(value), ensure_ascii=False)


def _short(value: Any) -> Any:
    """Numbers in as many digits as anyone reads."""
    if isinstance(value, dict):
        return {str(name): _short(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_short(one) for one in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{_DIGITS}g}")
    return int(value) if isinstance(value, np.integer) else value

"""A network as one HTML file that is asked, answers and explains, without anything from outside."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting import Placing, placing_for
from chainrule.documents import joined_markup, source_digest
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.javascript_module import (
    as_global,
    javascript_literal,
    join_sources,
    model_source,
    row_values,
)
from chainrule.exchange.javascript_runs import describe_runtime, run_script
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network
from chainrule.schema import ImageFormat

__all__ = ["EXPORTER"]

_FOLDER = Path(__file__).parent / "page"
_PARTS = (
    "figures.js",
    "formulas.js",
    "ink.js",
    "pad.js",
    "form.js",
    "network_view.js",
    "explanation.js",
    "lesson.js",
    "page.js",
)
"""In an order in which each finds what it imports."""
_FROM_MODEL = (
    *("backward", "computeCost", "forward", "outputError"),
    *("formatDate", "isBlank", "readCell"),
)
"""What these import from the module of the network, which is a script of its own."""
_SCRIPT = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)
_LANGUAGE = "en"
_BYTE = 255


def _write(network: Network, proof: str, *, title: str = "") -> ExportFiles:
    texts = json.loads(_file("texts.json"))[_LANGUAGE]
    model = as_global(model_source(network, proof))
    page = _page_source(network, title, texts)
    style = _file("page.css")
    text = Template(_file("page.html")).substitute(
        language=_LANGUAGE,
        policy=_policy(style, (model, page)),
        proof=joined_markup([proof]),
        title=joined_markup([title or texts["title_image" if _shape(network) else "title_row"]]),
        style=style,
        no_script=joined_markup([texts["no_script"]]),
        model=model,
        page=page,
    )
    return {".html": text.encode()}


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(style: str, scripts: tuple[str, ...]) -> str:
    """Return the rule that nothing is loaded, and that no other script or style runs."""
    allowed = " ".join(map(source_digest, scripts))
    rules = ("default-src 'none'", f"script-src {allowed}", f"style-src {source_digest(style)}")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def _page_source(network: Network, title: str, texts: dict[str, str]) -> str:
    """Return the script of the page."""
    image = _shape(network)
    settings = {
        "title": title,
        "dtype": network.architecture.dtype,
        "image": image,
        "drawing": _drawing(network, image) if image else None,
    }
    parts = [
        f"const {{ {', '.join(_FROM_MODEL)} }} = globalThis.chainrule;\n",
        f"const PAGE = {javascript_literal(settings)};\n",
        f"const TEXTS = {javascript_literal(texts)};\n",
        join_sources(_FOLDER, _PARTS),
    ]
    return "\n".join(parts)


def _shape(network: Network) -> dict[str, int] | None:
    """Return rows, columns and channels of the images of a network; None if it reads none."""
    shape = network.input_shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3)):
        return None
    return {"rows": shape[0], "columns": shape[1], "channels": shape[2] if len(shape) == 3 else 1}


def _drawing(network: Network, image: dict[str, int]) -> dict[str, Any]:
    """Return how a drawing becomes an input: as `predict` prepares a picture of it."""
    form = None if network.schema is None else network.schema.image
    shape = (image["rows"], image["columns"])
    placing = None
    # Images in colour of which nothing is known are not handwriting.
    if image["channels"] == 1 if form is None else form.has_ink:
        found = placing_for(form) or Placing.mnist(shape)
        most = max(shape)  # a bound that no digit reaches need not be written
        placing = {
            "box": found.box,
            "centre": list(found.centre),
            "heights": [found.heights[0], min(found.heights[1], most)],
            "widest": min(found.widest, most),
            "stroke": found.stroke,
        }
    return {
        "shape": {"rows": shape[0], "columns": shape[1]},
        "placing": placing,
        "inverted": form is not None and form.polarity == "dark on light",
        "storage": {**_storage(form, network.input_scale), "channels": image["channels"]},
    }


def _storage(form: ImageFormat | None, scale: float) -> dict[str, Any]:
    """Return how brightness from 0 to 1 is stored for a network."""
    if form is None:  # a network that learned from numbers is taken to have learned from fractions
        top = _BYTE if scale != 1 else 1
        return {"bottom": 0, "top": top, "isBytes": scale != 1, "factor": 1}
    values = {"bottom": form.bottom, "top": form.top, "isBytes": form.bytes_stored}
    return {**values, "factor": scale}


def _run(path: Path, _: Network, rows: SampleRows, **_options: Any) -> NDArray[np.float64]:
    model, _page = _SCRIPT.findall(path.read_text(encoding="utf-8"))
    return run_script(model, row_values(rows))


EXPORTER = Exporter(
    form="html",
    suffix=".html",
    about="one page that draws or asks, answers and explains, offline",
    write=_write,
    run=_run,
    runtime=describe_runtime,
    options={"title": ()},
)

"""Bodies that are files: text tables, Parquet and pictures, read as `predict` reads them.

A client never names a file here: what it sends is written into a new folder under a name of the
service's own, read, and removed.
"""

from __future__ import annotations

import base64
import binascii
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.handwriting import match_picture, read_picture
from chainrule.errors import ChainruleError
from chainrule.experiment import FailedPrediction, Prediction, predict_files
from chainrule.serving.problems import RequestError, translate_error
from chainrule.serving.row_input import InputRow
from chainrule.serving.served_model import ServedModel
from chainrule.serving.service_limits import ServiceLimits

__all__ = ["FILE_TYPES", "decode_base64", "draw_grid", "picture_row", "predict_file"]

FILE_TYPES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.apache.parquet": ".parquet",
    "application/x-parquet": ".parquet",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/tiff": ".tiff",
}
"""The types of bodies that are files, with the suffix by which each is read."""

_TEXTS = (".csv", ".tsv")
_WHITE = 255


def predict_file(
    model: ServedModel, content: bytes, suffix: str, limits: ServiceLimits, where: str = "body"
) -> Sequence[Prediction | FailedPrediction]:
    """Return the answers to a table or a picture, with the errors of single rows.

    Args:
        model: what answers.
        content: the file's bytes.
        suffix: a value of `FILE_TYPES`.
        limits: of the service.
        where: what errors call the file.

    Raises: RequestError.
    """
    options = {**model.options, "limit": limits.content_bytes}
    if suffix in _TEXTS and content.count(b"\n") > limits.rows + 1:
        raise _too_many_rows(limits, "more lines")
    with _as_file(content, suffix, limits, where) as path:
        source: Any = _read_parquet(path, limits) if suffix == ".parquet" else str(path)
        found = predict_files(model.network, [source], options, errors="return")
        if len(found) > limits.rows:
            raise _too_many_rows(limits, str(len(found)))
        if len(found) == 1 and isinstance(found[0], FailedPrediction):
            raise found[0].error  # of the file, or of its only row
    return found


def picture_row(model: ServedModel, content: bytes, suffix: str, limits: ServiceLimits) -> InputRow:
    """Return the input that a picture of one digit becomes.

    Raises: RequestError, also for several digits.
    """
    network, form = model.network, None
    if network.schema is not None:
        form = network.schema.image
    rows, columns = model.shape
    with _as_file(content, suffix, limits, "picture") as path:
        picture = read_picture(path)
        digits = match_picture(picture, (rows, columns), network.input_scale, form)
    if len(digits) != 1:
        expected = "a picture of one digit"
        raise RequestError(422, "input", where="picture", expected=expected, got=str(len(digits)))
    inputs = digits[0].inputs
    return InputRow(inputs.tobytes() if inputs.dtype.itemsize == 1 else inputs[0])


@contextmanager
def _as_file(content: bytes, suffix: str, limits: ServiceLimits, where: str) -> Iterator[Path]:
    """Write a body to a file for as long as it is read; errors do not name the file."""
    if suffix not in (*_TEXTS, ".parquet"):
        _check_pixels(content, limits, where)
    with tempfile.TemporaryDirectory(prefix="chainrule-") as folder:
        path = Path(folder) / f"body{suffix}"
        path.write_bytes(content)
        try:
            yield path
        except ChainruleError as error:
            raise translate_error(error, {str(path): where, path.name: where}) from None


def _check_pixels(content: bytes, limits: ServiceLimits, where: str) -> None:
    """Refuse a picture that is too large by its header, before it is decoded."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
    except Image.DecompressionBombError:
        width = height = 2**16
    except Exception:  # the reader says what is wrong with a file that is not a picture
        return
    if width * height > limits.pixels:
        raise RequestError(
            422,
            "picture-too-large",
            where=where,
            expected=f"a picture of at most {limits.pixels:,} pixels",
            got=f"{width} x {height}",
            remedy="Make it smaller first",
        )


def _read_parquet(path: Path, limits: ServiceLimits) -> Any:
    """Return an Arrow table; texts stay dictionaries, so that no repetition fills the memory."""
    import pyarrow as pa
    from pyarrow import parquet, types

    try:
        with path.open("rb") as file, parquet.ParquetFile(file) as content:
            meta = content.metadata
            if meta.num_rows > limits.rows:
                raise _too_many_rows(limits, str(meta.num_rows))
            groups = [meta.row_group(k).total_byte_size for k in range(meta.num_row_groups)]
            if max(sum(groups), meta.num_rows * meta.num_columns * 8) > limits.content_bytes:
                raise _unpacked(limits, f"{sum(groups)} of {meta.num_columns} columns")
            texts = [one.name for one in content.schema_arrow if types.is_string(one.type)]
        with path.open("rb") as file:
            table = parquet.read_table(file, read_dictionary=texts, use_threads=False)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise RequestError(
            422, "data-error", where="body", expected="an intact Parquet file", got=str(error)[:200]
        ) from None
    _check_texts(table, limits)
    return table


def _check_texts(table: Any, limits: ServiceLimits) -> None:
    """Refuse texts that would not fit into memory if each cell had its own."""
    from pyarrow import compute, types

    size = 0
    for column in table.columns:
        for chunk in column.chunks:
            if types.is_dictionary(chunk.type) and len(chunk.dictionary):
                longest = compute.max(compute.binary_length(chunk.dictionary)).as_py() or 0
                size += longest * len(chunk)
            else:
                size += chunk.nbytes
    if size > limits.content_bytes:
        raise _unpacked(limits, f"up to {size}")


def _unpacked(limits: ServiceLimits, got: str) -> RequestError:
    return RequestError(
        422,
        "content-too-large",
        where="body",
        expected=f"at most {limits.content_bytes} bytes once it is unpacked",
        got=got,
    )


def _too_many_rows(limits: ServiceLimits, got: str) -> RequestError:
    return RequestError(
        422,
        "too-many-rows",
        where="body",
        expected=f"at most {limits.rows} rows",
        got=got,
        remedy="Send them in several requests",
    )


def decode_base64(text: str, where: str) -> bytes:
    """Return the bytes of a picture in base64, also of a data URL.

    Raises: RequestError.
    """
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        expected = "a picture in base64"
        raise RequestError(
            422, "input", where=where, expected=expected, got="other characters"
        ) from None


def draw_grid(lines: Sequence[Sequence[Any]], where: str) -> bytes:
    """Return grey values as a picture file: from 0 to 255, or from 0 to 1.

    Raises: RequestError for what is not a grid of such numbers.
    """
    from PIL import Image

    cells = [one for line in lines if isinstance(line, list) for one in line]
    numbers = all(type(one) in (int, float) for one in cells)
    widths = {len(line) if isinstance(line, list) else 0 for line in lines}
    if not cells or not numbers or len(widths) != 1 or not 0 <= min(cells) <= max(cells) <= _WHITE:
        raise RequestError(
            422,
            "input",
            where=where,
            expected=f"lines of equal length, of grey values from 0 to {_WHITE}",
            got="something else",
        )
    grey = np.array(lines, np.float64) * (_WHITE if max(cells) <= 1 else 1)
    content = io.BytesIO()
    Image.fromarray(np.rint(grey).astype(np.uint8)).save(content, "png")
    return content.getvalue()

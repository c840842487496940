"""Small files that hold very much: refused before they take memory, unless a flag allows them."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import feather, parquet

from chainrule.data import allow_content, load_dataset, read_table
from chainrule.data.content_limits import SIZE_LIMIT, ContentLimit, content_limit
from chainrule.data.reader import ReadOptions
from chainrule.data.tables import read_table_blocks
from chainrule.errors import DataError
from chainrule.experiment import data_access

MEGABYTES_AT_MOST = 512
ROWS = b"a,b,kind\n" + b"1,2,x\n3,4,y\n" * 1_000_000
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = "http://schemas.openxmlformats.org/package/2006"
NUMBERS = np.zeros(4_500_000)


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def workbook(rows: str) -> bytes:
    """An Excel workbook with one sheet, whose rows are written as they are."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PARTS}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/w.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PARTS}/relationships">'
        f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="w.xml"/></Relationships>',
        "w.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>',
        "_rels/w.xml.rels": f'<Relationships xmlns="{PARTS}/relationships">'
        f'<Relationship Id="b" Type="{OFFICE}/worksheet" Target="s.xml"/></Relationships>',
        "s.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def images(folder: Path) -> None:
    """Class folders of pictures of one colour, few bytes each."""
    file = io.BytesIO()
    Image.new("L", (2500, 2500)).save(file, "PNG")
    for number in range(10):
        place = folder / f"class{number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(file.getvalue())


def one_picture(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        Image.new("RGB", (4000, 4000)).save(folder / name / "1.png")


def arrays(path: Path) -> None:
    np.savez_compressed(path, x_train=NUMBERS.reshape(-1, 5), y_train=np.zeros(900_000, int))


def idx(path: Path) -> None:
    header = bytes([0, 0, 8, 3, 0, 0, 0xFF, 0xFF, 0, 0, 0, 28, 0, 0, 0, 28])
    path.mkdir()
    content = gzip.compress(header + bytes(0xFFFF * 784))
    (path / "train-images-idx3-ubyte.gz").write_bytes(content)
    labels = bytes([0, 0, 8, 1, 0, 0, 0xFF, 0xFF]) + bytes(0xFFFF)
    (path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))


def long_texts(kept: bool) -> pa.Table:
    """A text of 200,000 characters in 300 rows, as categories or as texts."""
    codes = pa.array(np.zeros(300, np.int32))
    texts = pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 200_000]))
    column = texts if kept else texts.cast(pa.string())
    return pa.table({"a": np.arange(300) % 7.0, "text": column, "kind": np.arange(300) % 2})


def nested(path: Path) -> None:
    """A list column is left out without being read."""
    wide = pa.array([["x" * 1_000_000]] * 3, pa.list_(pa.string()))
    parquet.write_table(pa.table({"a": [1, 2, 3], "many": wide, "kind": [0, 1, 0]}), path)


HEADER = '<row><c t="str"><v>a</v></c><c t="str"><v>kind</v></c></row>'
BOMBS: dict[str, Callable[[Path], object]] = {
    "rows.csv.gz": lambda path: path.write_bytes(gzip.compress(ROWS)),
    "rows.csv.bz2": lambda path: path.write_bytes(bz2.compress(ROWS)),
    "rows.csv.xz": lambda path: path.write_bytes(lzma.compress(ROWS, preset=0)),
    "rows.zip": lambda path: path.write_bytes(zipped("rows.csv", ROWS)),
    "rows.arff": lambda path: path.write_bytes(gzip.compress(b"@relation r\n" + ROWS)),
    "arrays.npz": arrays,
    "idx": idx,
    "numbers.parquet": lambda path: parquet.write_table(
        pa.table({"a": NUMBERS, "kind": NUMBERS}), path
    ),
    "texts.parquet": lambda path: parquet.write_table(long_texts(False), path),
    "categories.parquet": lambda path: parquet.write_table(long_texts(True), path),
    "numbers.feather": lambda path: feather.write_feather(
        pa.table({"a": NUMBERS, "kind": NUMBERS}), str(path), compression="zstd"
    ),
    "categories.feather": lambda path: feather.write_feather(long_texts(True), str(path)),
    "long.xlsx": lambda path: path.write_bytes(
        workbook(HEADER + "<row><c><v>1</v></c></row>" * 2_000_000)
    ),
    "wide.xlsx": lambda path: path.write_bytes(
        workbook(HEADER + '<row><c r="XFD1"><v>2</v></c></row>' * 10_000)
    ),
    "pictures": images,
    "picture": one_picture,
}

CHILD = """
import json, sys
import chainrule as cr
told = {}
for path in sys.argv[1:]:
    try:
        cr.load_dataset(path)
        told[path] = "read"
    except cr.DataError as error:
        told[path] = str(error)
# Of this program alone: what getrusage says begins with the memory of the one that started it.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps([told, peak // 1024]))
"""


def test_bombs_of_every_kind_are_refused_in_little_memory(tmp_path: Path) -> None:
    for name, make in BOMBS.items():
        make(tmp_path / name)
    # As many short rows as a text may have without a flag.
    rows = b"a,kind\n" + b"1,2\n2,3\n" * 1_048_000
    (tmp_path / "most.csv.gz").write_bytes(gzip.compress(rows))
    paths = [str(tmp_path / name) for name in (*BOMBS, "most.csv.gz")]
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, *paths], capture_output=True, text=True, check=True
    )
    told, megabytes = json.loads(ended.stdout)
    assert megabytes < MEGABYTES_AT_MOST
    for path in paths[:-1]:
        assert told[path].startswith(path), told[path]
        assert "\n" not in told[path]
        assert "expected at most " in told[path] or "pixels" in told[path], told[path]
    assert told[paths[-1]] == "read"


@pytest.mark.parametrize("name", ["rows.csv.gz", "numbers.parquet", "idx", "long.xlsx"])
def test_the_error_says_what_to_do(tmp_path: Path, name: str) -> None:
    BOMBS[name](tmp_path / name)
    with pytest.raises(DataError, match=r"Raise the limit \(--limit BYTES\) if the file is sup"):
        load_dataset(tmp_path / name)


def small(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv.gz"
    rows = b"1," + b"x" * 80 + b"\n2," + b"y" * 80 + b"\n"
    path.write_bytes(gzip.compress(b"a,kind\n" + rows * 55_000))
    return path


def test_a_limit_allows_more_or_less(tmp_path: Path) -> None:
    path = small(tmp_path)
    with pytest.raises(DataError, match="expected at most 8388608 bytes of content in "):
        read_table(path)
    assert len(read_table(path, limit=10**9)) == 110_000
    with allow_content(10**9), allow_content(None):
        assert len(read_table(path)) == 110_000
    with data_access(limit=100), pytest.raises(DataError, match="at most 100 bytes of content, "):
        read_table(path)


def test_rows_that_are_read_in_blocks_are_limited_too(tmp_path: Path) -> None:
    path = small(tmp_path)
    with pytest.raises(DataError, match="at most 8388608 bytes of content in"):
        for _ in read_table_blocks(path, ReadOptions(), 65536):
            pass
    blocks = read_table_blocks(path, ReadOptions(limit=10**8), 65536)
    assert sum(len(block.rows) for block in blocks) == 110_000


def test_the_limit_grows_with_the_file() -> None:
    assert content_limit("a", 10**6).size == 10**8
    assert content_limit("a", 10**6, text=True).size == 32 * 10**6
    assert content_limit("a", 10**9) == ContentLimit("a", SIZE_LIMIT)
    assert content_limit("a", 1, 77) == ContentLimit("a", 77)


def test_a_bounded_stream_reads_as_a_file_does() -> None:
    stream = ContentLimit("a", 5).bound(io.BytesIO(b"12345"))
    room = bytearray(2)
    assert (stream.readinto(room), bytes(room)) == (2, b"12")  # type: ignore[attr-defined]
    assert stream.read() == b"345"
    assert stream.read(9) == b""
    assert stream.readable()
    with pytest.raises(DataError, match=r"^a: expected at most 4 bytes of content, got 5 and"):
        ContentLimit("a", 4).bound(io.BytesIO(b"12345")).read()


def test_nested_columns_are_left_out_unread(tmp_path: Path) -> None:
    nested(tmp_path / "lists.parquet")
    found = read_table(tmp_path / "lists.parquet")
    assert found.names == ("a", "kind")
    assert found.remarks == ("Columns of lists, structures or bytes were left out: many.",)


def test_a_damaged_bzip2_file(tmp_path: Path) -> None:
    content = bytearray(bz2.compress(b"a,kind\n1,x\n2,y\n" * 50))
    content[20] ^= 255
    (tmp_path / "rows.csv.bz2").write_bytes(content)
    with pytest.raises(DataError, match="expected an intact compressed file, got Invalid data"):
        read_table(tmp_path / "rows.csv.bz2")

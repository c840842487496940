"""The smaller measurements, made for real on little data."""

from __future__ import annotations

from functools import partial

from comparison.imports import ImportRow, import_tables, measure_imports
from comparison.memory import MemoryRow, measure_memory, memory_tables, peak_bytes
from comparison.prediction import measure_latency, measure_rows, prediction_tables
from comparison.roofline import Roofline, copy_bandwidth, roofline_tables, sgemm_peak
from comparison.rounds import Spread


def test_predictions_agree_and_are_timed(bench_of) -> None:
    bench = bench_of("chainrule", "numpy", "nn-digits", "reference")
    for measure, count in ((measure_latency, 1), (partial(measure_rows, count=20), 20)):
        result = measure(bench)
        assert result.rows_a_call == count
        ours, numpy, digits = result.rows
        assert (ours.note, numpy.note, ours.times, ours.threads) == ("", "", 1.0, 1)
        assert numpy.micros is not None
        assert numpy.micros.median > 0
        assert (digits.micros is None) == bool(digits.note)
    (table,) = prediction_tables(result)
    assert table.title == "Prediction of 20 rows by 784-128-10"
    assert [row[0] for row in table.rows] == ["chainrule", "NumPy, textbook", digits.title]


def test_the_roofline_is_above_nothing() -> None:
    assert sgemm_peak(1, 64) > 1e6
    assert copy_bandwidth(2, 1) > 1e6
    (table,) = roofline_tables(Roofline(2, (1.5e11, 2.9e11), (2.04e10, 3e10)))
    assert table.lines() == [
        "What the machine can do",
        "  what                             1 thread  2 threads",
        "  float32 matrix product, GFLOP/s       150        290",
        "  copy, GB/s read and written          20.4       30.0",
        "  The best of five tries.",
    ]


def test_imports_are_timed_and_what_is_missing_says_so(bench_of) -> None:
    rows = {row.title: row for row in measure_imports(bench_of("reference", "nn-digits"))}
    assert list(rows) == ["Python alone", "chainrule, ready to train", "neural-network-digits"]
    alone, ready = (rows[title].millis for title in list(rows)[:2])
    assert alone is not None
    assert ready is not None
    assert alone.low < ready.high
    digits = rows["neural-network-digits"]
    assert (digits.millis is None) == bool(digits.note)


def test_the_table_of_imports() -> None:
    rows = (ImportRow("A", "import a", Spread(2.0, 1.0, 1234.0)), ImportRow("B", "b", note="gone"))
    (table,) = import_tables(rows)
    assert table.rows == (("A", "2", "1", "1,234", "import a"), ("B", "-", "-", "-", "b"))
    assert table.note == "A whole process, start to end: median, least and greatest of 5. B: gone."


def test_memory_is_measured_in_a_process_of_its_own(bench_of) -> None:
    (row,) = measure_memory(bench_of("numpy"))
    assert row.note == ""
    assert row.idle is not None
    assert row.peak is not None
    assert row.idle <= row.peak
    here = peak_bytes()
    assert here is not None
    assert here > 10_000_000


def test_the_table_of_memory() -> None:
    rows = (MemoryRow("a", "A", 40_000_000, 1_234_000_000), MemoryRow("b", "B", note="gone"))
    (table,) = memory_tables(rows)
    assert table.rows == (("A", "40", "1,234"), ("B", "-", "-"))
    assert table.note.endswith("code loaded. B: gone.")

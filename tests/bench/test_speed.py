from __future__ import annotations

import math
from collections.abc import Callable

from comparison.bench_settings import Bench
from comparison.cases import Case
from comparison.rounds import Spread
from comparison.speed import CaseResult, SpeedRow, measure_case, measure_speed
from comparison.speed_tables import micros_text, speed_tables

PAPER = Case(layers=(20, 5, 2), batch_size=8, examples=32, data="table", paper=True)


def test_every_peer_has_a_row(bench_of: Callable[..., Bench], tiny: Case) -> None:
    bench = bench_of("chainrule", "reference", "numpy", "nn-digits", "onnxruntime")
    result = measure_case(bench, tiny)
    # one that only predicts has none
    names = ["chainrule", "reference", "numpy", "nn-digits"]
    assert [row.peer for row in result.rows] == names
    for row in result.rows[:3]:
        assert (row.agreement, row.note, row.threads) == ("same", "", 1), row
        assert row.micros is not None
        assert 0 < row.micros.low <= row.micros.median <= row.micros.high
        assert row.distance is not None
        assert row.distance < 1e-5
    assert (result.case, result.examples, result.flops) == (tiny.name, 32, 552)
    assert result.rows[0].times == 1.0
    assert result.best in ("NumPy, textbook", "neural-network-digits")
    assert result.ratio is not None
    assert result.share is not None
    assert math.isfinite(result.ratio)
    assert 0 < result.share < 1


def test_papers_nets_agree_too(bench_of: Callable[..., Bench]) -> None:
    bench = bench_of("reference", "numpy", cases=(PAPER,))
    (result,) = measure_speed(bench)
    assert [row.agreement for row in result.rows] == ["same", "same"]
    # without chainrule's own engine there is nothing to compare with
    assert (result.best, result.ratio, result.share) == ("", None, None)


RESULT = CaseResult(
    "20-32-2/32",
    100_000,
    2944,
    (
        SpeedRow(
            "chainrule", "chainrule", "", Spread(0.25, 0.2, 0.31), 1.0, 2.6e-6, "same", threads=2
        ),
        SpeedRow(
            "sklearn",
            "scikit-learn",
            "not the same computation (another)",
            Spread(123.4, 100.0, 200.0),
            493.6,
            None,
            "not the same computation",
            threads=1,
        ),
        SpeedRow("torch", "PyTorch", "torch is not installed"),
    ),
    "scikit-learn",
    493.6,
    0.0713,
)


def test_the_tables_in_full() -> None:
    overview, case = speed_tables([RESULT])
    assert overview.lines()[:3] == [
        "Training",
        "  network/batch  chainrule, µs    best other  its µs   ratio  kflop  share",
        "  20-32-2/32              0.25  scikit-learn     123  493.60      3    7 %",
    ]
    assert case.lines() == [
        "20-32-2/32, 100,000 examples an epoch",
        "  peer            µs  least  greatest   times    off  threads",
        "  chainrule     0.25    0.2      0.31    1.00  3e-06        2",
        "  scikit-learn   123    100       200  493.60      -        1",
        "  PyTorch          -      -         -       -      -        -",
        "  scikit-learn: not the same computation (another). PyTorch: torch is not installed.",
    ]


def test_no_case_is_no_table_and_no_time_a_dash() -> None:
    assert speed_tables([]) == ()
    assert micros_text(None) == micros_text(RESULT.rows[2]) == "-"

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.documents.nodes import Table
from chainrule.evaluation import Report, evaluate
from chainrule.network.network import Network


def report_lines(report: Report) -> list[str]:
    """The whole report as text, with an empty line between tables."""
    return [line for table in report.tables() for line in ("", *table.lines())][1:]


def test_the_lines_of_a_whole_report(echo: Network, insects: Dataset) -> None:
    lines = report_lines(evaluate(echo, insects))
    assert lines[:42] == [
        "Summary",
        "  data               insects, 5 examples",
        "  accuracy           60.00 % (3 of 5; all examples have equal weight)",
        "  95 % interval      23.07 % to 88.24 % (Wilson)",
        "  in the top two     100.00 %",
        "  baseline           40.00 % (always the most frequent class)",
        "  macro averages     precision 0.7778, recall 0.6667, F1 0.6111",
        "  mean confidence    70.00 %",
        "  calibration error  0.5000 (expected, over 15 bins)",
        "  Brier score        0.6184",
        "  mean cost          1.00053 (categorical_cross_entropy)",
        "",
        "Scores",
        "  score                                     value     95 % interval",
        "  balanced accuracy                        0.6667  0.2609 to 0.9189",
        "  ROC AUC, mean of the classes             0.7500  0.3563 to 0.9421",
        "  average precision, mean of the classes   0.7333  0.4036 to 0.9179",
        "  log-loss                                1.00053  0.4817 to 2.0782",
        "  Intervals: Wilson's with the jackknife's effective number of examples (AUC: DeLong's "
        "variance); log-loss: log-normal.",
        "",
        "Each class against the rest",
        "  class  ROC AUC     95 % interval  average precision     95 % interval",
        "  ant     0.7500  0.1979 to 0.9733             0.5000  0.0945 to 0.9055",
        "  bee     1.0000  0.5101 to 1.0000             1.0000  0.5101 to 1.0000",
        "  cat     0.5000  0.0945 to 0.9055             0.7000  0.2550 to 0.9409",
        "",
        "Classes",
        "  class  examples  answered  precision  recall      F1",
        "  ant           1         3     0.3333  1.0000  0.5000",
        "  bee           2         1     1.0000  0.5000  0.6667",
        "  cat           2         1     1.0000  0.5000  0.6667",
        "",
        "Confusion matrix: true classes in rows, answers in columns",
        "       ant  bee  cat",
        "  ant    1    ·    ·",
        "  bee    1    1    ·",
        "  cat    1    ·    1",
        "",
        "Most frequent confusions",
        "  true class  answer  examples  of the class",
        "  bee            ant         1       50.00 %",
        "  cat            ant         1       50.00 %",
    ]
    assert lines[42:45] == [
        "",
        "Calibration",
        "  confidence      examples  mean confidence  accuracy     95 % interval",
    ]
    assert lines[-5:] == [
        "Most confident mistakes, by confidence",
        "  row  true class  answer   output      runner-up",
        "  4           cat     ant  90.00 %   cat (8.00 %)",
        "  1           bee     ant  60.00 %  bee (30.00 %)",
        "  Rows count from 0.",
    ]


def test_bins_without_examples_are_left_out(echo: Network, insects: Dataset) -> None:
    (table,) = (t for t in evaluate(echo, insects).tables() if t.title == "Calibration")
    assert len(table.rows) == 5
    assert table.rows[0] == ("0.467 to 0.533", "1", "0.5000", "1.0000", "0.2065 to 1.0000")
    assert table.note == "Confidence is the probability of the class answered."


def test_numbers_have_a_table_of_outputs() -> None:
    network = Network.create([1, 2], "identity", biases=False).with_parameters([1.0, 1.0])
    data = Dataset(
        np.array([[1.0], [2.0]]),
        np.array([[1.0, 7.0], [3.0, 7.0]]),
        sample_weights=np.array([1.0, 1.0]),
    )
    assert report_lines(evaluate(network, data)) == [
        "Summary",
        "  data       data, 2 examples",
        "  mean cost  15.5 (half_squared_error, weighted by the data set's sample weights)",
        "",
        "Outputs",
        "  output  mean absolute error  root mean squared error   R²",
        "  1                       0.5                 0.707107  0.5",
        "  2                       5.5                  5.52268    -",
        "  All examples have equal weight.",
        "",
        "Scores",
        "  score                                   value          95 % interval",
        "  R² of output 1                            0.5  -0.999219 to 0.874951",
        "  mean absolute error of output 1           0.5    0.125049 to 1.99922",
        "  root mean squared error of output 1  0.707107    0.353622 to 1.41394",
        "  median absolute error of output 1         0.5                      -",
        "  R² of output 2                              -                      -",
        "  mean absolute error of output 2           5.5      4.84892 to 6.2385",
        "  root mean squared error of output 2   5.52268     4.87395 to 6.25776",
        "  median absolute error of output 2         5.5                      -",
        "  In the target's own unit. Intervals: log-normal by the jackknife (R²: of 1 - R²); "
        "median: exact.",
    ]


def test_without_calibration_the_summary_says_why_and_mistakes_go_by_margin() -> None:
    network = Network.create([2, 2], "identity", biases=False).with_parameters([1.0, 0, 0, 1])
    data = Dataset(np.array([[5.0, -3.0]]), np.array([1]), class_names=("a", "b"))
    tables = {table.title: table for table in evaluate(network, data).tables()}
    assert "Calibration" not in tables
    summary = dict(tables["Summary"].rows)
    assert summary["calibration"] == (
        "Calibration is not defined: outputs of identity are not shares from 0 to 1"
    )
    assert "in the top two" not in summary
    assert tables["Most confident mistakes, by margin"].rows == (("0", "b", "a", "5", "b (-3)"),)


def test_a_flawless_network_has_no_tables_of_mistakes(echo: Network, insects: Dataset) -> None:
    titles = [t.title for t in evaluate(echo, insects.subset([0, 2, 3])).tables()]
    assert titles == [
        "Summary",
        "Scores",
        "Each class against the rest",
        "Classes",
        "Confusion matrix: true classes in rows, answers in columns",
        "Calibration",
    ]


def test_a_matrix_too_wide_to_read_is_left_to_the_confusions() -> None:
    names = tuple(f"c{k}" for k in range(21))
    network = replace(Network.create([21, 21], "softmax"), class_names=names)
    data = Dataset(np.eye(21), np.arange(21), class_names=names)
    titles = [t.title for t in evaluate(network, data).tables()]
    assert not any(title.startswith("Confusion matrix") for title in titles)
    assert "Most frequent confusions" in titles


def test_a_table_without_header_and_with_a_note() -> None:
    table = Table("Sizes", (), (("ants", "12"), ("bumblebees", "7")), "In thousands.")
    assert table.lines() == [
        "Sizes",
        "  ants        12",
        "  bumblebees  7",
        "  In thousands.",
    ]

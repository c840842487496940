"""What each example adds to AUC and average precision, beside weights changed a little."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from chainrule.evaluation.ranking import auc_influence, precision_influence, roc_points

RANDOM = np.random.default_rng(3)
TRUTH = np.array([True] * 12 + [False] * 23)
OUTPUTS = {
    "all different": RANDOM.standard_normal(35) + TRUTH,
    "many equal": RANDOM.integers(0, 4, 35).astype(float) + TRUTH,
    "all equal": np.zeros(35),
    "no error": np.arange(35.0)[::-1],
}


@pytest.mark.parametrize("outputs", OUTPUTS.values(), ids=OUTPUTS)
@pytest.mark.parametrize(
    ("score", "influence"),
    [(roc_auc_score, auc_influence), (average_precision_score, precision_influence)],
)
def test_the_influence_is_the_derivative_by_the_weight(score, influence, outputs) -> None:
    found = influence(TRUTH, outputs, score(TRUTH, outputs))
    for i in range(len(TRUTH)):
        more, less = np.ones(35), np.ones(35)
        more[i], less[i] = 1 + 1e-5, 1 - 1e-5
        ends = [score(TRUTH, outputs, sample_weight=weights) for weights in (more, less)]
        assert found[i] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)


def test_the_variance_of_the_auc_is_delong_s() -> None:
    outputs = OUTPUTS["all different"]
    own, others = outputs[TRUTH], outputs[~TRUTH]
    beats = own[:, None] > others[None]
    delong = beats.mean(axis=1).var() / 12 + beats.mean(axis=0).var() / 23
    found = auc_influence(TRUTH, outputs, beats.mean())
    assert np.square(found).sum() == pytest.approx(delong)


def test_the_curve_begins_at_the_bottom_left_and_cannot_be_written_to() -> None:
    curve = roc_points(TRUTH, OUTPUTS["all different"])
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0, 0)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1, 1)
    assert np.isinf(curve.threshold[0])
    with pytest.raises(ValueError, match="read-only"):
        curve.threshold[0] = 1

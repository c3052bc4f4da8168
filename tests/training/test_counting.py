"""One confusion matrix as the papers' programs count it."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.metrics import accuracy
from training.counting import amm_fusenet_counts, asanet_counts

# Run with ASANet's metric; rows = label, columns = prediction, class 5 never labelled (DATASETS_ASANET.md, section 7).
WORKED = np.array(
    [
        [1669, 100, 116, 119, 112, 116],
        [124, 1749, 103, 113, 112, 115],
        [145, 124, 1777, 126, 107, 123],
        [114, 123, 114, 1720, 138, 131],
        [118, 116, 124, 124, 1783, 118],
        [0, 0, 0, 0, 0, 0],
    ]
)


def test_worked_example_of_asanets_metric_comes_out_to_the_printed_digits() -> None:
    assert asanet_counts(accuracy(WORKED)) == {
        "OA": 74.51, "mIoU": 51.60, "mAcc": 74.52, "mFscore": 76.48, "mPrecision": 65.47, "mRecall": 74.52,
        "Kappa": 68.55,
    }  # fmt: skip
    measured = accuracy(WORKED)
    np.testing.assert_allclose(100 * measured.iou, [61.07, 62.94, 62.15, 60.95, 62.52, 0.0], atol=5e-3)
    np.testing.assert_allclose(100 * measured.f1, [75.83, 77.25, 76.66, 75.74, 76.94, 0.0], atol=5e-3)


def test_amm_fusenet_exchanges_users_and_producers_accuracy() -> None:
    # Labels 4 and 6; class 0: 3 of 4 right, 3 of 5 predicted right; class 1: 4 of 6, 4 of 5. OA 7 / 10
    counts = amm_fusenet_counts(accuracy([[3, 1], [2, 4]]))
    ua, pa = (3 / 4 + 4 / 6) / 2, (3 / 5 + 4 / 5) / 2  # means of what is usually called PA and UA
    assert counts == {
        "Overall Acc": 0.7,
        "UA": pytest.approx(ua, abs=5e-5),
        "PA": pytest.approx(pa, abs=5e-5),
        "f1": pytest.approx(2 * ua * pa / (ua + pa), abs=5e-5),
        "Mean IoU": pytest.approx((3 / 6 + 4 / 7) / 2, abs=5e-5),
        "FreqW Acc": pytest.approx(0.4 * 3 / 6 + 0.6 * 4 / 7, abs=5e-5),
    }


def test_amm_fusenet_leaves_classes_out_as_its_means_do() -> None:
    # Class 1 is labelled and never predicted: left out of its PA, 0 in its UA and IoU. Class 2 does not occur at all.
    counts = amm_fusenet_counts(accuracy([[4, 0, 0], [1, 0, 0], [0, 0, 0]]))
    assert (counts["UA"], counts["PA"], counts["Mean IoU"]) == (0.5, 0.8, 0.4)
    assert counts["FreqW Acc"] == pytest.approx(0.8 * 0.8)

"""One confusion matrix under the names and rules of the papers' own programs, in percent or shares as they print.

Ours are `rgbsar_core.metrics`; this is for comparing with published tables.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rgbsar_core.metrics import Accuracy, nan_mean


def published_counts(measured: Accuracy) -> dict[str, dict[str, Any]]:
    """Both papers' figures: {"asanet": ..., "amm_fusenet": ...}."""
    return {"asanet": asanet_counts(measured), "amm_fusenet": amm_fusenet_counts(measured)}


def asanet_counts(measured: Accuracy) -> dict[str, float | None]:
    """As ASANet's evaluation prints them: percent, two decimals.

    Means leave classes out that have no value, background included where it is a class. A class that is never found,
    or found where it never is, has no F there; ours is 0.

    Source: evaluation of whu-pzhang/ASANet at commit 58f64c3.
    """
    users, producers = measured.users, measured.producers
    with np.errstate(invalid="ignore"):
        f_values = 2.0 * users * producers / (users + producers)
    figures = {
        "OA": measured.overall,
        "mIoU": measured.mean_iou,
        "mAcc": nan_mean(measured.producers),
        "mFscore": nan_mean(f_values),
        "mPrecision": nan_mean(measured.users),
        "mRecall": nan_mean(measured.producers),
        "Kappa": measured.kappa,
    }
    return {name: _plain(100.0 * value, 2) for name, value in figures.items()}


def amm_fusenet_counts(measured: Accuracy) -> dict[str, float | None]:
    """As AMM-FuseNet's evaluation prints them: shares.

    Its "UA" is the mean producer's accuracy and its "PA" the mean user's accuracy, exchanged against the usual
    meaning; "f1" is the harmonic mean of these two means, not the mean over the classes.

    Source: metrics of oktaykarakus/ReSIF at commit 646da1a.
    """
    ua, pa = nan_mean(measured.producers), nan_mean(measured.users)
    shares = measured.matrix.sum(axis=1) / max(measured.matrix.sum(), 1)
    occurs = shares > 0
    figures = {
        "Overall Acc": measured.overall,
        "UA": ua,
        "PA": pa,
        "f1": 2.0 * ua * pa / (ua + pa) if ua + pa > 0 else math.nan,
        "Mean IoU": measured.mean_iou,
        "FreqW Acc": float(np.sum(shares[occurs] * measured.iou[occurs])),
    }
    return {name: _plain(value, 4) for name, value in figures.items()}


def _plain(value: float, digits: int) -> float | None:
    return None if math.isnan(value) else round(value, digits)

"""Accuracies and areas from a stratified sample whose strata are not the classes of the map that is assessed.

So it is when a map was improved after the sample was drawn from it, or when one sample serves several maps.

Source: Stehman, Estimating area and map accuracy for stratified random sampling when the strata are different from
the map classes, International Journal of Remote Sensing 35(13), 2014, 4923-4939 (doi:10.1080/01431161.2014.930207).
The finite population's correction is left out, as in `area_estimates`, but for strata that were sampled whole.
"""

from __future__ import annotations

from typing import Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..metrics import confusion_matrix
from .area_estimates import AreaEstimates, Numbers


def estimate_from_strata(
    reference: ArrayLike,
    mapped: ArrayLike,
    strata: ArrayLike,
    stratum_areas: ArrayLike,
    mapped_areas: ArrayLike,
    complete: Optional[ArrayLike] = None,
) -> AreaEstimates:
    """Estimate accuracies and areas of a map from units drawn in strata of any kind.

    Args:
        reference, mapped: (n,) class index of every unit, 0 to K - 1.
        strata: (n,) stratum of every unit, 0 to H - 1.
        stratum_areas: (H,) area of each stratum; together they are the whole map.
        mapped_areas: (K,) area of each class in the map, in the same unit; reported, not used.
        complete: (H,) True for a stratum all of whose pixels are in the sample; None for none.

    Raises:
        InputError: arrays that do not belong together, or a stratum with an area and without a unit.
    """
    rows, columns, drawn = (np.asarray(values, dtype=np.int64) for values in (reference, mapped, strata))
    areas = np.asarray(stratum_areas, dtype=np.float64)
    classes = np.asarray(mapped_areas, dtype=np.float64)
    if not len(rows) == len(columns) == len(drawn) or not np.isfinite(areas).all() or not areas.sum() > 0:
        raise InputError("Units, strata and areas do not belong together. Give one stratum and class for every unit.")
    counts = np.bincount(drawn, minlength=len(areas))
    empty = np.flatnonzero((areas > 0) & (counts[: len(areas)] == 0))
    if len(counts) > len(areas) or len(empty):
        raise InputError(
            "A stratum has no unit, or a unit no stratum; expected two or more units in each. Label units there too."
        )
    weights = areas / areas.sum()
    by_chance = weights > 0 if complete is None else (weights > 0) & ~np.asarray(complete, dtype=bool)
    ones = np.ones(len(rows))

    def ratio(numerator: NDArray[np.bool_], denominator: Numbers) -> tuple[float, float]:
        return _ratio(numerator.astype(np.float64), denominator, drawn, weights, by_chance)

    number = len(classes)
    right = rows == columns
    overall = ratio(right, ones)
    users = [ratio(right & (columns == k), (columns == k).astype(np.float64)) for k in range(number)]
    producers = [ratio(right & (rows == k), (rows == k).astype(np.float64)) for k in range(number)]
    shares = [ratio(rows == k, ones) for k in range(number)]
    cells = [[ratio((rows == i) & (columns == j), ones)[0] for j in range(number)] for i in range(number)]
    return AreaEstimates(
        counts=confusion_matrix(rows, columns, number),
        mapped_areas=classes,
        proportions=np.array(cells),
        overall=overall[0],
        overall_error=overall[1],
        users=_column(users, 0),
        users_errors=_column(users, 1),
        producers=_column(producers, 0),
        producers_errors=_column(producers, 1),
        areas=_column(shares, 0) * areas.sum(),
        area_errors=_column(shares, 1) * areas.sum(),
    )


def _ratio(
    y: Numbers, x: Numbers, strata: NDArray[np.int64], weights: Numbers, by_chance: NDArray[np.bool_]
) -> tuple[float, float]:
    """The ratio R of two weighted means (the source's combined ratio) and its standard error; NaN where undefined.

    With x = 1 it is the weighted mean of y. The source's variance s_y^2 + R^2 s_x^2 - 2 R s_xy within a stratum is
    that of y - R x.
    """
    units = np.bincount(strata, minlength=len(weights)).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(weights > 0, weights / units, 0.0)
        base = float(share @ np.bincount(strata, x, len(weights)))
        estimate = float(np.float64(share @ np.bincount(strata, y, len(weights))) / base)
        residuals = y - estimate * x
        means = np.bincount(strata, residuals, len(weights)) / units
        squares = np.bincount(strata, (residuals - means[strata]) ** 2, len(weights))
        spread = np.where(by_chance, weights**2 * squares / (units - 1.0) / units, 0.0)
        return estimate, float(np.sqrt(spread.sum()) / np.float64(base))


def _column(pairs: list[tuple[float, float]], index: int) -> Numbers:
    return np.array([pair[index] for pair in pairs])

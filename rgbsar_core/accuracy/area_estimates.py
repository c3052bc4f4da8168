"""Accuracies and areas of a map from a probability sample, with their standard errors.

Source: Olofsson et al., Good practices for estimating area and assessing accuracy of land change, Remote Sensing
of Environment 148, 2014, 42-57 (doi:10.1016/j.rse.2014.02.015); equation numbers below are theirs. The sample is
stratified by the map's classes, simple random within each; a simple random or systematic sample of the whole map
counts as post-stratified and takes the same formulas (their section 5.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError

Z_95 = 1.96
"""Standard errors on each side of a 95 % confidence interval, as the source has it."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class AreaEstimates:
    """Estimates of one sample; NaN where the sample cannot tell.

    Attributes:
        counts: (K, K) sample units, `[reference, predicted]`.
        mapped_areas: (K,) area of each class in the map, in the unit given.
        proportions: (K, K) estimated share of the whole area, `[reference, predicted]` (equation 4).
        overall, overall_error: share of the area that is right, and its standard error (equations 1 and 5).
        users, users_errors: (K,) share of what is mapped as a class that is one (equations 2 and 6).
        producers, producers_errors: (K,) share of a class that is mapped as one (equations 3 and 7).
        areas, area_errors: (K,) area of each class by the reference, in the unit given (equations 9 to 11).
    """

    counts: NDArray[np.int64]
    mapped_areas: Numbers
    proportions: Numbers
    overall: float
    overall_error: float
    users: Numbers
    users_errors: Numbers
    producers: Numbers
    producers_errors: Numbers
    areas: Numbers
    area_errors: Numbers

    @property
    def f1(self) -> Numbers:
        """(K,) harmonic mean of user's and producer's accuracy."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return 2.0 * self.users * self.producers / (self.users + self.producers)

    def to_json(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Plain data; every estimate with the half width of its 95 % confidence interval; None where undefined.

        Args:
            names: of the classes in channel order.
        """
        classes = {
            name: {
                "sample_units_mapped": int(self.counts[:, k].sum()),
                "sample_units_reference": int(self.counts[k].sum()),
                "users_accuracy": _estimate(self.users[k], self.users_errors[k]),
                "producers_accuracy": _estimate(self.producers[k], self.producers_errors[k]),
                "mapped_area": float(self.mapped_areas[k]),
                "area": _estimate(self.areas[k], self.area_errors[k]),
            }
            for k, name in enumerate(names)
        }
        return {"overall_accuracy": _estimate(self.overall, self.overall_error), "classes": classes}


def estimate_areas(
    matrix: ArrayLike, mapped_areas: ArrayLike, complete: Optional[ArrayLike] = None
) -> AreaEstimates:
    """Estimate accuracies and areas from the counts of a probability sample.

    Args:
        matrix: (K, K) sample units, `[reference, predicted]`.
        mapped_areas: (K,) area of each class in the whole map, in pixels, hectares or any other unit.
        complete: (K,) True for a mapped class all of whose pixels are in the sample, which leaves chance nothing; None
            for none. In the others the finite population's correction is left out, as in the source.

    Raises:
        InputError: shapes that do not belong together, a negative number, a mapped class without a unit.
    """
    counts = np.asarray(matrix, dtype=np.int64)
    areas = np.asarray(mapped_areas, dtype=np.float64)
    if counts.ndim != 2 or counts.shape != (len(areas), len(areas)):
        raise InputError(
            f"The counts have the shape {counts.shape} and there are {len(areas)} mapped areas; expected K x K and K. "
            "Use one list of classes for both."
        )
    if counts.min(initial=0) < 0 or not np.isfinite(areas).all() or areas.min(initial=0.0) < 0 or areas.sum() <= 0:
        raise InputError("Counts and mapped areas must be 0 or more, and some area mapped. Check the map.")
    sampled = counts.sum(axis=0)  # units per mapped class
    empty = np.flatnonzero((areas > 0) & (sampled == 0))
    if len(empty):
        raise InputError(
            f"No sample unit lies in the mapped class number {empty[0] + 1}, though the map has that class; expected "
            "two or more in each. Add units there, or join the class with another one."
        )
    total = areas.sum()
    weights = areas / total
    share = np.divide(counts, sampled, out=np.zeros(counts.shape), where=sampled > 0)  # of a stratum, [reference, map]
    proportions = share * weights
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = share * (1.0 - share) / (sampled - 1.0)  # of `share`; NaN or infinite below two units
    variance[:, (areas == 0) | (False if complete is None else np.asarray(complete, dtype=bool))] = 0.0
    variance[~np.isfinite(variance)] = np.nan
    users = np.where(sampled > 0, np.diag(share), np.nan)
    users_variance = np.where(sampled > 0, np.diag(variance), np.nan)
    truth = proportions.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        producers = np.diag(proportions) / truth
    return AreaEstimates(
        counts=counts,
        mapped_areas=areas,
        proportions=proportions,
        overall=float(np.trace(proportions)),
        overall_error=float(np.sqrt((weights**2 * np.diag(variance)).sum())),
        users=users,
        users_errors=np.sqrt(users_variance),
        producers=producers,
        producers_errors=_producers_errors(producers, share, variance, areas),
        areas=truth * total,
        area_errors=np.sqrt((weights**2 * variance).sum(axis=1)) * total,
    )


def _producers_errors(producers: Numbers, share: Numbers, variance: Numbers, areas: Numbers) -> Numbers:
    """Equation 7: (K,) standard errors of the producer's accuracies."""
    own = areas**2 * (1.0 - producers) ** 2 * np.diag(variance)
    others = areas**2 * variance
    np.fill_diagonal(others, 0.0)
    estimated = share @ areas  # area of each class by the reference
    with np.errstate(divide="ignore", invalid="ignore"):
        errors: Numbers = np.sqrt(own + producers**2 * others.sum(axis=1)) / estimated
    return errors


def _estimate(value: float, error: float) -> dict[str, float | None]:
    return {"estimate": _plain(value), "half_width_95": _plain(Z_95 * error)}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

"""How many sample units an accuracy assessment needs, in which classes, and which ones chance picks.

Sources: Olofsson et al., Remote Sensing of Environment 148, 2014, 42-57 (doi:10.1016/j.rse.2014.02.015), section
5.1; Cochran, Sampling Techniques, 1977, equation 5.25.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError

ALLOCATIONS = ("good practice", "proportional", "equal", "optimal")
LEAST_ERROR = 1e-6
"""Standard error that takes more points than anybody labels."""


def sample_size(mapped_areas: ArrayLike, expected_users: ArrayLike, target_error: float) -> int:
    """Units that give the overall accuracy the wanted standard error if they are allocated optimally.

    n = (sum(W S) / S(O))^2 with S = sqrt(U (1 - U)); Olofsson's equation 13, which leaves out the finite
    population's correction. Other allocations serve the single classes better and the overall accuracy a little
    worse: see `expected_error`.

    Args:
        mapped_areas: (K,) area of each class in the map, in any unit.
        expected_users: (K,) user's accuracies to be expected, 0 to 1.
        target_error: wanted standard error of the overall accuracy, such as 0.01.

    Raises:
        InputError: numbers outside these ranges, or not one accuracy a class.
    """
    weights, deviations = _strata(mapped_areas, expected_users)
    if not LEAST_ERROR <= target_error < 0.5:
        raise InputError(
            f"The target standard error is {target_error}; expected {LEAST_ERROR} to less than 0.5. Correct it."
        )
    return max(1, math.ceil(round(float((weights @ deviations) / target_error) ** 2, 9)))


def allocate(
    total: int,
    mapped_areas: ArrayLike,
    *,
    rule: str = "good practice",
    expected_users: ArrayLike | None = None,
    least: int = 50,
) -> tuple[int, ...]:
    """Spread sample units over the mapped classes.

    Args:
        total: units in all.
        mapped_areas: (K,) area of each class in the map.
        rule: "good practice" gives every class `least` units and the rest by area (Olofsson, section 5.1.2);
            "proportional" by area; "equal"; "optimal" by area times deviation (Neyman's), which wants
            `expected_users`.
        expected_users: (K,) user's accuracies to be expected, 0 to 1.
        least: units every mapped class gets under "good practice"; fewer where `total` does not suffice.

    Returns:
        Units per class, in their order; their sum is `total`. A class without area gets none.

    Raises:
        InputError: an unknown rule, or fewer units than mapped classes.
    """
    if rule not in ALLOCATIONS:
        raise InputError(f"The allocation {rule!r} is unknown; expected {', '.join(ALLOCATIONS)}. Choose one of them.")
    areas = _areas(mapped_areas)
    mapped = areas > 0
    if total < mapped.sum():
        raise InputError(f"{total} units for {mapped.sum()} mapped classes; expected one a class or more. Add units.")
    if rule == "good practice":
        floor = min(least, total // int(mapped.sum()))
        fixed = np.where(_small(areas, total, floor), floor, 0)
        return _shares(total - int(fixed.sum()), np.where(fixed > 0, 0.0, areas), fixed)
    if rule == "equal":
        return _shares(total, mapped.astype(np.float64))
    if rule == "optimal":
        if expected_users is None:
            raise InputError("The optimal allocation needs expected user's accuracies. Give one a class.")
        weights, deviations = _strata(areas, expected_users)
        return _shares(total, weights * np.maximum(deviations, 1e-6))
    return _shares(total, areas)


def expected_error(mapped_areas: ArrayLike, expected_users: ArrayLike, units: Sequence[int]) -> float:
    """Standard error of the overall accuracy that an allocation will give, if the classes are as accurate as expected.

    sqrt(sum(W^2 U (1 - U) / n)); Olofsson's equation 5 for large n.

    Args:
        mapped_areas: (K,) area of each class in the map.
        expected_users: (K,) user's accuracies to be expected, 0 to 1.
        units: (K,) sample units per class, 1 or more in every mapped one.

    Raises:
        InputError: as `sample_size`.
    """
    weights, deviations = _strata(mapped_areas, expected_users)
    return math.sqrt(float(np.sum((weights * deviations) ** 2 / np.maximum(np.asarray(units), 1))))


def draw_ranks(population: int, count: int, generator: np.random.RandomState) -> NDArray[np.int64]:
    """A simple random sample without replacement of the numbers 0 to population - 1, in ascending order.

    `RandomState` gives the same numbers with every version of numpy (NEP 19); memory grows with `count` only.

    Args:
        population: of the stratum, pixels.
        count: how many to draw, at most `population`.
        generator: seeded; it moves on.
    """
    if 2 * count > population:
        return np.sort(generator.permutation(population)[:count]).astype(np.int64)
    drawn = np.empty(0, np.int64)
    while len(drawn) < count:
        more = generator.randint(0, population, count - len(drawn), dtype=np.int64)
        drawn = np.unique(np.concatenate([drawn, more]))
    return drawn


def _strata(mapped_areas: ArrayLike, expected_users: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    areas = _areas(mapped_areas)
    users = np.asarray(expected_users, dtype=np.float64)
    if users.shape != areas.shape or not ((users >= 0.0) & (users <= 1.0)).all():
        raise InputError(
            f"{users.size} expected user's accuracies for {areas.size} classes; expected one of 0 to 1 for each class."
        )
    return areas / areas.sum(), np.sqrt(users * (1.0 - users))


def _areas(mapped_areas: ArrayLike) -> NDArray[np.float64]:
    areas = np.asarray(mapped_areas, dtype=np.float64)
    if areas.ndim != 1 or not np.isfinite(areas).all() or areas.min(initial=0.0) < 0 or areas.sum() <= 0:
        raise InputError("The mapped areas must be 0 or more, and some area mapped. Choose a class map.")
    return areas


def _small(areas: NDArray[np.float64], total: int, floor: int) -> NDArray[np.bool_]:
    """Mapped classes whose share by area, after those before them have got `floor` units, is less than that."""
    small = np.zeros(len(areas), bool)
    while True:
        large = np.where(small, 0.0, areas)
        shares = large / large.sum() * (total - floor * int(small.sum()))
        more = (large > 0) & (shares < floor - 1e-9)
        if not more.any():
            return small
        small |= more


def _shares(total: int, weights: NDArray[np.float64], fixed: Sequence[int] | NDArray[np.int64] = ()) -> tuple[int, ...]:
    """`fixed` and, by largest remainders, `total` in proportion to `weights`; one at least where a weight is."""
    base = np.zeros(len(weights), dtype=np.int64) if len(fixed) == 0 else np.asarray(fixed, dtype=np.int64).copy()
    wanted = weights > 0
    if not wanted.any():
        return tuple(int(n) for n in base)
    exact = weights / weights.sum() * total
    units = np.maximum(np.floor(exact).astype(np.int64), wanted.astype(np.int64))
    remainders = exact - np.floor(exact)
    while units.sum() < total:
        best = int(np.argmax(np.where(wanted, remainders, -1.0)))
        units[best] += 1
        remainders[best] = -1.0
    while units.sum() > total:
        units[int(np.argmax(units))] -= 1
    return tuple(int(n) for n in base + units)

"""Mean and deviation of bands over pixels that come tile by tile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .check_job import BandFacts


class RunningStatistics:
    """Merges the moments of each tile with those before, which loses no digits however many pixels come.

    Source: Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
    """

    def __init__(self, bands: int) -> None:
        self._count = 0
        self._mean = np.zeros(bands)
        self._squares = np.zeros(bands)
        self._low = np.full(bands, np.inf)
        self._high = np.full(bands, -np.inf)

    def add(self, values: NDArray[np.float64]) -> None:
        """Take (C, N) valid values."""
        count = values.shape[1]
        if count == 0:
            return
        mean = values.mean(axis=1)
        squares = ((values - mean[:, None]) ** 2).sum(axis=1)
        total = self._count + count
        step = mean - self._mean
        self._squares += squares + step**2 * self._count * count / total
        self._mean += step * count / total
        self._count = total
        self._low = np.minimum(self._low, values.min(axis=1))
        self._high = np.maximum(self._high, values.max(axis=1))

    def facts(self, names: Sequence[str]) -> tuple[BandFacts, ...]:
        """What was found, band by band; nothing before the first pixel."""
        if not self._count:
            return ()
        stds = np.sqrt(self._squares / self._count)
        columns = (self._low, self._high, self._mean, stds)
        return tuple(BandFacts(name, *map(float, numbers)) for name, *numbers in zip(names, *columns))

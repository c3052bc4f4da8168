"""How far the SAR images of a data set lie beside its optical images, told by many tiles together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..alignment.matching import MARGIN, Surface, combine, correlation_surface

FARTHEST = 16
_LEAST_INSIDE = 32
_LARGEST_ERROR = 1.0


@dataclass(frozen=True)
class TileShift:
    """Pixels by which the SAR images lie below (`row`) and right of (`column`) the optical ones.

    Args:
        row, column: what all tiles together speak for.
        error: its standard error, pixels.
        certain: whether it is more than chance and known to a pixel.
        tiles: how many told something.
        looked_at: of how many.
    """

    row: float
    column: float
    error: float
    certain: bool
    tiles: int
    looked_at: int

    @property
    def pixels(self) -> float:
        """Its length."""
        return float(np.hypot(self.row, self.column))


class ShiftMeter:
    """Collects what tiles say of the shift; one tile alone often misleads, all together seldom do.

    Shifts are looked for up to 16 pixels, in tiles of less than 80 pixels up to as many as they allow.
    """

    def __init__(self) -> None:
        self._search: Optional[int] = None
        self._surfaces: list[Surface] = []
        self._looked_at = 0

    def look(self, optical: NDArray[Any], sar: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Take one tile.

        Args:
            optical, sar: (C, h, w); a SAR band without negative numbers is compared as its logarithm.
            valid: (h, w) True where both are measurements.
        """
        self._looked_at += 1
        search = min(FARTHEST, (min(valid.shape) - _LEAST_INSIDE) // 2 - MARGIN)
        if search < 1 or self._search not in (None, search) or not valid.any():
            return
        self._search = search
        band = sar[:1].astype(float)
        if (band[:, valid] >= 0).all():
            band = np.log(np.maximum(np.where(valid, band, 1.0), 1e-6))
        surface = correlation_surface(optical, band, valid, valid, search)
        if surface is not None:
            self._surfaces.append(surface)

    def result(self) -> Optional[TileShift]:
        """The shift, or None if no tile told anything."""
        if not self._surfaces:
            return None
        shift, error = combine(self._surfaces)
        certain = shift.reliable and error <= _LARGEST_ERROR
        return TileShift(shift.row, shift.column, error, certain, len(self._surfaces), self._looked_at)

"""What travels between the raster side and the engine: full-width rows of pixels, and of map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

OPTICAL_VALID = 1
SAR_VALID = 2
BOTH_VALID = OPTICAL_VALID | SAR_VALID
CONFIDENCE_NODATA = 255


@dataclass(frozen=True)
class Strip:
    """Raw pixels of both modalities on one grid; strips come in row order without gaps.

    Args:
        row: first row in the grid.
        optical: (C_opt, h, W) in the file's data type, or None where no optical layer is read.
        sar: (C_sar, h, W) likewise.
        valid: (h, W) uint8; bit 1 set where the optical pixel is valid, bit 2 where the SAR pixel is.
    """

    row: int
    optical: Optional[NDArray[Any]]
    sar: Optional[NDArray[Any]]
    valid: NDArray[np.uint8]

    @property
    def height(self) -> int:
        """Rows in this strip."""
        return int(self.valid.shape[0])


@dataclass(frozen=True)
class RowBlock:
    """Finished rows of the map.

    Args:
        row: first row in the grid.
        labels: (h, W) uint8 class values, 0 = nodata.
        confidence: (h, W) uint8, highest class probability in percent, 255 = nodata.
        probabilities: (K, h, W) uint8 percent, 255 = nodata, or None when not asked for.
    """

    row: int
    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    probabilities: Optional[NDArray[np.uint8]] = None

    @property
    def height(self) -> int:
        """Rows in this block."""
        return int(self.labels.shape[0])

    def within(self, first_row: int, stop_row: int) -> Optional[RowBlock]:
        """The part of the block on these raster rows; None if there is none."""
        first, stop = max(first_row - self.row, 0), min(stop_row - self.row, self.height)
        if first >= stop:
            return None
        if (first, stop) == (0, self.height):
            return self
        part = slice(first, stop)
        shares = None if self.probabilities is None else self.probabilities[:, part]
        return RowBlock(self.row + first, self.labels[part], self.confidence[part], shares)

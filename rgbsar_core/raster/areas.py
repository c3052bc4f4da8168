"""Ground per class, counted while the rows of a map pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..errors import ClassMapError
from ..legend import Legend
from ..results import ClassArea
from ..strips import RowBlock
from .class_map import ClassMap
from .grid import Grid

_UNEVEN_PIXELS = 0.05


class AreaTally:
    """Pixels and ground area per class, counted while the rows pass."""

    def __init__(self, grid: Grid, legend: Legend) -> None:
        self._grid = grid
        self._legend = legend
        self._pixels: NDArray[np.int64] = np.zeros(256, np.int64)
        self._square_metres: NDArray[np.float64] = np.zeros(256)

    def add(self, block: RowBlock) -> None:
        """Count the rows of one block."""
        self.add_rows(block.row, block.labels)

    def add_rows(self, first: int, labels: NDArray[np.uint8]) -> None:
        """Count (h, W) class values whose first row is `first`."""
        counts = _row_counts(labels, (0, *self._legend.values))
        self._pixels += counts.sum(axis=0)
        for row, row_counts in enumerate(counts, start=first):  # one by one: sums must not depend on the blocks
            self._square_metres += self._grid.pixel_area_m2(row) * row_counts

    @property
    def nodata_pixels(self) -> int:
        """Pixels without a class."""
        return int(self._pixels[0])

    @property
    def unnamed(self) -> tuple[int, ...]:
        """Values found that are no class of the legend."""
        return tuple(int(value) for value in np.flatnonzero(self._pixels) if value not in (0, *self._legend.values))

    def areas(self) -> tuple[ClassArea, ...]:
        """One entry per class of the legend, also where none was found."""
        return tuple(
            ClassArea(c.value, c.name, c.color, int(self._pixels[c.value]), float(self._square_metres[c.value]))
            for c in self._legend.classes
        )


def _row_counts(labels: NDArray[np.uint8], expected: tuple[int, ...]) -> NDArray[np.int64]:
    """(h, 256) pixels of each value in each row of (h, W) labels; fast where all values are expected ones.

    Few calls, and such as let other threads run: that of the network must not wait. Eight pixels are counted at a time,
    in the bytes of one number, 255 times before a byte is full.
    """
    height, width = labels.shape
    counts: NDArray[np.int64] = np.zeros((height, 256), np.int64)
    equal: NDArray[np.bool_] = np.zeros((height, width + -width % (8 * 255)), bool)
    eights = equal.view(np.uint64).reshape(height, -1, 255)
    for value in expected:
        np.equal(labels, value, out=equal[:, :width])
        counts[:, value] = eights.sum(axis=2).view(np.uint8).sum(axis=1)
    if counts.sum() == labels.size:
        return counts
    return np.stack([np.bincount(row, minlength=256) for row in labels])


def measure_classes(
    class_map: ClassMap, progress: Progress, is_cancelled: IsCancelled, height: int = 0
) -> tuple[ClassArea, ...]:
    """Pixels and ground area of every class, read strip by strip.

    Raises:
        ClassMapError: values that the legend does not name, or no class at all.
    """
    tally = AreaTally(class_map.grid, class_map.legend)
    for row, values in class_map.strips(height, is_cancelled):
        tally.add_rows(row, values)
        done = row + len(values)
        progress(done / class_map.grid.height, f"Measuring the classes: row {done} of {class_map.grid.height}")
    require_named(tally, class_map)
    return tally.areas()


def require_named(tally: AreaTally, class_map: ClassMap) -> None:
    """Refuse a map with values that are no class, or with no class.

    Raises:
        ClassMapError: so it is.
    """
    if tally.unnamed:
        values = ", ".join(map(str, tally.unnamed[:8]))
        raise ClassMapError(
            f"The map '{class_map.path}' has pixels of the value {values}, which its list of classes does not name; "
            "expected a name for every value. Complete its attribute table, or reclassify these pixels."
        )
    if not any(area.pixels for area in tally.areas()):
        raise ClassMapError(f"The map '{class_map.path}' has no class: every pixel is nodata. Choose another map.")


def uneven_pixels(class_map: ClassMap) -> list[str]:
    """A warning if pixels, all drawn with the same chance, are of different size on the ground."""
    grid = class_map.grid
    sizes = [grid.pixel_area_m2(row) for row in (0, grid.height // 2, grid.height - 1)]
    spread = max(sizes) / min(sizes) - 1.0
    if spread <= _UNEVEN_PIXELS:
        return []
    return [
        f"The largest pixels of '{class_map.path}' cover {100 * spread:.0f} % more ground than the smallest. Points "
        "are drawn by pixels, areas measured on the ground: put the map into an equal-area projection for estimates "
        "without bias."
    ]

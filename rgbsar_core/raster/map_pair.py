"""Two class maps on one grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Union

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import ClassMapError, GridMismatchError
from ..legend import NODATA_VALUE
from .class_map import ClassMap, open_class_map
from .grid import Grid, describe_extent, footprint, lattice_offset
from .source import RasterSource

_EPSILON = 1e-6
_LARGEST_RATIO = 1.5
_STRIP_PIXELS = 2**20
Labels = NDArray[np.uint8]


class MapPair:
    """An earlier and a later class map on the pixels of one of them, where they share ground.

    Args:
        before, after: what GDAL opens.
        base: whose pixels count, ``before`` or ``after``; of the other map, what lies under their centres.

    Attributes:
        grid: the common lattice.
        maps: both, earlier first, as they are in their files.
        warnings: sentences on what this resampling means for the comparison.

    Raises:
        InputError, ClassMapError, RasterIOError: a map that cannot be used.
        GridMismatchError: no common ground.
    """

    def __init__(self, before: str, after: str, base: str) -> None:
        self.maps = (open_class_map(before, "earlier"), open_class_map(after, "later"))
        own, other = self.maps if base == "before" else self.maps[::-1]
        self.grid = shared_grid(own, other)
        self.warnings = _warnings(own.grid, other.grid, base)
        self._on_grid = tuple(raster.on_grid(self.grid) for raster in self.maps)

    def strips(self, is_cancelled: IsCancelled) -> Iterator[tuple[int, Labels, Labels]]:
        """First row and (h, W) class values of both maps, 0 where there is no class, from top to bottom.

        Raises:
            ClassMapError: a value that a map's class table does not name.
            RasterIOError: a file cannot be read.
            OperationCancelled: `is_cancelled` returned True.
        """
        height = max(1, _STRIP_PIXELS // self.grid.width)
        both = (raster.strips(height, is_cancelled) for raster in self._on_grid)
        for (row, before), (_, after) in zip(*both):
            for raster, labels in zip(self.maps, (before, after)):
                _refuse_unnamed(raster, labels)
            yield row, before, after


def shared_grid(own: Union[ClassMap, RasterSource], other: Union[ClassMap, RasterSource]) -> Grid:
    """The part of the first raster's lattice that lies in the second one's outline.

    Raises:
        GridMismatchError: there is none.
    """
    box = footprint(other.grid, own.grid)
    if box is not None:
        left, top = (max(0, math.floor(edge + _EPSILON)) for edge in box[:2])
        right = min(own.grid.width, math.ceil(box[2] - _EPSILON))
        bottom = min(own.grid.height, math.ceil(box[3] - _EPSILON))
        if left < right and top < bottom:
            return own.grid.window(left, top, right - left, bottom - top)
    raise GridMismatchError(
        f"The two maps share no ground: '{own.path}' covers {describe_extent(own.grid)}; '{other.path}' covers "
        f"{describe_extent(other.grid)}. Choose maps of the same place, or correct a wrong CRS."
    )


def _warnings(own: Grid, other: Grid, base: str) -> tuple[str, ...]:
    if lattice_offset(own, other) is not None:
        return ()
    moved = "later" if base == "before" else "earlier"
    first, second = own.ground_sampling_m(), other.ground_sampling_m()
    sentences = [
        f"The {moved} map lies on other pixels and was resampled to the nearest ones; along edges of classes, up to "
        "half a pixel's width of change is due to that."
    ]
    if max(first, second) > _LARGEST_RATIO * min(first, second):
        sentences.append(
            f"The maps' pixels measure {first:.3g} m and {second:.3g} m: what is too small for the coarser map counts "
            "as change. Refine the finer map to the coarser one's detail first."
        )
    return tuple(sentences)


def _refuse_unnamed(raster: ClassMap, labels: Labels) -> None:
    known = np.isin(np.arange(256), (NODATA_VALUE, *raster.legend.values))
    if not known[labels].all():
        raise ClassMapError(
            f"'{raster.path}' has the value {labels[~known[labels]][0]}, which its class table does not name; expected "
            "only values that it names. Complete the table, or reclassify the raster."
        )

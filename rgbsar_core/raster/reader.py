"""Reading windows of a raster, and telling which of its pixels are measurements.

Nothing here keeps a dataset between threads: :class:`ReadPlan` is plain data, :class:`OpenRaster` belongs to the
thread that opened it.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from .gdal_calls import attempt, attempt_again, gdal, io_message
from .source import DAMAGED, GDAL_TYPES, capital


@dataclass(frozen=True)
class ReadPlan:
    """Which pixels to read and which of them count; plain data, opened by :class:`OpenRaster`.

    Args:
        dataset: path or VRT text.
        label: how messages name the raster.
        bands: band numbers.
        dtype: numpy type.
        nodata: one value or None for each band.
        any_band: True if nodata in one band makes the pixel invalid, False if it takes all bands.
        alpha: band number of the alpha or None.
        mask_of: band number whose mask band counts, or None.
        column, row: pixel of ``dataset`` where the common grid starts.
        block_height: rows that are read cheaply together.
        block_width: columns that are; blocks of the whole width where it is not below the raster's.
        cover: further plan whose valid pixels alone count, or None.
    """

    dataset: str
    label: str
    bands: tuple[int, ...]
    dtype: str
    nodata: tuple[Optional[float], ...]
    any_band: bool
    alpha: Optional[int] = None
    mask_of: Optional[int] = None
    column: int = 0
    row: int = 0
    block_height: int = 1
    block_width: int = sys.maxsize
    cover: Optional[ReadPlan] = None

    def moved(self, columns: int, rows: int) -> ReadPlan:
        """The same plan for a grid that starts further right and down."""
        cover = self.cover and self.cover.moved(columns, rows)
        return replace(self, column=self.column + columns, row=self.row + rows, cover=cover)

    def in_small_blocks(self, side: int) -> ReadPlan:
        """The same plan for reading scattered windows: a warped raster computes blocks of ``side`` pixels only."""
        text = self.dataset
        if text.startswith("<VRTDataset"):
            text = re.sub(
                r"<Block(X|Y)Size>(\d+)<", lambda m: f"<Block{m[1]}Size>{min(side, int(m[2]))}<", text
            )
        return replace(self, dataset=text, cover=self.cover and self.cover.in_small_blocks(side))


class OpenRaster:
    """A :class:`ReadPlan` opened in this thread."""

    def __init__(self, plan: ReadPlan) -> None:
        self._plan = plan
        self._cover = OpenRaster(plan.cover) if plan.cover else None
        self._dataset, failure = attempt_again(plan.dataset, gdal.Open, plan.dataset)
        if self._dataset is None:
            raise RasterIOError(io_message(f"{capital(plan.label)} cannot be opened again", failure, DAMAGED))

    def read(
        self, column: int, row: int, width: int, height: int
    ) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Pixels (bands, height, width) in the plan's type, and (height, width) True where they are valid.

        Raises:
            RasterIOError: GDAL could not read these rows.
        """
        plan = self._plan
        pixels = self._raw(self._dataset, column, row, width, height, plan.dtype, band_list=list(plan.bands))
        pixels = pixels.reshape(len(plan.bands), height, width)
        valid = valid_pixels(pixels, plan.nodata, plan.any_band)
        if self._cover is not None:
            valid &= self._cover.read(column, row, width, height)[1]
        for band in self._masks():
            valid &= self._raw(band, column, row, width, height, "uint8").reshape(height, width) > 0
        return pixels, valid

    def drop_blocks(self, end: int) -> None:
        """Free GDAL's copies of the blocks above row ``end``, if no block reaches across it.

        GDAL keeps up to 5 % of the machine's memory otherwise. New memory must be cleared by the system first, so a
        file is also read faster into the memory of the blocks before.
        """
        if (end + self._plan.row) % self._plan.block_height == 0:
            attempt(self._dataset.FlushCache)
        if self._cover is not None:
            self._cover.drop_blocks(end)

    def _masks(self) -> list[Any]:
        bands = []
        if self._plan.alpha is not None:
            bands.append(self._dataset.GetRasterBand(self._plan.alpha))
        if self._plan.mask_of is not None:
            bands.append(self._dataset.GetRasterBand(self._plan.mask_of).GetMaskBand())
        return bands

    def _raw(
        self, source: Any, column: int, row: int, width: int, height: int, dtype: str, **options: Any
    ) -> NDArray[Any]:
        left, top = column + self._plan.column, row + self._plan.row
        window = (left, top, width, height)
        data, failure = attempt_again(
            self._plan.dataset, source.ReadRaster, *window, buf_type=GDAL_TYPES[dtype], **options
        )
        if data is None or failure:
            where = f"{capital(self._plan.label)} cannot be read at row {top}"
            raise RasterIOError(io_message(where, failure, DAMAGED))
        return np.frombuffer(data, dtype=dtype)


def valid_pixels(
    pixels: NDArray[Any], nodata: tuple[Optional[float], ...], any_band: bool
) -> NDArray[np.bool_]:
    """(height, width) True where a pixel of (bands, height, width) holds a measurement.

    Not-a-number and infinity in any band make a pixel invalid; a nodata value does so in any band or only in all
    of them together (``any_band``).
    """
    valid = np.ones(pixels.shape[1:], bool)
    if pixels.dtype.kind == "f":
        for band in pixels:
            valid &= np.isfinite(band)
    marked = []
    for band, value in zip(pixels, nodata):
        matches = _matches(band, value)
        if matches is not None:
            marked.append(matches)
    if marked and any_band:
        for matches in marked:
            valid &= ~matches
    elif len(marked) == len(pixels):
        valid &= ~np.logical_and.reduce(marked)
    return valid


def _matches(band: NDArray[Any], nodata: Optional[float]) -> Optional[NDArray[np.bool_]]:
    if nodata is None or np.isnan(nodata):
        return None
    if band.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.asarray(band == band.dtype.type(nodata))
    limits = np.iinfo(band.dtype)
    if not limits.min <= nodata <= limits.max or nodata != int(nodata):
        return None
    return np.asarray(band == band.dtype.type(nodata))

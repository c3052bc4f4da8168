"""Reading a class raster: its classes, its grid, and its values in strips of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..class_colors import class_colors
from ..errors import ClassMapError, InputError, OperationCancelled
from ..legend import NODATA_VALUE, LandCoverClass, Legend
from .attributes import NODATA_NAME
from .gdal_calls import attempt, gdal, require
from .grid import Grid, lattice_offset
from .source import DAMAGED, RasterSource, open_raster
from .warp import warped_plan

_STRIP_PIXELS = 4 * 2**20
_LARGEST_VALUE = 254


@dataclass(frozen=True)
class ClassMap:
    """A class raster that can be read.

    Attributes:
        path: what GDAL opens.
        grid: its lattice.
        band: number of the band that holds the classes.
        legend: its classes, from attribute table, category names and colours, or from the values found.
        nodata: value without a class beside 0, or None.
        named: the raster itself says what its classes are called.
        label: what messages call it.
    """

    path: str
    grid: Grid
    band: int
    legend: Legend
    nodata: Optional[int]
    named: bool = True
    label: str = ""

    def strips(
        self, height: int = 0, is_cancelled: Optional[IsCancelled] = None
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """First row and (h, W) uint8 values, 0 where there is no class, from top to bottom.

        Args:
            height: rows of a strip; 0 takes what fits into a few megabytes.
            is_cancelled: asked before every strip.

        Raises:
            ClassMapError: a value outside 0 to 254 that is not the raster's nodata.
            RasterIOError: the file cannot be read.
            OperationCancelled: `is_cancelled` returned True.
        """
        values = self._values()
        rows = height or max(1, min(self.grid.height, _STRIP_PIXELS // self.grid.width))
        for row in range(0, self.grid.height, rows):
            if is_cancelled is not None and is_cancelled():
                raise OperationCancelled(f"Reading '{self.path}' was cancelled.")
            yield row, values.window(0, row, self.grid.width, min(rows, self.grid.height - row))

    def window(self, column: int, row: int, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width) uint8 values of a window inside the raster, 0 where there is no class.

        Raises:
            ClassMapError, RasterIOError: as `strips`.
        """
        return self._values().window(column, row, width, height)

    def on_grid(self, grid: Grid) -> ClassMap:
        """The same classes on another lattice: what lies under each pixel's centre, 0 outside this raster.

        Raises:
            InputError, RasterIOError: the file has changed since it was opened.
        """
        same_size = (grid.width, grid.height) == (self.grid.width, self.grid.height)
        if same_size and lattice_offset(grid, self.grid) == (0, 0):
            return self
        source = open_raster(self.path, "class", (self.band,))
        plan = warped_plan(source, (self.band,), (None,), True, grid, "nearest")
        return replace(self, path=plan.dataset, grid=grid, band=1, label=self.label or self.path)

    def _values(self) -> _Values:
        return _Values(self.path, self.band, self.nodata, self.label)


class _Values:
    """The open band of a class raster."""

    def __init__(self, path: str, band: int, nodata: Optional[int], label: str = "") -> None:
        self._path = label or path
        self._dataset = require(f"'{self._path}' cannot be opened", DAMAGED, gdal.Open, path)
        self._band = self._dataset.GetRasterBand(band)
        self._nodata = nodata
        self._bytes = self._band.DataType == gdal.GDT_Byte
        flags = self._band.GetMaskFlags()
        masked = flags & gdal.GMF_PER_DATASET and not flags & (gdal.GMF_NODATA | gdal.GMF_ALPHA)
        self._mask = self._band.GetMaskBand() if masked else None
        self.width, self.height = int(self._dataset.RasterXSize), int(self._dataset.RasterYSize)

    def window(self, column: int, row: int, width: int, height: int) -> NDArray[np.uint8]:
        """(height, width) class values."""
        kind = gdal.GDT_Byte if self._bytes else gdal.GDT_Float64
        what = f"'{self._path}' cannot be read at row {row}"
        data = require(what, DAMAGED, self._band.ReadRaster, column, row, width, height, buf_type=kind)
        values: NDArray[Any] = np.frombuffer(data, np.uint8 if self._bytes else np.float64).reshape(height, width)
        nodata = values.dtype.type(NODATA_VALUE)
        if not self._bytes:
            values = np.where(np.isnan(values), nodata, values)
        if self._nodata not in (None, NODATA_VALUE):
            values = np.where(values == self._nodata, nodata, values)
        if self._mask is not None:
            cover = require(what, DAMAGED, self._mask.ReadRaster, column, row, width, height, buf_type=gdal.GDT_Byte)
            values = np.where(np.frombuffer(cover, np.uint8).reshape(height, width) > 0, values, nodata)
        odd = values > _LARGEST_VALUE
        if not self._bytes:
            odd |= (values < 0) | (values != np.rint(values))
        if odd.any():
            raise ClassMapError(
                f"'{self._path}' has the value {values[odd][0]:g} near row {row}; expected whole class values 1 to "
                f"{_LARGEST_VALUE}, and 0 for nodata. Reclassify it, or choose the raster of classes."
            )
        return values.astype(np.uint8)


def open_class_map(path: str, role: str = "map", band: int = 1) -> ClassMap:
    """Look at a class raster.

    Classes come from the attribute table, else from category names, else from the values found; colours from the
    attribute table, else the colour table, else a palette for colour-blind people.

    Args:
        path: what GDAL opens.
        role: how messages name it.
        band: number of its band.

    Raises:
        InputError: no raster, no such band.
        GridMismatchError: no CRS or geotransform.
        ClassMapError: values that are no classes, or no class at all.
        RasterIOError: it cannot be read.
    """
    source, dataset = _open_dataset(path, role, band)
    raster_band = dataset.GetRasterBand(band)
    nodata = _whole(raster_band.GetNoDataValue())
    names, colors = _described(raster_band)
    values = sorted(names) or _values_found(_Values(path, band, nodata))
    if not values:
        raise ClassMapError(
            f"{source.title} has no class: every pixel is nodata; expected class values "
            f"1 to {_LARGEST_VALUE}. Choose a map with classes."
        )
    return ClassMap(path, source.grid, band, _legend(values, names, colors), nodata, named=bool(names))


def named_legend(path: str, role: str = "map", band: int = 1) -> Optional[Legend]:
    """The classes a raster itself names, or None if it names none; no pixel of the map is read.

    Raises:
        InputError, GridMismatchError, ClassMapError, RasterIOError: as `open_class_map`.
    """
    dataset = _open_dataset(path, role, band)[1]
    names, colors = _described(dataset.GetRasterBand(band))
    return _legend(sorted(names), names, colors) if names else None


def _open_dataset(path: str, role: str, band: int) -> tuple[RasterSource, Any]:
    source = open_raster(path, role, (band,))
    dataset = require(f"{source.label} cannot be opened", DAMAGED, gdal.Open, path)
    if band > dataset.RasterCount:
        bands = "1 band" if dataset.RasterCount == 1 else f"{dataset.RasterCount} bands"
        raise InputError(f"{source.title} has {bands}; band {band} was asked for. Choose a band it has.")
    return source, dataset


def _legend(values: list[int], names: dict[int, str], colors: dict[int, tuple[int, int, int]]) -> Legend:
    texts = {value: names.get(value, f"class {value}") for value in values}
    plain = [value for value in values if value not in colors]
    found = class_colors([texts[value] for value in plain], colors.values())
    colors = {**colors, **dict(zip(plain, found))}
    return Legend(tuple(LandCoverClass(value, texts[value], colors[value]) for value in values))


def _described(band: Any) -> tuple[dict[int, str], dict[int, tuple[int, int, int]]]:
    """Names and colours by class value, as far as the raster tells."""
    table, _ = attempt(band.GetDefaultRAT)
    names, colors = _from_table(table) if table is not None else ({}, {})
    if not names:
        texts = band.GetRasterCategoryNames() or []
        pairs = ((value, text.strip()) for value, text in enumerate(texts))
        names = {value: text for value, text in pairs if text and text != NODATA_NAME and _is_class(value)}
    palette = band.GetRasterColorTable()
    if palette is not None:
        for value in names:
            if value not in colors and value < palette.GetCount():
                red, green, blue = palette.GetColorEntry(value)[:3]
                colors[value] = (red, green, blue)
    return names, colors


def _from_table(table: Any) -> tuple[dict[int, str], dict[int, tuple[int, int, int]]]:
    columns = {table.GetUsageOfCol(column): column for column in range(table.GetColumnCount())}
    value, name = columns.get(gdal.GFU_MinMax), columns.get(gdal.GFU_Name)
    if value is None or name is None:
        return {}, {}
    names, colors = {}, {}
    parts = [columns.get(usage) for usage in (gdal.GFU_Red, gdal.GFU_Green, gdal.GFU_Blue)]
    for row in range(table.GetRowCount()):
        number, text = table.GetValueAsInt(row, value), table.GetValueAsString(row, name).strip()
        if not text or text == NODATA_NAME or not _is_class(number):
            continue
        names[number] = text
        if None not in parts:
            red, green, blue = (min(max(table.GetValueAsInt(row, part), 0), 255) for part in parts)
            colors[number] = (red, green, blue)
    return names, colors


def _values_found(raster: _Values) -> list[int]:
    counts = np.zeros(256, np.int64)
    rows = max(1, _STRIP_PIXELS // raster.width)
    for row in range(0, raster.height, rows):
        values = raster.window(0, row, raster.width, min(rows, raster.height - row))
        counts += np.bincount(values.ravel(), minlength=256)
    return [int(value) for value in np.flatnonzero(counts) if value != NODATA_VALUE]


def _whole(nodata: Optional[float]) -> Optional[int]:
    """Nodata that a class value could be; None for NaN, fractions or no nodata."""
    return int(nodata) if nodata is not None and float(nodata).is_integer() else None


def _is_class(value: int) -> bool:
    return NODATA_VALUE < value <= _LARGEST_VALUE

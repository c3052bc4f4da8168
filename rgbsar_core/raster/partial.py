"""One GeoTIFF on its way: written under a temporary name, then finished, moved to its name, or removed."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from ..patience import patiently
from .gdal_calls import attempt, gdal, io_message, last_error, quiet_gdal
from .grid import Grid
from .moves import SIDE_FILES, Moves, not_replaced, with_ending
from .source import GDAL_TYPES

_BLOCK, _SMALL_BLOCK = 512, 256
_LARGEST_BUFFER = 128 * 2**20
_NO_ROOM = "Free disk space or choose another folder."
# ZSTD's fastest level makes maps and confidences about as small as its default, five times as fast. So does DEFLATE's
# with measurements, which hardly shrink.
_FAST, _FAST_MEASUREMENTS = ["ZSTD_LEVEL=1"], ["ZLEVEL=1"]
_FAST_COG = ["LEVEL=1"]
_MOST_THREADS = 4


class _Level:
    """Rows of the raster, or of one of its overviews, until a row of tiles is complete."""

    def __init__(self, bands: int, height: int, width: int, block: int, dtype: str) -> None:
        self.height = height
        self.buffer: NDArray[Any] = np.empty((bands, min(block, height), width), dtype)
        self.filled = 0
        self.row = 0  # first one in the buffer


class PartialRaster:
    """A tiled GeoTIFF under a temporary name beside its final one; every tile is written once.

    The overviews of a COG are written in the same pass: each holds every second pixel of every second row of the one
    below.

    Args:
        path: its final name.
        grid: its lattice.
        bands: number of bands.
        nodata: value of pixels without data.
        dtype: ``uint8`` or ``float32``.
        temporary: its temporary name; None makes one up.
        output_format: ``GTiff`` or ``COG``.
    """

    def __init__(
        self,
        path: Path,
        grid: Grid,
        bands: int,
        nodata: float,
        dtype: str = "uint8",
        temporary: Optional[Path] = None,
        output_format: str = "GTiff",
    ) -> None:
        self._path = path
        self._grid = grid
        self._bands = bands
        self.temporary = temporary or temporary_beside(path, ".tif")
        row_bytes = grid.width * bands * np.dtype(dtype).itemsize
        block = _BLOCK if _BLOCK * row_bytes <= _LARGEST_BUFFER else _SMALL_BLOCK
        self._is_cog = output_format == "COG"
        sizes = [(grid.height, grid.width)]
        while self._is_cog and max(sizes[-1]) > _BLOCK:
            sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
        self._levels = [_Level(bands, *size, block, dtype) for size in sizes]
        self._type = GDAL_TYPES[dtype]
        options = [f"BLOCKXSIZE={block}", f"BLOCKYSIZE={block}", "TILED=YES", "INTERLEAVE=BAND"]
        options += [f"COMPRESS={_compression('GTiff')}", "BIGTIFF=IF_SAFER"]
        options += [_threads(), *_FAST, *(_FAST_MEASUREMENTS if dtype == "float32" else [])]
        self._dataset: Any = None
        try:
            self._create(nodata, options)
        except RasterIOError:
            self.discard()
            raise

    def _create(self, nodata: float, options: list[str]) -> None:
        driver, grid = gdal.GetDriverByName("GTiff"), self._grid
        size = (grid.width, grid.height, self._bands)
        self._dataset = self._call(driver.Create, str(self.temporary), *size, self._type, options)
        self._call(self._dataset.SetGeoTransform, grid.geotransform)
        self._call(self._dataset.SetProjection, grid.crs_wkt)
        for number in range(1, self._bands + 1):
            self._call(self._dataset.GetRasterBand(number).SetNoDataValue, nodata)

    def set_metadata(self, items: dict[str, str]) -> None:
        """Store items in the file itself."""
        for name, text in items.items():
            self._call(self._dataset.SetMetadataItem, name, text)

    def describe(self, number: int, text: str, colors: Any = None) -> None:
        """Name a band and give it a colour table; before the first row."""
        band = self._dataset.GetRasterBand(number)
        band.SetDescription(text)
        if colors is not None:
            self._call(band.SetRasterColorTable, colors)

    def append(self, rows: NDArray[Any]) -> None:
        """Add (bands, h, width) rows of the raster's type."""
        self._append(rows, 0)

    def _append(self, rows: NDArray[Any], number: int) -> None:
        level, taken = self._levels[number], 0
        while taken < rows.shape[1]:
            count = min(rows.shape[1] - taken, level.buffer.shape[1] - level.filled)
            level.buffer[:, level.filled : level.filled + count] = rows[:, taken : taken + count]
            level.filled += count
            taken += count
            if level.filled == level.buffer.shape[1] or level.row + level.filled == level.height:
                self._flush(number)

    def _flush(self, number: int) -> None:
        level = self._levels[number]
        rows = level.buffer[:, : level.filled]
        if number == 0 and level.row == 0 and len(self._levels) > 1:  # later than the colours, which come first
            factors = [2**power for power in range(1, len(self._levels))]
            self._call(self._dataset.BuildOverviews, "NONE", factors)
        for index, band_rows in enumerate(rows, start=1):
            band = self._dataset.GetRasterBand(index)
            target = band.GetOverview(number - 1) if number else band
            data = np.ascontiguousarray(band_rows).tobytes()
            self._call(target.WriteRaster, 0, level.row, *rows.shape[:0:-1], data, buf_type=self._type)
        if number + 1 < len(self._levels):
            self._append(rows[:, ::2, ::2], number + 1)  # a buffer begins at an even row
        if number == 0:
            self._call(self._dataset.FlushCache)
        level.row += level.filled
        level.filled = 0

    def finish(self) -> None:
        """Close the file; what the disk refused shows here at the latest."""
        self._close()
        if self._is_cog:
            self._to_cog()
        checked, failure = attempt(gdal.Open, str(self.temporary))
        if checked is None or failure:
            raise RasterIOError(self._message(failure))
        _fsync(self.temporary, self._message)

    def _to_cog(self) -> None:
        """Put the tiles into a COG's order: overviews lie before the pixels they are made of."""
        source, failure = attempt(gdal.Open, str(self.temporary))
        driver = gdal.GetDriverByName("COG")
        if source is None or driver is None:
            raise RasterIOError(self._message(failure or "this GDAL has no COG driver"))
        cog = self.temporary.with_suffix(".cog.tif")
        compression = _compression("COG")
        options = [f"COMPRESS={compression}", "OVERVIEWS=AUTO", "BIGTIFF=IF_SAFER", _threads()]
        options += _FAST_COG if compression == "ZSTD" else []
        try:
            copy, failure = attempt(driver.CreateCopy, str(cog), source, options=options)
            complete = copy is not None and not failure
            with quiet_gdal():
                copy = source = None  # closed before anything is moved or removed
                failure = failure or last_error()
            if not complete or failure:
                raise RasterIOError(self._message(failure))
            _remove(self.temporary)
            patiently(os.replace, cog, self.temporary)
        finally:
            _remove(cog)

    def move(self, moves: Moves) -> None:
        """Move the finished file and its side files to their names; what has these names is put aside."""
        moves.put_raster_aside(self._path, self.temporary)
        try:
            for suffix in ("", *SIDE_FILES):
                made = with_ending(self.temporary, suffix)
                if made.exists():
                    moves.move(made, with_ending(self._path, suffix))
        except OSError as error:
            raise not_replaced(self._path, error) from error

    def discard(self) -> None:
        """Remove every trace."""
        if hasattr(self._dataset, "Close"):  # from GDAL 3.8 on; a destructor's exception could not be caught
            attempt(self._dataset.Close)
        with quiet_gdal():
            self._dataset = None
        for suffix in ("", *SIDE_FILES):
            _remove(with_ending(self.temporary, suffix))

    def _close(self) -> None:
        self._call(self._dataset.FlushCache)
        with quiet_gdal():
            self._dataset = None
            failure = last_error()
        if failure:
            raise RasterIOError(self._message(failure))

    def _call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        result, failure = attempt(function, *args, **kwargs)
        if failure or (isinstance(result, int) and result != 0):
            del function, args, kwargs  # a traceback must not keep the data set open
            raise RasterIOError(self._message(failure))
        return result

    def _message(self, failure: Optional[str]) -> str:
        free = _free_space(self._path)
        return io_message(f"'{self._path}' could not be written ({free})", failure, _NO_ROOM)


def publish(rasters: Iterable[PartialRaster]) -> None:
    """Move finished rasters to their names, all of them or none.

    Raises:
        RasterIOError: another program has a file open; all names stand for what they stood for before.
    """
    with Moves() as moves:
        for raster in rasters:
            raster.move(moves)


def _compression(driver: str) -> str:
    """ZSTD where this GDAL has it: as small as DEFLATE and several times faster."""
    offered = gdal.GetDriverByName(driver).GetMetadataItem("DMD_CREATIONOPTIONLIST") or ""
    return "ZSTD" if "ZSTD" in offered else "DEFLATE"


def _threads() -> str:
    """Threads that compress; the bytes do not depend on their number."""
    return f"NUM_THREADS={min(os.cpu_count() or 1, _MOST_THREADS)}"


def temporary_beside(path: Path, suffix: str) -> Path:
    """A name beside ``path`` that nobody uses, hidden on most systems."""
    return path.absolute().with_name(f".{path.stem[:40]}.{uuid.uuid4().hex[:12]}.partial{suffix}")


def is_temporary(path: Path) -> bool:
    """Whether :func:`temporary_beside` gives such names."""
    return re.search(r"^\..*\.[0-9a-f]{12}\.partial(\.\w+)?$", path.name) is not None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _free_space(path: Path) -> str:
    return f"{shutil.disk_usage(path.absolute().parent).free / 2**20:,.0f} MiB free"


def _fsync(path: Path, message: Any) -> None:
    """Make the disk confirm what it took."""
    try:
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RasterIOError(message(error.strerror)) from error

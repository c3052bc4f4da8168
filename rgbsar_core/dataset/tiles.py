"""Cutting a scene into tiles and writing them: memory grows with the scene's width, never with its height."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import RasterIOError
from ..raster.gdal_calls import NO_ROOM, gdal, io_message, last_error, quiet_gdal, require_success
from ..raster.grid import Grid
from ..raster.source import GDAL_TYPES
from ..strips import BOTH_VALID, OPTICAL_VALID, SAR_VALID, Strip
from .blocks import TileLattice
from .description import ModalityDescription
from .scene import AlignedScene


@dataclass(frozen=True)
class TileRow:
    """One row of tiles, as wide as the scene; the arrays are used again for the next row.

    Args:
        index: number of the row.
        block_row: row of blocks it lies in.
        row: its first row of pixels.
        optical, sar: (C, h, W) numbers, nodata where there is no measurement; h is a tile's side, or what is left of
            the scene.
        valid: (h, W) True where both modalities have a measurement.
    """

    index: int
    block_row: int
    row: int
    optical: NDArray[Any]
    sar: NDArray[Any]
    valid: NDArray[np.bool_]


def tile_rows(scene: AlignedScene, lattice: TileLattice, is_cancelled: IsCancelled) -> Iterator[TileRow]:
    """Every row of tiles, from top to bottom.

    Raises:
        OperationCancelled: `is_cancelled` returned True.
        RasterIOError: rows that cannot be read.
    """
    width, height = lattice.width, lattice.height
    optical, sar = (
        np.empty((len(d.bands), lattice.tile, width), d.dtype) for d in (scene.optical, scene.sar)
    )
    valid = np.empty((lattice.tile, width), bool)
    waiting = iter(enumerate(lattice.rows))
    index, (start, block_row) = next(waiting)
    for strip in scene.pair.strips(is_cancelled):
        while start < strip.row + strip.height:
            end = min(start + lattice.tile, height)
            first, last = max(start, strip.row), min(end, strip.row + strip.height)
            here, there = slice(first - start, last - start), slice(first - strip.row, last - strip.row)
            _copy(strip, there, here, (scene.optical, optical), (scene.sar, sar))
            valid[here] = strip.valid[there] == BOTH_VALID
            if last < end:
                break
            rows = slice(0, end - start)
            yield TileRow(index, block_row, start, optical[:, rows], sar[:, rows], valid[rows])
            following = next(waiting, None)
            if following is None:
                return
            index, (start, block_row) = following


def _copy(strip: Strip, there: slice, here: slice, *modalities: tuple[ModalityDescription, NDArray[Any]]) -> None:
    """Rows of a strip into the arrays of a row of tiles."""
    for (described, target), pixels, bit in zip(modalities, (strip.optical, strip.sar), (OPTICAL_VALID, SAR_VALID)):
        if pixels is not None:
            target[:, here] = pixels[:, there]
        if described.nodata is not None:
            target[:, here][:, (strip.valid[there] & bit) == 0] = described.nodata


def cut(pixels: NDArray[Any], column: int, tile: int) -> NDArray[Any]:
    """(..., tile, tile) of (..., h, W) pixels, mirrored beyond the scene's end as it is when mapped."""
    piece = pixels[..., column : column + tile]
    missing = [(0, tile - side) for side in piece.shape[-2:]]
    return np.pad(piece, [(0, 0)] * (piece.ndim - 2) + missing, mode="symmetric")


def cut_labels(labels: NDArray[np.uint8], column: int, tile: int) -> NDArray[np.uint8]:
    """(tile, tile) of (h, W) labels; none beyond the scene's end."""
    piece = labels[:, column : column + tile]
    return np.pad(piece, [(0, tile - side) for side in piece.shape])


def write_modality(path: Path, pixels: NDArray[Any], grid: Grid, described: ModalityDescription) -> None:
    """Write (C, tile, tile) numbers as GeoTIFF, with the names of the bands, their scale and nodata.

    Raises:
        RasterIOError: the disk is full or gone.
    """
    names = [band.name for band in described.bands]
    _write(path, pixels, grid, described.nodata, names, tuple(zip(described.scale, described.offset)))


def write_labels(path: Path, labels: NDArray[np.uint8], grid: Grid) -> None:
    """Write (tile, tile) class values as GeoTIFF, 0 = unlabelled. Without a palette: many readers would apply it.

    Raises:
        RasterIOError: the disk is full or gone.
    """
    _write(path, labels[None], grid, 0.0, ["label"])


def _write(
    path: Path,
    pixels: NDArray[Any],
    grid: Grid,
    nodata: Optional[float],
    names: Sequence[str],
    scales: Sequence[tuple[float, float]] = (),
) -> None:
    what = f"The tile '{path.name}' could not be written"

    def call(function: Any, *args: Any, **kwargs: Any) -> Any:
        return require_success(what, NO_ROOM, function, *args, **kwargs)

    count, height, width = pixels.shape
    kind = GDAL_TYPES[pixels.dtype.name]
    options = ["COMPRESS=DEFLATE", f"PREDICTOR={3 if pixels.dtype.kind == 'f' else 2}", "INTERLEAVE=BAND"]
    dataset = call(gdal.GetDriverByName("GTiff").Create, str(path), width, height, count, kind, options)
    call(dataset.SetGeoTransform, grid.geotransform)
    call(dataset.SetProjection, grid.crs_wkt)
    for number, name in enumerate(names, start=1):
        band = dataset.GetRasterBand(number)
        band.SetDescription(name)
        if nodata is not None:
            call(band.SetNoDataValue, nodata)
        if scales and scales[number - 1] != (1.0, 0.0):
            call(band.SetScale, scales[number - 1][0])
            call(band.SetOffset, scales[number - 1][1])
    data = np.ascontiguousarray(pixels).tobytes()
    call(dataset.WriteRaster, 0, 0, width, height, data, buf_type=kind)
    call(dataset.FlushCache)
    with quiet_gdal():
        band = dataset = None
        failure = last_error()
    if failure:
        raise RasterIOError(io_message(what, failure, NO_ROOM))


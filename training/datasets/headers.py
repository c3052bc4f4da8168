"""Looks at every file's header before the first step: a tile that does not fit is no surprise hours later."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.raster.gdal_calls import gdal, require

from .tile_files import Tile

logger = logging.getLogger(__name__)

RequireBands = Callable[[Tile, str, int], None]
REMEDY = "Check the file, or take the tile out of the list."
_SAY_EVERY = 10.0  # seconds
_THREADS = min(32, 4 * (os.cpu_count() or 1))  # a slow disk answers many at once
_COMPLEX = "C"


def require_headers(tiles: Sequence[Tile], require_bands: RequireBands) -> None:
    """Open every file of every tile and read no pixel; warn if the files of a role hold numbers of different types.

    Args:
        tiles: to look at.
        require_bands: called with a tile, a role (optical, sar, label) and the bands of its file; raises if these do
            not fit.

    Raises:
        InputError: bands, sizes or numbers that do not fit; the first in the order of the tiles, and how many more.
        RasterIOError: a file that GDAL cannot open, likewise.
    """
    faults: list[RgbSarError] = []
    types: dict[str, dict[str, Path]] = {"optical": {}, "sar": {}}
    said = time.monotonic()
    with ThreadPoolExecutor(_THREADS) as pool:
        for number, found in enumerate(pool.map(lambda tile: _look(tile, require_bands), tiles)):
            if isinstance(found, RgbSarError):
                faults.append(found)
            else:
                for role, known in types.items():
                    known.setdefault(found[role], getattr(tiles[number], role))
            if time.monotonic() - said >= _SAY_EVERY:
                said = time.monotonic()
                logger.info("Looking at the headers of the tiles: %d of %d", number + 1, len(tiles))
    if faults:
        more = f" {len(faults) - 1} more of the {len(tiles)} tiles do not fit." if len(faults) > 1 else ""
        raise type(faults[0])(f"{faults[0]}{more}")
    for role, known in types.items():
        if len(known) > 1:
            told = ", ".join(f"{kind} such as '{path.name}'" for kind, path in known.items())
            logger.warning(
                "The %s tiles hold numbers of %d types (%s); expected one, on one scale. Export them alike.",
                role, len(known), told,
            )  # fmt: skip


def require_same_size(name: str, sizes: Sequence[tuple[int, ...]]) -> None:
    """Refuse a tile whose files differ in size.

    Args:
        name: of the tile.
        sizes: height and width of optical, SAR and label.

    Raises:
        InputError: they differ.
    """
    if len(set(sizes)) != 1:
        told = ", ".join(f"{width} x {height}" for height, width in sizes)
        raise InputError(
            f"Optical, SAR and label of the tile '{name}' have {told} pixels; expected the same. Align them."
        )


def open_file(path: Path) -> gdal.Dataset:
    """A file of a tile or scene.

    Raises:
        InputError: its numbers are complex.
        RasterIOError: GDAL cannot open it.
    """
    flags = gdal.OF_RASTER | gdal.OF_VERBOSE_ERROR
    # Without a list of its neighbours GDAL reads the whole folder, thousands of names, for every file.
    dataset = require(f"'{path}' cannot be read", REMEDY, gdal.OpenEx, str(path), flags, sibling_files=[path.name])
    kind = gdal.GetDataTypeName(dataset.GetRasterBand(1).DataType) if dataset.RasterCount else ""
    if kind.startswith(_COMPLEX):
        raise InputError(
            f"'{path}' holds complex numbers ({kind}); expected amplitude, power or decibels. Convert the files."
        )
    return dataset


def _look(tile: Tile, require_bands: RequireBands) -> dict[str, str] | RgbSarError:
    """Type of the numbers of each role, or what is wrong."""
    sizes, types = [], {}
    try:
        for role in ("optical", "sar", "label"):
            path: Path = getattr(tile, role)
            dataset = open_file(path)
            require_bands(tile, role, dataset.RasterCount)
            sizes.append((dataset.RasterYSize, dataset.RasterXSize))
            types[role] = gdal.GetDataTypeName(dataset.GetRasterBand(1).DataType)
        require_same_size(tile.name, sizes)
    except RgbSarError as error:
        return error
    return types

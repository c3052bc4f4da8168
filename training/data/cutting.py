"""What the tools that cut published scenes into tiles have in common."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rgbsar_core.errors import InputError, RasterIOError, RgbSarError
from rgbsar_core.raster.gdal_calls import gdal, require
from rgbsar_core.raster.partial import temporary_beside

SIDE = 512


def windows(width: int, height: int, side: int = SIDE) -> tuple[tuple[int, int], ...]:
    """Left column and top row of every tile, column by column; the last ones end at the border."""
    columns, rows = (
        [min(start, length - side) for start in range(0, length, side)] for length in (width, height)
    )
    return tuple(itertools.product(columns, rows))


@contextmanager
def complete_folder(output: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `output` when all went well and disappears otherwise.

    Raises:
        InputError: `output` exists.
        RasterIOError: a file cannot be written.
    """
    if output.exists():
        raise InputError(f"'{output}' is there already; expected a new folder. Choose another, or remove it.")
    part = temporary_beside(output, "")
    try:
        yield part
        os.replace(part, output)
    except RgbSarError:  # some are OSErrors, too, and say what went wrong
        raise
    except OSError as error:
        raise RasterIOError(
            f"The tiles could not be written ({error}); expected room for them. Free disk space or choose another "
            "folder; nothing was left behind."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def open_scene(path: Path) -> gdal.Dataset:
    """A scene to read."""
    return require(f"'{path}' cannot be read", "Fetch the scene again.", gdal.Open, str(path))


def places_of(name: str, sources: dict[str, gdal.Dataset], side: int) -> tuple[tuple[int, int], ...]:
    """Where the tiles of one scene begin.

    Args:
        name: for messages.
        sources: role -> raster.
        side: of a tile, pixels.

    Raises:
        InputError: rasters of different sizes, or smaller than a tile.
    """
    sizes = {(source.RasterXSize, source.RasterYSize) for source in sources.values()}
    if len(sizes) != 1 or min(min(sizes)) < side:
        raise InputError(
            f"The scene '{name}' has {', '.join(f'{w} x {h}' for w, h in sorted(sizes))} pixels; expected one size of "
            f"{side} or more for {', '.join(sources)}. Check its files."
        )
    return windows(*sizes.pop(), side)


def cut(source: gdal.Dataset, left: int, top: int, side: int) -> gdal.Dataset:
    """A window in memory, with its place on the ground."""
    window = [left, top, side, side]
    return require("A tile cannot be read", "Fetch the scene again.", gdal.Translate, "", source, format="MEM",
                   srcWin=window)  # fmt: skip


def save(tile: gdal.Dataset, path: Path) -> None:
    """Write a tile as GeoTIFF; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    what, remedy = f"'{path}' cannot be written", "Free disk space or choose another folder."
    options = ["COMPRESS=DEFLATE"]
    copy = require(what, remedy, gdal.GetDriverByName("GTiff").CreateCopy, str(path), tile, options=options)
    require(what, remedy, copy.FlushCache)


def read_names(path: Path) -> tuple[str, ...]:
    """Scene names of a list, one a line, with or without extension."""
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The list '{path}' cannot be read ({error}). Check the path.") from error
    return tuple(line[: -len(".tif")] if line.lower().endswith(".tif") else line for line in lines)

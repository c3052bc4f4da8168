"""Tiles: many small images, read from disk when they are drawn, or all at once if they fit into memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.dataset.description import read_description
from rgbsar_core.errors import InputError
from rgbsar_core.legend import Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.raster.gdal_calls import gdal, require
from rgbsar_core.raster.reader import valid_pixels

from ..recipe import ModalityRecipe, TilesRecipe
from .described import ROLES, DescribedTiles
from .headers import REMEDY, open_file, require_headers, require_same_size
from .images import LabelledImages, Scene
from .labels import decode_labels, require_label_bands
from .scaling import stretch_range
from .tile_files import Tile, find_tiles, keep_fraction

logger = logging.getLogger(__name__)


class TileSet(LabelledImages):
    """Tiles of one split.

    Args:
        tiles: the files, at least one.
        optical, sar: of the recipe.
        legend: the classes.
        memory_mb: kept in memory if the decoded tiles are not larger.
        described: what the tiles' folder says of itself: values and ranges are those of its scenes then. Else each
            tile is an image of its own, with its own percentiles.
        either: labels stay where only one modality has values, as a network trained with modality dropout may use;
            otherwise they are left out where one is missing.

    Raises:
        InputError, RasterIOError: a tile whose files cannot be opened or do not fit each other or the recipe by their
            headers; a first tile, or any that is read at once, that does not fit by its pixels.
    """

    def __init__(
        self,
        tiles: Sequence[Tile],
        optical: ModalityRecipe,
        sar: ModalityRecipe,
        legend: Legend,
        memory_mb: int,
        described: DescribedTiles | None = None,
        either: bool = False,
    ) -> None:
        self.names = tuple(tile.name for tile in tiles)
        self._tiles = tuple(tiles)
        self._modalities = (optical, sar)
        self._legend = legend
        self._described = described
        self._either = either
        self._kept: tuple[Scene, ...] = ()
        require_headers(tiles, self._require_bands)
        first = self._read(tiles[0])
        size = len(tiles) * (first.optical.nbytes + first.sar.nbytes + first.labels.nbytes) / 2**20
        if size <= memory_mb:
            with ThreadPoolExecutor() as pool:  # decoding runs side by side, outside Python
                self._kept = (first, *pool.map(self._read, tiles[1:]))
        logger.info("%d tiles, %.0f MiB, %s", len(tiles), size, "in memory" if self._kept else "read when drawn")

    @property
    def origins(self) -> tuple[str, ...]:
        """The optical files: folders of two splits may use the same names."""
        return tuple(str(tile.optical) for tile in self._tiles)

    def image(self, number: int) -> Scene:
        """One tile."""
        return self._kept[number] if self._kept else self._read(self._tiles[number])

    def labels(self, number: int) -> NDArray[np.uint8]:
        """The labels of one tile; where a modality has no values is not looked at unless the tile is in memory."""
        return self._kept[number].labels if self._kept else self._read_labels(self._tiles[number])

    def _require_bands(self, tile: Tile, role: str, count: int) -> None:
        if role == "label":
            require_label_bands(str(tile.label), tile.label_files, count)
        elif self._described is not None:
            self._described.require_bands(getattr(tile, role), role, count)
        else:
            require_bands(getattr(tile, role), self._modalities[ROLES.index(role)], count)

    def _read_labels(self, tile: Tile) -> NDArray[np.uint8]:
        ignore = IGNORE_INDEX if self._described is None else self._described.ignore_value
        return read_tile_labels(tile, self._legend, ignore)

    def _read(self, tile: Tile) -> Scene:
        images = [
            read_bands(path, recipe, role) if self._described is None else self._described.values(path, role)
            for path, recipe, role in zip((tile.optical, tile.sar), self._modalities, ROLES)
        ]
        labels = self._read_labels(tile)
        require_same_size(tile.name, [image.shape[1:] for image in images] + [labels.shape])
        ranges = None if self._described is None else self._described.ranges(tile.name)
        return labelled_scene(tile.name, images, labels, self._modalities, self._either, ranges)


def open_tiles(
    folder: Path,
    layout: TilesRecipe,
    splits: Sequence[str],
    optical: ModalityRecipe,
    sar: ModalityRecipe,
    legend: Legend,
    memory_mb: int,
    either: bool = False,
    fraction: float = 1.0,
) -> TileSet:
    """The tiles of some splits, read as the folder's `dataset.json` says, if it has one.

    Args:
        folder: of the tiles.
        layout: where its files lie.
        splits: to read, in this order.
        optical, sar, legend, memory_mb, either: see `TileSet`.
        fraction: share of the tiles that is kept.

    Raises:
        InputError: tiles that do not fit the recipe.
        RasterIOError: a file that GDAL cannot read.
    """
    found = read_description(folder)
    described = None if found is None else DescribedTiles(found, optical, sar)
    tiles = find_tiles(folder, layout, splits)
    kept = [tiles[number] for number in keep_fraction([tile.name for tile in tiles], fraction)]
    return TileSet(kept, optical, sar, legend, memory_mb, described, either)


def labelled_scene(
    name: str,
    images: Sequence[NDArray[Any]],
    labels: NDArray[np.uint8],
    modalities: Sequence[ModalityRecipe],
    either: bool,
    ranges: Sequence[NDArray[np.float64]] | None = None,
) -> Scene:
    """Optical and SAR with the labels that count, and the ranges of the stretch.

    Args:
        name: of the image.
        images: (C, H, W) each, NaN where there is no value.
        labels: (H, W) class indices.
        modalities: of the recipe.
        either: see `TileSet`.
        ranges: (C, 2) of each image; None takes those of the values that there are.
    """
    missing = [_missing(image) for image in images]
    if any(mask is not None for mask in missing):
        absent = [np.zeros(labels.shape, np.bool_) if mask is None else mask for mask in missing]
        without = absent[0] & absent[1] if either else absent[0] | absent[1]
        labels = np.where(without, np.uint8(IGNORE_INDEX), labels)
    if ranges is None:
        ranges = [
            stretch_range(image, recipe.percentiles, None if mask is None else ~mask)
            for image, recipe, mask in zip(images, modalities, missing)
        ]
    return Scene(name, images[0], images[1], labels, ranges[0], ranges[1])


def read_bands(path: Path, recipe: ModalityRecipe, role: str) -> NDArray[Any]:
    """The recipe's bands of one file, (C, H, W); NaN where there is no value, by the rules of mapping.

    They keep the file's type unless there are such pixels, or the file's bands state a scale and offset (of which
    optical digital numbers know nothing).

    Raises:
        InputError: fewer bands than the recipe names.
        RasterIOError: GDAL cannot read the file.
    """
    dataset = open_file(path)
    numbers = recipe.numbers
    require_bands(path, recipe, dataset.RasterCount)
    image = _pixels(path, dataset)
    if numbers != tuple(range(1, len(image) + 1)):
        image = np.ascontiguousarray(image[[number - 1 for number in numbers]])
    bands = [dataset.GetRasterBand(number) for number in numbers]
    empty = ~_valid(image, tuple(band.GetNoDataValue() for band in bands), recipe.units, role)
    scales = [(band.GetScale() or 1.0, band.GetOffset() or 0.0) for band in bands]
    if role == "optical" and recipe.units == "digital_number":
        scales = [(1.0, 0.0)] * len(bands)
    if scales == [(1.0, 0.0)] * len(bands) and not empty.any():
        return image
    factors, summands = (np.array(part)[:, None, None] for part in zip(*scales))
    values = (image * factors + summands).astype(np.float32)
    values[:, empty] = np.nan
    return values


def require_bands(path: Path, recipe: ModalityRecipe, count: int) -> None:
    """Refuse a file that lacks bands.

    Raises:
        InputError: fewer than the recipe names.
    """
    if max(recipe.numbers) > count:
        raise InputError(
            f"'{path}' has {count} bands; the recipe takes the bands {', '.join(map(str, recipe.numbers))}. Correct "
            "its bands or file_bands."
        )


def _valid(image: NDArray[Any], nodata: tuple[float | None, ...], units: str, role: str) -> NDArray[np.bool_]:
    """Where there is a measurement, by the rules of mapping (`rgbsar_core/raster/modality.py`).

    A declared 0 of an optical image counts in all bands together alone: in one it may be a dark value. A SAR image
    that declares nothing has no measured 0, unless it is a picture.
    """
    floating_sar = role == "sar" and image.dtype.kind == "f"
    if role == "sar" and all(value is None for value in nodata):
        sixteen_bits = image.dtype == np.uint16 and bool((image > 255).any())
        if sixteen_bits or (floating_sar and units in ("linear", "amplitude")):
            nodata = (0.0,) * len(nodata)
    return valid_pixels(image, nodata, floating_sar or any(value not in (None, 0.0) for value in nodata))


def read_tile_labels(tile: Tile, legend: Legend, ignore: int = IGNORE_INDEX) -> NDArray[np.uint8]:
    """Class indices of one tile, 255 where unlabelled, `ignore` in the file.

    Raises:
        InputError: numbers that neither the recipe nor the legend know.
        RasterIOError: GDAL cannot read the file.
    """
    pixels = _pixels(tile.label, open_file(tile.label))
    return decode_labels(pixels, tile.label_files, legend, str(tile.label), ignore)


def _missing(image: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Where an image has no values; None where it has everywhere."""
    if image.dtype.kind != "f":
        return None
    missing: NDArray[np.bool_] = np.isnan(image[0])
    return missing if missing.any() else None


def _pixels(path: Path, dataset: gdal.Dataset) -> NDArray[Any]:
    image: NDArray[Any] = require(f"'{path}' cannot be read", REMEDY, dataset.ReadAsArray)
    return image[None] if image.ndim == 2 else image

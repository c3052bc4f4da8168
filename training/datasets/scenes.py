"""Scenes with sparse labels: `<scene>_optical.tif`, `<scene>_sar.tif` and polygons (or `<scene>_label.tif`)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.errors import InputError
from rgbsar_core.legend import Legend
from rgbsar_core.raster.gdal_calls import gdal, require

from ..recipe import DataRecipe, ModalityRecipe
from .images import Scene, SceneSet
from .scaling import class_indices
from .tiles import labelled_scene, read_bands

_REMEDY = "Fetch the scenes again."


def read_scenes(
    data: DataRecipe,
    splits: Sequence[str],
    optical: ModalityRecipe,
    sar: ModalityRecipe,
    legend: Legend,
    either: bool = False,
) -> SceneSet:
    """Read all scenes of the splits, in the order of the table; nodata, scale and offset as in `TileSet`.

    Raises:
        InputError: no folder, no scene of these splits, unknown class values, wrong band counts.
        RasterIOError: a file that GDAL cannot read.
    """
    if data.splits is None:
        raise InputError("The recipe has no data.splits; expected the table of the scenes. Add it.")
    folder = find_folder(data.folders)
    names = scene_names(data.splits, splits)
    return SceneSet([_read_scene(folder, name, data, optical, sar, legend, either) for name in names])


def scene_names(table: str | Path, splits: Sequence[str]) -> tuple[str, ...]:
    """Scenes of these splits in the order of a CSV table with the columns `scene` and `split`.

    Raises:
        InputError: no such table or columns, a scene named twice, or no scene of these splits.
    """
    found = scene_splits(table)
    names = tuple(name for name, split in found.items() if split in splits)
    if not names:
        known = ", ".join(sorted(set(found.values()))) or "none"
        raise InputError(f"The table '{table}' has no scene of {', '.join(splits)}; it has {known}. Correct the split.")
    return names


def scene_splits(table: str | Path) -> dict[str, str]:
    """The split of each scene of a table, in its order.

    Raises:
        InputError: no such table or columns, or a scene named twice.
    """
    try:
        with open(table, newline="", encoding="utf-8") as file:
            rows = [(row["scene"], row["split"]) for row in csv.DictReader(file)]
    except OSError as error:
        raise InputError(f"The table '{table}' cannot be read: {error.strerror}. Check the path.") from error
    except KeyError as error:
        raise InputError(f"The table '{table}' has no column {error}; expected scene and split. Add it.") from error
    every = [name for name, _ in rows]
    repeated = next((name for name in every if every.count(name) > 1), None) if len(set(every)) < len(every) else None
    if repeated is not None:
        raise InputError(f"The table '{table}' names the scene '{repeated}' twice; expected one row each. Correct it.")
    return dict(rows)


def find_folder(folders: Sequence[str]) -> Path:
    """The first of the folders that exists.

    Raises:
        InputError: none does.
    """
    for folder in folders:
        if Path(folder).is_dir():
            return Path(folder)
    raise InputError(
        f"None of the data folders exists: {', '.join(folders)}. Fetch the scenes with "
        "`python -m training.data.fetch_landcover_us`, or give data.folders=[FOLDER]."
    )


def _read_scene(
    folder: Path,
    name: str,
    data: DataRecipe,
    optical: ModalityRecipe,
    sar: ModalityRecipe,
    legend: Legend,
    either: bool,
) -> Scene:
    images = [
        read_bands(folder / f"{name}_{role}.tif", recipe, role) for role, recipe in (("optical", optical), ("sar", sar))
    ]
    labels = read_labels(folder, name, data.polygons, legend)
    shapes = {images[0].shape[1:], images[1].shape[1:], labels.shape}
    if len(shapes) != 1:
        raise InputError(f"The optical, SAR and label sizes of scene '{name}' differ: {shapes}. Align them first.")
    return labelled_scene(name, images, labels, (optical, sar), either)


def read_labels(folder: Path, name: str, polygons: str | None, legend: Legend) -> NDArray[np.uint8]:
    """Class indices of one scene on its optical grid, 255 where unlabelled.

    Args:
        folder: of the scenes.
        name: of the scene.
        polygons: file with the fields `scene` and `class`; None reads `<scene>_label.tif`.
        legend: the classes.

    Raises:
        InputError: class values that the legend does not have.
        RasterIOError: a file that GDAL cannot read.
    """
    if polygons is None:
        values = read_array(folder / f"{name}_label.tif")[0]
    else:
        values = rasterize_polygons(polygons, name, open_scene(folder / f"{name}_optical.tif"))
    return class_indices(values, legend, name)


def rasterize_polygons(polygons: str, scene: str, like: gdal.Dataset) -> NDArray[np.uint8]:
    """Class values of one scene's polygons on the grid of `like`; a pixel belongs where its centre lies."""
    target = gdal.GetDriverByName("MEM").Create("", like.RasterXSize, like.RasterYSize, 1, gdal.GDT_Byte)
    target.SetGeoTransform(like.GetGeoTransform())
    target.SetProjection(like.GetProjection())
    what, remedy = f"The polygons '{polygons}' cannot be used", "Check data.polygons."
    source = require(what, remedy, gdal.OpenEx, polygons, gdal.OF_VECTOR | gdal.OF_VERBOSE_ERROR)
    layer = source.GetLayer(0)
    quoted = scene.replace("'", "''")
    require(what, remedy, layer.SetAttributeFilter, f"scene = '{quoted}'")
    require(what, remedy, gdal.RasterizeLayer, target, [1], layer, options=["ATTRIBUTE=class"])
    return np.asarray(target.ReadAsArray(), dtype=np.uint8)


def read_array(path: Path) -> NDArray[Any]:
    """All bands of a raster, (bands, rows, columns).

    Raises:
        RasterIOError: GDAL cannot read it.
    """
    dataset = open_scene(path)
    image: NDArray[Any] = require(f"'{path}' cannot be read", _REMEDY, dataset.ReadAsArray)
    return image[None] if image.ndim == 2 else image


def open_scene(path: Path) -> gdal.Dataset:
    """A raster of a scene.

    Raises:
        RasterIOError: GDAL cannot read it.
    """
    return require(f"'{path}' cannot be read", _REMEDY, gdal.Open, str(path))

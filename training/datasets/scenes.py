"""Scenes with sparse labels: `<scene>_optical.tif`, `<scene>_sar.tif` and polygons (or `<scene>_label.tif`)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from osgeo import gdal, ogr

from rgbsar_core.errors import InputError, RasterIOError
from rgbsar_core.legend import Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.radiometry import InputTransform, scene_percentiles

from ..recipe import DataRecipe, ModalityRecipe


@dataclass(frozen=True)
class Scene:
    """One scene in memory.

    Attributes:
        name: of the scene.
        optical: (C, H, W), as in the file.
        sar: (C, H, W), as in the file.
        labels: (H, W) uint8 class indices, 255 where unlabelled.
        optical_range, sar_range: (C, 2) low and high of the stretch; 0 and 1 without percentiles.
    """

    name: str
    optical: NDArray[Any]
    sar: NDArray[Any]
    labels: NDArray[np.uint8]
    optical_range: NDArray[np.float64]
    sar_range: NDArray[np.float64]


def read_scenes(
    data: DataRecipe, splits: Sequence[str], optical: ModalityRecipe, sar: ModalityRecipe, legend: Legend
) -> tuple[Scene, ...]:
    """Read all scenes of the splits, in the order of the table.

    Raises:
        InputError: no folder, no scene of these splits, unknown class values, wrong band counts.
        RasterIOError: a file that GDAL cannot read.
    """
    gdal.UseExceptions()
    ogr.UseExceptions()
    folder = find_folder(data.folders)
    with open(data.splits, newline="", encoding="utf-8") as file:
        names = [row["scene"] for row in csv.DictReader(file) if row["split"] in splits]
    if not names:
        raise InputError(
            f"The table '{data.splits}' has no scene of the splits {', '.join(splits)}. Correct the recipe's splits."
        )
    return tuple(_read_scene(folder, name, data, optical, sar, legend) for name in names)


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


def stretch_range(
    image: NDArray[Any], percentiles: tuple[float, float] | None, valid: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Low and high per band as inference finds them: percentiles over the valid pixels of the scene.

    Returns:
        (C, 2); a constant band gets a range of width 1.
    """
    if percentiles is None:
        return np.array([[0.0, 1.0]] * len(image))
    kept = image.reshape(len(image), -1) if valid is None else image[:, valid]
    return np.stack(scene_percentiles(kept, *percentiles), axis=1)


def scene_transform(
    limits: NDArray[np.float64], recipe: ModalityRecipe, mean: Sequence[float], std: Sequence[float]
) -> InputTransform:
    """The transform the engine would apply to this scene."""
    bands = len(limits)
    return InputTransform(
        scale=(1.0,) * bands,
        offset=(0.0,) * bands,
        convert="none",
        low=tuple(limits[:, 0]),
        high=tuple(limits[:, 1]),
        clip=recipe.clip,
        mean=tuple(mean),
        std=tuple(std),
    )


def stretch(image: NDArray[Any], limits: NDArray[np.float64]) -> NDArray[np.float32]:
    """(v - low) / (high - low) per band, float32."""
    low = limits[:, 0].astype(np.float32)[:, None, None]
    span = (limits[:, 1] - limits[:, 0]).astype(np.float32)[:, None, None]
    return (image.astype(np.float32) - low) / span


def statistics(
    images: Sequence[NDArray[Any]], ranges: Sequence[NDArray[np.float64]], clip: tuple[float, float] | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation per band of the stretched, clipped values of all scenes, four decimals."""
    sums, squares, count = 0.0, 0.0, 0
    for image, limits in zip(images, ranges):
        values = stretch(image, limits)
        if clip is not None:
            values = np.clip(values, *clip)
        flat = values.reshape(len(values), -1).astype(np.float64)
        sums, squares, count = sums + flat.sum(axis=1), squares + (flat**2).sum(axis=1), count + flat.shape[1]
    mean = np.asarray(sums) / count
    std = np.sqrt(np.maximum(np.asarray(squares) / count - mean**2, 1e-8))
    return tuple(float(round(m, 4)) for m in mean), tuple(float(max(round(s, 4), 1e-4)) for s in std)


def class_indices(values: NDArray[Any], legend: Legend, source: str) -> NDArray[np.uint8]:
    """Class values to indices; 0 becomes IGNORE_INDEX.

    Raises:
        InputError: a value that is neither 0 nor in the legend.
    """
    table = np.full(256, IGNORE_INDEX, dtype=np.uint8)
    for index, value in enumerate(legend.values):
        table[value] = index
    unknown = sorted(set(np.unique(values).tolist()) - {0, *legend.values})
    if unknown:
        raise InputError(
            f"'{source}' holds the label values {', '.join(map(str, unknown))}; the recipe's classes are "
            f"{', '.join(map(str, legend.values))} and 0 for unlabelled. Correct the labels or the class list."
        )
    return table[values]


def _read_scene(
    folder: Path, name: str, data: DataRecipe, optical: ModalityRecipe, sar: ModalityRecipe, legend: Legend
) -> Scene:
    raster = _open(folder / f"{name}_optical.tif")
    images = {}
    for role, recipe in (("optical", optical), ("sar", sar)):
        image = _open(folder / f"{name}_{role}.tif").ReadAsArray()
        image = image[None] if image.ndim == 2 else image
        if len(image) < len(recipe.bands):
            raise InputError(
                f"'{name}_{role}.tif' has {len(image)} bands; the recipe names {len(recipe.bands)}. Correct its bands."
            )
        images[role] = np.ascontiguousarray(image[: len(recipe.bands)])
    if data.polygons is None:
        values = _open(folder / f"{name}_label.tif").ReadAsArray()
    else:
        values = rasterize_polygons(data.polygons, name, raster)
    shapes = {images["optical"].shape[1:], images["sar"].shape[1:], values.shape}
    if len(shapes) != 1:
        raise InputError(f"The optical, SAR and label sizes of scene '{name}' differ: {shapes}. Align them first.")
    return Scene(
        name,
        images["optical"],
        images["sar"],
        class_indices(values, legend, name),
        stretch_range(images["optical"], optical.percentiles),
        stretch_range(images["sar"], sar.percentiles),
    )


def rasterize_polygons(polygons: str, scene: str, like: gdal.Dataset) -> NDArray[np.uint8]:
    """Class values of one scene's polygons on the grid of `like`; a pixel belongs where its centre lies."""
    target = gdal.GetDriverByName("MEM").Create("", like.RasterXSize, like.RasterYSize, 1, gdal.GDT_Byte)
    target.SetGeoTransform(like.GetGeoTransform())
    target.SetProjection(like.GetProjection())
    source = gdal.OpenEx(polygons, gdal.OF_VECTOR)
    layer = source.GetLayer(0)
    quoted = scene.replace("'", "''")
    layer.SetAttributeFilter(f"scene = '{quoted}'")
    gdal.RasterizeLayer(target, [1], layer, options=["ATTRIBUTE=class"])
    return np.asarray(target.ReadAsArray(), dtype=np.uint8)


def _open(path: Path) -> gdal.Dataset:
    try:
        return gdal.Open(str(path))
    except RuntimeError as error:
        raise RasterIOError(f"'{path}' cannot be read: {error}. Fetch the scenes again.") from error

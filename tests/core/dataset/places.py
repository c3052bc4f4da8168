"""One small place for the tests of data sets: pixels of 8 x 12 m, an offset origin, labels worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal

from rgbsar_core.dataset.make import MakeParameters, MakeResult, SceneFiles, make_dataset
from tests.rasters import read_raster, write_raster
from tests.vectors import box, write_labelled_polygons

WIDTH, HEIGHT = 200, 180
PIXELS = (500_003.0, 8.0, 0.0, 4_000_005.0, 0.0, -12.0)
TILE, GAP = 32, 8
PITCH = TILE + GAP  # of blocks of one tile
# (first column, first row, last column, last row), class: stripes over the whole height, and a lake in the forest
AREAS = [((0, 0, 60, 180), "forest"), ((60, 0, 130, 180), "field"), ((130, 0, 190, 180), "water"),
         ((20, 50, 40, 130), "Water ")]  # fmt: skip
VALUES = {"field": 1, "forest": 2, "water": 3}  # in the order of the alphabet


def expected_labels() -> np.ndarray:
    """What the polygons say; where forest and lake overlap, nothing."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for (left, top, right, bottom), name in AREAS[:3]:
        labels[top:bottom, left:right] = VALUES[name]
    labels[50:130, 20:40] = 0
    return labels


def corner(column: float, row: float) -> tuple[float, float]:
    return PIXELS[0] + column * PIXELS[1], PIXELS[3] + row * PIXELS[5]


def write_layers(folder: Path, name: str = "place") -> tuple[str, str, np.ndarray, np.ndarray]:
    """Optical (3 bands, 8 bit) and SAR (2 bands, linear power, on the same pixels), and their values."""
    numbers = np.random.default_rng(7)
    optical = numbers.integers(0, 256, (3, HEIGHT, WIDTH)).astype(np.uint8)
    sar = numbers.uniform(0.01, 0.5, (2, HEIGHT, WIDTH)).astype(np.float32)
    return (
        write_raster(folder / f"{name}.tif", optical, PIXELS, descriptions=("B4", "B3", "B2")),
        write_raster(folder / f"{name} sar.tif", sar, PIXELS, nodata=-9999, descriptions=("Sigma0_VV", "Sigma0_VH")),
        optical,
        sar,
    )


def write_labels(path: Path, field: str = "label", values: Any = None, epsg: Any = 32611) -> str:
    rings = [box(*corner(left, top), *corner(right, bottom)) for (left, top, right, bottom), _ in AREAS]
    return write_labelled_polygons(path, rings, {field: values or [name for _, name in AREAS]}, epsg)


def make(
    files: tuple[str, str, str], output: Path, progress: Any = None, stop: Any = None, **options: Any
) -> MakeResult:
    fields: dict[str, Any] = {"tile_size": TILE, "block_tiles": 1, "gap": GAP, **options}
    scenes = fields.pop("scenes", (SceneFiles(*files),))
    return make_dataset(MakeParameters(scenes=scenes, output=str(output), **fields), progress, stop)


def tile_names(folder: Path) -> dict[str, list[str]]:
    return {split: (folder / f"{split}.txt").read_text(encoding="utf-8").split() for split in ("train", "val", "test")}


def description(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "dataset.json").read_text(encoding="utf-8")))


def place_of(path: Path) -> tuple[int, int]:
    """Column and row of a tile's first pixel in the scene."""
    g = gdal.Open(str(path)).GetGeoTransform()
    assert (g[1], g[5]) == (PIXELS[1], PIXELS[5])
    return round((g[0] - PIXELS[0]) / PIXELS[1]), round((g[3] - PIXELS[3]) / PIXELS[5])


def assembled(folder: Path, role: str, like: np.ndarray, empty: float) -> np.ndarray:
    """All tiles of a role put back in their places; `empty` between them."""
    whole = np.full((like.shape[0], HEIGHT + TILE, WIDTH + TILE), empty, like.dtype)
    for path in sorted((folder / role).glob("*.tif")):
        column, row = place_of(path)
        whole[:, row : row + TILE, column : column + TILE] = read_raster(path)
    return whole[:, :HEIGHT, :WIDTH]


def in_a_tile(step: int = PITCH) -> np.ndarray:
    """(H, W) True where a pixel lies in a tile and not in the strip between blocks."""
    rows, columns = np.arange(HEIGHT) % step < TILE, np.arange(WIDTH) % step < TILE
    return rows[:, None] & columns[None]

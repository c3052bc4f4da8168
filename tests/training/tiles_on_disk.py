"""Folders of tiny tiles in the layouts of the published data sets, and recipes for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from osgeo import gdal

from tests.rasters import write_raster
from training.recipe import Recipe
from training.recipe_file import read_recipe

SIDE = 64
DRIVERS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}


def write_tile(path: Path, pixels: NDArray[Any], palette: Sequence[Sequence[int]] = ()) -> Path:
    """A GeoTIFF, or a picture without georeference: lossless WebP, PNG, JPEG of full quality."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".tif":
        write_raster(path, pixels)
        return path
    image = gdal.GetDriverByName("MEM").Create("", pixels.shape[-1], pixels.shape[-2], 0, gdal.GDT_Byte)
    for band in pixels if pixels.ndim == 3 else pixels[None]:
        image.AddBand(gdal.GDT_UInt16 if band.dtype == np.uint16 else gdal.GDT_Byte)
        image.GetRasterBand(image.RasterCount).WriteArray(band)
    if palette:
        table = gdal.ColorTable()
        for index, color in enumerate(palette):
            table.SetColorEntry(index, (*color, 255))
        image.GetRasterBand(1).SetColorTable(table)
    options = {".webp": ["LOSSLESS=YES"], ".jpg": ["QUALITY=100"]}.get(path.suffix, [])
    gdal.GetDriverByName(DRIVERS[path.suffix]).CreateCopy(str(path), image, options=options)
    return path


def tile_pixels(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Optical (3, 64, 64), SAR (64, 64), labels (64, 64) of 0 (upper half, dark) and 1 (lower half, bright)."""
    generator = np.random.default_rng(seed)
    labels = np.repeat((np.arange(SIDE) >= SIDE // 2).astype(np.uint8)[:, None], SIDE, axis=1)
    bright = 60 + 120 * labels.astype(np.int64)
    optical = (bright + generator.integers(-20, 20, size=(3, SIDE, SIDE))).astype(np.uint8)
    sar = (bright + generator.integers(-40, 40, size=(SIDE, SIDE))).astype(np.uint8)
    return optical, sar, labels


def write_listed_tiles(folder: Path, counts: dict[str, int]) -> None:
    """OMBRIA's layout: `rgb/*.webp sar/*.png label/*.png` and a list for each split."""
    number = 0
    for split, count in counts.items():
        names = [f"place_{number + i:03d}" for i in range(count)]
        for name in names:
            optical, sar, labels = tile_pixels(number)
            write_tile(folder / "rgb" / f"{name}.webp", optical)
            write_tile(folder / "sar" / f"{name}.png", sar)
            write_tile(folder / "label" / f"{name}.png", labels)
            number += 1
        (folder / f"{split}.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def tiles_recipe_data(folder: Path) -> dict[str, Any]:
    """A run of two steps of two whole tiles, as plain data."""
    return {
        "name": "tiny-tiles",
        "title": "Tiny tiles",
        "classes": [
            {"value": 1, "name": "dark", "color": [0, 0, 0]},
            {"value": 2, "name": "bright", "color": [255, 255, 255]},
        ],
        "network": {"name": "asanet", "size": "atto"},
        "optical": {"bands": [{"name": name} for name in ("red", "green", "blue")], "percentiles": None},
        "sar": {"bands": [{"name": "VH"}], "percentiles": None},
        "data": {
            "folders": [str(folder)],
            "tiles": {
                "optical": {"folder": "rgb", "extension": ".webp"},
                "sar": {"folder": "sar", "extension": ".png"},
                "label": {"folder": "label", "extension": ".png", "values": {0: 1, 1: 2}},
                "lists": {"train": "train.txt", "test": "test.txt"},
                "hold_out": 2,
            },
        },
        "augmentation": {
            "crop": SIDE, "balanced": 0, "scale": [1, 1], "symmetries": False, "gamma": [1, 1], "speckle": 0,
            "optical_gain": [1, 1], "optical_offset": [0, 0], "band_gain": [1, 1], "band_offset": [0, 0],
            "sar_gain": [1, 1], "sar_offset": [0, 0],
        },
        "validation": {"tile": SIDE, "overlap": 16, "batch": 2},
        "trainer": {
            "output": str(folder / "run"),
            "steps": 2,
            "batch": 2,
            "validate_every": 2,
            "accelerator": "cpu",
            "threads": 1,
            "progress_bar": False,
        },
    }  # fmt: skip


def write_recipe(folder: Path, data: dict[str, Any]) -> Path:
    """The recipe as a file beside the tiles."""
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def tiles_recipe(folder: Path, *overrides: str) -> Recipe:
    """The recipe of `write_listed_tiles`."""
    return read_recipe(write_recipe(folder, tiles_recipe_data(folder)), overrides)

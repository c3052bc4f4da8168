"""A tiny set of labelled scenes on disk, and a recipe for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from tests.rasters import NORTH_UP, UTM_11N, write_raster
from training.recipe import Recipe
from training.recipe_file import read_recipe

SIDE = 64
SPLITS = {"north": "train", "south": "train", "east": "val"}


def scene_pixels(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Optical (3, 64, 64), SAR (1, 64, 64), labels (64, 64): dark is class 1, bright class 4; a frame unlabelled."""
    generator = np.random.default_rng(seed)
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[4:30, 4:60] = 1
    labels[36:60, 4:60] = 4
    bright = np.where(np.arange(SIDE) < 33, 60, 180)[:, None].astype(np.int64)
    optical = (bright + generator.integers(-20, 20, size=(3, SIDE, SIDE))).astype(np.uint8)
    sar = (bright + generator.integers(-40, 40, size=(1, SIDE, SIDE))).astype(np.uint8)
    return optical, sar, labels


def write_scenes(folder: Path) -> Path:
    """Scenes, labels, `scenes.csv` and `recipe.yaml`; returns the recipe's path."""
    scenes = folder / "scenes"
    scenes.mkdir(parents=True)
    for seed, name in enumerate(SPLITS):
        for role, pixels in zip(("optical", "sar", "label"), scene_pixels(seed)):
            write_raster(scenes / f"{name}_{role}.tif", pixels)
    rows = ["scene,split", *(f"{name},{split}" for name, split in SPLITS.items())]
    (folder / "scenes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe_data(folder)), encoding="utf-8")
    return path


def recipe_data(folder: Path) -> dict[str, Any]:
    """A run of two steps of two crops of 48 pixels."""
    return {
        "name": "tiny",
        "title": "Tiny",
        "classes": [
            {"value": 1, "name": "dark", "color": [0, 0, 0]},
            {"value": 4, "name": "bright", "color": [255, 255, 255]},
        ],
        "network": {"name": "asanet", "size": "atto"},
        "optical": {"bands": [{"name": name} for name in ("red", "green", "blue")], "clip": [-0.5, 2]},
        "sar": {"bands": [{"name": "VH"}], "clip": [-0.5, 3]},
        "data": {"folders": [str(folder / "scenes")], "splits": "scenes.csv", "gsd": 10},
        "augmentation": {"crop": 48},
        "validation": {"tile": 64, "overlap": 16, "batch": 2},
        "trainer": {
            "output": str(folder / "run"),
            "steps": 2,
            "batch": 2,
            "validate_every": 2,
            "accelerator": "cpu",
            "threads": 1,
            "progress_bar": False,
        },
    }


def tiny_recipe(folder: Path, *overrides: str) -> Recipe:
    """The recipe of `write_scenes`."""
    return read_recipe(folder / "recipe.yaml", overrides)


def write_polygons(path: Path, scene: str, value: int, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """One rectangle of whole pixels of the scenes' grid, as GeoJSON in their CRS."""
    left, width, _, top, _, height = NORTH_UP
    x = [left + width * column for column in columns]
    y = [top + height * row for row in rows]
    ring = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]], [x[0], y[0]]]
    feature = {
        "type": "Feature",
        "properties": {"scene": scene, "class": value},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{UTM_11N}"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}), encoding="utf-8")

"""A small map of three classes, something to hold against it, and the way to assess it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rgbsar_core.accuracy.assess import AccuracyParameters, assess_accuracy
from rgbsar_core.accuracy.result import AccuracyResult
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.writer import MapWriter
from rgbsar_core.strips import RowBlock
from tests.rasters import NORTH_UP, UTM_11N, wkt

LEGEND = Legend(
    (
        LandCoverClass(2, "water", (0, 0, 255)),
        LandCoverClass(3, "forêt d'été", (0, 128, 0)),
        LandCoverClass(9, "city & <roads>", (200, 0, 0)),
    )
)


def write_map(path: Path, pixels: np.ndarray, geotransform: tuple = NORTH_UP, legend: Legend = LEGEND) -> str:
    grid = Grid(pixels.shape[1], pixels.shape[0], geotransform, wkt(UTM_11N))
    with MapWriter(path, grid, legend) as writer:
        writer.write(RowBlock(0, pixels, pixels))
        writer.commit()
    return str(path)


def random_pair(shape: tuple[int, int] = (50, 70)) -> tuple[np.ndarray, np.ndarray]:
    """Map and reference, both with holes."""
    numbers = np.random.default_rng(6)
    mapped = numbers.choice([0, 2, 3, 9], shape, p=[0.1, 0.5, 0.3, 0.1]).astype(np.uint8)
    reference = np.where(numbers.random(shape) < 0.7, mapped, numbers.choice([0, 2, 3, 9], shape)).astype(np.uint8)
    return mapped, reference


def centre(column: float, row: float) -> tuple[float, float]:
    return 500_000 + 10 * (column + 0.5), 4_000_000 - 10 * (row + 0.5)


def counted(reference: np.ndarray, mapped: np.ndarray, values: tuple[int, ...] = LEGEND.values) -> list[list[int]]:
    """[reference][map], one pixel at a time."""
    pairs = list(zip(reference.ravel().tolist(), mapped.ravel().tolist()))
    return [[pairs.count((row, column)) for column in values] for row in values]


def assess(path: str, reference: str, height: int = 0, **options: Any) -> AccuracyResult:
    return assess_accuracy(AccuracyParameters(path, reference, **options), strip_height=height)

"""Random change of training samples; optical, SAR and label always move together.

Every function is pure: what it draws comes from the generator it is given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from rgbsar_core.metrics import IGNORE_INDEX

from .recipe import AugmentationRecipe, FlipsRecipe

Array = NDArray[np.float32]

PLACES = 10
"""Places tried for a crop that no class fills (mmsegmentation's RandomCrop, cat_max_ratio)."""

CLOUD_COVER = (0.1, 0.6)
"""Least and largest share of a sample under cloud-like holes."""

CLOUD_OCTAVES = ((4, 1.0), (8, 0.5), (16, 0.25))
"""Cells along a side, and strength, of the noise that the holes are cut from."""


@dataclass(frozen=True)
class Window:
    """What is cut from an image, and the size it gets, both in pixels (rows, columns).

    Attributes:
        top, left, height, width: in the image.
        size: of the sample before it is filled up.
    """

    top: int
    left: int
    height: int
    width: int
    size: tuple[int, int]

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing the last two axes."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def draw_window(labels: NDArray[np.uint8], recipe: AugmentationRecipe, generator: np.random.Generator) -> Window:
    """A crop as ASANet cuts it: zoom uniform, then up to ten places until no class fills it.

    An image that the zoom makes smaller than the crop is taken whole; `fill_up` adds the rest.

    Args:
        labels: (H, W) of the image, IGNORE_INDEX where unlabelled.
        recipe: with `max_class_share`.
        generator: drawn from.

    Source: training pipelines of whu-pzhang/ASANet at commit 58f64c3.
    """
    zoom = float(generator.uniform(*recipe.scale))
    side = max(round(recipe.crop / zoom), 1)
    height, width = (min(side, length) for length in labels.shape)
    size = (_zoomed(height, side, zoom, recipe.crop), _zoomed(width, side, zoom, recipe.crop))
    for _ in range(PLACES):
        top = int(generator.integers(labels.shape[0] - height + 1))
        left = int(generator.integers(labels.shape[1] - width + 1))
        window = Window(top, left, height, width, size)
        if class_share(labels[window.slices]) < (recipe.max_class_share or 1.0):
            break
    return window


def class_share(labels: NDArray[np.uint8]) -> float:
    """Share of the commonest class among the labelled pixels; 1 without any."""
    counts = np.bincount(labels[labels != IGNORE_INDEX], minlength=1)
    return float(counts.max() / counts.sum()) if counts.any() else 1.0


def draw_side(recipe: AugmentationRecipe, largest: int, generator: np.random.Generator) -> int:
    """Side in source pixels of the square to cut: crop / zoom, the zoom log-uniform in `recipe.scale`."""
    low, high = np.log(recipe.scale[0]), np.log(recipe.scale[1])
    side = recipe.crop / float(np.exp(generator.uniform(low, high)))
    return int(min(max(round(side), 1), largest))


def place_square(
    row: int, column: int, side: int, height: int, width: int, generator: np.random.Generator
) -> tuple[int, int]:
    """Top row and left column of a square inside the scene that holds the pixel, anywhere within it."""
    top = row - int(generator.integers(side))
    left = column - int(generator.integers(side))
    return min(max(top, 0), height - side), min(max(left, 0), width - side)


def resize_together(
    optical: Array, sar: Array, labels: NDArray[np.uint8], size: int | tuple[int, int]
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """Bring all three to `size` (a side, or rows and columns): the images bilinear, the labels by nearest pixel."""
    size = (size, size) if isinstance(size, int) else size
    if labels.shape == size:
        return optical, sar, labels
    images = torch.from_numpy(np.concatenate((optical, sar)))[None]
    images = F.interpolate(images, size, mode="bilinear", align_corners=False)[0]
    rows, columns = (
        ((np.arange(wanted) + 0.5) * (found / wanted)).astype(np.intp) for wanted, found in zip(size, labels.shape)
    )
    resized = images.numpy()
    return resized[: len(optical)], resized[len(optical) :], labels[np.ix_(rows, columns)]


def turn_together(
    optical: Array, sar: Array, labels: NDArray[np.uint8], symmetry: int
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """One of the eight symmetries of the square: `symmetry` % 4 quarter turns, mirrored from 4 on."""

    def turn(image: NDArray[np.generic]) -> NDArray[np.generic]:
        image = np.rot90(image, symmetry % 4, axes=(-2, -1))
        return np.ascontiguousarray(image[..., ::-1] if symmetry >= 4 else image)

    return turn(optical), turn(sar), turn(labels)  # type: ignore[return-value]


def flip_together(
    optical: Array, sar: Array, labels: NDArray[np.uint8], flips: FlipsRecipe, generator: np.random.Generator
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """Mirror the sample, each way with its own probability; the SAR image stays behind if the recipe wants it."""
    for probability, axis in ((flips.horizontal, -1), (flips.vertical, -2)):
        if probability > 0.0 and generator.random() < probability:
            optical, labels = np.flip(optical, axis), np.flip(labels, axis)
            sar = np.flip(sar, axis) if flips.sar else sar
    return np.ascontiguousarray(optical), np.ascontiguousarray(sar), np.ascontiguousarray(labels)


def speckle(
    sar: Array, recipe: AugmentationRecipe, generator: np.random.Generator, units: str = "digital_number"
) -> Array:
    """Multiply the intensity with gamma noise of mean 1 and variance 1 / looks, before any stretch.

    Args:
        sar: (C, H, W) in `units`.
        recipe: probability and looks.
        generator: drawn from.
        units: of the model card; intensity is `linear`, the square of `amplitude`, 10^(v / 10) of `db`. Numbers of
            unknown meaning (`digital_number`) are multiplied as they are.

    Source: Goodman, Some fundamental properties of speckle, JOSA 66, 1976 (multilooked intensity).
    """
    if generator.random() >= recipe.speckle:
        return sar
    looks = float(generator.uniform(*recipe.looks))
    noise = generator.standard_gamma(looks, size=sar.shape, dtype=np.float32) / np.float32(looks)
    if units == "amplitude":
        return sar * np.sqrt(noise)
    if units == "db":
        return sar + np.float32(10.0) * np.log10(np.maximum(noise, np.float32(1e-10)))
    return sar * noise


def jitter_optical(optical: Array, recipe: AugmentationRecipe, generator: np.random.Generator) -> Array:
    """Gamma (of the values above 0), gain and offset of the stretched optical values, common and per band."""
    bands = (len(optical), 1, 1)
    gamma = float(np.exp(generator.uniform(np.log(recipe.gamma[0]), np.log(recipe.gamma[1]))))
    gain = generator.uniform(*recipe.optical_gain) * generator.uniform(*recipe.band_gain, size=bands)
    offset = generator.uniform(*recipe.optical_offset) + generator.uniform(*recipe.band_offset, size=bands)
    if gamma != 1.0:
        optical = np.where(optical > 0.0, np.power(np.maximum(optical, 0.0), np.float32(gamma)), optical)
    return optical * gain.astype(np.float32) + offset.astype(np.float32)


def jitter_sar(sar: Array, recipe: AugmentationRecipe, generator: np.random.Generator) -> Array:
    """Gain and offset of the stretched SAR values, per band."""
    bands = (len(sar), 1, 1)
    low, high = np.log(recipe.sar_gain[0]), np.log(recipe.sar_gain[1])
    gain = np.exp(generator.uniform(low, high, size=bands))
    offset = generator.uniform(*recipe.sar_offset, size=bands)
    return sar * gain.astype(np.float32) + offset.astype(np.float32)


def drop_modality(
    optical: Array, sar: Array, recipe: AugmentationRecipe, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Leave a modality out (zeros after normalisation, what the engine feeds where it is missing); never both."""
    draw = generator.random()
    if draw < recipe.drop_optical:
        return np.zeros_like(optical), sar
    if draw < recipe.drop_optical + recipe.drop_sar:
        return optical, np.zeros_like(sar)
    return optical, sar


def cover_with_clouds(
    optical: Array, sar: Array, recipe: AugmentationRecipe, generator: np.random.Generator
) -> Array:
    """Cut cloud-like holes into a normalised optical image: zeros, what the engine feeds where it is missing.

    The holes are where smooth noise is highest. A sample without SAR keeps its optical image: nothing would be left.
    """
    if recipe.cloud <= 0.0 or not sar.any() or generator.random() >= recipe.cloud:
        return optical
    size = optical.shape[-2:]
    noise = torch.zeros(size)
    for cells, strength in CLOUD_OCTAVES:
        grid = torch.from_numpy(generator.standard_normal((1, 1, cells, cells), dtype=np.float32))
        noise += strength * F.interpolate(grid, size, mode="bicubic", align_corners=False)[0, 0]
    heights = noise.numpy()
    hole = heights > np.quantile(heights, 1.0 - generator.uniform(*CLOUD_COVER))
    return np.where(hole, np.float32(0.0), optical)


def fill_up(
    optical: Array, sar: Array, labels: NDArray[np.uint8], side: int
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """Add rows below and columns at the right up to (side, side): 0 to normalised images, unlabelled pixels."""
    rows, columns = (side - length for length in labels.shape)
    if not rows and not columns:
        return optical, sar, labels
    around = ((0, rows), (0, columns))
    return (
        np.pad(optical, ((0, 0), *around)),
        np.pad(sar, ((0, 0), *around)),
        np.pad(labels, around, constant_values=IGNORE_INDEX),
    )


def _zoomed(length: int, side: int, zoom: float, crop: int) -> int:
    return crop if length == side else min(max(round(length * zoom), 1), crop)

"""Random change of training samples; optical, SAR and label always move together.

Every function is pure: what it draws comes from the generator it is given.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from .recipe import AugmentationRecipe

Array = NDArray[np.float32]


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
    optical: Array, sar: Array, labels: NDArray[np.uint8], size: int
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """Bring all three to (size, size): the images bilinear, the labels by nearest pixel."""
    if labels.shape == (size, size):
        return optical, sar, labels
    images = torch.from_numpy(np.concatenate((optical, sar)))[None]
    images = F.interpolate(images, (size, size), mode="bilinear", align_corners=False)[0]
    steps = ((np.arange(size) + 0.5) * (labels.shape[0] / size)).astype(np.intp)
    resized = images.numpy()
    return resized[: len(optical)], resized[len(optical) :], labels[np.ix_(steps, steps)]


def turn_together(
    optical: Array, sar: Array, labels: NDArray[np.uint8], symmetry: int
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """One of the eight symmetries of the square: `symmetry` % 4 quarter turns, mirrored from 4 on."""

    def turn(image: NDArray[np.generic]) -> NDArray[np.generic]:
        image = np.rot90(image, symmetry % 4, axes=(-2, -1))
        return np.ascontiguousarray(image[..., ::-1] if symmetry >= 4 else image)

    return turn(optical), turn(sar), turn(labels)  # type: ignore[return-value]


def speckle(sar: Array, recipe: AugmentationRecipe, generator: np.random.Generator) -> Array:
    """Multiply with gamma noise of mean 1 and variance 1 / looks, before any stretch.

    Source: Goodman, Some fundamental properties of speckle, JOSA 66, 1976 (multilooked intensity).
    """
    if generator.random() >= recipe.speckle:
        return sar
    looks = float(generator.uniform(*recipe.looks))
    noise = generator.standard_gamma(looks, size=sar.shape, dtype=np.float32) / np.float32(looks)
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

"""Training samples cut from scenes or tiles: sample i is the same whoever asks for it, and whenever."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from .. import augmentation
from ..recipe import AugmentationRecipe, Recipe
from .images import LabelledImages, Scene, SceneSet
from .places import LabelledPixels, Places, TileOrder, label_counts
from .scaling import RunningStatistics, Statistics, stretch

__all__ = ["CropSamples", "LabelledPixels", "Sample", "Statistics", "places"]

Sample = tuple[Tensor, Tensor, Tensor]

_ANY_SIDE = 10**9


def places(images: LabelledImages, recipe: Recipe) -> Places:
    """Where to cut the samples of a run.

    Raises:
        InputError: no labelled pixel of any class.
    """
    if isinstance(images, SceneSet):
        return LabelledPixels(images, len(recipe.classes))
    return TileOrder(images, len(recipe.classes), recipe.augmentation.balanced > 0.0, recipe.seed)


class CropSamples(Dataset[Sample]):
    """Augmented crops, normalised as at inference.

    Args:
        scenes: of the training split; tiles likewise.
        recipe: of the run.
        optical_statistics, sar_statistics: mean and standard deviation per band.
        first: number of this data set's first sample; sample i is drawn with the seed
            (recipe.seed, first + i * step).
        pixels: where to cut.
        length: number of samples.
        step: number of processes that share the run.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        recipe: Recipe,
        optical_statistics: Statistics,
        sar_statistics: Statistics,
        pixels: Places,
        first: int,
        length: int,
        step: int = 1,
    ) -> None:
        self._scenes = scenes
        self._recipe = recipe
        self._optical_statistics = optical_statistics
        self._sar_statistics = sar_statistics
        self._pixels = pixels
        self._first = first
        self._length = length
        self._step = step

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Sample:
        """Optical (C, S, S), SAR (C, S, S) float32; labels (S, S) int64, 255 where unlabelled."""
        number = self._first + index * self._step
        generator = np.random.default_rng((self._recipe.seed, number))
        optical, sar, labels = crop(self._scenes, self._pixels, self._recipe, generator, number)
        change = self._recipe.augmentation
        optical = augmentation.jitter_optical(optical, change, generator)
        sar = augmentation.jitter_sar(sar, change, generator)
        optical = normalise(optical, self._recipe.optical.clip, self._optical_statistics)
        sar = normalise(sar, self._recipe.sar.clip, self._sar_statistics)
        optical, sar = augmentation.drop_modality(optical, sar, change, generator)
        optical = augmentation.cover_with_clouds(optical, sar, change, generator)
        optical, sar, labels = augmentation.fill_up(optical, sar, labels, change.crop)
        return torch.from_numpy(optical), torch.from_numpy(sar), torch.from_numpy(labels.astype(np.int64))


def crop(
    scenes: Sequence[Scene], pixels: Places, recipe: Recipe, generator: np.random.Generator, number: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    """Cut, zoom and turn one sample; the values stretched to the scene's range, not yet normalised.

    It is smaller than the crop where `max_class_share` is set and the zoomed image is.
    """
    change: AugmentationRecipe = recipe.augmentation
    chosen, pixel = pixels.draw(change.balanced, generator, number)
    scene = scenes[chosen]
    if change.max_class_share is not None:
        window = augmentation.draw_window(scene.labels, change, generator)
    else:
        window = draw_square(scene.labels.shape, pixel, change, generator)
    rows, columns = window.slices
    raw_sar = scene.sar[:, rows, columns].astype(np.float32)
    raw_sar = augmentation.speckle(raw_sar, change, generator, recipe.sar.units)
    optical = stretch(scene.optical[:, rows, columns], scene.optical_range)
    sar = stretch(raw_sar, scene.sar_range)
    optical, sar, labels = augmentation.resize_together(optical, sar, scene.labels[rows, columns], window.size)
    if change.symmetries:
        return augmentation.turn_together(optical, sar, labels, int(generator.integers(8)))
    return augmentation.flip_together(optical, sar, labels, change.flips, generator)


def draw_square(
    shape: tuple[int, ...], pixel: int | None, change: AugmentationRecipe, generator: np.random.Generator
) -> augmentation.Window:
    """A square of the image that holds the pixel, or lies anywhere; it is brought to the size of the crop.

    An image too small for that at any zoom is enlarged by the zoom alone, and filled up later: else the network would
    learn another pixel size than maps have.
    """
    height, width = shape
    largest, wanted = min(height, width), augmentation.draw_side(change, _ANY_SIDE, generator)
    side = min(wanted, largest)
    fits = largest >= int(change.crop / change.scale[1])
    size = change.crop if fits else max(1, round(change.crop * side / wanted))
    if pixel is None:
        top, left = int(generator.integers(height - side + 1)), int(generator.integers(width - side + 1))
    else:
        row, column = divmod(pixel, width)
        top, left = augmentation.place_square(row, column, side, height, width, generator)
    return augmentation.Window(top, left, side, side, (size, size))

def normalise(
    values: NDArray[np.float32], clip: tuple[float, float] | None, numbers: Statistics
) -> NDArray[np.float32]:
    """Clip, then (v - mean) / std per band; 0 where there is no value, as at inference."""
    if clip is not None:
        values = np.clip(values, *clip)
    mean = np.asarray(numbers[0], dtype=np.float32)[:, None, None]
    std = np.asarray(numbers[1], dtype=np.float32)[:, None, None]
    normalised = np.ascontiguousarray((values - mean) / std, dtype=np.float32)
    return np.nan_to_num(normalised, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def training_statistics(images: LabelledImages, recipe: Recipe) -> tuple[Statistics, Statistics]:
    """Mean and deviation of both modalities: the recipe's, or those of the training images."""
    fixed = (recipe.optical.statistics, recipe.sar.statistics)
    if fixed[0] is not None and fixed[1] is not None:
        return fixed[0], fixed[1]
    both = (RunningStatistics(), RunningStatistics())
    for image in images:
        both[0].add(image.optical, image.optical_range, recipe.optical.clip)
        both[1].add(image.sar, image.sar_range, recipe.sar.clip)
    return fixed[0] or both[0].result(), fixed[1] or both[1].result()


def class_pixels(images: LabelledImages, num_classes: int) -> tuple[int, ...]:
    """Labelled pixels per class."""
    return tuple(int(count) for count in label_counts(images, num_classes).sum(axis=0))

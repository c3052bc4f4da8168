"""Training samples cut from scenes in memory: sample i is the same whoever asks for it, and whenever."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from rgbsar_core.errors import InputError
from rgbsar_core.metrics import IGNORE_INDEX

from .. import augmentation
from ..recipe import AugmentationRecipe, Recipe
from .scenes import Scene, statistics, stretch

Sample = tuple[Tensor, Tensor, Tensor]
Statistics = tuple[tuple[float, ...], tuple[float, ...]]


class LabelledPixels:
    """Draws labelled pixels, by class or from all.

    A class is drawn uniformly, then a scene in proportion to the root of its pixels of that class (so that one
    scene full of sea does not stand for all water), then a pixel of it.
    """

    def __init__(self, scenes: Sequence[Scene], num_classes: int) -> None:
        self._pixels: list[list[NDArray[np.int32]]] = [
            [np.flatnonzero(scene.labels == index).astype(np.int32) for scene in scenes]
            for index in range(num_classes)
        ]
        counts = np.array([[len(pixels) for pixels in row] for row in self._pixels], dtype=np.float64)
        self._classes = np.flatnonzero(counts.sum(axis=1))
        if not len(self._classes):
            raise InputError("No scene has a labelled pixel of any class; expected at least one. Check the labels.")
        roots = np.sqrt(counts)
        self._scene_shares = roots / np.maximum(roots.sum(axis=1, keepdims=True), 1e-12)
        self._all_shares = (roots / roots.sum()).ravel()
        self.counts = counts

    def draw(self, balanced: float, generator: np.random.Generator) -> tuple[int, int]:
        """Scene number and flat pixel number."""
        scenes = self._scene_shares.shape[1]
        if generator.random() < balanced:
            row = int(generator.choice(self._classes))
            column = int(generator.choice(scenes, p=self._scene_shares[row]))
        else:
            row, column = divmod(int(generator.choice(self._all_shares.size, p=self._all_shares)), scenes)
        pixels = self._pixels[row][column]
        return column, int(pixels[generator.integers(len(pixels))])


class CropSamples(Dataset[Sample]):
    """Augmented crops, normalised as at inference.

    Args:
        scenes: of the training split.
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
        pixels: LabelledPixels,
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
        generator = np.random.default_rng((self._recipe.seed, self._first + index * self._step))
        optical, sar, labels = crop(self._scenes, self._pixels, self._recipe, generator)
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
    scenes: Sequence[Scene], pixels: LabelledPixels, recipe: Recipe, generator: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    """Cut, zoom and turn one sample; the values stretched to the scene's range, not yet normalised.

    It is smaller than the crop where `max_class_share` is set and the zoomed image is.
    """
    change: AugmentationRecipe = recipe.augmentation
    number, pixel = pixels.draw(change.balanced, generator)
    scene = scenes[number]
    height, width = scene.labels.shape
    if change.max_class_share is not None:
        window = augmentation.draw_window(scene.labels, change, generator)
    else:
        side = augmentation.draw_side(change, min(height, width), generator)
        row, column = divmod(pixel, width)
        top, left = augmentation.place_square(row, column, side, height, width, generator)
        window = augmentation.Window(top, left, side, side, (change.crop, change.crop))
    rows, columns = window.slices
    raw_sar = scene.sar[:, rows, columns].astype(np.float32)
    raw_sar = augmentation.speckle(raw_sar, change, generator, recipe.sar.units)
    optical = stretch(scene.optical[:, rows, columns], scene.optical_range)
    sar = stretch(raw_sar, scene.sar_range)
    optical, sar, labels = augmentation.resize_together(optical, sar, scene.labels[rows, columns], window.size)
    if change.symmetries:
        return augmentation.turn_together(optical, sar, labels, int(generator.integers(8)))
    return augmentation.flip_together(optical, sar, labels, change.flips, generator)


def normalise(
    values: NDArray[np.float32], clip: tuple[float, float] | None, numbers: Statistics
) -> NDArray[np.float32]:
    """Clip, then (v - mean) / std per band."""
    if clip is not None:
        values = np.clip(values, *clip)
    mean = np.asarray(numbers[0], dtype=np.float32)[:, None, None]
    std = np.asarray(numbers[1], dtype=np.float32)[:, None, None]
    return np.ascontiguousarray((values - mean) / std, dtype=np.float32)


def training_statistics(scenes: Sequence[Scene], recipe: Recipe) -> tuple[Statistics, Statistics]:
    """Mean and deviation of both modalities over the training scenes."""
    optical = statistics([s.optical for s in scenes], [s.optical_range for s in scenes], recipe.optical.clip)
    sar = statistics([s.sar for s in scenes], [s.sar_range for s in scenes], recipe.sar.clip)
    return optical, sar


def class_pixels(scenes: Sequence[Scene], num_classes: int) -> tuple[int, ...]:
    """Labelled pixels per class."""
    counts = sum(
        np.bincount(scene.labels[scene.labels != IGNORE_INDEX], minlength=num_classes) for scene in scenes
    )
    return tuple(int(count) for count in np.atleast_1d(counts))

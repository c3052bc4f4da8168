"""Where training samples are cut: which image, and around which pixel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.errors import InputError
from rgbsar_core.metrics import IGNORE_INDEX

from .images import LabelledImages, Scene, SceneSet, SomeImages

logger = logging.getLogger(__name__)

_NAMED = 3


class Places(Protocol):
    """Draws places; the same sample number and generator give the same place, whoever asks."""

    def draw(self, balanced: float, generator: np.random.Generator, number: int = 0) -> tuple[int, int | None]:
        """Number of the image, and a flat pixel number in it that the sample shall hold (None: any).

        Args:
            balanced: share of the samples placed on a class drawn uniformly.
            generator: of this sample.
            number: of this sample in the run.
        """
        ...


class LabelledPixels:
    """Draws labelled pixels of a few large scenes, by class or from all.

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

    def draw(self, balanced: float, generator: np.random.Generator, number: int = 0) -> tuple[int, int]:
        """Scene number and flat pixel number; the sample's own number does not matter."""
        scenes = self._scene_shares.shape[1]
        if generator.random() < balanced:
            row = int(generator.choice(self._classes))
            column = int(generator.choice(scenes, p=self._scene_shares[row]))
        else:
            row, column = divmod(int(generator.choice(self._all_shares.size, p=self._all_shares)), scenes)
        pixels = self._pixels[row][column]
        return column, int(pixels[generator.integers(len(pixels))])


class TileOrder:
    """Goes through the tiles of a large set, each once in every round, in an order of its own for each round.

    The balanced share of the samples is placed as `LabelledPixels` does: class, then tile, then a pixel of it.

    Args:
        tiles: of the training split.
        num_classes: K.
        balanced: whether that will be asked for; it takes a look at all labels first.
        seed: of the rounds.

    Raises:
        InputError: it was asked for, and no tile has a label.
    """

    def __init__(self, tiles: LabelledImages, num_classes: int, balanced: bool, seed: int) -> None:
        self._tiles = tiles
        self._seed = seed
        self._round = -1
        self._order: NDArray[np.intp] = np.arange(len(tiles))
        if balanced:
            counts = label_counts(tiles, num_classes).astype(np.float64)
            self._classes = np.flatnonzero(counts.sum(axis=0))
            if not len(self._classes):
                raise InputError("No tile has a labelled pixel of any class; expected at least one. Check the labels.")
            roots = np.sqrt(counts)
            self._shares = roots / np.maximum(roots.sum(axis=0), 1e-12)

    def draw(self, balanced: float, generator: np.random.Generator, number: int = 0) -> tuple[int, int | None]:
        """Tile number, and a pixel of a class if the sample is one of the balanced ones."""
        if balanced > 0.0 and generator.random() < balanced:
            index = int(generator.choice(self._classes))
            tile = int(generator.choice(len(self._tiles), p=self._shares[:, index]))
            pixels = np.flatnonzero(self._tiles.labels(tile) == index)
            return tile, int(pixels[generator.integers(len(pixels))])
        turn, place = divmod(number, len(self._tiles))
        if turn != self._round:
            self._order = np.random.default_rng((self._seed, turn, 1)).permutation(len(self._tiles))
            self._round = turn
        return int(self._order[place]), None


def label_counts(images: LabelledImages, num_classes: int) -> NDArray[np.int64]:
    """Labelled pixels per image and class, (N, K)."""

    def count(number: int) -> NDArray[np.int64]:
        labels = images.labels(number)
        return np.bincount(labels[labels != IGNORE_INDEX], minlength=num_classes)

    with ThreadPoolExecutor() as pool:  # decoding runs side by side, outside Python
        return np.array(list(pool.map(count, range(len(images)))), np.int64).reshape(len(images), num_classes)


def without_unlabelled(images: LabelledImages, counts: NDArray[np.int64]) -> LabelledImages:
    """The images that have a label; a warning names the others.

    Scenes stay together: nothing is drawn from those without a label anyway.

    Args:
        images: to train on.
        counts: of `label_counts`.
    """
    labelled = counts.any(axis=1)
    absent = [name for name, kept in zip(images.names, labelled) if not kept]
    if not absent:
        return images
    logger.warning(
        "%d of %d images to train on have no labelled pixel (%s); expected some in each. They are left out; check "
        "their labels if that is not meant so.",
        len(absent), len(images), ", ".join(absent[:_NAMED]) + (", ..." if len(absent) > _NAMED else ""),
    )  # fmt: skip
    return images if isinstance(images, SceneSet) else SomeImages(images, np.flatnonzero(labelled).tolist())

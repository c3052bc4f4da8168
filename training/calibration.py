"""How far confidence can be believed, and the temperature that mends it.

Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017 (expected calibration error, section 2;
temperature scaling, section 4.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rgbsar_core.metrics import IGNORE_INDEX, Accuracy, accuracy
from rgbsar_core.model_card import InputSpec

from .bootstrap import BLOCK, IouIntervals, block_matrices, iou_intervals
from .datasets.images import Scene
from .prediction import predict, scene_inputs, tile_logits
from .recipe import ValidationRecipe

BINS = 15
"""Equal bins of the confidence, as in the paper."""

MOST_PIXELS = 200_000
"""Labelled pixels a temperature is fitted to; one number needs no more."""

COLDEST, HOTTEST = 0.05, 20.0
"""Temperatures between which one is looked for."""


@dataclass(frozen=True)
class Assessment:
    """What a network's predictions of labelled scenes are worth.

    Attributes:
        measured: accuracy.
        intervals: of its IoU.
        calibration_error: see `calibration_error`.
    """

    measured: Accuracy
    intervals: IouIntervals
    calibration_error: float


class Reliability:
    """Counts, per bin of confidence, pixels, right ones, and the sum of their confidence."""

    def __init__(self) -> None:
        self._sums = np.zeros((3, BINS))

    def add(self, confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> None:
        """Count pixels; both arrays (P,)."""
        bins = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
        for row, weights in enumerate((None, right, confidence)):
            self._sums[row] += np.bincount(bins, weights=weights, minlength=BINS)

    @property
    def calibration_error(self) -> float:
        """Mean over the pixels of |share right - mean confidence| of their bin (ECE); NaN without any."""
        pixels, right, confidence = self._sums
        total = pixels.sum()
        return float(np.abs(right - confidence).sum() / total) if total else float("nan")


def assess(
    network: nn.Module,
    scenes: Sequence[Scene],
    inputs: Sequence[InputSpec],
    num_classes: int,
    tiling: ValidationRecipe,
    device: torch.device,
    temperature: float = 1.0,
    without: str = "",
) -> Assessment:
    """Predict scenes as at inference and compare labels and confidence with theirs.

    Args:
        network: in evaluation mode, on `device`.
        scenes: labelled.
        inputs: of the card.
        num_classes: K.
        tiling: side, overlap and batch of the tiles.
        device: where to compute.
        temperature: of the softmax.
        without: role of the modality that is left out; "" for none.
    """
    blocks = [np.zeros((0, num_classes, num_classes), np.int64)]
    reliability = Reliability()
    for scene in scenes:
        optical, sar = scene_inputs(scene, inputs, without)
        predicted = predict(network, optical, sar, num_classes, tiling, device, temperature)
        blocks.append(block_matrices(scene.labels, predicted.labels, num_classes, BLOCK))
        labelled = scene.labels != IGNORE_INDEX
        right = predicted.labels[labelled] == scene.labels[labelled]
        reliability.add(predicted.confidence[labelled], right)
    every = np.concatenate(blocks)
    return Assessment(accuracy(every.sum(axis=0)), iou_intervals(every), reliability.calibration_error)


class LogitSample:
    """Logits and labels of every n-th pixel; n doubles whenever there are too many."""

    def __init__(self, most: int = MOST_PIXELS) -> None:
        self._most = most
        self._every = 1
        self._seen = 0
        self._logits: list[NDArray[np.float32]] = []
        self._labels: list[NDArray[np.uint8]] = []

    def add(self, logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> None:
        """Take of (P, K) logits and (P,) labels the pixels whose number, counted from the first, n divides."""
        first = -self._seen % self._every
        self._seen += len(labels)
        self._logits.append(logits[first :: self._every])
        self._labels.append(labels[first :: self._every])
        while sum(map(len, self._labels)) > self._most:
            self._every *= 2
            logits, labels = self.arrays()
            self._logits, self._labels = [logits[::2]], [labels[::2]]

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """(P, K) logits and (P,) labels."""
        if not self._labels:
            return np.zeros((0, 1), np.float32), np.zeros(0, np.uint8)
        return np.concatenate(self._logits), np.concatenate(self._labels)


def sample_logits(
    network: nn.Module,
    scenes: Sequence[Scene],
    inputs: Sequence[InputSpec],
    tiling: ValidationRecipe,
    device: torch.device,
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """(P, K) logits and (P,) labels of labelled pixels, as the tiles of these scenes have them."""
    sample = LogitSample()
    for scene in scenes:
        optical, sar = scene_inputs(scene, inputs)
        for row, column, logits in tile_logits(network, optical, sar, tiling, device):
            labels = scene.labels[row : row + tiling.tile, column : column + tiling.tile]
            labelled = labels != IGNORE_INDEX
            inside = logits[:, : labels.shape[0], : labels.shape[1]].cpu().numpy()
            sample.add(inside[:, labelled].T, labels[labelled])
    return sample.arrays()


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """The temperature T that makes the labels most likely under softmax(logits / T), to three decimals.

    The mean of -log p is convex in b = 1 / T; its slope, the mean of sum(p z) - z[label], is bisected.

    Args:
        logits: (P, K).
        labels: (P,) class indices.

    Returns:
        COLDEST to HOTTEST; 1 without a pixel.
    """
    if not len(labels):
        return 1.0
    z = logits.astype(np.float64)
    z -= z.max(axis=1, keepdims=True)
    own = float(z[np.arange(len(labels)), labels].mean())
    low, high = 1.0 / HOTTEST, 1.0 / COLDEST
    for _ in range(50):
        middle = (low + high) / 2.0
        powers = np.exp(middle * z)
        slope = float(((powers * z).sum(axis=1) / powers.sum(axis=1)).mean()) - own
        low, high = (low, middle) if slope > 0.0 else (middle, high)
    return round(2.0 / (low + high), 3)

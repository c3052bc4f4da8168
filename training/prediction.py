"""Full-scene prediction during training: normalised as at inference, overlapping tiles, blended probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rgbsar_core.metrics import confusion_matrix
from rgbsar_core.model_card import InputSpec
from rgbsar_core.tiling import blend_weights, reflect_indices, tile_starts

from .datasets.images import Scene
from .datasets.samples import normalise
from .datasets.scaling import stretch
from .recipe import ValidationRecipe


@dataclass(frozen=True)
class Prediction:
    """What a network says of one scene, (H, W) each.

    Attributes:
        labels: most probable class index.
        confidence: its probability, float32.
    """

    labels: NDArray[np.uint8]
    confidence: NDArray[np.float32]


def scene_matrix(
    network: nn.Module,
    scene: Scene,
    inputs: Sequence[InputSpec],
    num_classes: int,
    tiling: ValidationRecipe,
    device: torch.device,
) -> NDArray[np.int64]:
    """Confusion matrix `[reference, predicted]` of one scene's labelled pixels."""
    optical, sar = scene_inputs(scene, inputs)
    predicted = predict(network, optical, sar, num_classes, tiling, device)
    return confusion_matrix(scene.labels, predicted.labels, num_classes)


def scene_inputs(
    scene: Scene, inputs: Sequence[InputSpec], without: str = ""
) -> tuple[Tensor | None, Tensor | None]:
    """Optical and SAR (C, H, W) of a scene, normalised as the card says; None for one the network ignores.

    The modality `without` becomes zeros: what modality dropout trains, and what the engine feeds.
    """
    images = {"optical": (scene.optical, scene.optical_range), "sar": (scene.sar, scene.sar_range)}
    normalised: dict[str, Tensor] = {}
    for spec in inputs:
        image, limits = images[spec.role]
        pixels = torch.from_numpy(normalise(stretch(image, limits), spec.clip, (spec.mean, spec.std)))
        normalised[spec.role] = torch.zeros_like(pixels) if spec.role == without else pixels
    return normalised.get("optical"), normalised.get("sar")


@torch.no_grad()
def predict(
    network: nn.Module,
    optical: Tensor | None,
    sar: Tensor | None,
    num_classes: int,
    tiling: ValidationRecipe,
    device: torch.device,
    temperature: float = 1.0,
) -> Prediction:
    """Most probable class of every pixel, and how probable it is.

    Args:
        network: in evaluation mode, on `device`.
        optical, sar: (C, H, W) normalised; None for a network that ignores it.
        num_classes: channels of the logits.
        tiling: side, overlap and batch of the tiles.
        device: where to compute.
        temperature: of the softmax, see the model card.
    """
    height, width = _reference(optical, sar).shape[-2:]
    tile, overlap = tiling.tile, tiling.overlap
    row_weights, column_weights = (
        {start: torch.from_numpy(weights).to(device) for start, weights in zip(starts, blends)}
        for starts, blends in (
            (tile_starts(length, tile, overlap), blend_weights(length, tile, overlap)) for length in (height, width)
        )
    )
    total = torch.zeros((num_classes, max(height, tile), max(width, tile)), device=device)
    for row, column, logits in tile_logits(network, optical, sar, tiling, device):
        probabilities = torch.softmax(logits if temperature == 1 else logits / temperature, dim=0)
        weight = row_weights[row][:, None] * column_weights[column][None, :]
        total[:, row : row + tile, column : column + tile] += probabilities * weight
    confidence, labels = total[:, :height, :width].max(dim=0)
    return Prediction(labels.to(torch.uint8).cpu().numpy(), confidence.cpu().numpy())


@torch.no_grad()
def tile_logits(
    network: nn.Module, optical: Tensor | None, sar: Tensor | None, tiling: ValidationRecipe, device: torch.device
) -> Iterator[tuple[int, int, Tensor]]:
    """Top row, left column and float32 logits (K, tile, tile) of every tile; small scenes go on by reflection."""
    height, width = _reference(optical, sar).shape[-2:]
    tile, overlap = tiling.tile, tiling.overlap
    rows, columns = tile_starts(height, tile, overlap), tile_starts(width, tile, overlap)
    images = [_padded(image, (max(height, tile), max(width, tile)), device) for image in (optical, sar)]
    places = [(row, column) for row in rows for column in columns]
    for first in range(0, len(places), tiling.batch):
        chosen = places[first : first + tiling.batch]
        tiles = [
            None
            if image is None
            else torch.stack(
                [image[:, row : row + tile, column : column + tile] for row, column in chosen]
            ).contiguous(memory_format=torch.channels_last)
            for image in images
        ]
        for (row, column), logits in zip(chosen, network(*tiles).float()):
            yield row, column, logits


def _reference(optical: Tensor | None, sar: Tensor | None) -> Tensor:
    image = optical if optical is not None else sar
    if image is None:
        raise ValueError("predict needs an optical or a SAR image; both are None.")
    return image


def _padded(image: Tensor | None, size: tuple[int, int], device: torch.device) -> Tensor | None:
    """Continue an image by reflection to at least one tile."""
    if image is None:
        return None
    height, width = image.shape[-2:]
    rows = torch.from_numpy(reflect_indices(height, size[0]))
    columns = torch.from_numpy(reflect_indices(width, size[1]))
    return image[:, rows][:, :, columns].to(device)

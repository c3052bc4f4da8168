"""Full-scene prediction during training: normalised as at inference, overlapping tiles, blended probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rgbsar_core.metrics import confusion_matrix
from rgbsar_core.model_card import InputSpec
from rgbsar_core.tiling import blend_weights, reflect_indices, tile_starts

from .datasets.images import Scene
from .datasets.samples import normalise
from .datasets.scenes import stretch
from .recipe import ValidationRecipe


def scene_matrix(
    network: nn.Module,
    scene: Scene,
    inputs: Sequence[InputSpec],
    num_classes: int,
    tiling: ValidationRecipe,
    device: torch.device,
) -> NDArray[np.int64]:
    """Confusion matrix `[reference, predicted]` of one scene's labelled pixels."""
    labels = scene_labels(network, scene, inputs, num_classes, tiling, device)
    return confusion_matrix(scene.labels, labels, num_classes)


def scene_labels(
    network: nn.Module,
    scene: Scene,
    inputs: Sequence[InputSpec],
    num_classes: int,
    tiling: ValidationRecipe,
    device: torch.device,
) -> NDArray[np.uint8]:
    """Predicted class indices of one scene or tile."""
    images = {"optical": (scene.optical, scene.optical_range), "sar": (scene.sar, scene.sar_range)}
    normalised: dict[str, Tensor] = {}
    for spec in inputs:
        image, limits = images[spec.role]
        normalised[spec.role] = torch.from_numpy(normalise(stretch(image, limits), spec.clip, (spec.mean, spec.std)))
    return predict(network, normalised.get("optical"), normalised.get("sar"), num_classes, tiling, device)


@torch.no_grad()
def predict(
    network: nn.Module,
    optical: Tensor | None,
    sar: Tensor | None,
    num_classes: int,
    tiling: ValidationRecipe,
    device: torch.device,
) -> NDArray[np.uint8]:
    """Most probable class index of every pixel.

    Args:
        network: in evaluation mode, on `device`.
        optical, sar: (C, H, W) normalised; None for a network that ignores it.
        num_classes: channels of the logits.
        tiling: side, overlap and batch of the tiles.
        device: where to compute.

    Returns:
        (H, W) class indices.
    """
    reference = optical if optical is not None else sar
    if reference is None:
        raise ValueError("predict needs an optical or a SAR image; both are None.")
    height, width = reference.shape[-2:]
    tile, overlap = tiling.tile, tiling.overlap
    rows, columns = tile_starts(height, tile, overlap), tile_starts(width, tile, overlap)
    row_weights = torch.from_numpy(blend_weights(height, tile, overlap)).to(device)
    column_weights = torch.from_numpy(blend_weights(width, tile, overlap)).to(device)
    padded = (max(height, tile), max(width, tile))
    images = [_padded(image, padded, device) for image in (optical, sar)]
    total = torch.zeros((num_classes, *padded), device=device)
    places = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
    for first in range(0, len(places), tiling.batch):
        chosen = places[first : first + tiling.batch]
        tiles = [
            None
            if image is None
            else torch.stack(
                [image[:, rows[i] : rows[i] + tile, columns[j] : columns[j] + tile] for i, j in chosen]
            ).contiguous(memory_format=torch.channels_last)
            for image in images
        ]
        probabilities = torch.softmax(network(*tiles).float(), dim=1)
        for (i, j), values in zip(chosen, probabilities):
            weight = row_weights[i][:, None] * column_weights[j][None, :]
            total[:, rows[i] : rows[i] + tile, columns[j] : columns[j] + tile] += values * weight
    labels: NDArray[np.uint8] = total.argmax(dim=0)[:height, :width].to(torch.uint8).cpu().numpy()
    return labels


def _padded(image: Tensor | None, size: tuple[int, int], device: torch.device) -> Tensor | None:
    """Continue an image by reflection to at least one tile."""
    if image is None:
        return None
    height, width = image.shape[-2:]
    rows = torch.from_numpy(reflect_indices(height, size[0]))
    columns = torch.from_numpy(reflect_indices(width, size[1]))
    return image[:, rows][:, :, columns].to(device)

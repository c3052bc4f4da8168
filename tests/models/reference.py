"""Weights and inputs of the reference goldens, drawn again from the rule in shared/reference/*/manifest.json."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

GOLDENS = Path(__file__).parent / "goldens"


def reference_tensor(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The tensor the authors' network held under this key when its goldens were made."""
    name = key.rsplit(".", 1)[-1]
    if name == "num_batches_tracked":
        return torch.tensor(0)
    state = np.random.RandomState(zlib.crc32(key.encode("utf-8")) & 0xFFFFFFFF)
    if name == "running_mean":
        values = 0.1 * state.standard_normal(shape)
    elif name == "running_var":
        values = state.uniform(0.5, 1.5, shape)
    elif len(shape) >= 2:
        values = state.standard_normal(shape)
        values /= np.sqrt(np.prod(shape[1:]))
    elif name in ("weight", "gamma"):
        values = 1.0 + 0.1 * state.standard_normal(shape)
    else:
        values = 0.1 * state.standard_normal(shape)
    return torch.from_numpy(np.asarray(values))


def reference_weights(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """A whole state dictionary: key -> tensor."""
    return {key: reference_tensor(key, tuple(shape)) for key, shape in shapes.items()}


def reference_inputs(
    height: int, width: int, optical: int = 3, sar: int = 3, classes: int = 6
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Optical image, SAR image and label (255 = ignored) of one golden case."""
    state = np.random.RandomState(20240601)
    images = [torch.from_numpy(state.standard_normal((2, bands, height, width))) for bands in (optical, sar)]
    label = state.randint(0, classes, (2, height, width))
    label[state.uniform(size=label.shape) < 0.1] = 255
    return images[0], images[1], torch.from_numpy(label)

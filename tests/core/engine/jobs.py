"""Rasters and jobs for engine tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.parameters import EngineJob, EngineOptions
from rgbsar_core.radiometry import InputTransform
from rgbsar_core.strips import BOTH_VALID, RowBlock, Strip


def never() -> bool:
    """Nobody cancels."""
    return False


def identity(bands: int, scale: float = 1.0) -> InputTransform:
    """Raw numbers times ``scale``, nothing else."""
    ones, zeros = (1.0,) * bands, (0.0,) * bands
    return InputTransform(
        scale=(scale,) * bands,
        offset=zeros,
        convert="none",
        low=zeros,
        high=ones,
        clip=None,
        mean=zeros,
        std=ones,
    )


def job(model: str, height: int, width: int, probabilities: bool = False, **options: object) -> EngineJob:
    """A job on the CPU in torch, float32 unless told otherwise."""
    settings = {"device": "cpu", "precision": "float32", "backend": "torch", "threads": 2, **options}
    return EngineJob(
        model=model,
        width=width,
        height=height,
        optical=identity(3, 1 / 64),
        sar=identity(1, 1 / 16384),
        options=EngineOptions(**settings),
        probabilities=probabilities,
    )


class Scene:
    """Random raw pixels of both modalities and their valid bits."""

    def __init__(self, height: int, width: int, seed: int = 0) -> None:
        generator = np.random.default_rng(seed)
        self.height, self.width = height, width
        self.optical = generator.integers(0, 256, (3, height, width), dtype=np.uint8)
        self.sar = generator.integers(0, 65536, (1, height, width), dtype=np.uint16)
        self.valid = np.full((height, width), BOTH_VALID, dtype=np.uint8)

    def strips(self, rows: int) -> Iterator[Strip]:
        """Top to bottom, ``rows`` at a time."""
        for row in range(0, self.height, rows):
            part = slice(row, row + rows)
            yield Strip(row, self.optical[:, part], self.sar[:, part], self.valid[part])


def stack(blocks: Iterable[RowBlock]) -> dict[str, NDArray[np.uint8]]:
    """The whole map; checks that blocks come in order without gaps."""
    blocks = list(blocks)
    row = 0
    for block in blocks:
        assert block.row == row
        row += block.height
    found = {
        "labels": np.concatenate([block.labels for block in blocks]),
        "confidence": np.concatenate([block.confidence for block in blocks]),
    }
    if blocks[0].probabilities is not None:
        found["probabilities"] = np.concatenate([block.probabilities for block in blocks], axis=1)
    return found

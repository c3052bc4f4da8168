"""Overlapping tile probabilities become rows of the map, on the device.

The accumulator holds one tile band: K x band height x raster width float32 (for 6 classes, 256 rows and a
raster 100,000 pixels wide: 614 MB), never the raster's height.
"""

from __future__ import annotations

from typing import Optional

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..strips import CONFIDENCE_NODATA, RowBlock
from ..tiling import blend_weights, tile_starts


class Blender:
    """Adds weighted probabilities and turns finished rows into labels.

    Args:
        class_values: raster value of each channel.
        height, width: raster size in pixels.
        tile, overlap: tile geometry in pixels.
        band_height: rows of a tile band.
        device: where tiles are.
        probabilities: also return the probabilities of all classes.
    """

    def __init__(
        self,
        class_values: tuple[int, ...],
        height: int,
        width: int,
        tile: int,
        overlap: int,
        band_height: int,
        device: torch.device,
        probabilities: bool,
    ) -> None:
        self.unusable_pixels = 0
        self._width = width
        self._tile = tile
        self._probabilities = probabilities
        self._class_values = torch.tensor(class_values, dtype=torch.uint8, device=device)
        padded_width = max(width, tile)
        self._sum = torch.zeros((len(class_values), band_height, padded_width), device=device)
        self._row_weights = torch.from_numpy(blend_weights(height, tile, overlap)).to(device)
        self._column_weights = torch.from_numpy(blend_weights(width, tile, overlap)).to(device)
        self._row_index = {start: index for index, start in enumerate(tile_starts(height, tile, overlap))}
        self._column_index = {start: index for index, start in enumerate(tile_starts(width, tile, overlap))}

    def add(self, probabilities: Tensor, row: int, column: int, band_row: int) -> None:
        """Add one tile.

        Args:
            probabilities: (K, tile, tile) float32; changed in place.
            row, column: the tile's first pixel in the raster.
            band_row: first raster row of the accumulator.
        """
        rows = self._row_weights[self._row_index[row]]
        columns = self._column_weights[self._column_index[column]]
        top = row - band_row
        target = self._sum[:, top : top + self._tile, column : column + self._tile]
        target.addcmul_(probabilities, rows[:, None] * columns)

    def finish(self, row: int, mapped: NDArray[np.bool_], keep: int) -> RowBlock:
        """Take the finished rows from the top of the accumulator and move the rest up.

        Args:
            row: raster row of the accumulator's top.
            mapped: (h, W) bool, pixels that get a class; h rows are finished.
            keep: rows below them that later tiles still add to.
        """
        finished = mapped.shape[0]
        scores = self._sum[:, :finished, : self._width]
        best = scores[0].clone()
        channel = torch.zeros_like(best, dtype=torch.uint8)
        for index in range(1, len(scores)):
            channel.masked_fill_(scores[index] > best, index)
            torch.maximum(best, scores[index], out=best)
        labels = self._class_values[channel.to(torch.int32)].cpu().numpy()
        block = self._row_block(row, labels, best, scores, mapped)
        kept = self._sum[:, finished : finished + keep].clone()
        self._sum.zero_()
        self._sum[:, :keep] = kept
        return block

    def _row_block(
        self, row: int, labels: NDArray[np.uint8], best: Tensor, scores: Tensor, mapped: NDArray[np.bool_]
    ) -> RowBlock:
        usable = torch.isfinite(best).cpu().numpy()
        self.unusable_pixels += int(np.count_nonzero(mapped & ~usable))
        nodata = ~(mapped & usable)
        confidence = _percent(best)
        labels[nodata] = 0
        confidence[nodata] = CONFIDENCE_NODATA
        shares: Optional[NDArray[np.uint8]] = None
        if self._probabilities:
            shares = _percent(scores)
            shares[:, nodata] = CONFIDENCE_NODATA
        return RowBlock(row=row, labels=labels, confidence=confidence, probabilities=shares)


def _percent(probabilities: Tensor) -> NDArray[np.uint8]:
    """0..1 to whole percent 0..100."""
    percent = probabilities.mul(100.0).round_().clamp_(0.0, 100.0).nan_to_num_(nan=0.0)
    whole: NDArray[np.uint8] = percent.to(torch.uint8).cpu().numpy()
    return whole

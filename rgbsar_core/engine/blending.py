"""Overlapping tile probabilities become rows of the map, on the device.

The accumulator holds one tile band: K x band height x raster width float32 (for 6 classes, 256 rows and a
raster 100,000 pixels wide: 614 MB), never the raster's height.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..strips import CONFIDENCE_NODATA, RowBlock
from ..tiling import blend_weights, tile_starts
from .tiles import add_tiles
from .transfer import download, recorded, upload


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
        self._unusable = torch.zeros((), dtype=torch.int64, device=device)
        self._width = width
        self._tile = tile
        self._probabilities = probabilities
        self._class_values = torch.tensor(class_values, dtype=torch.uint8, device=device)
        padded_width = max(width, tile)
        self._sum = torch.zeros((len(class_values), band_height, padded_width), device=device)
        self._row_weights = torch.from_numpy(blend_weights(height, tile, overlap))
        self._column_weights = torch.from_numpy(blend_weights(width, tile, overlap))
        self._row_index = {start: index for index, start in enumerate(tile_starts(height, tile, overlap))}
        self._column_index = {start: index for index, start in enumerate(tile_starts(width, tile, overlap))}

    @property
    def unusable_pixels(self) -> int:
        """Pixels to map for which the network gave no number; waits for the device."""
        return int(self._unusable.item())

    def add(self, scores: Tensor, corners: Sequence[tuple[int, int]], band_row: int) -> None:
        """Add a batch of tiles.

        Args:
            scores: (N, K, tile, tile), see `tiles.add_tiles`.
            corners: (row, column) of each tile's first pixel in the band.
            band_row: first raster row of the accumulator.
        """
        rows = self._row_weights[[self._row_index[band_row + top] for top, _ in corners]]
        columns = self._column_weights[[self._column_index[left] for _, left in corners]]
        device = self._sum.device
        add_tiles(self._sum, scores, corners, upload(rows, device), upload(columns, device))

    def finish(self, row: int, mapped: Tensor, keep: int) -> PendingBlock:
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
        usable = torch.isfinite(best)
        self._unusable += (mapped & ~usable).sum()
        nodata = ~(mapped & usable)
        labels = self._class_values[channel.to(torch.int32)].masked_fill_(nodata, 0)
        rows = [labels, _percent(best).masked_fill_(nodata, CONFIDENCE_NODATA)]
        if self._probabilities:
            rows.append(_percent(scores).masked_fill_(nodata, CONFIDENCE_NODATA))
        block = PendingBlock(row, rows)
        kept = self._sum[:, finished : finished + keep].clone()
        self._sum.zero_()
        self._sum[:, :keep] = kept
        return block


class PendingBlock:
    """Finished rows on their way from the device.

    Args:
        row: first row in the grid.
        rows: labels, confidence and, if asked for, probabilities on the device.
    """

    def __init__(self, row: int, rows: Sequence[Tensor]) -> None:
        self._row = row
        self._rows = [download(tensor) for tensor in rows]
        self._arrived = recorded(rows[0].device)

    def result(self) -> RowBlock:
        """The block; waits for it if need be."""
        if self._arrived is not None:
            self._arrived.synchronize()
        labels, confidence, *rest = (tensor.numpy() for tensor in self._rows)
        return RowBlock(self._row, labels, confidence, rest[0] if rest else None)


def _percent(probabilities: Tensor) -> Tensor:
    """0..1 to whole percent 0..100, uint8."""
    return probabilities.mul(100.0).round_().clamp_(0.0, 100.0).nan_to_num_(nan=0.0).to(torch.uint8)

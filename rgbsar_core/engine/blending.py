"""Overlapping tile probabilities become rows of the map, on the device.

The accumulator holds one panel of one tile band: K x band height x panel width float32, never the raster's height. On
rasters that fit there is one panel, as wide as the raster (for 6 classes, 256 rows and 100,000 pixels: 614 MB). On
wider ones the window moves: sums that later tiles still add to go along where these lie right of it, and wait on the
host where they lie below. Every pixel's sum is the same, and is taken in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
import torch
from torch import Tensor

from ..strips import CONFIDENCE_NODATA, RowBlock
from ..tiling import blend_weights, tile_starts
from .plan import PredictionPlan
from .tiles import add_tiles
from .transfer import download, recorded, upload


class Blender:
    """Adds weighted probabilities and turns finished rows into labels.

    Args:
        plan: of the prediction.
        device: where tiles are.
    """

    def __init__(self, plan: PredictionPlan, device: torch.device) -> None:
        height, width, tile, overlap = plan.height, plan.width, plan.tile, plan.overlap
        self._unusable = torch.zeros((), dtype=torch.int64, device=device)
        self._probabilities = plan.probabilities
        self._class_values = torch.tensor(plan.class_values, dtype=torch.uint8, device=device)
        self._panels = plan.panels
        self._index = 0  # of the panel under way
        self._parts: list[list[Tensor]] = []
        columns = max(panel.width for panel in self._panels)
        self._sum = torch.zeros((len(plan.class_values), plan.band_height, columns), device=device)
        self._above = self._below = np.empty((len(plan.class_values), 0, width), np.float32)  # on the host
        self._row_weights = torch.from_numpy(blend_weights(height, tile, overlap))
        self._column_weights = torch.from_numpy(blend_weights(width, tile, overlap))
        self._row_index = {start: index for index, start in enumerate(tile_starts(height, tile, overlap))}
        self._column_index = {start: index for index, start in enumerate(tile_starts(width, tile, overlap))}

    @property
    def unusable_pixels(self) -> int:
        """Pixels to map for which the network gave no number; waits for the device."""
        return int(self._unusable.item())

    def add(self, scores: Tensor, corners: Sequence[tuple[int, int]], band_row: int) -> None:
        """Add tiles of the panel under way.

        Args:
            scores: (N, K, tile, tile), see `tiles.add_tiles`.
            corners: each tile's first pixel: row in the band, column in the raster.
            band_row: first raster row of the accumulator.
        """
        rows = self._row_weights[[self._row_index[band_row + top] for top, _ in corners]]
        columns = self._column_weights[[self._column_index[left] for _, left in corners]]
        device = self._sum.device
        left = self._panels[self._index].left
        inside = [(top, column - left) for top, column in corners]
        add_tiles(self._sum, scores, inside, upload(rows, device), upload(columns, device))

    def finish(self, row: int, mapped: Tensor, keep: int) -> Optional[PendingBlock]:
        """Take the panel's finished rows and columns, and turn to the next panel.

        Args:
            row: raster row of the accumulator's top.
            mapped: (h, W) bool, pixels that get a class; h rows and W columns are finished.
            keep: rows below them that later tiles still add to.

        Returns:
            The band's finished rows after its last panel.
        """
        finished, columns = mapped.shape
        scores = self._sum[:, :finished, :columns]
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
        self._parts.append([download(tensor) for tensor in rows])
        if len(self._panels) > 1:
            self._turn_to_next(finished, keep)
        else:
            kept = self._sum[:, finished : finished + keep].clone()
            self._sum.zero_()
            self._sum[:, :keep] = kept
        if self._index > 0:
            return None
        parts, self._parts = self._parts, []
        return PendingBlock(row, parts, recorded(self._sum.device))

    def _turn_to_next(self, finished: int, keep: int) -> None:
        """Move the window to the next panel, or to the first one of the next band."""
        panel = self._panels[self._index]
        own = panel.finished_stop - panel.left
        if self._index == 0:
            self._below = np.empty((len(self._sum), keep, self._above.shape[2]), np.float32)
        below = self._sum[:, finished : finished + keep, :own].cpu().numpy()
        self._below[:, :, panel.left : panel.finished_stop] = below
        self._index = (self._index + 1) % len(self._panels)
        following = self._panels[self._index]
        shared = panel.width - own if self._index else 0
        right = self._sum[:, :, own : own + shared].clone()
        self._sum.zero_()
        self._sum[:, :, :shared] = right
        if self._index == 0:
            self._above = self._below
        above = torch.from_numpy(self._above[:, :, following.left + shared : following.right])
        self._sum[:, : above.shape[1], shared : following.width] = above.to(self._sum.device)


class PendingBlock:
    """Finished rows on their way from the device.

    Args:
        row: first row in the grid.
        parts: labels, confidence and, if asked for, probabilities on the host, panel by panel.
        arrived: event after which they are complete, or None where they are.
    """

    def __init__(self, row: int, parts: Sequence[Sequence[Tensor]], arrived: Any) -> None:
        self._row = row
        self._parts = parts
        self._arrived = arrived

    def result(self) -> RowBlock:
        """The block; waits for it if need be."""
        if self._arrived is not None:
            self._arrived.synchronize()
        planes = ([tensor.numpy() for tensor in plane] for plane in zip(*self._parts))
        labels, confidence, *rest = (
            plane[0] if len(plane) == 1 else np.concatenate(plane, axis=-1) for plane in planes
        )
        return RowBlock(self._row, labels, confidence, rest[0] if rest else None)


def _percent(probabilities: Tensor) -> Tensor:
    """0..1 to whole percent 0..100, uint8."""
    return probabilities.mul(100.0).round_().clamp_(0.0, 100.0).nan_to_num_(nan=0.0).to(torch.uint8)

"""Strips of raw pixels in, finished rows of the map out.

The order of work depends on the tile grid and on which pixels are valid, on nothing else: chunks of rows are
assembled by :mod:`.feed`, normalised on the device and cut into tiles by :mod:`.band_rows`, run in batches, blended
by :mod:`.blending`. Memory grows with the raster's width x (input channels + classes), never with its height.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Optional, Union

from torch import Tensor

from ..callbacks import IsCancelled
from ..errors import EngineError, OperationCancelled
from ..strips import RowBlock, Strip
from ..tiling import TileBand, tile_starts
from .band_rows import ROLES, BandRows, Corner, band_rows, by_panel
from .blending import Blender, PendingBlock
from .feed import StripFeed
from .plan import PredictionPlan
from .runner import NetworkRunner
from .shortage import naming_shortage
from .tiles import blank_tiles
from .transfer import host_array

_BLOCKS_UNDER_WAY = 2


class Predictor:
    """One prediction over one raster.

    Args:
        runner: the network, ready.
        plan: what to do.
    """

    def __init__(self, runner: NetworkRunner, plan: PredictionPlan) -> None:
        self.tiles = 0
        self.skipped_tiles = 0
        self.unusable_pixels = 0
        self.input_wait_seconds = 0.0
        self.output_wait_seconds = 0.0
        self._runner = runner
        self._plan = plan
        self._columns = tile_starts(plan.width, plan.tile, plan.overlap)

    def run(self, strips: Iterable[Strip], is_cancelled: IsCancelled) -> Iterator[RowBlock]:
        """Map the raster.

        Yields:
            Blocks of finished rows, in order, covering every row to map once.

        Raises:
            OperationCancelled: soon after ``is_cancelled`` says so; never more than one batch later.
        """
        with naming_shortage(_too_wide(self._plan)):
            yield from self._run(strips, is_cancelled)

    def _run(self, strips: Iterable[Strip], is_cancelled: IsCancelled) -> Iterator[RowBlock]:
        plan, device = self._plan, self._runner.device
        blender = Blender(plan, device)
        feed = StripFeed(strips, plan.bands, plan.width, allocate=partial(host_array, device=device))
        waiting: deque[Union[_Batch, _PanelEnd]] = deque()
        finished: deque[PendingBlock] = deque()
        under_way = _BLOCKS_UNDER_WAY if device.type == "cuda" else 0
        try:
            for item in self._plan_work(feed, is_cancelled):
                waiting.append(item)
                while waiting and self._is_due(waiting):
                    self._collect(waiting.popleft(), blender, finished)
                yield from self._delivered(finished, under_way)
                if is_cancelled():
                    raise OperationCancelled("The classification was cancelled.")
            while waiting:
                if is_cancelled():
                    raise OperationCancelled("The classification was cancelled.")
                self._collect(waiting.popleft(), blender, finished)
                yield from self._delivered(finished, under_way)
            yield from self._delivered(finished, 0)
            self.unusable_pixels = blender.unusable_pixels
        finally:
            for item in waiting:
                if isinstance(item, _Batch):
                    item.scores.cancel()
            feed.close()

    def _is_due(self, waiting: deque[Union[_Batch, _PanelEnd]]) -> bool:
        """Whether enough batches are under way, or none stands before the end of a panel."""
        if isinstance(waiting[0], _PanelEnd):
            return True
        return sum(isinstance(item, _Batch) for item in waiting) > self._runner.lookahead

    def _plan_work(self, feed: StripFeed, is_cancelled: IsCancelled) -> Iterator[Union[_Batch, _PanelEnd]]:
        """Batches, started, in the order they must be blended, with a mark where a panel of a band is complete."""
        rows = band_rows(self._plan, self._runner.device)
        for band in self._plan.bands:
            rows.append(feed.next_chunk(is_cancelled))
            self.input_wait_seconds = feed.wait_seconds
            yield from self._batches(band, rows)
            rows.drop(band.finished_stop - band.row)

    def _batches(self, band: TileBand, rows: BandRows) -> Iterator[Union[_Batch, _PanelEnd]]:
        """The band's tiles that hold a pixel to map, gathered and started: the same batches whatever the panels."""
        tile = self._plan.tile
        corners = []
        for top in (row - band.row for row in band.starts):
            mapped = rows.mapped[top : top + tile].any(axis=0)
            for column in self._columns:
                self.tiles += 1
                if mapped[column : column + tile].any():
                    corners.append((top, column))
                else:
                    self.skipped_tiles += 1
        panels, reached = self._plan.panels, 0
        finished = band.finished_stop - band.row
        while corners:
            size = self._runner.batch_size  # may have been halved since the last batch
            batch, corners = corners[:size], corners[size:]
            tiles = zip(ROLES, rows.tiles(batch, self._runner.memory_format))
            scores = self._runner.submit(*(self._or_blank(role, part, len(batch)) for role, part in tiles))
            first = 0
            for number, part in by_panel(panels, batch):
                for panel in panels[reached:number]:
                    yield _PanelEnd(band, rows.mapped_there(panel, finished))
                reached = number
                yield _Batch(band.row, tuple(part), scores, first, len(batch))
                first += len(part)
        for panel in panels[reached:]:
            yield _PanelEnd(band, rows.mapped_there(panel, finished))

    def _or_blank(self, role: str, tiles: Optional[Tensor], count: int) -> Optional[Tensor]:
        """A batch of one modality; without a valid pixel where the network takes it and nobody gives it."""
        bands = self._plan.left_out.get(role)
        if bands is None:
            return tiles
        return blank_tiles(bands, count, self._plan.tile, self._runner.memory_format, self._runner.device)

    def _collect(self, item: Union[_Batch, _PanelEnd], blender: Blender, finished: deque[PendingBlock]) -> None:
        """Blend a batch; or take the finished rows at the end of a panel."""
        if isinstance(item, _PanelEnd):
            band = item.band
            block = blender.finish(band.row, item.mapped, band.read_stop - band.finished_stop)
            finished.extend([block] if block else [])
            return
        scores = item.scores.result()
        expected = (item.tiles, len(self._plan.class_values), self._plan.tile, self._plan.tile)
        if scores.shape != expected:
            raise EngineError(
                f"The network returned the shape {tuple(scores.shape)}; expected {expected}. The model file "
                "does not fit its card."
            )
        part = scores[item.first : item.first + len(item.corners)]
        blender.add(part, item.corners, item.band_row)

    def _delivered(self, finished: deque[PendingBlock], under_way: int) -> Iterator[RowBlock]:
        """Blocks whose rows have arrived; so many may stay on their way, so that the device never waits for us."""
        while len(finished) > under_way:
            block = finished.popleft().result()
            wanted = block.within(self._plan.first_row, self._plan.stop_row or self._plan.height)
            if wanted is None:
                continue
            started = time.perf_counter()
            yield wanted
            self.output_wait_seconds += time.perf_counter() - started


@dataclass(frozen=True)
class _Batch:
    """Tiles of one panel under way.

    Args:
        band_row: raster row of the band.
        corners: of the tiles: row in the band, column in the raster.
        scores: to come, of a batch that may hold tiles of other panels too.
        first: number of the first of these tiles in the batch.
        tiles: of the batch.
    """

    band_row: int
    corners: tuple[Corner, ...]
    scores: Future[Tensor]
    first: int
    tiles: int


@dataclass(frozen=True)
class _PanelEnd:
    """After the batches of a panel: which pixels of its finished rows and columns are mapped, on the device."""

    band: TileBand
    mapped: Tensor


def _too_wide(plan: PredictionPlan) -> str:
    columns = max(panel.width for panel in plan.panels)
    return (
        f"The rows under way, {columns} pixels wide with {len(plan.class_values)} classes, do not fit the device's "
        "memory; expected what was free when the job began. Close other programs that use the device and start again, "
        "choose a smaller tile size, or the device 'cpu'."
    )

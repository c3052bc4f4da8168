"""Strips of raw pixels in, finished rows of the map out.

The order of work depends on the tile grid and on which pixels are valid, on nothing else: chunks of rows are
assembled by :mod:`.feed`, normalised once on the device, cut into tiles, run in batches, blended by
:mod:`.blending`. Memory grows with the raster's width x (input channels + classes), never with its height.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Optional, TypeVar, Union

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import EngineError, OperationCancelled, ResourceLimitError
from ..radiometry import InputTransform
from ..strips import OPTICAL_VALID, SAR_VALID, RowBlock, Strip
from ..tiling import TileBand, reflect_indices, tile_bands, tile_starts
from .blending import Blender, PendingBlock
from .feed import RowChunk, StripFeed
from .normalise import normalise, to_device
from .runner import NetworkRunner, OutOfMemory
from .tiles import blank_tiles, cut_tiles
from .transfer import Uploader, host_array

_Bits = TypeVar("_Bits", "NDArray[Any]", Tensor)
_BLOCKS_UNDER_WAY = 2


@dataclass(frozen=True)
class PredictionPlan:
    """Everything that decides the map besides the pixels.

    Args:
        height, width: raster size in pixels.
        tile, overlap: tile geometry in pixels.
        rows_per_band: tile rows processed together (more than one only on narrow rasters with big batches).
        class_values: raster value of each channel.
        optical, sar: radiometry of each modality; None for one the model does not use or that is left out.
        any_modality: map pixels where at least one modality is valid (models with modality dropout).
        probabilities: return all classes' probabilities.
        first_row, stop_row: rows to map; a ``stop_row`` of None is the raster's end.
        left_out: bands, by role, of a modality that the network takes and nobody gives.
    """

    height: int
    width: int
    tile: int
    overlap: int
    rows_per_band: int
    class_values: tuple[int, ...]
    optical: Optional[InputTransform]
    sar: Optional[InputTransform]
    any_modality: bool
    probabilities: bool
    first_row: int = 0
    stop_row: Optional[int] = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def bands(self) -> tuple[TileBand, ...]:
        """Tile bands from top to bottom, those that touch the rows to map."""
        return tile_bands(self.height, self.tile, self.overlap, self.rows_per_band, self.first_row, self.stop_row)

    @property
    def band_height(self) -> int:
        """Rows one band spans at most; no finished block is higher."""
        return self.tile + (self.rows_per_band - 1) * (self.tile - self.overlap)

    def mapped(self, valid: _Bits) -> _Bits:
        """Pixels that get a class (bool), from their valid bits; on the host or on the device."""
        needed = (OPTICAL_VALID if self.optical else 0) | (SAR_VALID if self.sar else 0)
        present = valid & needed
        return present != 0 if self.any_modality else present == needed  # type: ignore[return-value]


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

    def run(self, strips: Iterable[Strip], is_cancelled: Callable[[], bool]) -> Iterator[RowBlock]:
        """Map the raster.

        Yields:
            Blocks of finished rows, in order, covering every row to map once.

        Raises:
            OperationCancelled: soon after ``is_cancelled`` says so; never more than one batch later.
        """
        plan = self._plan
        try:
            blender = self._blender()
        except OutOfMemory as error:
            raise _too_wide(plan) from error
        device = self._runner.device
        feed = StripFeed(strips, plan.bands, plan.width, allocate=partial(host_array, device=device))
        waiting: deque[Union[_Batch, _BandEnd]] = deque()
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
        except OutOfMemory as error:
            raise _too_wide(plan) from error
        finally:
            for item in waiting:
                if isinstance(item, _Batch):
                    item.scores.cancel()
            feed.close()

    def _blender(self) -> Blender:
        plan = self._plan
        return Blender(
            plan.class_values,
            plan.height,
            plan.width,
            plan.tile,
            plan.overlap,
            plan.band_height,
            self._runner.device,
            plan.probabilities,
        )

    def _is_due(self, waiting: deque[Union[_Batch, _BandEnd]]) -> bool:
        """Whether enough batches are under way, or none stands before the end of a band."""
        if isinstance(waiting[0], _BandEnd):
            return True
        return sum(isinstance(item, _Batch) for item in waiting) > self._runner.lookahead

    def _plan_work(self, feed: StripFeed, is_cancelled: Callable[[], bool]) -> Iterator[Union[_Batch, _BandEnd]]:
        """Batches, started, in the order they must be blended, with a mark where a band is complete."""
        rows = _BandRows(self._plan, self._runner.device)
        for band in self._plan.bands:
            rows.append(feed.next_chunk(is_cancelled))
            self.input_wait_seconds = feed.wait_seconds
            yield from self._batches(band, rows)
            finished = band.finished_stop - band.row
            yield _BandEnd(band, rows.mapped_there[:finished])
            rows.drop(finished)

    def _batches(self, band: TileBand, rows: _BandRows) -> Iterator[_Batch]:
        """The band's tiles that hold a pixel to map, gathered and started."""
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
        while corners:
            size = self._runner.batch_size  # may have been halved since the last batch
            batch, corners = corners[:size], corners[size:]
            optical, sar = (self._tiles(role, rows, batch) for role in ("optical", "sar"))
            yield _Batch(band.row, tuple(batch), self._runner.submit(optical, sar))

    def _tiles(self, role: str, rows: _BandRows, corners: list[tuple[int, int]]) -> Optional[Tensor]:
        """A batch of one modality; None if the model does not use it."""
        tile, layout = self._plan.tile, self._runner.memory_format
        if role in self._plan.left_out:
            return blank_tiles(self._plan.left_out[role], len(corners), tile, layout, self._runner.device)
        return cut_tiles(getattr(rows, role), corners, tile, layout)

    def _collect(self, item: Union[_Batch, _BandEnd], blender: Blender, finished: deque[PendingBlock]) -> None:
        """Blend a batch; or take the finished rows at the end of a band."""
        if isinstance(item, _BandEnd):
            band = item.band
            finished.append(blender.finish(band.row, item.mapped, band.read_stop - band.finished_stop))
            return
        scores = item.scores.result()
        expected = (len(item.corners), len(self._plan.class_values), self._plan.tile, self._plan.tile)
        if scores.shape != expected:
            raise EngineError(
                f"The network returned the shape {tuple(scores.shape)}; expected {expected}. The model file "
                "does not fit its card."
            )
        blender.add(scores, item.corners, item.band_row)

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
    """Tiles under way: their corners in the band, and the probabilities to come."""

    band_row: int
    corners: tuple[tuple[int, int], ...]
    scores: Future[Tensor]


@dataclass(frozen=True)
class _BandEnd:
    """After the batches of a band: which pixels of its finished rows are mapped, on the device."""

    band: TileBand
    mapped: Tensor


class _BandRows:
    """Normalised rows of the current band on the device, and which of their pixels are mapped."""

    def __init__(self, plan: PredictionPlan, device: torch.device) -> None:
        self.optical: Optional[Tensor] = None
        self.sar: Optional[Tensor] = None
        self.mapped: NDArray[np.bool_] = np.empty((0, plan.width), dtype=bool)
        self.mapped_there = torch.empty((0, plan.width), dtype=torch.bool, device=device)
        self._plan = plan
        self._upload = Uploader(device)

    def append(self, chunk: RowChunk) -> None:
        """Add the rows of the next chunk below."""
        valid = self._upload(chunk.valid)
        self.mapped = np.concatenate([self.mapped, self._plan.mapped(chunk.valid)])
        self.mapped_there = torch.cat([self.mapped_there, self._plan.mapped(valid)])
        for role, bit in (("optical", OPTICAL_VALID), ("sar", SAR_VALID)):
            transform: Optional[InputTransform] = getattr(self._plan, role)
            if transform is None:
                continue
            raw = getattr(chunk, role)
            if raw is None or raw.shape[0] != transform.bands:
                raise EngineError(
                    f"The {role} strips have {0 if raw is None else raw.shape[0]} bands; the model expects "
                    f"{transform.bands}. Feed the bands the model was trained on."
                )
            pixels = normalise(to_device(raw, self._upload), transform, (valid & bit) != 0)
            pixels = self._pad(pixels, chunk.row == 0)
            kept = getattr(self, role)
            setattr(self, role, pixels if kept is None else torch.cat([kept, pixels], dim=1))

    def drop(self, count: int) -> None:
        """Forget the top rows."""
        self.mapped, self.mapped_there = self.mapped[count:], self.mapped_there[count:]
        for role in ("optical", "sar"):
            pixels = getattr(self, role)
            if pixels is not None:
                setattr(self, role, pixels[:, count:])

    def _pad(self, pixels: Tensor, is_first: bool) -> Tensor:
        """Continue rasters smaller than a tile by reflection; others are left alone."""
        plan = self._plan
        if plan.width < plan.tile:
            columns = torch.from_numpy(reflect_indices(plan.width, plan.tile)).to(pixels.device)
            pixels = pixels.index_select(2, columns)
        if is_first and plan.height < plan.tile:
            rows = torch.from_numpy(reflect_indices(plan.height, plan.tile)).to(pixels.device)
            pixels = pixels.index_select(1, rows)
        return pixels


def _too_wide(plan: PredictionPlan) -> ResourceLimitError:
    return ResourceLimitError(
        f"The rows under way, {plan.width} pixels wide with {len(plan.class_values)} classes, do not fit the device's "
        "memory. Map a narrower extent, choose a smaller tile size, or the device 'cpu'."
    )

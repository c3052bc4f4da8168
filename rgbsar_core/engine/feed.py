"""Reader thread: strips of any height become the row chunks the tile grid asks for.

The chunks are fixed by the tile bands alone, so whatever the strip height, the predictor sees the same
arrays in the same order: that is why the map does not depend on how the raster was read. Reading runs in its
own thread, as far ahead of the network as :mod:`.look_ahead` says.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import EngineError, OperationCancelled
from ..strips import Strip
from ..tiling import TileBand
from .look_ahead import LookAhead

_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class RowChunk:
    """Rows ``row`` ... of the raster: raw (C, h, W) pixels of both modalities and the (h, W) valid bits."""

    row: int
    optical: Optional[NDArray[Any]]
    sar: Optional[NDArray[Any]]
    valid: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return sum(pixels.nbytes for pixels in (self.optical, self.sar, self.valid) if pixels is not None)


@dataclass(frozen=True)
class _Failure:
    error: BaseException


class StripFeed:
    """Pulls strips in a thread and hands out one chunk per tile band.

    Args:
        strips: full-width strips in row order without gaps.
        bands: the tile bands of the raster, whose read ranges become the chunks.
        width: raster width in pixels.
        allocate: makes an array of a shape and type for a chunk.
    """

    def __init__(
        self,
        strips: Iterable[Strip],
        bands: Sequence[TileBand],
        width: int,
        allocate: Callable[[tuple[int, ...], Any], NDArray[Any]] = np.empty,
    ) -> None:
        self.wait_seconds = 0.0
        self._strips = strips
        self._bands = bands
        self._width = width
        self._allocate = allocate
        self._waiting: deque[Union[RowChunk, _Failure]] = deque()
        self._changed = threading.Condition()  # of what waits, and of how much may
        self._look_ahead = LookAhead()
        self._taken: Optional[float] = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rgbsar-reader", daemon=True)
        self._thread.start()

    def next_chunk(self, is_cancelled: IsCancelled) -> RowChunk:
        """The next band's rows.

        Raises:
            OperationCancelled: ``is_cancelled`` said so while waiting.
            BaseException: whatever the iterable of strips raised, with its own traceback.
        """
        started = time.perf_counter()
        if self._taken is not None:
            with self._changed:
                self._look_ahead.note_use(started - self._taken)
                self._changed.notify_all()
        while True:
            if is_cancelled():
                raise OperationCancelled("The classification was cancelled.")
            with self._changed:
                if not self._changed.wait_for(lambda: bool(self._waiting), _POLL_SECONDS):
                    continue
                item = self._waiting.popleft()
                self._changed.notify_all()
            self._taken = time.perf_counter()
            self.wait_seconds += self._taken - started
            if isinstance(item, _Failure):
                raise item.error
            return item

    def close(self) -> None:
        """End the thread; waits for a strip that is just being read, but not for ever."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            self._assemble()
        except BaseException as error:  # handed to the consumer's thread and raised there
            self._put(_Failure(error))
        finally:
            close = getattr(self._strips, "close", None)
            if callable(close):
                close()

    def _put(self, item: Union[RowChunk, _Failure]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stop.is_set() or len(self._waiting) < self._look_ahead.depth)
            self._waiting.append(item)
            self._changed.notify_all()

    def _assemble(self) -> None:
        strips = iter(self._strips)
        strip: Optional[Strip] = None
        used = 0
        for band in self._bands:
            started = time.perf_counter()
            chunk: Optional[RowChunk] = None
            row = band.read_start
            while row < band.read_stop:
                if self._stop.is_set():
                    return
                if strip is None or used == strip.height:
                    strip, used = self._next_strip(strips, row), 0
                chunk = chunk or self._empty_chunk(strip, band)
                count = min(strip.height - used, band.read_stop - row)
                _copy_rows(strip, used, chunk, row - band.read_start, count)
                used += count
                row += count
            if chunk is not None:
                with self._changed:
                    self._look_ahead.note_chunk(chunk.nbytes)
                    if band is not self._bands[0]:  # which also opens the files
                        self._look_ahead.note_read(time.perf_counter() - started)
                self._put(chunk)

    def _next_strip(self, strips: Any, row: int) -> Strip:
        strip: Optional[Strip] = next(strips, None)
        if strip is None:
            raise EngineError(
                f"The strips ended at row {row}; the raster has {self._bands[-1].read_stop} rows. "
                "The input may be truncated."
            )
        sizes = {pixels.shape[-2:] for pixels in (strip.optical, strip.sar, strip.valid) if pixels is not None}
        if strip.row != row or strip.height < 1 or sizes != {(strip.height, self._width)}:
            raise EngineError(
                f"A strip at row {strip.row} with sizes {sorted(sizes)} came; expected one at row {row}, "
                f"{self._width} pixels wide. Feed full-width strips in row order without gaps."
            )
        return strip

    def _empty_chunk(self, strip: Strip, band: TileBand) -> RowChunk:
        rows = band.read_stop - band.read_start

        def like(pixels: Optional[NDArray[Any]]) -> Optional[NDArray[Any]]:
            if pixels is None:
                return None
            return self._allocate((pixels.shape[0], rows, pixels.shape[2]), pixels.dtype)

        valid = self._allocate((rows, strip.valid.shape[1]), np.uint8)
        return RowChunk(row=band.read_start, optical=like(strip.optical), sar=like(strip.sar), valid=valid)


def _copy_rows(strip: Strip, first: int, chunk: RowChunk, target: int, count: int) -> None:
    """Copy ``count`` rows; the strip's memory is free for reuse once its last row has been taken."""
    chunk.valid[target : target + count] = strip.valid[first : first + count]
    for role in ("optical", "sar"):
        source, destination = getattr(strip, role), getattr(chunk, role)
        if source is None and destination is None:
            continue
        if (
            source is None
            or destination is None
            or source.dtype != destination.dtype
            or len(source) != len(destination)
        ):
            raise EngineError(
                f"The {role} strip at row {strip.row} changed its bands or data type; expected the same "
                "in every strip. Feed strips of one raster."
            )
        destination[:, target : target + count] = source[:, first : first + count]

"""Reading full-width strips of several rasters with several threads.

Within one handle GDAL unpacks block after block. So each thread has handles of its own, and a strip is parted between
them at the borders of blocks: none is unpacked twice. Every thread keeps its columns from strip to strip, so that a
block higher than a strip stays in the handle that unpacked it. The next strip is read while one is used. Threads are
added while strips are waited for all the same, as a fast GPU does not wait for eight; a network on the processor never
asks for more.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from .gdal_calls import is_remote
from .reader import OpenRaster, ReadPlan

Pixels = tuple[NDArray[Any], NDArray[np.bool_]]
Part = tuple[int, int, int, int]
_UnderWay = tuple[list[Pixels], list["Future[None]"]]
_FIRST_THREADS = 8
_MOST_THREADS = 64
_STRIPS_WATCHED = 8

logger = logging.getLogger(__name__)


def usable_cores() -> int:
    """Cores this process may use: batch systems and containers give a part of the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_wanted(count: int, waited: float, elapsed: float, most: int) -> int:
    """How many threads shall read the next strips.

    Args:
        count: threads that read the last strips.
        waited: seconds for which these were waited for, though each was begun when the one before was taken.
        elapsed: seconds that went by meanwhile.
        most: threads there may be.
    """
    return min(2 * count, most) if 4 * waited > elapsed else count


def strip_parts(plan: ReadPlan, width: int, row: int, height: int, count: int) -> list[Part]:
    """A strip parted at the borders of blocks: at most ``count`` parts (column, row, width, height).

    Between columns where blocks are narrower than the strip, else between rows; whole if the strip is one block.
    """
    if plan.block_width < width:
        cuts = _cuts(0, width, plan.column, plan.block_width, count)
        return [(left, row, right - left, height) for left, right in zip(cuts, cuts[1:])]
    cuts = _cuts(row, height, plan.row, plan.block_height, count)
    return [(0, top, width, bottom - top) for top, bottom in zip(cuts, cuts[1:])]


def _cuts(start: int, length: int, offset: int, block: int, count: int) -> list[int]:
    """Where to cut ``length`` pixels from ``start`` on, ends included, so that parts hold like numbers of blocks."""
    first = (start + offset) // block
    blocks = -(-(start + offset + length) // block) - first
    count = min(count, blocks)
    inner = [(first + number * blocks // count) * block - offset for number in range(1, count)]
    return [start, *inner, start + length]


class StripReader:
    """Full-width strips of some plans, one after the other; a context manager of the thread that pulls them.

    Args:
        plans: rasters on one grid.
        width: columns of the grid.
        threads: how many read at most, None for one a core; data of other machines are read by one, which asks for
            each block once.

    Raises:
        RasterIOError: a raster cannot be opened.
    """

    def __init__(self, plans: Sequence[ReadPlan], width: int, threads: Optional[int] = None) -> None:
        self._plans = plans
        self._width = width
        is_far = any(is_remote(plan.dataset) for plan in plans)
        self._most = 1 if is_far else min(threads or usable_cores(), _MOST_THREADS)
        self._threads: list[ThreadPoolExecutor] = []
        self._handles: list[list[OpenRaster]] = []
        self._strips = 0
        self._waited = 0.0
        self._since = 0.0

    def __enter__(self) -> StripReader:
        try:
            if self._most > 1:
                self._add_threads(min(self._most, _FIRST_THREADS))
            else:
                self._handles = [self._open()]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.shutdown(cancel_futures=True)
        self._handles = []

    def _open(self) -> list[OpenRaster]:
        return [OpenRaster(plan) for plan in self._plans]

    def _add_threads(self, count: int) -> None:
        added = [ThreadPoolExecutor(1, "rgbsar-blocks") for _ in range(count)]
        self._threads += added
        self._handles += _results([thread.submit(self._open) for thread in added])

    def strips(self, rows: Iterable[tuple[int, int]]) -> Iterator[list[Pixels]]:
        """Strips of these first rows and heights, in their order.

        Yields:
            For each plan pixels (bands, height, width) and (height, width) True where they are valid.

        Raises:
            RasterIOError: GDAL could not read the rows of the next strip.
        """
        if not self._threads:
            for row, height in rows:
                yield [_read(raster, (0, row, self._width, height)) for raster in self._handles[0]]
            return
        self._since = time.perf_counter()
        under_way: deque[_UnderWay] = deque()
        for row, height in rows:
            under_way.append(self._begin(row, height))
            if len(under_way) > 1:
                yield self._complete(under_way.popleft())
        for strip in under_way:
            yield self._complete(strip)

    def _begin(self, row: int, height: int) -> _UnderWay:
        strips, running = [], []
        for index, plan in enumerate(self._plans):
            strip: Pixels = (
                np.empty((len(plan.bands), height, self._width), plan.dtype), np.empty((height, self._width), bool)
            )  # fmt: skip
            strips.append(strip)
            parts = strip_parts(plan, self._width, row, height, len(self._handles))
            for thread, handles, part in zip(self._threads, self._handles, parts):
                running.append(thread.submit(_fill, strip, row, handles[index], part))
        return strips, running

    def _complete(self, strip: _UnderWay) -> list[Pixels]:
        started = time.perf_counter()
        _results(strip[1])
        if len(self._threads) < self._most:
            self._keep_up(started)
        return strip[0]

    def _keep_up(self, started: float) -> None:
        """Add threads where the last strips came too slowly."""
        now = time.perf_counter()
        self._strips += 1
        self._waited += now - started
        if self._strips < _STRIPS_WATCHED:
            return
        count = len(self._threads)
        wanted = threads_wanted(count, self._waited, now - self._since, self._most)
        self._strips, self._waited, self._since = 0, 0.0, now
        if wanted == count:
            return
        try:
            self._add_threads(wanted - count)
            logger.debug("%d threads read.", wanted)
        except RasterIOError as error:  # too many open files, say: go on with those there are
            self._most = count
            logger.debug("No more than %d threads read: %s", count, error)


def _read(raster: OpenRaster, part: Part) -> Pixels:
    found = raster.read(*part)
    raster.drop_blocks(part[1] + part[3])
    return found


def _fill(strip: Pixels, first_row: int, raster: OpenRaster, part: Part) -> None:
    column, row, width, height = part
    rows, columns = slice(row - first_row, row - first_row + height), slice(column, column + width)
    strip[0][:, rows, columns], strip[1][rows, columns] = _read(raster, part)


def _results(running: list[Future[Any]]) -> list[Any]:
    """All results, after the last thread is done; the first failure is raised then."""
    for future in running:
        future.exception()
    return [future.result() for future in running]

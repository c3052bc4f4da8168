"""From an aligned pair to the writers: who makes the rows of a map, and the thread that takes them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Optional, Protocol, TypeVar, Union

from .callbacks import IsCancelled, Progress
from .engine.protocol import Engine, ignore
from .errors import InputError, OperationCancelled
from .legend import Legend
from .parameters import ClassificationParameters, EngineJob
from .raster.align import AlignedPair
from .raster.grid import Grid
from .raster.mosaic import VirtualWriter
from .raster.writer import MapWriter
from .results import EngineInfo, EngineStatistics
from .strips import RowBlock
from .tiling import tile_bands

Tell = Callable[[str], None]
Result = TypeVar("Result")
_QUEUED_BLOCKS = 2
_POLL_SECONDS = 0.1
_LEAVING_SECONDS = 2.0


class SteadyProgress:
    """Progress that can also say something while nothing moves."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._share = 0.0

    def __call__(self, share: float, text: str) -> None:
        """So much is done."""
        self._share = share
        self._progress(share, text)

    def say(self, text: str) -> None:
        """No more is done than before."""
        self._progress(self._share, text)


class RowMaker(Protocol):
    """Makes the rows of a map: an engine, or many of them on a cluster."""

    def prepare(self, job: EngineJob) -> EngineInfo:
        """Settle how the job is run."""

    def blocks(
        self, pair: AlignedPair, job: EngineJob, is_cancelled: IsCancelled, tell: Tell = ignore
    ) -> Iterator[RowBlock]:
        """The rows of the prepared job, in order; ``tell`` says what is waited for."""

    @property
    def info(self) -> EngineInfo:
        """What really runs."""

    @property
    def statistics(self) -> EngineStatistics:
        """Where the time went."""

    @property
    def temporaries(self) -> tuple[Path, ...]:
        """Files and folders that a killed process would leave behind."""

    def writer(
        self, parameters: ClassificationParameters, grid: Grid, legend: Legend, metadata: dict[str, str]
    ) -> Union[MapWriter, VirtualWriter]:
        """What takes the rows to the disk."""


class EngineRows:
    """Rows made by one engine.

    Args:
        engine: whose life the caller manages.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def info(self) -> EngineInfo:
        """What really runs, with the warnings of the last prediction."""
        return self._engine.info

    @property
    def statistics(self) -> EngineStatistics:
        """Where the time of the last prediction went."""
        return self._engine.statistics

    @property
    def temporaries(self) -> tuple[Path, ...]:
        """None: an engine writes no files."""
        return ()

    def writer(
        self, parameters: ClassificationParameters, grid: Grid, legend: Legend, metadata: dict[str, str]
    ) -> MapWriter:
        """Writes GeoTIFFs."""
        if parameters.output_format == "VRT":
            raise InputError(
                "The output format VRT joins the parts that a cluster's workers write; expected GTiff or COG without a "
                "cluster. Choose one of these."
            )
        return map_writer(parameters, grid, legend, metadata)

    def prepare(self, job: EngineJob) -> EngineInfo:
        """Load the model."""
        return self._engine.prepare(job)

    def blocks(
        self, pair: AlignedPair, job: EngineJob, is_cancelled: IsCancelled, tell: Tell = ignore
    ) -> Iterator[RowBlock]:
        """Read just the rows whose tiles touch the rows to map, and map them."""
        info = self._engine.info
        bands = tile_bands(
            job.height, info.tile_size, info.overlap, info.rows_per_band, job.first_row, job.stop_row
        )
        if not bands:
            return iter(())
        strips = pair.strips(is_cancelled, bands[0].row, bands[-1].read_stop)
        return self._engine.predict(strips, is_cancelled, tell)


def map_writer(
    parameters: ClassificationParameters, grid: Grid, legend: Legend, metadata: dict[str, str]
) -> MapWriter:
    """The writer of a job's rasters as GeoTIFF or COG."""
    return MapWriter(
        parameters.output,
        grid,
        legend,
        confidence=parameters.confidence,
        probabilities=parameters.probabilities,
        output_format=parameters.output_format,
        metadata=metadata,
    )


def run_pipeline(
    blocks: Iterator[RowBlock],
    takers: Sequence[Callable[[RowBlock], None]],
    first_row: int,
    height: int,
    progress: Progress,
) -> float:
    """Hand every block to every taker, in a thread of their own; returns seconds spent waiting for them."""
    started = time.perf_counter()
    with _BackgroundWriter(takers) as background, closing_rows(blocks):
        for block in blocks:
            background.put(block)
            done = block.row + block.height
            left = (time.perf_counter() - started) * (height - done) / max(done - first_row, 1)
            progress(done / height, f"Classifying: row {done} of {height}, {_duration(left)} left")
    return background.waited


def take_over(
    blocks: Iterable[RowBlock], takers: Sequence[Callable[[RowBlock], None]], is_cancelled: IsCancelled
) -> None:
    """Hand the rows of an earlier run to the takers."""
    for block in blocks:
        if is_cancelled():
            raise OperationCancelled("The classification was cancelled.")
        for take in takers:
            take(block)


@contextmanager
def meanwhile(work: Callable[[IsCancelled], Result], is_cancelled: IsCancelled) -> Iterator[Future[Result]]:
    """Work in a thread beside the block; it is told to stop where the block ends before it, and waited for a moment.

    A thread that is still in GDAL while Python ends aborts the process; one that hangs (a disk of the network that
    answers no more) is left all the same.

    Args:
        work: given what tells it to stop.
        is_cancelled: tells it, too.
    """
    ended = threading.Event()
    outcome: Future[Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(work(lambda: ended.is_set() or is_cancelled()))
        except BaseException as error:  # raised again in the thread that waits
            outcome.set_exception(error)

    threading.Thread(target=run, name="rgbsar-opener", daemon=True).start()
    try:
        yield outcome
    finally:
        ended.set()
        wait([outcome], timeout=_LEAVING_SECONDS)


def awaited(outcome: Future[Result], is_cancelled: IsCancelled) -> Result:
    """What the work gives.

    Raises:
        OperationCancelled: ``is_cancelled`` returned True before.
    """
    while not wait([outcome], timeout=_POLL_SECONDS).done:
        if is_cancelled():
            raise OperationCancelled("The classification was cancelled.")
    return outcome.result()


def interruptible(work: Callable[[IsCancelled], Result], is_cancelled: IsCancelled) -> Result:
    """Do some work that may hang, and leave it when cancelled: :func:`meanwhile`, :func:`awaited`.

    Raises:
        OperationCancelled: ``is_cancelled`` returned True.
    """
    with meanwhile(work, is_cancelled) as outcome:
        return awaited(outcome, is_cancelled)


class _BackgroundWriter:
    """Writes and counts blocks in a thread, so that compressing and the disk do not hold up the network."""

    def __init__(self, takers: Sequence[Callable[[RowBlock], None]]) -> None:
        self.waited = 0.0
        self._takers = takers
        self._blocks: queue.Queue[Optional[RowBlock]] = queue.Queue(_QUEUED_BLOCKS)
        self._error: Optional[BaseException] = None
        self._thread = threading.Thread(target=self._work, name="rgbsar-writer", daemon=True)

    def __enter__(self) -> _BackgroundWriter:
        self._thread.start()
        return self

    def put(self, block: RowBlock) -> None:
        """Queue one block; raises what an earlier block's writing raised."""
        started = time.perf_counter()
        self._blocks.put(block)
        self.waited += time.perf_counter() - started
        if self._error:
            raise self._error

    def __exit__(self, kind: object, *_: object) -> None:
        started = time.perf_counter()
        self._blocks.put(None)
        self._thread.join()
        self.waited += time.perf_counter() - started
        if self._error and kind is None:
            raise self._error

    def _work(self) -> None:
        for block in iter(self._blocks.get, None):
            if self._error is None:
                try:
                    for take in self._takers:
                        take(block)
                except BaseException as error:  # handed to the thread that feeds us
                    self._error = error


@contextmanager
def closing_rows(blocks: Iterator[RowBlock]) -> Iterator[None]:
    """Ends an engine's prediction at once when we leave early, rather than when Python forgets it."""
    try:
        yield
    finally:
        close = getattr(blocks, "close", None)
        if close is not None:
            close()


def _duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

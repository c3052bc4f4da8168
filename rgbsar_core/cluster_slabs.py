"""Row slabs of a map: how it is cut for many workers, and what one worker does with its slab.

A slab begins and ends where a band of tiles begins. Its worker reads and maps all tiles that touch its rows, so one
row of tiles a slab is computed twice and every pixel is that of a map made in one piece. A slab's rows become
GeoTIFFs, complete with names and colours; nothing but their names travels back.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import __version__
from .errors import OperationCancelled, RasterIOError
from .legend import Legend
from .parameters import EngineJob
from .pipeline import EngineRows, closing_rows
from .raster.align import AlignedPair
from .raster.class_rows import read_planes
from .raster.writer import MapWriter
from .results import EngineInfo, EngineStatistics
from .strips import RowBlock
from .tiling import tile_bands

_FEWEST_BANDS = 4
"""Bands in a slab at least: one more is computed twice."""
_MOST_BANDS = 32
_SLABS_PER_WORKER = 4
_READ_ROWS = 512

_lock = threading.Lock()
_prepared: dict[str, Any] = {}
"""This process's engine, and the job and model file it was prepared for: a worker reads the model once."""


@dataclass(frozen=True)
class Slab:
    """Rows ``first_row`` to ``stop_row`` of the map."""

    first_row: int
    stop_row: int


@dataclass(frozen=True)
class Part:
    """A finished slab.

    Args:
        slab: its rows.
        paths: GeoTIFF by kind: labels, confidence, probabilities.
        info, statistics: what ran.
        seconds: from the first byte read to the last written.
    """

    slab: Slab
    paths: dict[str, str]
    info: EngineInfo
    statistics: EngineStatistics
    seconds: float

    def blocks(self) -> Iterator[RowBlock]:
        """The rows, from disk."""
        for row in range(self.slab.first_row, self.slab.stop_row, _READ_ROWS):
            height = min(_READ_ROWS, self.slab.stop_row - row)
            planes = {
                kind: read_planes(path, row - self.slab.first_row, height) for kind, path in self.paths.items()
            }
            labels = planes["labels"][0]
            confidence = planes["confidence"][0] if "confidence" in planes else labels  # nobody asked for it
            yield RowBlock(row, labels, confidence, planes.get("probabilities"))


@dataclass(frozen=True)
class SlabJob:
    """What a worker needs to map any slab of a job; plain data.

    Args:
        pair: how the layers are read.
        job: the engine's job for the whole raster.
        legend: of the map.
        folder: where the parts lie; workers stop once it is gone.
        kinds: which rasters are written.
    """

    pair: AlignedPair
    job: EngineJob
    legend: Legend
    folder: str
    kinds: tuple[str, ...]


def plan_slabs(info: EngineInfo, height: int, first_row: int, workers: int) -> list[Slab]:
    """Cut rows ``first_row`` to ``height`` into slabs.

    Small ones, so that no worker is the last for long; not too small, because a band of each is computed twice.
    """
    bands = tile_bands(height, info.tile_size, info.overlap, info.rows_per_band, first_row)
    count = min(max(len(bands) // max(_SLABS_PER_WORKER * workers, 1), _FEWEST_BANDS), _MOST_BANDS)
    borders = [band.row for band in bands if band.row > first_row][count - 1 :: count]
    return [Slab(first, stop) for first, stop in zip([first_row, *borders], [*borders, height]) if first < stop]


def look_around(files: list[str]) -> dict[str, Any]:
    """What the driver must know of a worker: its version, and which files it does not see."""
    return {"version": __version__, "missing": [path for path in files if not os.path.exists(path)]}


def try_engine(job: EngineJob) -> EngineInfo:
    """Load the model on this worker and say what runs."""
    with _lock:
        info: EngineInfo = _engine(job).info
        return info


def settle_backend(slab_job: SlabJob) -> EngineInfo:
    """Map rows until a batch has shown whether a converted network may be used, and say what runs.

    It is the batch that decides when one engine maps the whole raster. Left alone, every worker would decide by the
    first batch of its own slab.
    """
    job, folder = slab_job.job, Path(slab_job.folder)
    with _lock:
        engine = _engine(job)
        engine.select_rows(job.first_row, job.stop_row)
        rows = EngineRows(engine)
        blocks = rows.blocks(slab_job.pair, job, lambda: not folder.is_dir())
        with closing_rows(blocks):
            for _ in blocks:
                if rows.statistics.tiles > rows.statistics.skipped_tiles:
                    break
        return rows.info


def map_slab(slab_job: SlabJob, slab: Slab, attempt: int) -> Part:
    """Map one slab and write its part; runs on a worker.

    Args:
        slab_job: the job.
        slab: rows to map.
        attempt: makes the names of two workers' files differ.

    Raises:
        OperationCancelled: the folder of the parts is gone.
        RgbSarError: as ``classify_rasters``.
    """
    folder = Path(slab_job.folder)

    def is_cancelled() -> bool:
        return not folder.is_dir()

    with _lock:  # one slab at a time in a process: the engine takes all its threads
        if is_cancelled():
            raise OperationCancelled("The job is over.")
        started = time.perf_counter()
        engine = _engine(slab_job.job)
        engine.select_rows(slab.first_row, slab.stop_row)
        job = replace(slab_job.job, first_row=slab.first_row, stop_row=slab.stop_row)
        rows = EngineRows(engine)
        pair, height = slab_job.pair, slab.stop_row - slab.first_row
        name = f"rows-{slab.first_row:08d}-{slab.stop_row:08d}.{attempt}.tif"
        paths = {kind: str(folder / f"{kind}-{name}") for kind in slab_job.kinds}
        grid = pair.grid.window(0, slab.first_row, pair.grid.width, height)
        with MapWriter(
            paths["labels"], grid, slab_job.legend, paths.get("confidence"), paths.get("probabilities")
        ) as writer:
            for block in rows.blocks(pair, job, is_cancelled):
                writer.write(replace(block, row=block.row - slab.first_row))
            writer.commit()
        return Part(slab, paths, rows.info, rows.statistics, time.perf_counter() - started)


def remove_part(part: Part) -> None:
    """Delete a part's files, side files included."""
    for path in part.paths.values():
        for file in (path, path + ".aux.xml"):
            try:
                os.unlink(file)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise RasterIOError(
                    f"'{file}' could not be removed ({error.strerror}); expected a folder that may be written to. "
                    "Check its permissions."
                ) from error


def _engine(job: EngineJob) -> Any:
    """The engine, prepared for the whole raster."""
    from .engine.local import LocalEngine, file_state

    task = job, file_state(job.model)  # a worker outlives the job, and the model may be trained anew
    if _prepared.get("task") != task:
        if _prepared:
            _prepared.pop("engine").close()
            _prepared.clear()
        engine = LocalEngine()
        engine.prepare(job)
        _prepared.update(engine=engine, task=task)
    return _prepared["engine"]

"""One map by many workers: row slabs over `dask.distributed`, on one machine, Slurm, Kubernetes or whatever runs Dask.

The scheduler, restarting tasks of workers that die and moving results are Dask's. Ours are the slabs, at most a few
ahead of the writer so that parts never fill the disk, second attempts for slabs that take too long, and the join:
parts pass, in row order, through the same writer as the rows of a single engine, so the files are the same.
"""

from __future__ import annotations

import logging
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional, Union

from distributed import CancelledError, Client, Future, KilledWorker

from . import __version__
from .callbacks import IsCancelled, Progress
from .cluster_connection import connected, worker_count
from .cluster_slabs import (
    Part,
    Slab,
    SlabJob,
    look_around,
    map_slab,
    plan_slabs,
    remove_part,
    settle_backend,
    try_engine,
)
from .engine.protocol import ignore
from .errors import EngineError, InputError, OperationCancelled
from .job_state import engine_facts, options_as_before
from .legend import Legend
from .model_card import read_card
from .parameters import ClassificationParameters, EngineJob
from .pipeline import Tell, map_writer
from .raster.align import AlignedPair
from .raster.grid import Grid
from .raster.mosaic import VirtualWriter, require_joinable
from .raster.partial import temporary_beside
from .raster.writer import MapWriter
from .results import ClassificationResult, EngineInfo, EngineStatistics
from .strips import RowBlock

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 10.0
_AHEAD = 3
"""Slabs under way or waiting to be written, per worker."""
_SLOW_FACTOR, _SLOW_SECONDS = 3.0, 5.0


def classify_on_cluster(
    parameters: ClassificationParameters,
    cluster: str,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> ClassificationResult:
    """`classify.classify_rasters` by the workers of a cluster.

    Args:
        parameters: the job; inputs, model and the output's folder must have the same paths on all workers.
        cluster: ``local:N`` starts N worker processes here (one a GPU with dask-cuda); else the address of a
            scheduler, or its file (``.json``).
        progress, is_cancelled: as there.

    Raises:
        EngineError: no scheduler or worker answers, workers that differ, a slab that kills its workers.
        RgbSarError, OperationCancelled: as there.
    """
    from .classify import make_map

    parameters = _absolute(parameters)
    if parameters.output_format == "VRT":
        parameters = replace(parameters, resume=False)  # rows of an earlier run are in no part
    if cluster.startswith("local:") and parameters.engine.threads is None:
        share = max(1, (os.cpu_count() or 1) // max(1, worker_count(cluster)))
        parameters = replace(parameters, engine=replace(parameters.engine, threads=share))
    rows = _cluster_rows(parameters, cluster, is_cancelled or (lambda: False))
    return make_map(parameters, rows, progress, is_cancelled)


@contextmanager
def _cluster_rows(
    parameters: ClassificationParameters, cluster: str, is_cancelled: IsCancelled
) -> Iterator[ClusterRows]:
    with connected(cluster, parameters.engine.device, is_cancelled) as client:
        rows = ClusterRows(client, parameters, is_cancelled)
        try:
            yield rows
        finally:
            rows.close()


class ClusterRows:
    """A `pipeline.RowMaker` whose rows come from a cluster's workers.

    Args:
        client: connected to the scheduler.
        parameters: the job, with paths that all workers know.
        is_cancelled: asked while workers are waited for.
    """

    def __init__(self, client: Client, parameters: ClassificationParameters, is_cancelled: IsCancelled) -> None:
        self.folder = temporary_beside(Path(parameters.output), "")
        self._client = client
        self._parameters = parameters
        self._is_cancelled = is_cancelled
        self._legend = read_card(parameters.model).legend
        self._info: Optional[EngineInfo] = None
        self._statistics = EngineStatistics()
        self._parts: list[dict[str, str]] = []

    @property
    def info(self) -> EngineInfo:
        """What the workers run."""
        if self._info is None:
            raise EngineError("The cluster was not prepared; expected prepare() first. Call it with a job.")
        return self._info

    @property
    def statistics(self) -> EngineStatistics:
        """Sums over the workers; the memory is that of the largest."""
        return self._statistics

    @property
    def temporaries(self) -> tuple[Path, ...]:
        """What a killed process leaves behind."""
        return (self.folder,)

    def writer(
        self, parameters: ClassificationParameters, grid: Grid, legend: Legend, metadata: dict[str, str]
    ) -> Union[MapWriter, VirtualWriter]:
        """Joins the parts into one file, or leaves them where they are under a virtual raster."""
        if parameters.output_format != "VRT":
            return map_writer(parameters, grid, legend, metadata)
        require_joinable(grid)
        rasters = (parameters.confidence, parameters.probabilities)
        return VirtualWriter(self._parts, parameters.output, legend, *rasters, metadata=metadata)

    def prepare(self, job: EngineJob) -> EngineInfo:
        """Wait for a worker, see that all can do the job, and let one settle how it is run."""
        self._await_worker()
        given = (self._parameters.optical, self._parameters.sar, self._parameters.model, self._parameters.mask)
        files = [path for path in given if path and os.path.exists(path)]
        for worker, found in self._client.run(look_around, files).items():
            if found["version"] != __version__:
                raise EngineError(
                    f"Worker {worker} runs version {found['version']} of this package, this process {__version__}; "
                    "expected the same. Install one version everywhere."
                )
            if found["missing"]:
                raise InputError(
                    f"Worker {worker} does not see '{found['missing'][0]}'; expected every file under the same path on "
                    "all machines. Put inputs, model and output on a file system they share."
                )
        info: EngineInfo = self._result(self._client.submit(try_engine, job, pure=False))
        workers = len(self._workers())
        self._info = replace(info, device_name=f"{workers} workers, {info.device_name}")
        return self._info

    def blocks(
        self, pair: AlignedPair, job: EngineJob, is_cancelled: IsCancelled, tell: Tell = ignore
    ) -> Iterator[RowBlock]:
        """The rows of all slabs, in order."""
        kinds = ("labels", *(k for k in ("confidence", "probabilities") if getattr(self._parameters, k)))
        slab_job = SlabJob(pair, job, self._legend, str(self.folder), kinds)
        self.folder.mkdir()
        if self.info.backend != "torch":  # a converted network may be dropped at its first batch
            settled: EngineInfo = self._result(self._client.submit(settle_backend, slab_job, pure=False))
            self._info = replace(settled, device_name=self.info.device_name)
        info = self.info
        # What one worker settled by measuring holds for all: another batch or backend rounds differently.
        options = options_as_before(job.options, engine_facts(info))
        slab_job = replace(slab_job, job=replace(job, options=options, rows_per_band=info.rows_per_band))
        slabs = _Slabs(self._client, slab_job, plan_slabs(info, job.height, job.first_row, len(self._workers())))
        for part in slabs.in_order(is_cancelled):
            self._account(part)
            self._parts.append(part.paths)
            yield from part.blocks()
            if self._parameters.output_format != "VRT":
                remove_part(part)

    def close(self) -> None:
        """Forget the parts; workers that still run see it and stop."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _await_worker(self) -> None:
        started = time.monotonic()
        told = False
        while not self._workers():
            if self._is_cancelled():
                raise OperationCancelled("The classification was cancelled.")
            time.sleep(_POLL_SECONDS)
            if not told and time.monotonic() - started > _PATIENCE_SECONDS:
                told = True
                logger.warning("The scheduler has no worker yet; waiting for the first one.")

    def _workers(self) -> list[str]:
        return list(self._client.ncores())

    def _result(self, future: Future) -> Any:
        while not future.done():
            if self._is_cancelled():
                future.cancel()
                raise OperationCancelled("The classification was cancelled.")
            time.sleep(_POLL_SECONDS)
        return _value(future)

    def _account(self, part: Part) -> None:
        expected, found = engine_facts(self.info), engine_facts(part.info)
        for name in ("batch_size", "device"):  # lowered when memory ran out; numbered differently
            expected.pop(name)
            found.pop(name)
        if expected != found:
            names = ", ".join(f"{name} {found[name]}" for name in found if found[name] != expected[name])
            raise EngineError(
                f"A worker ran with {names}, unlike the first one; expected the same everywhere, or the map would have "
                "seams. Choose device, precision and backend explicitly, or use workers of one kind."
            )
        so_far, more = self._statistics, part.statistics
        self._statistics = EngineStatistics(
            tiles=so_far.tiles + more.tiles,
            skipped_tiles=so_far.skipped_tiles + more.skipped_tiles,
            network_seconds=so_far.network_seconds + more.network_seconds,
            input_wait_seconds=so_far.input_wait_seconds + more.input_wait_seconds,
            total_seconds=so_far.total_seconds + part.seconds,
            peak_memory_mb=max(so_far.peak_memory_mb, more.peak_memory_mb),
        )
        warnings = tuple(dict.fromkeys((*self.info.warnings, *part.info.warnings)))
        self._info = replace(self.info, warnings=warnings)


class _Slabs:
    """Slabs under way, a few ahead of the one whose rows are wanted next."""

    def __init__(self, client: Client, slab_job: SlabJob, slabs: list[Slab]) -> None:
        self._client = client
        self._job = slab_job  # travels with every task: data placed on one worker would die with it
        self._waiting = list(slabs)
        self._running: dict[Slab, list[Future]] = {}
        self._since: dict[Any, float] = {}
        self._seconds: list[float] = []

    def in_order(self, is_cancelled: IsCancelled) -> Iterator[Part]:
        """Finished slabs from top to bottom."""
        order = list(self._waiting)
        try:
            for slab in order:
                self._submit()
                yield self._finished(slab, is_cancelled)
        finally:
            self._client.cancel([future for futures in self._running.values() for future in futures])

    def _submit(self) -> None:
        room = _AHEAD * max(len(self._client.ncores()), 1)
        while self._waiting and len(self._running) < room:
            slab = self._waiting.pop(0)
            self._running[slab] = [self._start(slab, 0)]

    def _start(self, slab: Slab, attempt: int, **where: Any) -> Future:
        # The first rows are wanted first.
        return self._client.submit(
            map_slab, self._job, slab, attempt, pure=False, priority=-slab.first_row, **where
        )

    def _finished(self, slab: Slab, is_cancelled: IsCancelled) -> Part:
        looked = time.monotonic()
        while True:
            if is_cancelled():
                raise OperationCancelled("The classification was cancelled.")
            done = next((future for future in self._running[slab] if future.done()), None)
            if done is not None:
                break
            time.sleep(_POLL_SECONDS)
            if time.monotonic() - looked > _LOOK_SECONDS:
                looked = time.monotonic()
                self._help_slow_ones()
        part: Part = _value(done)
        others = [future for future in self._running.pop(slab) if future is not done]
        self._client.cancel(others)
        self._seconds.append(part.seconds)
        return part

    def _help_slow_ones(self) -> None:
        """A slab that takes much longer than others starts a second time on a worker that has nothing to do."""
        at_work = self._client.processing()
        now = time.monotonic()
        workers_of = {key: worker for worker, keys in at_work.items() for key in keys}
        for key in workers_of:
            self._since.setdefault(key, now)
        idle = [worker for worker, keys in at_work.items() if not keys]
        if not idle or not self._seconds:
            return
        limit = _SLOW_FACTOR * statistics.median(self._seconds) + _SLOW_SECONDS
        for slab, futures in self._running.items():
            first = futures[0]
            if len(futures) == 1 and not first.done() and now - self._since.get(first.key, now) > limit:
                logger.warning("Rows %d to %d take long; another worker tries.", slab.first_row, slab.stop_row)
                futures.append(self._start(slab, 1, workers=idle, allow_other_workers=False))
                return


def _value(future: Future) -> Any:
    """A task's result; Dask's own failures in our words."""
    try:
        return future.result()
    except KilledWorker as error:
        raise EngineError(
            "One slab of rows ended several workers, perhaps for want of memory; expected workers that live. See their "
            "logs; give them more memory, or choose a smaller tile or batch."
        ) from error
    except CancelledError as error:
        raise EngineError("The connection to the cluster was lost; expected a scheduler. Start it again.") from error


def _absolute(parameters: ClassificationParameters) -> ClassificationParameters:
    """Workers have other working directories."""
    names = ("optical", "sar", "model", "mask", "output", "confidence", "probabilities")
    paths = {name: getattr(parameters, name) for name in names}
    made = {"output", "confidence", "probabilities"}
    known = {n: os.path.abspath(p) for n, p in paths.items() if p and (n in made or os.path.exists(p.split("|")[0]))}
    return replace(parameters, **known)

"""From one optical and one SAR raster to a land-cover map: the use case that joins raster side and engine."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Callable, Optional

from .alignment.check import quick_warning
from .engine.protocol import Engine
from .errors import MissingDependencyError, OperationCancelled, RasterIOError
from .model_card import ModelCard, read_card
from .parameters import ClassificationParameters, EngineJob
from .raster.align import AlignedPair, open_pair
from .raster.areas import AreaTally
from .raster.outputs import check_outputs
from .raster.partial import temporary_beside
from .raster.preview import MapPicture
from .raster.writer import MapWriter
from .report import area_table_csv, html_report
from .results import ClassificationResult
from .strips import RowBlock

logger = logging.getLogger(__name__)

Progress = Callable[[float, str], None]
IsCancelled = Callable[[], bool]
_QUEUED_BLOCKS = 2


def classify_rasters(
    parameters: ClassificationParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
    engine: Optional[Engine] = None,
) -> ClassificationResult:
    """Map the land cover of one optical and one SAR raster.

    Strips are read, classified and written at the same time; nothing holds the scene. Files appear under their
    names only when complete.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked often; True stops the job.
        engine: runs the network; None starts one in this process (needs torch).

    Raises:
        InputError: layers, bands, units or output paths that cannot be used.
        ModelFileError: the model file cannot be used.
        RasterIOError: reading or writing failed.
        MissingDependencyError: ``engine`` is None and torch is not installed.
        EngineError: the engine, or its worker process, failed.
        OperationCancelled: ``is_cancelled`` returned True; nothing was left behind.
    """
    started = time.perf_counter()
    report_progress: Progress = progress or (lambda share, text: None)
    cancelled: IsCancelled = is_cancelled or (lambda: False)
    check_outputs(parameters)
    card = read_card(parameters.model)
    report_progress(0.0, "Opening and aligning the two layers")
    with open_pair(parameters, card, cancelled) as pair, _engine(engine) as runner:
        apart = quick_warning(parameters, cancelled) if len(card.inputs) == 2 else []
        report_progress(0.0, f"Loading the model '{card.title}'")
        runner.prepare(
            EngineJob(
                model=parameters.model,
                width=pair.grid.width,
                height=pair.grid.height,
                optical=pair.optical,
                sar=pair.sar,
                options=parameters.engine,
                probabilities=parameters.probabilities is not None,
            )
        )
        with _staged(parameters) as (staged_table, staged_report), MapWriter(
            parameters.output,
            pair.grid,
            card.legend,
            confidence=parameters.confidence,
            probabilities=parameters.probabilities,
            output_format=parameters.output_format,
            metadata=_map_metadata(card),
        ) as writer:
            tally = AreaTally(pair.grid, card.legend)
            picture = MapPicture(pair.grid.width, pair.grid.height, card.legend)
            output_wait = _run(runner, pair, (writer.write, tally.add, picture.add), report_progress, cancelled)
            report_progress(1.0, "Finishing the files")
            result = ClassificationResult(
                path=parameters.output,
                confidence=parameters.confidence,
                probabilities=parameters.probabilities,
                area_table=parameters.area_table,
                report=parameters.report,
                width=pair.grid.width,
                height=pair.grid.height,
                areas=tally.areas(),
                nodata_pixels=tally.nodata_pixels,
                seconds=time.perf_counter() - started,
                engine=runner.info,
                statistics=replace(runner.statistics, output_wait_seconds=output_wait),
                assumptions=tuple(pair.assumptions),
                warnings=tuple(dict.fromkeys((*pair.warnings, *apart, *runner.info.warnings))),
            )
            if staged_table:
                _write_text(staged_table, parameters.area_table, area_table_csv(result))
            if staged_report:
                page = html_report(result, parameters, card, picture.png())
                _write_text(staged_report, parameters.report, page)
            if cancelled():
                raise OperationCancelled("The classification was cancelled.")
            writer.commit(result.areas)
            result = replace(result, seconds=time.perf_counter() - started)
    for warning in result.warnings:
        logger.warning(warning)
    return result


def _run(
    engine: Engine,
    pair: AlignedPair,
    takers: Sequence[Callable[[RowBlock], None]],
    progress: Progress,
    is_cancelled: IsCancelled,
) -> float:
    """Move every row from the pair through the engine to the takers; returns seconds spent waiting for them."""
    height = pair.grid.height
    started = time.perf_counter()
    with _BackgroundWriter(takers) as background, _closing(
        engine.predict(pair.strips(is_cancelled), is_cancelled)
    ) as blocks:
        for block in blocks:
            background.put(block)
            share = (block.row + block.height) / height
            left = (time.perf_counter() - started) * (1 - share) / share
            progress(share, f"Classifying: row {block.row + block.height} of {height}, {_duration(left)} left")
    return background.waited


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
def _closing(blocks: Iterator[RowBlock]) -> Iterator[Iterator[RowBlock]]:
    """Ends an engine's prediction at once when we leave early, rather than when Python forgets it."""
    try:
        yield blocks
    finally:
        close = getattr(blocks, "close", None)
        if close is not None:
            close()


@contextmanager
def _engine(given: Optional[Engine]) -> Iterator[Engine]:
    """The caller's engine, left running; or one of our own, closed at the end."""
    if given is not None:
        yield given
        return
    try:
        from .engine.local import LocalEngine
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"The Python package {error.name} is not installed; running the network needs it. Install it, or give an "
            "engine that runs in an interpreter that has it."
        ) from error
    engine = LocalEngine()
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _staged(parameters: ClassificationParameters) -> Iterator[tuple[Optional[Path], Optional[Path]]]:
    """Temporary paths for area table and report: renamed on success, removed on any failure."""
    finals = [Path(path) if path else None for path in (parameters.area_table, parameters.report)]
    staged = [temporary_beside(path, ".txt") if path else None for path in finals]
    try:
        yield staged[0], staged[1]
        for temporary, final in zip(staged, finals):
            if temporary and final:
                os.replace(temporary, final)
    finally:
        for temporary in staged:
            if temporary:
                temporary.unlink(missing_ok=True)


def _write_text(staged: Path, final: Optional[str], text: str) -> None:
    try:
        staged.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise RasterIOError(
            f"'{final}' could not be written ({error.strerror}); expected room for it. Free disk space or choose "
            "another folder; nothing was left behind."
        ) from error


def _map_metadata(card: ModelCard) -> dict[str, str]:
    """What the map says of its origin (GDAL metadata items)."""
    sources = "; ".join(str(source["attribution"]) for source in card.training_data if source.get("attribution"))
    items = {
        "RGBSAR_MODEL": card.name,
        "RGBSAR_MODEL_TITLE": card.title,
        "RGBSAR_MODEL_LICENCE": card.licence,
        "RGBSAR_TRAINING_ATTRIBUTION": sources,
    }
    return {name: text for name, text in items.items() if text}


def _duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

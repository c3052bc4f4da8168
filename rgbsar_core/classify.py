"""From one optical and one SAR raster to a land-cover map: the use case that joins raster side and engine."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Optional

from .alignment.check import quick_warning
from .callbacks import IsCancelled, Progress
from .engine.protocol import Engine
from .errors import MissingDependencyError, OperationCancelled, RasterIOError, RgbSarError
from .job_state import engine_facts, job_state, options_as_before
from .model_card import ModelCard, read_card
from .parameters import ClassificationParameters, EngineJob
from .patience import patiently
from .pipeline import EngineRows, RowMaker, SteadyProgress, awaited, interruptible, meanwhile, run_pipeline, take_over
from .raster.align import AlignedPair, open_pair
from .raster.areas import AreaTally
from .raster.grid import describe_lattice
from .raster.outputs import check_outputs
from .raster.partial import temporary_beside
from .raster.preview import MapPicture
from .report import area_table_csv, html_report
from .results import ClassificationResult
from .resume import Journal, forget_rows

logger = logging.getLogger(__name__)


def classify_rasters(
    parameters: ClassificationParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
    engine: Optional[Engine] = None,
) -> ClassificationResult:
    """Map the land cover of one optical and one SAR raster, or of one of them where the model allows it.

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
        OperationCancelled: ``is_cancelled`` returned True. Nothing was left behind, unless the job may be resumed.
    """
    return make_map(parameters, _engine(engine), progress, is_cancelled)


def make_map(
    parameters: ClassificationParameters,
    row_maker: AbstractContextManager[RowMaker],
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> ClassificationResult:
    """:func:`classify_rasters` with any maker of rows, which is entered once the inputs are found usable."""
    started = time.perf_counter()
    report_progress = SteadyProgress(progress or (lambda share, text: None))
    cancelled: IsCancelled = is_cancelled or (lambda: False)
    check_outputs(parameters)
    card = read_card(parameters.model)
    report_progress(0.0, "Opening and aligning the two layers")
    pair = interruptible(lambda left: open_pair(parameters, card, left), cancelled)
    with row_maker as maker, _journal(parameters, pair, card, cancelled) as journal:
        writer = maker.writer(parameters, pair.grid, card.legend, _map_metadata(card))
        report_progress(0.0, f"Loading the model '{card.title}'")
        both = len(pair.modalities) == 2
        with meanwhile(lambda left: quick_warning(parameters, left) if both else [], cancelled) as look:
            job = _prepare(
                maker,
                EngineJob(
                    model=parameters.model,
                    width=pair.grid.width,
                    height=pair.grid.height,
                    optical=pair.optical,
                    sar=pair.sar,
                    options=parameters.engine,
                    probabilities=parameters.probabilities is not None,
                ),
                journal,
            )
            apart = awaited(look, cancelled)
        if journal is not None:
            journal.note_files((*writer.temporaries, *maker.temporaries))
        with _staged(parameters) as (staged_table, staged_report), writer:
            tally = AreaTally(pair.grid, card.legend)
            picture = MapPicture(pair.grid.width, pair.grid.height, card.legend)
            takers = [writer.write, tally.add, picture.add]
            if journal is not None:
                if job.first_row:
                    report_progress(job.first_row / job.height, "Taking over the rows of an interrupted run")
                take_over(journal.blocks(), takers, cancelled)
                takers.append(lambda block: journal.append(block, engine_facts(maker.info)))
            blocks = maker.blocks(pair, job, cancelled, report_progress.say)
            output_wait = run_pipeline(blocks, takers, job.first_row, job.height, report_progress)
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
                engine=maker.info,
                statistics=replace(maker.statistics, output_wait_seconds=output_wait),
                assumptions=tuple(pair.assumptions),
                warnings=tuple(dict.fromkeys((*pair.warnings, *apart, *maker.info.warnings))),
                resumed_rows=job.first_row,
            )
            if staged_table:
                _write_text(staged_table, parameters.area_table, area_table_csv(result))
            if staged_report:
                ground = describe_lattice(pair.grid)
                page = html_report(result, parameters, card, picture.png(), ground)
                _write_text(staged_report, parameters.report, page)
            if cancelled():
                raise OperationCancelled("The classification was cancelled.")
            writer.commit(result.areas)
            result = replace(result, seconds=time.perf_counter() - started)
        if journal is not None:
            journal.remove()
    for warning in result.warnings:
        logger.warning(warning)
    return result


@contextmanager
def _journal(
    parameters: ClassificationParameters, pair: AlignedPair, card: ModelCard, is_cancelled: IsCancelled
) -> Iterator[Optional[Journal]]:
    """The journal of a job that may be resumed; an interruption then says what is kept."""
    if not parameters.resume:
        forget_rows(parameters.output)
        yield None
        return
    state = interruptible(lambda left: job_state(parameters, pair), is_cancelled)
    classes = len(card.legend) if parameters.probabilities else 0
    with Journal(parameters.output, state, bool(parameters.confidence), classes) as journal:
        try:
            yield journal
        except (OperationCancelled, KeyboardInterrupt) as error:
            raise OperationCancelled(str(error), _kept(journal, pair.grid.height)) from error
        except RgbSarError as error:
            raise type(error)(f"{error} {_kept(journal, pair.grid.height)}".rstrip()) from error


def _kept(journal: Journal, height: int) -> str:
    if not journal.next_row:
        return ""
    return f"{journal.next_row} of {height} rows are kept: the same job, started again, goes on from there."


def _prepare(maker: RowMaker, job: EngineJob, journal: Optional[Journal]) -> EngineJob:
    """Load the model; the rows of an earlier run count only if the same engine makes the others."""
    before = journal.engine if journal is not None and journal.next_row else None
    if journal is None or before is None:
        maker.prepare(job)
        return job
    rest = replace(
        job,
        options=options_as_before(job.options, before),
        first_row=journal.next_row,
        rows_per_band=before.get("rows_per_band"),
    )
    now = engine_facts(maker.prepare(rest))
    changed = [f"{name} {before.get(name)}, now {now[name]}" for name in now if before.get(name) != now[name]]
    if not changed:
        return rest
    journal.start_over(f"they were made with {'; '.join(changed)}")
    maker.prepare(job)
    return job


@contextmanager
def _engine(given: Optional[Engine]) -> Iterator[RowMaker]:
    """The caller's engine, left running; or one of our own, closed at the end."""
    if given is not None:
        yield EngineRows(given)
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
        yield EngineRows(engine)
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
                _put_in_place(temporary, final)
    finally:
        for temporary in staged:
            if temporary:
                temporary.unlink(missing_ok=True)


def _put_in_place(staged: Path, final: Path) -> None:
    try:
        patiently(os.replace, staged, final)
    except OSError as error:
        raise RasterIOError(
            f"The map is complete, but '{final}' could not be replaced ({error.strerror}); expected a file that no "
            "other program holds open. Close it there, or choose another name, and run the job again."
        ) from error


def _write_text(staged: Path, final: Optional[str], text: str) -> None:
    try:
        staged.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise RasterIOError(
            f"'{final}' could not be written ({error.strerror}); expected room for it. Free disk space or choose "
            "another folder."
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


"""From an optical and a SAR raster to how well they lie on top of each other: the use case."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Optional

import numpy as np

from ..callbacks import IsCancelled, Progress
from ..errors import NodataError, OperationCancelled, RgbSarError
from ..parameters import ClassificationParameters
from ..raster.geopackage import refuse_other_layers
from ..raster.outputs import refuse_outputs
from ..raster.staging import StagedFiles
from .arrows import LAYER, write_arrows
from .correction import corrected_origin, write_corrected
from .job import AlignmentParameters, AlignmentResult, WindowShift, judge, varying_warning
from .layers import LayerPair, WindowReader, common_grid, ground_vector, open_layers
from .matching import Shift, Surface, combine, correlation_surface, find_peak

__all__ = ["AlignmentParameters", "AlignmentResult", "check_alignment", "check_request", "quick_warning"]
logger = logging.getLogger(__name__)
_MATCHING_SHARE = 0.9
_QUICK_WINDOWS = 25
_WORTH_A_WARNING = 2.0  # pixels


def check_request(parameters: AlignmentParameters) -> None:
    """Refuse, without reading more than a few pixels, what cannot be checked.

    Raises:
        InputError, GridMismatchError, RasterIOError: with a sentence.
    """
    refuse_outputs(parameters.outputs, (parameters.optical, parameters.sar))
    refuse_other_layers(parameters.arrows or "", LAYER)
    common_grid(parameters)


def check_alignment(
    parameters: AlignmentParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> AlignmentResult:
    """Measure how far a SAR raster lies from an optical one; nothing holds more than one window.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked before each window; True stops the job.

    Raises:
        InputError: rasters, bands, units or outputs that cannot be used.
        GridMismatchError: no or too little common ground.
        NodataError: a corrected layer was asked for, but the shift cannot be told.
        RasterIOError: reading or writing failed.
        OperationCancelled: ``is_cancelled`` returned True; nothing was left behind.
    """
    started = time.perf_counter()
    report: Progress = progress or (lambda share, text: None)
    cancelled: IsCancelled = is_cancelled or (lambda: False)
    check_request(parameters)
    report(0.0, "Looking at the two layers")
    pair = open_layers(parameters, cancelled)
    places, surfaces = [], []
    for done, total, place, surface in _surfaces(pair, parameters.search, None, cancelled):
        if surface is not None:
            places.append(place)
            surfaces.append(surface)
        report(_MATCHING_SHARE * done / total, f"Matching: window {done} of {total}")
    result, windows = _result(parameters, pair, places, surfaces)
    if parameters.corrected and result.verdict == "unknown":
        raise NodataError(
            f"{result.sentence()} A corrected SAR layer was asked for; it needs a shift that is known. Leave it out, "
            "choose other layers, or search further."
        )
    with StagedFiles() as files:
        if parameters.arrows:
            write_arrows(files.path(parameters.arrows), pair.grid, windows)
        if parameters.corrected:
            write_corrected(
                parameters.sar,
                files.path(parameters.corrected),
                corrected_origin(pair.grid, result.shift, pair.sar_grid),
                f"moved {-result.east_m:.2f} m east, {-result.north_m:.2f} m north, onto "
                f"{Path(parameters.optical).name}",
                lambda share: report(_MATCHING_SHARE + (1 - _MATCHING_SHARE) * share, "Writing the corrected layer"),
                cancelled,
            )
        if cancelled():
            raise OperationCancelled("Checking the alignment was cancelled.")
        files.publish()
    report(1.0, "Done")
    return replace(result, seconds=time.perf_counter() - started)


def quick_warning(parameters: ClassificationParameters, is_cancelled: IsCancelled) -> list[str]:
    """One sentence if the layers of a classification look more than two pixels apart, else none; never an error.

    A few windows tell, at about a second of processor time whatever the scene's size. It says something only where the
    shift is beyond doubt: larger than two pixels by twice its standard error.
    """
    try:
        job = AlignmentParameters(
            optical=parameters.optical,
            sar=parameters.sar,
            optical_bands=parameters.optical_bands,
            sar_bands=parameters.sar_bands,
            sar_units=parameters.sar_units,
        )
        pair = open_layers(job, is_cancelled)
        found = [part[2:] for part in _surfaces(pair, job.search, _QUICK_WINDOWS, is_cancelled) if part[3] is not None]
        result, _ = _result(job, pair, [place for place, _ in found], [s for _, s in found if s is not None])
    except (RgbSarError, ArithmeticError, ValueError, MemoryError) as error:
        logger.info("The alignment was not looked at: %s", error)
        return []
    logger.info("Quick look at the alignment: %s", result.sentence())
    if result.verdict != "shifted" or result.shift.length - 2 * result.error <= _WORTH_A_WARNING:
        return []
    return [
        f"{result.sentence()} Expect a poorer map along edges. 'Check alignment' (rgbsar check-alignment) shows more, "
        "and can write a corrected SAR layer."
    ]


def _surfaces(
    pair: LayerPair, search: int, most: Optional[int], is_cancelled: IsCancelled
) -> Iterator[tuple[int, int, tuple[float, float], Optional[Surface]]]:
    """For each window: how many are done, of how many, its middle (row, column), and its surface or None."""
    reader = WindowReader(pair)
    windows = pair.windows(most)
    half = pair.core / 2 + pair.inset
    for done, (row, column) in enumerate(windows, start=1):
        if is_cancelled():
            raise OperationCancelled("Checking the alignment was cancelled.")
        surface = correlation_surface(*reader.read(row, column), search)
        yield done, len(windows), (row + half, column + half), surface


def _result(
    parameters: AlignmentParameters, pair: LayerPair, places: list[tuple[float, float]], surfaces: list[Surface]
) -> tuple[AlignmentResult, list[WindowShift]]:
    """What the windows say, together and one by one."""
    windows = [WindowShift(*place, find_peak(surface)) for place, surface in zip(places, surfaces)]
    shift, error = combine(surfaces) if surfaces else (Shift(0.0, 0.0, 0.0), math.inf)
    verdict, reason = judge(shift if surfaces else None, error, parameters.search)
    sure = [window.shift for window in windows if window.shift.reliable]
    vectors = np.array([(own.row, own.column) for own in sure]).reshape(-1, 2)
    spread = float(np.median(np.hypot(*(vectors - (shift.row, shift.column)).T))) if sure else math.nan
    median = tuple(float(value) for value in np.median(vectors, axis=0)) if sure else (math.nan, math.nan)
    row, column = pair.grid.height / 2, pair.grid.width / 2
    east, north = ground_vector(pair.grid, row, column, shift.row, shift.column)
    result = AlignmentResult(
        verdict=verdict,
        reason=reason,
        shift=shift,
        east_m=east,
        north_m=north,
        error=error,
        spread=spread,
        median=(median[0], median[1]),
        windows=len(windows),
        reliable=len(sure),
        pixel_m=pair.grid.ground_sampling_m(),
        arrows=parameters.arrows,
        corrected=parameters.corrected,
        seconds=0.0,
        assumptions=pair.assumptions,
        warnings=tuple(varying_warning(verdict, spread)),
    )
    return result, windows

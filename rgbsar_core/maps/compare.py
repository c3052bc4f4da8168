"""From two class maps to what changed between them: change matrix and change raster."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..errors import NodataError, OperationCancelled
from ..legend import LandCoverClass, Legend
from ..metrics import IGNORE_INDEX, confusion_matrix
from ..raster.areas import AreaTally
from ..raster.class_map import named_legend
from ..raster.map_pair import MapPair, shared_grid
from ..raster.outputs import refuse_outputs
from ..raster.source import open_raster
from ..raster.writer import MapWriter
from ..strips import CONFIDENCE_NODATA, RowBlock
from ..text_files import publish_texts
from .common_legend import CommonLegend, common_legend
from .compare_job import CompareParameters, CompareResult

__all__ = ["CompareParameters", "CompareResult", "check_comparison", "compare_maps"]
_MOST_CODES = 254
_OTHER = "other change"
_OTHER_COLOR = (90, 90, 90)


def check_comparison(parameters: CompareParameters) -> None:
    """Refuse, without reading a map's pixels, what cannot be compared.

    Raises:
        InputError: a layer or output path that cannot be used.
        ClassMapError: class names that do not match, where the rasters themselves name their classes.
        GridMismatchError: no CRS, no common ground.
        RasterIOError: an output folder cannot be written to.
    """
    refuse_outputs(parameters.outputs, (parameters.before, parameters.after))
    shared_grid(open_raster(parameters.before, "earlier", (1,)), open_raster(parameters.after, "later", (1,)))
    before, after = named_legend(parameters.before, "earlier"), named_legend(parameters.after, "later")
    if before and after:
        common_legend(before, after, parameters.matches)


def compare_maps(
    parameters: CompareParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> CompareResult:
    """Hold two class maps against each other, pixel by pixel.

    Both are read in strips, twice: to count, and to write. Files appear under their names only when complete.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked often; True stops the job.

    Raises:
        InputError: layers or output paths that cannot be used.
        ClassMapError: values that are no classes, class names that do not match.
        GridMismatchError: no CRS, no common ground.
        NodataError: no pixel has a class in both maps.
        RasterIOError: reading or writing failed.
        OperationCancelled: ``is_cancelled`` returned True; nothing was left behind.
    """
    started = time.perf_counter()
    report: Progress = progress or (lambda share, text: None)
    cancelled: IsCancelled = is_cancelled or (lambda: False)
    check_comparison(parameters)
    report(0.0, "Opening the two maps")
    pair = MapPair(parameters.before, parameters.after, parameters.grid)
    legend = common_legend(pair.maps[0].legend, pair.maps[1].legend, parameters.matches)
    counts = _count(pair, legend, lambda share: report(0.5 * share, "Counting"), cancelled)
    codes, change_legend, warnings = _codes(counts.pixels, legend)
    with MapWriter(
        parameters.output,
        pair.grid,
        change_legend,
        output_format=parameters.output_format,
        metadata={"RGBSAR_BEFORE": Path(parameters.before).name, "RGBSAR_AFTER": Path(parameters.after).name},
    ) as writer:
        tally = AreaTally(pair.grid, change_legend)
        for row, before, after in pair.strips(cancelled):
            labels = codes[legend.before[before], legend.after[after]]
            writer.write(RowBlock(row, labels, np.broadcast_to(np.uint8(CONFIDENCE_NODATA), labels.shape)))
            tally.add_rows(row, labels)
            report(0.5 + 0.5 * (row + len(labels)) / pair.grid.height, f"Writing changes: row {row + len(labels)}")
        if cancelled():
            raise OperationCancelled("The comparison was cancelled.")
        writer.commit(tally.areas())
    if parameters.matrix:
        publish_texts({parameters.matrix: matrix_csv(legend.names, counts.pixels, counts.hectares)})
    return CompareResult(
        path=parameters.output,
        matrix=parameters.matrix,
        names=legend.names,
        classes=change_legend.classes,
        pixels=counts.pixels,
        hectares=counts.hectares,
        only_before_pixels=counts.only_before,
        only_after_pixels=counts.only_after,
        seconds=time.perf_counter() - started,
        warnings=(*pair.warnings, *_lone_classes(legend), *warnings),
    )


def matrix_csv(names: Sequence[str], pixels: NDArray[np.int64], hectares: NDArray[np.float64]) -> str:
    """Change matrix as CSV: rows are classes of the earlier map, columns of the later; in pixels, then in hectares.

    Args:
        names: (K,) classes.
        pixels, hectares: (K, K), `[earlier, later]`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["unit", "from", *(f"to {name}" for name in names), "total"])
    tables: tuple[tuple[str, NDArray[Any], str], ...]
    tables = (("pixels", pixels, "{:.0f}"), ("hectares", hectares, "{:.4f}"))
    for unit, matrix, form in tables:
        for name, row in zip((*names, "total"), (*matrix, matrix.sum(axis=0))):
            writer.writerow([unit, name, *(form.format(cell) for cell in (*row, row.sum()))])
    return text.getvalue()


@dataclass(frozen=True)
class _Counts:
    """(K, K) pixels and hectares `[earlier, later]`, and pixels with a class in one map only."""

    pixels: NDArray[np.int64]
    hectares: NDArray[np.float64]
    only_before: int
    only_after: int


def _count(pair: MapPair, legend: CommonLegend, report: Callable[[float], None], is_cancelled: IsCancelled) -> _Counts:
    count = len(legend.names)
    pixels = np.zeros((count, count), np.int64)
    square_metres = np.zeros(count * count)
    only_before = only_after = 0
    for row, before, after in pair.strips(is_cancelled):
        first, second = legend.before[before], legend.after[after]
        in_both = (first != IGNORE_INDEX) & (second != IGNORE_INDEX)
        only_before += int(np.count_nonzero((first != IGNORE_INDEX) & ~in_both))
        only_after += int(np.count_nonzero((second != IGNORE_INDEX) & ~in_both))
        pixels += confusion_matrix(first[in_both], second[in_both], count)
        areas = np.array([pair.grid.pixel_area_m2(row + line) for line in range(len(before))])
        weights = np.broadcast_to(areas[:, None], before.shape)[in_both]
        codes = first[in_both].astype(np.int64) * count + second[in_both]
        square_metres += np.bincount(codes, weights, count * count)
        report((row + len(before)) / pair.grid.height)
    if not pixels.any():
        before_path, after_path = (raster.path for raster in pair.maps)
        raise NodataError(
            f"No pixel has a class in both '{before_path}' and '{after_path}'; expected some. Choose maps that overlap "
            "where both have classes."
        )
    return _Counts(pixels, square_metres.reshape(count, count) / 10_000, only_before, only_after)


def _lone_classes(legend: CommonLegend) -> list[str]:
    lone = (("earlier", legend.only_before), ("later", legend.only_after))
    return [f"Classes that only the {which} map has: {', '.join(names)}." for which, names in lone if names]


def _codes(pixels: NDArray[np.int64], legend: CommonLegend) -> tuple[NDArray[np.uint8], Legend, list[str]]:
    """Value in the change raster of every (from, to) pair that occurs, by class index; and their names and colours.

    Values count up in the order of the matrix. A byte holds 254 of them: of more, the smallest changes share one.
    """
    found = np.argwhere(pixels > 0)
    codes: NDArray[np.uint8] = np.zeros((256, 256), np.uint8)
    entries, warnings = [], []
    if len(found) > _MOST_CODES:
        largest = np.sort(np.argsort(-pixels[pixels > 0], kind="stable")[: _MOST_CODES - 1])
        warnings.append(
            f"{len(found)} pairs of classes occur; the change raster names the {len(largest)} largest, the others are "
            f"'{_OTHER}'. The change matrix has all."
        )
        found = found[largest]
        codes[: len(pixels), : len(pixels)] = _MOST_CODES
        entries.append(LandCoverClass(_MOST_CODES, _OTHER, _OTHER_COLOR))
    for value, (i, j) in enumerate(found.tolist(), start=1):
        codes[i, j] = value
        entries.append(LandCoverClass(value, _pair_name(legend, i, j), _pair_color(legend, i, j)))
    return codes, Legend(tuple(sorted(entries, key=lambda entry: entry.value))), warnings


def _pair_name(legend: CommonLegend, i: int, j: int) -> str:
    return f"{legend.names[i]} (unchanged)" if i == j else f"{legend.names[i]} -> {legend.names[j]}"


def _pair_color(legend: CommonLegend, i: int, j: int) -> tuple[int, int, int]:
    """Pale where nothing changed; else the new class's colour with some of the old one's."""
    other, share = ((255, 255, 255), 0.75) if i == j else (legend.colors[i], 0.25)
    red, green, blue = (round(share * b + (1 - share) * a) for a, b in zip(legend.colors[j], other))
    return red, green, blue

"""How right a map is: its classes held against points, polygons or another class raster.

One pass over the map, strip by strip, counts everything: memory does not grow with the map. Figures of a probability
sample are also estimated for the whole map, with confidence intervals.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..class_matching import MATCHES, RawClass, match_classes
from ..errors import InputError, NodataError, OperationCancelled
from ..metrics import accuracy
from ..raster.areas import AreaTally, require_named, uneven_pixels
from ..raster.class_map import ClassMap, named_legend, open_class_map
from ..raster.outputs import refuse_outputs
from ..results import ClassArea
from ..text_files import publish_texts
from .estimates import estimate_map
from .reference import Reference, open_reference
from .report import html_report, table_csv
from .result import AccuracyResult

SAMPLES = ("auto", "yes", "no")
FEW_UNITS = 30


@dataclass(frozen=True)
class AccuracyParameters:
    """One map to assess.

    Args:
        map: class raster.
        reference: points or polygons with a class (a vector file; `|layername=...` chooses a layer), or a class raster.
        field: attribute of points or polygons that holds the class, as name or value; None takes `label`.
        map_band, reference_band: of the rasters.
        match: how classes are found in the map: "names", "values" or "auto", as in
            `class_matching.match_classes`.
        probability_sample: "yes" if points were drawn at random, over the whole map or by its classes; "no" if not;
            "auto" asks the layer, which knows if `design_sample` made it.
        report, table, figures: files to write (HTML, CSV, JSON), or None.
    """

    map: str
    reference: str
    field: Optional[str] = None
    map_band: int = 1
    reference_band: int = 1
    match: str = "auto"
    probability_sample: str = "auto"
    report: Optional[str] = None
    table: Optional[str] = None
    figures: Optional[str] = None

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("matching", self.match, MATCHES),
            ("probability sample", self.probability_sample, SAMPLES),
        ):
            if value not in choices:
                raise InputError(f"The {name} is '{value}'; expected one of {', '.join(choices)}. Choose one of these.")
        for band in (self.map_band, self.reference_band):
            if band < 1:
                raise InputError(f"Band {band} was asked for; expected 1 or more. Choose a band of the raster.")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every file this job writes."""
        return tuple(path for path in (self.report, self.table, self.figures) if path)


def assess_accuracy(
    parameters: AccuracyParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
    strip_height: int = 0,
) -> AccuracyResult:
    """Hold a map against a reference.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked before every strip; True stops the job.
        strip_height: rows read at a time; 0 takes what fits into a few megabytes. No figure depends on it.

    Raises:
        InputError: layers, fields or outputs that cannot be used.
        ClassMapError: classes of the reference that the map does not have, values of the map without a name.
        GridMismatchError: no CRS, or no common ground.
        NodataError: the reference lies only where the map has no class.
        RasterIOError: reading or writing failed.
        OperationCancelled: `is_cancelled` returned True; nothing was written.
    """
    started = time.perf_counter()
    say: Progress = progress or (lambda share, text: None)
    stop: IsCancelled = is_cancelled or (lambda: False)
    refuse_outputs(parameters.outputs, (parameters.map, parameters.reference))
    same_file = os.path.realpath(parameters.map) == os.path.realpath(parameters.reference)
    if same_file and parameters.map_band == parameters.reference_band:
        raise InputError(
            f"'{parameters.map}' is both map and reference; expected a reference of its own, made without the map. "
            "Choose it."
        )
    say(0.0, "Opening map and reference")
    class_map = open_class_map(parameters.map, "map", parameters.map_band)
    reference = open_reference(
        parameters.reference, parameters.field, parameters.reference_band, class_map, parameters.match
    )
    if parameters.probability_sample == "yes" and reference.kind == "polygons":
        raise InputError(
            f"The {reference.label} holds polygons, whose pixels are neighbours and no "
            "independent sample units; a probability sample has points. Give points, or say 'no'."
        )
    areas, counts = _count(class_map, reference, say, stop, strip_height)
    values = np.array([area.value for area in areas])
    measures = accuracy(counts[np.ix_(values, values)])
    unmapped = int(counts[values, 0].sum())
    unit = "points" if reference.kind == "points" else "pixels"
    if not measures.matrix.sum() and not unmapped:
        raise NodataError(
            f"The {reference.label} covers the centre of no pixel of the map; expected one or more. Draw larger "
            "polygons, or choose another reference."
        )
    if not measures.matrix.sum():
        raise NodataError(
            f"The {reference.label} has its {unmapped} {unit} only where the map has no "
            "class; expected some on mapped ground. Choose another reference, or map that ground."
        )
    estimates, strata, warnings = estimate_map(reference, parameters.probability_sample, areas, measures.matrix)
    if estimates:
        warnings += uneven_pixels(class_map)
    result = AccuracyResult(
        map=parameters.map,
        reference=parameters.reference,
        kind=reference.kind,
        matched=reference.matched,
        areas=areas,
        measures=measures,
        estimates=estimates,
        strata=strata,
        unlabelled=reference.unlabelled,
        outside=reference.outside,
        unmapped=unmapped,
        ambiguous=reference.ambiguous,
        warnings=(),
        report=parameters.report,
        table=parameters.table,
        figures=parameters.figures,
        seconds=time.perf_counter() - started,
    )
    result = replace(result, warnings=(*_left_out(result), *warnings, *_few_units(result)))
    _publish(result, stop)
    return result


def check_classes(path: str, band: int, found: Iterable[RawClass], reference: str, match: str) -> None:
    """Refuse classes of a reference that the map lacks, as far as the map names its own: no pixel is read.

    Args:
        path, band: of the map.
        found: distinct class names or values of the reference.
        reference: how messages name it, without "the".
        match: as in `match_classes`.

    Raises:
        ClassMapError: there are such classes.
        InputError, GridMismatchError, RasterIOError: the map cannot be used.
    """
    legend = named_legend(path, "map", band)
    if legend is not None:
        match_classes(found, legend, reference, match)


def _count(
    class_map: ClassMap, reference: Reference, progress: Progress, is_cancelled: IsCancelled, strip_height: int
) -> tuple[tuple[ClassArea, ...], NDArray[np.int64]]:
    """Ground per class, and (256, 256) units by `[reference value, map value]`."""
    tally = AreaTally(class_map.grid, class_map.legend)
    counts = np.zeros(256 * 256, np.int64)
    for row, mapped in class_map.strips(strip_height, is_cancelled):
        tally.add_rows(row, mapped)
        found, beside = reference.pairs(row, mapped)
        counts += np.bincount(found.astype(np.int32) * 256 + beside, minlength=256 * 256)
        done = row + len(mapped)
        progress(done / class_map.grid.height, f"Comparing map and reference: row {done} of {class_map.grid.height}")
    require_named(tally, class_map)
    return tally.areas(), counts.reshape(256, 256)


def _left_out(result: AccuracyResult) -> list[str]:
    features = "Points" if result.kind == "points" else "Polygons"
    reasons = (
        (result.unlabelled, f"{features} without a class"),
        (result.outside, "Points outside the map"),
        (result.unmapped, f"{result.unit_name.capitalize()} where the map has no class"),
        (result.ambiguous, "Pixels in polygons of several classes"),
    )
    return [f"{text}, left out: {count:,}." for count, text in reasons if count]


def _few_units(result: AccuracyResult) -> list[str]:
    """A warning about classes whose figures rest on a handful of units."""
    matrix = result.measures.matrix
    on_map, in_reference = matrix.sum(axis=0), matrix.sum(axis=1)
    few = [
        f"{area.name} ({mapped} on the map, {found} in the reference)"
        for area, mapped, found in zip(result.areas, on_map, in_reference)
        if min(mapped, found) < FEW_UNITS and (area.pixels or found)
    ]
    if not few:
        return []
    return [f"Fewer than {FEW_UNITS} {result.unit_name}, so that accuracies are uncertain: {', '.join(few)}."]


def _publish(result: AccuracyResult, is_cancelled: IsCancelled) -> None:
    texts = {}
    if result.report:
        texts[result.report] = html_report(result)
    if result.table:
        texts[result.table] = table_csv(result)
    if result.figures:
        texts[result.figures] = json.dumps(result.to_json(), indent=2, ensure_ascii=False) + "\n"
    if is_cancelled():
        raise OperationCancelled("The assessment was cancelled.")
    publish_texts(texts)

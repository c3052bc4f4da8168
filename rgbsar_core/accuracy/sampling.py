"""Designing a sample: how many points an accuracy assessment needs, in which classes, and where chance puts them.

Two passes over the map, strip by strip: the first measures the classes, the second finds the pixels whose ranks
within their class were drawn. Memory grows with the number of points, never with the map; the same seed gives the
same points, whatever the height of the strips.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..errors import InputError, OperationCancelled
from ..raster.areas import measure_classes, uneven_pixels
from ..raster.class_map import ClassMap, named_legend, open_class_map
from ..raster.geopackage import refuse_other_layers
from ..raster.grid import apply_affine
from ..raster.outputs import refuse_outputs
from ..raster.vectors import DEFAULT_FIELD, ID_FIELD
from ..results import ClassArea
from .area_estimates import Z_95
from .sample_design import ALLOCATIONS, LEAST_ERROR, allocate, draw_ranks, expected_error, sample_size
from .sample_file import SAMPLE_LAYER, STRATA_FIELDS, filled_labels, write_sample
from .sample_record import RECORD_ITEM, SampleRecord, Stratum

_MOST_UNITS = 100_000
_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class SampleParameters:
    """One sample to draw.

    Args:
        map: class raster the sample is for; its classes are the strata.
        output: GeoPackage to write.
        band: of the map.
        expected_users: user's accuracy to be expected, 0 to 1: one for all classes, or one a class in the order of
            the map's legend.
        target_error: wanted standard error of the overall accuracy; decides the number of points.
        total: number of points; None computes it.
        allocation: "good practice", "proportional", "equal" or "optimal", as in `sample_design.allocate`.
        least: points every class gets under "good practice".
        seed: of the random numbers.
        show_strata: write class value, class name and weight of each point where the people who label can see them.
    """

    map: str
    output: str
    band: int = 1
    expected_users: tuple[float, ...] = (0.8,)
    target_error: float = 0.02
    total: Optional[int] = None
    allocation: str = "good practice"
    least: int = 50
    seed: int = 1
    show_strata: bool = False

    def __post_init__(self) -> None:
        if self.band < 1:
            raise InputError(f"Band {self.band} was asked for; expected 1 or more. Choose a band of the map.")
        if not self.output.lower().endswith(".gpkg"):
            raise InputError(f"The output '{self.output}' is no GeoPackage. Let its name end in .gpkg.")
        if not self.expected_users or not all(0.0 <= users <= 1.0 for users in self.expected_users):
            raise InputError(
                f"Expected user's accuracies {list(self.expected_users)} found; expected numbers from 0 to 1, such as "
                "0.85 for 85 %. Correct them."
            )
        if not LEAST_ERROR <= self.target_error < 0.5:
            raise InputError(
                f"The target standard error is {self.target_error}; expected a share of 1, such as 0.01. Correct it."
            )
        if self.allocation not in ALLOCATIONS:
            raise InputError(f"The allocation is '{self.allocation}'; expected one of {', '.join(ALLOCATIONS)}.")
        for name, value, lowest in (("total", self.total, 1), ("least", self.least, 1), ("seed", self.seed, 0)):
            if value is not None and not lowest <= value <= _LARGEST_NUMBER:
                raise InputError(
                    f"The number '{name}' is {value}; expected {lowest} to {_LARGEST_NUMBER}. Choose another one."
                )


@dataclass(frozen=True)
class SampleResult:
    """A finished sample.

    Attributes:
        path: the GeoPackage.
        areas: the classes of the map, with pixels and ground area.
        units: points per class.
        expected_users: user's accuracy assumed for each class.
        expected_error: standard error of the overall accuracy if those come true.
        warnings: sentences for the user.
    """

    path: str
    areas: tuple[ClassArea, ...]
    units: tuple[int, ...]
    expected_users: tuple[float, ...]
    expected_error: float
    seed: int
    warnings: tuple[str, ...]

    @property
    def total(self) -> int:
        """Points in all."""
        return sum(self.units)

    def to_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return {**asdict(self), "total": self.total}


def design_sample(
    parameters: SampleParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
    strip_height: int = 0,
) -> SampleResult:
    """Draw a stratified random sample of a map's pixels and write it as points to be labelled.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked before every strip; True stops the job.
        strip_height: rows read at a time; 0 takes what fits into a few megabytes. The points do not depend on it.

    Raises:
        InputError: a map or output that cannot be used, numbers that contradict each other.
        ClassMapError: values in the map that its legend does not name.
        RasterIOError: reading or writing failed.
        OperationCancelled: `is_cancelled` returned True; nothing was written.
    """
    say: Progress = progress or (lambda share, text: None)
    stop: IsCancelled = is_cancelled or (lambda: False)
    check_design(parameters)
    class_map = open_class_map(parameters.map, "map", parameters.band)
    areas = measure_classes(class_map, lambda share, text: say(0.5 * share, text), stop, strip_height)
    users = _each_class(parameters.expected_users, class_map.legend.names)
    units, warnings = _units(parameters, areas, users)
    warnings += uneven_pixels(class_map)
    drawn = _draw(class_map, areas, units, parameters.seed, say, stop, strip_height)
    say(1.0, "Writing the points")
    if stop():
        raise OperationCancelled("The design was cancelled.")
    _write(parameters, class_map, areas, units, drawn)
    error = expected_error([area.square_metres for area in areas], users, units)
    return SampleResult(parameters.output, areas, units, users, error, parameters.seed, tuple(warnings))


def check_design(parameters: SampleParameters) -> None:
    """Refuse what can be seen wrong without reading the map's pixels.

    Raises:
        InputError, GridMismatchError, ClassMapError, RasterIOError: as `design_sample`.
    """
    refuse_outputs([parameters.output], [parameters.map])
    refuse_other_layers(parameters.output, SAMPLE_LAYER)
    labels = filled_labels(parameters.output)
    if labels:
        raise InputError(
            f"'{parameters.output}' holds a sample with labels ({labels} so far), which would be lost; expected a new "
            "file, or a sample without labels. Choose another name, or delete that file first."
        )
    legend = named_legend(parameters.map, "map", parameters.band)
    if legend is not None:
        _each_class(parameters.expected_users, legend.names)


def summary_lines(result: SampleResult) -> list[str]:
    """What was drawn, for log and terminal."""
    mapped = sum(area.square_metres for area in result.areas)
    lines = [
        f"{area.name}: {units} points in {area.hectares:,.1f} ha ({100 * area.square_metres / mapped:.1f} % of the "
        f"map), user's accuracy expected {users:.2f}"
        for area, units, users in zip(result.areas, result.units, result.expected_users)
    ]
    return [
        *lines,
        f"{result.total} points; standard error of the overall accuracy to be expected: {result.expected_error:.4f} "
        f"(95 % confidence interval \u00b1 {Z_95 * result.expected_error:.3f})",
    ]


def _each_class(users: Sequence[float], names: Sequence[str]) -> tuple[float, ...]:
    if len(users) == 1:
        return (users[0],) * len(names)
    if len(users) != len(names):
        raise InputError(
            f"{len(users)} expected user's accuracies for {len(names)} classes ({', '.join(names)}); expected one "
            "number for all, or one for each class in this order. Correct them."
        )
    return tuple(users)


def _units(
    parameters: SampleParameters, areas: tuple[ClassArea, ...], users: tuple[float, ...]
) -> tuple[tuple[int, ...], list[str]]:
    """Points per class, never more than it has pixels; warnings."""
    ground = [area.square_metres for area in areas]
    total = parameters.total or sample_size(ground, users, parameters.target_error)
    if total > _MOST_UNITS:
        raise InputError(
            f"The sample would have {total:,} points; expected {_MOST_UNITS:,} at most. Choose a larger standard "
            "error, or give the number of points."
        )
    wanted = allocate(total, ground, rule=parameters.allocation, expected_users=users, least=parameters.least)
    units = tuple(min(count, area.pixels) for count, area in zip(wanted, areas))
    short = [area for count, area in zip(wanted, areas) if count > area.pixels]
    return units, [
        f"'{area.name}' has only {area.pixels} pixels in the map; all of them are in the sample." for area in short
    ]


def _draw(
    class_map: ClassMap,
    areas: tuple[ClassArea, ...],
    units: tuple[int, ...],
    seed: int,
    progress: Progress,
    is_cancelled: IsCancelled,
    strip_height: int,
) -> NDArray[np.int64]:
    """(n, 3) class value, row and column of the pixels drawn, in random order: neither id nor place tells the class."""
    generator = np.random.RandomState(seed)
    ranks = {area.value: draw_ranks(area.pixels, count, generator) for area, count in zip(areas, units)}
    passed = dict.fromkeys(ranks, 0)
    found = []
    for row, values in class_map.strips(strip_height, is_cancelled):
        counts = np.bincount(values.ravel(), minlength=256)
        for value, wanted in ranks.items():
            first, last = np.searchsorted(wanted, [passed[value], passed[value] + counts[value]])
            if last > first:
                places = np.flatnonzero(values == value)[wanted[first:last] - passed[value]]
                rows, columns = np.divmod(places, values.shape[1])
                found.append(np.column_stack([np.full(len(rows), value), rows + row, columns]))
            passed[value] += int(counts[value])
        done = row + len(values)
        text = f"Drawing the points: row {done} of {class_map.grid.height}"
        progress(0.5 + 0.5 * done / class_map.grid.height, text)
    drawn = np.concatenate(found).astype(np.int64)
    drawn = drawn[np.lexsort((drawn[:, 2], drawn[:, 1]))]
    return drawn[generator.permutation(len(drawn))]


def _write(
    parameters: SampleParameters,
    class_map: ClassMap,
    areas: tuple[ClassArea, ...],
    units: tuple[int, ...],
    drawn: NDArray[np.int64],
) -> None:
    strata = tuple(Stratum(a.value, a.name, a.pixels, a.hectares, count) for a, count in zip(areas, units))
    values = [int(value) for value in drawn[:, 0]]
    record = SampleRecord(os.path.basename(parameters.map), parameters.seed, strata, tuple(values))
    columns: dict[str, Optional[list[Any]]] = {ID_FIELD: list(range(1, len(drawn) + 1)), DEFAULT_FIELD: None}
    if parameters.show_strata:
        names = {stratum.value: stratum.name for stratum in strata}
        hectares = {stratum.value: stratum.hectares / stratum.units for stratum in strata if stratum.units}
        entries = (values, [names[value] for value in values], [hectares[value] for value in values])
        columns.update(zip(STRATA_FIELDS, entries))
    x, y = apply_affine(class_map.grid.geotransform, drawn[:, 2] + 0.5, drawn[:, 1] + 0.5)
    write_sample(parameters.output, class_map.grid.crs_wkt, x, y, columns, {RECORD_ITEM: record.to_text()})

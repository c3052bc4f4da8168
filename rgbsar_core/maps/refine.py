"""From a class map to a tidier one: majority filter, minimum mapping unit, polygons."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..errors import ClassMapError, InputError, NodataError, OperationCancelled, ResourceLimitError
from ..legend import NODATA_VALUE
from ..raster.areas import AreaTally
from ..raster.class_map import open_class_map
from ..raster.geopackage import refuse_other_layers
from ..raster.ground_units import GroundUnits
from ..raster.outputs import refuse_outputs
from ..raster.percent import PercentRaster
from ..raster.source import open_raster
from ..raster.writer import MapWriter
from ..strips import CONFIDENCE_NODATA, RowBlock
from .majority import MapRows, filtered_rows
from .polygons import LAYER, PolygonWriter
from .refine_job import RefineParameters, RefineResult
from .region_merging import Merged, RegionTable, merge_small_regions
from .regions import FragmentSums, RegionLabeller

__all__ = ["RefineParameters", "RefineResult", "check_refinement", "refine_map"]
_STRIP_PIXELS = 2**20
_MOST_FRAGMENTS = 20_000_000  # of some 250 bytes each


def check_refinement(parameters: RefineParameters) -> None:
    """Refuse, without reading a map's pixels, what cannot be done.

    Raises:
        InputError: a layer or output path that cannot be used; a minimum mapping unit larger than the raster.
        GridMismatchError: no CRS, or a confidence raster on another grid.
        RasterIOError: an output folder cannot be written to.
    """
    refuse_outputs(parameters.outputs, (parameters.path, parameters.confidence))
    refuse_other_layers(parameters.polygons or "", LAYER)
    grid = open_raster(parameters.path, "map", (1,)).grid
    ground = GroundUnits(grid)
    _refuse_unit(parameters, ground, ground.total, "the whole raster")
    if parameters.confidence:
        PercentRaster(parameters.confidence, grid)


def refine_map(
    parameters: RefineParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> RefineResult:
    """Tidy up a class map: majority filter first, then the minimum mapping unit, then polygons.

    The map is read in strips, twice if there is a minimum mapping unit. Memory grows with the map's width and with the
    number of its regions. Files appear under their names only when complete.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked often; True stops the job.

    Raises:
        InputError: layers, numbers or output paths that cannot be used; a minimum mapping unit larger than the map.
        ClassMapError: values that are no classes.
        GridMismatchError: no CRS, or a confidence raster on another grid.
        NodataError: no pixel has a class.
        ResourceLimitError: a minimum mapping unit for a map of too many regions.
        RasterIOError: reading or writing failed.
        OperationCancelled: ``is_cancelled`` returned True; nothing was left behind.
    """
    check_refinement(parameters)
    job = _Refinement(parameters, progress or (lambda share, text: None), is_cancelled or (lambda: False))
    return job.run()


class _Refinement:
    """One job on its way."""

    def __init__(self, parameters: RefineParameters, progress: Progress, is_cancelled: IsCancelled) -> None:
        self._started = time.perf_counter()
        self._parameters, self._progress, self._is_cancelled = parameters, progress, is_cancelled
        progress(0.0, "Opening the map")
        self._source = open_class_map(parameters.path, "map")
        self._grid = self._source.grid
        self._ground = GroundUnits(self._grid)
        self._least = self._ground.from_hectares(parameters.minimum_hectares)
        self._confidence = PercentRaster(parameters.confidence, self._grid) if parameters.confidence else None
        self._warnings: list[str] = []

    def run(self) -> RefineResult:
        """Merge, if there is a minimum mapping unit; then write."""
        parameters = self._parameters
        shares = [0.0, 0.45, 1.0] if parameters.minimum_hectares else [0.0, 0.0, 1.0]
        if parameters.polygons:
            shares = [0.0, 0.3 * (shares[1] > 0), 0.6]
        merged, values = None, None
        if parameters.minimum_hectares:
            merged, values = self._merge(shares[1])
        return self._write(merged, values, shares[1], shares[2])

    def _merge(self, share: float) -> tuple[Merged, NDArray[np.uint8]]:
        """Find all regions and give the small ones away; also the class value of every fragment."""
        corners = self._parameters.connectivity == 8
        labeller, sums = RegionLabeller(self._grid.width, self._parameters.connectivity), FragmentSums(2)
        contacts = []
        for rows in self._filtered("Measuring regions", 0.0, 0.8 * share):
            strip = labeller.label(rows.labels)
            ground = self._ground.per_pixel(rows.row, len(rows.labels))[strip.rows]
            weights = strip.lengths if rows.confidence is None else strip.sums(np.maximum(rows.confidence, 1))
            sums.add(strip, ground * strip.lengths, ground * weights)
            contacts.append(strip.contacts(corners))
            self._refuse_fragments(labeller.count)
        regions = labeller.regions()
        areas, evidence = sums.per_region(regions)
        _refuse_unit(self._parameters, self._ground, int(areas[1:].sum()), "the mapped part of the raster")
        found = np.concatenate(contacts)
        contacts.clear()
        found[:, :2] = regions.of_fragment[found[:, :2]]
        merged = merge_small_regions(
            RegionTable(regions.values, areas, evidence, found),
            self._least,
            lambda done: self._progress((0.8 + 0.2 * done) * share, "Merging small regions"),
            self._is_cancelled,
        )
        if merged.isolated:
            self._warnings.append(
                f"{merged.isolated:,} regions stay below the minimum mapping unit: nodata surrounds them."
            )
        return merged, merged.values[regions.of_fragment]

    def _write(
        self, merged: Optional[Merged], values: Optional[NDArray[np.uint8]], first: float, last: float
    ) -> RefineResult:
        parameters, grid, legend = self._parameters, self._grid, self._source.legend
        before, after = AreaTally(grid, legend), AreaTally(grid, legend)
        changed = count = 0
        with ExitStack() as stack:
            writer = stack.enter_context(
                MapWriter(
                    parameters.output,
                    grid,
                    legend,
                    output_format=parameters.output_format,
                    metadata=self._metadata(),
                )
            )
            polygons = stack.enter_context(self._polygon_writer()) if parameters.polygons else None
            for rows in self._refined(values, first, last):
                writer.write(_map_block(rows))
                before.add_rows(rows.row, rows.original)
                after.add_rows(rows.row, rows.labels)
                changed += int(np.count_nonzero(rows.original != rows.labels))
                if polygons:
                    polygons.add(rows)
            mapped = grid.width * grid.height - after.nodata_pixels
            if not mapped:
                raise NodataError(f"'{parameters.path}' has no pixel with a class. Choose a map with classes.")
            if polygons:
                count = polygons.write(
                    lambda done: self._progress(last + (1 - last) * done, "Drawing polygons"), self._is_cancelled
                )
            self._progress(1.0, "Finishing the files")
            if self._is_cancelled():
                raise OperationCancelled("Refining was cancelled.")
            writer.finish(after.areas())
            if polygons:
                polygons.publish()  # and taken back if the map cannot follow
            writer.publish()
        return RefineResult(
            path=parameters.output,
            polygons=parameters.polygons,
            width=grid.width,
            height=grid.height,
            areas_before=before.areas(),
            areas=after.areas(),
            changed_pixels=changed,
            mapped_pixels=mapped,
            merged_regions=merged.merged if merged else 0,
            isolated_regions=merged.isolated if merged else 0,
            polygon_count=count,
            seconds=time.perf_counter() - self._started,
            warnings=tuple(self._warnings),
        )

    def _refined(self, values: Optional[NDArray[np.uint8]], first: float, last: float) -> Iterator[MapRows]:
        """The finished rows, with the class value of every fragment where regions were merged."""
        labeller = RegionLabeller(self._grid.width, self._parameters.connectivity)
        for rows in self._filtered("Writing the map", first, last):
            if values is not None:
                rows = replace(rows, labels=labeller.label(rows.labels).painted(values))
            yield rows

    def _filtered(self, step: str, first: float, last: float) -> Iterator[MapRows]:
        """The rows after the majority filter; reports progress from one share to another."""
        for rows in filtered_rows(self._read(), self._parameters.majority):
            done = rows.row + len(rows.labels)
            self._progress(first + (last - first) * done / self._grid.height, f"{step}: row {done}")
            yield rows

    def _read(self) -> Iterator[MapRows]:
        height = max(_STRIP_PIXELS // self._grid.width, self._parameters.majority)
        known = np.isin(np.arange(256), (NODATA_VALUE, *self._source.legend.values))
        for row, labels in self._source.strips(height, self._is_cancelled):
            if not known[labels].all():
                odd = labels[~known[labels]][0]
                raise ClassMapError(
                    f"'{self._source.path}' has the value {odd} near row {row}, which its class table does not name; "
                    "expected only values that it names. Complete the table, or reclassify the raster."
                )
            confidence = None if self._confidence is None else self._confidence.rows(row, len(labels))
            yield MapRows(row, labels, labels, confidence)

    def _refuse_fragments(self, count: int) -> None:
        if count > _MOST_FRAGMENTS:
            raise ResourceLimitError(
                f"'{self._parameters.path}' has more than {_MOST_FRAGMENTS:,} separate regions; expected fewer, as "
                "each takes memory. Choose a larger majority window, or refine the map in parts."
            )

    def _polygon_writer(self) -> PolygonWriter:
        parameters = self._parameters
        return PolygonWriter(
            str(parameters.polygons),
            self._grid,
            self._source.legend,
            self._ground,
            self._confidence is not None,
            parameters.tolerance,
        )

    def _metadata(self) -> dict[str, str]:
        """The source's own words on its origin, and what was done to it."""
        parameters = self._parameters
        found = open_raster(parameters.path, "map", (1,)).metadata
        kept = {name: text for name, text in found.items() if _is_origin(name)}
        done = [f"majority {parameters.majority} x {parameters.majority}"] if parameters.majority > 1 else []
        if parameters.minimum_hectares:
            unit = f"minimum mapping unit {parameters.minimum_hectares:g} ha, {parameters.connectivity}-connected"
            done.append(unit)
        if done and parameters.confidence:
            done.append("weighted with confidence")
        return {**kept, "RGBSAR_REFINED": ", ".join(done)} if done else kept


def _refuse_unit(parameters: RefineParameters, ground: GroundUnits, area: int, what: str) -> None:
    if ground.from_hectares(parameters.minimum_hectares) > area:
        raise InputError(
            f"The minimum mapping unit ({parameters.minimum_hectares:,.4g} ha) is larger than {what} "
            f"({ground.hectares(area):,.4g} ha); expected a part of it. Choose a smaller one."
        )


def _map_block(rows: MapRows) -> RowBlock:
    return RowBlock(rows.row, rows.labels, np.broadcast_to(np.uint8(CONFIDENCE_NODATA), rows.labels.shape))


def _is_origin(item: str) -> bool:
    """True for a metadata item of ours that still holds for the refined map."""
    return item.startswith("RGBSAR_") and not item.startswith("RGBSAR_AREA_")

"""The regions of a class map as polygons: traced by GDAL, drawn by `outlines`, written as GeoPackage.

GDAL traces a scratch copy of the map in pixel coordinates, so that its corners are whole numbers. Its regions hang
together over pixel edges, as those counted here do, and are told apart by their first pixel.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import OperationCancelled, RasterIOError
from ..legend import NODATA_VALUE, Legend
from ..raster.gdal_calls import NO_ROOM, attempt, gdal, io_message, ogr, require_success
from ..raster.geopackage import GeoPackage
from ..raster.grid import Grid, apply_affine
from ..raster.ground_units import GroundUnits
from ..raster.partial import PartialRaster, temporary_beside
from ..raster.staging import StagedFiles
from .majority import MapRows
from .outlines import JunctionFinder, draw_ring
from .regions import FragmentSums, RegionLabeller, Regions

LAYER = "land_cover"
_WHAT = "The polygons could not be written"
_COMPANIONS = ("-wal", "-journal", "-shm")
_TRACING_SHARE = 0.3
_CALLS_EVERY = 256
Rings = list[NDArray[np.int64]]


class PolygonWriter:
    """Takes the rows of a map, then writes one polygon per region; a context manager.

    Args:
        path: GeoPackage to write.
        grid: the map's lattice.
        legend: its classes.
        ground: counts its ground.
        with_confidence: rows carry a confidence.
        tolerance: how far outlines may leave the pixel edges, pixels; see `outlines.draw_ring`.

    Leaving the context without :meth:`publish` removes everything; a file that existed before stays untouched.
    """

    def __init__(
        self, path: str, grid: Grid, legend: Legend, ground: GroundUnits, with_confidence: bool, tolerance: float
    ) -> None:
        self._path, self._grid, self._ground = Path(path), grid, ground
        self._names = dict(zip(legend.values, legend.names))
        self._with_confidence, self._tolerance = with_confidence, tolerance
        self._labeller = RegionLabeller(grid.width)
        self._sums = FragmentSums(5)
        self._junctions = JunctionFinder(grid.width, grid.height)
        self._traced = temporary_beside(self._path, ".gpkg")
        self._staged = StagedFiles()
        self._cleaning = ExitStack()

    def __enter__(self) -> PolygonWriter:
        in_pixels = Grid(self._grid.width, self._grid.height, (0.0, 1.0, 0.0, 0.0, 0.0, 1.0), self._grid.crs_wkt)
        self._scratch = PartialRaster(self._path, in_pixels, 1, NODATA_VALUE)
        self._cleaning.enter_context(self._staged)
        self._cleaning.callback(self._remove_traced)
        self._cleaning.callback(self._scratch.discard)
        return self

    def __exit__(self, *error: Any) -> None:
        self._cleaning.__exit__(*error)

    def add(self, rows: MapRows) -> None:
        """Take the next rows."""
        self._scratch.append(rows.labels[None])
        self._junctions.add(rows.labels)
        strip = self._labeller.label(rows.labels)
        kept = rows.labels == rows.original
        areas = self._ground.per_pixel(rows.row, len(rows.labels))[strip.rows] * strip.lengths
        sums = [areas, strip.lengths, strip.sums(kept)]
        if rows.confidence is not None:
            known = kept & (rows.confidence > 0)
            sums += [strip.sums(np.where(known, rows.confidence, 0)), strip.sums(known)]
        self._sums.add(strip, *sums)

    def write(self, progress: Callable[[float], None], is_cancelled: IsCancelled) -> int:
        """Trace and draw all regions; returns their number.

        Raises:
            RasterIOError: the disk is full or gone.
            OperationCancelled: `is_cancelled` returned True.
        """
        self._scratch.finish()
        regions = self._labeller.regions()
        self._trace(lambda share: progress(_TRACING_SHARE * share), is_cancelled)
        count = len(regions.values) - 1
        fields = [("value", ogr.OFTInteger), ("class", ogr.OFTString), ("area_ha", ogr.OFTReal)]
        fields += [("confidence", ogr.OFTReal)] if self._with_confidence else []
        fields += [("changed", ogr.OFTReal)]
        with closing(self._polygons(regions)) as polygons, GeoPackage(
            self._staged.path(str(self._path)), _WHAT, LAYER, ogr.wkbPolygon, self._grid.crs_wkt, fields
        ) as file:
            for done, (geometry, attributes) in enumerate(polygons):
                if done % _CALLS_EVERY == 0:
                    if is_cancelled():
                        raise OperationCancelled("Drawing polygons was cancelled.")
                    progress(_TRACING_SHARE + (1 - _TRACING_SHARE) * done / count)
                file.add(_call(ogr.CreateGeometryFromWkb, geometry), attributes)
        return count

    def publish(self) -> None:
        """Move the finished file to its name.

        Raises:
            RasterIOError: another program has the file open.
        """
        self._staged.publish()

    def _trace(self, progress: Callable[[float], None], is_cancelled: IsCancelled) -> None:
        """Let GDAL write every region's outline, in pixel coordinates, to a scratch file."""
        raster = _call(gdal.Open, str(self._scratch.temporary))
        dataset = _call(gdal.GetDriverByName("GPKG").Create, str(self._traced), 0, 0, 0, gdal.GDT_Unknown)
        try:
            layer = _call(dataset.CreateLayer, LAYER, None, ogr.wkbPolygon, ["SPATIAL_INDEX=NO"])
            _call(layer.CreateField, ogr.FieldDefn("value", ogr.OFTInteger))
            _call(dataset.StartTransaction)
            band = raster.GetRasterBand(1)

            def report(share: float, *_: Any) -> int:
                progress(min(share, 1.0))  # GDAL goes a little beyond 1
                return 0 if is_cancelled() else 1

            code, failure = attempt(gdal.Polygonize, band, band.GetMaskBand(), layer, 0, [], callback=report)
            if is_cancelled():
                raise OperationCancelled("Tracing the regions was cancelled.")
            if failure or code != 0:
                raise RasterIOError(io_message("The regions could not be traced", failure, NO_ROOM))
            _call(dataset.CommitTransaction)
        finally:
            band = layer = raster = dataset = None  # a traceback must not keep the files open

    def _remove_traced(self) -> None:
        for suffix in ("", *_COMPANIONS):
            Path(f"{self._traced}{suffix}").unlink(missing_ok=True)

    def _polygons(self, regions: Regions) -> Generator[tuple[bytes, dict[str, Any]], None, None]:
        """Well-known binary geometry and attributes of every region."""
        junctions, width = self._junctions.keys(), self._grid.width
        areas, pixels, kept, confidence, known = self._sums.per_region(regions)
        for value, rings in _read_rings(self._traced):
            corners = rings[0]
            first_pixel = int((corners[:, 1] * width + corners[:, 0]).min())
            region = int(np.searchsorted(regions.first_pixels, first_pixel))
            attributes: dict[str, Any] = {
                "value": value,
                "class": self._names[value],
                "area_ha": self._ground.hectares(int(areas[region])),
                "changed": 100.0 * float(1 - kept[region] / pixels[region]),
            }
            if known[region]:
                attributes["confidence"] = float(confidence[region] / known[region])
            drawn = (draw_ring(ring, junctions, width, self._tolerance) for ring in rings)
            yield _polygon([self._on_map(ring) for ring in drawn]), attributes

    def _on_map(self, ring: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(apply_affine(self._grid.geotransform, ring[:, 0], ring[:, 1]))


def _read_rings(path: Path) -> Iterator[tuple[int, Rings]]:
    """Class value and rings, outer one first, of every traced region; corners are (column, row)."""
    dataset = _call(gdal.OpenEx, str(path), gdal.OF_VECTOR)
    layer = dataset.GetLayer(0)
    for feature in layer:
        data = bytes(feature.GetGeometryRef().ExportToWkb(ogr.wkbNDR))
        yield feature.GetFieldAsInteger(0), _rings(data)


def _rings(data: bytes) -> Rings:
    """Rings of a little-endian polygon.

    Source: OGC 06-103r4, Simple Feature Access, section 8.2.
    """
    (count,) = struct.unpack_from("<I", data, 5)
    position, rings = 9, []
    for _ in range(count):
        (points,) = struct.unpack_from("<I", data, position)
        numbers = np.frombuffer(data, "<f8", 2 * points, position + 4)
        rings.append(np.rint(numbers).astype(np.int64).reshape(points, 2))
        position += 4 + 16 * points
    return rings


def _polygon(rings: list[NDArray[np.float64]]) -> bytes:
    """Well-known binary of a polygon, the reverse of `_rings`."""
    parts = [struct.pack("<I", len(ring)) + ring.astype("<f8").tobytes() for ring in rings]
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(parts)


def _call(function: Any, *args: Any) -> Any:
    return require_success(_WHAT, NO_ROOM, function, *args)

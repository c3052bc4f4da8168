"""Outlines: shared to the last digit, without gaps or overlaps, and every pixel centre on its side."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from osgeo import gdal, ogr

from rgbsar_core.errors import InputError
from rgbsar_core.maps.outlines import JunctionFinder, check_tolerance, draw_ring
from tests.rasters import write_raster

TOLERANCES = [0.0, 0.2, 0.45]
Drawn = list[tuple[int, list[np.ndarray]]]


def smooth_map(seed: int, classes: int = 5, size: int = 40) -> np.ndarray:
    """Patches some ten pixels wide, with nodata for class 0."""
    field = np.random.default_rng(seed).normal(size=(size, size + 7))
    for _ in range(6):
        field = sum(np.roll(field, shift, axis) for axis in (0, 1) for shift in (-1, 0, 1))
    return np.digitize(field, np.quantile(field, np.linspace(0, 1, classes + 1)[1:-1])).astype(np.uint8)


def noise_map(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4, (25, 31)).astype(np.uint8)


MAPS = [noise_map(1), smooth_map(3), smooth_map(4, 3), np.full((4, 6), 9, np.uint8)]


def traced(values: np.ndarray, folder) -> Drawn:
    """GDAL's outlines of all regions in pixel coordinates."""
    raster = gdal.Open(write_raster(folder / "map.tif", values, (0, 1, 0, 0, 0, 1), None, nodata=0))
    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = source.CreateLayer("", None, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
    band = raster.GetRasterBand(1)
    gdal.Polygonize(band, band.GetMaskBand(), layer, 0)
    found = []
    for feature in layer:
        polygon = feature.GetGeometryRef()
        rings = [polygon.GetGeometryRef(n).GetPoints() for n in range(polygon.GetGeometryCount())]
        found.append((feature.GetField(0), [np.array(ring)[:, :2].astype(np.int64) for ring in rings]))
    return found


def drawn(values: np.ndarray, folder, tolerance: float, height: int = 7) -> Drawn:
    finder = JunctionFinder(values.shape[1], values.shape[0])
    for row in range(0, len(values), height):
        finder.add(values[row : row + height])
    keys = finder.keys()
    return [
        (value, [draw_ring(ring, keys, values.shape[1], tolerance) for ring in rings])
        for value, rings in traced(values, folder)
    ]


def polygon(rings: list[np.ndarray]) -> ogr.Geometry:
    text = ", ".join("(" + ", ".join(f"{x!r} {y!r}" for x, y in ring.tolist()) + ")" for ring in rings)
    return ogr.CreateGeometryFromWkt(f"POLYGON ({text})")


def segments(drawing: Drawn) -> Counter:
    """How often every piece of line occurs, whichever way it runs."""
    found: Counter = Counter()
    for _, rings in drawing:
        for ring in rings:
            points = list(map(tuple, ring.tolist()))
            found.update(tuple(sorted(pair)) for pair in zip(points, points[1:]))
    return found


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("number", range(len(MAPS)))
def test_every_pixel_centre_stays_in_its_polygon(tmp_path, number: int, tolerance: float) -> None:
    """Burning the polygons gives the map back, and all of them are valid."""
    values = MAPS[number]
    target = gdal.GetDriverByName("MEM").Create("", values.shape[1], values.shape[0], 1, gdal.GDT_Byte)
    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = source.CreateLayer("", None, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
    for value, rings in drawn(values, tmp_path, tolerance):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, int(value))
        feature.SetGeometry(polygon(rings))
        assert feature.GetGeometryRef().IsValid()
        layer.CreateFeature(feature)
    gdal.PushErrorHandler("CPLQuietErrorHandler")  # about the CRS that nobody needs here
    gdal.RasterizeLayer(target, [1], layer, options=["ATTRIBUTE=value"])
    gdal.PopErrorHandler()
    np.testing.assert_array_equal(np.frombuffer(target.ReadRaster(), np.uint8).reshape(values.shape), values)


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("number", range(len(MAPS)))
def test_every_line_between_two_regions_is_drawn_twice_alike(tmp_path, number: int, tolerance: float) -> None:
    """Also between classes and nodata: those lines once. So there is neither gap nor overlap."""
    values = np.where(MAPS[number] == 0, 200, MAPS[number]).astype(np.uint8)  # all of the map has a class
    height, width = values.shape
    counts = segments(drawn(values, tmp_path, tolerance))
    edges = ((0, 0), (0, width), (1, 0), (1, height))
    on_frame = {(a, b) for a, b in counts if any(a[axis] == b[axis] == edge for axis, edge in edges)}
    assert {pair for pair, count in counts.items() if count != 2} == on_frame
    assert all(counts[pair] == 1 for pair in on_frame)


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("number", range(len(MAPS)))
def test_areas_add_up_to_the_map(tmp_path, number: int, tolerance: float) -> None:
    values = np.where(MAPS[number] == 0, 200, MAPS[number]).astype(np.uint8)
    total = sum(polygon(rings).GetArea() for _, rings in drawn(values, tmp_path, tolerance))
    assert total == pytest.approx(values.size, rel=1e-12)


def test_without_tolerance_the_outline_turns_at_pixel_corners_and_stops_at_junctions(tmp_path) -> None:
    values = np.array([[1, 1, 2], [1, 1, 3]], np.uint8)
    drawing = dict((value, rings[0]) for value, rings in drawn(values, tmp_path, 0.0))
    assert set(map(tuple, drawing[1].tolist())) == {(0, 0), (2, 0), (2, 1), (2, 2), (0, 2)}  # (2, 1): 1, 2 and 3 meet
    assert np.allclose(drawing[1][0], drawing[1][-1])


def test_a_staircase_of_45_degrees_becomes_nearly_one_line(tmp_path) -> None:
    """19 steps from frame to frame, 39 corners: at most two bends near the pinned ends are left between them."""
    values = (np.tri(20, 20, dtype=np.uint8) + 1).astype(np.uint8)
    plain, straight = (dict((v, r[0]) for v, r in drawn(values, tmp_path, t)) for t in (0.0, 0.45))
    assert len(plain[1]) == 39 + 2  # and the map's corner, and the first point again
    assert len(straight[1]) <= 4 + 2


def test_a_single_pixel_becomes_a_square_on_its_tip(tmp_path) -> None:
    """Through the middles of its four edges: half its area."""
    values = np.ones((3, 3), np.uint8)
    values[1, 1] = 2
    rings = dict(drawn(values, tmp_path, 0.25))[2]
    assert set(map(tuple, rings[0].tolist())) == {(1.5, 1.0), (2.0, 1.5), (1.5, 2.0), (1.0, 1.5)}
    assert polygon(rings).GetArea() == 0.5


def test_more_tolerance_leaves_fewer_points(tmp_path) -> None:
    counts = [sum(segments(drawn(smooth_map(3), tmp_path, t)).values()) for t in (0.1, 0.25, 0.45)]
    assert counts[0] > counts[1] > counts[2]


@pytest.mark.parametrize("height", [1, 3, 100])
def test_strips_do_not_matter(tmp_path, height: int) -> None:
    expected = segments(drawn(noise_map(2), tmp_path, 0.25))
    assert segments(drawn(noise_map(2), tmp_path, 0.25, height)) == expected


@pytest.mark.parametrize("tolerance", [-0.1, 0.5, float("nan")])
def test_tolerances_that_would_pass_pixel_centres_are_refused(tolerance: float) -> None:
    with pytest.raises(InputError, match="expected 0 .none. to 0.45"):
        check_tolerance(tolerance)

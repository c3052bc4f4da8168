"""What an accuracy assessment refuses, and the sentence it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osgeo import ogr, osr

from rgbsar_core.accuracy.assess import AccuracyParameters
from rgbsar_core.errors import ClassMapError, GridMismatchError, InputError, NodataError
from tests.core.accuracy.reference_scene import assess, centre, random_pair, write_map
from tests.rasters import UTM_11N, wkt, write_raster
from tests.vectors import box, write_labelled_polygons, write_points


def test_what_is_given_twice_or_would_be_overwritten_is_refused(tmp_path: Path) -> None:
    mapped, reference = random_pair()
    path, other = write_map(tmp_path / "map.tif", mapped), write_raster(tmp_path / "other.tif", reference)
    with pytest.raises(InputError, match="is both map and reference"):
        assess(path, path)
    with pytest.raises(InputError, match="is also an input"):
        assess(path, other, report=other)
    with pytest.raises(InputError, match="share the name"):
        assess(path, other, report=str(tmp_path / "a"), table=str(tmp_path / "a"))


POINT = [centre(3, 3)]
CASES: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "missing": (lambda f: str(f / "no.gpkg"), {}, InputError, "no.gpkg' was not found"),
    "no layer of that name": (
        lambda f: write_points(f / "p.gpkg", POINT, {"label": ["water"]}) + "|layername=trees",
        {},
        InputError,
        "has no layer 'trees'",
    ),
    "a layer's number no layer has": (
        lambda f: write_points(f / "p.gpkg", POINT, {"label": ["water"]}) + "|layerid=\u00b2",
        {},
        InputError,
        "has no layer '\u00b2'",
    ),
    "a filter, which would be lost": (
        lambda f: write_points(f / "p.gpkg", POINT, {"label": ["water"]}) + "|layername=units|subset=label='water'",
        {},
        InputError,
        "with the filter 'label='water''; expected a whole layer. Export the filtered features",
    ),
    "a table without places": (
        lambda f: table(f / "p.csv"),
        {},
        InputError,
        "p.csv' is a table without places; expected points or polygons. Load it into QGIS",
    ),
    "polygons that lie between the pixels' centres": (
        lambda f: write_labelled_polygons(
            f / "p.gpkg", [box(*centre(3.1, 3.1), *centre(3.9, 3.9))], {"label": ["water"]}
        ),
        {},
        NodataError,
        "covers the centre of no pixel of the map; expected one or more. Draw larger polygons",
    ),
    "a file that is there and no layer": (
        lambda f: text_file(f / "p.geojson"),
        {},
        InputError,
        "p.geojson' cannot be read; expected points, polygons or a class raster. Export the layer again",
    ),
    "no such field": (
        lambda f: write_points(f / "p.gpkg", POINT, {"code": [2]}),
        {},
        InputError,
        "'p.gpkg' has no field 'label'; its fields are: code. Name the field",
    ),
    "empty field": (
        lambda f: write_points(f / "p.gpkg", POINT, {"label": [None]}),
        {},
        InputError,
        "field 'label' of the reference 'p.gpkg' is empty in all 1 features",
    ),
    "empty layer": (lambda f: write_points(f / "p.gpkg", [], {"label": []}), {}, InputError, "'.*p.gpkg' is empty"),
    "names that do not match": (
        lambda f: write_points(f / "p.gpkg", POINT, {"label": ["Watr"]}),
        {},
        ClassMapError,
        "'p.gpkg' has 'Watr', which the map has no class for.*Did you mean 'water'",
    ),
    "outside": (
        lambda f: write_points(f / "p.gpkg", [(900_000.0, 4_000_000.0)], {"label": ["water"]}),
        {},
        GridMismatchError,
        "'p.gpkg' lies outside the map.*Choose a reference of the same place",
    ),
    "polygons outside": (
        lambda f: write_labelled_polygons(f / "p.gpkg", [box(1, 2, 2, 1)], {"label": ["water"]}, 4326),
        {},
        GridMismatchError,
        "lies outside the map",
    ),
    "raster far away": (
        lambda f: write_raster(f / "r.tif", np.full((9, 9), 2, np.uint8), (3e5, 10, 0, 5e6, 0, -10), 32633),
        {},
        GridMismatchError,
        "r.tif' lies outside the map",
    ),
    "no CRS": (
        lambda f: write_points(f / "p.shp", POINT, {"label": ["water"]}, None),
        {},
        GridMismatchError,
        "has no coordinate reference system",
    ),
    "only where the map has none": (
        lambda f: write_points(f / "p.gpkg", [centre(0, 0)], {"label": ["water"]}),
        {},
        NodataError,
        "only where the map has no class",
    ),
    "raster of measurements": (
        lambda f: write_raster(f / "r.tif", np.full((9, 9), 0.3, np.float32)),
        {},
        ClassMapError,
        "value 0.3",
    ),
    "polygons as probability sample": (
        lambda f: write_labelled_polygons(f / "p.gpkg", [box(*centre(0, 0), *centre(9, 9))], {"label": ["water"]}),
        {"probability_sample": "yes"},
        InputError,
        "holds polygons",
    ),
    "neither vector nor raster": (lambda f: text_file(f / "notes.txt"), {}, InputError, "notes.txt"),
}


def text_file(path: Path) -> str:
    path.write_text("water", encoding="utf-8")
    return str(path)


def table(path: Path) -> str:
    path.write_text("x,y,label\n500005,3999995,water\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("case", CASES)
def test_references_that_cannot_be_used_are_refused_with_a_sentence(tmp_path: Path, case: str) -> None:
    mapped = np.full((30, 30), 2, np.uint8)
    mapped[0, 0] = 0
    make, options, kind, message = CASES[case]
    path = write_map(tmp_path / "map.tif", mapped)
    report = tmp_path / "report.html"
    with pytest.raises(kind, match=message):
        assess(path, make(tmp_path), report=str(report), **options)
    assert not report.exists() and not list(tmp_path.glob(".*"))


def test_lines_are_no_reference(tmp_path: Path) -> None:
    dataset = ogr.GetDriverByName("GeoJSON").CreateDataSource(str(tmp_path / "l.geojson"))
    layer = dataset.CreateLayer("l", None, ogr.wkbLineString)
    layer.CreateField(ogr.FieldDefn("label", ogr.OFTString))
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt("LINESTRING (0 0, 1 1)"))
    layer.CreateFeature(feature)
    layer = dataset = feature = None
    with pytest.raises(InputError, match="holds Line String features; expected points or polygons"):
        assess(write_map(tmp_path / "map.tif", np.full((3, 3), 2, np.uint8)), str(tmp_path / "l.geojson"))


@pytest.mark.parametrize("first", ["point", "polygon"])
def test_points_and_polygons_in_one_layer_are_refused_since_a_corner_would_count_as_a_point(
    tmp_path: Path, first: str
) -> None:
    x, y = centre(3, 3)
    shapes = {"point": f"POINT ({x} {y})", "polygon": f"POLYGON (({x} {y}, {x + 50} {y}, {x} {y - 50}, {x} {y}))"}
    dataset = ogr.GetDriverByName("GeoJSON").CreateDataSource(str(tmp_path / "both.geojson"))
    layer = dataset.CreateLayer("both", osr.SpatialReference(wkt(UTM_11N)))
    layer.CreateField(ogr.FieldDefn("label", ogr.OFTString))
    for kind in sorted(shapes, key=lambda kind: kind != first):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("label", "water")
        feature.SetGeometry(ogr.CreateGeometryFromWkt(shapes[kind]))
        layer.CreateFeature(feature)
    layer = dataset = feature = None
    with pytest.raises(InputError, match=f"'both.geojson' holds {first}s and, as feature 1, a .*of one kind"):
        assess(write_map(tmp_path / "map.tif", np.full((30, 30), 2, np.uint8)), str(tmp_path / "both.geojson"))


ENDLESS = '{"version": 1, "map": "m", "seed": 1, "unit_strata": [], "strata": [{"value": 1e999, "name": "a", '
SPOILT = ["", "{", "[]", '{"version": 2}', '{"version": 1, "strata": [{"value": 1}]}', "[" * 100_000,
          ENDLESS + '"pixels": 1, "hectares": 1, "units": 1}]}']  # fmt: skip


@pytest.mark.parametrize("text", SPOILT, ids=range(len(SPOILT)))
def test_a_spoilt_record_is_no_record(text: str) -> None:
    from rgbsar_core.accuracy.sample_record import SampleRecord

    assert SampleRecord.from_text(text) is None


def test_parameters_that_cannot_be_used_are_refused() -> None:
    for options, message in (({"match": "x"}, "matching is 'x'"), ({"probability_sample": "maybe"}, "'maybe'"),
                             ({"map_band": 0}, "Band 0")):  # fmt: skip
        with pytest.raises(InputError, match=message):
            AccuracyParameters("a.tif", "b.gpkg", **options)

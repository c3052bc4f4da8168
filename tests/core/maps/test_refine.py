"""Refining a map: the files it leaves, its figures, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
from osgeo import gdal, ogr

import rgbsar_core.maps.refine
from rgbsar_core.cli import main
from rgbsar_core.errors import (
    ClassMapError,
    GridMismatchError,
    InputError,
    NodataError,
    OperationCancelled,
    RasterIOError,
    ResourceLimitError,
)
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.maps.refine import RefineParameters, RefineResult, refine_map
from rgbsar_core.raster.class_map import open_class_map
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.writer import MapWriter
from rgbsar_core.strips import RowBlock
from tests.core.fakes import fingerprint
from tests.core.maps.map_tools import flood, merge, vote
from tests.rasters import NORTH_UP, UTM_11N, read_raster, wkt, write_raster
from tests.vectors import write_points

CLASSES = ((1, "water", (0, 0, 255)), (3, "Wald „Süd“ <3", (0, 128, 0)), (7, "city", (200, 30, 60)))
LEGEND = Legend(tuple(LandCoverClass(*entry) for entry in CLASSES))
HEIGHT, WIDTH = 40, 50
PIXEL_HA = 0.010008  # 10 m at the central meridian, where the scale is 0.9996: 100.08 m2


def noisy_map(seed: int = 4) -> np.ndarray:
    """Three classes in patches, with salt and pepper and a hole."""
    numbers = np.random.default_rng(seed)
    field = numbers.normal(size=(HEIGHT, WIDTH))
    for _ in range(4):
        field = sum(np.roll(field, shift, axis) for axis in (0, 1) for shift in (-1, 0, 1))
    values = np.array([1, 3, 7], np.uint8)[np.digitize(field, np.quantile(field, (0.4, 0.75)))]
    salt = numbers.random(values.shape) < 0.1
    values[salt] = numbers.choice(np.array([1, 3, 7], np.uint8), salt.sum())
    values[10:20, 30:36] = 0
    return values


def write_map(path: Path, values: np.ndarray, grid: tuple[float, ...] = NORTH_UP, epsg: int = UTM_11N) -> str:
    with MapWriter(
        path,
        Grid(values.shape[1], values.shape[0], grid, wkt(epsg)),  # type: ignore[arg-type]
        LEGEND,
        metadata={"RGBSAR_MODEL": "test", "RGBSAR_TRAINING_ATTRIBUTION": "Nobody & sons"},
    ) as writer:
        writer.write(RowBlock(0, values, np.full_like(values, 90)))
        writer.commit()
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in put é"
    path.mkdir()
    return path


@pytest.fixture
def source(folder: Path) -> str:
    return write_map(folder / "land cover.tif", noisy_map())


@pytest.fixture
def confidence(folder: Path) -> str:
    values = np.random.default_rng(8).integers(20, 101, (HEIGHT, WIDTH), dtype=np.uint8)
    return write_raster(folder / "confidence.tif", np.where(noisy_map() == 0, 255, values).astype(np.uint8), nodata=255)


def run(source: str, folder: Path, progress: Any = None, is_cancelled: Any = None, **options: Any) -> RefineResult:
    fields = {"output": str(folder / "refined.tif"), **options}
    return refine_map(RefineParameters(path=source, **fields), progress, is_cancelled)


def features(path: str) -> list[dict[str, Any]]:
    """Attributes of every polygon, with its geometry."""
    dataset = ogr.Open(path)
    layer = dataset.GetLayer(0)
    return [{**feature.items(), "geometry": feature.GetGeometryRef().Clone()} for feature in layer]


def test_majority_and_unit_are_those_of_their_definitions(source, confidence, tmp_path) -> None:
    """A unit of 0.1 ha holds 10 pixels of 100.08 m2."""
    values = noisy_map()
    percent = read_raster(confidence)[0]
    known = np.where(percent == 255, 0, percent)
    for options, weights in (({}, None), ({"confidence": confidence}, known)):
        result = run(source, tmp_path, majority=3, minimum_hectares=0.1, **options)
        filtered = vote(values, 3, weights)
        evidence = np.ones(values.shape, int) if weights is None else np.maximum(weights, 1).astype(int)
        np.testing.assert_array_equal(read_raster(result.path)[0], merge(filtered, 10, 4, evidence))
        assert result.changed_pixels == (read_raster(result.path)[0] != values).sum()
        assert result.mapped_pixels == (values > 0).sum()


def test_nodata_classes_colours_and_origin_stay(source, tmp_path) -> None:
    before = fingerprint(Path(source).parent)
    result = run(source, tmp_path, majority=5, minimum_hectares=0.2, connectivity=8)
    dataset = gdal.Open(result.path)
    band = dataset.GetRasterBand(1)
    assert open_class_map(result.path).legend == LEGEND
    assert (band.GetNoDataValue(), band.GetColorTable().GetColorEntry(7)) == (0, (200, 30, 60, 255))
    assert dataset.GetGeoTransform() == NORTH_UP and "UTM zone 11N" in dataset.GetProjection()
    np.testing.assert_array_equal(read_raster(result.path)[0] == 0, noisy_map() == 0)
    items = dataset.GetMetadata()
    assert (items["RGBSAR_MODEL"], items["RGBSAR_TRAINING_ATTRIBUTION"]) == ("test", "Nobody & sons")
    assert items["RGBSAR_REFINED"] == "majority 5 x 5, minimum mapping unit 0.2 ha, 8-connected"
    table = band.GetDefaultRAT()
    counts = [table.GetValueAsInt(row, 5) for row in range(table.GetRowCount())]
    assert counts == [int((read_raster(result.path)[0] == value).sum()) for value in LEGEND.values]
    assert fingerprint(Path(source).parent) == before


def test_areas_before_and_after_are_ground_areas(source, tmp_path) -> None:
    result = run(source, tmp_path, minimum_hectares=0.2)
    for areas, values in ((result.areas_before, noisy_map()), (result.areas, read_raster(result.path)[0])):
        for area in areas:
            assert area.pixels == (values == area.value).sum()
            assert area.hectares == pytest.approx(area.pixels * PIXEL_HA, rel=1e-4)


def test_the_unit_is_ground_not_map_area(tmp_path) -> None:
    """In web Mercator at 60 degrees a 20 m pixel covers 10 m: patches of 12 pixels hold 0.12 ha, not 0.48."""
    values = np.full((20, 20), 1, np.uint8)
    values[4:8, 4:7] = 3  # 12 pixels
    values[12:16, 10:16] = 7  # 24 pixels
    mercator = (0.0, 20.0, 0.0, 8_399_737.89, 0.0, -20.0)
    source = write_map(tmp_path / "mercator.tif", values, mercator, 3857)
    result = run(source, tmp_path, majority=1, minimum_hectares=0.2)
    assert {area.name: area.pixels for area in result.areas} == {"water": 376, "Wald „Süd“ <3": 0, "city": 24}


def test_polygons_are_the_regions_with_their_figures(source, confidence, tmp_path) -> None:
    path = str(tmp_path / "regions.gpkg")
    result = run(source, tmp_path, majority=3, confidence=confidence, polygons=path)
    values, before, percent = read_raster(result.path)[0], noisy_map(), read_raster(confidence)[0]
    regions = flood(values)
    found = features(path)
    assert len(found) == result.polygon_count == regions.max()
    expected = []
    for number in range(1, regions.max() + 1):
        inside = regions == number
        kept = inside & (before == values)
        mean = percent[kept].mean() if kept.any() else None
        expected.append((values[inside][0], inside.sum(), mean, 100 * (1 - kept.sum() / inside.sum())))
    expected.sort(key=str)
    got = [(f["value"], round(f["area_ha"] / PIXEL_HA), f["confidence"], f["changed"]) for f in found]
    names = dict(zip(LEGEND.values, LEGEND.names))
    assert all(f["class"] == names[f["value"]] for f in found)
    key = [(int(v), int(n), -1 if c is None else round(float(c), 6), round(float(s), 6)) for v, n, c, s in expected]
    assert sorted(key) == sorted((v, n, -1 if c is None else round(c, 6), round(s, 6)) for v, n, c, s in got)


@pytest.mark.parametrize("tolerance", [0.0, 0.4])
def test_polygons_cover_the_map_without_gaps_or_overlaps(source, tmp_path, tolerance: float) -> None:
    """Rotated pixels, too: burnt again, the polygons give the map; their union is as large as their sum."""
    rotated = (500_000.0, 8.0, 6.0, 4_000_000.0, 6.0, -8.0)
    source = write_map(tmp_path / "rotated.tif", noisy_map(), rotated)
    path = str(tmp_path / "regions.gpkg")
    result = run(source, tmp_path, majority=5, minimum_hectares=0.1, polygons=path, tolerance=tolerance)
    union = ogr.Geometry(ogr.wkbMultiPolygon)
    for feature in features(path):
        assert feature["geometry"].IsValid()
        union.AddGeometry(feature["geometry"])
    total = sum(feature["geometry"].GetArea() for feature in features(path))
    assert union.UnionCascaded().GetArea() == pytest.approx(total, rel=1e-9)
    if not tolerance:
        assert total == pytest.approx(100.0 * result.mapped_pixels, rel=1e-9)
    assert sum(f["area_ha"] for f in features(path)) == pytest.approx(sum(a.hectares for a in result.areas), rel=1e-6)
    target = gdal.GetDriverByName("MEM").Create("", WIDTH, HEIGHT, 1, gdal.GDT_Byte)
    target.SetGeoTransform(rotated)
    target.SetProjection(wkt(UTM_11N))
    dataset = ogr.Open(path)
    gdal.RasterizeLayer(target, [1], dataset.GetLayer(0), options=["ATTRIBUTE=value"])
    burnt = np.frombuffer(target.ReadRaster(), np.uint8).reshape(HEIGHT, WIDTH)
    np.testing.assert_array_equal(burnt, read_raster(result.path)[0])


@pytest.mark.parametrize("rows", [1, 7, 13])
def test_strips_of_any_height_give_the_same_files(source, confidence, tmp_path, monkeypatch, rows: int) -> None:
    options = {"majority": 5, "minimum_hectares": 0.15, "connectivity": 8, "confidence": confidence, "tolerance": 0.3}
    answers = []
    for name, size in (("whole", 2**20), ("strips", rows * WIDTH)):
        monkeypatch.setattr(rgbsar_core.maps.refine, "_STRIP_PIXELS", size)
        output, polygons = str(tmp_path / f"{name}.tif"), str(tmp_path / f"{name}.gpkg")
        result = run(source, tmp_path, output=output, polygons=polygons, **options)
        shapes = [{**f, "geometry": f["geometry"].ExportToWkt()} for f in features(polygons)]
        pixels = [area.pixels for area in result.areas]
        answers.append((read_raster(output).tolist(), shapes, pixels, result.merged_regions))
        hectares = [area.hectares for area in result.areas]
        assert hectares == pytest.approx([count * PIXEL_HA for count in pixels], rel=1e-4)
    assert answers[0] == answers[1]


def test_a_map_without_names_is_refined_too_and_polygons_alone_change_nothing(tmp_path) -> None:
    source = write_raster(tmp_path / "plain.tif", noisy_map().astype(np.int16), nodata=0)
    result = run(source, tmp_path, majority=1, polygons=str(tmp_path / "p.gpkg"))
    np.testing.assert_array_equal(read_raster(result.path)[0], noisy_map())
    assert result.changed_pixels == 0 and {f["class"] for f in features(result.polygons)} == {
        "class 1",
        "class 3",
        "class 7",
    }


def test_progress_rises_to_the_end_and_names_its_steps(source, tmp_path) -> None:
    said: list[tuple[float, str]] = []
    run(source, tmp_path, lambda share, text: said.append((share, text)), minimum_hectares=0.1,
        polygons=str(tmp_path / "p.gpkg"))  # fmt: skip
    shares = [share for share, _ in said]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    steps = list(dict.fromkeys(text.split(":")[0] for _, text in said))
    assert steps == ["Opening the map", "Measuring regions", "Merging small regions", "Writing the map",
                     "Drawing polygons", "Finishing the files"]  # fmt: skip


@pytest.mark.parametrize(
    "step", ["Opening", "Measuring", "Merging", "Writing the map", "Drawing polygons", "Finishing the files"]
)
def test_a_cancelled_run_leaves_nothing(source, tmp_path, step: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "refined.tif").write_bytes(b"an older file")
    reached: list[str] = []

    def note(share: float, text: str) -> None:
        if text.startswith(step):
            reached.append(text)

    with pytest.raises(OperationCancelled):
        run(source, folder, note, lambda: bool(reached), minimum_hectares=0.1, polygons=str(folder / "p.gpkg"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"refined.tif": b"an older file"}


def test_a_full_disk_leaves_nothing(source, tmp_path, monkeypatch) -> None:
    """As far as it can be played: the polygons cannot be written."""
    folder = tmp_path / "out"
    folder.mkdir()

    def refuse(*_: object) -> None:
        raise RasterIOError("The polygons could not be written: disk full. Free disk space.")

    monkeypatch.setattr("rgbsar_core.raster.geopackage.GeoPackage.add", refuse)
    with pytest.raises(RasterIOError, match="disk full"):
        run(source, folder, polygons=str(folder / "p.gpkg"))
    assert list(folder.iterdir()) == []


def test_polygons_that_another_program_has_open_are_not_replaced(source, tmp_path) -> None:
    """A journal beside a GeoPackage says so; the older files stay as they are."""
    path = tmp_path / "p.gpkg"
    path.write_bytes(b"in use")
    (tmp_path / "p.gpkg-wal").write_bytes(b"changes")
    with pytest.raises(RasterIOError, match="may be open in another program"):
        run(source, tmp_path, polygons=str(path))
    assert path.read_bytes() == b"in use" and not (tmp_path / "refined.tif").exists()


def test_where_the_map_cannot_be_put_in_place_the_older_polygons_stay(source, tmp_path) -> None:
    """A folder takes the map's name while the polygons are drawn."""
    path = tmp_path / "p.gpkg"
    path.write_bytes(b"older")

    def occupy(_: float, text: str) -> None:
        if text == "Finishing the files":
            (tmp_path / "refined.tif").mkdir()

    with pytest.raises(RasterIOError, match="refined.tif' could not be replaced"):
        run(source, tmp_path, occupy, polygons=str(path))
    assert path.read_bytes() == b"older"
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_too_many_regions_are_refused(source, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rgbsar_core.maps.refine, "_MOST_FRAGMENTS", 20)
    with pytest.raises(ResourceLimitError, match="more than 20 separate regions.*larger majority window"):
        run(source, tmp_path, majority=1, minimum_hectares=0.1)


def test_isolated_regions_are_warned_of(tmp_path) -> None:
    values = np.zeros((12, 12), np.uint8)
    values[1:3, 1:3], values[6:, 6:] = 1, 7
    result = run(write_map(tmp_path / "islands.tif", values), tmp_path, majority=1, minimum_hectares=0.1)
    assert result.isolated_regions == 1 and "1 regions stay below" in result.warnings[0]
    np.testing.assert_array_equal(read_raster(result.path)[0], values)


Bad = Callable[[str, str, Path], dict[str, Any]]
BAD: dict[str, tuple[Bad, type[Exception], str]] = {
    "unit larger than the raster": (
        lambda s, c, f: {"minimum_hectares": 21.0}, InputError, r"\(21 ha\) is larger than the whole raster \(20.0",
    ),
    "unit larger than what is mapped": (
        lambda s, c, f: {"minimum_hectares": 19.9}, InputError, r"larger than the mapped part of the raster \(19.4",
    ),
    "confidence on another grid": (
        lambda s, c, f: {"confidence": write_raster(f / "c2.tif", np.zeros((HEIGHT, WIDTH), np.uint8),
                                                    (500_005.0, *NORTH_UP[1:]))},
        GridMismatchError, "confidence raster 'c2.tif' has 50 x 40 pixels at .*written together with the map",
    ),
    "confidence of another size": (
        lambda s, c, f: {"confidence": write_raster(f / "c3.tif", np.zeros((HEIGHT, 9), np.uint8))},
        GridMismatchError, "has 9 x 40 pixels",
    ),
    "confidence as shares": (
        lambda s, c, f: {"confidence": write_raster(f / "c4.tif", np.full((HEIGHT, WIDTH), 0.5, np.float32))},
        InputError, "float32 pixels; expected whole percent",
    ),
    "confidence beyond 100": (
        lambda s, c, f: {"confidence": write_raster(f / "c5.tif", np.full((HEIGHT, WIDTH), 180, np.uint8))},
        InputError, "value 180 near row 0; expected percent",
    ),
    "output is the map": (lambda s, c, f: {"output": s}, InputError, "is also an input"),
    "output is the confidence": (lambda s, c, f: {"confidence": c, "output": c}, InputError, "is also an input"),
    "no folder": (lambda s, c, f: {"output": str(f / "no" / "x.tif")}, InputError, "does not exist"),
    "no such map": (lambda s, c, f: {"path": str(f / "none.tif")}, InputError, "was not found"),
    "no CRS": (
        lambda s, c, f: {"path": write_raster(f / "bare.tif", noisy_map(), epsg=None)}, GridMismatchError, "no coord",
    ),
    "values that are no classes": (
        lambda s, c, f: {"path": write_raster(f / "odd.tif", np.full((9, 9), 0.5, np.float32))}, ClassMapError, "0.5",
    ),
    "polygons in place of other layers": (
        lambda s, c, f: {"polygons": write_points(f / "mine.gpkg", [(0.0, 0.0)], {"label": ["drawn by hand"]})},
        InputError, "holds other layers .units., which would be lost; expected .* the layer land_cover alone",
    ),
    "polygons as shapefile": (lambda s, c, f: {"polygons": str(f / "p.shp")}, InputError, "expected .gpkg"),
    "even window": (lambda s, c, f: {"majority": 4}, InputError, "odd"),
    "negative unit": (lambda s, c, f: {"minimum_hectares": -1.0}, InputError, "0 .none. or more"),
    "endless unit": (lambda s, c, f: {"minimum_hectares": float("inf")}, InputError, "0 .none. or more"),
    "connectivity": (lambda s, c, f: {"connectivity": 6}, InputError, "expected 4 or 8"),
    "format": (lambda s, c, f: {"output_format": "PNG"}, InputError, "expected GTiff or COG"),
    "nothing to do": (lambda s, c, f: {"majority": 1}, InputError, "nothing to do"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence_and_leaves_nothing(source, confidence, folder, tmp_path, case) -> None:
    change, kind, message = BAD[case]
    options = change(source, confidence, folder)
    before = fingerprint(folder)
    with pytest.raises(kind, match=message):
        run(options.pop("path", source), tmp_path, **options)
    assert fingerprint(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_values_the_class_table_does_not_name_are_refused(folder, tmp_path) -> None:
    source = write_map(folder / "a.tif", np.where(noisy_map() == 7, 9, noisy_map()).astype(np.uint8))
    with pytest.raises(ClassMapError, match="has the value 9 near row 0, which its class table does not name"):
        run(source, tmp_path)


def test_a_map_of_nodata_is_refused(folder, tmp_path) -> None:
    with pytest.raises(NodataError, match="no pixel with a class"):
        run(write_map(folder / "a.tif", np.zeros((9, 9), np.uint8)), tmp_path)


def test_the_command_prints_what_changed_or_json(source, confidence, tmp_path, capsys) -> None:
    outputs = ["-o", str(tmp_path / "r.tif"), "--polygons", str(tmp_path / "r.gpkg")]
    command = ["refine", source, *outputs, "--confidence", confidence, "--minimum-area", "0.1", "--simplify", "0.3"]
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["polygon_count"] == len(features(result["polygons"])) and result["changed_percent"] > 0
    assert main([*command, "--majority", "5", "--connectivity", "8", "--format", "COG"]) == 0
    said = capsys.readouterr()
    assert "pixels changed" in said.out and said.out.endswith(f"Map: {tmp_path / 'r.tif'}\n")
    assert "Drawing polygons" in said.err
    assert main([*command, "--minimum-area", "1e6"]) == 1
    assert capsys.readouterr().err.startswith("rgbsar: The minimum mapping unit (1e+06 ha) is larger")

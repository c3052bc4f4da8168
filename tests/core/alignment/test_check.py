"""Two files in, a verdict out: shifts in pixels and metres, arrows, the corrected layer, refusals, cancelling."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, ogr

from rgbsar_core.alignment.check import AlignmentParameters, AlignmentResult, check_alignment
from rgbsar_core.alignment.job import compass
from rgbsar_core.alignment.layers import LayerPair, WindowReader, ground_vector, open_layers
from rgbsar_core.cli import main
from rgbsar_core.errors import BandCountError, GridMismatchError, InputError, NodataError, OperationCancelled
from rgbsar_core.raster.grid import Grid
from tests.core.fakes import fingerprint
from tests.rasters import NORTH_UP, read_raster, wkt, write_raster
from tests.vectors import write_points

from .pictures import ground, moved, optical_of, power_of, write_pair

pytestmark = pytest.mark.usefixtures("gdal_mode")


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[str, str]:
    """The SAR shows everything 2.5 pixels (25 m) too far down and 6 (60 m) too far right."""
    return write_pair(tmp_path_factory.mktemp("in put"), 2.5, 6.0)


def check(pair: tuple[str, str], *hooks: object, **options: object) -> AlignmentResult:
    return check_alignment(AlignmentParameters(optical=pair[0], sar=pair[1], **{"window": 128, **options}), *hooks)


@pytest.fixture(scope="module")
def run(pair, tmp_path_factory) -> AlignmentResult:
    folder = tmp_path_factory.mktemp("out put ü")
    return check(pair, arrows=str(folder / "arrows.gpkg"), corrected=str(folder / "corrected.tif"))


def test_the_shift_is_told_in_pixels_metres_and_words(run):
    assert run.verdict == "shifted" and run.reason == ""
    assert (run.shift.row, run.shift.column) == pytest.approx((2.5, 6.0), abs=0.15)
    # On the central meridian UTM's scale is 0.9996: 10 m in the projection are 10.004 m of ground.
    assert (run.east_m, run.north_m) == pytest.approx((60.0, -25.0), abs=1.5)
    assert run.sentence().startswith("The SAR layer lies 6.5 pixels (65 m) too far south-east, standard error 0.")
    assert run.error < 0.2 and run.spread < 0.6 and run.pixel_m == pytest.approx(10, rel=1e-3)
    assert run.median == pytest.approx((2.5, 6.0), abs=0.3)
    assert run.windows == run.reliable == 36
    assert run.warnings == ()


def test_each_arrow_leads_from_a_windows_middle_to_where_the_sar_shows_it(run):
    dataset = gdal.OpenEx(run.arrows, gdal.OF_VECTOR)
    layer = dataset.GetLayerByName("shifts")
    features = list(layer)
    assert len(features) == 36 and layer.GetGeomType() == ogr.wkbLineString
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "32611"
    for feature in features:
        line, values = feature.GetGeometryRef(), feature.items()
        (x0, y0), (x1, y1) = line.GetPoint_2D(0), line.GetPoint_2D(1)
        assert (x1 - x0, y0 - y1) == pytest.approx((10 * values["columns"], 10 * values["rows"]), abs=0.02)
        assert (values["east_m"], values["north_m"]) == pytest.approx((x1 - x0, y1 - y0), rel=2e-3, abs=0.1)
        assert values["shift_m"] == pytest.approx(math.hypot(values["east_m"], values["north_m"]), abs=0.01)
        assert values["reliable"] == 1 and values["quality"] > 4.5
    # Windows of 128 pixels with 24 around: the first middle lies 88 pixels from the corner, the last 88 from the end.
    starts = np.array([feature.GetGeometryRef().GetPoint_2D(0) for feature in features])
    assert tuple(starts.min(axis=0)) == (500_880.0, 4_000_000 - 2_640.0)
    assert tuple(starts.max(axis=0)) == (502_640.0, 4_000_000 - 880.0)


def test_the_corrected_layer_has_the_same_pixels_elsewhere_and_is_aligned(run, pair):
    corrected, source = gdal.Open(run.corrected), gdal.Open(pair[1])
    moved_by = np.subtract(corrected.GetGeoTransform(), source.GetGeoTransform())
    assert moved_by == pytest.approx((-10 * run.shift.column, 0, 0, 10 * run.shift.row, 0, 0), abs=1e-6)
    assert np.array_equal(read_raster(run.corrected), read_raster(pair[1]))
    assert "onto optical é.tif" in corrected.GetMetadataItem("RGBSAR_SHIFT_CORRECTED")
    again = check((pair[0], run.corrected))
    assert again.verdict == "aligned" and again.shift.length < 0.15
    assert again.sentence().startswith("The layers are aligned within 0.")


def test_the_copy_keeps_names_nodata_and_type(tmp_path):
    relief = ground(300, 300)
    optical = write_raster(tmp_path / "o.tif", optical_of(relief))
    decibels = (10 * np.log10(power_of(moved(relief, 0, 3)))).astype(np.float32)
    decibels[:, :20] = -9999
    sar = write_raster(tmp_path / "s.tif", decibels, nodata=-9999, descriptions=("VV", "VH"))
    result = check((optical, sar), corrected=str(tmp_path / "c.tif"))
    copy = gdal.Open(str(tmp_path / "c.tif"))
    assert result.shift.column == pytest.approx(3, abs=0.15)
    assert [copy.GetRasterBand(n).GetDescription() for n in (1, 2)] == ["VV", "VH"]
    assert copy.GetRasterBand(1).GetNoDataValue() == -9999
    assert np.array_equal(read_raster(tmp_path / "c.tif"), decibels)


def test_layers_of_other_pixels_and_crs_are_compared_on_the_coarser_ones(tmp_path):
    """SAR of 20 m in another UTM zone's CRS, 3 of its pixels (60 m) too far east."""
    relief = ground(640, 640)
    optical = write_raster(tmp_path / "o.tif", optical_of(relief))
    shown = power_of(moved(relief, 0, 6.0)).reshape(2, 320, 2, 320, 2).mean(axis=(2, 4))
    coarse = write_raster(tmp_path / "coarse.tif", shown.astype(np.float32), (500_000, 20, 0, 4_000_000, 0, -20))
    sar = str(tmp_path / "s.tif")
    gdal.Warp(sar, coarse, dstSRS="EPSG:32612", xRes=20, yRes=20, resampleAlg="bilinear", dstNodata=0).FlushCache()
    result = check((optical, sar))
    assert result.pixel_m == pytest.approx(20, rel=0.01)
    assert (result.east_m, result.north_m) == pytest.approx((60.0, 0.0), abs=3)
    assert any("those of the coarser layer" in text for text in result.assumptions)


def test_different_places_cannot_be_told_and_give_no_corrected_layer(tmp_path):
    optical, _ = write_pair(tmp_path, side=320)
    sar = write_raster(tmp_path / "elsewhere.tif", power_of(ground(320, 320, 77), 4.4))
    result = check((optical, sar))
    assert result.verdict == "unknown"
    assert result.sentence().startswith("Whether the layers are aligned cannot be told: ")
    before = fingerprint(tmp_path)
    with pytest.raises(NodataError, match="cannot be told: .*needs a shift that is known. Leave it out"):
        check((optical, sar), arrows=str(tmp_path / "a.gpkg"), corrected=str(tmp_path / "c.tif"))
    assert fingerprint(tmp_path) == before


def test_flat_layers_cannot_be_told(tmp_path):
    optical = write_raster(tmp_path / "o.tif", np.full((3, 300, 300), 9, np.uint8))
    sar = write_raster(tmp_path / "s.tif", np.full((1, 300, 300), 0.5, np.float32))
    result = check((optical, sar), arrows=str(tmp_path / "a.gpkg"))
    assert (result.verdict, result.windows) == ("unknown", 0)
    assert "no window has both enough valid pixels and edges" in result.sentence()
    assert gdal.OpenEx(result.arrows, gdal.OF_VECTOR).GetLayer(0).GetFeatureCount() == 0
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["error"] is None


def layout(height: int, width: int, core: int = 256) -> LayerPair:
    return LayerPair(Grid(width, height, NORTH_UP, wkt(32611)), None, (), None, core, 24, ())


@pytest.mark.parametrize(
    "height, width, least, most",
    [(304, 304, 1, 1), (1024, 1024, 49, 49), (3000, 6000, 200, 350), (40_000, 40_000, 400, 400), (500, 9_000, 50, 99)],
)
def test_windows_lie_in_the_scene_and_cover_it_with_some_fifty_to_four_hundred(height, width, least, most):
    windows = np.array(layout(height, width).windows())
    assert least <= len(windows) <= most
    assert windows.min() >= 0 and (windows.max(axis=0) <= (height - 304, width - 304)).all()
    assert len({tuple(window) for window in windows.tolist()}) == len(windows)
    assert len(layout(height, width).windows(25)) <= 50


def test_steps_are_metres_on_the_ellipsoid():
    """A degree of longitude at 60 degrees north is 55,800 m, one of latitude 111,412 m (WGS 84, Snyder 1987)."""
    grid = Grid(10, 10, (5.0, 0.01, 0.0, 60.0, 0.0, -0.01), wkt(4326))
    assert ground_vector(grid, 0, 0, 0, 1)[0] == pytest.approx(558.0, rel=1e-3)
    assert ground_vector(grid, 0, 0, -1, 0)[1] == pytest.approx(1114.1, rel=1e-3)
    across = Grid(10, 10, (179.995, 0.01, 0.0, 60.0, 0.0, -0.01), wkt(4326))
    in_metres = Grid(10, 10, (165_000.0, 2500.0, 0.0, 0.0, 0.0, -2500.0), wkt(32601))  # 180 degrees: at 166,021 m
    assert ground_vector(across, 0, 0, 0, 1)[0] == pytest.approx(558.0, rel=1e-3)
    assert ground_vector(in_metres, 0, 0, 0, 1)[0] == pytest.approx(2500, rel=3e-3)


@pytest.mark.parametrize(
    "east, north, word",
    [(0, 1, "north"), (3, 2.9, "north-east"), (1, -9, "south"), (-5, 1, "west"), (-3, 3, "north-west")],
)
def test_directions_are_the_nearest_of_eight(east, north, word):
    assert compass(east, north) == word


BAD = {
    "no file": (lambda p, f: {"optical": "nowhere.tif"}, InputError, "was not found"),
    "no such band": (lambda p, f: {"optical_bands": (4,)}, BandCountError, "Band 4 was chosen, but the optical"),
    "no such SAR band": (lambda p, f: {"sar_bands": (3,)}, BandCountError, "Band 3 was chosen, but the SAR"),
    "no common ground": (
        lambda p, f: {"sar": write_raster(f / "far.tif", np.ones((1, 200, 200), np.float32), (0, 9, 0, 0, 0, -9))},
        GridMismatchError,
        "share no ground.*Choose layers of the same place",
    ),
    "too small": (
        lambda p, f: {"sar": write_raster(f / "small.tif", np.ones((1, 79, 90), np.float32))},
        GridMismatchError,
        "share 90 x 79 pixels; expected at least 80 x 80",
    ),
    "no CRS": (
        lambda p, f: {"sar": write_raster(f / "n.tif", np.ones((1, 99, 99), np.float32), epsg=None)},
        GridMismatchError,
        "no coordinate reference system",
    ),
    "unit": (lambda p, f: {"sar_units": "bel"}, InputError, "expected one of auto"),
    "window": (lambda p, f: {"window": 63}, InputError, "expected 64 to 2048"),
    "search": (lambda p, f: {"search": 65}, InputError, "expected 5 to 64"),
    "a search that leaves no other shift to compare with": (lambda p, f: {"search": 4}, InputError, "expected 5 to 64"),
    "output is the input": (lambda p, f: {"corrected": p[1]}, InputError, "is also an input"),
    "one name twice": (lambda p, f: {"arrows": str(f / "x"), "corrected": str(f / "x")}, InputError, "share the name"),
    "arrows in place of other layers": (
        lambda p, f: {"arrows": write_points(f / "mine.gpkg", [(0.0, 0.0)], {"label": ["drawn by hand"]})},
        InputError,
        "holds other layers .units., which would be lost; expected .* the layer shifts alone",
    ),
    "no folder": (lambda p, f: {"arrows": str(f / "no" / "a.gpkg")}, InputError, "does not exist"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence_and_leaves_nothing(pair, tmp_path, case):
    change, kind, message = BAD[case]
    options = change(pair, tmp_path)
    before = fingerprint(tmp_path)
    files = options.pop("optical", pair[0]), options.pop("sar", pair[1])
    with pytest.raises(kind, match=message):
        check(files, **options)
    assert fingerprint(tmp_path) == before


@pytest.mark.parametrize("step", ["Looking", "Matching: window 2 ", "Writing"])
def test_a_cancelled_run_leaves_nothing(pair, tmp_path, step):
    reached: list[str] = []

    def note(share: float, text: str) -> None:
        if text.startswith(step):
            reached.append(text)

    outputs = {"arrows": str(tmp_path / "a.gpkg"), "corrected": str(tmp_path / "c.tif")}
    with pytest.raises(OperationCancelled):
        check(pair, note, lambda: bool(reached), **outputs)
    assert reached and list(tmp_path.iterdir()) == []


def test_a_window_is_all_that_is_held(pair):
    """Windows are read one by one, from files opened once."""
    layers = open_layers(AlignmentParameters(optical=pair[0], sar=pair[1], window=128), lambda: False)
    optical, sar, optical_valid, sar_valid = WindowReader(layers).read(10, 20)
    assert optical.shape == (3, 176, 176) and sar.shape == (2, 176, 176)
    assert np.array_equal(optical, read_raster(pair[0])[:, 10:186, 20:196])
    np.testing.assert_allclose(sar, 10 * np.log10(read_raster(pair[1])[:, 10:186, 20:196]), atol=1e-4)
    assert optical_valid.all() and sar_valid.all()


def test_the_command_says_it_in_words_or_json(pair, tmp_path, capsys):
    arrows, corrected = str(tmp_path / "a.gpkg"), str(tmp_path / "c.tif")
    command = ["check-alignment", *pair, "--window", "128"]
    assert main([*command, "--arrows", arrows, "--corrected", corrected]) == 0
    said = capsys.readouterr().out
    assert "The SAR layer lies 6.5 pixels (65 m) too far south-east" in said
    assert said.endswith(f"Arrows: {arrows}\nCorrected SAR: {corrected}\n") and Path(corrected).is_file()
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "shifted" and result["shift"]["column"] == pytest.approx(6.0, abs=0.15)
    assert main([*command, "--search", "99"]) == 1
    assert capsys.readouterr().err == "rgbsar: The search range is 99 pixels; expected 5 to 64. Change it.\n"

"""Drawing a sample: where the points lie, what they tell and hide, and what is refused."""

from __future__ import annotations

import os
import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.accuracy.sample_record import RECORD_ITEM, SampleRecord
from rgbsar_core.accuracy.sampling import SampleParameters, design_sample, summary_lines
from rgbsar_core.errors import ClassMapError, GridMismatchError, InputError, OperationCancelled, RasterIOError
from tests.rasters import write_raster
from tests.vectors import fill_labels, read_features, write_points

SKEWED = (500_000.0, 10.0, 2.0, 4_000_000.0, -1.5, -20.0)  # rotated, pixels not square
SHARES = {0: 0.1, 1: 0.6, 3: 0.28, 7: 0.02}


def class_pixels(height: int = 60, width: int = 90) -> np.ndarray:
    numbers = np.random.default_rng(4)
    return numbers.choice(list(SHARES), (height, width), p=list(SHARES.values())).astype(np.uint8)


def design(path: str, output: Path, **options) -> SampleParameters:
    return SampleParameters(**{"map": path, "output": str(output), "total": 120, "least": 20, **options})


def named_map(path: Path, pixels: np.ndarray, names: tuple[str, ...]) -> str:
    """A map whose classes 1, 2, 3 ... have names, in a side file."""
    dataset = gdal.Open(write_raster(path, pixels))
    dataset.GetRasterBand(1).SetCategoryNames(["", *names])
    del dataset
    return str(path)


def classes_at(points: list[dict], pixels: np.ndarray, geotransform: tuple) -> list[int]:
    """Class under every point, from the inverse of the geotransform worked out here."""
    matrix = np.array([[geotransform[1], geotransform[2]], [geotransform[4], geotransform[5]]])
    places = np.array([[p["x"] - geotransform[0], p["y"] - geotransform[3]] for p in points]).T
    columns, rows = np.linalg.solve(matrix, places)
    assert np.allclose(columns % 1, 0.5, atol=1e-6) and np.allclose(rows % 1, 0.5, atol=1e-6), "no pixel centres"
    assert len({*zip(columns.round(1), rows.round(1))}) == len(points), "a pixel was drawn twice"
    return pixels[rows.astype(int), columns.astype(int)].tolist()


def record_of(path: Path) -> SampleRecord:
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    record = SampleRecord.from_text(dataset.GetLayerByName("sample").GetMetadataItem(RECORD_ITEM))
    assert record is not None
    return record


def test_points_lie_at_centres_of_pixels_of_their_class_in_the_maps_crs(tmp_path: Path) -> None:
    pixels = class_pixels()
    path = write_raster(tmp_path / "map é.tif", pixels, SKEWED)
    result = design_sample(design(path, tmp_path / "sample é.gpkg", show_strata=True))
    points = read_features(tmp_path / "sample é.gpkg")
    classes = classes_at(points, pixels, SKEWED)
    assert classes == [point["stratum"] for point in points]
    assert [point["map_class"] for point in points] == [f"class {value}" for value in classes]
    assert {area.value: units for area, units in zip(result.areas, result.units)} == {
        value: classes.count(value) for value in (1, 3, 7)
    }
    assert sum(point["weight_ha"] for point in points) == pytest.approx(sum(area.hectares for area in result.areas))
    dataset = gdal.OpenEx(str(tmp_path / "sample é.gpkg"))
    assert dataset.GetLayer(0).GetSpatialRef().GetAuthorityCode(None) == "32611"


def test_the_maps_class_is_hidden_and_neither_id_nor_order_tells_it(tmp_path: Path) -> None:
    pixels = class_pixels()
    path = write_raster(tmp_path / "map.tif", pixels)
    design_sample(design(path, tmp_path / "sample.gpkg"))
    points = read_features(tmp_path / "sample.gpkg")
    assert set(points[0]) == {"id", "label", "x", "y"}
    assert [point["id"] for point in points] == list(range(1, 121))
    assert {point["label"] for point in points} == {None}
    classes = classes_at(points, pixels, (500_000.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0))
    assert len(set(classes[:20])) > 1 and classes != sorted(classes)
    assert np.std(np.diff([point["y"] for point in points])) > 100  # neither are they sorted by place


def test_the_layer_remembers_its_design(tmp_path: Path) -> None:
    pixels = class_pixels()
    path = write_raster(tmp_path / "map.tif", pixels)
    result = design_sample(design(path, tmp_path / "sample.gpkg", seed=8))
    record = record_of(tmp_path / "sample.gpkg")
    assert (record.map_name, record.seed) == ("map.tif", 8)
    assert {s.value: s.pixels for s in record.strata} == {value: int((pixels == value).sum()) for value in (1, 3, 7)}
    assert [s.units for s in record.strata] == list(result.units)
    points = read_features(tmp_path / "sample.gpkg")
    found = classes_at(points, pixels, (500_000.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0))
    assert list(record.unit_strata) == found


def test_same_seed_same_points_whatever_the_height_of_the_strips(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    drawn = []
    for number, (seed, height) in enumerate(((5, 0), (5, 1), (5, 13), (6, 0))):
        output = tmp_path / f"{number}.gpkg"
        design_sample(design(path, output, seed=seed), strip_height=height)
        drawn.append([(point["x"], point["y"]) for point in read_features(output)])
    assert drawn[0] == drawn[1] == drawn[2] != drawn[3]


def test_every_pixel_of_a_class_has_the_same_chance(tmp_path: Path) -> None:
    """120 samples of 10 from 40 pixels: each is drawn 30 times, give or take 4.5 standard deviations of 4.7."""
    path = write_raster(tmp_path / "map.tif", np.ones((4, 10), np.uint8))
    times = np.zeros((4, 10))
    for seed in range(120):
        output = tmp_path / "s.gpkg"
        output.unlink(missing_ok=True)
        design_sample(design(path, output, total=10, seed=seed), strip_height=3)
        for point in read_features(output):
            times[int((4_000_000 - point["y"]) // 10), int((point["x"] - 500_000) // 10)] += 1
    assert times.sum() == 1200 and np.abs(times - 30).max() < 21


def test_sample_size_is_computed_from_expected_accuracies_and_target_error(tmp_path: Path) -> None:
    """Olofsson et al. 2014, section 5.1.1: 641 units for shares 0.020, 0.015, 0.320, 0.645 of the map."""
    pixels = np.repeat(np.array([1, 2, 3, 4], np.uint8), [200, 150, 3200, 6450]).reshape(100, 100)
    path = write_raster(tmp_path / "map.tif", pixels, (0.0, 30.0, 0.0, 3000.0, 0.0, -30.0), 6933)
    options = {"total": None, "expected_users": (0.7, 0.6, 0.9, 0.95), "target_error": 0.01, "least": 75}
    result = design_sample(design(path, tmp_path / "sample.gpkg", **options))
    assert result.total == 641 and result.units == (75, 75, 163, 328)
    assert 0.0100 < result.expected_error < 0.0110
    assert "641 points" in summary_lines(result)[-1]
    assert result.to_json()["total"] == 641


def test_a_class_with_too_few_pixels_is_taken_whole_and_said_so(tmp_path: Path) -> None:
    pixels = np.ones((40, 40), np.uint8)
    pixels[3, 4:9] = 2
    path = write_raster(tmp_path / "map.tif", pixels)
    result = design_sample(design(path, tmp_path / "sample.gpkg"))
    assert result.units == (100, 5)
    assert "'class 2' has only 5 pixels" in result.warnings[0]


def test_pixels_of_uneven_size_are_warned_of(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", np.ones((50, 40), np.uint8), (10.0, 0.5, 0.0, 70.0, 0.0, -0.5), 4326)
    result = design_sample(design(path, tmp_path / "sample.gpkg", total=5))
    assert "equal-area projection" in result.warnings[0]


def test_memory_does_not_grow_with_the_height_of_the_map(tmp_path: Path) -> None:
    names = ("water", "", "forest", "", "", "", "city")
    peaks = []
    for height in (2_000, 32_000):
        path = named_map(tmp_path / f"{height}.tif", class_pixels(height, 300), names)
        tracemalloc.start()
        design_sample(design(path, tmp_path / f"{height}.gpkg"), strip_height=100)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 32_000 * 8 * 3  # sixteen times the pixels; a few numbers a row are kept
    assert peaks[1] < 300 * 32_000 / 2  # half a byte a pixel


@pytest.mark.parametrize("step", ["Measuring", "Drawing", "Writing"])
def test_cancelled_design_leaves_nothing(tmp_path: Path, step: str) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    said: list[str] = []
    with pytest.raises(OperationCancelled):
        design_sample(
            design(path, tmp_path / "sample.gpkg"),
            lambda share, text: said.append(text),
            lambda: any(text.startswith(step) for text in said),
            strip_height=20,
        )
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.tif"]


def test_progress_rises_to_one(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    shares: list[float] = []
    design_sample(design(path, tmp_path / "s.gpkg"), lambda share, text: shares.append(share), strip_height=20)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 5


def test_labels_of_an_earlier_sample_are_not_overwritten(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    output = tmp_path / "sample.gpkg"
    design_sample(design(path, output))
    design_sample(design(path, output, seed=2))  # nothing was labelled yet
    fill_labels(output, lambda points: ["class 1" if point["id"] < 4 else None for point in points])
    before = output.read_bytes()
    with pytest.raises(InputError, match="holds a sample with labels .3 so far."):
        design_sample(design(path, output))
    assert output.read_bytes() == before


def test_what_somebody_noted_in_a_field_of_his_own_is_not_overwritten(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    output = tmp_path / "sample.gpkg"
    design_sample(design(path, output, show_strata=True))
    dataset = gdal.OpenEx(str(output), gdal.OF_VECTOR | gdal.OF_UPDATE)
    dataset.ExecuteSQL('ALTER TABLE sample ADD COLUMN "seen in field" INTEGER')
    dataset = None
    design_sample(design(path, output, show_strata=True))  # an empty field is no work
    dataset = gdal.OpenEx(str(output), gdal.OF_VECTOR | gdal.OF_UPDATE)
    dataset.ExecuteSQL('ALTER TABLE sample ADD COLUMN "seen in field" INTEGER')
    dataset.ExecuteSQL('UPDATE sample SET "seen in field" = 7 WHERE id < 3')
    dataset = None
    with pytest.raises(InputError, match="holds a sample with labels .2 so far.*expected a new file.*Choose another"):
        design_sample(design(path, output))


def test_other_layers_of_a_geopackage_are_not_overwritten(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    output = Path(write_points(tmp_path / "mine.gpkg", [(0.0, 0.0)], {"label": ["drawn by hand"]}))
    before = output.read_bytes()
    with pytest.raises(InputError, match="holds other layers .units., which would be lost; expected a new file"):
        design_sample(design(path, output))
    assert output.read_bytes() == before


def test_a_file_another_program_has_open_is_not_replaced(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    output = tmp_path / "sample.gpkg"
    design_sample(design(path, output))
    with closing(sqlite3.connect(output)) as program:
        program.execute("PRAGMA journal_mode = WAL")  # as QGIS opens GeoPackages
        program.execute("SELECT count(*) FROM sample").fetchone()
        with pytest.raises(RasterIOError, match="may be open in another program.*remove its layer"):
            design_sample(design(path, output, seed=2))
    assert record_of(output).seed == 1
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(os.name == "nt", reason="limits of file sizes are POSIX's")
def test_a_full_disk_is_reported_and_leaves_nothing(tmp_path: Path, capfd) -> None:
    """No file may grow beyond 64 KiB: to a writer the same as a full disk."""
    import resource
    import signal

    path = write_raster(tmp_path / "map.tif", class_pixels())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    try:
        with pytest.raises(RasterIOError, match="could not be written.*Free disk space"):
            design_sample(design(path, tmp_path / "sample.gpkg"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "ERROR" not in capfd.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.tif"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output": "sample.shp"}, r"no GeoPackage.*\.gpkg"),
        ({"expected_users": (80.0,)}, "0 to 1, such as 0.85 for 85 %"),
        ({"expected_users": (float("nan"),)}, "0 to 1"),
        ({"target_error": 1.0}, "target standard error is 1.0"),
        ({"target_error": 1e-300}, "target standard error is 1e-300"),
        ({"allocation": "best"}, "allocation is 'best'"),
        ({"total": 0}, "'total' is 0"),
        ({"seed": -1}, "'seed' is -1"),
        ({"band": 0}, "Band 0"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        SampleParameters(**{"map": "map.tif", "output": "sample.gpkg", **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"expected_users": (0.7, 0.8)}, r"2 expected user's accuracies for 3 classes \(class 1, class 3, class 7\)"),
        ({"total": 2}, "2 units for 3 mapped classes"),
        ({"total": None, "target_error": 0.00001}, "expected 100,000 at most"),
        ({"band": 2}, "has 1 band;"),
    ],
)
def test_designs_that_do_not_fit_the_map_are_refused(tmp_path: Path, options: dict, message: str) -> None:
    path = write_raster(tmp_path / "map.tif", class_pixels())
    with pytest.raises(InputError, match=message):
        design_sample(design(path, tmp_path / "sample.gpkg", **options))
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.tif"]


def test_maps_that_are_none_are_refused(tmp_path: Path) -> None:
    output = tmp_path / "sample.gpkg"
    with pytest.raises(InputError, match="was not found"):
        design_sample(design(str(tmp_path / "no.tif"), output))
    bare = write_raster(tmp_path / "bare.tif", class_pixels(), None, None)
    with pytest.raises(GridMismatchError, match="has no coordinate reference system"):
        design_sample(design(bare, output))
    measured = write_raster(tmp_path / "measured.tif", np.full((5, 5), 0.5, np.float32))
    with pytest.raises(ClassMapError, match="value 0.5"):
        design_sample(design(measured, output))
    with pytest.raises(InputError, match="does not exist"):
        design_sample(design(bare, tmp_path / "no" / "sample.gpkg"))


def test_a_value_the_legend_does_not_name_is_refused(tmp_path: Path) -> None:
    path = named_map(tmp_path / "map.tif", class_pixels(), ("water", "", "forest"))
    with pytest.raises(ClassMapError, match="pixels of the value 7, which its list of classes does not name"):
        design_sample(design(path, tmp_path / "sample.gpkg"))

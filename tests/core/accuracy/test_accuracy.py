"""Holding a map against points, polygons and rasters: known truth, the sources' figures, what is left out."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.accuracy.area_estimates import Z_95
from rgbsar_core.accuracy.assess import AccuracyParameters, assess_accuracy
from rgbsar_core.accuracy.report import summary_lines
from rgbsar_core.accuracy.sampling import SampleParameters, design_sample
from rgbsar_core.errors import ClassMapError, OperationCancelled
from rgbsar_core.legend import LandCoverClass, Legend
from tests.core.accuracy.reference_scene import LEGEND, assess, centre, counted, random_pair, write_map
from tests.rasters import UTM_11N, write_raster
from tests.vectors import box, fill_labels, read_features, write_labelled_polygons, write_points

# Olofsson et al. 2014, table 8: rows are map classes, columns the reference; pixels of 30 m.
TABLE_8 = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
MAPPED_PIXELS = (200_000, 150_000, 3_200_000, 6_450_000)


def test_published_worked_example_from_raster_and_points_to_its_printed_digits(tmp_path: Path) -> None:
    """Table 8 and text of the source, through files: ten million pixels in an equal-area projection."""
    pixels = np.repeat(np.arange(1, 5, dtype=np.uint8), MAPPED_PIXELS).reshape(2500, 4000)
    path = write_raster(tmp_path / "map.tif", pixels, (0.0, 30.0, 0.0, 75_000.0, 0.0, -30.0), 6933)
    starts = np.cumsum((0, *MAPPED_PIXELS[:3]))
    places, labels = [], []
    for mapped, counts in enumerate(TABLE_8):
        ranks = starts[mapped] + np.arange(counts.sum()) * 401
        places += [(30 * (rank % 4000) + 15.0, 75_000 - 30 * (rank // 4000) - 15.0) for rank in ranks.tolist()]
        labels += np.repeat(np.arange(1, 5), counts).tolist()
    points = write_points(tmp_path / "points.gpkg", places, {"class": labels}, 6933)
    result = assess(path, points, field="class", probability_sample="yes")
    found = result.estimates
    assert found is not None and result.strata == "map classes"
    assert result.measures.matrix.tolist() == TABLE_8.T.tolist()
    assert (round(found.overall, 2), round(Z_95 * found.overall_error, 2)) == (0.95, 0.02)
    assert np.round(found.users, 2).tolist() == [0.88, 0.73, 0.93, 0.96]
    assert np.round(Z_95 * found.users_errors, 2).tolist() == [0.07, 0.10, 0.04, 0.02]
    assert np.round(found.producers, 2).tolist() == [0.75, 0.85, 0.93, 0.96]
    assert np.round(Z_95 * found.producers_errors, 2).tolist() == [0.21, 0.25, 0.03, 0.02]
    assert np.round(found.areas).tolist() == [21_158, 11_686, 285_770, 581_386]
    assert np.round(Z_95 * found.area_errors).tolist() == [6_158, 3_756, 15_510, 16_282]


def test_figures_agree_with_scikit_learn_on_random_data(tmp_path: Path) -> None:
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed; it is no dependency")
    mapped, reference = random_pair((80, 90))
    result = assess(write_map(tmp_path / "a.tif", mapped), write_raster(tmp_path / "b.tif", reference))
    both = (mapped > 0) & (reference > 0)
    truth, found = reference[both], mapped[both]
    measures = result.measures
    assert measures.matrix.tolist() == sklearn.confusion_matrix(truth, found).tolist()
    assert measures.overall == pytest.approx(sklearn.accuracy_score(truth, found))
    assert measures.kappa == pytest.approx(sklearn.cohen_kappa_score(truth, found))
    np.testing.assert_allclose(measures.users, sklearn.precision_score(truth, found, average=None))
    np.testing.assert_allclose(measures.producers, sklearn.recall_score(truth, found, average=None))
    np.testing.assert_allclose(measures.f1, sklearn.f1_score(truth, found, average=None))
    np.testing.assert_allclose(measures.iou, sklearn.jaccard_score(truth, found, average=None))


@pytest.mark.parametrize("height", [0, 1, 7])
def test_points_stand_for_the_pixel_they_lie_in(tmp_path: Path, height: int) -> None:
    mapped, reference = random_pair()
    rows, columns = np.nonzero(np.ones_like(mapped))
    offsets = np.random.default_rng(1).uniform(-0.49, 0.49, (len(rows), 2))
    places = [centre(column + dx, row + dy) for row, column, (dx, dy) in zip(rows, columns, offsets.tolist())]
    labels = [int(value) if value else None for value in reference.ravel()]
    points = write_points(tmp_path / "points.gpkg", places, {"label": labels})
    result = assess(write_map(tmp_path / "map.tif", mapped), points, height)
    assert result.measures.matrix.tolist() == counted(reference, mapped)
    assert (result.kind, result.matched, result.unit_name) == ("points", "values", "points")
    assert result.unlabelled == (reference == 0).sum()
    assert result.unmapped == ((reference > 0) & (mapped == 0)).sum()
    assert result.outside == 0


def test_points_of_another_crs_find_their_pixels_and_those_outside_are_left_out(tmp_path: Path) -> None:
    from osgeo import osr

    mapped, _ = random_pair()
    utm, geographic = osr.SpatialReference(), osr.SpatialReference()
    utm.ImportFromEPSG(UTM_11N)
    geographic.ImportFromEPSG(4326)
    for reference in (utm, geographic):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    transform = osr.CoordinateTransformation(utm, geographic)
    rows, columns = np.nonzero(mapped)
    places = [transform.TransformPoint(*centre(c, r))[:2] for r, c in zip(rows.tolist(), columns.tolist())]
    names = dict(zip(LEGEND.values, LEGEND.names))
    labels = [names[value].upper() for value in mapped[rows, columns].tolist()]
    places.append((-150.0, 10.0))
    points = write_points(tmp_path / "points.geojson", places, {"Label": [*labels, "water"]}, 4326)
    result = assess(write_map(tmp_path / "map.tif", mapped), points)
    assert result.measures.overall == 1.0 and result.units == len(rows)
    assert (result.matched, result.outside) == ("names", 1)
    assert "Points outside the map, left out: 1." in result.warnings


@pytest.mark.parametrize("height", [0, 1, 7])
def test_polygons_count_the_pixels_whose_centre_they_hold(tmp_path: Path, height: int) -> None:
    mapped, _ = random_pair()
    rings = [box(*centre(1.6, 2.6), *centre(20.4, 30.4)), box(*centre(30, 5), *centre(60, 12.2))]
    rings.append(box(*centre(40.6, 8.6), *centre(44.4, 40.4)))  # crosses the second, with another class
    reference = np.zeros_like(mapped)
    reference[3:31, 2:21] = 3
    reference[5:13, 30:60] = 9
    reference[9:41, 41:45] = 2
    reference[9:13, 41:45] = 0
    reference[5, 30:60] = 0  # edges run through these centres, or just miss them
    rings[1] = box(*centre(29.6, 5.4), *centre(59.4, 12.4))
    fields = {"class": ["Forêt D'Été", "city & <roads>", "water"]}
    polygons = write_labelled_polygons(tmp_path / "areas é.gpkg", rings, fields)
    result = assess(write_map(tmp_path / "map.tif", mapped), polygons, height, field="CLASS")
    assert result.measures.matrix.tolist() == counted(reference, mapped)
    assert result.ambiguous == 16 and result.kind == "polygons"
    assert any("in polygons of several classes, left out: 16" in warning for warning in result.warnings)


def test_polygons_by_value_in_another_crs_and_with_empty_classes(tmp_path: Path) -> None:
    """Longitudes and latitudes around the whole map; 0 and null mean no class."""
    mapped, _ = random_pair()
    around = box(-118, 37, -116, 35)
    polygons = write_labelled_polygons(
        tmp_path / "a.shp", [around, around, around], {"code": [3.0, 0.0, None]}, 4326
    )
    result = assess(write_map(tmp_path / "map.tif", mapped), polygons, field="code")
    assert result.measures.matrix[1].tolist() == [(mapped == value).sum() for value in LEGEND.values]
    assert result.unlabelled == 2 and result.units == (mapped > 0).sum()


@pytest.mark.parametrize("height", [0, 1, 7])
def test_a_raster_is_read_under_the_centres_of_the_maps_pixels(tmp_path: Path, height: int) -> None:
    """Pixels three times finer, one more column around: the middle one of each three by three counts."""
    mapped, reference = random_pair()
    fine = np.random.default_rng(2).choice([2, 3, 9], (150, 216)).astype(np.uint8)
    fine[1::3, 4:214:3] = reference
    geotransform = (500_000 - 10, 10 / 3, 0.0, 4_000_000.0, 0.0, -10 / 3)
    other = write_raster(tmp_path / "fine.tif", fine, geotransform)
    result = assess(write_map(tmp_path / "map.tif", mapped), other, height)
    assert result.measures.matrix.tolist() == counted(reference, mapped)
    assert (result.kind, result.unit_name) == ("raster", "pixels")


def test_a_raster_with_names_is_matched_by_name_and_its_nodata_left_out(tmp_path: Path) -> None:
    mapped, reference = random_pair()
    legend = Legend(
        tuple(LandCoverClass(value, name, (1, 1, 1)) for value, name in ((1, "City & <Roads>"), (2, "FORÊT D'ÉTÉ"),
                                                                        (5, "water"), (6, "snow")))
    )  # fmt: skip
    renumbered = np.select([reference == 9, reference == 3, reference == 2], [1, 2, 5], 0).astype(np.uint8)
    other = write_map(tmp_path / "other.tif", renumbered, legend=legend)
    path = write_map(tmp_path / "map.tif", mapped)
    result = assess(path, other)
    assert result.measures.matrix.tolist() == counted(reference, mapped)
    assert result.matched == "names"
    with pytest.raises(ClassMapError, match=r"has '[15]'.*the map's classes are 2 \(water\)"):
        assess(path, other, match="values")
    renumbered[mapped == 2] = 77  # a value its own legend does not have
    with pytest.raises(ClassMapError, match="has the value 77, which its list of classes does not name"):
        assess(path, write_map(tmp_path / "odd.tif", renumbered, legend=legend))
    renumbered[mapped > 0] = 6  # a class the map does not have, and it occurs
    other = write_map(tmp_path / "other.tif", renumbered, legend=legend)
    with pytest.raises(ClassMapError, match="has 'snow'"):
        assess(path, other)


def test_raster_without_names_and_with_a_nodata_value(tmp_path: Path) -> None:
    mapped, reference = random_pair()
    odd = np.where(reference == 0, np.float32(-9999), reference)
    other = write_raster(tmp_path / "other.tif", odd, nodata=-9999)
    result = assess(write_map(tmp_path / "map.tif", mapped), other)
    assert result.measures.matrix.tolist() == counted(reference, mapped)
    share = ((mapped > 0) & (reference > 0)).sum() / (mapped > 0).sum()
    assert any(f"covers {100 * share:.2g} % of the mapped pixels" in warning for warning in result.warnings)


def sampled(tmp_path: Path, truth: np.ndarray, mapped: np.ndarray, **options: Any) -> tuple[str, Path]:
    """A map, and a sample drawn from it and labelled by name from the truth."""
    path = write_map(tmp_path / "map.tif", mapped)
    output = tmp_path / "sample.gpkg"
    design_sample(SampleParameters(**{"map": path, "output": str(output), "total": 300, **options}))
    names = dict(zip(LEGEND.values, LEGEND.names))

    def label(points: list[dict]) -> list[Any]:
        places = [(int((4_000_000 - p["y"]) // 10), int((p["x"] - 500_000) // 10)) for p in points]
        return [names[int(truth[place])] for place in places]

    fill_labels(output, label)
    return path, output


def full_pair() -> tuple[np.ndarray, np.ndarray]:
    """Truth and map without holes, 80 % right."""
    numbers = np.random.default_rng(3)
    truth = numbers.choice(LEGEND.values, (100, 120), p=[0.5, 0.4, 0.1]).astype(np.uint8)
    return truth, np.where(numbers.random(truth.shape) < 0.8, truth, numbers.choice(LEGEND.values, truth.shape)).astype(
        np.uint8
    )


def test_our_sample_is_recognised_and_its_intervals_hold_the_truth(tmp_path: Path) -> None:
    truth, mapped = full_pair()
    path, sample = sampled(tmp_path, truth, mapped)
    result = assess(path, str(sample))
    found = result.estimates
    assert found is not None and result.strata == "map classes" and result.units == 300
    assert abs(found.overall - (truth == mapped).mean()) < Z_95 * found.overall_error
    hectares = np.array([(truth == value).sum() for value in LEGEND.values]) * result.areas[0].hectares / (
        result.areas[0].pixels
    )
    assert (np.abs(found.areas - hectares) < Z_95 * found.area_errors).all()
    assert [warning for warning in result.warnings if "Fewer than" not in warning] == []
    assert assess(path, str(sample), probability_sample="no").estimates is None


def test_a_sample_of_an_older_map_serves_a_newer_one_with_its_own_strata(tmp_path: Path) -> None:
    truth, mapped = full_pair()
    _, sample = sampled(tmp_path, truth, mapped)
    numbers = np.random.default_rng(8)
    better = np.where(numbers.random(truth.shape) < 0.6, truth, mapped).astype(np.uint8)
    result = assess(write_map(tmp_path / "better.tif", better), str(sample))
    found = result.estimates
    assert found is not None and result.strata == "strata of the sample, drawn from 'map.tif'"
    assert abs(found.overall - (truth == better).mean()) < Z_95 * found.overall_error
    shares = np.array([(truth == value).mean() for value in LEGEND.values])
    assert (np.abs(found.areas / found.areas.sum() - shares) < Z_95 * found.area_errors / found.areas.sum()).all()
    clipped = np.where(np.arange(120) < 60, mapped, 0).astype(np.uint8)
    result = assess(write_map(tmp_path / "clipped.tif", clipped), str(sample))
    assert result.estimates is None
    assert any("this map covers other ground" in warning for warning in result.warnings)


def test_one_stray_pixel_of_a_class_takes_no_interval_away(tmp_path: Path) -> None:
    truth, mapped = full_pair()
    mapped = np.where(mapped == 9, 2, mapped).astype(np.uint8)
    mapped[7, 11] = 9
    path, sample = sampled(tmp_path, truth, mapped)
    for newer in (mapped, np.where(mapped == 9, 2, mapped).astype(np.uint8)):  # by its own classes, by the sample's
        found = assess(write_map(tmp_path / "map.tif", newer), str(sample)).estimates
        assert found is not None and np.isfinite([found.overall_error, *found.area_errors]).all()


def test_an_area_without_an_interval_is_given_without_one(tmp_path: Path) -> None:
    truth, mapped = full_pair()
    path, sample = sampled(tmp_path, truth, mapped)
    dataset = gdal.OpenEx(str(sample), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayer(0)
    strata = json.loads(layer.GetMetadataItem("RGBSAR_SAMPLE"))["unit_strata"]
    for feature in list(layer)[: -1 - strata[::-1].index(9)]:
        if strata[feature.GetField("id") - 1] == 9:
            feature.SetFieldNull("label")
            layer.SetFeature(feature)
    layer = dataset = None
    result = assess(path, str(sample), report=str(tmp_path / "r.html"))
    assert result.estimates is not None and np.isnan(result.estimates.area_errors).any()
    assert "nan" not in "".join(summary_lines(result)) + (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("given", "told"), [
    (9_999, "Points that were not drawn with the sample, left out of the estimates: 1."),
    (1, "Points that repeat the id of another, left out of the estimates: 1."),  # pasted twice
])  # fmt: skip
def test_points_added_to_a_sample_do_not_count_for_the_map(tmp_path: Path, given: int, told: str) -> None:
    truth, mapped = full_pair()
    path, sample = sampled(tmp_path, truth, mapped)
    before = assess(path, str(sample))
    dataset = gdal.OpenEx(str(sample), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayer(0)
    feature = layer.GetFeature(1).Clone()
    feature.SetFID(-1)
    feature.SetField("id", given)
    layer.CreateFeature(feature)
    layer = dataset = None
    after = assess(path, str(sample))
    assert after.units == before.units + 1
    assert after.estimates is not None and after.estimates.overall == before.estimates.overall
    assert told in after.warnings


def test_unlabelled_points_and_classes_without_a_label_are_named(tmp_path: Path) -> None:
    truth, mapped = full_pair()
    path, sample = sampled(tmp_path, truth, mapped)
    dataset = gdal.OpenEx(str(sample), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayer(0)
    strata = json.loads(layer.GetMetadataItem("RGBSAR_SAMPLE"))["unit_strata"]
    for feature in list(layer):
        if strata[feature.GetField("id") - 1] == 9:
            feature.SetFieldNull("label")
            layer.SetFeature(feature)
    layer = dataset = None
    result = assess(path, str(sample))
    assert result.estimates is None and result.unlabelled == strata.count(9)
    assert any("No labelled point lies in city & <roads>" in warning for warning in result.warnings)
    assert f"Points without a class, left out: {strata.count(9)}." in result.warnings


def test_reference_that_is_no_probability_sample_and_small_classes_are_warned_of(tmp_path: Path) -> None:
    mapped = np.full((20, 20), 2, np.uint8)
    mapped[0, :5] = 9
    places = [centre(column, row) for row in range(5) for column in range(20)]
    labels = ["water"] * 100
    points = write_points(tmp_path / "points.gpkg", places, {"label": labels})
    result = assess(write_map(tmp_path / "map.tif", mapped), points)
    assert result.estimates is None
    assert "not known to be a probability sample" in result.warnings[0]
    assert result.warnings[1].startswith("Fewer than 30 points") and "city & <roads> (5 on the map, 0 in" in (
        result.warnings[1]
    )
    assert "forêt" not in result.warnings[1]  # neither mapped nor in the reference


def test_report_table_and_figures_say_the_same(tmp_path: Path) -> None:
    truth, mapped = full_pair()
    path, sample = sampled(tmp_path, truth, mapped)
    files = {name: str(tmp_path / f"{name} é.{kind}") for name, kind in (("report", "html"), ("table", "csv"),
                                                                        ("figures", "json"))}  # fmt: skip
    result = assess(path, str(sample), **files)
    figures = json.loads(Path(files["figures"]).read_text(encoding="utf-8"))
    assert figures["matrix_axes"] == ["reference", "map"]
    assert figures["counted"]["confusion_matrix"] == result.measures.matrix.tolist()
    estimate = figures["estimated"]["classes"]["water"]["area"]
    lines = Path(files["table"]).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("reference class,value,mapped as water,mapped as forêt d'été,mapped as city & <roads>,")
    row = dict(zip(lines[0].split(","), lines[1].split(",")))
    assert [int(row[f"mapped as {name}"]) for name in LEGEND.names] == result.measures.matrix[0].tolist()
    assert float(row["estimated_hectares"]) == pytest.approx(estimate["estimate"], rel=1e-5)
    assert float(row["estimated_hectares_half_width_95"]) == pytest.approx(estimate["half_width_95"], rel=1e-5)
    page = Path(files["report"]).read_text(encoding="utf-8")
    assert f"{estimate['estimate']:,.1f} ± {estimate['half_width_95']:,.1f}" in page
    assert "city &amp; &lt;roads&gt;" in page and "<roads>" not in page
    assert page.count("<svg") == 2 and "Reference &#8595;" in page and "@media print" in page
    assert "http" not in page.replace("http-equiv", "")  # nothing is fetched


@pytest.mark.parametrize("height", [0, 9])
def test_cancelled_assessment_leaves_nothing(tmp_path: Path, height: int) -> None:
    mapped, reference = random_pair()
    path, other = write_map(tmp_path / "map.tif", mapped), write_raster(tmp_path / "other.tif", reference)
    before = sorted(entry.name for entry in tmp_path.iterdir())
    said: list[str] = []
    parameters = AccuracyParameters(path, other, report=str(tmp_path / "r.html"), table=str(tmp_path / "t.csv"))
    with pytest.raises(OperationCancelled):
        assess_accuracy(
            parameters,
            lambda share, text: said.append(text),
            lambda: any(text.startswith("Comparing") for text in said),
            height,
        )
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before


def test_memory_does_not_grow_with_the_height_of_the_map(tmp_path: Path) -> None:
    peaks = []
    for height in (2_000, 32_000):
        mapped, reference = (np.tile(pixels, (height // 100, 1)) for pixels in random_pair((100, 300)))
        path, other = write_map(tmp_path / "m.tif", mapped), write_map(tmp_path / "r.tif", reference)
        tracemalloc.start()
        assess(path, other, 100)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 32_000 * 8 * 3
    assert peaks[1] < 300 * 32_000 / 2


def test_features_stay_as_they_were(tmp_path: Path) -> None:
    """Reading a reference changes neither its file nor what lies beside it."""
    mapped, _ = random_pair()
    points = write_points(tmp_path / "points.gpkg", [centre(3, 3)], {"label": ["water"]})
    before = Path(points).read_bytes()
    assess(write_map(tmp_path / "map.tif", mapped), points)
    assert Path(points).read_bytes() == before and read_features(points)[0]["label"] == "water"


@pytest.mark.parametrize("kind", ["points", "polygons", "raster"])
def test_a_reference_in_degrees_a_whole_turn_away_lies_on_the_map(tmp_path: Path, kind: str) -> None:
    """The map reaches from 179.9 to 180.1 degrees, the reference from -180.1 to -179.9."""
    pixels = np.array([[1, 2], [2, 1]], np.uint8)
    path = write_raster(tmp_path / "map.tif", pixels, (179.9, 0.1, 0.0, 10.0, 0.0, -0.1), 4326)
    places = [(-180.05, 9.95), (-179.95, 9.95), (-180.05, 9.85), (-179.95, 9.85)]
    fields, reference = {"class": [1, 2, 2, 2]}, tmp_path / "reference.gpkg"
    if kind == "points":
        write_points(reference, places, fields, 4326)
    elif kind == "polygons":
        boxes = [box(x - 0.05, y + 0.05, x + 0.05, y - 0.05) for x, y in places]
        write_labelled_polygons(reference, boxes, fields, 4326)
    else:
        reference = tmp_path / "reference.tif"
        write_raster(reference, np.array([[1, 2], [2, 2]], np.uint8), (-180.1, 0.1, 0.0, 10.0, 0.0, -0.1), 4326)
    options = {} if kind == "raster" else {"field": "class"}
    assert assess(path, str(reference), **options).measures.matrix.tolist() == [[1, 0], [1, 2]]

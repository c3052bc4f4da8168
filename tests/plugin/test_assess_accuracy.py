"""``rgbsar:assessaccuracy`` through ``processing.run``: points, polygons, rasters, refusals, cancelling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from tests.vectors import write_points

from .conftest import Recorder, write_tiff
from .test_design_sample import NAMES, ORIGIN

pytestmark = pytest.mark.qgis


def named_tiff(path: Path, pixels: np.ndarray) -> str:
    from osgeo import gdal

    write_tiff(path, pixels[None], ORIGIN, 10.0, 32633)
    dataset = gdal.Open(str(path))
    dataset.GetRasterBand(1).SetCategoryNames(NAMES)
    dataset = None
    return str(path)


@pytest.fixture
def scene(tmp_path: Path) -> dict[str, str]:
    """A map and a reference raster of 60 x 50 pixels; the western half is right, the eastern is all water."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    truth = np.full((50, 60), 3, np.uint8)
    truth[20:] = 1
    mapped = truth.copy()
    mapped[:, 30:] = 1
    return {
        "MAP": named_tiff(folder / "land cover é.tif", mapped),
        "REFERENCE_RASTER": named_tiff(folder / "truth.tif", truth),
    }


def layer(kind: str, shapes: list[str], labels: list[Any], name: str = "ground truth") -> Any:
    """A layer in memory with the field label."""
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    found = QgsVectorLayer(f"{kind}?crs=EPSG:32633&field=label:string&field=code:integer", name, "memory")
    features = []
    for shape, label in zip(shapes, labels):
        feature = QgsFeature(found.fields())
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        feature["label"] = label
        feature["code"] = NAMES.index(label) if label in NAMES else None
        features.append(feature)
    found.dataProvider().addFeatures(features)
    found.updateExtents()
    return found


def points(labels: list[Any], column: int = 10) -> Any:
    """Points on rows 0, 1, 2 ... of a column."""
    places = [f"Point ({500_000 + 10 * column + 5} {5_000_000 - 10 * row - 5})" for row in range(len(labels))]
    return layer("Point", places, labels)


def run(job: dict[str, Any], feedback: Any = None) -> dict[str, Any]:
    import processing

    return processing.run("rgbsar:assessaccuracy", job, feedback=feedback or Recorder())


def test_raster_reference_gives_figures_report_table_and_json(
    provider: Any, scene: dict[str, str], tmp_path: Path
) -> None:
    """2,400 of 3,000 pixels are right: the 20 northern rows of the eastern half are not."""
    names = {"REPORT": "r é.html", "TABLE": "t.csv", "FIGURES": "f.json"}
    files = {parameter: str(tmp_path / name) for parameter, name in names.items()}
    feedback = Recorder()
    result = run({**scene, **files}, feedback)
    assert result["UNITS"] == 3000 and result["OVERALL_ACCURACY"] == pytest.approx(0.8)
    figures = json.loads(Path(files["FIGURES"]).read_text(encoding="utf-8"))
    assert figures["counted"]["confusion_matrix"] == [[1800, 0], [600, 600]]
    assert {name: result[name] for name in files} == files
    assert "forêt &amp; bois" in Path(files["REPORT"]).read_text(encoding="utf-8")
    assert "mapped as water" in Path(files["TABLE"]).read_text(encoding="utf-8")
    assert "MAP_ACCURACY" not in result
    assert any("overall accuracy 80.0 %" in line for line in feedback.lines)
    assert any(line.startswith("warning: The reference covers the whole map") for line in feedback.lines)
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100


def test_points_in_memory_and_a_selection_of_them(provider: Any, scene: dict[str, str]) -> None:
    """Three right, one wrong, one without a label; then only two of them."""
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject

    found = points(["forêt & bois", "FORÊT & BOIS", "forêt & bois", "water", None])
    job = {"MAP": scene["MAP"], "REFERENCE": found, "REPORT": "TEMPORARY_OUTPUT"}
    result = run(job)
    assert (result["UNITS"], result["OVERALL_ACCURACY"]) == (4, 0.75)
    assert Path(result["REPORT"]).is_file()
    assert run({**job, "FIELD": "code"})["UNITS"] == 3  # the one in capitals has no code
    QgsProject.instance().addMapLayer(found)
    found.selectByIds([3, 4])
    selection = QgsProcessingFeatureSourceDefinition(found.id(), True)
    result = run({**job, "REFERENCE": selection})
    QgsProject.instance().removeMapLayer(found)
    assert (result["UNITS"], result["OVERALL_ACCURACY"]) == (2, 0.5)


def test_reference_lies_where_qgis_shows_it_whatever_crs_its_file_names(
    provider: Any, scene: dict[str, str], tmp_path: Path
) -> None:
    """Four points in the northern row of the map; the file says ED50, which puts them outside."""
    from qgis.core import QgsCoordinateReferenceSystem, QgsVectorLayer

    places = [(500_005.0 + 10 * column, 4_999_995.0) for column in range(4)]
    path = write_points(tmp_path / "points.gpkg", places, {"label": ["forêt & bois"] * 4}, 23033)
    found = QgsVectorLayer(path, "points", "ogr")
    found.setCrs(QgsCoordinateReferenceSystem("EPSG:32633"))
    result = run({"MAP": scene["MAP"], "REFERENCE": found, "REPORT": "TEMPORARY_OUTPUT"})
    assert (result["UNITS"], result["OVERALL_ACCURACY"]) == (4, 1.0)


def test_polygons_in_memory(provider: Any, scene: dict[str, str]) -> None:
    """Ten by ten pixels of forest in the west, as many in the east, where the map is wrong."""
    shapes = [
        f"Polygon (({x} 4999990, {x + 100} 4999990, {x + 100} 4999890, {x} 4999890, {x} 4999990))"
        for x in (500_020, 500_420)
    ]
    result = run({"MAP": scene["MAP"], "REFERENCE": layer("Polygon", shapes, ["forêt & bois"] * 2)})
    assert (result["UNITS"], result["OVERALL_ACCURACY"]) == (200, 0.5)


def test_a_designed_sample_gives_estimates_for_the_map(
    provider: Any, scene: dict[str, str], tmp_path: Path
) -> None:
    """The map is right on 80 % of its ground; points are labelled as the truth is."""
    import processing
    from osgeo import gdal

    sample = processing.run(
        "rgbsar:designsample", {"MAP": scene["MAP"], "TOTAL": 200, "OUTPUT": str(tmp_path / "s.gpkg")}
    )["OUTPUT"]
    dataset = gdal.OpenEx(sample, gdal.OF_VECTOR | gdal.OF_UPDATE)
    points_layer = dataset.GetLayer(0)
    for feature in list(points_layer):
        north = feature.GetGeometryRef().GetY() > 5_000_000 - 200
        feature.SetField("label", "forêt & bois" if north else "water")
        points_layer.SetFeature(feature)
    points_layer = feature = dataset = None
    result = run({"MAP": scene["MAP"], "REFERENCE": sample})
    assert abs(result["MAP_ACCURACY"] - 0.8) < 1.96 * result["MAP_ACCURACY_ERROR"] < 0.1
    declared = run({"MAP": scene["MAP"], "REFERENCE": sample, "PROBABILITY_SAMPLE": 1})
    assert declared["MAP_ACCURACY"] == result["MAP_ACCURACY"]
    assert "MAP_ACCURACY" not in run({"MAP": scene["MAP"], "REFERENCE": sample, "PROBABILITY_SAMPLE": 2})


def test_both_algorithms_work_in_the_model_designer(provider: Any, scene: dict[str, str], tmp_path: Path) -> None:
    """Sample, labels by the field calculator, assessment: saved, loaded again and run."""
    import processing
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterRasterLayer,
    )

    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("accuracy chain", "tests")
    model.addModelParameter(QgsProcessingParameterRasterLayer("MAP", "MAP"), QgsProcessingModelParameter("MAP"))
    given = {
        "rgbsar:designsample": {"MAP": source.fromModelParameter("MAP"), "TOTAL": source.fromStaticValue(70)},
        "native:fieldcalculator": {
            "INPUT": source.fromChildOutput("designsample", "OUTPUT"),
            "FIELD_NAME": source.fromStaticValue("label"),
            "FIELD_TYPE": source.fromStaticValue(2),
            "FORMULA": source.fromStaticValue("'water'"),
        },
        "rgbsar:assessaccuracy": {
            "MAP": source.fromModelParameter("MAP"),
            "REFERENCE": source.fromChildOutput("fieldcalculator", "OUTPUT"),
            "PROBABILITY_SAMPLE": source.fromStaticValue(1),
        },
    }
    for name, parameters in given.items():
        child = QgsProcessingModelChildAlgorithm(name)
        child.setChildId(name.partition(":")[2])
        for parameter, value in parameters.items():
            child.addParameterSources(parameter, [value])
        if name == "rgbsar:assessaccuracy":
            report = QgsProcessingModelOutput("figures", "figures")
            report.setChildOutputName("FIGURES")
            child.setModelOutputs({"figures": report})
        model.addChildAlgorithm(child)
    path = str(tmp_path / "chain.model3")
    assert model.toFile(path)
    loaded = QgsProcessingModelAlgorithm()
    assert loaded.fromFile(path)
    (name,) = [entry.name() for entry in loaded.destinationParameterDefinitions()]
    processing.run(loaded, {"MAP": scene["MAP"], name: str(tmp_path / "f.json")}, feedback=Recorder())
    figures = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert figures["units"] == 70 and figures["estimated"]["classes"]["water"]["area"]["estimate"] == pytest.approx(
        sum(entry["square_metres"] for entry in figures["classes"]) / 10_000
    )


def far_away(folder: Path, scene: dict[str, str]) -> dict[str, Any]:
    raster = write_tiff(folder / "far.tif", np.ones((1, 9, 9), np.uint8), (300_000.0, 9_000_000.0), 10.0, 32718)
    return {"REFERENCE": None, "REFERENCE_RASTER": raster}


def unsaved(folder: Path, scene: dict[str, str]) -> dict[str, Any]:
    found = points(["water"])
    found.startEditing()
    found.changeAttributeValue(1, 0, "forêt & bois")
    return {"REFERENCE": found}


CASES: dict[str, tuple[Callable[[Path, dict[str, str]], dict[str, Any]], tuple[str, ...]]] = {
    "no reference": (lambda f, s: {"REFERENCE": None}, ("No reference is given", "one of them")),
    "two references": (
        lambda f, s: {"REFERENCE_RASTER": s["REFERENCE_RASTER"]},
        ("Both a reference layer and a reference raster",),
    ),
    "no class field": (
        lambda f, s: {"FIELD": "species"},
        ("'ground truth' has no field 'species'; its fields are: label, code", "Choose the field"),
    ),
    "no class": (lambda f, s: {"REFERENCE": points([None, ""])}, ("'ground truth' has no class", "'label'")),
    "names that do not match": (
        lambda f, s: {"REFERENCE": points(["watr"])},
        ("'ground truth' has 'watr'", "Did you mean 'water'", "Rename"),
    ),
    "sample outside the map": (
        lambda f, s: {"REFERENCE": points(["water"], column=-9000)},
        ("'ground truth' lies outside the map 'land cover é'", "Choose a reference of the same place"),
    ),
    "maps of different CRS far apart": (far_away, ("'far' lies outside the map", "correct its CRS")),
    "lines": (
        lambda f, s: {"REFERENCE": layer("LineString", ["LineString (500005 4999995, 500105 4999995)"], ["water"])},
        ("neither points nor polygons",),
    ),
    "edits that are not saved": (unsaved, ("'ground truth' has edits that are not saved",)),
    "map without CRS": (
        lambda f, s: {"MAP": write_tiff(f / "bare.tif", np.ones((1, 9, 9), np.uint8), ORIGIN, 10.0, None)},
        ("has no CRS",),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_the_run(
    provider: Any, scene: dict[str, str], tmp_path: Path, case: str
) -> None:
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    job = {"MAP": scene["MAP"], "REFERENCE": points(["water"]), "REPORT": str(tmp_path / "r.html")}
    feedback = Recorder()
    with pytest.raises(QgsProcessingException) as caught:
        run({**job, **change(tmp_path / "inputs", scene)}, feedback)
    for part in expected:
        assert part in str(caught.value)
    assert feedback.lines == [] and [path.name for path in tmp_path.iterdir()] == ["inputs"]


def test_cancelled_run_leaves_no_file(provider: Any, scene: dict[str, str], tmp_path: Path) -> None:
    feedback = Recorder(cancel_at="Comparing")
    files = {"REPORT": str(tmp_path / "r.html"), "TABLE": str(tmp_path / "t.csv")}
    assert run({**scene, **files}, feedback) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["inputs"]
    assert "Cancelled. Nothing was written." in feedback.lines


def test_every_parameter_has_help_and_the_algorithms_an_icon(provider: Any) -> None:
    from qgis.core import QgsApplication

    for name in ("rgbsar:designsample", "rgbsar:assessaccuracy"):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
        assert algorithm.group() == "Accuracy" and algorithm.tags() and not algorithm.icon().isNull()
        assert [entry.name() for entry in algorithm.parameterDefinitions() if not entry.help()] == []
        assert Path(algorithm.svgIconPath()).is_file()

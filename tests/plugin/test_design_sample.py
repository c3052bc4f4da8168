"""``rgbsar:designsample`` through ``processing.run``: the points, the prepared layer, refusals, cancelling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import Recorder, write_tiff

pytestmark = pytest.mark.qgis

ORIGIN = (500_000.0, 5_000_000.0)
NAMES = ["no data", "water", "", "forêt & bois"]


@pytest.fixture
def land_cover(tmp_path: Path) -> str:
    """60 x 50 pixels of class 1 and 3, named; first ten rows nodata."""
    from osgeo import gdal

    folder = tmp_path / "inputs"
    folder.mkdir(exist_ok=True)
    pixels = np.random.default_rng(2).choice([1, 3], (1, 50, 60), p=[0.2, 0.8]).astype(np.uint8)
    pixels[:, :10] = 0
    path = write_tiff(folder / "land cover é.tif", pixels, ORIGIN, 10.0, 32633)
    dataset = gdal.Open(path)
    dataset.GetRasterBand(1).SetCategoryNames(NAMES)
    dataset = None
    return path


@pytest.fixture
def sample_job(land_cover: str, tmp_path: Path) -> dict[str, Any]:
    return {"MAP": land_cover, "TOTAL": 80, "LEAST": 20, "OUTPUT": str(tmp_path / "sample é.gpkg")}


def run(job: dict[str, Any], feedback: Any = None) -> dict[str, Any]:
    import processing

    return processing.run("rgbsar:designsample", job, feedback=feedback or Recorder())


def test_points_to_be_labelled_lie_on_the_map_and_hide_its_class(provider: Any, sample_job: dict[str, Any]) -> None:
    from qgis.core import QgsVectorLayer

    feedback = Recorder()
    result = run(sample_job, feedback)
    layer = QgsVectorLayer(result["OUTPUT"], "sample", "ogr")
    assert layer.featureCount() == result["POINTS"] == 80
    assert [field.name() for field in layer.fields()] == ["fid", "id", "label"]
    assert layer.crs().authid() == "EPSG:32633"
    extent = layer.extent()
    assert extent.yMaximum() == 5_000_000 - 105 and extent.xMinimum() >= 500_005  # below the ten empty rows
    assert any("water: 20 points" in line for line in feedback.lines)
    assert 0.03 < result["EXPECTED_ERROR"] < 0.06
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100


def test_strata_are_shown_when_asked_for_and_the_seed_decides(
    provider: Any, sample_job: dict[str, Any], tmp_path: Path
) -> None:
    from qgis.core import QgsVectorLayer

    places = []
    for number, seed in enumerate((7, 7, 8)):
        output = str(tmp_path / f"{number}.gpkg")
        run({**sample_job, "SEED": seed, "SHOW_STRATA": True, "OUTPUT": output})
        layer = QgsVectorLayer(output, "sample", "ogr")
        assert {feature["map_class"] for feature in layer.getFeatures()} == {"water", "forêt & bois"}
        places.append([feature.geometry().asWkt() for feature in layer.getFeatures()])
    assert places[0] == places[1] != places[2]


def test_number_of_points_is_computed_and_temporary_output_is_a_geopackage(
    provider: Any, sample_job: dict[str, Any]
) -> None:
    """One accuracy for all classes: n = 0.8 * 0.2 / 0.05^2 = 64."""
    job = {**sample_job, "TOTAL": None, "TARGET_ERROR": 0.05, "LEAST": 10, "OUTPUT": "TEMPORARY_OUTPUT"}
    result = run(job)
    assert result["POINTS"] == 64 and result["OUTPUT"].endswith(".gpkg")


def run_and_load(job: dict[str, Any], project: Any) -> Any:
    """Run the algorithm and load what it made, as the toolbox does; return the project's one layer."""
    from processing.core.Processing import Processing
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingOutputLayerDefinition

    wanted = {**job, "OUTPUT": QgsProcessingOutputLayerDefinition(job["OUTPUT"], project)}
    Processing.runAlgorithm("rgbsar:designsample", wanted, onFinish=handleAlgorithmResults, feedback=Recorder())
    (layer,) = project.mapLayers().values()
    return layer


def test_sample_replaced_by_a_second_run_is_shown_anew(
    provider: Any, sample_job: dict[str, Any], project: Any, tmp_path: Path
) -> None:
    """QGIS takes the layer it has of that file; the second sample is of a map further east."""
    west = run_and_load(sample_job, project)
    assert (west.featureCount(), west.extent().xMaximum() < 500_600) == (80, True)
    pixels = np.ones((1, 50, 60), np.uint8)
    path = write_tiff(tmp_path / "inputs" / "east.tif", pixels, (501_000.0, 5_000_000.0), 10.0, 32633)
    east = run_and_load({**sample_job, "MAP": path, "TOTAL": 60}, project)
    assert east is west
    assert (east.featureCount(), east.extent().xMinimum() > 501_000) == (60, True)


def test_loaded_sample_offers_the_class_names_and_marks_what_is_done(
    provider: Any, sample_job: dict[str, Any], project: Any
) -> None:
    from osgeo import gdal
    from qgis.core import QgsExpressionContextUtils, QgsRenderContext, edit

    layer = run_and_load(sample_job, project)
    assert layer.name() == "Sample of land cover é"
    index = layer.fields().lookupField("label")
    setup = layer.editorWidgetSetup(index)
    assert setup.type() == "ValueMap"
    assert [list(entry) for entry in setup.config()["map"]] == [["water"], ["forêt & bois"], ["to be labelled"]]
    feature = next(layer.getFeatures())
    with edit(layer):
        layer.changeAttributeValue(feature.id(), index, "water")
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.expressionContext().appendScope(QgsExpressionContextUtils.layerScope(layer))
    renderer.startRender(context, layer.fields())
    texts = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    labels = []
    for entry in layer.getFeatures():
        context.expressionContext().setFeature(entry)
        (key,) = renderer.legendKeysForFeature(entry, context)
        labels.append(texts[key])
    renderer.stopRender(context)
    assert labels.count("labelled") == 1 and labels.count("to be labelled") == 79
    dataset = gdal.OpenEx(sample_job["OUTPUT"], gdal.OF_VECTOR)
    remembered = json.loads(dataset.GetLayer(0).GetMetadataItem("RGBSAR_SAMPLE"))
    assert remembered["map"] == "land cover é.tif"  # editing in QGIS keeps the design


@pytest.mark.parametrize("step", ["Measuring", "Drawing"])
def test_cancelled_run_leaves_no_file(provider: Any, sample_job: dict[str, Any], tmp_path: Path, step: str) -> None:
    feedback = Recorder(cancel_at=step)
    assert run(sample_job, feedback) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["inputs"]
    assert "Cancelled. Nothing was written." in feedback.lines


CASES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no map": ({"MAP": "nowhere.tif"}, ("map layer could not be opened",)),
    "accuracies that are no numbers": ({"EXPECTED_USERS": "high"}, ("'high' found", "0.8 or 0.9, 0.7")),
    "accuracies in percent": ({"EXPECTED_USERS": "80"}, ("0 to 1", "0.85 for 85 %")),
    "too many accuracies": (
        {"EXPECTED_USERS": "0.8, 0.9, 0.7"},
        ("3 expected user's accuracies for 2 classes (water, forêt & bois)",),
    ),
    "output is no GeoPackage": ({"OUTPUT": "sample.shp"}, ("'sample.shp' is no GeoPackage",)),
    "output folder is missing": ({"OUTPUT": "/nowhere/at/all/sample.gpkg"}, ("does not exist",)),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_the_run(
    provider: Any, sample_job: dict[str, Any], tmp_path: Path, case: str
) -> None:
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    feedback = Recorder()
    with pytest.raises(QgsProcessingException) as caught:
        run({**sample_job, **change}, feedback)
    for part in expected:
        assert part in str(caught.value)
    assert feedback.lines == [] and [path.name for path in tmp_path.iterdir()] == ["inputs"]


def test_labels_are_not_overwritten(provider: Any, sample_job: dict[str, Any]) -> None:
    from osgeo import gdal
    from qgis.core import QgsProcessingException

    path = run(sample_job)["OUTPUT"]
    dataset = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayer(0)
    feature = layer.GetNextFeature()
    feature.SetField("label", "water")
    layer.SetFeature(feature)
    layer = feature = dataset = None
    with pytest.raises(QgsProcessingException, match="holds a sample with labels .1 so far.*Choose another name"):
        run(sample_job)

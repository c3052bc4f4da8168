"""``rgbsar:refinemap`` through ``processing.run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from .conftest import LEGEND, Recorder, read, write_tiff

pytestmark = pytest.mark.qgis

GROUND = (500_000.0, 5_000_000.0)


def land_cover() -> np.ndarray:
    """Water in the west, vegetation in the east, a lone pixel, a patch of 9 pixels, nodata in the first row."""
    values = np.full((30, 40), 1, np.uint8)
    values[:, 20:] = 7
    values[10, 5] = 3
    values[20:23, 30:33] = 3
    values[0] = 0
    return values


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    """A map as the plugin writes it, with its confidence, and where the results go."""
    from rgbsar_core.raster.grid import Grid
    from rgbsar_core.raster.writer import MapWriter
    from rgbsar_core.strips import RowBlock

    folder = tmp_path / "in put é"
    folder.mkdir()
    confidence = np.where(land_cover() == 0, 255, 80).astype(np.uint8)
    percent = write_tiff(folder / "confidence.tif", confidence[None], GROUND, 10.0, 32633)
    from osgeo import gdal

    wkt = gdal.Open(percent).GetProjection()
    grid = Grid(40, 30, (GROUND[0], 10.0, 0.0, GROUND[1], 0.0, -10.0), wkt)
    with MapWriter(folder / "land cover.tif", grid, LEGEND) as writer:
        writer.write(RowBlock(0, land_cover(), confidence))
        writer.commit()
    return {
        "INPUT": str(folder / "land cover.tif"),
        "CONFIDENCE": percent,
        "OUTPUT": str(tmp_path / "refined.tif"),
        "POLYGONS": str(tmp_path / "regions.gpkg"),
    }


def run(job: dict[str, Any], feedback: Any = None, context: Any = None) -> dict[str, Any]:
    import processing

    return processing.run("rgbsar:refinemap", job, feedback=feedback or Recorder(), context=context)


def test_small_regions_go_and_polygons_are_drawn(provider: Any, job: dict[str, Any]) -> None:
    """0.095 ha: 9 pixels of 0.01 ha are below it."""
    feedback = Recorder()
    result = run({**job, "MAJORITY": 1, "MINIMUM_AREA": 0.095, "SIMPLIFY": 0.35}, feedback)
    expected = np.where(land_cover() == 3, 7, land_cover())
    expected[10, 5] = 1
    np.testing.assert_array_equal(read(result["OUTPUT"]), expected)
    assert result["MERGED_REGIONS"] == 2
    assert result["CHANGED_PERCENT"] == pytest.approx(100 * 10 / 1160, abs=1e-4)
    assert any("polygons" in line for line in feedback.lines) and feedback.shares[-1] == 100
    assert feedback.shares == sorted(feedback.shares)
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(result["POLYGONS"], "p", "ogr")
    assert [field.name() for field in layer.fields()] == ["fid", "value", "class", "area_ha", "confidence", "changed"]
    found = {feature["class"]: feature["area_ha"] for feature in layer.getFeatures()}
    assert found == pytest.approx({"water": 5.8, "vegetation": 5.8}, rel=0.002)
    assert {feature["confidence"] for feature in layer.getFeatures()} == {80.0}


def test_polygons_carry_the_classes_colours_with_them(provider: Any, job: dict[str, Any]) -> None:
    """The style lies in the GeoPackage, also after a second run over the same file."""
    from qgis.core import QgsVectorLayer

    run(job)
    layer = QgsVectorLayer(run(job)["POLYGONS"], "p", "ogr")
    colours = {int(entry.value()): entry.symbol().color().getRgb()[:3] for entry in layer.renderer().categories()}
    assert colours == {entry.value: entry.color for entry in LEGEND.classes}
    assert [entry.label() for entry in layer.renderer().categories()] == list(LEGEND.names)
    beside = {path.name for path in Path(job["POLYGONS"]).parent.iterdir()}
    assert beside == {"in put é", "refined.tif", "refined.tif.aux.xml", "regions.gpkg"}


def test_defaults_need_only_a_map_and_loaded_results_are_styled_and_named(provider: Any, job: dict[str, Any]) -> None:
    """Temporary outputs, as from the dialog: .tif and .gpkg; the map's palette has the names of the input."""
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingOutputLayerDefinition,
        QgsProject,
        QgsRasterLayer,
        QgsVectorLayer,
    )

    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    outputs = {name: QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project) for name in ("OUTPUT", "POLYGONS")}
    result = run({"INPUT": job["INPUT"], **outputs}, context=context)
    assert result["OUTPUT"].endswith(".tif") and result["POLYGONS"].endswith(".gpkg")
    names = {path: details.name for path, details in context.layersToLoadOnCompletion().items()}
    assert names == {result["OUTPUT"]: "Refined: land cover", result["POLYGONS"]: "Polygons: land cover"}
    layer = QgsRasterLayer(result["OUTPUT"], "refined")
    context.layerToLoadOnCompletionDetails(result["OUTPUT"]).postProcessor().postProcessLayer(layer, context, None)
    assert [entry.label for entry in layer.renderer().classes()] == list(LEGEND.names)
    fields = [field.name() for field in QgsVectorLayer(result["POLYGONS"], "p", "ogr").fields()]
    assert "confidence" not in fields
    assert read(result["OUTPUT"])[10, 5] == 1  # the default majority window of 3


def test_polygons_loaded_from_the_toolbox_have_the_classes_colours(provider: Any, job: dict[str, Any]) -> None:
    """Processing loads layers without the default style of their file."""
    from processing.core.Processing import Processing
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    project = QgsProject.instance()
    project.clear()
    output = QgsProcessingOutputLayerDefinition(job["POLYGONS"], project)
    Processing.runAlgorithm(
        "rgbsar:refinemap", {**job, "POLYGONS": output}, onFinish=handleAlgorithmResults, feedback=Recorder()
    )
    (layer,) = project.mapLayers().values()
    assert layer.name() == "Polygons: land cover"
    assert [entry.label() for entry in layer.renderer().categories()] == list(LEGEND.names)
    project.clear()


def test_a_result_keeps_the_name_that_a_model_gives_it(provider: Any, job: dict[str, Any]) -> None:
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingOutputLayerDefinition,
        QgsProject,
    )

    model, child = QgsProcessingModelAlgorithm("tidy", "tests"), QgsProcessingModelChildAlgorithm("rgbsar:refinemap")
    child.setChildId("refine")
    child.addParameterSources("INPUT", [QgsProcessingModelChildParameterSource.fromStaticValue(job["INPUT"])])
    output = QgsProcessingModelOutput("Forest 2024", "")
    output.setChildOutputName("OUTPUT")
    child.setModelOutputs({"Forest 2024": output})
    model.addChildAlgorithm(child)
    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    (destination,) = (entry.name() for entry in model.destinationParameterDefinitions())
    _, finished = model.run(
        {destination: QgsProcessingOutputLayerDefinition(job["OUTPUT"], project)}, context, Recorder()
    )
    assert finished
    assert context.layerToLoadOnCompletionDetails(job["OUTPUT"]).name == "Forest 2024"
    assert context.layerToLoadOnCompletionDetails(job["OUTPUT"]).postProcessor() is not None


@pytest.mark.parametrize("step", ["Measuring regions", "Writing the map", "Drawing polygons"])
def test_a_cancelled_run_leaves_no_file(provider: Any, job: dict[str, Any], tmp_path: Path, step: str) -> None:
    feedback = Recorder(cancel_at=step)
    assert run({**job, "MINIMUM_AREA": 0.05}, feedback) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]
    assert "Cancelled. Nothing was written." in feedback.lines


Change = Callable[[dict[str, Any], Path], dict[str, Any]]
CASES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "no raster": (lambda job, folder: {"INPUT": str(folder / "none.tif")}, ("land-cover layer", "Choose a raster")),
    "confidence on another grid": (
        lambda job, folder: {
            "CONFIDENCE": write_tiff(folder / "c.tif", np.zeros((1, 30, 40), np.uint8), (0.0, 0.0), 10.0, 32633)
        },
        ("confidence raster 'c.tif'", "written together with the map"),
    ),
    "unit larger than the map": (
        lambda job, folder: {"MINIMUM_AREA": 13.0},
        ("minimum mapping unit (13 ha) is larger than the whole raster (12", "Choose a smaller one"),
    ),
    "output is the input": (lambda job, folder: {"OUTPUT": job["INPUT"]}, ("is also an input",)),
    "output is no GeoTIFF": (lambda job, folder: {"OUTPUT": str(folder / "x.png")}, ("Let its name end in .tif",)),
    "polygons as shapefile": (lambda job, folder: {"POLYGONS": str(folder / "x.shp")}, ("expected .gpkg",)),
    "even window": (lambda job, folder: {"MAJORITY": 4}, ("4 pixels wide", "odd")),
    "nothing to do": (lambda job, folder: {"MAJORITY": 1, "POLYGONS": None}, ("nothing to do",)),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_the_run(provider: Any, job: dict[str, Any], tmp_path: Path, case: str) -> None:
    """With a sentence; nothing is written and the inputs stay."""
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    job = {**job, **change(job, Path(job["INPUT"]).parent)}
    before = read(job["CONFIDENCE"])
    with pytest.raises(QgsProcessingException) as caught:
        run(job)
    for part in expected:
        assert part in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]
    np.testing.assert_array_equal(read(job["CONFIDENCE"]), before)


def test_every_parameter_has_its_help(provider: Any) -> None:
    algorithm = provider.algorithm("refinemap")
    assert algorithm.svgIconPath().endswith("refine.svg") and Path(algorithm.svgIconPath()).is_file()
    assert all(parameter.help() for parameter in algorithm.parameterDefinitions())

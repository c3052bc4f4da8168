"""``rgbsar:preparesar`` through ``processing.run``: the layer, its log, refusals, cancelling, a model, batch."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from .conftest import Recorder, write_tiff

pytestmark = pytest.mark.qgis

ORIGIN = (500_000.0, 5_000_000.0)


@pytest.fixture
def sar(tmp_path: Path) -> str:
    """Two bands of linear power, 60 x 80 pixels of 10 m; 0 is nodata: the first five rows."""
    folder = tmp_path / "in put é"
    folder.mkdir()
    power = 0.1 * np.random.default_rng(1).gamma(4.4, 1 / 4.4, (2, 60, 80)).astype(np.float32)
    power[:, :5] = 0
    return write_tiff(folder / "sar image.tif", power, ORIGIN, 10.0, 32633)


@pytest.fixture
def job(sar: str, tmp_path: Path) -> dict[str, Any]:
    """A run that works, with every default."""
    return {"INPUT": sar, "OUTPUT": str(tmp_path / "prepared sar.tif")}


def run(job: dict[str, Any], feedback: Any = None) -> dict[str, Any]:
    """Run the algorithm the way scripts do."""
    import processing

    return processing.run("rgbsar:preparesar", job, feedback=feedback or Recorder())


def bands(path: str) -> np.ndarray:
    """All bands of a raster."""
    from osgeo import gdal

    return gdal.Open(path).ReadAsArray()


def test_defaults_give_filtered_decibels_with_nodata_kept(provider: Any, job: dict[str, Any], sar: str) -> None:
    """Refined Lee, dB: the mean stays, the spread falls to a fraction, nodata stays nodata."""
    feedback = Recorder()
    result = run(job, feedback)
    after, before = bands(result["OUTPUT"]), bands(sar)
    assert np.isnan(after[:, :5]).all() and result["NODATA_PIXELS"] == 2 * 5 * 80
    power = 10 ** (after[:, 5:].astype(float) / 10)
    assert power.mean() == pytest.approx(before[:, 5:].mean(), rel=0.02)
    assert power.std() < before[:, 5:].std() / 2
    text = "\n".join(feedback.lines)
    for expected in ("Looking", "Filtering", "taken as linear power", "mean power", "million pixels a second"):
        assert expected in text
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100


def test_units_calibration_bands_and_no_filter(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """Digital number 1000 with -83 dB is -23 dB."""
    numbers = np.stack([np.full((9, 9), value, np.uint16) for value in (10, 1000)])
    layer = write_tiff(tmp_path / "dn.tif", numbers, ORIGIN, 10.0, 32633)
    result = run({**job, "INPUT": layer, "UNITS": 1, "CALIBRATION": -83, "BANDS": [2], "FILTER": 5})
    pixels = bands(result["OUTPUT"])
    assert pixels.shape == (9, 9)
    np.testing.assert_allclose(pixels, -23, atol=1e-4)


def test_a_series_is_averaged_and_a_grid_layer_decides_the_pixels(
    provider: Any, job: dict[str, Any], sar: str, tmp_path: Path
) -> None:
    """Two equal days leave the mean as it is; the grid is that of the other layer."""
    from osgeo import gdal

    grid = write_tiff(tmp_path / "grid.tif", np.ones((1, 20, 30), np.uint8), (500_105.0, 4_999_890.0), 20.0, 32633)
    copy = shutil.copyfile(sar, tmp_path / "other day.tif")
    steady = {**job, "SERIES": [str(copy)], "GRID": grid, "FILTER": 5, "OUTPUT_UNITS": 1}
    result = run(steady)
    raster = gdal.Open(result["OUTPUT"])
    assert raster.GetGeoTransform() == (500_105.0, 20.0, 0.0, 4_999_890.0, 0.0, -20.0)
    assert (raster.RasterXSize, raster.RasterYSize) == (30, 20)
    single = run({**steady, "SERIES": None, "OUTPUT": str(tmp_path / "single.tif")})
    np.testing.assert_allclose(bands(result["OUTPUT"]), bands(single["OUTPUT"]), rtol=1e-6)


@pytest.mark.parametrize("step", ["Looking", "Filtering", "Resampling"])
def test_cancelled_run_leaves_no_file(provider: Any, job: dict[str, Any], sar: str, step: str) -> None:
    """Neither under the final name nor under a temporary one, and the next run works."""
    feedback = Recorder(cancel_at=step)
    assert run({**job, "GRID": sar}, feedback) == {}
    assert [path.name for path in Path(job["OUTPUT"]).parent.iterdir()] == ["in put é"]
    assert "Cancelled. Nothing was written." in feedback.lines
    assert run(job)["NODATA_PIXELS"] == 800


def slc(folder: Path) -> str:
    """Complex pixels."""
    return write_tiff(folder / "slc.tif", np.ones((1, 20, 20), np.complex64), ORIGIN, 10.0, 32633)


CASES: dict[str, tuple[Callable[[Path, dict[str, Any]], dict[str, Any]], tuple[str, ...]]] = {
    "even window": (lambda folder, job: {"FILTER": 2, "WINDOW": 8}, ("window is 8", "odd number", "Choose")),
    "refined Lee of another window": (lambda folder, job: {"WINDOW": 5}, ("refined Lee", "Set 7")),
    "no looks": (lambda folder, job: {"LOOKS": 0}, ("number of looks is 0", "above zero")),
    "window larger than the layer": (
        lambda folder, job: {
            "INPUT": write_tiff(folder / "tiny.tif", np.ones((1, 5, 9), np.float32), ORIGIN, 10.0, 32633)
        },
        ("window is 7 pixels wide", "only 9 x 5", "Choose a smaller"),
    ),
    "complex pixels": (lambda folder, job: {"INPUT": slc(folder)}, ("complex pixels", "detect")),
    "no CRS": (
        lambda folder, job: {"INPUT": write_tiff(folder / "n.tif", np.ones((1, 9, 9), np.float32), ORIGIN, 10.0, None)},
        ("has no CRS", "Assign projection"),
    ),
    "a band it does not have": (lambda folder, job: {"BANDS": [3]}, ("has 2 bands; band 3", "Choose bands it has")),
    "series on another grid": (
        lambda folder, job: {
            "SERIES": [write_tiff(folder / "d.tif", np.ones((2, 60, 80), np.float32), (500_005.0, 5e6), 10.0, 32633)]
        },
        ("'d.tif'", "must lie on one grid", "prepare each date"),
    ),
    "output is the input": (lambda folder, job: {"OUTPUT": job["INPUT"]}, ("is also an input", "another name")),
    "output is no GeoTIFF": (lambda folder, job: {"OUTPUT": str(folder / "o.png")}, ("is no .tif file",)),
    "output folder is missing": (lambda folder, job: {"OUTPUT": str(folder / "no" / "o.tif")}, ("does not exist",)),
    "not a raster": (lambda folder, job: {"INPUT": str(folder / "none.tif")}, ("could not be opened as a raster",)),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_the_run(provider: Any, job: dict[str, Any], tmp_path: Path, case: str) -> None:
    """Found, expected, what to do; nothing is written and the input stays as it is."""
    import processing
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    others = tmp_path / "others"
    others.mkdir()
    changed = {**job, **change(others, job)}
    before = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    with pytest.raises(QgsProcessingException) as caught:
        processing.run("rgbsar:preparesar", changed, feedback=Recorder())
    for part in expected:
        assert part in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()} == before


def test_a_failure_of_the_core_is_one_sentence(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """All nodata shows only when pixels are looked at, in the run."""
    from qgis.core import QgsProcessingException

    empty = write_tiff(tmp_path / "empty.tif", np.zeros((1, 20, 20), np.float32), ORIGIN, 10.0, 32633)
    with pytest.raises(QgsProcessingException, match="has no valid pixel in band 1; expected an image"):
        run({**job, "INPUT": empty})
    assert not Path(job["OUTPUT"]).exists()


def test_every_parameter_has_help_and_the_algorithm_an_icon(provider: Any) -> None:
    """Also shown by `qgis_process help`."""
    from qgis.core import QgsApplication

    algorithm = QgsApplication.processingRegistry().algorithmById("rgbsar:preparesar")
    assert all(parameter.help() for parameter in algorithm.parameterDefinitions())
    assert Path(algorithm.svgIconPath()).name == "prepare_sar.svg" and Path(algorithm.svgIconPath()).is_file()
    assert not algorithm.icon().isNull()
    assert "speckle" in algorithm.tags() and algorithm.groupId() == "preparation"


def test_the_loaded_layer_is_named_and_stretched_by_quantiles(provider: Any, job: dict[str, Any], sar: str) -> None:
    """One target of 1000 times the power must not turn the rest black."""
    from osgeo import gdal
    from qgis.core import QgsProcessingContext, QgsProject, QgsRasterLayer
    from qgis.PyQt.QtCore import QCoreApplication

    dataset = gdal.Open(sar, gdal.GA_Update)
    dataset.GetRasterBand(1).WriteArray(np.full((1, 1), 100, np.float32), 40, 30)
    dataset = None
    import processing

    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    details = QgsProcessingContext.LayerDetails("Prepared SAR", project, "OUTPUT")
    context.addLayerToLoadOnCompletion(job["OUTPUT"], details)
    processing.run(
        "rgbsar:preparesar", {**job, "FILTER": 5, "BANDS": [1], "OUTPUT_UNITS": 1}, feedback=Recorder(), context=context
    )
    details = context.layerToLoadOnCompletionDetails(job["OUTPUT"])
    assert details.name == "sar image: none, linear"
    layer = QgsRasterLayer(job["OUTPUT"], "prepared")
    details.postProcessor().postProcessLayer(layer, context, Recorder())
    QCoreApplication.processEvents()
    assert layer.renderer().contrastEnhancement().maximumValue() < 1
    assert math.isfinite(layer.renderer().contrastEnhancement().minimumValue())


def test_layer_replaced_by_a_second_run_is_stretched_anew(provider: Any, job: dict[str, Any], qgis: Any) -> None:
    """QGIS takes the layer it has of that file, whose statistics in decibels GDAL would write beside the new one."""
    from processing.core.Processing import Processing
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    project = QgsProject.instance()
    project.clear()
    output = {"OUTPUT": QgsProcessingOutputLayerDefinition(job["OUTPUT"], project)}
    for change in ({}, {"BANDS": [1], "OUTPUT_UNITS": 1}):
        Processing.runAlgorithm(
            "rgbsar:preparesar", {**job, **change, **output}, onFinish=handleAlgorithmResults, feedback=Recorder()
        )
    (layer,) = project.mapLayers().values()
    stretch = layer.renderer().contrastEnhancement()
    low, high = np.nanpercentile(bands(job["OUTPUT"]), (2, 98))
    assert stretch.minimumValue() == pytest.approx(low, rel=0.05)
    assert stretch.maximumValue() == pytest.approx(high, rel=0.05)
    assert (layer.bandCount(), layer.renderer().usesBands()) == (1, [1])
    project.clear()


@pytest.mark.parametrize("empty", [None, "", "expression"])
def test_numbers_that_a_script_or_a_model_leaves_empty_are_not_zero(
    provider: Any, job: dict[str, Any], sar: str, empty: Any
) -> None:
    from osgeo import gdal
    from qgis.core import QgsProperty

    value = QgsProperty.fromExpression("NULL") if empty == "expression" else empty
    run({**job, "UNITS": 1, "FILTER": 5, "CALIBRATION": value, "THREADS": value})
    assert "RGBSAR_CALIBRATION_DB" not in gdal.Open(job["OUTPUT"]).GetMetadata()


def test_model_designer_chains_it(provider: Any, sar: str, tmp_path: Path) -> None:
    """A saved model with the algorithm inside runs, its output going on to the next step."""
    import processing
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterRasterLayer,
    )

    model = QgsProcessingModelAlgorithm("sar chain", "tests")
    source = QgsProcessingModelChildParameterSource
    model.addModelParameter(QgsProcessingParameterRasterLayer("SAR", "SAR"), QgsProcessingModelParameter("SAR"))
    for number, given in enumerate((source.fromModelParameter("SAR"), source.fromChildOutput("step1", "OUTPUT")), 1):
        child = QgsProcessingModelChildAlgorithm("rgbsar:preparesar")
        child.setChildId(f"step{number}")
        child.addParameterSources("INPUT", [given])
        child.addParameterSources("OUTPUT_UNITS", [source.fromStaticValue(2 - number)])
        model.addChildAlgorithm(child)
    output = QgsProcessingModelOutput("out", "out")
    output.setChildOutputName("OUTPUT")
    child = model.childAlgorithm("step2")
    child.setModelOutputs({"out": output})
    model.setChildAlgorithm(child)
    path = str(tmp_path / "chain.model3")
    assert model.toFile(path)
    loaded = QgsProcessingModelAlgorithm()
    assert loaded.fromFile(path)
    # a model's output is called "child:output" in QGIS 3.22, "output" in later ones
    name = next(definition.name() for definition in loaded.destinationParameterDefinitions())
    results = processing.run(loaded, {"SAR": sar, name: str(tmp_path / "o.tif")}, feedback=Recorder())
    assert np.nanmean(bands(results[name])) == pytest.approx(-10, abs=0.5)

"""``rgbsar:checkalignment`` through ``processing.run``: verdict, arrows, corrected layer, refusals, cancelling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.alignment.pictures import write_pair

from .conftest import Recorder, write_tiff

pytestmark = pytest.mark.qgis


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SAR shows everything 3 pixels (30 m) too far up and 4 (40 m) too far right."""
    optical, sar = write_pair(tmp_path_factory.mktemp("inputs"), -3.0, 4.0, side=304)
    return {"OPTICAL": optical, "SAR": sar, "WINDOW": 128}


@pytest.fixture
def check_job(pair: dict[str, str], tmp_path: Path) -> dict[str, Any]:
    return {**pair, "ARROWS": str(tmp_path / "shifts é.gpkg"), "CORRECTED": str(tmp_path / "corrected é.tif")}


def run(job: dict[str, Any], feedback: Any = None) -> dict[str, Any]:
    import processing

    return processing.run("rgbsar:checkalignment", job, feedback=feedback or Recorder())


def test_shift_is_told_in_numbers_and_words_and_drawn_as_arrows(provider: Any, check_job: dict[str, Any]) -> None:
    from qgis.core import QgsRasterLayer, QgsVectorLayer

    feedback = Recorder()
    result = run(check_job, feedback)
    assert result["VERDICT"] == "shifted"
    assert result["SHIFT_PIXELS"] == pytest.approx(5.0, abs=0.2)
    assert (result["EAST_METRES"], result["NORTH_METRES"]) == pytest.approx((40.0, 30.0), abs=2)
    assert result["SENTENCE"].startswith("The SAR layer lies 5.0 pixels (50 m) too far north-east")
    assert "warning: " + result["SENTENCE"] in feedback.lines
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100
    arrows = QgsVectorLayer(result["ARROWS"], "arrows", "ogr")
    names = [field.name() for field in arrows.fields()]
    assert names == ["fid", "columns", "rows", "east_m", "north_m", "shift_m", "quality", "reliable"]
    assert arrows.featureCount() == 25 and arrows.crs().authid() == "EPSG:32611"
    sar, corrected = (QgsRasterLayer(path).extent() for path in (check_job["SAR"], result["CORRECTED"]))
    assert corrected.xMinimum() - sar.xMinimum() == pytest.approx(-40, abs=2)
    assert corrected.yMaximum() - sar.yMaximum() == pytest.approx(-30, abs=2)


def test_arrows_come_with_the_file_and_layers_are_named(
    provider: Any, check_job: dict[str, Any], project: Any
) -> None:
    """The style lies in the GeoPackage: reliable and doubtful arrows, lengthened by a round number."""
    from processing.core.Processing import Processing
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import QgsProcessingOutputLayerDefinition

    outputs = {name: QgsProcessingOutputLayerDefinition(check_job[name], project) for name in ("ARROWS", "CORRECTED")}
    Processing.runAlgorithm(
        "rgbsar:checkalignment", {**check_job, **outputs}, onFinish=handleAlgorithmResults, feedback=Recorder()
    )
    layers = {layer.name(): layer for layer in project.mapLayers().values()}
    assert set(layers) == {"Shifts: sar é", "Corrected: sar é"}
    renderer = layers["Shifts: sar é"].renderer()
    assert (renderer.type(), renderer.classAttribute()) == ("categorizedSymbol", "reliable")
    labels = [category.label() for category in renderer.categories()]
    assert [label.split(" ")[0] for label in labels] == ["reliable", "doubtful"]
    # Windows lie 32 pixels apart and the shift is 5: 5 times as long is less than 0.8 of that distance, 10 times more.
    assert labels[0] == "reliable (arrow, 5 times as long)"
    reliable = renderer.categories()[0]  # kept: its symbol lives as long as it does
    generator = reliable.symbol().symbolLayer(0)
    assert generator.layerType() == "GeometryGenerator"
    assert generator.subSymbol().symbolLayer(0).layerType() == "ArrowLine"


def test_temporary_arrows_and_no_corrected_layer(provider: Any, check_job: dict[str, Any]) -> None:
    result = run({**check_job, "ARROWS": "TEMPORARY_OUTPUT", "CORRECTED": None})
    assert result["ARROWS"].endswith(".gpkg") and "CORRECTED" not in result


def test_unknown_alignment_says_why(provider: Any, check_job: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    flat = write_tiff(folder / "flat.tif", np.full((1, 304, 304), 7, np.uint8), (500_000.0, 4_000_000.0), 10.0, 32611)
    result = run({**check_job, "SAR": flat, "CORRECTED": None})
    assert result["VERDICT"] == "unknown" and "cannot be told: no window has both" in result["SENTENCE"]
    assert "SHIFT_PIXELS" not in result


@pytest.mark.parametrize("step", ["Looking", "Matching", "Writing"])
def test_cancelled_run_leaves_no_file(provider: Any, check_job: dict[str, Any], tmp_path: Path, step: str) -> None:
    feedback = Recorder(cancel_at=step)
    assert run(check_job, feedback) == {}
    assert list(tmp_path.iterdir()) == []
    assert "Cancelled. Nothing was written." in feedback.lines


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "no optical layer": ({"OPTICAL": "nowhere.tif"}, "optical layer could not be opened"),
    "no such band": ({"SAR_BANDS": [3]}, "Band 3 was chosen, but the SAR"),
    "arrows are no GeoPackage": ({"ARROWS": "shifts.shp"}, "'shifts.shp' is no GeoPackage"),
    "corrected layer is no GeoTIFF": ({"CORRECTED": "c.png"}, "'c.png' is no .tif file"),
    "folder is missing": ({"CORRECTED": "/nowhere/at/all/c.tif"}, "does not exist"),
    "search too far": ({"SEARCH": 65}, "expected 5 to 64"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_the_run(
    provider: Any, check_job: dict[str, Any], tmp_path: Path, case: str
) -> None:
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    feedback = Recorder()
    with pytest.raises(QgsProcessingException) as caught:
        run({**check_job, **change}, feedback)
    assert expected in str(caught.value)
    assert feedback.lines == [] and list(tmp_path.iterdir()) == []


def test_layers_without_common_ground_are_refused(provider: Any, check_job: dict[str, Any], tmp_path: Path) -> None:
    from qgis.core import QgsProcessingException

    far = write_tiff(tmp_path / "far.tif", np.ones((1, 99, 99), np.uint8), (100_000.0, 1_000_000.0), 10.0, 32611)
    with pytest.raises(QgsProcessingException, match="share no ground.*Choose layers of the same place"):
        run({**check_job, "SAR": far})

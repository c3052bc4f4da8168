"""``rgbsar:comparemaps`` through ``processing.run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from rgbsar_core.legend import LandCoverClass, Legend

from .conftest import LEGEND, Recorder, read, write_tiff

pytestmark = pytest.mark.qgis

ORIGIN = (500_000.0, 5_000_000.0)
GERMAN = Legend(
    tuple(
        LandCoverClass(value, name, entry.color)
        for value, name, entry in zip((2, 4, 6), ("Wasser", "Siedlung & Verkehr", "vegetation"), LEGEND.classes)
    )
)


def write_map(path: Path, values: np.ndarray, legend: Legend, origin: tuple[float, float] = ORIGIN) -> str:
    from osgeo import osr

    from rgbsar_core.raster.grid import Grid
    from rgbsar_core.raster.writer import MapWriter
    from rgbsar_core.strips import RowBlock

    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32633)
    size = values.shape[1], values.shape[0]
    grid = Grid(*size, (origin[0], 10.0, 0.0, origin[1], 0.0, -10.0), crs.ExportToWkt())
    with MapWriter(path, grid, legend) as writer:
        writer.write(RowBlock(0, values, values))
        writer.commit()
    return str(path)


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    """Earlier: water (1) beside vegetation (7), each 200 pixels. Later: 50 pixels of vegetation are built-up."""
    folder = tmp_path / "in put é"
    folder.mkdir()
    before = np.repeat(np.array([[1, 7]], np.uint8), 10, axis=1).repeat(20, axis=0)
    after = before.copy()
    after[5:10, 10:] = 3
    return {
        "BEFORE": write_map(folder / "1990.tif", before, LEGEND),
        "AFTER": write_map(folder / "2020.tif", after, LEGEND),
        "OUTPUT": str(tmp_path / "change.tif"),
        "MATRIX": str(tmp_path / "matrix.csv"),
    }


def run(job: dict[str, Any], feedback: Any = None, context: Any = None) -> dict[str, Any]:
    import processing

    return processing.run("rgbsar:comparemaps", job, feedback=feedback or Recorder(), context=context)


def test_changes_are_mapped_and_counted(provider: Any, job: dict[str, Any]) -> None:
    feedback = Recorder()
    result = run(job, feedback)
    assert result["COMPARED_HECTARES"] == pytest.approx(4.0, rel=0.002)
    assert result["CHANGED_HECTARES"] == pytest.approx(0.5, rel=0.002)
    values = read(result["OUTPUT"])
    assert sorted(np.unique(values, return_counts=True)[1]) == [50, 150, 200]
    assert (values[5:10, 10:] == values[5, 10]).all()
    assert any(line.startswith("vegetation -> built-up & roads: 0.50 ha, 50 pixels") for line in feedback.lines)
    rows = Path(result["MATRIX"]).read_text(encoding="utf-8").splitlines()
    assert rows[0] == "unit,from,to water,to built-up & roads,to vegetation,total"
    assert rows[3] == "pixels,vegetation,0,50,150,200"
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100


def test_the_change_layer_is_named_and_lists_the_changes(provider: Any, job: dict[str, Any]) -> None:
    from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject, QgsRasterLayer

    context, project = QgsProcessingContext(), QgsProject()
    context.setProject(project)
    output = QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", project)
    result = run({**job, "OUTPUT": output, "MATRIX": None}, context=context)
    assert "MATRIX" not in result
    details = context.layerToLoadOnCompletionDetails(result["OUTPUT"])
    assert details.name == "Changes: 1990 to 2020"
    layer = QgsRasterLayer(result["OUTPUT"], "change")
    details.postProcessor().postProcessLayer(layer, context, None)
    labels = [entry.label for entry in layer.renderer().classes()]
    assert labels == ["water (unchanged)", "vegetation -> built-up & roads", "vegetation (unchanged)"]


@pytest.mark.parametrize("table", [
    ["Wasser", "water", "Siedlung & Verkehr", "built-up & roads", "", ""],
    "Wasser,water,Siedlung & Verkehr,built-up & roads",
])  # fmt: skip
def test_a_mapping_table_joins_other_names(provider: Any, job: dict[str, Any], table: Any) -> None:
    """As the dialog gives it (with an empty row), and as `qgis_process` does."""
    values = np.array([0, 2, 0, 4, 0, 0, 0, 6], np.uint8)[read(job["AFTER"])]
    after = write_map(Path(job["AFTER"]).with_name("german.tif"), values, GERMAN)
    result = run({**job, "AFTER": after, "MATCHES": table})
    assert result["CHANGED_HECTARES"] == pytest.approx(0.5, rel=0.002)


def test_the_later_maps_pixels_may_be_the_grid(provider: Any, job: dict[str, Any]) -> None:
    from osgeo import gdal

    after = write_map(Path(job["AFTER"]).with_name("moved.tif"), read(job["AFTER"]), LEGEND, (500_004.0, 5_000_003.0))
    result = run({**job, "AFTER": after, "GRID": 1})
    raster = gdal.Open(result["OUTPUT"])
    assert raster.GetGeoTransform()[0] == 500_004.0
    feedback = Recorder()
    run({**job, "AFTER": after}, feedback)
    assert any("resampled to the nearest" in line for line in feedback.lines)


@pytest.mark.parametrize("step", ["Counting", "Writing changes"])
def test_a_cancelled_run_leaves_no_file(provider: Any, job: dict[str, Any], tmp_path: Path, step: str) -> None:
    feedback = Recorder(cancel_at=step)
    assert run(job, feedback) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]
    assert "Cancelled. Nothing was written." in feedback.lines


Change = Callable[[dict[str, Any], Path], dict[str, Any]]
CASES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "names do not match": (
        lambda job, folder: {"AFTER": write_map(folder / "g.tif", np.full((20, 20), 2, np.uint8), GERMAN)},
        ("'Wasser'", "'water'", "mapping table"),
    ),
    "far apart in another CRS": (
        lambda job, folder: {
            "AFTER": write_tiff(folder / "far.tif", np.ones((1, 9, 9), np.uint8), (100.0, -30.0), 0.001, 4326)
        },
        ("share no ground", "longitude", "Choose maps of the same place"),
    ),
    "no raster": (lambda job, folder: {"BEFORE": str(folder / "none.tif")}, ("earlier layer", "Choose a raster")),
    "output is the input": (lambda job, folder: {"OUTPUT": job["AFTER"]}, ("is also an input",)),
    "output is no GeoTIFF": (lambda job, folder: {"OUTPUT": str(folder / "x.png")}, ("Let its name end in .tif",)),
    "half a row in the table": (lambda job, folder: {"MATCHES": ["water", ""]}, ("'water' = ''",)),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_the_run(provider: Any, job: dict[str, Any], tmp_path: Path, case: str) -> None:
    """With a sentence; nothing is written."""
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    job = {**job, **change(job, Path(job["AFTER"]).parent)}
    with pytest.raises(QgsProcessingException) as caught:
        run(job)
    for part in expected:
        assert part in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]


def test_every_parameter_has_its_help(provider: Any) -> None:
    algorithm = provider.algorithm("comparemaps")
    assert algorithm.svgIconPath().endswith("compare.svg") and Path(algorithm.svgIconPath()).is_file()
    assert all(parameter.help() for parameter in algorithm.parameterDefinitions())

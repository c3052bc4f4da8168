"""``rgbsar:classify`` through ``processing.run``: the map, its log, cancelling, repeated runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import LEGEND, Recorder, read

pytestmark = pytest.mark.qgis


def run(job: dict[str, Any], feedback: Any = None) -> dict[str, Any]:
    """Run the algorithm the way scripts do."""
    import processing

    return processing.run("rgbsar:classify", job, feedback=feedback or Recorder())


def test_map_covers_the_common_ground_on_the_optical_grid(provider: Any, job: dict[str, Any]) -> None:
    """SAR starts 300 m east of the optical layer: 30 of its 100 columns fall away."""
    from osgeo import gdal

    result = run(job)
    raster = gdal.Open(result["OUTPUT"])
    assert (raster.RasterXSize, raster.RasterYSize) == (70, 90)
    assert raster.GetGeoTransform() == (500_300.0, 10.0, 0.0, 5_000_000.0, 0.0, -10.0)
    labels = raster.ReadAsArray()
    assert (labels[:10] == 0).all()
    assert set(np.unique(labels[10:])) <= set(LEGEND.values)
    assert result["MAPPED_PIXELS"] == 70 * 80
    assert result["NODATA_PIXELS"] == 70 * 10
    assert result["MAPPED_HECTARES"] == pytest.approx(56.0, rel=0.002)


@pytest.mark.parametrize(
    ("left_out", "said", "size"), [("SAR", "from the optical layer alone", (100, 90)),
                                   ("OPTICAL", "from the SAR layer alone", (60, 60))]
)  # fmt: skip
def test_one_layer_is_enough_for_a_model_that_was_trained_so(
    provider: Any, job: dict[str, Any], dropout_model: str, left_out: str, said: str, size: tuple[int, int]
) -> None:
    """The map covers that layer's ground on its pixels; ten of the optical layer's rows are nodata."""
    feedback = Recorder()
    result = run({**job, "MODEL": dropout_model, left_out: None}, feedback)
    labels = read(result["OUTPUT"])
    assert labels.shape == size[::-1]
    assert result["MAPPED_PIXELS"] == (100 * 80 if left_out == "SAR" else 60 * 60)
    assert any(line.startswith("Assumed: No ") and said in line for line in feedback.lines)


def test_optional_outputs_are_written_only_when_asked_for(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """Confidence, probabilities, areas and report appear under their names."""
    wanted = {
        "CONFIDENCE": str(tmp_path / "confidence.tif"),
        "PROBABILITIES": str(tmp_path / "probabilities.tif"),
        "AREA_TABLE": str(tmp_path / "areas.csv"),
        "REPORT": str(tmp_path / "report.html"),
    }
    plain = run(job)
    assert not set(wanted) & set(plain)
    result = run({**job, **wanted})
    assert {name: result[name] for name in wanted} == wanted
    confidence = read(wanted["CONFIDENCE"])
    assert (confidence[:10] == 255).all() and (confidence[10:] <= 100).all()
    assert read(wanted["PROBABILITIES"]).shape == (3, 90, 70)
    assert "built-up & roads" in Path(wanted["AREA_TABLE"]).read_text(encoding="utf-8")
    assert "built-up &amp; roads" in Path(wanted["REPORT"]).read_text(encoding="utf-8")


def test_log_names_steps_device_assumptions_and_areas(provider: Any, job: dict[str, Any]) -> None:
    """What a user needs to judge the run stands in the log."""
    feedback = Recorder()
    run(job, feedback)
    text = "\n".join(feedback.lines)
    for expected in ("Opening", "Loading the model 'Test ASANet'", "Classifying", "engine: ", "cpu", "vegetation: "):
        assert expected in text
    assert feedback.shares == sorted(feedback.shares)
    assert feedback.shares[-1] == 100


@pytest.mark.parametrize("step", ["Loading the model", "Classifying"])
def test_cancelled_run_leaves_no_file(provider: Any, job: dict[str, Any], tmp_path: Path, step: str) -> None:
    """Neither under the final name nor under a temporary one, and the next run works."""
    feedback = Recorder(cancel_at=step)
    names = {"CONFIDENCE": "c.tif", "AREA_TABLE": "a.csv", "REPORT": "r.html"}
    more = {parameter: str(tmp_path / name) for parameter, name in names.items()}
    assert run({**job, **more, "RESUME": False}, feedback) == {}
    assert list(Path(job["OUTPUT"]).parent.iterdir()) == []
    assert "Cancelled. Nothing was written." in feedback.lines
    assert run(job)["MAPPED_PIXELS"] == 70 * 80


def test_cancelled_run_goes_on_when_the_same_job_starts_again(
    provider: Any, job: dict[str, Any], tmp_path: Path
) -> None:
    """The 26 rows above the second row of tiles wait; the map is that of an undisturbed run, byte for byte."""
    whole = run({**job, "OUTPUT": str(tmp_path / "whole.tif")})["OUTPUT"]
    feedback = Recorder()
    feedback.progressChanged.connect(lambda share: feedback.cancel() if share > 1 else None)
    assert run(job, feedback) == {}
    kept = "Cancelled. 26 of 90 rows are kept: the same job, started again, goes on from there."
    assert kept in feedback.lines, feedback.lines
    second = Recorder()
    assert run(job, second)["MAPPED_PIXELS"] == 70 * 80
    assert "26 rows were taken over from an interrupted run" in second.lines
    assert Path(job["OUTPUT"]).read_bytes() == Path(whole).read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_batch_runs_share_one_worker_and_agree(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """Batch processing runs the algorithm again and again: same bytes, same process."""
    from qgis_plugin import runtime

    first = read(run(job)["OUTPUT"])
    engine = runtime._engine
    second = read(run({**job, "OUTPUT": str(tmp_path / "second.tif")})["OUTPUT"])
    assert runtime._engine is engine
    np.testing.assert_array_equal(first, second)


def test_bands_choose_the_order_the_network_sees(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """3, 2, 1 is another picture than 1, 2, 3."""
    outputs = [
        read(run({**job, "OPTICAL_BANDS": bands, "OUTPUT": str(tmp_path / f"{bands[0]}.tif")})["OUTPUT"])
        for bands in ([1, 2, 3], [3, 2, 1])
    ]
    np.testing.assert_array_equal(outputs[0], read(run(job)["OUTPUT"]))
    assert (outputs[0] != outputs[1]).any()


def test_extent_in_another_crs_bounds_the_map(provider: Any, job: dict[str, Any]) -> None:
    """A square of 0.002 degrees inside the common ground."""
    from osgeo import gdal
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsRectangle

    utm, geographic = (QgsCoordinateReferenceSystem(f"EPSG:{code}") for code in (32633, 4326))
    inside = QgsRectangle(500_500, 4_999_300, 500_700, 4_999_500)
    box = QgsCoordinateTransform(utm, geographic, QgsProject.instance()).transformBoundingBox(inside)
    text = f"{box.xMinimum()},{box.xMaximum()},{box.yMinimum()},{box.yMaximum()} [EPSG:4326]"
    raster = gdal.Open(run({**job, "EXTENT": text})["OUTPUT"])
    assert raster.RasterXSize in (20, 21, 22) and raster.RasterYSize in (20, 21, 22)
    assert abs(raster.GetGeoTransform()[0] - 500_500) <= 10


def test_mask_layer_in_memory_limits_the_map(provider: Any, job: dict[str, Any]) -> None:
    """A rectangle of 30 x 20 pixels, drawn in a memory layer."""
    from qgis.core import QgsFeature, QgsGeometry, QgsRectangle, QgsVectorLayer

    layer = QgsVectorLayer("Polygon?crs=EPSG:32633", "field of interest", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(500_400, 4_999_400, 500_700, 4_999_600)))
    layer.dataProvider().addFeature(feature)
    assert run({**job, "MASK": layer})["MAPPED_PIXELS"] == 600


def test_sar_grid_and_pixel_size_are_honoured(provider: Any, job: dict[str, Any]) -> None:
    """SAR's grid with 40 m pixels: 700 m of common ground hold 17 or 18 of them."""
    from osgeo import gdal

    raster = gdal.Open(run({**job, "GRID": 1, "GSD": 40})["OUTPUT"])
    assert raster.GetGeoTransform()[1] == 40
    assert raster.RasterXSize in (17, 18)


def test_engine_settings_reach_the_worker(provider: Any, job: dict[str, Any]) -> None:
    """Tile, overlap, batch, precision and library are the ones asked for."""
    feedback = Recorder()
    settings = {"TILE_SIZE": 96, "OVERLAP": 0, "BATCH_SIZE": 1, "PRECISION": 1, "BACKEND": 1, "DEVICE": 1}
    run({**job, **settings}, feedback)
    line = next(line for line in feedback.lines if line.startswith("engine: "))
    for expected in ("cpu", "torch", "float32", "batch 1", "tile 96", "overlap 0"):
        assert expected in line


def test_temporary_output_is_a_geotiff(provider: Any, job: dict[str, Any]) -> None:
    """As from the dialog's default."""
    result = run({**job, "OUTPUT": "TEMPORARY_OUTPUT"})
    assert result["OUTPUT"].endswith(".tif")
    assert read(result["OUTPUT"]).shape == (90, 70)

"""``rgbsar:createtrainingdata`` and ``rgbsar:checktrainingdata`` through ``processing.run``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from .conftest import Recorder, read, write_tiff

pytestmark = pytest.mark.qgis

ORIGIN = (500_000.0, 5_000_000.0)
SIDE = 200  # pixels of 10 m


def write_polygons(path: Path, names: list[Any], epsg: int | None = 32633) -> str:
    """Stripes of 50 pixels from west to east, each over the whole height."""
    from tests.vectors import box, write_labelled_polygons

    left, top = ORIGIN
    rings = [box(left + 500 * k, top, left + 500 * (k + 1), top - 10 * SIDE) for k in range(len(names))]
    return write_labelled_polygons(path, rings, {"kind": names}, epsg)


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    """Four stripes: water, wood, water, and one without a class."""
    folder = tmp_path / "in put é"
    folder.mkdir()
    numbers = np.random.default_rng(1)
    optical = numbers.integers(1, 255, (3, SIDE, SIDE), dtype=np.uint8)
    sar = numbers.integers(1, 255, (1, SIDE, SIDE), dtype=np.uint8)
    return {
        "OPTICAL": write_tiff(folder / "optical.tif", optical, ORIGIN, 10.0, 32633),
        "SAR": write_tiff(folder / "sar.tif", sar, ORIGIN, 10.0, 32633),
        "LABELS": write_polygons(folder / "areas.gpkg", ["water", "wood", "water", None]),
        "FIELD": "kind",
        "TILE_SIZE": 32,
        "GAP": 8,
        "OUTPUT": str(tmp_path / "data set"),
    }


def run(job: dict[str, Any], feedback: Any = None, name: str = "createtrainingdata") -> dict[str, Any]:
    import processing

    return processing.run(f"rgbsar:{name}", job, feedback=feedback or Recorder())


def label(folder: str, name: str) -> np.ndarray:
    return read(str(Path(folder) / "label" / f"{name}.tif"))


def test_layers_and_polygons_become_tiles(provider: Any, job: dict[str, Any]) -> None:
    feedback = Recorder()
    result = run(job, feedback)
    folder = Path(result["OUTPUT"])
    assert folder == Path(job["OUTPUT"]) and result["CLASS_COUNT"] == 2
    listed = {split: (folder / f"{split}.txt").read_text().split() for split in ("train", "val", "test")}
    assert [len(listed[split]) for split in listed] == [result[f"{split.upper()}_TILES"] for split in listed]
    assert result["TILES"] == sum(map(len, listed.values())) == len(list((folder / "sar").glob("*.tif")))
    # the second column of tiles (pixels 40 to 71): water up to pixel 50, then wood
    tile = label(result["OUTPUT"], "optical_r001c001")
    assert (tile[:, :10] == 1).all() and (tile[:, 10:] == 2).all()
    assert any(line.startswith("wood: train ") for line in feedback.lines)
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100


@pytest.mark.parametrize("table", [
    ["9", "forêt", "#102030", "3", "lake", "", "", "", ""],
    "9,forêt,#102030,3,lake,",
])  # fmt: skip
def test_a_class_raster_and_a_list_of_classes(provider: Any, job: dict[str, Any], table: Any) -> None:
    """The list as the dialog gives it (with an empty row), and as `qgis_process` does."""
    values = np.repeat(np.array([3, 9], np.uint8), SIDE // 2)[None, None].repeat(SIDE, axis=1)
    raster = write_tiff(Path(job["SAR"]).with_name("classes.tif"), values, ORIGIN, 10.0, 32633)
    run({**job, "LABELS": None, "LABEL_RASTER": raster, "CLASSES": table, "SHARES": "80; 20; 0"})
    told = json.loads((Path(job["OUTPUT"]) / "dataset.json").read_text(encoding="utf-8"))
    assert told["classes"][0] == {"value": 9, "name": "forêt", "color": [16, 32, 48]}
    assert told["classes"][1]["name"] == "lake" and told["splits"]["test"]["tiles"] == 0
    assert (label(job["OUTPUT"], "optical_r000c000") == 3).all()


def test_a_layer_in_memory_and_a_selection_are_honoured(provider: Any, job: dict[str, Any]) -> None:
    from qgis.core import QgsFeatureRequest, QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorLayer

    source = QgsVectorLayer(job["LABELS"], "areas", "ogr")
    memory = source.materialize(QgsFeatureRequest())
    memory.setName("drawn")
    QgsProject.instance().addMapLayer(memory)
    memory.selectByIds([feature.id() for feature in list(memory.getFeatures())[:2]])
    run({**job, "LABELS": QgsProcessingFeatureSourceDefinition(memory.id(), selectedFeaturesOnly=True)})
    QgsProject.instance().removeMapLayer(memory.id())
    assert not any((Path(job["OUTPUT"]) / "label").glob("*c003.tif")), "the third stripe was not selected"
    assert any((Path(job["OUTPUT"]) / "label").glob("*c000.tif"))


@pytest.mark.parametrize("origin", ["joined", "computed"])
def test_the_class_may_stand_in_a_field_that_the_file_does_not_have(
    provider: Any, job: dict[str, Any], origin: str
) -> None:
    from qgis.core import QgsFeature, QgsField, QgsProject, QgsVectorLayer, QgsVectorLayerJoinInfo
    from qgis.PyQt.QtCore import QVariant

    areas = QgsVectorLayer(job["LABELS"], "areas", "ogr")
    table = QgsVectorLayer("None?field=kind:string&field=class:string", "table", "memory")
    rows = [QgsFeature(table.fields()) for _ in range(2)]
    for row, entries in zip(rows, (["water", "lake"], ["wood", "forest"])):
        row.setAttributes(entries)
    table.dataProvider().addFeatures(rows)
    QgsProject.instance().addMapLayers([areas, table])
    if origin == "joined":
        join = QgsVectorLayerJoinInfo()
        join.setJoinLayer(table)
        join.setTargetFieldName("kind")
        join.setJoinFieldName("kind")
        join.setPrefix("table_")
        areas.addJoin(join)
    else:
        expression = "if(kind = 'water', 'lake', if(kind = 'wood', 'forest', NULL))"
        areas.addExpressionField(expression, QgsField("table_class", QVariant.String))
    run({**job, "LABELS": areas.id(), "FIELD": "table_class"})
    QgsProject.instance().removeMapLayers([areas.id(), table.id()])
    told = json.loads((Path(job["OUTPUT"]) / "dataset.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in told["classes"]] == ["forest", "lake"]
    tile = label(job["OUTPUT"], "optical_r001c001")
    assert (tile[:, :10] == 2).all() and (tile[:, 10:] == 1).all()


def test_a_temporary_folder_and_further_scenes(provider: Any, job: dict[str, Any]) -> None:
    table = Path(job["SAR"]).with_name("more.csv")
    table.write_text("optical,sar,labels,name\noptical.tif,sar.tif,areas.gpkg,again\n", encoding="utf-8")
    result = run({**job, "OUTPUT": "TEMPORARY_OUTPUT", "SCENES": str(table)})
    names = {path.stem.rsplit("_", 1)[0] for path in (Path(result["OUTPUT"]) / "label").glob("*.tif")}
    assert names == {"optical", "again"}


@pytest.mark.parametrize("step", ["Reading labels", "Cutting tiles"])
def test_a_cancelled_run_leaves_nothing(provider: Any, job: dict[str, Any], tmp_path: Path, step: str) -> None:
    feedback = Recorder(cancel_at=step)
    assert run(job, feedback) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]
    assert "Cancelled. Nothing was written." in feedback.lines


Change = Callable[[dict[str, Any], Path], dict[str, Any]]
CASES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "no labels": (lambda job, f: {"LABELS": None}, ("No labels are given", "one of them")),
    "two kinds of labels": (lambda job, f: {"LABEL_RASTER": job["SAR"]}, ("Both label polygons and", "one of them")),
    "no such field": (lambda job, f: {"FIELD": "class"}, ("label layer 'areas' has no field 'class'", "kind")),
    "no CRS": (
        lambda job, f: {"LABELS": write_polygons(f / "nowhere.shp", ["a", "b"], None)}, ("has no CRS", "Assign"),
    ),
    "one class": (
        lambda job, f: {"LABELS": write_polygons(f / "one.gpkg", ["water", "water"])}, ("Only one class, 'water'",),
    ),
    "labels elsewhere": (
        lambda job, f: {"LABELS": None, "LABEL_RASTER": write_tiff(f / "far.tif", np.ones((1, 9, 9), np.uint8),
                                                                   (100.0, -30.0), 0.001, 4326)},
        ("lies outside the scene", "longitude"),
    ),
    "layers apart": (
        lambda job, f: {"SAR": write_tiff(f / "far.tif", np.ones((1, 9, 9), np.uint8), (0.0, 0.0), 10.0, 32633)},
        ("do not overlap", "Choose layers of the same place"),
    ),
    "a folder with files": (lambda job, f: {"OUTPUT": str(f)}, ("is not empty", "Choose another name")),
    "shares": (lambda job, f: {"SHARES": "70"}, ("three numbers",)),
    "words for shares": (lambda job, f: {"SHARES": "most, some, few"}, ("The shares 'most, some, few'",)),
    "a class without a name": (lambda job, f: {"CLASSES": ["3", "", ""]}, ("The class '3' was given",)),
    "no optical layer": (lambda job, f: {"OPTICAL": str(f / "none.tif")}, ("optical layer", "Choose a raster")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_a_sentence(provider: Any, job: dict[str, Any], tmp_path: Path, case: str) -> None:
    from qgis.core import QgsProcessingException

    change, expected = CASES[case]
    with pytest.raises(QgsProcessingException) as caught:
        run({**job, **change(job, Path(job["SAR"]).parent)})
    for part in expected:
        assert part in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]


# Check.


def test_a_new_data_set_is_ready_and_a_spoilt_one_is_not(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    folder = Path(run(job)["OUTPUT"])
    feedback = Recorder()
    report = tmp_path / "check.html"
    result = run({"FOLDER": str(folder), "REPORT": str(report), "PICTURES": 2}, feedback, "checktrainingdata")
    assert result["ERRORS"] == 0 and result["SAMPLES"] == len(list((folder / "sar").iterdir()))
    assert any(line.startswith("Ready for training") for line in feedback.lines) and feedback.errors == []
    assert report.read_text(encoding="utf-8").count("data:image/png") == 6
    next((folder / "sar").iterdir()).unlink()
    feedback = Recorder()
    result = run({"FOLDER": str(folder)}, feedback, "checktrainingdata")
    assert result["ERRORS"] == 1 and "Files that are missing (1): sar of" in feedback.errors[0]
    assert any(line.startswith("Not ready for training: 1 error") for line in feedback.lines)


def test_a_cancelled_check_leaves_no_report(provider: Any, job: dict[str, Any], tmp_path: Path) -> None:
    folder = run(job)["OUTPUT"]
    report = tmp_path / "check.html"
    feedback = Recorder(cancel_at="Reading samples")
    assert run({"FOLDER": folder, "REPORT": str(report)}, feedback, "checktrainingdata") == {}
    assert not report.exists()


@pytest.mark.parametrize(("change", "message"), [
    ({"FOLDER": "/no/such/folder"}, "'/no/such/folder' was not found; expected a data set"),
    ({"VALUES": "water"}, "The class values 'water' were given; expected whole numbers"),
    ({"VALUES": "1, 300"}, "The class value 300 was given; expected numbers from 0 to 255"),
    ({}, "has no folder for the optical tiles; its folders are: in put"),
])  # fmt: skip
def test_what_is_no_data_set_is_refused(provider: Any, job: Any, tmp_path: Path, change: Any, message: str) -> None:
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match=message):
        run({"FOLDER": str(tmp_path), **change}, None, "checktrainingdata")

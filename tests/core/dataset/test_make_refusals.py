"""What making a data set refuses, the sentence it gives, and that nothing is left behind."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import numpy as np
import pytest
from osgeo import gdal, ogr, osr

import rgbsar_core.dataset.make
from rgbsar_core.cli import main
from rgbsar_core.dataset.make import SceneFiles
from rgbsar_core.dataset.places import scene_names
from rgbsar_core.dataset.scene_list import read_scene_list
from rgbsar_core.errors import (
    ClassMapError,
    GridMismatchError,
    InputError,
    NodataError,
    OperationCancelled,
    RasterIOError,
)
from rgbsar_core.legend import LandCoverClass, Legend
from tests.core.dataset.places import AREAS, HEIGHT, PIXELS, WIDTH, corner, make, write_labels, write_layers
from tests.core.fakes import fingerprint
from tests.rasters import wkt, write_raster
from tests.vectors import box, write_labelled_polygons, write_points

FAR = (900_000.0, 8.0, 0.0, 4_000_005.0, 0.0, -12.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in put é"
    path.mkdir()
    return path


@pytest.fixture
def files(folder: Path) -> tuple[str, str, str]:
    optical, sar, _, _ = write_layers(folder)
    return optical, sar, write_labels(folder / "areas.gpkg")


def raster(folder: Path, values: Any, grid: Any = PIXELS, epsg: Any = 32611) -> str:
    return write_raster(folder / "classes.tif", np.asarray(values), grid, epsg)


def one_box(folder: Path, *corners: float, name: str = "forest") -> str:
    ring = box(*corner(*corners[:2]), *corner(*corners[2:]))
    return write_labelled_polygons(folder / "one.gpkg", [ring, box(0.0, 1.0, 1.0, 0.0)], {"label": [name, "other"]})


def named_raster(folder: Path, *names: str) -> str:
    """Stripes of classes 1, 2, 3 ... with names."""
    columns = np.arange(WIDTH) * len(names) // WIDTH + 1
    dataset = gdal.Open(raster(folder, np.tile(columns.astype(np.uint8), (HEIGHT, 1))))
    dataset.GetRasterBand(1).SetCategoryNames(["", *names])
    del dataset
    return str(folder / "classes.tif")


def latin_1_called_utf_8(folder: Path) -> str:
    path = write_labels(folder / "areas.shp", values=["forXat", "field", "water", "water"])
    (folder / "areas.cpg").write_text("UTF-8")
    table = folder / "areas.dbf"
    table.write_bytes(table.read_bytes().replace(b"X", b"\xea"))  # an e with circumflex
    return path


def placeless(path: Path, others: bool) -> str:
    """A layer of any geometry whose first feature has none."""
    layer = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    features = layer.CreateLayer("any", osr.SpatialReference(wkt(32611)), ogr.wkbUnknown)
    features.CreateField(ogr.FieldDefn("label", ogr.OFTString))
    for (left, top, right, bottom), name in [((0, 0, 0, 0), "none"), *(AREAS if others else [])]:
        feature = ogr.Feature(features.GetLayerDefn())
        feature.SetField("label", name)
        if name != "none":
            (x0, y0), (x1, y1) = corner(left, top), corner(right, bottom)
            feature.SetGeometry(
                ogr.CreateGeometryFromWkt(f"POLYGON(({x0} {y0},{x1} {y0},{x1} {y1},{x0} {y1},{x0} {y0}))")
            )
        features.CreateFeature(feature)
    features = layer = None
    return str(path)


Bad = Callable[[Path], dict[str, Any]]
BAD: dict[str, tuple[Bad, type[Exception], str]] = {
    "labels elsewhere": (
        lambda f: {"labels": raster(f, np.ones((9, 9), np.uint8), FAR)}, GridMismatchError,
        "label raster '.*classes.tif' lies outside the scene: .*longitude.*Choose labels of the same place",
    ),
    "no labels inside": (
        lambda f: {"labels": one_box(f, 500, 10, 510, 20)}, NodataError, "No label of 'one.gpkg' lies on",
    ),
    "one class only": (
        lambda f: {"labels": one_box(f, 0, 0, 190, 180)}, InputError,
        "Only one class, 'forest', has labels .*a network cannot learn from one",
    ),
    "labels without a CRS": (
        lambda f: {"labels": write_labels(f / "nowhere.gpkg", epsg=None)}, GridMismatchError,
        "label layer '.*nowhere.gpkg' has no coordinate reference system.*Assign it",
    ),
    "class raster without a CRS": (
        lambda f: {"labels": raster(f, np.ones((9, 9), np.uint8), PIXELS, None)}, GridMismatchError, "no coordinate",
    ),
    "no such field": (
        lambda f: {"labels": write_labels(f / "kinds.gpkg", "kind")}, InputError,
        "label layer 'kinds.gpkg' has no field 'label'; its fields are: kind. Name the field",
    ),
    "an empty field": (
        lambda f: {"labels": write_labels(f / "empty.gpkg", values=[None] * 4)}, InputError, "has no class in any",
    ),
    "points": (
        lambda f: {"labels": write_points(f / "p.gpkg", [corner(3, 3)], {"label": ["water"]})}, InputError,
        "holds points; expected polygons",
    ),
    "no such labels": (lambda f: {"labels": str(f / "none.gpkg")}, InputError, "label input '.*' was not found"),
    "a class above 254": (
        lambda f: {"labels": write_labels(f / "n.gpkg", values=[1, 2, 3, 255])}, ClassMapError,
        "has the class 255; expected whole numbers from 1 to 254",
    ),
    "a raster value above 254": (
        lambda f: {"labels": raster(f, np.full((HEIGHT, WIDTH), 300, np.uint16))}, ClassMapError, "has the value 300",
    ),
    "a fraction for a class": (
        lambda f: {"labels": write_labels(f / "areas.gpkg", values=[1.5, 2.0, 3.0, 3.0])}, ClassMapError,
        "has the class 1.5; expected names or whole numbers from 1 to 254",
    ),
    "a name in another encoding than the file says": (
        lambda f: {"labels": latin_1_called_utf_8(f)}, InputError,
        r"field 'label' has the class 'for.at', which is no text in the file's encoding; expected.*Set",
    ),
    "no polygon with a place": (
        lambda f: {"labels": placeless(f / "areas.gpkg", others=False)}, InputError,
        "has features without a place; expected points or polygons",
    ),
    "a name without end": (
        lambda f: {"labels": write_labels(f / "long.gpkg", values=["x" * 81, "water", "field", "water"])},
        ClassMapError, "a class name of 81 characters .*Shorten it",
    ),
    "a class that is not in the list": (
        lambda f: {"classes": Legend((LandCoverClass(1, "forests", (0, 0, 0)), LandCoverClass(2, "water", (0, 0, 0))))},
        ClassMapError, "'field', 'forest', which the class list has no class for.*Rename or renumber",
    ),
    "values that mean something else in the list": (
        lambda f: {"labels": named_raster(f, "water", "crop"),
                   "classes": Legend((LandCoverClass(1, "forest", (0, 0, 0)), LandCoverClass(2, "Water", (0, 0, 1))))},
        ClassMapError, "'crop', which the class list has no class for; the class list's classes are forest, Water",
    ),
    "names in one scene and numbers in the other": (
        lambda f: {"scenes": (
            SceneFiles(*(str(f / name) for name in ("place.tif", "place sar.tif", "areas.gpkg"))),
            SceneFiles(str(f / "place.tif"), str(f / "place sar.tif"), write_labels(f / "n.gpkg", values=[1, 2, 3, 4])),
        )}, ClassMapError, "areas.gpkg' has class names and the label layer 'n.gpkg' has class values.*list of classes",
    ),
    "too few blocks": (
        lambda f: {"tile_size": 128, "gap": 1, "block_tiles": 2}, InputError,
        "The labels lie in 1 block of 2 x 2 tiles; expected 3 or more.*smaller tiles .128 pixels now",
    ),
    "no tile with enough labels": (
        lambda f: {"least_labelled": 1.0, "mask": one_box(f, 50, 0, 70, 180)}, NodataError,
        "No tile has 100 % of its pixels labelled",
    ),
    "a missing band": (lambda f: {"sar_bands": (3,)}, InputError, "Band 3 was chosen, but the SAR raster .* 1, 2"),
    "layers apart": (
        lambda f: {"sar": write_raster(f / "far.tif", np.ones((9, 9), np.float32), FAR)}, GridMismatchError,
        "do not overlap",
    ),
    "one layer for both": (
        lambda f: {"sar": str(f / "place.tif")}, InputError, "was given as optical and as SAR raster; expected two",
    ),
    "an output that is a file": (lambda f: {"output": f / "place.tif"}, InputError, "is a file; expected the name of"),
    "an output that is not empty": (lambda f: {"output": f}, InputError, "is not empty; expected a new"),
    "an output in no folder": (lambda f: {"output": f / "no" / "set"}, InputError, "does not exist"),
    "a small tile": (lambda f: {"tile_size": 16}, InputError, "The tile size is 16; expected a number from 32 to 4096"),
    "no gap": (lambda f: {"gap": 0}, InputError, "The gap between blocks is 0; expected a number from 1"),
    "an output with a name no disk takes": (lambda f: {"output": f / ("a" * 300)}, InputError, "is 300 bytes long"),
    "two classes of one name": (
        lambda f: {"classes": Legend(tuple(LandCoverClass(k, name, (0, 0, k)) for k, name in
                                           enumerate(("forest", "Forest", "field", "water"), 1)))},
        ClassMapError, "The class name 'forest' stands more than once in the list of classes",
    ),
    "a scale beyond all numbers": (lambda f: {"optical_scale": 1e308}, InputError, "optical scale is 1e.308; expected"),
    "shares beyond all numbers": (lambda f: {"shares": (1e308, 1e308, 1)}, InputError, "expected three numbers such"),
    "pixels too small for a raster": (
        lambda f: {"gsd": 1e-9}, GridMismatchError, "pixels of 1e-09 map units; expected up to 2,147,483,647 on a side",
    ),
    "a mask that is a raster": (lambda f: {"mask": str(f / "place.tif")}, InputError, "cannot be read as vectors"),
    "no share for train": (lambda f: {"shares": (0, 0.5, 0.5)}, InputError, "that of train above zero"),
    "SAR unit": (lambda f: {"sar_units": "decibel"}, InputError, "expected one of auto"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_work_is_refused_with_a_sentence_and_leaves_nothing(
    files, folder: Path, tmp_path: Path, case: str
) -> None:
    change, kind, message = BAD[case]
    options = change(folder)
    before = fingerprint(folder)
    given = (files[0], options.pop("sar", files[1]), options.pop("labels", files[2]))
    with pytest.raises(kind, match=message):
        make(given, options.pop("output", tmp_path / "set"), **options)
    assert fingerprint(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_raster_with_none_of_the_lists_names_is_taken_by_value(files, folder: Path, tmp_path: Path) -> None:
    classes = Legend((LandCoverClass(1, "Wald", (0, 0, 0)), LandCoverClass(2, "Wasser", (0, 0, 1))))
    result = make((*files[:2], named_raster(folder, "forest", "water")), tmp_path / "set", classes=classes)
    assert result.legend.names == ("Wald", "Wasser") and min(result.splits[0].pixels) > 0


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
@pytest.mark.parametrize("there", [True, False])
def test_an_output_that_is_a_link_stays_one_and_its_folder_is_filled(files, tmp_path: Path, there: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    if there:
        elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    make(files, tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (elsewhere / "dataset.json").is_file()


SCENE = "place.tif,place sar.tif,areas.gpkg"
TABLES = {
    "semicolons": (f"optical;sar;labels\n{SCENE.replace(',', ';')}\n", "no column optical .*begins with 'optical;sar;"),
    "no header": (f"{SCENE}\n", "has no column optical .*begins with 'place.tif,place sar"),
    "nothing": ("", "has no column optical"),
    "a column twice": (f"optical,optical,sar,labels\nplace.tif,{SCENE}\n", "has two columns optical"),
    "UTF-16": (f"optical,sar,labels\n{SCENE}\n".encode("utf-16"), "cannot be read .*UTF-8 with commas"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_of_scenes_that_cannot_be_read_is_refused_by_what_it_has(tmp_path: Path, case: str) -> None:
    content, message = TABLES[case]
    path = tmp_path / "scenes.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(InputError, match=message):
        read_scene_list(str(path))


def test_thousands_of_scenes_of_one_name_get_names_of_their_own_at_once() -> None:
    names = scene_names([SceneFiles("Place.tif", "", "")] * 5000 + [SceneFiles("a", "", "", "place_2")])
    assert names[:3] == ["Place", "Place_2", "Place_3"] and names[-2:] == ["Place_5000", "place_2_2"]
    assert len({name.casefold() for name in names}) == 5001


def test_a_first_feature_without_a_place_does_not_hide_the_others(files, folder: Path, tmp_path: Path) -> None:
    labels = placeless(folder / "some.gpkg", others=True)
    result = make((*files[:2], labels), tmp_path / "set")
    assert {"forest", "field", "water"} <= set(result.legend.names)


@pytest.mark.parametrize("step", ["Opening", "Reading labels", "Cutting tiles"])
def test_a_cancelled_run_leaves_nothing(files, tmp_path: Path, step: str) -> None:
    reached: list[str] = []

    def note(share: float, text: str) -> None:
        assert 0 <= share <= 1
        if text.startswith(step):
            reached.append(text)

    with pytest.raises(OperationCancelled):
        make(files, tmp_path / "set", note, lambda: bool(reached))
    assert reached and [path.name for path in tmp_path.iterdir()] == ["in put é"]


def test_a_full_disk_is_told_and_leaves_nothing(files, tmp_path: Path, monkeypatch) -> None:
    def full(path: Path, *_: object) -> None:
        path.write_bytes(b"II*")
        raise RasterIOError("no space left")

    monkeypatch.setattr(rgbsar_core.dataset.make, "write_labels", full)
    with pytest.raises(RasterIOError):
        make(files, tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["in put é"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_tile_is_open_when_a_full_disk_has_its_folder_removed(files, tmp_path: Path, monkeypatch, capfd) -> None:
    """Else a Windows disk keeps both, and what closes the file later complains."""
    import resource

    still_open: list[str] = []

    def remove(folder: Path, **_: object) -> None:
        links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
        targets = [os.readlink(link) for link in links if os.path.islink(link)]
        still_open.extend(target for target in targets if target.startswith(str(folder)))
        shutil.rmtree(folder)

    monkeypatch.setattr(rgbsar_core.dataset.make, "shutil", SimpleNamespace(rmtree=remove))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        with pytest.raises(RasterIOError, match="tile '.*' could not be written"):
            make(files, tmp_path / "set")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert still_open == []
    assert "ERROR" not in capfd.readouterr().err  # GDAL's; newer libtiffs say a line of their own at once


def test_an_empty_folder_may_be_filled(files, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    make(files, tmp_path / "set")
    assert (tmp_path / "set" / "train.txt").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in put é", "set"]


@pytest.mark.parametrize(("text", "message"), [
    ("optical,sar\na,b\n", "has no column labels .*; expected a CSV file"),
    ("optical,sar,labels\na,,c\n", "Line 2 of .* has no sar"),
    ("optical,sar,labels\n", "has no line of data"),
    (None, "cannot be read"),
])  # fmt: skip
def test_a_table_of_scenes_must_be_complete(tmp_path: Path, capsys, text: str, message: str) -> None:
    table = tmp_path / "scenes.csv"
    if text is not None:
        table.write_text(text, encoding="utf-8")
    assert main(["dataset", "make", "--scenes", str(table), "-o", str(tmp_path / "set")]) == 1
    assert re.search(message, capsys.readouterr().err)


def test_the_command_wants_three_files_or_a_table(files, tmp_path: Path, capsys) -> None:
    assert main(["dataset", "make", *files[:2], "-o", str(tmp_path / "set")]) == 1
    assert "2 files and no list of scenes were given; expected" in capsys.readouterr().err
    assert main(["dataset", "make", *files, "-o", str(tmp_path / "set"), "--class", "300=x"]) == 1
    assert "Class value '300' found" in capsys.readouterr().err
    assert main(["dataset", "make", *files, "-o", str(tmp_path / "set"), "--class", "water"]) == 1
    assert "expected value, name and perhaps a colour" in capsys.readouterr().err

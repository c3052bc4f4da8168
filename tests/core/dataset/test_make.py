"""Making a data set: pixels, labels and splits, compared one by one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

import rgbsar_core.raster.align
from rgbsar_core.cli import main
from rgbsar_core.dataset.description import read_description
from rgbsar_core.dataset.make import SceneFiles
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.parameters import Extent
from rgbsar_core.raster.grid import Grid, footprint
from rgbsar_core.raster.source import open_raster
from tests.core.dataset.places import (
    AREAS,
    HEIGHT,
    PITCH,
    PIXELS,
    TILE,
    VALUES,
    WIDTH,
    assembled,
    corner,
    description,
    expected_labels,
    in_a_tile,
    make,
    place_of,
    tile_names,
    write_labels,
    write_layers,
)
from tests.rasters import UTM_11N, read_raster, wkt, write_polygons, write_raster


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in put é"
    path.mkdir()
    return path


@pytest.fixture
def files(folder: Path) -> tuple[str, str, str]:
    optical, sar, _, _ = write_layers(folder)
    return optical, sar, write_labels(folder / "areas.gpkg")


def test_tiles_hold_the_layers_numbers_and_the_polygons_classes(folder: Path, tmp_path: Path) -> None:
    optical, sar, optical_values, sar_values = write_layers(folder)
    result = make((optical, sar, write_labels(folder / "areas.gpkg")), tmp_path / "set", least_labelled=0)
    made, labels = tmp_path / "set", expected_labels()
    used = in_a_tile()
    used[:, 190:] = False  # no tile begins there: the last is cut off at 200, its labels end at 190
    found = assembled(made, "label", labels[None], 0)[0]
    assert np.array_equal(found[used], labels[used])
    assert not found[~in_a_tile()].any()
    assert np.array_equal(assembled(made, "optical", optical_values, 7)[:, used], optical_values[:, used])
    assert np.array_equal(assembled(made, "sar", sar_values, 7)[:, used], sar_values[:, used])
    assert result.legend.names == ("field", "forest", "water") and result.legend.values == (1, 2, 3)
    counts = np.bincount(found[used], minlength=4)[1:]
    assert np.sum([split.pixels for split in result.splits], axis=0).tolist() == counts.tolist()
    # the lake's 20 x 80 pixels, as long as they lie in tiles: columns 20 to 31, and all rows but the strips
    assert any("pixels lie in polygons of two classes" in text for text in result.warnings)


def test_beyond_the_edge_a_tile_is_mirrored_and_has_no_label(files, tmp_path: Path) -> None:
    make(files, tmp_path / "set", least_labelled=0)
    last = next(path for path in (tmp_path / "set" / "label").glob("*_r004c004.tif"))
    assert place_of(last) == (160, 160)
    tile = read_raster(last)[0]
    assert tile.shape == (TILE, TILE) and (tile[:20, :30] == VALUES["water"]).all()
    assert not tile[20:].any() and not tile[:, 30:].any()
    sar = read_raster(tmp_path / "set" / "sar" / last.name)
    assert np.array_equal(sar[:, :20], read_raster(files[1])[:, 160:180, 160:192])
    assert np.array_equal(sar[:, 20:], sar[:, 8:20][:, ::-1])


def test_pixels_without_data_have_no_label_and_no_number(files, folder: Path, tmp_path: Path) -> None:
    sar = read_raster(files[1]).copy()
    sar[:, 3:9, 70:90] = -9999
    sar[1, 20, 50] = -9999
    write_raster(files[1], sar, PIXELS, nodata=-9999)
    make(files, tmp_path / "set", least_labelled=0)
    labels = expected_labels()
    labels[3:9, 70:90] = 0
    labels[20, 50] = 0
    used = in_a_tile() & (np.arange(WIDTH) < 190)[None]
    assert np.array_equal(assembled(tmp_path / "set", "label", labels[None], 0)[0][used], labels[used])
    written = assembled(tmp_path / "set", "sar", sar, 0)
    assert np.isnan(written[:, 3:9, 80:90]).all() and np.isnan(written[:, 20, 50]).all()
    raster = gdal.Open(str(next((tmp_path / "set" / "sar").glob("*.tif"))))
    band = raster.GetRasterBand(1)
    assert np.isnan(band.GetNoDataValue()) and band.GetDescription() == "band 1"


def test_a_class_raster_gives_the_class_under_each_centre(files, folder: Path, tmp_path: Path) -> None:
    """Labels in pixels of 20 m, a little off: worked out from the coordinates of the centres."""
    raster = np.random.default_rng(1).integers(0, 4, (120, 90)).astype(np.uint8)
    grid = (499_990.0, 20.0, 0.0, 4_000_017.0, 0.0, -20.0)
    path = write_raster(folder / "labels.tif", raster, grid)
    result = make((files[0], files[1], path), tmp_path / "set", least_labelled=0)
    x = PIXELS[0] + (np.arange(WIDTH) + 0.5) * PIXELS[1]
    y = PIXELS[3] + (np.arange(HEIGHT) + 0.5) * PIXELS[5]
    columns, rows = np.floor((x - grid[0]) / 20).astype(int), np.floor((grid[3] - y) / 20).astype(int)
    expected = raster[rows[:, None], columns[None]]
    found = assembled(tmp_path / "set", "label", expected[None], 0)[0]
    assert np.array_equal(found[in_a_tile()], expected[in_a_tile()])
    assert result.legend.names == ("class 1", "class 2", "class 3")


@pytest.mark.parametrize("strip", [1, 5, 37, 500])
def test_strips_of_any_height_give_the_same_files(files, tmp_path: Path, monkeypatch, strip: int) -> None:
    make(files, tmp_path / "one")
    monkeypatch.setattr(rgbsar_core.raster.align, "_STRIP_ROWS", (strip, strip))
    make(files, tmp_path / "two")
    for path in (tmp_path / "one").rglob("*.tif"):
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        np.testing.assert_array_equal(read_raster(path), read_raster(other))
    assert tile_names(tmp_path / "one") == tile_names(tmp_path / "two")


# Splits.


@pytest.mark.parametrize(("block", "gap"), [(1, 1), (2, 8), (1, 40)])
def test_no_tile_of_one_split_touches_a_tile_of_another(files, tmp_path: Path, block: int, gap: int) -> None:
    made = tmp_path / "set"
    make(files, made, block_tiles=block, gap=gap, least_labelled=0, shares=(0.6, 0.2, 0.2))
    names = tile_names(made)
    assert all(names.values()) and len(set(sum(names.values(), []))) == len(list((made / "label").iterdir()))
    places = [(split, *place_of(made / "label" / f"{name}.tif")) for split, listed in names.items() for name in listed]
    for split, column, row in places:
        for other, other_column, other_row in places:
            if split != other:
                apart = max(abs(column - other_column), abs(row - other_row)) - TILE
                assert apart >= gap


def test_the_same_seed_gives_the_same_split_and_another_another(files, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make(files, tmp_path / name, seed=seed)
    a, b, c = (tile_names(tmp_path / name) for name in "abc")
    assert a == b and a != c and sorted(sum(a.values(), [])) == sorted(sum(c.values(), []))


def test_every_class_is_in_every_split_and_counted_there(files, tmp_path: Path) -> None:
    result = make(files, tmp_path / "set")
    names = tile_names(tmp_path / "set")
    for split in result.splits:
        assert all(split.pixels)
        pieces = [read_raster(tmp_path / "set" / "label" / f"{name}.tif") for name in names[split.name]]
        assert np.bincount(np.concatenate(pieces).ravel(), minlength=4)[1:].tolist() == list(split.pixels)
    told = description(tmp_path / "set")["splits"]
    assert told["val"]["pixels"] == dict(zip(("field", "forest", "water"), result.splits[1].pixels))
    assert told["train"]["tiles"] == len(names["train"])


def test_a_share_of_zero_leaves_a_split_out(files, tmp_path: Path) -> None:
    make(files, tmp_path / "set", shares=(80, 20, 0))
    names = tile_names(tmp_path / "set")
    assert names["test"] == [] and names["train"] and names["val"]
    assert description(tmp_path / "set")["recipe"]["shares"] == {"train": 0.8, "val": 0.2, "test": 0.0}


def test_tiles_with_few_labels_are_left_out(files, tmp_path: Path) -> None:
    """Of the last column of tiles (160 to 191), 20 x 30 pixels in the last row are labelled: 59 %."""
    every = make(files, tmp_path / "all", least_labelled=0)
    few = make(files, tmp_path / "few", least_labelled=0.6)
    gone = set(sum(tile_names(tmp_path / "all").values(), [])) - set(sum(tile_names(tmp_path / "few").values(), []))
    assert gone == {"place_r004c004"} and few.left_out == 1 and few.tiles == every.tiles - 1


# What dataset.json says.


def test_the_description_says_what_the_tiles_are(files, tmp_path: Path) -> None:
    make(files, tmp_path / "set")
    told = description(tmp_path / "set")
    assert told["format_version"] == 1 and told["tile_size"] == TILE and told["ignore_value"] == 0
    assert told["classes"][2] == {"value": 3, "name": "water", "color": [0, 114, 178]}
    assert told["optical"] == {
        "folder": "optical", "units": "digital_number", "scale": [1.0] * 3, "offset": [0.0] * 3, "dtype": "uint8",
        "nodata": None, "bands": [{"name": "B4", "common_name": "red"}, {"name": "B3", "common_name": "green"},
                                  {"name": "B2", "common_name": "blue"}],
    }  # fmt: skip
    assert told["sar"]["units"] == "linear" and told["sar"]["nodata"] == "nan"
    assert [band["common_name"] for band in told["sar"]["bands"]] == ["VV", "VH"]
    assert told["gsd"] == pytest.approx((8 * 12) ** 0.5, rel=1e-3)
    assert told["recipe"]["seed"] == 1 and told["recipe"]["gap"] == 8 and told["recipe"]["block_tiles"] == 1
    source = told["sources"][0]
    assert source["geotransform"] == list(PIXELS) and "UTM zone 11N" in source["crs"]
    assert source["labels"] == "areas.gpkg" and source["optical"] == "place.tif"
    read = read_description(tmp_path / "set")
    assert read is not None and read.legend.names == ("field", "forest", "water")
    assert read.sar.nodata is not None and np.isnan(read.sar.nodata) and read.optical.bands[0].common_name == "red"


@pytest.mark.parametrize(("moved", "units"), [(0.0, "db"), (3.0, "linear")])
def test_decibels_stay_decibels_unless_they_are_warped(files, tmp_path: Path, moved: float, units: str) -> None:
    """Warped onto other pixels they become linear power: decibels must not be averaged."""
    power = np.full((2, HEIGHT, WIDTH), 0.1, np.float32)
    grid = (PIXELS[0] + moved, *PIXELS[1:])
    write_raster(files[1], 10 * np.log10(power), grid, nodata=-9999, descriptions=("VV", "VH"))
    result = make(files, tmp_path / "set")
    assert description(tmp_path / "set")["sar"]["units"] == units
    tile = read_raster(next((tmp_path / "set" / "sar").glob("*_r001c001.tif")))
    np.testing.assert_allclose(tile, 0.1 if units == "linear" else -10, rtol=1e-5)
    assert any("taken as decibels" in text for text in result.assumptions)


def test_a_scale_in_the_file_goes_along(files, tmp_path: Path) -> None:
    numbers = np.random.default_rng(3).integers(0, 10_000, (3, HEIGHT, WIDTH)).astype(np.uint16)
    write_raster(files[0], numbers, PIXELS, scale=1e-4, offset=-0.1, nodata=0)
    make(files, tmp_path / "set", optical_bands=(3, 1))
    told = description(tmp_path / "set")["optical"]
    assert (told["units"], told["scale"], told["offset"]) == ("reflectance", [1e-4] * 2, [-0.1] * 2)
    assert told["dtype"] == "uint16" and told["nodata"] == 0
    tile = next((tmp_path / "set" / "optical").glob("*_r001c001.tif"))
    raster = gdal.Open(str(tile))
    assert raster.GetRasterBand(1).GetScale() == 1e-4
    assert np.array_equal(read_raster(tile), numbers[[2, 0], PITCH : PITCH + TILE, PITCH : PITCH + TILE])


def test_integers_without_a_scale_stay_numbers_and_a_sentence_says_so(files, tmp_path: Path) -> None:
    numbers = np.random.default_rng(3).integers(500, 10_000, (3, HEIGHT, WIDTH)).astype(np.uint16)
    write_raster(files[0], numbers, PIXELS)
    result = make(files, tmp_path / "set")
    assert description(tmp_path / "set")["optical"]["units"] == "digital_number"
    assert any("taken as digital numbers" in text and "0.0001" in text for text in result.assumptions)
    assert not any("percentile" in text for text in (*result.assumptions, *result.warnings))


# Classes.


@pytest.mark.parametrize("values", [[7, 3, 9, 9], ["7", "3", "9", "9"], [7.0, 3.0, 9.0, 9.0]])
def test_numbers_of_a_field_are_class_values(files, folder: Path, tmp_path: Path, values) -> None:
    path = write_labels(folder / "numbers.gpkg", "code", values)
    result = make((*files[:2], path), tmp_path / "set", field="CODE", least_labelled=0)
    assert [(entry.value, entry.name) for entry in result.legend.classes] == [
        (3, "class 3"), (7, "class 7"), (9, "class 9")
    ]  # fmt: skip
    tile = read_raster(next((tmp_path / "set" / "label").glob("*_r000c000.tif")))
    assert (tile == 7).all()


def test_a_list_of_classes_gives_values_names_and_colours(files, tmp_path: Path) -> None:
    given = ((4, "Forest"), (2, "water"), (8, "field"), (5, "ice"))
    classes = Legend(tuple(LandCoverClass(value, name, (value, 0, 0)) for value, name in given))
    result = make(files, tmp_path / "set", classes=classes)
    assert description(tmp_path / "set")["classes"][0] == {"value": 4, "name": "Forest", "color": [4, 0, 0]}
    tile = read_raster(next((tmp_path / "set" / "label").glob("*_r000c000.tif")))
    assert (tile == 4).all()
    assert any("'ice' has no pixel in train and val and test" in text for text in result.warnings)


# Parts of the ground.


def test_extent_and_mask_limit_where_labels_count(files, folder: Path, tmp_path: Path) -> None:
    (left, bottom), (right, top) = corner(40, 180), corner(200, 0)
    x, y = corner(100, 50)
    north = [corner(0, 0), corner(200, 0), corner(200, 50), corner(0, 50)]
    mask = write_polygons(folder / "mask.gpkg", [north, [corner(0, 50), (x, y), corner(100, 180), corner(0, 180)]])
    extent = Extent(left, bottom, right, top, f"EPSG:{UTM_11N}")
    make(files, tmp_path / "set", extent=extent, mask=mask, least_labelled=0)
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[:50, 40:] = True
    inside[50:, 40:100] = True
    labels = np.where(inside, expected_labels(), 0)
    used = np.zeros((HEIGHT, WIDTH), bool)
    used[:, 40:] = in_a_tile()[:, :160]
    used[:, 190:] = False
    found = assembled(tmp_path / "set", "label", labels[None], 0)[0]
    assert np.array_equal(found[used], labels[used])
    context = read_raster(next((tmp_path / "set" / "optical").glob("*_r001c001.tif")))
    assert context.any(), "the network still sees what lies outside the mask"


# Several scenes, and the command.


def test_a_table_of_scenes_makes_one_data_set(folder: Path, tmp_path: Path, capsys) -> None:
    lines = ["optical,sar,labels,name"]
    for name in ("north", "south"):
        write_layers(folder, name)
        write_labels(folder / f"{name}.gpkg")
        lines.append(f"{name}.tif,{name} sar.tif,{name}.gpkg,{'' if name == 'north' else 'the south!'}")
    (folder / "scenes.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    output = tmp_path / "set"
    command = ["dataset", "make", "--scenes", str(folder / "scenes.csv"), "-o", str(output), "--tile", "32", "--json"]
    assert main([*command, "--block", "2", "--gap", "8", "--class", "1=forest", "--class", "2=field=#102030",
                 "--class", "3=water"]) == 0  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert told["legend"][1] == {"value": 2, "name": "field", "color": [16, 32, 48]}
    names = sum(tile_names(output).values(), [])
    assert {name.rsplit("_", 1)[0] for name in names} == {"north", "the_south"}
    assert [source["name"] for source in description(output)["sources"]] == ["north", "the_south"]
    assert len(names) == sum(split["tiles"] for split in told["splits"].values())


def test_the_command_says_what_it_made(files, tmp_path: Path, capsys) -> None:
    output = tmp_path / "set"
    assert main(["dataset", "make", *files, "-o", str(output), "--tile", "32", "--shares", "60,20,20"]) == 0
    said = capsys.readouterr().out
    assert "water: train " in said and said.endswith(f"Data set: {output}\n")
    assert len(AREAS) == 4 and "tiles of 32 x 32 pixels" in said


@pytest.mark.parametrize("epsg", [UTM_11N, 32612])
def test_scenes_that_adjoin_stay_in_one_split_where_they_meet(folder: Path, tmp_path: Path, epsg: int) -> None:
    """The second scene begins 3 pixels behind the last tiles of the first, in the same or the neighbouring UTM zone."""
    grid = (PIXELS[0] + 195 * PIXELS[1], *PIXELS[1:])
    numbers = np.random.default_rng(7)
    scenes = []
    for name, place in (("west", PIXELS), ("east", grid)):
        paths = []
        for role, bands, high in (("optical", 3, 256), ("sar", 1, 256), ("labels", 1, 3)):
            pixels = numbers.integers(1, high, (bands, HEIGHT, WIDTH)).astype(np.uint8)
            path = write_raster(folder / f"{name} {role}.tif", pixels, place)
            if name == "east" and epsg != UTM_11N:
                warped = str(folder / f"{name} {role} {epsg}.tif")
                gdal.Warp(warped, path, dstSRS=f"EPSG:{epsg}", xRes=8, yRes=12, srcNodata=0, dstNodata=0)
                path = warped
            paths.append(path)
        scenes.append(SceneFiles(*paths))
    made = tmp_path / "set"
    make(("", "", ""), made, scenes=tuple(scenes), least_labelled=0, shares=(0.5, 0.25, 0.25))
    outlines = []
    for split, names in tile_names(made).items():
        for name in names:
            grid_of_tile = open_raster(str(made / "label" / f"{name}.tif"), "label").grid
            box = footprint(grid_of_tile, Grid(1, 1, PIXELS, wkt(UTM_11N)))  # in pixels of the first scene
            assert box is not None
            outlines.append((split, name.split("_")[0], box))
    meeting = 0
    for split, scene, (left, top, right, bottom) in outlines:
        for other, other_scene, box in outlines:
            near = max(left - box[2], box[0] - right, top - box[3], box[1] - bottom) < 7
            if near and scene != other_scene:
                meeting += 1
                assert split == other
    assert meeting > 0

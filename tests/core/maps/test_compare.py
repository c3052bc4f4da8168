"""Comparing two maps: the matrix, the change raster, matching of names, grids, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
from osgeo import gdal

import rgbsar_core.raster.map_pair
from rgbsar_core.cli import main
from rgbsar_core.errors import ClassMapError, GridMismatchError, InputError, NodataError, OperationCancelled
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.maps.common_legend import common_legend
from rgbsar_core.maps.compare import CompareParameters, CompareResult, compare_maps
from rgbsar_core.raster.class_map import open_class_map
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.writer import MapWriter
from rgbsar_core.strips import RowBlock
from tests.core.fakes import fingerprint
from tests.rasters import NORTH_UP, UTM_11N, read_raster, wkt, write_raster

PIXEL_HA = 0.010008  # 10 m at the central meridian, where the scale is 0.9996: 100.08 m2
# water 1, forest 3, city 7; and the same with other values and order, city missing, field new
BEFORE = np.array([[1, 1, 3, 3], [1, 3, 3, 7], [0, 3, 7, 7]], np.uint8)
AFTER = np.array([[5, 5, 2, 2], [2, 2, 9, 9], [2, 0, 9, 2]], np.uint8)
# both have a class in 10 of the 12 pixels:
#   water: 2 water, 1 forest       forest: 3 forest, 1 field       city: 1 forest, 2 field
EXPECTED = {("water", "water"): 2, ("water", "forest"): 1, ("forest", "forest"): 3, ("forest", "field"): 1,
            ("city", "forest"): 1, ("city", "field"): 2}  # fmt: skip


def legend(**values: int) -> Legend:
    colors = {"water": (0, 0, 200), "forest": (0, 100, 0), "city": (200, 0, 0), "field": (200, 200, 0)}
    return Legend(
        tuple(
            LandCoverClass(value, name, colors.get(name.lower(), (value, value, value)))
            for name, value in values.items()
        )
    )


def write_map(
    path: Path, values: np.ndarray, classes: Legend, grid: tuple[float, ...] = NORTH_UP, epsg: int = UTM_11N
) -> str:
    lattice = Grid(values.shape[1], values.shape[0], grid, wkt(epsg))  # type: ignore[arg-type]
    with MapWriter(path, lattice, classes) as writer:
        writer.write(RowBlock(0, values, values))
        writer.commit()
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in put é"
    path.mkdir()
    return path


@pytest.fixture
def maps(folder: Path) -> tuple[str, str]:
    return (
        write_map(folder / "1990.tif", BEFORE, legend(water=1, forest=3, city=7)),
        write_map(folder / "2020.tif", AFTER, legend(forest=2, water=5, field=9)),
    )


def run(
    maps: tuple[str, str], folder: Path, progress: Any = None, is_cancelled: Any = None, **options: Any
) -> CompareResult:
    fields = {"output": str(folder / "change.tif"), "matches": (("city", "city"), ("field", "field")), **options}
    return compare_maps(CompareParameters(before=maps[0], after=maps[1], **fields), progress, is_cancelled)


def as_pairs(result: CompareResult) -> dict[tuple[str, str], int]:
    found = np.argwhere(result.pixels > 0).tolist()
    return {(result.names[i], result.names[j]): int(result.pixels[i, j]) for i, j in found}


def test_the_matrix_counts_pixels_and_ground_by_name(maps, tmp_path) -> None:
    result = run(maps, tmp_path)
    assert result.names == ("water", "forest", "city", "field")
    assert as_pairs(result) == EXPECTED
    np.testing.assert_allclose(result.hectares, result.pixels * PIXEL_HA, rtol=1e-4)
    assert (result.only_before_pixels, result.only_after_pixels) == (1, 1)
    assert result.compared_hectares == pytest.approx(10 * PIXEL_HA, rel=1e-4)
    assert result.changed_hectares == pytest.approx(5 * PIXEL_HA, rel=1e-4)
    balance = result.to_json()["balance_hectares"]["forest"]
    expected = {"before": 4, "after": 5, "gain": 2, "loss": 1, "net": 1}
    assert balance == pytest.approx({name: count * PIXEL_HA for name, count in expected.items()}, rel=1e-4)


def test_the_change_raster_names_every_pair_that_occurs(maps, tmp_path) -> None:
    before = fingerprint(Path(maps[0]).parent)
    result = run(maps, tmp_path)
    names = {entry.value: entry.name for entry in open_class_map(result.path).legend.classes}
    assert list(names.values()) == [
        "water (unchanged)", "water -> forest", "forest (unchanged)", "forest -> field", "city -> forest",
        "city -> field",
    ]  # fmt: skip
    old, new = {1: "water", 3: "forest", 7: "city"}, {2: "forest", 5: "water", 9: "field"}
    for value, a, b in zip(read_raster(result.path)[0].ravel(), BEFORE.ravel(), AFTER.ravel()):
        if 0 in (a, b):
            assert value == 0
        elif old[a] == new[b]:
            assert names[value] == f"{old[a]} (unchanged)"
        else:
            assert names[value] == f"{old[a]} -> {new[b]}"
    dataset = gdal.Open(result.path)
    assert dataset.GetGeoTransform() == NORTH_UP and dataset.GetRasterBand(1).GetNoDataValue() == 0
    assert dataset.GetMetadataItem("RGBSAR_BEFORE") == "1990.tif"
    assert "RGBSAR_AREA_6" in dataset.GetMetadata()
    assert len({entry.color for entry in result.classes}) == len(result.classes)
    assert fingerprint(Path(maps[0]).parent) == before


def test_the_csv_holds_the_matrix_in_both_units_with_totals(maps, tmp_path) -> None:
    run(maps, tmp_path, matrix=str(tmp_path / "matrix.csv"))
    with open(tmp_path / "matrix.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["unit", "from", "to water", "to forest", "to city", "to field", "total"]
    assert rows[1] == ["pixels", "water", "2", "1", "0", "0", "3"]
    assert rows[5] == ["pixels", "total", "2", "5", "0", "3", "10"]
    assert rows[8] == ["hectares", "city", "0.0000", "0.0100", "0.0000", "0.0200", "0.0300"]
    assert rows[10][:2] == ["hectares", "total"] and len(rows) == 11


def test_a_class_of_one_map_only_is_counted_and_said(folder, tmp_path) -> None:
    before = write_map(folder / "a.tif", np.array([[1, 2, 2]], np.uint8), legend(water=1, forest=2))
    after = write_map(folder / "b.tif", np.array([[1, 2, 3]], np.uint8), legend(water=1, forest=2, city=3))
    result = run((before, after), tmp_path, matches=())
    assert as_pairs(result) == {("water", "water"): 1, ("forest", "forest"): 1, ("forest", "city"): 1}
    assert result.warnings == ("Classes that only the later map has: city.",)


def test_areas_are_ground_in_a_projection_that_stretches(folder, tmp_path) -> None:
    """Web Mercator at 60 degrees: 20 m pixels of 100 m2 (within the ellipsoid's 1 %)."""
    mercator = (0.0, 20.0, 0.0, 8_399_737.89, 0.0, -20.0)
    values = np.ones((10, 10), np.uint8)
    before = write_map(folder / "a.tif", values, legend(water=1, forest=2), mercator, 3857)
    after = write_map(folder / "b.tif", values + 1, legend(water=1, forest=2), mercator, 3857)
    result = run((before, after), tmp_path, matches=())
    assert result.changed_hectares == pytest.approx(1.0, rel=0.01)


# Names.


@pytest.mark.parametrize(
    ("before", "after", "matches", "names", "pairs"),
    [
        # capitals and spaces do not matter; the earlier map's spelling and order count
        ({"Open water": 1, "Forest": 2}, {"forest": 1, "open  WATER": 2}, (), ("Open water", "Forest"), {1: 1, 2: 0}),
        # other names for the same
        ({"water": 1, "forest": 2}, {"Wasser": 1, "Wald": 2}, (("Wasser", "water"), ("wald", "forest")),
         ("water", "forest"), {1: 0, 2: 1}),
        # several classes become one, in either map
        ({"pine": 1, "oak": 2}, {"forest": 5}, (("pine", "forest"), ("oak", "Forest")), ("forest",), {5: 0}),
        # a class of its own goes into the table
        ({"water": 1, "road": 2}, {"water": 1, "field": 2}, (("road", "road"), ("field", "field")),
         ("water", "road", "field"), {1: 0, 2: 2}),
    ],
)  # fmt: skip
def test_classes_are_matched_by_name_and_by_the_table(before, after, matches, names, pairs) -> None:
    found = common_legend(legend(**before), legend(**after), matches)
    assert found.names == names
    assert {value: int(found.after[value]) for value in pairs} == pairs
    assert found.after[0] == found.before[0] == 255


@pytest.mark.parametrize(
    ("matches", "kind", "message"),
    [
        ((), ClassMapError, "only the earlier map has 'forest', only the later one 'Wald'.*mapping table"),
        ((("Wiese", "meadow"),), ClassMapError, "has 'Wiese' = 'meadow'.*'water', 'forest' and 'water', 'Wald'"),
        ((("Wald", " "),), ClassMapError, "the name to compare it as"),
        ((("Wald", "forest"), ("wald", "water")), InputError, "'wald' two names, 'forest' and 'water'"),
    ],
)
def test_names_that_cannot_be_matched_are_refused(matches, kind, message) -> None:
    with pytest.raises(kind, match=message):
        common_legend(legend(water=1, forest=2), legend(water=1, Wald=2), matches)


def test_maps_without_names_are_matched_by_value(folder, tmp_path) -> None:
    maps = (write_raster(folder / "a.tif", BEFORE), write_raster(folder / "b.tif", np.where(BEFORE == 3, 7, BEFORE)))
    assert as_pairs(run(maps, tmp_path, matches=())) == {
        ("class 1", "class 1"): 3, ("class 3", "class 7"): 5, ("class 7", "class 7"): 3,
    }  # fmt: skip


def test_of_very_many_pairs_the_largest_are_named(folder, tmp_path) -> None:
    """30 classes, 900 pairs, of which a byte can tell 254; the pair that occurs most is among them."""
    names = {f"kind {n}": n for n in range(1, 31)}
    before = np.repeat(np.arange(1, 31, dtype=np.uint8), 30)[None].repeat(2, axis=0)
    after = np.tile(np.arange(1, 31, dtype=np.uint8), 30)[None].repeat(2, axis=0)
    before[1], after[1] = 30, 29
    maps = (write_map(folder / "a.tif", before, legend(**names)), write_map(folder / "b.tif", after, legend(**names)))
    result = run(maps, tmp_path, matches=())
    values = read_raster(result.path)[0]
    names_found = {entry.value: entry.name for entry in result.classes}
    assert len(result.classes) == 254 and names_found[254] == "other change"
    assert (values > 0).all() and (values == 254).sum() == 900 - 253
    assert names_found[values[1, 0]] == "kind 30 -> kind 29"
    assert result.pixels.sum() == values.size and "900 pairs of classes" in result.warnings[-1]


# Grids.


def moved(columns: int, rows: int) -> tuple[float, ...]:
    return (NORTH_UP[0] + 10 * columns, 10.0, 0.0, NORTH_UP[3] - 10 * rows, 0.0, -10.0)


@pytest.mark.parametrize("base", ["before", "after"])
def test_only_common_ground_is_compared_on_the_chosen_lattice(folder, tmp_path, base: str) -> None:
    numbers = np.random.default_rng(2)
    before, after = numbers.integers(1, 3, (2, 20, 30)).astype(np.uint8)
    maps = (
        write_map(folder / "a.tif", before, legend(water=1, forest=2)),
        write_map(folder / "b.tif", after, legend(water=1, forest=2), moved(5, -3)),
    )
    result = run(maps, tmp_path, matches=(), grid=base)
    a, b = before[0:17, 5:30], after[3:20, 0:25]
    expected = [[int(((a == i) & (b == j)).sum()) for j in (1, 2)] for i in (1, 2)]
    assert result.pixels.tolist() == expected
    assert gdal.Open(result.path).GetGeoTransform() == (500_050.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0)
    assert result.warnings == ()


def test_another_crs_and_pixel_size_are_brought_onto_the_grid(folder, tmp_path) -> None:
    """The later map shows the same ground in degrees, in pixels of about 2 m: no change but along edges."""
    before = np.kron(np.array([[1, 2], [2, 1]], np.uint8), np.ones((20, 20), np.uint8))
    first = write_map(folder / "a.tif", before, legend(water=1, forest=2))
    warped = str(folder / "b.tif")
    gdal.Warp(warped, first, dstSRS="EPSG:4326", xRes=2e-5, yRes=2e-5, resampleAlg="near")
    dataset = gdal.Open(warped)  # read-only: names go into the side file
    dataset.GetRasterBand(1).SetCategoryNames(["", "water", "forest"])
    dataset = None
    result = run((first, warped), tmp_path, matches=())
    assert result.pixels.sum() > 1500 and result.pixels[0, 1] + result.pixels[1, 0] <= 0.02 * result.pixels.sum()
    assert "resampled to the nearest" in result.warnings[0] and "pixels measure 10 m and" in result.warnings[1]
    assert gdal.Open(result.path).GetGeoTransform() == NORTH_UP


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_strips_of_any_height_give_the_same_result(folder, tmp_path, monkeypatch, rows: int) -> None:
    numbers = np.random.default_rng(rows)
    maps = tuple(
        write_map(folder / f"{name}.tif", values, legend(water=1, forest=2), moved(shift, shift))
        for name, shift, values in zip("ab", (0, 2), numbers.integers(0, 3, (2, 23, 17)).astype(np.uint8))
    )
    whole = run(maps, tmp_path, matches=())
    expected = read_raster(whole.path).tolist()
    monkeypatch.setattr(rgbsar_core.raster.map_pair, "_STRIP_PIXELS", rows * 15)
    strips = run(maps, tmp_path, matches=())
    assert strips.pixels.tolist() == whole.pixels.tolist() and read_raster(strips.path).tolist() == expected
    np.testing.assert_allclose(strips.hectares, whole.hectares, rtol=1e-12)


# Refusals, cancelling, command.

Bad = Callable[[tuple[str, str], Path], dict[str, Any]]
BAD: dict[str, tuple[Bad, type[Exception], str]] = {
    "names do not match": (lambda m, f: {"matches": ()}, ClassMapError, "earlier map has 'city'.*later one 'field'"),
    "far apart": (
        lambda m, f: {"after": write_map(f / "far.tif", AFTER, legend(forest=2, water=5, field=9), moved(9000, 0))},
        GridMismatchError, "share no ground: .*1990.tif.* covers .*longitude.*same place, or correct a wrong CRS",
    ),
    "far apart in another CRS": (
        lambda m, f: {"after": write_map(f / "geo.tif", AFTER, legend(forest=2, water=5, field=9),
                                         (10.0, 0.1, 0.0, 50.0, 0.0, -0.1), 4326)},
        GridMismatchError, "share no ground",
    ),
    "no CRS": (lambda m, f: {"after": write_raster(f / "c.tif", AFTER, epsg=None)}, GridMismatchError, "later raster"),
    "no such map": (lambda m, f: {"before": str(f / "none.tif")}, InputError, "earlier input .* was not found"),
    "no classes": (
        lambda m, f: {"after": write_raster(f / "d.tif", np.full((9, 9), 0.5, np.float32))}, ClassMapError, "0.5",
    ),
    "no common pixel": (
        lambda m, f: {"after": write_map(f / "e.tif", np.array([[0] * 4, [0] * 4, [2, 0, 0, 0]], np.uint8),
                                         legend(forest=2, water=5, field=9))},
        NodataError, "No pixel has a class in both",
    ),
    "a value without a name": (
        lambda m, f: {"after": write_map(f / "g.tif", AFTER + 1, legend(forest=2, water=5, field=9))},
        ClassMapError, "g.tif' has the value 6, which its class table does not name",
    ),
    "output is the later map": (lambda m, f: {"output": m[1]}, InputError, "is also an input"),
    "matrix is the output": (lambda m, f: {"matrix": m[0] + ".x", "output": m[0] + ".x"}, InputError, "share the name"),
    "no folder": (lambda m, f: {"matrix": str(f / "no" / "m.csv")}, InputError, "does not exist"),
    "grid": (lambda m, f: {"grid": "finer"}, InputError, "expected before or after"),
    "format": (lambda m, f: {"output_format": "PNG"}, InputError, "expected GTiff or COG"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence_and_leaves_nothing(maps, folder, tmp_path, case: str) -> None:
    change, kind, message = BAD[case]
    options = change(maps, folder)
    before = fingerprint(folder)
    pair = (options.pop("before", maps[0]), options.pop("after", maps[1]))
    with pytest.raises(kind, match=message):
        run(pair, tmp_path, **options)
    assert fingerprint(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("step", ["Opening", "Counting", "Writing"])
def test_a_cancelled_run_leaves_nothing(maps, tmp_path, step: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    reached: list[str] = []

    def note(share: float, text: str) -> None:
        if text.startswith(step):
            reached.append(text)

    with pytest.raises(OperationCancelled):
        run(maps, folder, note, lambda: bool(reached), matrix=str(folder / "m.csv"))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("base", ["before", "after"])
def test_maps_in_degrees_a_whole_turn_apart_are_the_same_ground(tmp_path, base: str) -> None:
    """179.98 to 180.02 in one file, -180.02 to -179.98 in the other; and the same in pixels half as wide."""
    classes = legend(water=1, forest=3, city=7)
    before = write_map(tmp_path / "a.tif", BEFORE, classes, (179.98, 0.01, 0, 10, 0, -0.01), 4326)
    finer = write_map(tmp_path / "c.tif", BEFORE.repeat(2, 1), classes, (-180.02, 0.005, 0, 10, 0, -0.01), 4326)
    same = write_map(tmp_path / "b.tif", BEFORE, classes, (-180.02, 0.01, 0, 10, 0, -0.01), 4326)
    for after in (same, finer):
        result = compare_maps(CompareParameters(before, after, str(tmp_path / "change.tif"), grid=base))
        counts = np.array(result.pixels)
        assert counts.sum() == np.trace(counts) == 11 * (2 if (after, base) == (finer, "after") else 1)


def test_the_command_prints_balance_and_changes_or_json(maps, tmp_path, capsys) -> None:
    outputs = ["-o", str(tmp_path / "c.tif"), "--matrix", str(tmp_path / "m.csv")]
    command = ["compare", *maps, *outputs, "--match", "city=city", "--match", "field = field"]
    assert main([*command, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["pixels"][0] == [2, 1, 0, 0] and result["classes"][1]["name"] == "water -> forest"
    assert main([*command, "--grid", "after", "--format", "COG"]) == 0
    said = capsys.readouterr()
    assert "city -> field: 0.02 ha, 2 pixels" in said.out and "changed: 0.05 of 0.10 ha (50.0 %)" in said.out
    assert said.out.endswith(f"Map: {tmp_path / 'c.tif'}\n")
    assert main(["compare", *maps, *outputs]) == 1
    assert "class names do not match" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["city", "=city", "city= "])
def test_the_command_refuses_half_a_pair(maps, capsys, text: str) -> None:
    with pytest.raises(SystemExit):
        main(["compare", *maps, "-o", "x.tif", "--match", text])
    assert "is no pair of names like Wald=forest" in capsys.readouterr().err

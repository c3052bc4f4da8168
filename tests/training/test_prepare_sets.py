"""WHU-OPT-SAR and Potsdam are tiled, DDHR-SK split and a training split counted as documented."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from osgeo import gdal

from rgbsar_core.errors import InputError
from tests.rasters import NORTH_UP, read_raster, write_raster
from training.data import split_ddhr_sk, statistics, tile_potsdam, tile_whu_opt_sar
from training.data.cutting import windows
from training.data.tile_whu_opt_sar import tile_scenes
from training.datasets.splits import open_images
from training.recipe_file import read_recipe

from .tiles_on_disk import tile_pixels, tiles_recipe, write_listed_tiles


def scene(folder: Path, name: str, width: int = 20, height: int = 13) -> dict[str, np.ndarray]:
    """Pixels that tell where they are; labels 0 to 70."""
    rows, columns = np.mgrid[:height, :width]
    pixels = {
        "optical": np.stack([rows, columns, rows + columns, rows * 0]).astype(np.uint8),
        "sar": (rows * 10 + columns).astype(np.uint8)[None],
        "lbl": ((rows + columns) % 8 * 10).astype(np.uint8)[None],
    }
    for role, array in pixels.items():
        (folder / role).mkdir(parents=True, exist_ok=True)
        write_raster(folder / role / f"{name}.tif", array)
    return pixels


def test_a_scene_of_5556_by_3704_gives_88_tiles_column_by_column_the_last_shifted_back() -> None:
    places = windows(5556, 3704)
    assert len(places) == 88 == len(set(places))
    assert places[:3] == ((0, 0), (0, 512), (0, 1024))
    assert places[7] == (0, 3704 - 512) and places[8] == (512, 0)
    assert places[-1] == (5556 - 512, 3704 - 512)
    assert windows(1024, 512) == ((0, 0), (512, 0))


def test_tiles_hold_the_pixels_of_their_place_and_labels_divided_by_ten(tmp_path: Path) -> None:
    pixels = scene(tmp_path / "raw", "NH49")
    scene(tmp_path / "raw", "NH50")
    (tmp_path / "train.txt").write_text("NH49.tif\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text("NH50\n", encoding="utf-8")
    count = tile_scenes(tmp_path / "raw", tmp_path / "out", {"train": ["NH49"], "test": ["NH50"]}, side=8)
    assert count == 2 * 3 * 2
    # Columns start at 0, 8, 12 (20 - 8), rows at 0, 5 (13 - 8): index 3 is the second column's second row.
    square = (slice(None), slice(5, 13), slice(8, 16))
    train = tmp_path / "out" / "train"
    np.testing.assert_array_equal(read_raster(train / "opt_dir" / "NH49_003.tif"), pixels["optical"][square])
    np.testing.assert_array_equal(read_raster(train / "sar_dir" / "NH49_003.tif"), pixels["sar"][square])
    np.testing.assert_array_equal(read_raster(train / "ann_dir" / "NH49_003.tif"), pixels["lbl"][square] // 10)
    left, width, _, top, _, height = NORTH_UP
    geotransform = gdal.Open(str(train / "sar_dir" / "NH49_003.tif")).GetGeoTransform()
    assert geotransform == (left + 80, width, 0.0, top - 50, 0.0, height)
    assert len(list((tmp_path / "out" / "test" / "ann_dir").glob("NH50_*.tif"))) == 6


def test_scenes_that_cannot_be_tiled_are_refused_and_leave_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    scene(raw, "a")
    with pytest.raises(InputError, match=r"optical.b\.tif' does not exist \(3 files missing\)"):
        tile_scenes(raw, out, {"train": ["a", "b"]}, side=8)
    with pytest.raises(InputError, match="The scene 'a' is listed more than once; expected it in one list"):
        tile_scenes(raw, out, {"train": ["a"], "test": ["a"]}, side=8)
    with pytest.raises(InputError, match="'a' has 20 x 13 pixels; expected one size of 16 or more"):
        tile_scenes(raw, out, {"train": ["a"]}, side=16)
    write_raster(raw / "lbl" / "a.tif", np.full((1, 13, 20), 15, np.uint8))
    with pytest.raises(InputError, match="The label of 'a' holds 15; expected 0, 10 .. 70"):
        tile_scenes(raw, out, {"train": ["a"]}, side=8)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"]
    out.mkdir()
    arguments = [str(raw), str(out), "--train", str(tmp_path / "none.txt"), "--test", str(tmp_path / "none.txt")]
    assert tile_whu_opt_sar.main(arguments) == 1
    assert "none.txt' cannot be read" in caplog.text
    with pytest.raises(InputError, match="is there already; expected a new folder"):
        tile_scenes(raw, out, {"train": ["a"]}, side=8)


def test_a_folder_that_is_called_like_a_half_made_one_stays(tmp_path: Path) -> None:
    scene(tmp_path / "raw", "a")
    own = tmp_path / "out.part" / "notes.txt"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    tile_scenes(tmp_path / "raw", tmp_path / "out", {"train": ["a"]}, side=8)
    assert own.read_text(encoding="utf-8") == "mine" and (tmp_path / "out" / "train").is_dir()


def potsdam_image(folder: Path, row: int, column: int, side: int = 20) -> dict[str, np.ndarray]:
    """Pixels that tell where they are, in the data set's own folders and under its own names."""
    rows, columns = np.mgrid[:side, :side]
    building = np.where(rows + columns < side, 255, 0)  # blue: building; black: no colour of the data set
    pixels = {
        "RGBIR": np.stack([rows, columns, rows + columns, rows * 0]).astype(np.uint8),
        "dsm": (rows * 20 + columns).astype(np.float32)[None],
        "label": np.stack([rows * 0, rows * 0, building]).astype(np.uint8),
    }
    top = f"top_potsdam_{row}_{column}"
    for role, path in (
        ("RGBIR", f"4_Ortho_RGBIR/{top}_RGBIR.tif"),
        ("dsm", f"1_DSM/dsm_potsdam_{row:02d}_{column:02d}.tif"),
        ("label", f"5_Labels_all/{top}_label.tif"),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_raster(folder / path, pixels[role])
    return pixels


def test_an_image_of_potsdam_gives_144_tiles_the_last_ending_at_the_border() -> None:
    places = windows(6000, 6000)
    assert len(places) == 144 == len(set(places))
    assert (24 * 144, 14 * 144) == (3456, 2016)  # shared/reference/DATASETS_AMM.md, section 3
    assert places[11] == (0, 6000 - 512) and places[-1] == (6000 - 512, 6000 - 512)


def test_potsdam_tiles_hold_the_pixels_of_their_place_and_the_recipe_reads_them(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    pixels = {number: potsdam_image(raw, *number) for number in ((2, 10), (7, 8), (2, 13))}
    lists = {"train": "2_10\n7_8\n", "test": "2_13\n"}
    for name, text in lists.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    counts = tile_potsdam.tile_images(raw, out, ("2_10", "7_8"), ("2_13",), 0.25, side=8)
    # Columns and rows start at 0, 8 and 12 (20 - 8): 9 tiles an image, of 18 to train on 4 (a quarter, 4.5) for val.
    assert counts == {"train": 14, "val": 4, "test": 9}
    names = {split: sorted(path.name for path in (out / "img_dir" / split).iterdir()) for split in counts}
    assert len({*names["train"], *names["val"]}) == 18 and {len(names[split]) for split in counts} == {14, 4, 9}
    for name in (*names["val"], *names["test"]):
        number = (7, 8) if "_7_8_" in name else (2, 10) if "_2_10_" in name else (2, 13)
        column, row = divmod(int(name[-7:-4]), 3)
        square = (slice(None), slice((0, 8, 12)[row], None), slice((0, 8, 12)[column], None))
        split = "test" if number == (2, 13) else "val"
        for role, folder in (("RGBIR", "img_dir"), ("dsm", "dsm_dir"), ("label", "ann_dir")):
            tile = read_raster(out / folder / split / name.replace("RGBIR", role))
            np.testing.assert_array_equal(tile, pixels[number][role][square][:, :8, :8])
    recipe = read_recipe(
        Path(tile_potsdam.__file__).parents[1] / "recipes" / "potsdam" / "unet.yaml", [f"data.folders=['{out}']"]
    )
    first = open_images(recipe, ("test",))[0]
    assert first.labels[0, 0] == 2 and first.sar[0, 1, 2] == 22  # blue is building; row 1, column 2

    again = tmp_path / "again"
    assert tile_potsdam.tile_images(raw, again, ("2_10", "7_8"), ("2_13",), 0.25, side=8) == counts
    assert sorted(path.name for path in (again / "img_dir" / "val").iterdir()) == names["val"]


def test_potsdam_images_that_cannot_be_tiled_are_refused_and_leave_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    potsdam_image(raw, 2, 10)

    def refused(message: str, train: tuple[str, ...], test: tuple[str, ...] = (), share: float = 0.5) -> None:
        with pytest.raises(InputError, match=message):
            tile_potsdam.tile_images(raw, out, train, test, share, side=16)

    refused("has 0 files 'top_potsdam_2_11_RGBIR.tif'; expected one", ("2_10", "2_11"))
    refused("The image 2_10 is listed more than once", ("2_10",), ("2_10",))
    refused("name the image 'top_2_10'; expected numbers such as 2_10", ("top_2_10",))
    refused("There are 0 images to train on", ())
    refused("a share of 1 to validate; expected .* between 0 and 1", ("2_10",), share=1)
    write_raster(raw / "1_DSM" / "dsm_potsdam_02_10.tif", np.zeros((1, 20, 12), np.float32))
    refused("'2_10' has 12 x 20, 20 x 20 pixels; expected one size of 16 or more for RGBIR, dsm, label", ("2_10",))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"]
    arguments = [str(raw), str(out), "--train", str(tmp_path / "none.txt"), "--test", str(tmp_path / "none.txt")]
    assert tile_potsdam.main(arguments) == 1
    assert "none.txt' cannot be read" in caplog.text


def test_ddhr_blocks_of_a_hundred_alternate() -> None:
    train, held = split_ddhr_sk.split_numbers(6173)
    assert (len(train), len(held)) == (3172, 3000)
    assert held[:2] == (200, 201) and held[99:101] == (299, 400) and held[-1] == 6099
    assert train[198:200] == (199, 300) and train[-1] == 6172
    assert not set(train) & set(held)


def test_ddhr_lists_are_written_once_and_only_for_a_whole_set(tmp_path: Path) -> None:
    (tmp_path / "label").mkdir()
    for number in range(1, 302):
        (tmp_path / "label" / f"{number}.png").touch()
    assert split_ddhr_sk.main([str(tmp_path)]) == 0
    assert (tmp_path / "val.txt").read_text(encoding="utf-8").split() == [str(number) for number in range(200, 300)]
    assert (tmp_path / "train.txt").read_text(encoding="utf-8").split()[-1] == "300"
    with pytest.raises(InputError, match="train.txt' exists already"):
        split_ddhr_sk.write_lists(tmp_path)
    for name in ("train.txt", "val.txt", "label/7.png"):
        (tmp_path / name).unlink()
    with pytest.raises(InputError, match="has 300 numbered .png files up to 301"):
        split_ddhr_sk.write_lists(tmp_path)


def test_the_makers_lists_of_ddhr_name_the_numbers_of_their_paths(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "label").mkdir()
    for number in (1, 2, 3):
        (tmp_path / "label" / f"{number}.png").touch()
    line = "DATA/256_cloud/GF2/{0}.jpg DATA/256_cloud/GF3/{0}.jpg DATA/label/{0}.png\n"
    makers = tmp_path / "trainM_list.txt", tmp_path / "valM_list.txt"
    makers[0].write_text(line.format(3) + line.format(1), encoding="utf-8")
    makers[1].write_text(line.format(4), encoding="utf-8")
    arguments = [str(tmp_path), "--train", str(makers[0]), "--val", str(makers[1])]
    assert split_ddhr_sk.main(arguments) == 1
    assert "The lists name the tile 4; " in caplog.text and not (tmp_path / "train.txt").exists()
    makers[1].write_text(line.format(2), encoding="utf-8")
    assert split_ddhr_sk.main(arguments) == 0
    lists = [(tmp_path / name).read_text(encoding="utf-8") for name in ("train.txt", "val.txt")]
    assert lists == ["1\n3\n", "2\n"]
    makers[1].write_text(line.format(2) + "GF2/2.jpg GF3/3.jpg label/2.png\n", encoding="utf-8")
    with pytest.raises(InputError, match="valM_list.txt' has no tile in its line 2; expected the paths"):
        split_ddhr_sk.read_makers_list(makers[1])
    with pytest.raises(SystemExit):
        split_ddhr_sk.main(arguments[:3])


def test_statistics_of_a_training_split_are_lines_for_its_recipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_listed_tiles(tmp_path, {"train": 2, "test": 1})
    tiles_recipe(tmp_path)
    arguments = [str(tmp_path / "recipe.yaml"), "data.tiles.hold_out=0", "sar.mean=[1]", "sar.std=[1]"]
    assert statistics.main(arguments) == 0
    text = capsys.readouterr().out
    found = yaml.safe_load(text)
    sar = np.stack([tile_pixels(seed)[1] for seed in range(2)]).astype(float)
    np.testing.assert_allclose((found["sar"]["mean"], found["sar"]["std"]), ([sar.mean()], [sar.std()]), atol=1e-4)
    assert len(found["optical"]["mean"]) == 3
    assert "# 2 training images" in text and "# class 2 bright: 4,096 pixels, 50.0 %" in text

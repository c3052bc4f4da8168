"""WHU-OPT-SAR is tiled, DDHR-SK split and a training split counted as documented."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from osgeo import gdal

from rgbsar_core.errors import InputError
from tests.rasters import NORTH_UP, read_raster, write_raster
from training.data import split_ddhr_sk, statistics, tile_whu_opt_sar
from training.data.tile_whu_opt_sar import tile_scenes, windows

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

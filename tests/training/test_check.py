"""`python -m training.check` looks at each published layout as its recipe reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbsar_core.dataset.check import CheckParameters, CheckResult, check_dataset
from rgbsar_core.dataset.findings import Findings
from rgbsar_core.errors import RgbSarError
from training import check
from training.datasets.recipe_samples import recipe_samples
from training.recipe_file import read_recipe

from .scenes_on_disk import write_scenes
from .tiles_on_disk import tiles_recipe, write_listed_tiles, write_tile

RECIPES = Path(__file__).resolve().parents[2] / "training" / "recipes"
SIDE = 16


def noisy(*values: float, dtype: Any = np.uint8, seed: int = 0) -> NDArray[Any]:
    """(bands, 16, 16): half of each band lies one below its value and half one above: its mean is known."""
    steps = np.random.default_rng(seed).permutation(np.repeat([-1, 1], SIDE * SIDE // 2)).reshape(SIDE, SIDE)
    return (np.array(values)[:, None, None] + steps).astype(dtype)


def labels(*values: int) -> NDArray[np.uint8]:
    """(16, 16), equally many pixels of each of 1, 2, 4, 8 or 16 values."""
    return np.repeat(np.array(values, np.uint8), SIDE * SIDE // len(values)).reshape(SIDE, SIDE)


def checked(name: str, folder: Path) -> CheckResult:
    recipe = read_recipe(RECIPES / f"{name}.yaml", [f"data.folders=['{folder}']"])
    return check_dataset(
        CheckParameters(str(folder)), find_samples=lambda findings: recipe_samples(recipe, findings)
    )


def pixels(result: CheckResult, split: str = "train") -> dict[str, int]:
    """Labelled pixels of a split by class, those it has."""
    (facts,) = (facts for facts in result.splits if facts.name == split)
    return {entry.name: count for entry, count in zip(result.classes, facts.pixels) if count}


def kinds(result: CheckResult) -> set[str]:
    """What is wrong, but that small samples lack classes, and that those here show one and the same ground."""
    expected = {"absent in training", "absent elsewhere", "touching"}
    return {finding.kind for finding in result.findings} - expected


def test_whu_is_validated_on_its_test_folder_and_three_of_four_bands_count(tmp_path: Path) -> None:
    for seed, split in enumerate(("train", "test")):
        for name in ("a_000", "a_001"):  # the same names in both folders
            write_tile(tmp_path / split / "opt_dir" / f"{name}.tif", noisy(10, 20, 30, 200, seed=seed))
            write_tile(tmp_path / split / "sar_dir" / f"{name}.tif", noisy(40))
            write_tile(tmp_path / split / "ann_dir" / f"{name}.tif", labels(0, 1, 7, 7))
    result = checked("whu_opt_sar/asanet", tmp_path)
    assert kinds(result) == set()
    assert pixels(result) == {"farmland": 128, "other": 256} and result.splits[0].unlabelled == 128
    assert [(band.name, band.mean) for band in result.optical] == [("B", 30.0), ("G", 20.0), ("R", 10.0)]
    assert [(band.name, band.mean) for band in result.sar] == [("GF-3", 40.0)]  # once


def test_potsdam_has_heights_for_sar_and_labels_in_colours(tmp_path: Path) -> None:
    colors = np.repeat(np.array([(0, 0, 255), (0, 255, 0), (255, 255, 0), (7, 7, 7)], np.uint8), 64, axis=0)
    for split in ("train", "val"):
        write_tile(tmp_path / "img_dir" / split / "p_RGBIR_0.tif", noisy(9, 50, 100, 200))
        write_tile(tmp_path / "dsm_dir" / split / "p_dsm_0.tif", noisy(35, dtype=np.float32))
        write_tile(tmp_path / "ann_dir" / split / "p_label_0.tif", colors.T.reshape(3, SIDE, SIDE))
    result = checked("potsdam/unet", tmp_path)
    assert kinds(result) == set()
    assert pixels(result) == {"building": 64, "tree": 64, "car": 64, "clutter": 64}
    assert [band.name for band in result.sar] == ["surface height"]
    write_tile(tmp_path / "ann_dir" / "val" / "p_label_0.tif", labels(1))
    assert kinds(checked("potsdam/unet", tmp_path)) == {"label colours"}


def hunan(folder: Path, role: str, pixels: NDArray[Any], token: str) -> None:
    for split in ("train", "val"):
        write_tile(folder / "s2_dir" / split / "7_s2.tif", noisy(*range(100, 113), dtype=np.float32))
        write_tile(folder / role / split / f"7_{token}.tif", pixels)
        write_tile(folder / "ann_dir" / split / "7_lc.tif", labels(*range(13), 255, 1, 2))


def test_hunans_thirteen_numbers_are_seven_classes_and_unlabelled(tmp_path: Path) -> None:
    hunan(tmp_path, "s1_dir", noisy(-10, -18, dtype=np.float32), "s1")
    result = checked("hunan/unet", tmp_path)
    assert kinds(result) == set() and len(result.classes) == 7
    assert pixels(result) == {
        "cropland": 32, "forest": 48, "grassland": 16, "wetland": 16, "water": 16, "unused land": 16,
        "built-up area": 48,
    }  # fmt: skip
    assert result.splits[0].unlabelled == 4 * 16  # 0, 11, 12 and 255
    write_tile(tmp_path / "ann_dir" / "train" / "7_lc.tif", labels(1, 14))
    (finding,) = (finding for finding in checked("hunan/unet", tmp_path).findings if finding.kind == "label values")
    assert finding.where == ("7_* (14)",)


def test_hunan_with_elevation_looks_at_the_first_band_of_dem_dir(tmp_path: Path) -> None:
    hunan(tmp_path, "dem_dir", noisy(955, 3, 4, dtype=np.float32), "topo")
    result = checked("hunan_dem/amm_fusenet", tmp_path)
    assert kinds(result) == set() and [(band.name, band.mean) for band in result.sar] == [("elevation", 955.0)]


def test_dfc2020_has_other_labels_to_train_than_to_validate(tmp_path: Path) -> None:
    for split, token in (("train", "lc"), ("val", "dfc")):
        write_tile(tmp_path / "s2_dir" / split / "x_s2_1.tif", noisy(*range(100, 113), dtype=np.uint16))
        write_tile(tmp_path / "s1_dir" / split / "x_s1_1.tif", noisy(-5, -9, dtype=np.float32))
        write_tile(tmp_path / "ann_dir" / split / f"x_{token}_1.tif", labels(4, 10))
    result = checked("dfc2020/unet", tmp_path)
    assert kinds(result) == set()
    assert pixels(result) == {"forest": 128, "grassland": 128}
    assert pixels(result, "val") == {"grassland": 128, "water": 128}


@pytest.mark.parametrize(
    ("name", "roles", "end"),
    [("pie_rgb_sar/asanet", ("rgb", "sar"), ".tif"), ("ddhr_sk/cmx", ("GF2", "GF3"), ".jpg")],
)
def test_listed_sets_count_from_zero_and_tell_missing_and_unlisted_files(
    tmp_path: Path, name: str, roles: tuple[str, str], end: str
) -> None:
    for number in ("1", "2", "3"):
        write_tile(tmp_path / roles[0] / (number + end), noisy(83, 90, 73))
        write_tile(tmp_path / roles[1] / (number + end), noisy(143))
        write_tile(tmp_path / "label" / (number + (".png" if end == ".jpg" else end)), labels(0, 1, 2, 255))
    (tmp_path / "train.txt").write_text("1\n", encoding="utf-8")
    (tmp_path / "val.txt").write_text("2\n4\n", encoding="utf-8")
    result = checked(name, tmp_path)
    assert kinds(result) == {"missing", "unlisted"}
    assert {finding.kind: finding.where for finding in result.findings}["missing"] == (
        "optical of 4", "sar of 4", "label of 4"
    )  # fmt: skip
    assert list(pixels(result).values()) == [64, 64, 64]


def test_tiles_held_out_are_the_validation_split(tmp_path: Path) -> None:
    write_listed_tiles(tmp_path, {"train": 6, "test": 1})
    folder = recipe_samples(tiles_recipe(tmp_path), Findings())
    assert {split: len(samples) for split, samples in folder.splits.items()} == {"train": 4, "val": 2, "test": 1}


def test_scenes_with_labels_beside_them_are_checked_whole(tmp_path: Path) -> None:
    recipe = read_recipe(write_scenes(tmp_path))
    result = check_dataset(CheckParameters(str(tmp_path)), find_samples=lambda found: recipe_samples(recipe, found))
    assert [(split.name, split.samples) for split in result.splits] == [("train", 2), ("val", 1)]
    assert "missing" not in kinds(result) and "unreadable" not in kinds(result)


def test_splits_to_train_on_may_have_other_names(tmp_path: Path) -> None:
    path = write_scenes(tmp_path)
    table = tmp_path / "scenes.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("train", "2020"), encoding="utf-8")
    recipe = read_recipe(path, ["data.train_splits=['2020']"])
    result = check_dataset(CheckParameters(str(tmp_path)), find_samples=lambda found: recipe_samples(recipe, found))
    assert [(split.name, split.samples) for split in result.splits] == [("2020", 2), ("val", 1)]
    assert "no training list" not in kinds(result) and [band.name for band in result.sar] == ["VH"]


def test_the_command_writes_a_page_and_tells_a_lacking_band_and_an_unknown_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    write_listed_tiles(tmp_path, {"train": 6, "test": 1})
    tiles_recipe(tmp_path)
    recipe, page = str(tmp_path / "recipe.yaml"), tmp_path / "report.html"
    assert check.main([recipe, "--report", str(page), "data.fraction=1/2"]) == 0
    told = capsys.readouterr().out
    assert "Recipe's layout, train 4, val 2, test 1 samples" in told and "Ready for training" in told
    assert page.read_text(encoding="utf-8").count("<figure>") == 7
    assert check.main([recipe, "--json", "optical.file_bands=[1, 2, 4]"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert found[0]["kind"] == "lacking bands" and found[0]["where"][0].endswith("(3, expected 4)")
    assert check.main([recipe, "data.folder=[x]"]) == 1 and "Did you mean 'data.folders'?" in caplog.text


@pytest.mark.parametrize("path", sorted(path for path in RECIPES.rglob("*.yaml") if path.parent.name != "base"))
def test_every_recipes_layout_can_be_looked_at(path: Path, tmp_path: Path) -> None:
    """Nothing lies there: the check gets as far as saying so by the name of what is missing."""
    recipe = read_recipe(path, [f"data.folders=['{tmp_path}']"])
    findings = Findings()
    try:
        recipe_samples(recipe, findings)
    except RgbSarError as error:
        assert str(tmp_path) in str(error)
    else:
        assert [finding.kind for finding in findings.sorted()].count("missing") == 1

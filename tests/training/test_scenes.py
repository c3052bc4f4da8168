"""Scenes are read as they are, and normalised exactly as at inference."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.errors import InputError, RasterIOError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.parameters import ClassificationParameters
from rgbsar_core.radiometry import apply_transform
from rgbsar_core.raster.align import open_pair
from tests.rasters import write_raster
from training.card import build_card, input_specs
from training.datasets.samples import class_pixels, normalise, training_statistics
from training.datasets.scaling import RunningStatistics, class_indices, stretch, stretch_range
from training.datasets.scenes import read_scenes
from training.recipe import Recipe

from .scenes_on_disk import SPLITS, scene_pixels, tiny_recipe, write_polygons

LEGEND = Legend((LandCoverClass(1, "dark", (0, 0, 0)), LandCoverClass(4, "bright", (255, 255, 255))))


def read(recipe: Recipe, *splits: str) -> tuple:
    return read_scenes(recipe.data, splits, recipe.optical, recipe.sar, recipe.legend)


def test_a_split_holds_its_scenes_in_the_order_of_the_table(tiny: Path) -> None:
    scenes = read(tiny_recipe(tiny), "train")
    assert [scene.name for scene in scenes] == [name for name, split in SPLITS.items() if split == "train"]
    optical, sar, labels = scene_pixels(1)
    np.testing.assert_array_equal(scenes[1].optical, optical)
    np.testing.assert_array_equal(scenes[1].sar, sar)
    np.testing.assert_array_equal(scenes[1].labels[labels == 4], 1)  # channel 1 is class value 4
    np.testing.assert_array_equal(scenes[1].labels[labels == 0], IGNORE_INDEX)
    # Rows 4-29 and 36-59, columns 4-59, in two scenes.
    assert class_pixels(scenes, 2) == (2 * 26 * 56, 2 * 24 * 56)


def test_polygons_are_burnt_where_they_lie_for_their_scene_only(tiny: Path, tmp_path: Path) -> None:
    polygons = tmp_path / "polygons.geojson"
    write_polygons(polygons, "south", 4, rows=(10, 13), columns=(20, 30))
    recipe = tiny_recipe(tiny, f"data.polygons={polygons}")
    north, south = read(recipe, "train")
    assert (north.labels == IGNORE_INDEX).all()
    assert (south.labels[10:13, 20:30] == 1).all()
    assert (south.labels != IGNORE_INDEX).sum() == 30


def test_what_training_sees_is_what_the_engine_is_told_to_do(tiny: Path) -> None:
    recipe = tiny_recipe(tiny)
    numbers = training_statistics(read(recipe, "train"), recipe)
    card = build_card(recipe, input_specs(recipe, numbers), {})
    (scene,) = read(recipe, "val")
    folder = tiny / "scenes"
    parameters = ClassificationParameters(
        optical=str(folder / "east_optical.tif"), sar=str(folder / "east_sar.tif"), model="m", output="o"
    )
    with open_pair(parameters, card, lambda: False) as pair:
        told = (pair.optical, pair.sar)
    for transform, image, limits, modality, number in (
        (told[0], scene.optical, scene.optical_range, recipe.optical, numbers[0]),
        (told[1], scene.sar, scene.sar_range, recipe.sar, numbers[1]),
    ):
        assert transform is not None
        seen = normalise(stretch(image, limits), modality.clip, number)
        np.testing.assert_allclose(seen, apply_transform(transform, image), atol=2e-6)


def test_percentiles_are_of_the_scene_and_a_flat_band_has_width_one() -> None:
    image = np.stack((np.arange(101, dtype=np.uint8).reshape(1, 101), np.full((1, 101), 7, np.uint8)))
    assert stretch_range(image, (10.0, 90.0)).tolist() == [[10.0, 90.0], [7.0, 8.0]]
    assert stretch_range(image, None).tolist() == [[0.0, 1.0], [0.0, 1.0]]


def test_statistics_are_over_all_scenes_after_stretch_and_clip() -> None:
    images = [np.array([[[0, 10]]]), np.array([[[20, 90]]])]
    ranges = [np.array([[0.0, 10.0]]), np.array([[10.0, 20.0]])]
    running = RunningStatistics()
    for image, limits in zip(images, ranges):
        running.add(image, limits, (0.0, 2.0))
    mean, std = running.result()  # 0, 1, 1, 8 -> 2: mean 1, variance (1 + 0 + 0 + 1) / 4
    assert mean == (1.0,)
    assert std == (0.7071,)


def test_unknown_class_values_are_named() -> None:
    with pytest.raises(InputError, match="'x' holds the label values 2, 9; the recipe's classes are 1, 4"):
        class_indices(np.array([[0, 1, 2, 9]], np.uint8), LEGEND, "x")


def test_what_cannot_be_read_gets_a_sentence(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="None of the data folders exists: /nowhere.*fetch_landcover_us"):
        read(tiny_recipe(tiny, "data.folders=[/nowhere]"), "train")
    with pytest.raises(InputError, match="has no scene of test; it has train, val"):
        read(tiny_recipe(tiny, "data.splits=scenes.csv"), "test")
    with pytest.raises(InputError, match="'.*none.csv' cannot be read"):
        read(tiny_recipe(tiny, "data.splits=none.csv"), "train")
    (tmp_path / "odd.csv").write_text("name,split\na,train\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no column 'scene'"):
        read(tiny_recipe(tiny, f"data.splits={tmp_path / 'odd.csv'}"), "train")
    with pytest.raises(RasterIOError, match="polygons '.*none.geojson' cannot be used"):
        read(tiny_recipe(tiny, "data.polygons=none.geojson"), "train")
    with pytest.raises(InputError, match="has 1 bands; the recipe names 2"):
        read(tiny_recipe(tiny, "sar.bands=[{name: VV}, {name: VH}]"), "train")


def test_missing_and_misfitting_files_are_named(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scenes"
    shutil.copytree(tiny / "scenes", folder)
    recipe = tiny_recipe(tiny, f"data.folders=[{folder}]")
    write_raster(folder / "east_sar.tif", np.zeros((1, 8, 8), np.uint8))
    with pytest.raises(InputError, match="sizes of scene 'east' differ"):
        read(recipe, "val")
    (folder / "east_sar.tif").unlink()
    with pytest.raises(RasterIOError, match="east_sar.tif' cannot be read.*Fetch the scenes again"):
        read(recipe, "val")


def test_polygons_without_the_expected_fields_are_refused(tiny: Path, tmp_path: Path) -> None:
    polygons = tmp_path / "polygons.geojson"
    write_polygons(polygons, "south", 4, rows=(10, 13), columns=(20, 30))
    polygons.write_text(polygons.read_text(encoding="utf-8").replace('"scene"', '"place"'), encoding="utf-8")
    with pytest.raises(RasterIOError, match="cannot be used.*Check data.polygons"):
        read(tiny_recipe(tiny, f"data.polygons={polygons}"), "train")

"""Scenes are read as they are, and normalised exactly as at inference."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from rgbsar_core.engine.normalise import normalise as engine_normalise
from rgbsar_core.errors import InputError, RasterIOError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.parameters import ClassificationParameters
from rgbsar_core.radiometry import apply_transform
from rgbsar_core.raster.align import open_pair
from rgbsar_core.strips import BOTH_VALID, OPTICAL_VALID, SAR_VALID
from tests.rasters import write_raster
from training.card import build_card, input_specs
from training.datasets.samples import class_pixels, normalise, training_statistics
from training.datasets.scaling import RunningStatistics, class_indices, stretch, stretch_range
from training.datasets.scenes import read_scenes, scene_names
from training.prediction import scene_inputs
from training.recipe import Recipe

from .scenes_on_disk import SPLITS, scene_pixels, tiny_recipe, write_polygons, write_scenes

LEGEND = Legend((LandCoverClass(1, "dark", (0, 0, 0)), LandCoverClass(4, "bright", (255, 255, 255))))


def read(recipe: Recipe, *splits: str) -> tuple:
    return read_scenes(recipe.data, splits, recipe.optical, recipe.sar, recipe.legend)


def test_a_scene_named_twice_is_refused(tmp_path: Path) -> None:
    """Be it in one split or in two."""
    table = tmp_path / "scenes.csv"
    for second in ("train", "val"):
        table.write_text(f"scene,split\na,train\nb,val\na,{second}\n", encoding="utf-8")
        with pytest.raises(InputError, match="scenes.csv' names the scene 'a' twice; expected one row each"):
            scene_names(table, ("train",))


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
    pair = open_pair(parameters, card, lambda: False)
    told = (pair.optical, pair.sar)
    for transform, image, limits, modality, number in (
        (told[0], scene.optical, scene.optical_range, recipe.optical, numbers[0]),
        (told[1], scene.sar, scene.sar_range, recipe.sar, numbers[1]),
    ):
        assert transform is not None
        seen = normalise(stretch(image, limits), modality.clip, number)
        np.testing.assert_allclose(seen, apply_transform(transform, image), atol=2e-6)


def one_scene(folder: Path, optical: np.ndarray, sar: np.ndarray, options: dict, *overrides: str) -> Recipe:
    """A recipe of one scene, `east`; `options` by role, of the files."""
    write_scenes(folder)
    write_raster(folder / "scenes" / "east_optical.tif", optical, **options.get("optical", {}))
    write_raster(folder / "scenes" / "east_sar.tif", sar, **options.get("sar", {}))
    return tiny_recipe(folder, "data.train_splits=[val]", *overrides)


GENERATOR = np.random.default_rng(3)
PLAIN = GENERATOR.integers(1, 4000, (3, 64, 64)).astype(np.uint16)
HOLES = PLAIN.copy()
HOLES[:, 50:, :20] = 0  # nodata
HOLES[0, 5:9, 5:60] = 0  # a dark value of one band
POWER = GENERATOR.gamma(4.0, 0.02, (1, 64, 64)).astype(np.float32)
EMPTY = POWER.copy()
EMPTY[:, :10, 40:] = 0
NAN = POWER.copy()
NAN[:, :10, 40:] = np.nan
SCALED = {"optical": {"scale": 1e-4, "offset": -0.1}}
FREE = ("optical.percentiles=null", "optical.clip=null", "sar.percentiles=null", "sar.clip=null")


@pytest.mark.parametrize(
    ("optical", "sar", "options", "overrides"),
    [
        # what a map leaves out, training leaves out, too
        (HOLES, NAN, {"optical": {"nodata": 0}}, ("sar.units=linear",)),
        (HOLES, EMPTY, {"optical": {"nodata": 0}}, ("sar.units=linear",)),  # nothing declared: power is never 0
        (HOLES, np.where(EMPTY > 0, EMPTY, -1), {"sar": {"nodata": -1}}, ("sar.units=amplitude",)),
        # every unit, with and without percentiles
        (PLAIN, POWER, {}, ("sar.units=linear", *FREE)),
        (PLAIN, np.sqrt(POWER), {}, ("sar.units=amplitude", *FREE)),
        (PLAIN, 10 * np.log10(NAN), {}, ("sar.units=db", *FREE)),
        (PLAIN, (4000 * EMPTY).astype(np.uint16), {}, FREE),
        # numbers that stand for reflectance; digital numbers stay numbers, whatever the file says
        (PLAIN, POWER, SCALED, ("optical.units=reflectance", "sar.units=linear", *FREE)),
        (PLAIN, POWER, SCALED, ("sar.units=linear", *FREE)),
        # fixed numbers, and a clip
        (PLAIN, POWER, {}, ("optical.mean=[1900]", "optical.std=[1000]", "sar.units=linear", *FREE[:3])),
    ],
)  # fmt: skip
def test_a_pixel_means_the_same_in_training_and_in_a_map(
    optical: np.ndarray, sar: np.ndarray, options: dict, overrides: tuple[str, ...], tmp_path: Path
) -> None:
    """The numbers the network is given, for every form of normalisation, nodata included; labels where they count."""
    recipe = one_scene(tmp_path, optical, sar, options, *overrides)
    (scene,) = read(recipe, "val")
    inputs = input_specs(recipe, training_statistics((scene,), recipe))
    card = build_card(recipe, inputs, {})
    folder = tmp_path / "scenes"
    parameters = ClassificationParameters(
        optical=str(folder / "east_optical.tif"), sar=str(folder / "east_sar.tif"), model="m", output="o"
    )
    seen = scene_inputs(scene, inputs)
    labelled = scene_pixels(2)[2] > 0
    pair = open_pair(parameters, card, lambda: False)
    for strip in pair.strips(lambda: False):
        rows = slice(strip.row, strip.row + strip.height)
        for found, transform, pixels, bit in (
            (seen[0], pair.optical, strip.optical, OPTICAL_VALID),
            (seen[1], pair.sar, strip.sar, SAR_VALID),
        ):
            assert transform is not None and pixels is not None and found is not None
            valid = torch.from_numpy((strip.valid & bit) > 0)
            mapped = engine_normalise(torch.from_numpy(pixels.astype(np.float64)), transform, valid)
            np.testing.assert_allclose(found[:, rows], mapped, atol=2e-5)
        both = strip.valid == BOTH_VALID
        np.testing.assert_array_equal(scene.labels[rows] != IGNORE_INDEX, labelled[rows] & both)


def test_labels_that_are_whole_numbers_may_be_stored_as_floating_point() -> None:
    assert class_indices(np.array([[0, 1, 4]], np.float32), LEGEND, "x").tolist() == [[IGNORE_INDEX, 0, 1]]
    with pytest.raises(InputError, match=r"'x' holds the label values 1\.5"):
        class_indices(np.array([[1.5]], np.float32), LEGEND, "x")


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
    with pytest.raises(InputError, match="has 1 bands; the recipe takes the bands 1, 2"):
        read(tiny_recipe(tiny, "sar.bands=[{name: VV}, {name: VH}]"), "train")


def test_missing_and_misfitting_files_are_named(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scenes"
    shutil.copytree(tiny / "scenes", folder)
    recipe = tiny_recipe(tiny, f"data.folders=[{folder}]")
    write_raster(folder / "east_sar.tif", np.zeros((1, 8, 8), np.uint8))
    with pytest.raises(InputError, match="sizes of scene 'east' differ"):
        read(recipe, "val")
    (folder / "east_sar.tif").unlink()
    with pytest.raises(RasterIOError, match="east_sar.tif' cannot be read"):
        read(recipe, "val")


def test_complex_numbers_of_a_scene_are_refused(tmp_path: Path) -> None:
    recipe = one_scene(tmp_path, PLAIN, np.ones((1, 64, 64), np.complex64), {})
    with pytest.raises(InputError, match=r"east_sar.tif' holds complex numbers \(CFloat32\); expected amplitude"):
        read(recipe, "val")


def test_polygons_without_the_expected_fields_are_refused(tiny: Path, tmp_path: Path) -> None:
    polygons = tmp_path / "polygons.geojson"
    write_polygons(polygons, "south", 4, rows=(10, 13), columns=(20, 30))
    polygons.write_text(polygons.read_text(encoding="utf-8").replace('"scene"', '"place"'), encoding="utf-8")
    with pytest.raises(RasterIOError, match="cannot be used.*Check data.polygons"):
        read(tiny_recipe(tiny, f"data.polygons={polygons}"), "train")

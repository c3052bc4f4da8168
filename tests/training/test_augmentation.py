"""Optical, SAR and label move together, and sparse labels are found."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbsar_core.errors import InputError
from rgbsar_core.metrics import IGNORE_INDEX
from training import augmentation
from training.datasets.samples import CropSamples, LabelledPixels, crop, normalise
from training.datasets.scenes import Scene
from training.recipe import AugmentationRecipe, Recipe

from .scenes_on_disk import tiny_recipe

UNIT_RANGE = np.array([[0.0, 1.0]])
NEUTRAL = ((0.0,), (1.0,))


def scene(labels: NDArray[np.uint8], name: str = "s") -> Scene:
    """A scene whose single optical and SAR band hold the numbers of the labels."""
    pixels = labels[None].copy()
    return Scene(name, pixels, pixels.copy(), labels, UNIT_RANGE, UNIT_RANGE)


def ramp(side: int = 64) -> NDArray[np.uint8]:
    """Every pixel differs from its neighbours to the right and below; no symmetry maps it onto itself."""
    rows, columns = np.mgrid[:side, :side]
    return (rows * 2 + columns).astype(np.uint8)


@pytest.fixture
def recipe(tiny: Path) -> Recipe:
    """Geometric changes only."""
    return tiny_recipe(tiny, "augmentation.speckle=0", "augmentation.balanced=0")


def test_cut_zoom_and_turn_move_all_three_alike(recipe: Recipe) -> None:
    labels = ramp()
    scenes = [scene(labels)]
    pixels = LabelledPixels(scenes, 255)
    turned = set()
    for seed in range(60):
        optical, sar, moved = crop(scenes, pixels, recipe, np.random.default_rng(seed))
        assert optical.shape == sar.shape == (1, 48, 48) and moved.shape == (48, 48)
        np.testing.assert_array_equal(optical, sar)
        # Bilinear images and nearest labels of a ramp of slopes 2 and 1 differ by at most half a pixel's 3 steps.
        assert np.abs(optical[0] - moved).max() <= 1.5 + 1e-4
        steps = (int(moved[-1, 0]) - int(moved[0, 0]), int(moved[0, -1]) - int(moved[0, 0]))
        turned.add((steps[0] > 0, steps[1] > 0, abs(steps[0]) > abs(steps[1])))
    assert len(turned) == 8  # all symmetries were drawn


@pytest.mark.parametrize("symmetry", range(8))
def test_each_symmetry_is_the_same_for_images_and_labels(symmetry: int) -> None:
    labels = ramp(8)
    image = labels[None].astype(np.float32)
    optical, sar, moved = augmentation.turn_together(image, image, labels, symmetry)
    np.testing.assert_array_equal(optical[0], moved)
    np.testing.assert_array_equal(sar[0], moved)
    by_hand = np.rot90(labels, symmetry % 4)
    np.testing.assert_array_equal(moved, by_hand[:, ::-1] if symmetry > 3 else by_hand)


def test_doubling_keeps_labels_on_their_pixels() -> None:
    labels = np.array([[0, 1], [2, 3]], np.uint8)
    image = labels[None].astype(np.float32)
    _, _, moved = augmentation.resize_together(image, image, labels, 4)
    np.testing.assert_array_equal(moved, [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]])


def test_square_holds_its_pixel_and_stays_in_the_scene() -> None:
    generator = np.random.default_rng(1)
    for row, column in ((0, 0), (99, 119), (50, 3), (40, 60)):
        for _ in range(20):
            top, left = augmentation.place_square(row, column, 30, 100, 120, generator)
            assert 0 <= top <= 70 and 0 <= left <= 90
            assert top <= row < top + 30 and left <= column < left + 30


def test_zoom_never_asks_for_more_than_the_scene() -> None:
    change = AugmentationRecipe(crop=100, scale=(0.5, 2.0))
    sides = [augmentation.draw_side(change, 120, np.random.default_rng(seed)) for seed in range(50)]
    assert min(sides) >= 50 and max(sides) == 120


def test_balanced_draw_finds_a_class_of_one_pixel_as_often_as_the_others() -> None:
    labels = np.full((50, 50), IGNORE_INDEX, np.uint8)
    labels[:40] = 0
    labels[45, 45] = 1
    labels[47, 10:20] = 2
    pixels = LabelledPixels([scene(labels)], 3)
    generator = np.random.default_rng(0)
    found = np.bincount([labels.flat[pixels.draw(1.0, generator)[1]] for _ in range(600)], minlength=3)
    assert found.sum() == 600  # no unlabelled pixel, which is 255
    assert (abs(found - 200) < 60).all()  # five standard deviations of a third of 600


def test_scenes_are_drawn_by_the_root_of_their_pixels() -> None:
    many, few = np.zeros((90, 10), np.uint8), np.full((90, 10), IGNORE_INDEX, np.uint8)
    few[:10] = 0  # 900 and 100 pixels: roots 30 and 10
    pixels = LabelledPixels([scene(many), scene(few)], 1)
    generator = np.random.default_rng(0)
    drawn = [pixels.draw(1.0, generator)[0] for _ in range(800)]
    assert abs(drawn.count(1) - 200) < 60


def test_no_labels_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="No scene has a labelled pixel"):
        LabelledPixels([scene(np.full((4, 4), IGNORE_INDEX, np.uint8))], 2)


def test_every_crop_holds_a_label(recipe: Recipe) -> None:
    labels = np.full((64, 64), IGNORE_INDEX, np.uint8)
    labels[63, 0] = 1  # one pixel in the corner; not zoomed, so that the nearest pixel cannot miss it
    scenes = [scene(labels)]
    fixed = tiny_like(recipe, scale=(1.0, 1.0))
    for seed in range(10):
        _, _, moved = crop(scenes, LabelledPixels(scenes, 2), fixed, np.random.default_rng(seed))
        assert (moved == 1).sum() == 1


def test_sample_depends_on_its_number_only(tiny: Path) -> None:
    recipe = tiny_recipe(tiny, "optical.clip=null", "sar.clip=null")
    scenes = [scene(ramp())]
    pixels = LabelledPixels(scenes, 255)
    run = CropSamples(scenes, recipe, NEUTRAL, NEUTRAL, pixels, first=0, length=8)
    resumed = CropSamples(scenes, recipe, NEUTRAL, NEUTRAL, pixels, first=4, length=4)
    second_of_two = CropSamples(scenes, recipe, NEUTRAL, NEUTRAL, pixels, first=1, length=4, step=2)
    for other in (resumed[1], second_of_two[2]):
        for expected, found in zip(run[5], other):
            np.testing.assert_array_equal(expected.numpy(), found.numpy())
    assert not np.array_equal(run[5][0].numpy(), run[6][0].numpy())


def test_radiometric_changes_touch_their_own_modality_and_vanish_at_neutral_settings() -> None:
    image = np.random.default_rng(0).normal(0.4, 0.3, (3, 5, 5)).astype(np.float32)
    same = (1.0, 1.0)
    none = (0.0, 0.0)
    still = AugmentationRecipe(
        optical_gain=same, optical_offset=none, band_gain=same, band_offset=none, gamma=same,
        sar_gain=same, sar_offset=none, speckle=0.0,
    )  # fmt: skip
    generator = np.random.default_rng(0)
    for change in (augmentation.jitter_optical, augmentation.jitter_sar, augmentation.speckle):
        np.testing.assert_allclose(change(image, still, generator), image, rtol=1e-6)


def test_optical_jitter_is_power_then_gain_then_offset() -> None:
    change = AugmentationRecipe(
        gamma=(2.0, 2.0), optical_gain=(3.0, 3.0), band_gain=(0.5, 0.5), optical_offset=(0.1, 0.1),
        band_offset=(0.2, 0.2),
    )  # fmt: skip
    image = np.array([[[0.5, -0.5]]], np.float32)
    moved = augmentation.jitter_optical(image, change, np.random.default_rng(0))
    # 0.5^2 * 1.5 + 0.3 = 0.675; below zero there is no power: -0.5 * 1.5 + 0.3 = -0.45
    np.testing.assert_allclose(moved, [[[0.675, -0.45]]], rtol=1e-6)


def test_speckle_keeps_the_mean_and_has_the_variance_of_its_looks() -> None:
    change = AugmentationRecipe(speckle=1.0, looks=(10.0, 10.0))
    noisy = augmentation.speckle(np.ones((1, 300, 300), np.float32), change, np.random.default_rng(0))
    assert abs(noisy.mean() - 1.0) < 0.005
    assert abs(noisy.var() - 0.1) < 0.005


def test_dropped_modality_is_zero_and_never_both() -> None:
    change = AugmentationRecipe(drop_optical=0.5, drop_sar=0.5)
    image = np.ones((1, 2, 2), np.float32)
    seen = set()
    for seed in range(20):
        optical, sar = augmentation.drop_modality(image, image, change, np.random.default_rng(seed))
        seen.add((bool(optical.any()), bool(sar.any())))
    assert seen == {(False, True), (True, False)}


def test_normalising_clips_before_it_centres() -> None:
    values = np.array([[[-1.0, 0.5, 9.0]]], np.float32)
    np.testing.assert_allclose(normalise(values, (0.0, 2.0), ((0.5,), (0.25,))), [[[-2.0, 0.0, 6.0]]])


def tiny_like(recipe: Recipe, **changes: tuple[float, float]) -> Recipe:
    return dataclasses.replace(recipe, augmentation=dataclasses.replace(recipe.augmentation, **changes))

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
from training.datasets.images import Scene
from training.datasets.samples import CropSamples, LabelledPixels, crop, normalise
from training.recipe import AugmentationRecipe, FlipsRecipe, Recipe

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


def test_image_smaller_than_any_zoom_asks_for_is_zoomed_as_others_and_filled_up(recipe: Recipe) -> None:
    """20 pixels and crops of 48: at zooms of 0.5 to 2 they become 10 to 40 pixels, never 48."""
    change = dataclasses.replace(recipe.augmentation, crop=48, scale=(0.5, 2.0))
    recipe = dataclasses.replace(recipe, augmentation=change)
    scenes = [scene(ramp(20))]
    pixels = LabelledPixels(scenes, 255)
    sizes = {crop(scenes, pixels, recipe, np.random.default_rng(seed))[2].shape for seed in range(60)}
    assert min(sizes)[0] in (10, 11, 12) and max(sizes)[0] in (38, 39, 40)
    assert all(height == width for height, width in sizes)
    optical, _, labels = CropSamples(scenes, recipe, NEUTRAL, NEUTRAL, pixels, first=0, length=1)[0]
    assert optical.shape == (1, 48, 48) and labels.shape == (48, 48)
    assert (labels[40:] == IGNORE_INDEX).all() and (labels[:, 40:] == IGNORE_INDEX).all()


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


@pytest.mark.parametrize(
    ("horizontal", "vertical", "expected"),
    [(0, 0, [[1, 2], [3, 4]]), (1, 0, [[2, 1], [4, 3]]), (0, 1, [[3, 4], [1, 2]]), (1, 1, [[4, 3], [2, 1]])],
)
def test_flips_move_optical_sar_and_labels_alike(horizontal: float, vertical: float, expected: list[list[int]]) -> None:
    labels = np.array([[1, 2], [3, 4]], np.uint8)
    image = labels[None].astype(np.float32)
    flips = FlipsRecipe(horizontal=horizontal, vertical=vertical)
    optical, sar, moved = augmentation.flip_together(image, image, labels, flips, np.random.default_rng(0))
    for found in (optical[0], sar[0], moved):
        np.testing.assert_array_equal(found, expected)


def test_flips_of_the_published_pie_pipeline_leave_the_sar_image_behind() -> None:
    labels = np.array([[1, 2], [3, 4]], np.uint8)
    image = labels[None].astype(np.float32)
    flips = FlipsRecipe(vertical=1.0, sar=False)
    optical, sar, moved = augmentation.flip_together(image, image, labels, flips, np.random.default_rng(0))
    np.testing.assert_array_equal(optical[0], [[3, 4], [1, 2]])
    np.testing.assert_array_equal(moved, [[3, 4], [1, 2]])
    np.testing.assert_array_equal(sar, image)


def test_that_fault_wants_parity(tiny: Path) -> None:
    with pytest.raises(InputError, match="flips.sar is false.*under parity: true alone"):
        tiny_recipe(tiny, "augmentation.flips={vertical: 0.5, sar: false}")
    assert not tiny_recipe(tiny, "augmentation.flips={vertical: 0.5, sar: false}", "parity=true").augmentation.flips.sar


def test_flips_happen_as_often_as_asked(recipe: Recipe) -> None:
    change = dataclasses.replace(recipe.augmentation, symmetries=False, flips=FlipsRecipe(horizontal=0.5))
    flipped = dataclasses.replace(recipe, augmentation=change)
    scenes = [scene(ramp())]
    pixels = LabelledPixels(scenes, 255)
    rising = 0
    for seed in range(200):
        _, _, moved = crop(scenes, pixels, flipped, np.random.default_rng(seed))
        rising += int(moved[0, -1] > moved[0, 0])
        assert moved[-1, 0] > moved[0, 0]  # never upside down
    assert 65 < rising < 135  # five standard deviations of a half of 200


def test_speckle_acts_on_the_intensity_whatever_the_unit() -> None:
    change = AugmentationRecipe(speckle=1.0, looks=(4.0, 4.0))
    intensity = np.random.default_rng(1).uniform(0.1, 2.0, (1, 50, 50)).astype(np.float32)

    def noisy(values: NDArray[np.float32], units: str) -> NDArray[np.float32]:
        return augmentation.speckle(values, change, np.random.default_rng(7), units)

    expected = noisy(intensity, "linear")
    np.testing.assert_allclose(noisy(np.sqrt(intensity), "amplitude") ** 2, expected, rtol=1e-5)
    np.testing.assert_allclose(10 ** (noisy(10 * np.log10(intensity), "db") / 10), expected, rtol=1e-4)
    np.testing.assert_array_equal(noisy(intensity, "digital_number"), expected)


def test_a_crop_is_moved_until_no_class_fills_it() -> None:
    labels = np.zeros((40, 40), np.uint8)
    labels[:, 30:] = 1  # a crop of 20 holds more than a quarter of class 1 only from column 16 on
    change = AugmentationRecipe(crop=20, scale=(1.0, 1.0), max_class_share=0.75)
    lefts = [augmentation.draw_window(labels, change, np.random.default_rng(seed)).left for seed in range(60)]
    # one place in 21 draws has left >= 16 with probability 5 / 21; ten tries miss it all in 0.066 of the crops
    assert sum(left >= 16 for left in lefts) >= 50
    two = dataclasses.replace(change, max_class_share=1.0)  # two classes are enough: from column 11 on, half below 16
    found = [augmentation.draw_window(labels, two, np.random.default_rng(seed)).left for seed in range(60)]
    assert min(found) >= 11 and 15 <= sum(left >= 16 for left in found) <= 45


def test_share_of_the_commonest_class_leaves_unlabelled_pixels_out() -> None:
    assert augmentation.class_share(np.array([[0, 0, 0, 1], [255, 255, 255, 255]], np.uint8)) == 0.75
    assert augmentation.class_share(np.full((2, 2), 255, np.uint8)) == 1.0


@pytest.mark.parametrize(
    ("zoom", "window", "size"),
    [(2.0, (16, 16), (32, 32)), (1.0, (32, 32), (32, 32)), (0.5, (32, 48), (16, 24))],
)
def test_zoom_of_a_tile_enlarges_a_part_or_shrinks_the_whole(
    zoom: float, window: tuple[int, int], size: tuple[int, int]
) -> None:
    """A tile of 32 x 48 pixels and crops of 32."""
    change = AugmentationRecipe(crop=32, scale=(zoom, zoom), max_class_share=0.75)
    found = augmentation.draw_window(np.zeros((32, 48), np.uint8), change, np.random.default_rng(0))
    assert (found.height, found.width) == window
    assert found.size == size


def test_a_tile_smaller_than_the_crop_is_filled_up_at_the_right_and_below() -> None:
    image = np.ones((2, 3, 5), np.float32)
    optical, sar, labels = augmentation.fill_up(image, image[:1], np.ones((3, 5), np.uint8), 6)
    assert optical.shape == (2, 6, 6) and sar.shape == (1, 6, 6)
    np.testing.assert_array_equal(optical[0, :3, :5], 1.0)
    assert not optical[:, 3:].any() and not optical[:, :, 5:].any()
    assert (labels[:3, :5] == 1).all() and (labels[3:] == IGNORE_INDEX).all() and (labels[:, 5] == IGNORE_INDEX).all()


def test_sample_of_a_shrunk_scene_has_the_size_of_the_crop_and_zeros_after_normalisation(tiny: Path) -> None:
    recipe = tiny_recipe(
        tiny, "augmentation.scale=[0.5, 0.5]", "augmentation.max_class_share=0.9", "augmentation.symmetries=false"
    )
    scenes = [scene(ramp())]
    samples = CropSamples(scenes, recipe, NEUTRAL, NEUTRAL, LabelledPixels(scenes, 255), first=0, length=1)
    optical, sar, labels = samples[0]  # 64 pixels become 32 of 48
    assert optical.shape == sar.shape == (1, 48, 48)
    assert optical[:, :32, :32].any() and not optical[:, 32:].any() and not sar[:, :, 32:].any()
    assert (labels[32:] == IGNORE_INDEX).all() and (labels[:32, :32] != IGNORE_INDEX).all()


def test_clouds_are_large_holes_in_the_optical_image_alone() -> None:
    change = AugmentationRecipe(cloud=1.0)
    image = np.ones((3, 64, 64), np.float32)
    shares = []
    for seed in range(30):
        clouded = augmentation.cover_with_clouds(image, image, change, np.random.default_rng(seed))
        hole = clouded[0] == 0.0
        np.testing.assert_array_equal(clouded, np.where(hole, 0.0, image))  # all bands alike, the rest as it was
        shares.append(hole.mean())
        edges = (hole[1:] != hole[:-1]).sum() + (hole[:, 1:] != hole[:, :-1]).sum()
        assert edges < 0.15 * hole.size  # single noisy pixels have 4 s (1 - s) of them: 0.36 at a share of 0.1
    assert 0.08 <= min(shares) < 0.25 and 0.45 < max(shares) <= 0.62


def test_clouds_leave_an_optical_image_that_is_alone() -> None:
    change = AugmentationRecipe(cloud=1.0)
    image = np.ones((1, 8, 8), np.float32)
    alone = augmentation.cover_with_clouds(image, np.zeros_like(image), change, np.random.default_rng(0))
    np.testing.assert_array_equal(alone, image)


def test_probabilities_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match=r"augmentation\.cloud is 1\.5; expected a share from 0 to 1"):
        AugmentationRecipe(cloud=1.5)
    with pytest.raises(InputError, match="drop_optical and drop_sar add up to 1.5; expected 1 or less"):
        AugmentationRecipe(drop_optical=0.75, drop_sar=0.75)
    with pytest.raises(InputError, match="max_class_share is 0.0; expected more than 0"):
        AugmentationRecipe(max_class_share=0.0)

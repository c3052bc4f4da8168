"""Tiles are read as they are, drawn once a round, and train a model."""

from __future__ import annotations

import dataclasses
import logging
import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest
import torch

from rgbsar_core.errors import InputError, RasterIOError
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.model_card import Band, read_card
from tests.rasters import write_raster
from training import train
from training.datasets.labels import decode_labels
from training.datasets.samples import CropSamples, class_pixels, places, training_statistics
from training.datasets.splits import open_images, training_images, validation_images
from training.datasets.tile_files import shared_names
from training.datasets.tiles import TileSet, read_bands
from training.recipe import LabelFilesRecipe, ModalityRecipe, Recipe
from training.recipe_file import read_recipe
from training.task import SegmentationTask
from training.train import prepare

from .tiles_on_disk import tile_pixels, tiles_recipe, write_listed_tiles, write_tile

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "data" / "ombria"
LEGEND = Legend((LandCoverClass(3, "a", (255, 0, 0)), LandCoverClass(7, "b", (0, 0, 255))))
NEUTRAL = ((0.0,) * 3, (1.0,) * 3), ((0.0,), (1.0,))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight training places (two of them held out) and two test places; not to be written to."""
    folder = tmp_path_factory.mktemp("tiles")
    write_listed_tiles(folder, {"train": 8, "test": 2})
    return folder


@pytest.fixture
def recipe(folder: Path) -> Recipe:
    return tiles_recipe(folder)


def samples(recipe: Recipe, images: TileSet, first: int = 0, length: int = 12) -> CropSamples:
    return CropSamples(images, recipe, *NEUTRAL, pixels=places(images, recipe), first=first, length=length)


def test_splits_are_the_lists_less_what_is_held_out(recipe: Recipe) -> None:
    train_set, held, test = training_images(recipe), validation_images(recipe), open_images(recipe, ("test",))
    assert (len(train_set), len(held)) == (6, 2)
    assert sorted((*train_set.names, *held.names)) == [f"place_{number:03d}" for number in range(8)]
    assert test.names == ("place_008", "place_009")
    assert len(training_images(tiles_recipe(Path(recipe.data.folders[0]), "data.fraction=1/3"))) == 2


def test_pixels_and_classes_are_those_of_the_files(recipe: Recipe) -> None:
    tile = open_images(recipe, ("test",))[1]
    optical, sar, labels = tile_pixels(9)
    np.testing.assert_array_equal(tile.optical, optical)
    np.testing.assert_array_equal(tile.sar[0], sar)
    np.testing.assert_array_equal(tile.labels, labels)  # file value 0 is class value 1 is channel 0
    assert class_pixels(open_images(recipe, ("test",)), 2) == (2 * 32 * 64, 2 * 32 * 64)


def test_tiles_that_fit_are_read_once_and_others_whenever_they_are_drawn(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, lazy = training_images(tiles_recipe(folder)), training_images(tiles_recipe(folder, "data.memory_mb=0"))
    assert kept[0] is kept[0]
    assert lazy[0] is not lazy[0]
    for name in ("optical", "sar", "labels", "optical_range"):
        np.testing.assert_array_equal(getattr(kept[3], name), getattr(lazy[3], name))


def test_every_tile_is_drawn_once_a_round_in_another_order_each_time(recipe: Recipe) -> None:
    images = training_images(recipe)
    order = [places(images, recipe).draw(0.0, np.random.default_rng(0), number) for number in range(12)]
    assert all(pixel is None for _, pixel in order)
    rounds = [tile for tile, _ in order[:6]], [tile for tile, _ in order[6:]]
    assert sorted(rounds[0]) == sorted(rounds[1]) == list(range(6))
    assert rounds[0] != rounds[1]


def test_a_sample_depends_on_its_number_alone(recipe: Recipe) -> None:
    images = training_images(recipe)
    whole, later = samples(recipe, images), samples(recipe, images, first=7, length=2)
    for mine, other in zip(whole[8], later[1]):
        assert torch.equal(mine, other)
    optical, sar, labels = whole[0]
    assert optical.shape == (3, 64, 64) and sar.shape == (1, 64, 64) and labels.dtype == torch.int64
    chosen = images[places(images, recipe).draw(0.0, np.random.default_rng(0), 0)[0]]
    np.testing.assert_array_equal(optical, chosen.optical)  # nothing is changed but by the recipe


def test_crops_smaller_than_the_tile_may_lie_anywhere_in_it(folder: Path) -> None:
    recipe = tiles_recipe(folder, "augmentation.crop=62")
    images = training_images(recipe)
    found = set()
    for number, (optical, _, labels) in enumerate(samples(recipe, images, length=60)[i] for i in range(60)):
        tile = images[places(images, recipe).draw(0.0, np.random.default_rng(0), number)[0]].optical
        corners = [(row, column) for row in range(3) for column in range(3)]
        offsets = [(r, c) for r, c in corners if (tile[:, r : r + 62, c : c + 62] == optical.numpy()).all()]
        assert len(offsets) == 1
        assert int(labels[:, 0].sum()) == 62 - (32 - offsets[0][0])
        found.add(offsets[0])
    assert len(found) == 9


def test_balanced_samples_hold_the_class_they_were_drawn_for(tmp_path: Path) -> None:
    """One pixel in one of three tiles is of class 2: half of the balanced samples go there."""
    write_listed_tiles(tmp_path, {"train": 5, "test": 1})
    for number in range(5):
        labels = np.zeros((64, 64), np.uint8)
        labels[10, 20] = number == 1
        write_tile(tmp_path / "label" / f"place_{number:03d}.png", labels)
    recipe = tiles_recipe(tmp_path, "augmentation.balanced=1", "data.tiles.hold_out=0")
    images = training_images(recipe)
    drawn = [places(images, recipe).draw(1.0, np.random.default_rng(seed), seed) for seed in range(200)]
    rare = [tile for tile, pixel in drawn if pixel == 10 * 64 + 20 and tile == 1]
    assert 70 <= len(rare) <= 130


def test_statistics_are_the_recipes_or_those_of_the_training_tiles(folder: Path, recipe: Recipe) -> None:
    images = training_images(recipe)
    found = training_statistics(images, recipe)
    optical = np.concatenate([image.optical.reshape(3, -1) for image in images], axis=1)
    np.testing.assert_allclose(found[0], (optical.mean(axis=1), optical.std(axis=1)), atol=1e-4)
    fixed = tiles_recipe(folder, "optical.mean=[1, 2, 3]", "optical.std=[4]", "sar.mean=[5]", "sar.std=[6]")
    assert training_statistics(images, fixed) == (((1.0, 2.0, 3.0), (4.0, 4.0, 4.0)), ((5.0,), (6.0,)))


def test_bands_come_in_the_recipes_order_and_may_be_repeated(folder: Path) -> None:
    triple = "sar.bands=[{name: VH}, {name: VH}, {name: VH}]"
    recipe = tiles_recipe(folder, "optical.file_bands=[3, 2, 1]", triple, "sar.file_bands=[1, 1, 1]")
    tile = open_images(recipe, ("test",))[0]
    optical, sar, _ = tile_pixels(8)
    np.testing.assert_array_equal(tile.optical, optical[::-1])
    np.testing.assert_array_equal(tile.sar, np.stack([sar] * 3))
    with pytest.raises(InputError, match="has 3 bands; the recipe takes the bands 3, 2, 4"):
        open_images(tiles_recipe(folder, "optical.file_bands=[3, 2, 4]"), ("test",))


def test_percentiles_are_of_each_tile(folder: Path) -> None:
    tile = open_images(tiles_recipe(folder, "optical.percentiles=[0, 100]"), ("test",))[0]
    optical, _, _ = tile_pixels(8)
    expected = [[band.min(), band.max()] for band in optical]
    np.testing.assert_array_equal(tile.optical_range, expected)


def test_pixels_without_a_value_are_zero_for_the_network_and_not_scored(tmp_path: Path) -> None:
    """Nodata in the optical image, NaN in the SAR image; float, 16 bit."""
    optical = np.full((3, 64, 64), 1000, np.uint16)
    optical[:, 0, :] = 0
    sar = np.full((64, 64), -12.0, np.float32)
    sar[:, 1] = np.nan
    for role, pixels in (("optical", optical), ("sar", sar), ("label", np.ones((64, 64), np.uint8))):
        (tmp_path / role).mkdir()
        write_raster(tmp_path / role / "a.tif", pixels, nodata=0 if role == "optical" else None)
    (tmp_path / "train.txt").write_text("a\n", encoding="utf-8")
    tiles = "data.tiles={hold_out: 0}"
    recipe = tiles_recipe(tmp_path, tiles, "data.memory_mb=0", "sar.percentiles=[0, 100]")
    images = training_images(recipe)
    tile = images[0]
    assert np.isnan(tile.optical[:, 0]).all() and np.isnan(tile.sar[0, :, 1]).all()
    assert int((tile.labels == IGNORE_INDEX).sum()) == 64 + 64 - 1
    assert tile.sar_range.tolist() == [[-12.0, -11.0]]
    assert training_statistics(images, recipe)[0] == ((1000.0,) * 3, (1e-4,) * 3)
    optical_seen, sar_seen, _ = samples(recipe, images, length=1)[0]
    assert (optical_seen[:, 0] == 0).all() and (optical_seen[:, 1] == 1000).all()
    assert torch.isfinite(sar_seen).all()
    dropout = ("augmentation.drop_optical=0.1", "augmentation.drop_sar=0.1")
    either = training_images(tiles_recipe(tmp_path, tiles, *dropout))
    assert int((either[0].labels == IGNORE_INDEX).sum()) == 1  # there both are missing


def test_numbers_become_the_values_that_the_file_says_they_mean(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write_raster(path, np.array([[[0, 1000, 2000]]], np.int16), nodata=0, scale=1e-4, offset=-0.1)
    values = read_bands(path, ModalityRecipe(bands=(Band("red"),), units="reflectance"), "optical")
    np.testing.assert_allclose(values, [[[np.nan, 0.0, 0.1]]], atol=1e-7)


def test_label_numbers_become_classes_by_the_recipes_table() -> None:
    pixels = np.array([[[10, 20, 0]]], np.uint8)
    files = LabelFilesRecipe(folder="l", values={0: 0, 10: 3, 20: 7})
    assert decode_labels(pixels, files, LEGEND, "x").tolist() == [[0, 1, 255]]
    plain = LabelFilesRecipe(folder="l")
    assert decode_labels(np.array([[[3, 7, 0, 255]]], np.uint8), plain, LEGEND, "x").tolist() == [[0, 1, 255, 255]]
    with pytest.raises(InputError, match="'x' holds the label values 30; the recipe knows 0, 10, 20"):
        decode_labels(np.array([[[30]]], np.uint8), files, LEGEND, "x")
    with pytest.raises(InputError, match="'x' holds the label values 4; the recipe's classes are 3, 7"):
        decode_labels(np.array([[[4]]], np.uint8), plain, LEGEND, "x")


def test_label_colours_become_the_classes_that_have_them() -> None:
    red, blue, grey = (255, 0, 0), (0, 0, 255), (9, 9, 9)
    pixels = np.array([[red, blue, grey]], np.uint8).transpose(2, 0, 1)
    files = LabelFilesRecipe(folder="l", colors=True, other=7)
    assert decode_labels(pixels, files, LEGEND, "x").tolist() == [[0, 1, 1]]
    assert decode_labels(pixels, LabelFilesRecipe(folder="l", colors=True), LEGEND, "x").tolist() == [[0, 1, 255]]
    with pytest.raises(InputError, match="'x' has 1 bands; the recipe expects labels as red, green, blue"):
        decode_labels(pixels[:1], files, LEGEND, "x")


def test_labels_of_a_palette_picture_are_its_indices(tmp_path: Path) -> None:
    write_listed_tiles(tmp_path, {"train": 3, "test": 1})
    _, _, labels = tile_pixels(3)
    write_tile(tmp_path / "label" / "place_003.png", labels, palette=[(9, 9, 9), (255, 0, 0)])
    np.testing.assert_array_equal(open_images(tiles_recipe(tmp_path), ("test",))[0].labels, labels)


def test_what_cannot_be_read_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="None of the data folders exists: /nowhere; .* data.folders="):
        training_images(tiles_recipe(tmp_path, "data.folders=[/nowhere]"))
    write_listed_tiles(tmp_path, {"train": 3, "test": 1})
    write_tile(tmp_path / "sar" / "place_003.png", np.zeros((32, 64), np.uint8))
    with pytest.raises(InputError, match="of the tile 'place_003' have 64 x 64, 64 x 32, 64 x 64 pixels"):
        open_images(tiles_recipe(tmp_path), ("test",))
    (tmp_path / "sar" / "place_003.png").write_bytes(b"no picture")
    with pytest.raises(RasterIOError, match="place_003.png' cannot be read"):
        open_images(tiles_recipe(tmp_path), ("test",))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_tile_damaged_after_the_start_ends_the_run_with_one_sentence_that_names_it(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads it, this process or one of its workers."""
    write_listed_tiles(tmp_path, {"train": 4, "test": 1})
    numbers = ["optical.mean=[1]", "optical.std=[1]", "sar.mean=[1]", "sar.std=[1]"]
    tiles_recipe(tmp_path)
    honest = SegmentationTask.on_fit_start

    def damage(module: SegmentationTask) -> None:
        for path in (tmp_path / "sar").iterdir():
            path.write_bytes(b"no picture")
        honest(module)

    monkeypatch.setattr(SegmentationTask, "on_fit_start", damage)
    settings = ["data.memory_mb=0", f"trainer.workers={workers}", *numbers, f"trainer.output={tmp_path / 'run'}"]
    assert train.main([str(tmp_path / "recipe.yaml"), *settings]) == 1
    (told,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert re.search(r"/sar/place_00\d.png' cannot be read", told)
    assert "Traceback" not in caplog.text and "\n" not in told


def test_a_worker_process_that_is_killed_ends_the_run_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_listed_tiles(tmp_path, {"train": 4, "test": 1})
    tiles_recipe(tmp_path)
    monkeypatch.setattr(CropSamples, "__getitem__", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    assert train.main([str(tmp_path / "recipe.yaml"), "trainer.workers=1"]) == 1
    assert "A process that makes samples was ended from outside (DataLoader worker" in caplog.text


@pytest.mark.parametrize("memory", [0, 100])
def test_labels_where_no_image_has_values_are_none(memory: int, tmp_path: Path) -> None:
    """Whether the tiles are kept in memory or read when they are drawn."""
    for name, value in (("a", 5), ("b", 0)):
        for role, pixels in (("optical", np.full((3, 64, 64), value)), ("sar", np.full((64, 64), 9)),
                             ("label", np.ones((64, 64)))):  # fmt: skip
            (tmp_path / role).mkdir(exist_ok=True)
            nodata = 0 if role == "optical" else None
            write_raster(tmp_path / role / f"{name}.tif", pixels.astype(np.uint8), nodata=nodata)
    (tmp_path / "train.txt").write_text("a\n", encoding="utf-8")
    (tmp_path / "val.txt").write_text("b\n", encoding="utf-8")
    recipe = tiles_recipe(tmp_path, "data.tiles={hold_out: 0}", f"data.memory_mb={memory}")
    with pytest.raises(InputError, match="of data.validation_splits have no labelled pixel of any class where optical"):
        prepare(recipe)


def test_places_in_two_lists_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By name in lists; folders of their own for each split may use the same names."""
    write_listed_tiles(tmp_path, {"train": 4, "test": 2})
    with (tmp_path / "test.txt").open("a", encoding="utf-8") as file:
        file.write("place_001\n")
    recipe = tiles_recipe(tmp_path)
    prepare(recipe)
    told = "1 of the test images are among those to train on (place_001); expected none"
    assert told in caplog.text
    layout = recipe.data.tiles
    assert shared_names(tmp_path, layout, "train", "test") == ("place_001",)
    own = dataclasses.replace(layout, optical=dataclasses.replace(layout.optical, folder="rgb/{split}"))
    assert shared_names(tmp_path, own, "train", "test") == ()


def test_run_on_tiles_writes_a_model_whose_card_tells_bands_units_and_numbers(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tiles_recipe(folder)
    given = ["sar.units=db", "optical.mean=[1, 2, 3]", "optical.std=[4]", "trainer.workers=1"]
    with caplog.at_level(logging.INFO):
        assert train.main([str(folder / "recipe.yaml"), f"trainer.output={tmp_path}", *given]) == 0
    assert "6 images to train on, 2 to validate" in caplog.text
    card = read_card(tmp_path / "model.safetensors")
    assert card.optical is not None and card.sar is not None and card.metrics is not None
    assert (card.optical.mean, card.optical.std, card.optical.percentiles) == ((1.0, 2.0, 3.0), (4.0,) * 3, None)
    assert card.sar.units == "db"
    assert np.array(card.metrics["confusion_matrix"]).sum() == 2 * 64 * 64


@pytest.mark.skipif(not SHARED.is_dir(), reason="OMBRIA lies in shared/data of the project, not in the repository")
def test_the_ombria_recipe_reads_the_real_places(caplog: pytest.LogCaptureFixture) -> None:
    recipe = read_recipe(REPOSITORY / "training" / "recipes" / "ombria" / "asanet.yaml", ["data.memory_mb=0"])
    splits = training_images(recipe), validation_images(recipe), open_images(recipe, ("test",))
    assert [len(images) for images in splits] == [560, 64, 70]
    assert all(name.startswith("test_") for name in splits[2].names)
    assert not set(splits[0].names) & set(splits[1].names)
    tile = splits[0][0]
    assert tile.optical.shape == (3, 256, 256) and tile.sar.shape == (1, 256, 256)
    assert tile.optical.dtype == tile.sar.dtype == np.uint8
    assert set(np.unique(tile.labels)) <= {0, 1}

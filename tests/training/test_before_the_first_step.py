"""What is wrong with tiles is said before the first step, whether or not they fit into memory."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.errors import InputError, RasterIOError
from training import train
from training.datasets import headers
from training.datasets.images import SomeImages
from training.datasets.places import TileOrder, label_counts, without_unlabelled
from training.datasets.splits import training_images, validation_images
from training.datasets.tile_files import find_tiles
from training.datasets.tiles import TileSet

from .tiles_on_disk import tile_pixels, tiles_recipe, write_listed_tiles, write_tile

FROM_DISK = ("data.memory_mb=0", "optical.mean=[1]", "optical.std=[1]", "sar.mean=[1]", "sar.std=[1]")
UNLABELLED = "data.tiles.label.values={0: 1, 1: 2, 255: 0}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight places to train on and validate with, two to test."""
    write_listed_tiles(tmp_path, {"train": 8, "test": 2})
    return tmp_path


def names_of(folder: Path) -> tuple[str, ...]:
    """The training tiles, less the two that are held out."""
    return tuple(tile.name for tile in find_tiles(folder, tiles_recipe(folder).data.tiles, ("train",)))


def blank(folder: Path, *names: str) -> None:
    """Take the labels of these places away."""
    for name in names:
        write_tile(folder / "label" / f"{name}.png", np.full((64, 64), 255, np.uint8))


@pytest.mark.parametrize("memory", ["data.memory_mb=0", "data.memory_mb=100"])
def test_the_first_tile_that_does_not_fit_is_named_with_how_many_more_there_are(folder: Path, memory: str) -> None:
    first, second = names_of(folder)[2:4]
    for name in (first, second):
        write_tile(folder / "sar" / f"{name}.png", np.ones((60, 50), np.uint8))
    told = (
        f"Optical, SAR and label of the tile '{first}' have 64 x 64, 50 x 60, 64 x 64 pixels; expected the same. Align "
        "them. 1 more of the 6 tiles do not fit."
    )
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        training_images(tiles_recipe(folder, *FROM_DISK, memory))


def test_a_missing_band_and_a_file_that_is_no_image_are_told_without_reading_a_pixel(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("a pixel was read")

    monkeypatch.setattr(TileSet, "_read", read)
    name = names_of(folder)[-1]
    grey = write_tile(folder / "grey.png", tile_pixels(1)[1])
    grey.replace(folder / "rgb" / f"{name}.webp")
    with pytest.raises(InputError, match=rf"rgb/{name}.webp' has 1 bands; the recipe takes the bands 1, 2, 3"):
        training_images(tiles_recipe(folder, *FROM_DISK))
    (folder / "sar" / f"{name}.png").write_bytes(b"no picture")
    write_tile(folder / "rgb" / f"{name}.webp", tile_pixels(1)[0])
    with pytest.raises(RasterIOError, match=rf"sar/{name}.png' cannot be read"):
        training_images(tiles_recipe(folder, *FROM_DISK))


def test_labels_of_colours_need_three_bands(folder: Path) -> None:
    told = "has 1 bands; the recipe expects labels as red, green, blue.* 5 more of the 6"
    with pytest.raises(InputError, match=told):
        training_images(tiles_recipe(folder, *FROM_DISK, "data.tiles.label.colors=true"))


def test_a_file_of_another_number_type_is_a_warning(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, *_, last = names_of(folder)
    assert caplog.text == ""
    write_tile(folder / "sar" / f"{last}.png", np.full((64, 64), 3000, np.uint16))
    training_images(tiles_recipe(folder, *FROM_DISK))
    told = f"The sar tiles hold numbers of 2 types (Byte such as '{first}.png', UInt16 such as '{last}.png'); expected"
    assert told in caplog.text


def test_complex_numbers_are_refused(folder: Path) -> None:
    name = names_of(folder)[0]
    path = folder / "sar" / f"{name}.png"  # GDAL goes by content
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 64, 64, 1, gdal.GDT_CFloat32)
    dataset = None  # noqa: F841
    with pytest.raises(InputError, match=r"holds complex numbers \(CFloat32\); expected amplitude, power or decibels"):
        training_images(tiles_recipe(folder, *FROM_DISK))


def test_many_headers_say_how_far_they_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(headers, "_SAY_EVERY", 0.0)
    with caplog.at_level(logging.INFO):
        training_images(tiles_recipe(folder, *FROM_DISK))
    assert "Looking at the headers of the tiles: 6 of 6" in caplog.text


def test_a_label_outside_the_list_is_told_before_the_first_step_in_validation_tiles_too(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = validation_images(tiles_recipe(folder)).names[1]
    write_tile(folder / "label" / f"{held}.png", np.full((64, 64), 7, np.uint8))
    assert train.main([str(folder / "recipe.yaml"), *FROM_DISK]) == 1
    assert f"label/{held}.png' holds the label values 7; the recipe knows 0, 1" in caplog.text
    assert not (folder / "run").exists()


@pytest.mark.parametrize("memory", ["data.memory_mb=0", "data.memory_mb=100"])
def test_tiles_without_a_label_are_named_and_never_drawn(
    folder: Path, memory: str, caplog: pytest.LogCaptureFixture
) -> None:
    names = names_of(folder)
    blank(folder, names[0], names[4])
    recipe = tiles_recipe(folder, UNLABELLED, *FROM_DISK, memory)
    task, _ = train.prepare(recipe)
    assert f"2 of 6 images to train on have no labelled pixel ({names[0]}, {names[4]}); expected some" in caplog.text
    images = task._train_scenes
    assert images.names == (names[1], names[2], names[3], names[5])
    draws = [task._pixels.draw(0.0, np.random.default_rng(0), number)[0] for number in range(8)]
    assert sorted(draws[:4]) == sorted(draws[4:]) == [0, 1, 2, 3]  # each once a round
    assert all((images[number].labels != 255).all() for number in range(4))


def test_tiles_that_all_have_labels_are_drawn_as_ever(folder: Path) -> None:
    images = training_images(tiles_recipe(folder))
    assert without_unlabelled(images, label_counts(images, 2)) is images


def test_only_some_images_are_as_if_there_were_no_others(folder: Path) -> None:
    images = training_images(tiles_recipe(folder))
    some = SomeImages(images, [4, 1])
    assert len(some) == 2 and some.names == (images.names[4], images.names[1])
    assert some.origins == (images.origins[4], images.origins[1])
    np.testing.assert_array_equal(some[1].optical, images[1].optical)
    np.testing.assert_array_equal(some.labels(0), images.labels(4))
    number, pixel = TileOrder(some, 2, True, 1).draw(1.0, np.random.default_rng(0))
    assert number in (0, 1) and pixel is not None


def test_a_set_without_any_label_is_refused(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    blank(folder, *names_of(folder))
    tiles_recipe(folder)
    assert train.main([str(folder / "recipe.yaml"), UNLABELLED]) == 1
    assert "The images of data.train_splits have no labelled pixel of any class" in caplog.text


@pytest.mark.parametrize(("side", "told"), [
    ("augmentation.crop=192", "augmentation.crop is 192, and WHFNet takes 256 pixels or more"),
    ("validation.tile=192", "validation.tile is 192, and WHFNet takes 256 pixels or more"),
])  # fmt: skip
def test_images_too_small_for_the_form_of_the_network_are_refused_before_the_data_are_read(
    side: str, told: str, tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = "network={name: whfnet, parameters: {width: 32, window: 8}}"
    sides = ["augmentation.crop=256", "validation.tile=256", side, "data.folders=[/nowhere]"]
    assert train.main([str(tiny / "recipe.yaml"), network, *sides, f"trainer.output={tmp_path}"]) == 1
    assert told in caplog.text

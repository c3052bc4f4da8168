"""A folder that `rgbsar dataset make` wrote is trained on and measured by the ranges of its whole scenes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from rgbsar_core.dataset.pack import Packed, pack_folder
from rgbsar_core.errors import InputError
from rgbsar_core.model_card import Band, InputSpec, ModelCard, read_card
from tests.core.dataset.places import (
    PIXELS,
    TILE,
    VALUES,
    WIDTH,
    description,
    make,
    tile_names,
    write_labels,
    write_layers,
)  # fmt: skip
from tests.rasters import read_raster, write_raster
from training import evaluate, train
from training.datasets.packed import open_packed
from training.datasets.samples import training_statistics
from training.datasets.splits import open_images, training_images
from training.evaluate_tiles import find_tile_set
from training.recipe import Recipe
from training.recipe_file import read_recipe

SLOPE = np.linspace(1, 200, WIDTH)  # so that each tile has other percentiles than the scene


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set whose optical image (8 bit) and SAR (linear power, a hole of nodata) grow brighter to the east."""
    folder = tmp_path_factory.mktemp("made")
    optical, sar, pixels, power = write_layers(folder)
    write_raster(optical, (pixels // 8 + SLOPE).astype(np.uint8), PIXELS, descriptions=("B4", "B3", "B2"))
    power = (power * SLOPE / 100).astype(np.float32)
    power[:, 4:8, 4:10] = -9999
    write_raster(sar, power, PIXELS, nodata=-9999, descriptions=("Sigma0_VV", "Sigma0_VH"))
    make((optical, sar, write_labels(folder / "labels.gpkg")), folder / "set", shares=(60, 20, 20))
    return folder / "set"


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(made, tmp_path / "set"))


def recipe_of(folder: Path, place: Path, *overrides: str) -> Recipe:
    """Bands, classes and units are those of the folder."""
    data = {
        "name": "own", "title": "Own", "network": {"name": "asanet", "size": "atto"}, "optical": {}, "sar": {},
        "data": {"folders": [str(folder)]}, "augmentation": {"crop": TILE},
        "validation": {"tile": TILE, "overlap": 8},
        "trainer": {"output": str(place / "run"), "steps": 1, "batch": 2, "accelerator": "cpu", "threads": 1,
                    "progress_bar": False},
    }  # fmt: skip
    (place / "recipe.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return read_recipe(place / "recipe.yaml", overrides)


def test_a_tile_is_stretched_by_the_percentiles_of_its_whole_scene_in_decibels(made: Path, tmp_path: Path) -> None:
    recipe = recipe_of(made, tmp_path)
    assert (recipe.optical.units, recipe.sar.units) == ("digital_number", "db")
    optical, sar = read_raster(made.parent / "place.tif"), read_raster(made.parent / "place sar.tif")
    valid = sar[0] > 0
    optical_ends = np.percentile(optical[:, valid], (1, 99), axis=1).T
    sar_ends = 10 * np.log10(np.percentile(sar[:, valid].astype(np.float64), (1, 99), axis=1)).T
    for split in ("train", "val", "test"):
        for tile in open_images(recipe, (split,)):
            np.testing.assert_allclose(tile.optical_range, optical_ends, atol=0.5)
            np.testing.assert_allclose(tile.sar_range, sar_ends, atol=1e-2)
            power = read_raster(made / "sar" / f"{tile.name}.tif").astype(np.float64)
            expected = np.where(power > 0, 10 * np.log10(np.maximum(power, 1e-10)), np.nan)
            np.testing.assert_allclose(tile.sar, expected, atol=1e-5)


def test_script_and_qgis_train_on_the_same_numbers(made: Path, tmp_path: Path) -> None:
    packed: Packed = pack_folder(str(made), tmp_path, lambda *_: None, lambda: False)
    recipe = recipe_of(made, tmp_path)
    of_qgis = open_packed(packed.folder, ("train",), recipe.optical, recipe.sar, recipe.legend)
    for memory in (0, 100):
        of_script = training_images(recipe_of(made, tmp_path, f"data.memory_mb={memory}"))
        assert sorted(of_script.names) == sorted(of_qgis.names) == sorted(tile_names(made)["train"])
        for tile in of_qgis:
            other = of_script[of_script.names.index(tile.name)]
            for name in ("optical", "sar", "labels", "optical_range", "sar_range"):
                np.testing.assert_array_equal(getattr(other, name), getattr(tile, name))
        assert training_statistics(of_script, recipe) == training_statistics(of_qgis, recipe)


def test_bands_and_units_may_be_the_recipes_own(made: Path, tmp_path: Path) -> None:
    whole = open_images(recipe_of(made, tmp_path), ("val",))[0]
    chosen = ("optical.bands=[{name: blue}]", "optical.file_bands=[3]", "sar.units=amplitude")
    tile = open_images(recipe_of(made, tmp_path, *chosen), ("val",))[0]
    np.testing.assert_array_equal(tile.optical, whole.optical[2:])
    np.testing.assert_array_equal(tile.optical_range, whole.optical_range[2:])
    np.testing.assert_allclose(tile.sar, 10 ** (whole.sar / 20), rtol=1e-5)
    np.testing.assert_allclose(tile.sar_range, 10 ** (whole.sar_range / 20), rtol=1e-6)


def test_numbers_as_they_are_need_no_ranges(own: Path, tmp_path: Path) -> None:
    change(own, sources=[{key: value for key, value in description(own)["sources"][0].items() if key != "stretch"}])
    plain = ("optical.percentiles=null", "sar.percentiles=null")
    tile = open_images(recipe_of(own, tmp_path, *plain), ("val",))[0]
    assert tile.optical_range.tolist() == [[0.0, 1.0]] * 3
    with pytest.raises(InputError, match="does not hold the value ranges of its scenes"):
        open_images(recipe_of(own, tmp_path), ("val",))


def test_labels_are_left_out_where_the_folder_says_so(own: Path, tmp_path: Path) -> None:
    before = open_images(recipe_of(own, tmp_path), ("train",))
    change(own, ignore_value=VALUES["water"], classes=description(own)["classes"][:2])
    after = open_images(recipe_of(own, tmp_path), ("train",))
    for old, new in zip(before, after):
        np.testing.assert_array_equal(new.labels, np.where(old.labels == 2, 255, old.labels))


@pytest.mark.parametrize(("override", "message"), [
    ("sar.percentiles=[2, 98]", r"sar.percentiles are \[2.0, 98.0\]; dataset.json holds .* \[1.0, 99.0\]"),
    ("sar.file_bands=[1, 3]", "The sar tiles have 2 bands, as dataset.json says; the recipe takes the bands 1, 3"),
    ("optical={percentiles: null, units: reflectance}", "are in digital_number, .* optical.units is reflectance"),
])  # fmt: skip
def test_a_recipe_that_does_not_fit_the_folder_is_refused(
    override: str, message: str, made: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        training_images(recipe_of(made, tmp_path, override))


def test_a_model_is_measured_on_the_numbers_it_was_trained_on(made: Path, tmp_path: Path) -> None:
    """By the script's own figures, from the folder and from the recipe."""
    recipe_of(made, tmp_path)
    assert train.main([str(tmp_path / "recipe.yaml")]) == 0
    model, figures = tmp_path / "run" / "model.safetensors", tmp_path / "figures.json"
    card = read_card(model)
    assert card.sar is not None and card.sar.units == "db" and card.metrics is not None
    for data in (made, tmp_path / "recipe.yaml"):
        assert evaluate.main([str(model), str(data), "--device", "cpu", "--json", str(figures)]) == 0
        found = json.loads(figures.read_text(encoding="utf-8"))
        assert found["confusion_matrix"] == card.metrics["confusion_matrix"]


def test_a_model_of_other_units_gets_its_own(made: Path, tmp_path: Path) -> None:
    """As in maps: SAR in the model's units, whatever the folder keeps; of an ignored modality nothing is asked."""
    sar = InputSpec("sar", (Band("VV"), Band("VH")), "amplitude", (1.0, 99.0), None, (0.5,) * 2, (0.2,) * 2)
    whole = recipe_of(made, tmp_path)
    card = ModelCard("m", "M", "asanet", {"variant": "sar"}, (sar,), whole.legend, None, TILE, 8)
    found = find_tile_set(made, "val", card)
    assert found is not None
    decibels = open_images(whole, ("val",))[0]
    np.testing.assert_allclose(found.images[0].sar, 10 ** (decibels.sar / 20), rtol=1e-5)


def change(folder: Path, **entries: Any) -> None:
    (folder / "dataset.json").write_text(json.dumps({**description(folder), **entries}), encoding="utf-8")

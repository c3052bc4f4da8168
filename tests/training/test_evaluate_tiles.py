"""A model is measured on folders of tiles."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import rgbsar_core
from rgbsar_core.engine.model_file import save_model
from rgbsar_core.errors import BandCountError
from rgbsar_core.model_card import Band, InputSpec, read_card
from rgbsar_core.parameters import EngineOptions
from tests.rasters import write_raster
from training import evaluate, evaluate_tiles, train
from training.card import build_card, input_specs
from training.datasets.images import SceneSet
from training.prediction import Prediction
from training.recipe import ModalityRecipe, Recipe

from .tiles_on_disk import tile_pixels, tiles_recipe, write_listed_tiles

NUMBERS = (((120.0,) * 3, (60.0,) * 3), ((120.0,), (60.0,)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiles")
    write_listed_tiles(folder, {"train": 4, "test": 3})
    tiles_recipe(folder)
    return folder


def model_file(recipe: Recipe, path: Path, temperature: float = 1.0) -> Path:
    """An untrained model."""
    torch.manual_seed(0)
    network = rgbsar_core.create_network(
        "asanet", optical_channels=3, sar_channels=1, num_classes=2, **recipe.network.keywords()
    )
    save_model(path, network.eval(), build_card(recipe, input_specs(recipe, NUMBERS), {}, temperature))
    return path


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_file(tiles_recipe(folder), tmp_path_factory.mktemp("model") / "model.safetensors")


def test_figures_are_those_of_known_predictions_on_the_test_tiles(
    folder: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows 0-31 are dark, 32-63 bright; the prediction is bright from row 16 on, in each of three tiles."""
    known: NDArray[np.uint8] = np.repeat((np.arange(64) >= 16).astype(np.uint8)[:, None], 64, axis=1)
    answer = Prediction(known, np.ones((64, 64), np.float32))
    monkeypatch.setattr(evaluate_tiles, "predict", lambda *_: answer)
    path = tmp_path / "figures.json"
    arguments = [str(model), str(folder / "recipe.yaml"), "--split", "test", "--device", "cpu", "--json", str(path)]
    assert evaluate.main([*arguments, "--block", "64"]) == 0
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert figures["confusion_matrix"] == [[3 * 16 * 64, 3 * 16 * 64], [0, 3 * 32 * 64]]
    assert figures["resampled"]["blocks"] == 3 and figures["split"] == "test"
    assert figures["engine"]["precision"] == "float32"
    assert set(figures["scenes"]) == {"place_004", "place_005", "place_006"}
    printed = capsys.readouterr().out
    assert "- Scenes: 3 (test), 12,288 labelled pixels" in printed
    assert "| dark | 0.5000 |" in printed and "| bright | 0.6667 |" in printed


def test_tiles_are_blended_at_the_temperature_that_maps_are(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = model_file(tiles_recipe(folder), tmp_path / "model.safetensors", temperature=2.5), []
    known = Prediction(np.zeros((64, 64), np.uint8), np.ones((64, 64), np.float32))
    monkeypatch.setattr(evaluate_tiles, "predict", lambda *given: asked.append(given[-1]) or known)
    found = evaluate_tiles.find_tile_set(folder / "recipe.yaml", "test", read_card(path))
    assert found is not None
    evaluate_tiles.evaluate_tiles(path, found.images, EngineOptions(device="cpu"))
    assert asked == [2.5] * 3


def test_tiles_of_two_splits_that_share_a_name_count_each(folder: Path, model: Path) -> None:
    found = evaluate_tiles.find_tile_set(folder / "recipe.yaml", "test", read_card(model))
    assert found is not None
    twice = SceneSet([found.images[0], found.images[0]])
    measured = evaluate_tiles.evaluate_tiles(model, twice, EngineOptions(device="cpu"))
    assert measured.measured.matrix.sum() == 2 * 64 * 64 and len(measured.scenes) == 2


def test_the_validation_tiles_measure_as_the_training_run_did(folder: Path, tmp_path: Path) -> None:
    recipe = folder / "recipe.yaml"
    assert train.main([str(recipe), f"trainer.output={tmp_path}", "optical.percentiles=[0, 100]"]) == 0
    file, figures = tmp_path / "model.safetensors", tmp_path / "figures.json"
    assert evaluate.main([str(file), str(recipe), "--device", "cpu", "--json", str(figures)]) == 0
    own = read_card(file).metrics
    assert own is not None
    assert json.loads(figures.read_text(encoding="utf-8"))["confusion_matrix"] == own["confusion_matrix"]


def test_values_that_name_other_classes_than_the_model_has_are_told(
    folder: Path, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text((folder / "recipe.yaml").read_text(encoding="utf-8").replace("name: dark", "name: night"))
    evaluate_tiles.find_tile_set(folder / "recipe.yaml", "test", read_card(model))
    assert caplog.text == ""
    evaluate_tiles.find_tile_set(path, "test", read_card(model))
    assert "1 is night in the data, dark in the model. Labels are compared by their values" in caplog.text


def test_bands_are_read_in_the_order_that_the_model_names() -> None:
    """Blue, green, red in the recipe, red, green, blue in a converted model; SAR has one name."""
    bands = (Band("B", "blue"), Band("G", "green"), Band("R", "red"))
    own = ModalityRecipe(bands=bands, file_bands=(3, 2, 1), percentiles=None)
    card = InputSpec("optical", bands[::-1], "digital_number", None, None, (0.0,) * 3, (1.0,) * 3)
    assert evaluate_tiles._modality(own, card, None).numbers == (1, 2, 3)
    copies = ModalityRecipe(bands=(Band("GF-3"),) * 3, file_bands=(1, 1, 1))
    card = InputSpec("sar", copies.bands, "digital_number", None, None, (0.0,) * 3, (1.0,) * 3)
    assert evaluate_tiles._modality(copies, card, None).numbers == (1, 1, 1)


def test_a_folder_that_says_what_it_is_needs_no_recipe(model: Path, tmp_path: Path) -> None:
    """Labels are class values, 0 unlabelled: rows 32 to 63 count."""
    optical, sar, labels = tile_pixels(0)
    for role, pixels in (("optical", optical), ("sar", sar), ("label", labels * 2)):
        (tmp_path / role).mkdir()
        write_raster(tmp_path / role / "a.tif", pixels)
    (tmp_path / "test.txt").write_text("a\n", encoding="utf-8")
    tiles = evaluate_tiles.find_tile_set(tmp_path, "test", read_card(model))
    assert tiles is not None and tiles.images.names == ("a",)
    found = evaluate_tiles.evaluate_tiles(model, tiles.images, evaluate.EngineOptions(device="cpu"))
    assert found.measured.matrix.sum(axis=1).tolist() == [0, 32 * 64]
    assert evaluate_tiles.find_tile_set(tmp_path / "optical", None, read_card(model)) is None


def test_a_model_of_one_modality_does_not_look_at_the_other(folder: Path, tmp_path: Path) -> None:
    alone = tiles_recipe(folder, "network.variant=sar")
    path = model_file(alone, tmp_path / "sar.safetensors")
    tiles = evaluate_tiles.find_tile_set(folder / "recipe.yaml", "test", read_card(path))
    assert tiles is not None
    found = evaluate_tiles.evaluate_tiles(path, tiles.images, evaluate.EngineOptions(device="cpu"))
    assert found.measured.matrix.sum() == 3 * 64 * 64


@pytest.mark.parametrize("without", ["optical", "sar"])
def test_a_modality_left_out_is_zero_after_normalisation(folder: Path, tmp_path: Path, without: str) -> None:
    """The same figures from tiles whose pixels of that modality are the mean, 120, which is normalised to 0."""
    keys = ("augmentation.drop_optical=0.2", "augmentation.drop_sar=0.2")
    path = model_file(tiles_recipe(folder, *keys), tmp_path / "dropout.safetensors")
    tiles = evaluate_tiles.find_tile_set(folder / "recipe.yaml", "test", read_card(path))
    assert tiles is not None
    options = evaluate.EngineOptions(device="cpu")
    found = evaluate_tiles.evaluate_tiles(path, tiles.images, options, without=without)
    mean = {image.name: np.full_like(getattr(image, without), 120) for image in tiles.images}
    grey = [dataclasses.replace(image, **{without: mean[image.name]}) for image in tiles.images]
    expected = evaluate_tiles.evaluate_tiles(path, grey, options)
    assert found.measured.matrix.tolist() == expected.measured.matrix.tolist()
    assert (found.without, expected.without) == (without, "")
    with_both = evaluate_tiles.evaluate_tiles(path, tiles.images, options)
    assert found.measured.matrix.tolist() != with_both.measured.matrix.tolist()


def test_a_modality_the_model_needs_is_not_left_out(
    folder: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = [str(model), str(folder / "recipe.yaml"), "--split", "test", "--device", "cpu", "--without", "optical"]
    assert evaluate.main(arguments) == 1
    assert "No optical layer was given; the model 'Tiny tiles' needs both layers" in caplog.text


def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    folder: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_work(*_: object) -> None:
        raise AssertionError("evaluated")

    monkeypatch.setattr(evaluate, "find_tile_set", no_work)
    before = model.read_bytes()
    arguments = [str(model), str(folder / "recipe.yaml"), "--split", "test", "--json"]
    nowhere = tmp_path / "no" / "figures.json"
    for path, told in ((nowhere, "does not exist"), (tmp_path, "is a folder"), (model, "is also an input")):
        assert evaluate.main([*arguments, str(path)]) == 1
        assert told in caplog.text
    assert model.read_bytes() == before


def test_tiles_that_a_training_list_names_are_told(
    model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_listed_tiles(tmp_path, {"train": 3, "test": 1})
    with (tmp_path / "test.txt").open("a", encoding="utf-8") as file:
        file.write("place_001\n")
    tiles_recipe(tmp_path)
    evaluate_tiles.find_tile_set(tmp_path / "recipe.yaml", "test", read_card(model))
    assert "1 of the test images are among those to train on (place_001)" in caplog.text


def test_what_does_not_fit_is_refused(
    folder: Path, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = str(folder / "recipe.yaml")
    assert evaluate.main([str(model), recipe, "--split", "nowhere"]) == 1
    assert "names no list of the split 'nowhere'" in caplog.text
    assert evaluate.main([str(model), recipe, "--precision", "bfloat16"]) == 1
    assert "tiles are measured in float32 by torch" in caplog.text
    text = (folder / "recipe.yaml").read_text(encoding="utf-8").replace("- name: VH", "- name: VH\n  - name: VV")
    (tmp_path / "two.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BandCountError, match="2 sar bands; the model was trained on 1"):
        evaluate_tiles.find_tile_set(tmp_path / "two.yaml", "test", read_card(model))

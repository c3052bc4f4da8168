"""A model is measured on the road its users take."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

import rgbsar_core
from rgbsar_core.engine.model_file import save_model
from rgbsar_core.errors import InputError
from rgbsar_core.parameters import EngineOptions
from tests.rasters import read_raster, write_raster
from training import evaluate
from training.card import build_card, input_specs
from training.datasets.scenes import read_scenes
from training.finishing import evaluate_file

from .scenes_on_disk import recipe_data, tiny_recipe, write_scenes

NUMBERS = (((0.4, 0.4, 0.4), (0.2, 0.2, 0.2)), ((0.3,), (0.1,)))
FLOAT32 = EngineOptions(device="cpu", precision="float32", backend="torch")
DROPOUT = ("augmentation.drop_optical=0.2", "augmentation.drop_sar=0.2")
PLAIN = ("--precision", "float32", "--backend", "torch", "--device", "cpu")


def model_file(folder: Path, path: Path, *overrides: str) -> Path:
    """An untrained model."""
    recipe = tiny_recipe(folder, *overrides)
    torch.manual_seed(0)
    network = rgbsar_core.create_network(
        "asanet", optical_channels=3, sar_channels=1, num_classes=2, **recipe.network.keywords()
    )
    save_model(path, network.eval(), build_card(recipe, input_specs(recipe, NUMBERS), {}))
    return path


@pytest.fixture(scope="module")
def model(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_file(tiny, tmp_path_factory.mktemp("model") / "model.safetensors")


def test_figures_are_those_of_the_maps_against_the_labels(
    tiny: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The map is replaced by a known one: right in the upper half, `dark` in the lower, 10 pixels without a class."""
    genuine = evaluate.classify_rasters

    def known_map(request: evaluate.ClassificationParameters, engine: evaluate.LocalEngine) -> None:
        genuine(request, engine=engine)
        labels: NDArray[np.uint8] = np.ones((64, 64), np.uint8)
        labels[36:48, 4:60] = 4
        labels[4, 4:14] = 0
        write_raster(request.output, labels)

    monkeypatch.setattr(evaluate, "classify_rasters", known_map)
    scenes = evaluate.find_scenes(tiny / "recipe.yaml", None)
    found = evaluate.evaluate(model, scenes, FLOAT32, block_side=32)
    # Labelled: dark rows 4-29, bright rows 36-59, columns 4-59. Predicted bright: rows 36-47.
    assert found.measured.matrix.tolist() == [[26 * 56 - 10, 0], [12 * 56, 12 * 56]]
    assert found.unmapped == 10
    assert (found.intervals.blocks, found.block_side) == (4, 32)
    assert found.intervals.mean[0] <= found.measured.mean_iou <= found.intervals.mean[1]
    assert list(found.scenes) == ["east"]
    text = evaluate.markdown(found, model, scenes)
    # IoU of dark 1446 / (1446 + 672), of bright 672 / 1344
    (low, high), (lowest, highest) = found.intervals.classes
    assert low < 0.6827 < high
    assert f"| dark | 0.6827 | {low:.4f} to {high:.4f} | 0.8114 | 0.6827 | 1.0000 | 1,446 |" in text
    assert f"| bright | 0.5000 | {lowest:.4f} to {highest:.4f} | 0.6667 | 1.0000 | 0.5000 | 1,344 |" in text
    assert "10 labelled pixels without a class in the map" in text
    assert "the 4 blocks of 32 x 32 pixels" in text


def test_the_users_road_and_the_training_loop_measure_the_same(tiny: Path, model: Path) -> None:
    recipe = tiny_recipe(tiny)
    scenes = read_scenes(recipe.data, ("val",), recipe.optical, recipe.sar, recipe.legend)
    inside = evaluate_file(model, recipe, scenes, torch.device("cpu"))
    outside = evaluate.evaluate(model, evaluate.find_scenes(tiny / "recipe.yaml", None), FLOAT32)
    # The same arithmetic but for the order of sums: a pixel on the fence may fall to the other side.
    assert abs(inside.matrix - outside.measured.matrix).sum() <= 4


@pytest.mark.parametrize(
    ("names", "numbers"), [(("red", "green", "blue"), [3, 2, 1]), (("blue", "green", "red"), [1, 2, 3])]
)
def test_scenes_of_a_recipe_are_mapped_from_its_bands_in_the_order_that_the_model_names(
    names: tuple[str, ...], numbers: list[int], tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files hold blue, green, red; the model takes red first, however the recipe says so."""
    asked = []

    def remember(request: evaluate.ClassificationParameters, engine: evaluate.LocalEngine) -> None:
        asked.append((request.optical_bands, request.sar_bands))
        raise InputError("seen")

    monkeypatch.setattr(evaluate, "classify_rasters", remember)
    recipe = write_scenes(tmp_path)
    data = recipe_data(tmp_path)
    data["optical"].update(bands=[{"name": name} for name in names], file_bands=numbers)
    recipe.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(InputError, match="seen"):
        evaluate.evaluate(model, evaluate.find_scenes(recipe, None), FLOAT32)
    assert asked == [((3, 2, 1), (1,))]


def test_command_prints_markdown_and_writes_json(
    tiny: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    arguments = [str(model), str(tiny / "scenes"), "--split", "train", "--tile", "32", "--overlap", "8"]
    assert evaluate.main([*arguments, *PLAIN, "--json", str(path), "--as-published"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Accuracy of Tiny\n")
    assert "cpu, float32, torch, tiles of 32 pixels with 8 overlap" in printed
    assert "- Scenes: 2 (train), 5,600 labelled pixels" in printed
    assert "Without" not in printed
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert figures["without"] is None
    assert f"{figures['mean_iou']:.4f}" in printed
    assert figures["engine"]["precision"] == "float32"
    assert set(figures["scenes"]) == {"north", "south"}
    assert np.array(figures["confusion_matrix"]).sum() == 5600
    for name, value in figures["as_counted_by"]["amm_fusenet"].items():
        assert f" {name} |" in printed and f" {value} |" in printed
    assert figures["as_counted_by"]["asanet"]["OA"] == pytest.approx(100 * figures["overall_accuracy"], abs=0.01)
    assert figures["resampled"] == {"blocks": 2, "side_pixels": 256, "replicates": 2000}


@pytest.mark.parametrize("variant", ["optical", "sar"])
def test_model_of_one_modality_is_measured_too(tiny: Path, tmp_path: Path, variant: str) -> None:
    path = model_file(tiny, tmp_path / "one.safetensors", f"network.variant={variant}")
    found = evaluate.evaluate(path, evaluate.find_scenes(tiny / "recipe.yaml", None), FLOAT32)
    assert found.measured.matrix.sum() == 2800


@pytest.mark.parametrize("without", ["optical", "sar"])
def test_a_layer_left_out_is_measured_as_a_map_made_without_it(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], without: str
) -> None:
    """Against a map of `classify_rasters` from the one layer; report and JSON say what was left out."""
    path = model_file(tiny, tmp_path / "dropout.safetensors", *DROPOUT)
    figures = tmp_path / "figures.json"
    arguments = [str(path), str(tiny / "recipe.yaml"), "--without", without, *PLAIN, "--json", str(figures)]
    assert evaluate.main(arguments) == 0
    request = evaluate.ClassificationParameters(
        **{role: "" if role == without else str(tiny / "scenes" / f"east_{role}.tif") for role in ("optical", "sar")},
        model=str(path),
        output=str(tmp_path / "map.tif"),
        engine=FLOAT32,
    )
    evaluate.classify_rasters(request)
    predicted, labels = (read_raster(file)[0] for file in (request.output, tiny / "scenes" / "east_label.tif"))
    expected = [[int(((labels == row) & (predicted == column)).sum()) for column in (1, 4)] for row in (1, 4)]
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["confusion_matrix"] == expected
    assert found["without"] == without
    assert f"- Without the {'SAR' if without == 'sar' else 'optical'} layer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ((), "No SAR layer was given; the model 'Tiny' needs both layers, since it was not trained to do without one"),
        (("network.variant=sar",), "No SAR layer was given; the model 'Tiny' needs it"),
        (("network.variant=optical",), "The model 'Tiny' has no SAR input; expected one of its own to leave out"),
    ],
)
def test_a_layer_the_model_needs_is_not_left_out(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, override: tuple[str, ...], message: str
) -> None:
    path = model_file(tiny, tmp_path / "model.safetensors", *override)
    assert evaluate.main([str(path), str(tiny / "recipe.yaml"), "--without", "sar", *PLAIN]) == 1
    assert message in caplog.text


def test_scenes_are_found_in_a_recipe_or_a_folder_with_or_without_a_table(tiny: Path, tmp_path: Path) -> None:
    assert evaluate.find_scenes(tiny / "recipe.yaml", "train").names == ("north", "south")
    assert evaluate.find_scenes(tiny / "scenes", None).names == ("east",)  # scenes.csv lies beside the folder
    alone = tmp_path / "a" / "alone"
    shutil.copytree(tiny / "scenes", alone)
    assert evaluate.find_scenes(alone, None).names == ("east", "north", "south")
    with pytest.raises(InputError, match="no scenes.csv, so there is no split 'val'"):
        evaluate.find_scenes(alone, "val")
    with pytest.raises(InputError, match=r"has no \*_label.tif"):
        evaluate.find_scenes(tmp_path, None)
    with pytest.raises(InputError, match="neither a folder nor a recipe"):
        evaluate.find_scenes(tmp_path / "none", None)


def test_what_cannot_be_measured_gets_a_sentence(
    tiny: Path, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert evaluate.main([str(tmp_path / "none.safetensors"), str(tiny / "scenes")]) == 1
    assert "none.safetensors" in caplog.text
    folder = tmp_path / "b" / "scenes"
    folder.mkdir(parents=True)
    for role in ("optical", "sar", "label"):
        shutil.copy(tiny / "scenes" / f"east_{role}.tif", folder)
    small = read_raster(folder / "east_label.tif")[:, :32]
    write_raster(folder / "east_label.tif", small)
    assert evaluate.main([str(model), str(folder), *PLAIN]) == 1
    assert "The map of 'east' has (64, 64) pixels, its labels (32, 64)" in caplog.text
    write_raster(folder / "east_label.tif", np.zeros((64, 64), np.uint8))
    assert evaluate.main([str(model), str(folder), *PLAIN]) == 1
    assert "no labelled pixel that was mapped" in caplog.text

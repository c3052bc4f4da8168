"""The process that QGIS starts to train a network, where there is no GDAL."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgbsar_core.dataset.pack import Packed, pack_folder
from rgbsar_core.dataset.trainable import open_training_folder
from rgbsar_core.errors import EngineError, InputError
from rgbsar_core.model_card import read_card
from rgbsar_core.model_training.parameters import TrainParameters
from rgbsar_core.model_training.recipe import build_recipe
from tests.core.dataset.places import TILE, make, tile_names, write_labels, write_layers
from training import job
from training.datasets.packed import open_packed
from training.datasets.splits import training_images, validation_images
from training.recipe_file import read_recipe

WITHOUT_GDAL = "import sys; sys.modules['osgeo'] = None; from training.train_job import main; sys.exit(main())"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Packed]:
    """A data set of tiles of 32 pixels, and its arrays; not to be written to."""
    folder = tmp_path_factory.mktemp("packed")
    optical, sar, _, _ = write_layers(folder)
    make((optical, sar, write_labels(folder / "labels.gpkg")), folder / "set", shares=(60, 20, 20))
    (folder / "arrays").mkdir()
    return folder / "set", pack_folder(str(folder / "set"), folder / "arrays", lambda *_: None, lambda: False)


def recipe_file(packed: tuple[Path, Packed], folder: Path, **changes: Any) -> Path:
    fields = {"minutes": None, "epochs": 1, "device": "cpu", **changes}
    parameters = TrainParameters(folder=str(packed[0]), model=str(folder / "a model.safetensors"), **fields)
    _, described = open_training_folder(str(packed[0]))
    path = folder / "recipe.json"
    path.write_text(json.dumps(build_recipe(parameters, described, packed[1], folder / "run")), encoding="utf-8")
    return path


def test_the_recipe_is_one_that_training_reads(packed, tmp_path):
    recipe = read_recipe(recipe_file(packed, tmp_path, dropout=0.2, epochs=3, batch=4))
    assert recipe.legend.names == ("field", "forest", "water")
    assert (recipe.optical.units, recipe.sar.units) == ("digital_number", "db")
    assert (recipe.augmentation.crop, recipe.validation.tile, recipe.validation.overlap) == (TILE, TILE, 8)
    assert (recipe.augmentation.drop_optical, recipe.augmentation.drop_sar) == (0.1, 0.1)
    assert recipe.trainer.steps == 3 * -(-packed[1].tiles["train"] // 4)
    assert recipe.name == "a-model"


def test_a_run_by_the_clock_ends_by_the_clock(packed, tmp_path):
    recipe = read_recipe(recipe_file(packed, tmp_path, minutes=5.0, epochs=None))
    assert recipe.trainer.max_minutes == 5.0 and recipe.trainer.steps == 1_000_000
    assert recipe.trainer.validate_every == 25


def test_packed_tiles_are_those_of_the_lists_with_their_scenes_ranges(packed, tmp_path):
    recipe = read_recipe(recipe_file(packed, tmp_path))
    names = tile_names(packed[0])
    assert training_images(recipe).names == tuple(names["train"])
    images = validation_images(recipe)
    assert images.names == tuple(names["val"])
    assert (images[0].optical == np.load(packed[1].folder / "val_optical.npy")[0]).all()
    (scene,) = json.loads((packed[1].folder / "packed.json").read_text())["scenes"]
    assert images[0].optical_range.tolist() == scene["optical"] and images[0].sar_range.tolist() == scene["sar"]


def test_packed_tiles_that_do_not_fit_the_recipe_are_refused(packed, tmp_path):
    import dataclasses

    recipe = read_recipe(recipe_file(packed, tmp_path))
    other = dataclasses.replace(recipe.sar, percentiles=(2.0, 98.0))
    with pytest.raises(InputError, match=r"packed with the percentiles \[1.0, 99.0\].*sar.percentiles are \(2.0, 98"):
        open_packed(packed[1].folder, ("train",), recipe.optical, other, recipe.legend)
    with pytest.raises(InputError, match="The sar tiles .* have 2 bands, the recipe has 3"):
        open_packed(packed[1].folder, ("train",), recipe.optical, recipe.optical, recipe.legend)
    with pytest.raises(InputError, match="no tiles of the split 'more'; it has train, val, test"):
        open_packed(packed[1].folder, ("more",), recipe.optical, recipe.sar, recipe.legend)


@pytest.mark.slow
def test_a_network_is_trained_where_there_is_no_gdal(packed, tmp_path, repository):
    recipe = recipe_file(packed, tmp_path)
    command = [sys.executable, "-c", WITHOUT_GDAL]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=repository, **pipes) as process:
        process.stdin.write(json.dumps({"type": "train", "recipe": str(recipe)}).encode() + b"\n")
        process.stdin.flush()
        messages = [json.loads(line) for line in process.stdout]
        assert process.wait() == 0, process.stderr.read().decode()
    kinds = [message["type"] for message in messages]
    assert kinds[0] == "hello" and kinds[-1] == "done", messages[-1]
    assert {"progress", "validated"} <= set(kinds)
    assert set(kinds[kinds.index("finishing") :]) <= {"finishing", "measuring", "done"}
    result = json.loads(Path(messages[-1]["result"]).read_text())
    assert result["measured_on"] == "test" and result["shown"] == sorted(set(result["shown"]))
    shown = np.load(Path(messages[-1]["result"]).with_name("shown.npy"))
    assert shown.shape == (len(result["shown"]), TILE, TILE) and shown.max() <= 2
    assert read_card(messages[-1]["model"]).legend.names == ("field", "forest", "water")


@pytest.mark.slow
def test_the_process_ends_with_its_parent(repository):
    command = [sys.executable, "-c", WITHOUT_GDAL]
    run = subprocess.run(command, cwd=repository, stdin=subprocess.DEVNULL, capture_output=True, timeout=240)
    assert run.returncode == 0


@pytest.mark.slow
def test_a_recipe_that_cannot_be_is_an_error_of_its_class(packed, tmp_path, repository):
    recipe = recipe_file(packed, tmp_path)
    recipe.write_text(json.dumps({**json.loads(recipe.read_text()), "sead": 1}))
    command = [sys.executable, "-c", WITHOUT_GDAL]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=repository, **pipes) as process:
        process.stdin.write(json.dumps({"type": "train", "recipe": str(recipe)}).encode() + b"\n")
        process.stdin.flush()
        messages = [json.loads(line) for line in process.stdout]
        assert process.wait() == 1
    assert messages[-1]["type"] == "error" and messages[-1]["error"] == "InputError"
    assert "Did you mean 'seed'?" in messages[-1]["text"]


def test_a_run_tells_of_the_images_it_measures_when_their_weights_are_on_the_disk(packed, tmp_path, monkeypatch):
    """Whoever waits for it can tell measuring from standing still, and may end it without losing the weights."""
    monkeypatch.setattr(job, "MESSAGE_SECONDS", 0.0)
    heard: list[tuple[str, tuple[str, ...]]] = []

    def send(kind: str, **fields: Any) -> None:
        heard.append((kind, tuple(path.name for path in (tmp_path / "run").glob("*.safetensors"))))

    job.run_job(str(recipe_file(packed, tmp_path)), send, lambda: False)
    validated = [files for kind, files in heard if kind == "validated"]
    assert set(validated) == {("unmeasured.safetensors",)}
    finishing = [kind for kind, _ in heard].index("finishing")
    measuring = [files for kind, files in heard[finishing:] if kind == "measuring"]
    validation, test = packed[1].tiles["val"], packed[1].tiles["test"]
    assert measuring[: 3 * validation] == [("unmeasured.safetensors",)] * 3 * validation  # accuracy, logits, again
    assert measuring[3 * validation :] == [("model.safetensors",)] * 2 * test  # accuracy, pictures


def test_a_run_that_fails_after_a_validation_leaves_its_best_weights_as_a_model(packed, tmp_path):
    validated = []

    def send(kind: str, **fields: Any) -> None:
        if kind == "validated":
            validated.append(fields["miou"])
        elif validated:
            raise EngineError("out of luck")

    with pytest.raises(EngineError, match="out of luck"):
        job.run_job(str(recipe_file(packed, tmp_path, epochs=30)), send, lambda: False)
    card = read_card(tmp_path / "run" / "unmeasured.safetensors")
    assert (card.network, card.legend.names, card.metrics) == ("asanet", ("field", "forest", "water"), {})
    assert len(validated) == 1

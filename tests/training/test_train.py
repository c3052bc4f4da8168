"""A whole run on a tiny set: model file, card, resume, and runs that go wrong."""

from __future__ import annotations

import errno
import json
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from rgbsar_core import cli
from rgbsar_core.engine.model_file import load_model
from rgbsar_core.errors import InputError
from rgbsar_core.model_card import read_card
from tests.rasters import read_raster
from training import task, train
from training.card import build_card, input_specs
from training.checkpoints import WholeFileCheckpointIO

from .scenes_on_disk import tiny_recipe


@pytest.fixture(scope="module")
def trained(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a run of two steps, through the command line."""
    output = tmp_path_factory.mktemp("run")
    assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={output}"]) == 0
    return output


def test_run_of_two_steps_writes_a_model_that_the_command_line_maps_with(
    trained: Path, tiny: Path, tmp_path: Path
) -> None:
    scene = tiny / "scenes" / "east"
    result = tmp_path / "map.tif"
    arguments = ["classify", f"{scene}_optical.tif", f"{scene}_sar.tif", "-m", str(trained / "model.safetensors")]
    assert cli.main([*arguments, "-o", str(result)]) == 0
    labels = read_raster(result)
    assert labels.shape == (1, 64, 64)
    assert set(np.unique(labels)) <= {1, 4}


def test_card_tells_what_was_trained_and_measured(trained: Path) -> None:
    card = read_card(trained / "model.safetensors")
    assert (card.name, card.network, card.gsd, card.tile_size, card.overlap) == ("tiny", "asanet", 10.0, 64, 16)
    assert card.network_parameters == {"size": "atto"}
    assert [spec.role for spec in card.inputs] == ["optical", "sar"]
    assert card.inputs[0].percentiles == (1.0, 99.0) and card.inputs[0].clip == (-0.5, 2.0)
    assert len(card.inputs[0].mean) == 3 and len(card.inputs[1].std) == 1
    assert card.legend.values == (1, 4)
    assert card.seed == 42 and not card.modality_dropout
    assert card.metrics["measured_on"] == "1 scenes not trained on: east"
    assert card.metrics["training"]["steps"] == 2
    assert card.metrics["training"]["samples_per_step"] == 2
    counted = np.array(card.metrics["confusion_matrix"])
    assert counted.sum(axis=1).tolist() == [26 * 56, 24 * 56]
    assert json.loads((trained / "metrics.json").read_text(encoding="utf-8")) == json.loads(json.dumps(card.metrics))


def test_card_of_one_modality_names_only_that(tiny: Path) -> None:
    numbers = (((0.4, 0.4, 0.4), (0.2, 0.2, 0.2)), ((0.3,), (0.1,)))
    recipe = tiny_recipe(tiny, "network.variant=sar", "augmentation.drop_optical=0.1", "augmentation.drop_sar=0.1")
    card = build_card(recipe, input_specs(recipe, numbers), {})
    assert [spec.role for spec in card.inputs] == ["sar"]
    assert not card.modality_dropout
    both = tiny_recipe(tiny, "augmentation.drop_optical=0.1", "augmentation.drop_sar=0.1")
    assert build_card(both, input_specs(both, numbers), {}).modality_dropout


def test_run_that_diverges_stops_and_resumes_from_its_last_good_step_with_identical_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = str(tiny / "recipe.yaml")
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    assert train.main([recipe, "trainer.steps=4", f"trainer.output={straight}"]) == 0

    honest, calls = task.segmentation_loss, []

    def nan_at_the_fourth(*arguments: Any) -> torch.Tensor:
        calls.append(1)
        loss = honest(*arguments)
        return loss * math.nan if len(calls) == 4 else loss

    monkeypatch.setattr(task, "segmentation_loss", nan_at_the_fourth)
    with caplog.at_level(logging.ERROR):
        assert train.main([recipe, "trainer.steps=4", f"trainer.output={broken}"]) == 1
    assert "At step 3 the loss became NaN or infinite" in caplog.text
    assert "Traceback" not in caplog.text
    assert torch.load(broken / "last.ckpt", weights_only=False)["global_step"] == 2
    assert not (broken / "model.safetensors").exists()

    monkeypatch.undo()
    arguments = [recipe, "trainer.steps=4", f"trainer.output={broken}", "trainer.resume=true"]
    assert train.main(arguments) == 0
    expected = load_model(straight / "model.safetensors")[0].state_dict()
    found = load_model(broken / "model.safetensors")[0].state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_weights_that_are_no_numbers_never_replace_a_checkpoint(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def poison(module: task.SegmentationTask) -> None:
        with torch.no_grad():
            next(module.average.parameters()).fill_(math.nan)

    monkeypatch.setattr(task.SegmentationTask, "_move_average", poison)
    monkeypatch.setattr(task.SegmentationTask, "validation_step", lambda *_: None)
    with caplog.at_level(logging.ERROR):
        assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}"]) == 1
    assert "At step 2 the weights became NaN" in caplog.text
    assert not (tmp_path / "last.ckpt").exists()


def test_checkpoint_that_finds_no_room_leaves_the_older_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.ckpt"
    WholeFileCheckpointIO().save_checkpoint({"step": 1}, path)

    def full_disk(self: TorchCheckpointIO, checkpoint: dict[str, Any], target: Path, options: Any = None) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TorchCheckpointIO, "save_checkpoint", full_disk)
    with pytest.raises(OSError, match="No space left"):
        WholeFileCheckpointIO().save_checkpoint({"step": 2}, path)
    assert torch.load(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_ends_a_run_with_a_sentence(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full_disk(*_: Any) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(train, "train", full_disk)
    assert train.main([str(tiny / "recipe.yaml")]) == 1
    assert "No space left on device" in caplog.text and "trainer.resume=true" in caplog.text


def test_settings_that_cannot_run_are_refused(tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recipe = str(tiny / "recipe.yaml")
    assert train.main([recipe, f"trainer.output={tmp_path}", "trainer.resume=true"]) == 1
    assert "to resume from; start with trainer.resume=false" in caplog.text
    with pytest.raises(InputError, match="Lightning refuses the recipe's trainer settings"):
        train.make_trainer(tiny_recipe(tiny, "trainer.precision=64-mixed"), tmp_path)

"""What a resumed run takes from its checkpoint where folder or settings changed in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback

from rgbsar_core.metrics import accuracy
from rgbsar_core.model_card import read_card
from training import task, train

from .scenes_on_disk import tiny_recipe


def test_run_resumed_without_the_clip_steps_as_one_that_began_so(tiny: Path, tmp_path: Path) -> None:
    """The loss scale of 16-mixed hands its factor to a fused optimiser alone; any other one fails on it."""
    optimisers: list[torch.optim.Optimizer] = []

    class Look(Callback):
        def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
            optimisers.extend(trainer.optimizers)

    begun = ("trainer.precision=bf16-mixed", "optimiser.clip=1", f"trainer.output={tmp_path}")
    train.train(tiny_recipe(tiny, *begun), [Look()])
    train.train(tiny_recipe(tiny, f"trainer.output={tmp_path}", "trainer.resume=true", "trainer.steps=3"), [Look()])
    assert [[group["fused"] for group in each.param_groups] for each in optimisers] == [[False] * 2, [True] * 2]


def test_run_resumed_in_a_folder_that_was_moved_keeps_the_best_weights_of_its_earlier_part(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.9, 0.5])
    monkeypatch.setattr(task, "accuracy", lambda matrix: replace(accuracy(matrix), iou=np.array([next(scores)] * 2)))
    arguments = [str(tiny / "recipe.yaml"), "trainer.keep=best"]
    assert train.main([*arguments, "trainer.steps=2", f"trainer.output={tmp_path / 'scratch'}"]) == 0
    (tmp_path / "scratch").rename(tmp_path / "home")
    again = ["trainer.steps=4", f"trainer.output={tmp_path / 'home'}", "trainer.resume=true"]
    assert train.main([*arguments, *again]) == 0
    assert torch.load(tmp_path / "home" / "best.ckpt", weights_only=True)["global_step"] == 2
    training = read_card(tmp_path / "home" / "model.safetensors").metrics["training"]
    assert training["weights"].startswith("exponential average at step 2 of 4, picked")

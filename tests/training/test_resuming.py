"""What a resumed run takes from its checkpoint where folder or settings changed in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback

from rgbsar_core.metrics import accuracy
from rgbsar_core.model_card import read_card
from training import task, train
from training.running import keep_rows

from .scenes_on_disk import tiny_recipe


def test_run_resumed_without_the_clip_steps_as_one_that_began_so(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss scale of 16-mixed hands its factor to a fused optimiser alone; any other one fails on it."""
    optimisers: list[torch.optim.Optimizer] = []

    class Look(Callback):
        def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
            optimisers.extend(trainer.optimizers)

    with monkeypatch.context() as with_clip:
        with_clip.setattr(task.SegmentationTask, "_is_fused", lambda self: False)  # no processor has 16-mixed
        train.train(tiny_recipe(tiny, f"trainer.output={tmp_path}/run"), [Look()])
    train.train(tiny_recipe(tiny, f"trainer.output={tmp_path}/run", "trainer.resume=true", "trainer.steps=3"), [Look()])
    assert [[group["fused"] for group in each.param_groups] for each in optimisers] == [[None] * 2, [True] * 2]


def test_gradients_are_clipped_beside_a_fused_optimiser_in_mixed_precision(tiny: Path, tmp_path: Path) -> None:
    found: list[tuple[float, bool]] = []

    class Look(Callback):
        def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any) -> None:
            norms = [parameter.grad.norm() for parameter in pl_module.parameters() if parameter.grad is not None]
            fused = all(group["fused"] for group in trainer.optimizers[0].param_groups)
            found.append((float(torch.stack(norms).norm()), fused))

    clipped = ("trainer.precision=bf16-mixed", "optimiser.clip=0.001", f"trainer.output={tmp_path}/run")
    train.train(tiny_recipe(tiny, *clipped), [Look()])
    assert found == [(pytest.approx(0.001, rel=1e-3), True)] * 2


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


def test_run_resumed_for_the_best_weights_takes_none_that_another_run_left_in_the_folder(
    tiny: Path, tmp_path: Path
) -> None:
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}"]
    assert train.main([*arguments, "trainer.keep=best", "trainer.steps=4", "seed=1"]) == 0
    assert train.main(arguments) == 0
    assert train.main([*arguments, "trainer.keep=best", "trainer.resume=true"]) == 0  # nothing is left to train
    training = read_card(tmp_path / "model.safetensors").metrics["training"]
    assert training["steps"] == 2 and "not picked by validation" in training["weights"]


def test_rows_that_come_again_or_that_a_kill_cut_off_are_not_kept(tmp_path: Path) -> None:
    table = tmp_path / "log" / "metrics.csv"
    table.parent.mkdir()
    table.write_text("loss,step\n0.5,1\n0.4,2\n0.3,3\n0.2", encoding="utf-8")
    keep_rows(tmp_path, begun=3)
    assert table.with_name("metrics.1.csv").read_text(encoding="utf-8").split() == ["loss,step", "0.5,1", "0.4,2"]
    assert not table.exists()


def test_a_new_run_leaves_no_rows_of_the_run_before_it(tiny: Path, tmp_path: Path) -> None:
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", "validation.calibrate=false"]
    assert train.main(arguments) == 0
    assert train.main([*arguments, "trainer.steps=4", "trainer.resume=true"]) == 0
    assert [path.name for path in sorted(tmp_path.glob("log/*.csv"))] == ["metrics.1.csv", "metrics.csv"]
    assert train.main(arguments) == 0
    assert [path.name for path in tmp_path.glob("log/*.csv")] == ["metrics.csv"]

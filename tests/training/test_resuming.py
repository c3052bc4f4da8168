"""What a resumed run takes from its checkpoint where folder or settings changed in between."""

from __future__ import annotations

from pathlib import Path

import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback

from training import train

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

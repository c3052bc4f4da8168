"""A training run in a process of its own, that can be made to die, and that leaves its weights for a look.

`python run_here.py RECIPE FOLDER DEATH [key=value ...]`: DEATH is never, step:N (in the middle of step N's batch),
checkpoint:N (while the checkpoint of step N is half written) or nan:N (process N meets a loss that is no number). Each
process leaves FOLDER/rank<N>.pt.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch  # noqa: E402
from lightning.pytorch.plugins.io import TorchCheckpointIO  # noqa: E402

from training import task, train  # noqa: E402
from training.recipe_file import read_recipe  # noqa: E402


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arrange(death: str) -> None:
    """See above."""
    where, _, number = death.partition(":")
    step, save = train.SegmentationTask.training_step, TorchCheckpointIO.save_checkpoint

    def training_step(self: Any, batch: Any, batch_idx: int) -> torch.Tensor:
        loss = step(self, batch, batch_idx)
        if self.global_step == int(number):
            die()
        return loss

    def save_checkpoint(self: Any, checkpoint: dict[str, Any], path: Path, options: Any = None) -> None:
        if checkpoint["global_step"] == int(number):
            Path(path).write_bytes(b"half a checkpoint")
            die()
        save(self, checkpoint, path, options)

    if where == "step":
        train.SegmentationTask.training_step = training_step  # type: ignore[method-assign]
    elif where == "checkpoint":
        TorchCheckpointIO.save_checkpoint = save_checkpoint  # type: ignore[method-assign]
    elif where == "nan" and os.environ.get("LOCAL_RANK", "0") == number:
        honest = task.segmentation_loss
        task.segmentation_loss = lambda *given: honest(*given) * math.nan


def main(recipe: str, folder: str, death: str, *overrides: str) -> None:
    """See above."""
    arrange(death)
    tasks: list[train.SegmentationTask] = []
    honest = train.SegmentationTask

    def remember(*arguments: Any) -> train.SegmentationTask:
        tasks.append(honest(*arguments))
        return tasks[0]

    train.SegmentationTask = remember  # type: ignore[assignment,misc]
    train.train(read_recipe(recipe, overrides))
    (task,) = tasks
    states = {"network": task.network.state_dict(), "average": task.average.state_dict()}
    torch.save(states, Path(folder) / f"rank{task.trainer.global_rank}.pt")


if __name__ == "__main__":
    main(*sys.argv[1:])

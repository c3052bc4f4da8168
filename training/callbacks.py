"""What a run tells of itself."""

from __future__ import annotations

import logging
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback, TQDMProgressBar

from .task import SegmentationTask

logger = logging.getLogger(__name__)

STEPS = 50
"""Between two lines of the log."""


def minutes_left(task: SegmentationTask) -> float:
    """Of the whole run, at its pace so far, or on its clock if that ends first; there is one from the first step on."""
    spent, most = task.elapsed_minutes(), task.recipe.trainer.max_minutes
    at_this_pace = spent * (1.0 / task.progress() - 1.0)
    return at_this_pace if most is None else min(at_this_pace, max(0.0, most - spent))


class StepLog(Callback):
    """Tells the log where the run is, with the time left, and each validation's result."""

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Every so many steps, once."""
        whole = (batch_idx + 1) % trainer.accumulate_grad_batches == 0
        if whole and trainer.global_step % STEPS == 0 and isinstance(pl_module, SegmentationTask):
            done, left = 100 * pl_module.progress(), minutes_left(pl_module)
            loss = float(trainer.callback_metrics["loss"])
            logger.info("step %d (%.0f %%), loss %.4f, %.1f min left", trainer.global_step, done, loss, left)

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After each validation."""
        values = {key: round(float(value), 4) for key, value in trainer.callback_metrics.items() if "val" in key}
        logger.info("step %d: %s", trainer.global_step, values)


class RunBar(TQDMProgressBar):
    """Lightning's bar of one epoch, with the time left of the run."""

    def get_metrics(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> dict[str, int | str | float | dict[str, float]]:
        """What stands behind the bar."""
        shown = super().get_metrics(trainer, pl_module)
        shown.pop("v_num", None)
        if isinstance(pl_module, SegmentationTask) and pl_module.progress() > 0.0:
            shown["left"] = f"{minutes_left(pl_module):.1f} min"
        return shown

"""Train a model: `python -m training.train RECIPE.yaml [key=value ...]`.

Writes checkpoints, logs, `model.safetensors` and `metrics.json` into the recipe's `trainer.output`. A stopped
run continues with `trainer.resume=true`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 stopped by hand.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import Callback, ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger

from rgbsar_core.engine.model_file import Precision, load_model, save_model
from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.metrics import Accuracy, accuracy

from .card import build_card, describe_metrics, input_specs
from .checkpoints import WholeFileCheckpointIO
from .datasets.images import Scene
from .datasets.samples import class_pixels, training_statistics
from .datasets.splits import training_images, validation_images
from .prediction import scene_matrix
from .recipe import Recipe
from .recipe_file import read_recipe
from .task import SegmentationTask

logger = logging.getLogger(__name__)


def train(recipe: Recipe) -> Path:
    """Run a recipe from the data to the model file.

    Returns:
        The model file.

    Raises:
        InputError: data or settings that do not fit.
        DivergenceError: the loss became NaN; the last checkpoint is a good one.
        ModelFileError: the model file cannot be written.
        OSError: a checkpoint or log cannot be written; the last checkpoint is whole.
    """
    start = time.monotonic()
    run = recipe.trainer
    output = Path(run.output)
    output.mkdir(parents=True, exist_ok=True)
    if run.threads is not None:
        torch.set_num_threads(run.threads)
    train_scenes, validation_scenes = training_images(recipe), validation_images(recipe)
    statistics = training_statistics(train_scenes, recipe)
    inputs = input_specs(recipe, statistics)
    pixels = class_pixels(train_scenes, len(recipe.classes))
    logger.info("%d images to train on, %d to validate", len(train_scenes), len(validation_scenes))
    logger.info("labelled pixels: %s", dict(zip(recipe.legend.names, pixels)))
    logger.info("mean and deviation of optical %s, SAR %s", *statistics)
    task = SegmentationTask(recipe, train_scenes, validation_scenes, statistics, inputs)
    trainer = make_trainer(recipe, output)
    checkpoint = output / "last.ckpt"
    if run.resume and not checkpoint.is_file():
        raise InputError(f"There is no '{checkpoint}' to resume from; start with trainer.resume=false.")
    trainer.fit(task, ckpt_path=str(checkpoint) if run.resume else None)
    path = output / "model.safetensors"
    stored: Precision = "float16" if run.stored == "float16" else "float32"
    if trainer.is_global_zero:
        minutes = (time.monotonic() - start) / 60.0
        save_model(path, task.average_network(), build_card(recipe, inputs, {}), precision=stored)
        measured = evaluate_file(path, recipe, validation_scenes, trainer.strategy.root_device)
        metrics = describe_metrics(recipe, measured, validation_scenes.names, trainer.global_step, minutes)
        save_model(path, task.average_network(), build_card(recipe, inputs, metrics), precision=stored)
        (output / "metrics.json").write_text(json.dumps(metrics, indent=1), encoding="utf-8")
        logger.info("mIoU %.4f, OA %.4f, %d steps, %.1f min -> %s", measured.mean_iou, measured.overall,
                    trainer.global_step, minutes, path)  # fmt: skip
        logger.info("IoU %s", {n: round(float(i), 4) for n, i in zip(recipe.legend.names, measured.iou)})
    return path


def make_trainer(recipe: Recipe, output: Path) -> lightning.Trainer:
    """Lightning's trainer as the recipe wants it.

    Raises:
        InputError: Lightning refuses the settings.
    """
    run = recipe.trainer
    callbacks: list[Callback] = [
        ModelCheckpoint(
            dirpath=output, filename="last", save_top_k=1, enable_version_counter=False, save_on_train_epoch_end=True
        ),
        StepLog(),
    ]
    if run.progress_bar:
        callbacks.append(TQDMProgressBar(refresh_rate=10))
    try:
        return _trainer(recipe, output, callbacks)
    except (ValueError, MisconfigurationException) as error:
        raise InputError(f"Lightning refuses the recipe's trainer settings: {error} Correct them.") from error


def _trainer(recipe: Recipe, output: Path, callbacks: list[Callback]) -> lightning.Trainer:
    run = recipe.trainer
    return lightning.Trainer(
        accelerator=run.accelerator,
        devices=run.devices,
        num_nodes=run.nodes,
        strategy=run.strategy,
        precision=run.precision,  # type: ignore[arg-type]
        max_steps=run.steps,
        max_epochs=-1,
        accumulate_grad_batches=run.accumulate,
        gradient_clip_val=recipe.optimiser.clip,
        reload_dataloaders_every_n_epochs=1,
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        log_every_n_steps=10,
        callbacks=callbacks,
        plugins=[WholeFileCheckpointIO()],
        enable_progress_bar=run.progress_bar,
        enable_model_summary=False,
        logger=CSVLogger(output, name="", version="log"),
    )


def evaluate_file(path: Path, recipe: Recipe, scenes: Sequence[Scene], device: torch.device) -> Accuracy:
    """Measure the written model file, in float32."""
    network, card = load_model(path, device=str(device))
    matrix = np.zeros((len(recipe.classes),) * 2, dtype=np.int64)
    for scene in scenes:
        matrix += scene_matrix(network, scene, card.inputs, len(matrix), recipe.validation, device)
    return accuracy(matrix)


class StepLog(Callback):
    """Tells the log where the run is, with the time left, and each validation's result."""

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: object
    ) -> None:
        """Every 50 steps."""
        if trainer.global_step % 50 == 0 and isinstance(pl_module, SegmentationTask):
            done = max(pl_module.progress(), 1e-6)
            left = pl_module.elapsed_minutes() * (1.0 / done - 1.0)
            loss = float(trainer.callback_metrics["loss"])
            logger.info("step %d (%.0f %%), loss %.4f, %.1f min left", trainer.global_step, 100 * done, loss, left)

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After each validation."""
        values = {key: round(float(value), 4) for key, value in trainer.callback_metrics.items() if "val" in key}
        logger.info("step %d: %s", trainer.global_step, values)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("recipe", help="YAML file, such as training/recipes/asanet/landcover_us.yaml")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="such as trainer.steps=100")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        train(read_recipe(options.recipe, options.overrides))
    except RgbSarError as error:
        logger.error("%s", error)
    except OSError as error:
        logger.error(
            "A file could not be read or written (%s). Free disk space or choose another trainer.output; "
            "the last checkpoint is whole, go on from it with trainer.resume=true.",
            error,
        )
    except torch.OutOfMemoryError as error:
        logger.error("Memory ran out: %s Lower trainer.batch (and raise trainer.accumulate).", error)
    except KeyboardInterrupt:
        logger.error("Stopped; go on from the last checkpoint with trainer.resume=true.")
        return 130
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())

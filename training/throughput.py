"""How fast a recipe trains here: `python -m training.throughput RECIPE.yaml [key=value ...]`.

Two short runs of the recipe's own loop: with its samples, and with one batch over and over, which is as fast as the
device can be. Prints images a second of both and the share of the time spent waiting for samples (on a GPU an upper
bound: the host may wait while the device still works). No file is written.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback

from rgbsar_core.engine.device import device_name
from rgbsar_core.errors import RgbSarError

from .loading import Batch
from .recipe import Recipe
from .recipe_file import read_recipe
from .running import lightning_told, quieten, with_precision
from .task import SegmentationTask
from .train import prepare

logger = logging.getLogger(__name__)

WARM_UP = 10
"""First steps, not counted: kernels are chosen, memory is found, sample processes start."""


@dataclass(frozen=True)
class Throughput:
    """What was measured.

    Attributes:
        images: a second, with the recipe's samples.
        images_at_hand: a second, with a batch that is there already.
        wait_share: of the time of the first, without a batch.
        device: it ran on.
        precision: it ran in.
    """

    images: float
    images_at_hand: float
    wait_share: float
    device: str
    precision: str


def measure(recipe: Recipe, steps: int) -> Throughput:
    """Train for a few steps, twice.

    Args:
        recipe: whose network, samples, precision and device are used.
        steps: counted ones.

    Raises:
        RgbSarError: a recipe that cannot run.
    """
    total = WARM_UP + steps
    trainer = dataclasses.replace(recipe.trainer, steps=total, validate_every=total, max_minutes=None, resume=False)
    recipe = with_precision(dataclasses.replace(recipe, trainer=trainer))
    task, _ = prepare(recipe)
    try:
        real = _run(task, None)
        batch = next(iter(task.train_dataloader()))
    finally:
        task.end_samples()
    at_hand = _run(task, Repeated(batch, total * trainer.accumulate))
    images = steps * trainer.accumulate * trainer.batch
    precision = recipe.trainer.precision
    return Throughput(images / real.seconds, images / at_hand.seconds, real.wait_share, real.device, precision)


class Repeated:
    """One batch, over and over."""

    def __init__(self, batch: Batch, count: int) -> None:
        self._batch = batch
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Batch]:
        return (self._batch for _ in range(self._count))


class Pace(Callback):
    """Seconds of the steps after the warm-up, and the share waited."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.wait_share = 0.0
        self.device = ""
        self._started: float | None = None

    def on_train_batch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: Any) -> None:
        """Start the clock."""
        if self._started is None and trainer.global_step == WARM_UP:
            _finish(trainer)
            self._started = time.perf_counter()
            if isinstance(pl_module, SegmentationTask) and pl_module.loader is not None:
                pl_module.loader.restart_clock()

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Stop it."""
        _finish(trainer)
        self.seconds = time.perf_counter() - (self._started or 0.0)
        self.device = device_name(trainer.strategy.root_device)
        if isinstance(pl_module, SegmentationTask) and pl_module.loader is not None:
            self.wait_share = pl_module.loader.wait_share or 0.0


def _run(task: SegmentationTask, batches: Repeated | None) -> Pace:
    run, pace = task.recipe.trainer, Pace()
    with lightning_told():
        trainer = lightning.Trainer(
            accelerator=run.accelerator,
            devices=1,
            precision=run.precision,  # type: ignore[arg-type]
            max_steps=run.steps,
            max_epochs=-1,
            accumulate_grad_batches=run.accumulate,
            gradient_clip_val=task.recipe.optimiser.clip,
            use_distributed_sampler=False,
            limit_val_batches=0,
            callbacks=[pace],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
    trainer.fit(task, train_dataloaders=batches)
    return pace


def _finish(trainer: lightning.Trainer) -> None:
    """Wait until the device has done all it was given."""
    if trainer.strategy.root_device.type == "cuda":
        torch.cuda.synchronize(trainer.strategy.root_device)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.throughput", description=__doc__)
    parser.add_argument("recipe", help="YAML file")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="such as trainer.workers=4")
    parser.add_argument("--steps", type=int, default=50, metavar="N", help="counted steps (default: 50)")
    given = parser.parse_args(arguments)
    if given.steps < 1:
        parser.error(f"--steps is {given.steps}; expected 1 or more")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    quieten()
    try:
        recipe = read_recipe(given.recipe, given.overrides)
        found = measure(recipe, given.steps)
    except (RgbSarError, OSError, torch.OutOfMemoryError) as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped.")
        return 130
    run, side = recipe.trainer, recipe.augmentation.crop
    sys.stdout.write(
        f"{recipe.network.name} on {found.device}, {found.precision}, "
        f"batches of {run.batch} x {side} x {side} pixels\n\n"
        "| samples | images/s |\n|---|---:|\n"
        f"| of the recipe | {found.images:.1f} |\n| one batch at hand | {found.images_at_hand:.1f} |\n\n"
        f"{100 * found.images / found.images_at_hand:.0f} % of the pure rate; "
        f"{100 * found.wait_share:.1f} % of the time waiting for samples\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
